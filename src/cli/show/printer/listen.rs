//! What a printer makes of each event of a run.

use super::{Printer, ReportForm};
use crate::cli::show::json;
use crate::cli::show::lines;
use addpack::find::Skipped;
use addpack::plan::PackFacts;
use addpack::report::{Note, Report};
use addpack::run::{FinalReport, Overview, RunEvent};
use std::ops::ControlFlow;
use std::path::Path;

impl Printer {
    /// Shows an event of a run, or keeps what is to be shown of it later.
    pub(crate) fn hear(&mut self, event: RunEvent) -> ControlFlow<()> {
        if let Some(files) = &mut self.to_file {
            files.hear(&event);
        }
        match event {
            RunEvent::Seen(report) => self.seen(&report),
            RunEvent::Surveyed(overview) => self.surveyed(&overview),
            RunEvent::Final(last) => return self.image(&last),
            RunEvent::Skipped(skipped) => self.skipped(&skipped),
            RunEvent::Repeated { path, first } => self.repeated(&path, &first),
            // For a program that follows a long run.
            RunEvent::CaughtUp => return self.out.flush(),
        }
        ControlFlow::Continue(())
    }

    fn seen(&mut self, report: &Report) {
        self.progress.seen();
        if let Some(brief) = &mut self.brief {
            brief.seen(report);
        }
        let shown = self.shown(report);
        let kept = self.waiting.add(&shown);
        self.keep(kept);
        if let Some(packs) = &mut self.packs {
            packs.push(PackFacts::of(report, false));
        }
    }

    fn surveyed(&mut self, overview: &Overview) {
        if let Some(brief) = &mut self.brief {
            brief.surveyed();
        }
        self.tally.is_incomplete = !overview.is_complete;
        if let Some(doing) = self.doing {
            self.progress.begin_again(doing, overview.changed_reports);
            self.tally.unread = overview.unread;
        } else {
            // The reader of a pipe may write to the same terminal.
            self.progress.finish();
        }
    }

    fn image(&mut self, last: &FinalReport) -> ControlFlow<()> {
        if let Some(brief) = &mut self.brief {
            brief.image(last);
        }
        let seen = self.next_shown();
        match last {
            FinalReport::AsSeen => {}
            FinalReport::Changed(report) => self.put_facts(Some(report)),
            FinalReport::Deferred => self.put_facts(None),
        }
        self.finished += 1;
        match (last, seen) {
            (FinalReport::AsSeen, Some(shown)) => self.show(&shown),
            (FinalReport::Changed(report), _) => {
                self.tally.left_out += u64::from(report.notes.contains(&Note::LeftOut));
                if self.doing.is_some() {
                    self.progress.done(report.outcome);
                }
                let shown = self.shown(report);
                self.show(&shown)
            }
            _ => ControlFlow::Continue(()),
        }
    }

    fn skipped(&mut self, skipped: &Skipped) {
        self.tally.skipped.add(skipped);
        self.progress.other();
        if self.lists_skipped {
            let text = match self.form {
                ReportForm::Json => json::skipped_line(skipped),
                ReportForm::Card | ReportForm::Lines(_) => lines::skipped(self.look, skipped),
            };
            let kept = self.waiting.add_text(&text);
            self.keep(kept);
        }
    }

    fn repeated(&mut self, path: &Path, first: &Path) {
        self.tally.repeated += 1;
        self.progress.other();
        match self.form {
            ReportForm::Json => self.progress.suspend(|| lines::complain_repeated(path, first)),
            ReportForm::Card | ReportForm::Lines(_) => {
                let kept = self.waiting.add_text(&lines::repeated(self.look, path, first));
                self.keep(kept);
            }
        }
    }
}
