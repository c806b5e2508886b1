//! A run within this process, and its last words.

use addpack::ledger::Ledger;
use addpack::report::Report;
use addpack::run::{FinalReport, Job, Mode, RunEvent, carry_out, survey};
use std::collections::VecDeque;
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
        let (mut seen, mut last, mut heard) = (VecDeque::new(), Vec::new(), 0);
        let mut hear = |event| {
            match event {
                RunEvent::Seen(report) => seen.push_back(*report),
                RunEvent::Final(FinalReport::AsSeen) => last.extend(seen.pop_front()),
                RunEvent::Final(FinalReport::Changed(report)) => {
                    seen.pop_front();
                    last.push(*report);
                }
                _ => return ControlFlow::Continue(()),
            }
            if self.stop_after == Some(heard) {
                stop.store(true, Ordering::Relaxed);
            }
            heard += 1;
            ControlFlow::Continue(())
        };
        let survey = survey(self.job, ledger, &stop, &mut hear).unwrap();
        if let Some(come) = self.when_surveyed {
            come();
        }
        carry_out(&survey, self.job, ledger, &stop, &mut hear).unwrap();
        last
    }
}
