//! Standard output: what a run has to say, for people or for programs, as it comes.

use crate::cli::Error;
use crate::cli::args::{Also, Common};
use crate::cli::exit::Exit;
use crate::cli::show::card;
use crate::cli::show::json;
use crate::cli::show::lines;
use crate::cli::show::progress::Progress;
use crate::cli::show::summary::Brief;
use crate::cli::show::tally::Tally;
use crate::cli::show::terminal::{Look, complain};
use crate::cli::show::to_file::{Ending, Head, NEW_45_SERVER, ToFile};
use crate::cli::show::waiting::{Next, Shown, Waiting};
use addpack::find::Skipped;
use addpack::ledger::LedgerError;
use addpack::plan::PackFacts;
use addpack::plan::set::Sets;
use addpack::report::{Note, Outcome, Report};
use addpack::run::{End, Listener, Overview, Said};
use std::collections::VecDeque;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write, stdout};
use std::ops::ControlFlow;
use std::path::Path;

/// The form of a report.
enum Form {
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
    form: Form,
    look: Look,
    out: BufWriter<Stdout>,
    progress: Progress,
    tally: Tally,
    /// What was said of images while the set was not complete.
    waiting: Waiting,
    /// The packs by their servers, where they are to be shown in the end.
    sets: Option<Sets>,
    /// The packs among the images that have no last word yet.
    facts: VecDeque<Option<PackFacts>>,
    /// What is done with packs once the survey is complete.
    doing: Option<&'static str>,
    exit: Exit,
    /// Whether somebody watches each line as it comes.
    at_once: bool,
    /// Whether a reader that went away ends the run. A conversion that was asked for goes on.
    stop_when_closed: bool,
    closed: bool,
    error: Option<io::Error>,
    /// Whether each file that is not looked at has a line of its own.
    lists_skipped: bool,
    /// Why copies of converted packs are not told.
    no_ledger: Option<LedgerError>,
    /// What a summary is made of, where lines may be left out for one.
    brief: Option<Brief>,
    /// What is written to files as well.
    to_file: Option<ToFile>,
}

