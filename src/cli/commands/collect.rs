//! A listener that keeps something of each image's final report.

use addpack::report::Report;
use addpack::run::{FinalReport, RunEvent};
use std::collections::VecDeque;
use std::ops::ControlFlow;

/// Keeps the result of `of` for each report.
pub(crate) struct Collect<T, F> {
    of: F,
    seen: VecDeque<T>,
    /// The results, in the order of the images.
    pub(crate) kept: Vec<T>,
}

impl<T, F: FnMut(Box<Report>) -> T> Collect<T, F> {
    pub(crate) fn new(of: F) -> Self {
        Self { of, seen: VecDeque::new(), kept: Vec::new() }
    }

    /// What was kept of the image that was seen last, whose final report has not come.
    pub(crate) fn last_seen(&self) -> Option<&T> {
        self.seen.back()
    }

    /// The same, which is then no longer waited for.
    pub(crate) fn take_last_seen(&mut self) -> Option<T> {
        self.seen.pop_back()
    }

    pub(crate) fn hear(&mut self, event: RunEvent) -> ControlFlow<()> {
        match event {
            RunEvent::Seen(report) => self.seen.push_back((self.of)(report)),
            RunEvent::Final(FinalReport::AsSeen) => self.kept.extend(self.seen.pop_front()),
            RunEvent::Final(FinalReport::Changed(report)) => {
                self.seen.pop_front();
                self.kept.push((self.of)(report));
            }
            RunEvent::Final(FinalReport::Deferred) => drop(self.seen.pop_front()),
            RunEvent::Surveyed(_)
            | RunEvent::Skipped(_)
            | RunEvent::Repeated { .. }
            | RunEvent::CaughtUp => {}
        }
        ControlFlow::Continue(())
    }
}
