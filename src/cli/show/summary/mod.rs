//! The end of a report at a terminal: the numbers, what comes next, and of very many images one screen in the
//! place of a line for each.

mod commands;
mod detail;
mod fold;
#[cfg(test)]
mod tests;

use crate::cli::args::{Also, Common};
use crate::cli::exit::Exit;
use crate::cli::show::layout::hang;
use crate::cli::show::lines::{counts, of_the_set, tone};
use crate::cli::show::plan_text::command_lines;
use crate::cli::show::tally::Tally;
use crate::cli::show::terminal::{TextStyle, Tone};
use crate::cli::words::{Replacements, number, plural, servers_counted, unlisted};
use addpack::plan::{PlannedSet, ServerCounts};
use addpack::record::fields::Server;
use addpack::report::{Outcome, Report};
use addpack::run::FinalReport;
use detail::{Asks, Detail};
use fold::{Fold, asks_for_nothing, height, nothing_to_do, reasons};
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::time::Instant;
use strum::VariantArray;

/// From so many images on, a terminal shows a summary.
const SUMMARY_FROM: usize = 200;

/// Columns before the reasons of an outcome.
const LEAD: usize = 35;

/// What a summary needs to know of the images.
pub(crate) struct Brief {
    begun: Instant,
    /// Whether a line for each image is wanted, however many there are.
    lists: bool,
    waiting: VecDeque<Detail>,
    seen: usize,
    counts: BTreeMap<(Outcome, &'static str), u64>,
    /// What a request would ask for.
    asked: Replacements,
    /// Images to convert that a queue has kept of diskettes.
    kept: u64,
    /// The first two servers that packs are bound to.
    servers: Vec<Server>,
    /// Whether there are enough images for a summary.
    pub(crate) is_used: bool,
}

/// A run that the end is of.
pub(crate) struct Ended<'a> {
    pub(crate) tally: &'a Tally,
    pub(crate) common: &'a Common,
    pub(crate) also: &'a Also,
    /// The folder that copies go to.
    pub(crate) output: Option<&'a Path>,
    /// Whether packs are converted, or would be.
    pub(crate) is_conversion: bool,
    pub(crate) is_stopped: bool,
    pub(crate) exit: Exit,
}

impl Brief {
    pub(crate) fn new(lists: bool) -> Self {
        Self {
            begun: Instant::now(),
            lists,
            waiting: VecDeque::new(),
            seen: 0,
            counts: BTreeMap::new(),
            asked: Replacements::default(),
            kept: 0,
            servers: Vec::new(),
            is_used: false,
        }
    }

    pub(crate) fn seen(&mut self, report: &Report) {
        self.seen += 1;
        let bound = report.record().filter(|record| record.is_bound());
        let server = bound.filter(|_| report.outcome != Outcome::Refused).map(|it| it.server);
        let is_new = |server: &Server| self.servers.len() < 2 && !self.servers.contains(server);
        if let Some(server) = server.filter(is_new) {
            self.servers.push(server);
        }
        self.waiting.push_back(Detail::of(report));
    }

    pub(crate) fn surveyed(&mut self) {
        self.is_used = self.seen >= SUMMARY_FROM && !self.lists;
    }

    pub(crate) fn image(&mut self, said: &FinalReport) {
        let seen = self.waiting.pop_front();
        let detail = match said {
            FinalReport::AsSeen => seen,
            FinalReport::Changed(report) => Some(Detail::of(report)),
            FinalReport::Deferred => None,
        };
        let detail = detail.filter(|detail| !detail.is_folder);
        let Some(Detail { outcome, why, asks, is_kept, .. }) = detail else { return };
        self.kept += u64::from(is_kept);
        *self.counts.entry((outcome, why)).or_default() += 1;
        match asks {
            Asks::Pack(serial) => self.asked.add_pack(serial),
            Asks::Unnamed(look) => self.asked.add_unnamed(look),
            Asks::No => {}
        }
    }

    /// The summary of one screen: what is least needed is folded until it fits.
    pub(crate) fn text(&self, look: TextStyle, ended: &Ended, set: Option<&PlannedSet>) -> String {
        let counts = set.map(PlannedSet::counts).unwrap_or_default();
        self.fitting(look, ended, &counts)
    }

    fn fitting(&self, look: TextStyle, ended: &Ended, counts: &ServerCounts) -> String {
        let commands = self.commands(ended);
        // The line with the command stays on the screen, and the next prompt is there.
        let fits = |text: &str| look.rows.is_none_or(|rows| height(look, text) + 2 <= rows);
        let mut text = String::new();
        for &fold in Fold::VARIANTS {
            text = self.folded(look, ended, (counts, &commands), fold);
            if fits(&text) {
                break;
            }
        }
        text
    }

