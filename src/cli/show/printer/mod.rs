//! The report of a run on standard output, for people or for programs, as it comes.

mod end;
mod listen;

use crate::cli::args::{Also, Common};
use crate::cli::exit::Exit;
use crate::cli::show::card;
use crate::cli::show::json;
use crate::cli::show::lines;
use crate::cli::show::out::Out;
use crate::cli::show::progress::Progress;
use crate::cli::show::queue::Diskette;
use crate::cli::show::summary::Brief;
use crate::cli::show::tally::Tally;
use crate::cli::show::terminal::TextStyle;
use crate::cli::show::to_file::{Head, ToFile};
use crate::cli::show::waiting::{ShownImage, Upcoming, Waiting};
use addpack::ledger::LedgerError;
use addpack::plan::PackFacts;
use addpack::report::{Outcome, Report};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// The form of a report.
enum ReportForm {
    /// One image, in full.
    Card,
    /// A line for each image; the reasons of the refused and the failed are kept for the end.
    Lines(Box<lines::Reasons>),
    Json,
}

/// What a report that is a summary, or goes to files, needs to know of its command.
pub(crate) struct More<'a> {
    pub(crate) also: &'a Also,
    pub(crate) common: &'a Common,
    pub(crate) head: Head,
}

/// Writes the report of a run.
pub(crate) struct Printer {
    form: ReportForm,
    look: TextStyle,
    out: Out,
    progress: Progress,
    tally: Tally,
    /// What was said of images while the set was not complete.
    waiting: Waiting,
    /// The packs in all images, if their servers are to be shown in the end.
    packs: Option<Vec<Option<PackFacts>>>,
    /// Images on which the last word was said.
    finished: usize,
    /// What is done with packs once the survey is complete.
    doing: Option<&'static str>,
    /// The folder that copies go to.
    output: Option<PathBuf>,
    exit: Exit,
    /// Whether each file that is not looked at has a line of its own.
    lists_skipped: bool,
    /// Why copies of converted packs are not recognized.
    no_ledger: Option<LedgerError>,
    /// What the end at a terminal is made of, where lines may be left out.
    brief: Option<Brief>,
    /// What is written to files as well.
    to_file: Option<ToFile>,
}

impl Printer {
    pub(crate) fn new(common: &Common, progress: Progress, stop_when_closed: bool) -> Self {
        let form = if common.json {
            ReportForm::Json
        } else if common.is_one_image() {
            ReportForm::Card
        } else {
            ReportForm::Lines(Box::default())
        };
        Self {
            form,
            look: TextStyle::of_stdout(common.screen.color),
            out: Out::new(stop_when_closed),
            progress,
            tally: Tally::default(),
            waiting: Waiting::default(),
            packs: None,
            finished: 0,
            doing: None,
            output: None,
            exit: Exit::Good,
            lists_skipped: false,
            no_ledger: None,
            brief: None,
            to_file: None,
        }
    }

    /// The same report, written to files as well; and, at a terminal, as a summary where there are many
    /// images and no list is wanted.
    pub(crate) fn with_files(mut self, also: &Also, list: bool) -> Self {
        self.to_file = ToFile::new(also);
        if self.to_file.is_some() {
            self.out.never_stop();
        }
        self.lists_skipped = list;
        let is_seen = matches!(self.form, ReportForm::Lines(_)) && self.look.rows.is_some();
        self.brief = is_seen.then(|| Brief::new(list));
        self
    }

    /// The same report of a run that goes on without its ledger.
    pub(crate) fn without_ledger(mut self, error: Option<LedgerError>) -> Self {
        self.no_ledger = error;
        self
    }

    /// The same report, with what becomes of the servers in the end.
    pub(crate) fn with_servers(mut self) -> Self {
        self.packs = matches!(self.form, ReportForm::Lines(_)).then(Vec::new);
        self
    }

    /// The same report of a run that is `doing` something with the packs, perhaps into copies in a folder.
    pub(crate) fn doing(mut self, doing: &'static str, output: Option<&Path>) -> Self {
        self.doing = Some(doing);
        self.output = output.map(Path::to_owned);
        self
    }

