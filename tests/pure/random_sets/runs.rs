//! A run within this process, and its last words.

use addpack::ledger::Ledger;
use addpack::report::Report;
use addpack::run::{FinalReport, Job, Listener, Mode, carry_out, survey};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// One run.
pub(super) struct Run<'a> {
    pub(super) job: &'a Job,
    /// After how many words it is stopped.
    pub(super) stop_after: Option<usize>,
    /// Done between the survey and the first change.
    pub(super) when_surveyed: Option<&'a dyn Fn()>,
}

/// A job on all that is in a folder.
pub(super) fn in_folder(folder: &Path, mode: Mode, workers: usize) -> Job {
    Job { workers, ..Job::new(vec![folder.to_owned()], mode) }
}

/// The last words of a run that nobody stops.
pub(super) fn work(job: &Job, ledger: &mut Ledger) -> Vec<Report> {
    Run { job, stop_after: None, when_surveyed: None }.work(ledger)
}

impl Run<'_> {
    /// Its last words.
    pub(super) fn work(&self, ledger: &mut Ledger) -> Vec<Report> {
        let stop = AtomicBool::new(false);
        let mut words = Words {
            seen: Vec::new(),
            said: Vec::new(),
            spoken: 0,
            stop: &stop,
            stop_after: self.stop_after,
        };
        let survey = survey(self.job, ledger, &stop, &mut words).unwrap();
        if let Some(come) = self.when_surveyed {
            come();
        }
        carry_out(&survey, self.job, ledger, &stop, &mut words).unwrap();
        words.said
    }
}

struct Words<'a> {
    seen: Vec<Report>,
    said: Vec<Report>,
    spoken: usize,
    stop: &'a AtomicBool,
    stop_after: Option<usize>,
}

impl Words<'_> {
    fn count(&mut self) {
        if self.stop_after == Some(self.spoken) {
            self.stop.store(true, Ordering::Relaxed);
        }
        self.spoken += 1;
    }
}

impl Listener for Words<'_> {
    fn seen(&mut self, report: Box<Report>) -> ControlFlow<()> {
        self.seen.push(*report);
        self.count();
        ControlFlow::Continue(())
    }

    fn image(&mut self, said: FinalReport) -> ControlFlow<()> {
        let seen = self.seen.remove(0);
        match said {
            FinalReport::AsSeen => self.said.push(seen),
            FinalReport::Changed(report) => self.said.push(*report),
            FinalReport::Deferred => {}
        }
        self.count();
        ControlFlow::Continue(())
    }

    fn repeated(&mut self, _: &Path, _: &Path) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
