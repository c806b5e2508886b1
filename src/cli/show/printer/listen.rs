//! What a printer makes of each thing that it hears of a run.

use super::{Form, Printer};
use crate::cli::show::json;
use crate::cli::show::lines;
use addpack::find::Skipped;
use addpack::report::{Note, Report};
use addpack::run::{Listener, Overview, Said};
use std::ops::ControlFlow;
use std::path::Path;

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
        self.out.flush()
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