    /// Takes the progress away, for a question.
    pub(crate) fn pause(&self) {
        self.progress.finish();
    }

    /// Counts only what images came to in the end, where some of them were tried again.
    pub(crate) fn recount(&mut self, outcomes: impl Iterator<Item = Outcome>) {
        self.tally = Tally::default();
        self.exit = Exit::Good;
        for outcome in outcomes {
            self.tally.add(outcome);
            self.exit = self.exit.merge(Exit::of_named(outcome));
        }
    }

    /// Shows a diskette of a queue. In files, what is said last of a number counts.
    pub(crate) fn diskette(&mut self, diskette: &Diskette) {
        let (number, report) = (diskette.number, &diskette.report);
        self.diskette_to_files(number, report);
        let text = match self.form {
            ReportForm::Json => json::numbered_line(report, Some(number)),
            ReportForm::Card | ReportForm::Lines(_) => diskette.text(self.look).into_bytes(),
        };
        let named = report.named;
        let outcome = report.outcome;
        let shown = ShownImage { outcome, named, is_folder: false, text, reason: None };
        let _ = self.show(&shown);
        let _ = self.out.flush();
    }

    /// The same, in files alone.
    pub(crate) fn diskette_to_files(&mut self, number: usize, report: &Report) {
        if let Some(files) = &mut self.to_file {
            files.diskette(number, report);
        }
    }

    /// Writes text that is not part of a report.
    pub(crate) fn say(&mut self, text: &str) {
        let _ = self.write(text.as_bytes());
        let _ = self.out.flush();
    }

    fn write(&mut self, text: &[u8]) -> ControlFlow<()> {
        let out = &mut self.out;
        self.progress.suspend(|| out.write(|out| out.write_all(text)))
    }
}

impl Printer {
    /// What there is to show of an image.
    fn shown(&self, report: &Report) -> ShownImage {
        let (text, reason) = match &self.form {
            ReportForm::Card => (card::card(self.look, report), None),
            ReportForm::Json => (json::image_line(report), None),
            ReportForm::Lines(_) => {
                (lines::image(self.look, report), lines::Reason::of(self.look, report))
            }
        };
        let (outcome, named, is_folder) = (report.outcome, report.named, report.is_folder());
        ShownImage { outcome, named, is_folder, text, reason }
    }

    /// Takes what was said of the first image that has no last word yet, and writes what comes before it.
    fn next_shown(&mut self) -> Option<ShownImage> {
        loop {
            match self.waiting.take() {
                Ok(Some(Upcoming::Image(shown))) => return Some(shown),
                Ok(Some(Upcoming::Text(text))) => {
                    let _ = self.write(&text);
                }
                Ok(None) => return None,
                Err(error) => {
                    self.out.lost(error);
                    return None;
                }
            }
        }
    }

    /// Writes the last word on an image.
    fn show(&mut self, shown: &ShownImage) -> ControlFlow<()> {
        if shown.is_folder {
            self.tally.unlisted += 1;
        } else {
            self.tally.add(shown.outcome);
        }
        let is_brief = self.brief.as_ref().is_some_and(|brief| brief.is_used);
        self.exit = self.exit.merge(if shown.named {
            Exit::of_named(shown.outcome)
        } else {
            Exit::of_found(shown.outcome)
        });
        if is_brief {
            return ControlFlow::Continue(());
        }
        if let (ReportForm::Lines(kept), Some(reason)) = (&mut self.form, &shown.reason) {
            let kept = kept.add(reason);
            self.keep(kept);
        }
        self.write(&shown.text)
    }

    /// Puts another pack, or none, in the place of the one that was seen in the image whose turn it is.
    fn put_facts(&mut self, report: Option<&Report>) {
        if let Some(packs) = &mut self.packs {
            packs[self.finished] = report.and_then(|report| PackFacts::of(report, false));
        }
    }

    fn keep(&mut self, kept: io::Result<()>) {
        if let Err(error) = kept {
            self.out.lost(error);
        }
    }
}