impl Printer {
    pub(crate) fn new(common: &Common, progress: Progress, stop_when_closed: bool) -> Self {
        let form = if common.json {
            Form::Json
        } else if common.is_one_image() {
            Form::Card
        } else {
            Form::Lines(Box::default())
        };
        Self {
            form,
            look: Look::of_stdout(common.screen.color),
            out: BufWriter::with_capacity(1 << 16, stdout()),
            progress,
            tally: Tally::default(),
            waiting: Waiting::default(),
            sets: None,
            facts: VecDeque::new(),
            doing: None,
            exit: Exit::Good,
            at_once: stdout().is_terminal(),
            stop_when_closed,
            closed: false,
            error: None,
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
        self.lists_skipped = list;
        let may_be_brief = matches!(self.form, Form::Lines(_)) && self.at_once && !list;
        self.brief = may_be_brief.then(Brief::default);
        self
    }

    /// The same report of a run that goes on without its ledger.
    pub(crate) fn without_ledger(mut self, error: Option<LedgerError>) -> Self {
        self.no_ledger = error;
        self
    }

    /// Ends lines with a picture of each server's packs.
    pub(crate) fn with_sets(mut self) -> Self {
        self.sets = matches!(self.form, Form::Lines(_)).then(|| Sets::new(usize::MAX));
        self
    }

    /// The same report of a run that is `doing` something with the packs.
    pub(crate) fn doing(mut self, doing: &'static str) -> Self {
        self.doing = Some(doing);
        self
    }

    /// Takes the progress away, for a question.
    pub(crate) fn pause(&self) {
        self.progress.finish();
    }

    /// Writes what comes after the last image, and tells how the run ended.
    ///
    /// # Errors
    /// Where the report could not be written, or the ledger failed; a reader that went away is none.
    pub(crate) fn finish(self, end: Result<End, LedgerError>) -> Result<Exit, Error> {
        self.finish_with(end, None)
    }

    /// The same of a run whose report may be a summary, or be written to files as well.
    ///
    /// # Errors
    /// The same, and where one of the files cannot be written.
    pub(crate) fn finish_with(
        mut self,
        end: Result<End, LedgerError>,
        more: Option<More>,
    ) -> Result<Exit, Error> {
        let stopped = matches!(end, Ok(End::Stopped));
        if end.is_err() {
            self.exit = self.exit.merge(Exit::Failed);
        }
        if stopped {
            self.exit = self.exit.merge(Exit::Stopped);
        }
        self.progress.finish();
        let _ = self.next_shown();
        if self.doing.is_some() && matches!(end, Ok(End::Complete)) && self.tally.images() == 0 {
            self.exit = self.exit.merge(Exit::Refused);
            complain("no image was found: nothing is converted");
        }
        let text = match &mut self.form {
            Form::Card => Vec::new(),
            Form::Json => {
                let error = end.as_ref().err().or(self.no_ledger.as_ref());
                json::summary_line(&self.tally, stopped, error, self.exit)
            }
            Form::Lines(_) if end.is_err() && self.tally.is_empty() => Vec::new(),
            Form::Lines(_) => match (&self.brief, &more) {
                (Some(brief), Some(more)) if brief.is_used => {
                    let sets = self.sets.take();
                    brief
                        .text(self.look, &self.tally, sets.as_ref(), more.common, self.exit)
                        .into_bytes()
                }
                _ => lines::summary(self.look, &self.tally, stopped),
            },
        };
        let _ = self.write(&text);
        if let Form::Lines(reasons) = std::mem::replace(&mut self.form, Form::Json) {
            let written = reasons.copy_to(self.look, &mut self.out);
            let _ = self.note(written);
        }
        // Of a set that was not seen to its end, nothing can be said to be missing.
        if let Some(sets) = self.sets.take().filter(|_| matches!(end, Ok(End::Complete))) {
            let _ = self.write(lines::sets(self.look, &sets).as_bytes());
        }
        let flushed = self.out.flush();
        let _ = self.note(flushed);
        if let Some(error) = self.error {
            return Err(Error::Output(error));
        }
        if let (Some(files), Some(more)) = (self.to_file, more) {
            let error = end.as_ref().err().or(self.no_ledger.as_ref());
            let summary = json::summary_line(&self.tally, stopped, error, self.exit);
            let ending =
                Ending { summary, stopped, is_null: more.common.null, server: NEW_45_SERVER };
            files.finish(more.also, &more.head, &ending)?;
        }
        end.map(|_| self.exit).map_err(Error::Ledger)
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

    /// Writes something that is no report.
    pub(crate) fn say(&mut self, text: &str) {
        let _ = self.write(text.as_bytes());
        let _ = self.caught_up();
    }

    fn write(&mut self, text: &[u8]) -> ControlFlow<()> {
        if self.closed {
            return ControlFlow::Continue(());
        }
        let (out, at_once) = (&mut self.out, self.at_once);
        let written = self.progress.suspend(|| {
            out.write_all(text)?;
            if at_once { out.flush() } else { Ok(()) }
        });
        self.note(written)
    }

    /// Remembers an error of standard output. Only a reader that went away is no error.
    fn note(&mut self, written: io::Result<()>) -> ControlFlow<()> {
        match written {
            Ok(()) => return ControlFlow::Continue(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.closed = true,
            Err(error) => {
                self.closed = true;
                self.error = Some(error);
            }
        }
        if self.stop_when_closed { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl Printer {
    /// What there is to show of an image.
    fn shown(&self, report: &Report) -> Shown {
        let (text, reasons) = match &self.form {
            Form::Card => (card::card(self.look, report), None),
            Form::Json => (json::image_line(report), None),
            Form::Lines(_) => {
                (lines::image(self.look, report), lines::Reasons::of(self.look, report))
            }
        };
        Shown { outcome: report.outcome, named: report.named, text, reasons }
    }

    /// Takes what was said of the first image that has no last word yet, and writes what comes before it.
    fn next_shown(&mut self) -> Option<Shown> {
        loop {
            match self.waiting.take() {
                Ok(Some(Next::Image(shown))) => return Some(shown),
                Ok(Some(Next::Text(text))) => {
                    let _ = self.write(&text);
                }
                Ok(None) => return None,
                Err(error) => {
                    self.error.get_or_insert(error);
                    return None;
                }
            }
        }
    }

    /// Writes the last word on an image.
    fn show(&mut self, shown: &Shown, facts: Option<&PackFacts>) -> ControlFlow<()> {
        self.tally.add(shown.outcome);
        let is_brief = self.brief.as_ref().is_some_and(|brief| brief.is_used);
        self.exit = self.exit.merge(if shown.named {
            Exit::of_named(shown.outcome)
        } else {
            Exit::of_found(shown.outcome)
        });
        if let (Some(sets), Some(facts)) = (&mut self.sets, facts) {
            sets.add(facts);
        }
        if is_brief {
            return ControlFlow::Continue(());
        }
        if let (Form::Lines(kept), Some((heading, reasons))) = (&mut self.form, &shown.reasons)
            && let Err(error) = kept.add(*heading, reasons)
        {
            self.error.get_or_insert(error);
        }
        self.write(&shown.text)
    }

    fn facts_of(&self, report: &Report) -> Option<PackFacts> {
        self.sets.as_ref().and_then(|_| PackFacts::of(report, false))
    }

    fn keep(&mut self, kept: io::Result<()>) {
        if let Err(error) = kept {
            self.error.get_or_insert(error);
        }
    }
}

impl Listener for Printer {
    fn seen(&mut self, report: Box<Report>) -> ControlFlow<()> {
        self.progress.image(report.outcome);
        if let Some(files) = &mut self.to_file {
            files.seen(&report);
        }
        if let Some(brief) = &mut self.brief {
            brief.seen(&report);
        }
        let shown = self.shown(&report);
        let kept = self.waiting.add(&shown);
        self.keep(kept);
        if self.sets.is_some() {
            self.facts.push_back(self.facts_of(&report));
        }
        ControlFlow::Continue(())
    }

    fn surveyed(&mut self, overview: &Overview) {
        if let Some(brief) = &mut self.brief {
            brief.surveyed();
        }
        self.tally.is_incomplete = !overview.is_complete;
        if let Some(doing) = self.doing {
            self.progress.begin_again(doing, overview.convert + overview.finish);
            self.tally.unread = overview.unread;
        }
    }

    fn image(&mut self, said: Said) -> ControlFlow<()> {
        if let Some(files) = &mut self.to_file {
            files.image(&said);
        }
        if let Some(brief) = &mut self.brief {
            brief.image(&said);
        }
        let seen = self.next_shown();
        let facts = self.facts.pop_front().flatten();
        match (said, seen) {
            (Said::AsSeen, Some(shown)) => self.show(&shown, facts.as_ref()),
            (Said::Anew(report), _) => {
                self.tally.left_out += u64::from(report.notes.contains(&Note::LeftOut));
                if self.doing.is_some() {
                    self.progress.image(report.outcome);
                }
                let shown = self.shown(&report);
                self.show(&shown, self.facts_of(&report).as_ref())
            }
            _ => ControlFlow::Continue(()),
        }
    }

    /// For a program that follows a long run.
    fn caught_up(&mut self) -> ControlFlow<()> {
        if self.closed {
            return ControlFlow::Continue(());
        }
        let flushed = self.out.flush();
        self.note(flushed)
    }

    fn skipped(&mut self, skipped: &Skipped) {
        self.tally.skipped.add(skipped);
        self.progress.other();
        if self.lists_skipped {
            let text = match self.form {
                Form::Json => json::skipped_line(skipped),
                Form::Card | Form::Lines(_) => lines::skipped(self.look, skipped),
            };
            let kept = self.waiting.add_text(&text);
            self.keep(kept);
        }
    }

    fn repeated(&mut self, path: &Path, first: &Path) -> ControlFlow<()> {
        self.tally.repeated += 1;
        self.progress.other();
        match self.form {
            Form::Json => self.progress.suspend(|| lines::complain_repeated(path, first)),
            Form::Card | Form::Lines(_) => {
                let kept = self.waiting.add_text(&lines::repeated(self.look, path, first));
                self.keep(kept);
            }
        }
        ControlFlow::Continue(())
    }
}
