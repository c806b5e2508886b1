//! Many images at a terminal: one screen instead of a line for each.

use crate::cli::args::Common;
use crate::cli::exit::Exit;
use crate::cli::show::lines::{of_the_set, tone};
use crate::cli::show::plan_text::command_lines;
use crate::cli::show::shell::{command, path_words};
use crate::cli::show::tally::Tally;
use crate::cli::show::terminal::{TextStyle, Tone};
use crate::cli::words::{code_words, number, plural};
use addpack::plan::FIRST_LICENSES;
use addpack::plan::servers::{PacksByServer, ServerPacks};
use addpack::report::{Outcome, Report};
use addpack::run::FinalReport;
use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

/// From so many images on, a terminal shows a summary.
const SUMMARY_FROM: usize = 200;

/// What is kept of an image.
type Detail = (Outcome, &'static str);

/// What a summary says beside the number of each outcome.
pub(crate) struct Brief {
    begun: Instant,
    waiting: VecDeque<Detail>,
    seen: usize,
    counts: BTreeMap<Detail, u64>,
    /// Whether there are enough images for a summary.
    pub(crate) is_used: bool,
}

impl Default for Brief {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
            waiting: VecDeque::new(),
            seen: 0,
            counts: BTreeMap::new(),
            is_used: false,
        }
    }
}

/// The outcome of an image, and why it is refused or failed, or how it can be converted.
fn detail(report: &Report) -> Detail {
    let why = match (&report.failure, report.findings().first()) {
        (Some(failure), _) => failure.code.as_str(),
        (None, Some(finding)) => finding.code().as_str(),
        (None, None) if report.outcome.is_to_change() && report.in_place => IN_PLACE,
        (None, None) if report.outcome.is_to_change() => ONLY_OUTPUT,
        (None, None) => "",
    };
    (report.outcome, why)
}

const IN_PLACE: &str = "in place";
const ONLY_OUTPUT: &str = "only with -o";

impl Brief {
    pub(crate) fn seen(&mut self, report: &Report) {
        self.seen += 1;
        self.waiting.push_back(detail(report));
    }

    pub(crate) fn surveyed(&mut self) {
        self.is_used = self.seen >= SUMMARY_FROM;
    }

    pub(crate) fn image(&mut self, said: &FinalReport) {
        let seen = self.waiting.pop_front();
        let detail = match said {
            FinalReport::AsSeen => seen,
            FinalReport::Changed(report) => Some(detail(report)),
            FinalReport::Deferred => None,
        };
        if let Some(detail) = detail {
            *self.counts.entry(detail).or_default() += 1;
        }
    }

    /// The summary.
    pub(crate) fn text(
        &self,
        look: TextStyle,
        tally: &Tally,
        sets: Option<&PacksByServer>,
        common: &Common,
        exit: Exit,
    ) -> String {
        let mut text = self.head(look, tally, sets);
        for &outcome in Outcome::ALL {
            text += &self.line(look, tally, outcome);
        }
        if let Some(skipped) = tally.skipped.summary() {
            text += &format!("  {skipped}\n");
            text += &tally.skipped.few_lines();
        }
        text += &of_the_set(tally);
        text += &sets.map_or_else(String::new, servers);
        let commands = if tally.is_incomplete { Vec::new() } else { commands(tally, sets, common) };
        if !commands.is_empty() {
            text += &format!(
                "{}\n{}",
                look.paint(Tone::Heading, "What now"),
                command_lines(look, &commands)
            );
        }
        text + &exit_reason(tally, exit)
    }

    fn head(&self, look: TextStyle, tally: &Tally, sets: Option<&PacksByServer>) -> String {
        let images = plural_number(tally.images(), "image", "images");
        let servers = sets.map_or_else(String::new, |sets| {
            let sets = plural_number(sets.all().len() as u64, "server's set", "servers' sets");
            format!(" in {sets}")
        });
        let changed = changed(tally.count(Outcome::Converted));
        let head =
            format!("{images}{servers}, {} s; {changed}", number(self.begun.elapsed().as_secs()));
        format!("{}\n", look.paint(Tone::Heading, &head))
    }

    /// One outcome with its number, and what is behind it.
    fn line(&self, look: TextStyle, tally: &Tally, outcome: Outcome) -> String {
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
        let parts: Vec<_> = parts
            .iter()
            .map(|(count, why)| format!("{} {}", number(*count), code_words(why)))
            .collect();
        let name = look.paint(tone(outcome), &format!("{:<21}", outcome.as_str()));
        format!("  {:>8}  {name}  {}", number(count), parts.join(", ")).trim_end().to_owned() + "\n"
    }
}

/// How many servers get all their licenses back.
fn servers(sets: &PacksByServer) -> String {
    let has_gap = |set: &&ServerPacks| !set.chain.gaps(FIRST_LICENSES).is_empty();
    let ends_refused = |set: &&ServerPacks| {
        let last = set.chain.steps().last();
        last.is_some_and(|(_, holders)| holders.refused && holders.sound.is_none())
    };
    let gaps = sets.all().iter().filter(has_gap).count();
    let refused = sets.all().iter().filter(|set| !has_gap(set) && ends_refused(set)).count();
    let whole = sets.all().len() - gaps - refused;
    let [whole, gaps, refused] = [whole, gaps, refused].map(|count| number(count as u64));
    format!("Servers: {whole} whole, {gaps} with gaps, {refused} with a refused pack at the end\n")
}

/// What comes next, to be pasted into a shell.
fn commands(tally: &Tally, sets: Option<&PacksByServer>, common: &Common) -> Vec<(String, String)> {
    let Some(paths) = path_words(&common.paths) else { return Vec::new() };
    let mut commands = Vec::new();
    let mut offer = |before: &[&str], after: &[&str], purpose: String| {
        let paths: Vec<_> = paths.iter().map(String::as_str).collect();
        let command = command(&[before, &paths, after].concat());
        commands.extend(command.map(|command| (command, purpose)));
    };
    let convert = tally.count(Outcome::Convertible) + tally.count(Outcome::UnfinishedConversion);
    if convert > 0 {
        let purpose = format!("converts {} into copies", number(convert));
        offer(&["convert", "-o", "converted"], &[], purpose);
    }
    let refused = tally.count(Outcome::Refused);
    if refused > 0 {
        let purpose = format!("asks for {}", number(refused));
        offer(&["replace"], &["-o", "request.csv"], purpose);
    }
    if sets.is_some_and(|sets| !sets.all().is_empty()) {
        offer(&["plan", "--all"], &["-o", "plans"], "one plan a server".to_owned());
    }
    offer(&["inspect", "--list"], &[], "a line for each image".to_owned());
    commands
}

fn exit_reason(tally: &Tally, exit: Exit) -> String {
    let why = match exit {
        Exit::Good => return String::new(),
        Exit::Refused => {
            plural_number(tally.count(Outcome::Refused), "pack is", "packs are") + " refused"
        }
        Exit::Failed => plural_number(tally.count(Outcome::Failed), "image", "images") + " failed",
        Exit::Stopped => "stopped before the end".to_owned(),
        Exit::Usage => "the command line was wrong".to_owned(),
    };
    format!("Exit code {}: {why}\n", exit.code())
}

fn plural_number(count: u64, one: &str, many: &str) -> String {
    if count == 1 { plural(1, one, many) } else { format!("{} {many}", number(count)) }
}

/// What was changed, in a few words.
pub(crate) fn changed(converted: u64) -> String {
    match converted {
        0 => "nothing was changed".to_owned(),
        count => format!("{} converted", plural_number(count, "pack was", "packs were")),
    }
}
