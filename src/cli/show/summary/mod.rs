//! The end of a report at a terminal: the numbers, what comes next, and of very many images one screen in the
//! place of a line for each.

mod detail;

use crate::cli::args::{Also, Common};
use crate::cli::exit::Exit;
use crate::cli::show::layout::hang;
use crate::cli::show::lines::{counts, of_the_set, tone};
use crate::cli::show::plan_text::command_lines;
use crate::cli::show::tally::Tally;
use crate::cli::show::terminal::{TextStyle, Tone};
use crate::cli::show::what_now::{WhatNow, convert_diskettes, new_plans, new_request};
use crate::cli::words::{Replacements, number, plural, servers_counted, unlisted};
use addpack::plan::{PlannedSet, ServerCounts};
use addpack::record::fields::Server;
use addpack::report::{Outcome, Report};
use addpack::run::FinalReport;
use detail::{Asks, Detail, IN_PLACE};
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::time::Instant;

/// From so many images on, a terminal shows a summary.
const SUMMARY_FROM: usize = 200;

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

    /// The summary of one screen.
    pub(crate) fn text(&self, look: TextStyle, ended: &Ended, set: Option<&PlannedSet>) -> String {
        let tally = ended.tally;
        let counts = set.map(PlannedSet::counts).unwrap_or_default();
        let mut text = self.head(look, tally, &counts);
        for &outcome in Outcome::ALL {
            text += &self.line(look, tally, outcome);
        }
        if tally.unlisted > 0 {
            text += &hang(look.width, "  ", &unlisted(tally.unlisted));
        }
        if let Some(skipped) = tally.skipped.summary() {
            text += &hang(look.width, "  ", &skipped);
            text += &tally.skipped.few_lines(look);
        }
        text += &of_the_set(look, tally);
        text += &Some(servers_counted(&counts))
            .filter(|line| !line.is_empty())
            .map_or_else(String::new, |line| hang(look.width, "", &line));
        text += &self.what_now(look, ended);
        let end = exit_reason(tally, ended.exit);
        let files = files_to_hand_on(look, ended);
        let lines = |text: &str| text.lines().count();
        let height = lines(&text) + lines(&files) + lines(&end);
        // The line with the command stays on the screen, and the next prompt is there.
        let fits = look.rows.is_none_or(|rows| height + 2 <= rows);
        if fits { text + &files + &end } else { text + &end }
    }

    /// What follows the lines of the images: the numbers last, where people see them.
    pub(crate) fn end_of_lines(&self, look: TextStyle, ended: &Ended) -> String {
        let tally = ended.tally;
        let parts = [
            of_the_set(look, tally),
            tally.skipped.section(look).trim_start().to_owned(),
            self.what_now(look, ended),
            counts(look, tally, ended.is_stopped),
        ];
        let parts = parts.iter().filter(|part| !part.is_empty());
        parts.fold(String::new(), |text, part| text + "\n" + part)
    }

    fn what_now(&self, look: TextStyle, ended: &Ended) -> String {
        let is_known = !ended.tally.is_incomplete && !ended.is_stopped;
        let commands = if is_known { self.commands(ended) } else { Vec::new() };
        if commands.is_empty() {
            return String::new();
        }
        let heading = look.paint(Tone::Heading, "What now");
        format!("{heading}\n{}", command_lines(look, &commands))
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
        let parts: Vec<_> =
            parts.iter().map(|(count, why)| format!("{} {why}", number(*count))).collect();
        let name = look.paint(tone(outcome), &format!("{:<21}", outcome.as_str()));
        let lead = format!("  {:>8}  {name}", number(count));
        if parts.is_empty() {
            return lead.trim_end().to_owned() + "\n";
        }
        look.row(&format!("{lead}  "), 35, &parts.join(", "))
    }

    /// The next commands, to be pasted into a shell.
    fn commands(&self, ended: &Ended) -> Vec<(String, String)> {
        let Ended { tally, common, output, is_conversion, .. } = *ended;
        let mut what_now = WhatNow::after(common);
        let place = match output.map(Path::to_str) {
            None => Some("converted"),
            Some(typed) => typed,
        };
        let copies = tally.count(Outcome::Convertible) + tally.count(Outcome::UnfinishedConversion);
        let in_place = [Outcome::Convertible, Outcome::UnfinishedConversion]
            .map(|outcome| self.counts.get(&(outcome, IN_PLACE)).copied().unwrap_or(0));
        let in_place: u64 = in_place.iter().sum();
        if let Some(command) = convert_diskettes(common).filter(|_| self.kept > 0) {
            let diskettes = plural(self.kept, "diskette", "diskettes");
            what_now.commands.push((command, format!("converts {diskettes}")));
        } else if is_conversion && output.is_none() && in_place > 0 {
            let purpose = format!("converts {} in place", plural(in_place, "image", "images"));
            what_now.offer(&["convert"], &[], &purpose);
        } else if let Some(place) = place.filter(|_| copies > 0) {
            let purpose = format!("converts {} into copies", plural(copies, "image", "images"));
            what_now.offer(&["convert", "-o", place], &[], &purpose);
        }
        if !self.asked.is_empty() {
            let purpose = format!("asks for {}", self.asked.in_words());
            what_now.offer(&["replace"], &["-o", &new_request()], &purpose);
        }
        let no_packs = tally.count(Outcome::NotAPack) + tally.count(Outcome::Failed);
        if tally.images() > no_packs {
            self.offer_plans(&mut what_now, tally.count(Outcome::Converted) > 0);
        }
        if self.is_used {
            what_now.offer(&["inspect", "--list"], &[], "shows a line for each image");
        }
        what_now.commands
    }

    /// Offers the order to apply packs in, and their labels: of many servers only once packs were converted.
    fn offer_plans(&self, what_now: &mut WhatNow, were_converted: bool) {
        const LABELS: &str = "says what to write on the labels";
        if self.servers.len() < 2 {
            what_now.offer(&["plan"], &[], "says which to apply, in which order");
            what_now.offer(&["plan", "--labels"], &[], LABELS);
            return;
        }
        what_now.offer(&["plan", "--all"], &["-o", &new_plans()], "writes a plan for each server");
        if were_converted {
            what_now.offer(&["plan", "--all", "--labels"], &[], LABELS);
        }
    }
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
