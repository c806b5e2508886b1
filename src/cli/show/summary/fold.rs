//! How a summary is made to fit one screen.

use crate::cli::show::layout::hang;
use crate::cli::show::tally::Tally;
use crate::cli::show::terminal::TextStyle;
use crate::cli::words::{number, plural};
use addpack::report::Outcome;
use anstream::adapter::strip_str;

/// What a summary leaves out so that it fits the screen, each with all before it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, strum::VariantArray)]
pub(super) enum Fold {
    Nothing,
    /// Which files can be had.
    Offers,
    /// Of each outcome, the reasons that do not fit on its line; and what files that are not read are.
    Reasons,
    /// What the commands do.
    Purposes,
    /// All commands but the last, which lists every image and ends with the others.
    Commands,
    /// The rows of outcomes that ask for nothing: they share one.
    NothingToDo,
    /// The paths of the last command, which may be as long as anybody likes.
    Paths,
}

/// The rows that a text takes at a terminal.
pub(super) fn height(look: TextStyle, text: &str) -> usize {
    let rows = |line: &str| {
        let columns = strip_str(line).map(|part| part.chars().count()).sum::<usize>();
        columns.div_ceil(look.columns).max(1)
    };
    text.lines().map(rows).sum()
}

/// As many reasons as there is room for, the most frequent first, and how many images have others.
pub(super) fn reasons(parts: &[(u64, &str)], room: usize) -> String {
    let shown = |count: usize| {
        let (named, others) = parts.split_at(count);
        let mut named: Vec<_> =
            named.iter().map(|(count, why)| format!("{} {why}", number(*count))).collect();
        let others: u64 = others.iter().map(|(count, _)| count).sum();
        if others > 0 {
            named.push(format!("{} (--list)", plural(others, "other", "others")));
        }
        named.join(", ")
    };
    let mut all = (1..=parts.len()).rev().map(shown);
    all.find(|text| text.len() <= room).unwrap_or_else(|| "--list shows why".to_owned())
}

/// Whether images with this outcome are good and may be left as they are. What is not a pack is neither, and is refused
/// where its path was named.
pub(super) fn asks_for_nothing(outcome: Outcome) -> bool {
    outcome.is_45_already() || outcome == Outcome::Copy
}

/// The numbers of all images that may be left as they are, on one line.
pub(super) fn nothing_to_do(look: TextStyle, tally: &Tally) -> String {
    let outcomes = Outcome::ALL.iter().filter(|outcome| asks_for_nothing(**outcome));
    let counted = outcomes.map(|outcome| (tally.count(*outcome), outcome.as_str()));
    let parts: Vec<_> = counted
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{} {name}", number(count)))
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    hang(look.width, "  ", &format!("nothing to do: {}", parts.join(", ")))
}