    fn folded(
        &self,
        look: TextStyle,
        ended: &Ended,
        (counts, commands): (&ServerCounts, &[(String, String)]),
        fold: Fold,
    ) -> String {
        let tally = ended.tally;
        let mut text = self.head(look, tally, counts);
        let shares_a_row =
            |outcome: Outcome| fold >= Fold::NothingToDo && asks_for_nothing(outcome);
        for &outcome in Outcome::ALL.iter().filter(|outcome| !shares_a_row(**outcome)) {
            text += &self.line(look, tally, outcome, fold);
        }
        if fold >= Fold::NothingToDo {
            text += &nothing_to_do(look, tally);
        }
        if tally.unlisted > 0 {
            text += &hang(look.width, "  ", &unlisted(tally.unlisted));
        }
        if let Some(skipped) = tally.skipped.summary() {
            text += &if fold >= Fold::Reasons {
                tally.skipped.one_line()
            } else {
                hang(look.width, "  ", &skipped) + &tally.skipped.few_lines(look)
            };
        }
        text += &of_the_set(look, tally);
        text += &Some(servers_counted(counts))
            .filter(|line| !line.is_empty())
            .map_or_else(String::new, |line| hang(look.width, "", &line));
        text += &what_now(look, commands.to_vec(), fold);
        if fold == Fold::Nothing {
            text += &files_to_hand_on(look, ended);
        }
        text + &exit_reason(tally, ended.exit)
    }

    /// What follows the lines of the images: the numbers last, where people see them.
    pub(crate) fn end_of_lines(&self, look: TextStyle, ended: &Ended) -> String {
        let tally = ended.tally;
        let parts = [
            of_the_set(look, tally),
            tally.skipped.section(look).trim_start().to_owned(),
            what_now(look, self.commands(ended), Fold::Nothing),
            counts(look, tally, ended.is_stopped),
        ];
        let parts = parts.iter().filter(|part| !part.is_empty());
        parts.fold(String::new(), |text, part| text + "\n" + part)
    }

    fn head(&self, look: TextStyle, tally: &Tally, counts: &ServerCounts) -> String {
        let images = plural(tally.images(), "image", "images");
        let servers = match counts.all() {
            0 => String::new(),
            all => format!(" with packs of {}", plural(all, "server", "servers")),
        };
        let changed = changed(tally.count(Outcome::Converted));
        let time = match self.begun.elapsed().as_secs() {
            0 => "under a second".to_owned(),
            seconds => plural(seconds, "second", "seconds"),
        };
        let head = format!("{images}{servers}, in {time}; {changed}");
        hang(look.width, "", &look.paint(Tone::Heading, &head))
    }

    /// One outcome with its number, and what is behind it.
    fn line(&self, look: TextStyle, tally: &Tally, outcome: Outcome, fold: Fold) -> String {
        let count = tally.count(outcome);
        if count == 0 {
            return String::new();
        }
        let mut parts: Vec<(u64, &str)> = self
            .counts
            .iter()
            .filter(|((of, why), _)| *of == outcome && !why.is_empty())
            .map(|((_, why), count)| (*count, *why))
            .collect();
        parts.sort_unstable_by(|one, other| other.cmp(one));
        let name = look.paint(tone(outcome), &format!("{:<21}", outcome.as_str()));
        let lead = format!("  {:>8}  {name}", number(count));
        if parts.is_empty() {
            return lead.trim_end().to_owned() + "\n";
        }
        let room = if fold >= Fold::Reasons { look.width.saturating_sub(LEAD) } else { usize::MAX };
        look.row(&format!("{lead}  "), LEAD, &reasons(&parts, room))
    }
}

fn what_now(look: TextStyle, mut commands: Vec<(String, String)>, fold: Fold) -> String {
    if fold >= Fold::Purposes {
        for (_, purpose) in &mut commands {
            purpose.clear();
        }
    }
    if fold >= Fold::Commands {
        commands.drain(..commands.len().saturating_sub(1));
        let all = "shows a line for each image, and the other commands";
        for (command, purpose) in &mut commands {
            all.clone_into(purpose);
            if fold >= Fold::Paths {
                "addpack inspect --list …".clone_into(command);
            }
        }
    }
    if commands.is_empty() {
        return String::new();
    }
    let heading = look.paint(Tone::Heading, "What now");
    format!("{heading}\n{}", command_lines(look, &commands))
}

/// Which files can be had beside the screen, where none was asked for.
fn files_to_hand_on(look: TextStyle, ended: &Ended) -> String {
    if !ended.also.is_empty() {
        return String::new();
    }
    let mut text = "To hand on: --report FILE.html, a page; --csv-to FILE, a table.".to_owned();
    let failed = ended.tally.count(Outcome::Failed) + ended.tally.unlisted;
    if failed > 0 {
        text += &format!(
            " --failed-to FILE lists the {} that failed, for --files-from FILE.",
            number(failed)
        );
    }
    hang(look.width, "  ", &text)
}

fn exit_reason(tally: &Tally, exit: Exit) -> String {
    let why = match exit {
        Exit::Good => return String::new(),
        Exit::Refused if tally.count(Outcome::Refused) > 0 => {
            plural(tally.count(Outcome::Refused), "image is", "images are") + " refused"
        }
        Exit::Refused => "a path that was named is not a pack".to_owned(),
        Exit::Failed if tally.count(Outcome::Failed) > 0 => {
            plural(tally.count(Outcome::Failed), "image", "images") + " failed"
        }
        Exit::Failed if tally.unlisted > 0 => unlisted(tally.unlisted),
        Exit::Failed => "the report was lost, or the ledger failed".to_owned(),
        Exit::Stopped => "stopped before the end".to_owned(),
        Exit::Usage => "the command line was wrong".to_owned(),
    };
    format!("Exit code {}: {why}\n", exit.code())
}

/// What was changed, in a few words.
pub(crate) fn changed(converted: u64) -> String {
    match converted {
        0 => "nothing was changed".to_owned(),
        count => format!("{} converted", plural(count, "image was", "images were")),
    }
}
