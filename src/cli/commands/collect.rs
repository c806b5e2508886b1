//! A listener that keeps something of each image, as the last word on it has it.

use addpack::report::Report;
use addpack::run::{FinalReport, Listener};
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::path::Path;

/// Keeps what `of` makes of each report.
pub(crate) struct Collect<T, F> {
    of: F,
    seen: VecDeque<T>,
    /// What is kept, in the order of the images.
    pub(crate) kept: Vec<T>,
}

impl<T, F: FnMut(Box<Report>) -> T> Collect<T, F> {
    pub(crate) fn new(of: F) -> Self {
        Self { of, seen: VecDeque::new(), kept: Vec::new() }
    }
}

impl<T: Send, F: FnMut(Box<Report>) -> T + Send> Listener for Collect<T, F> {
    fn seen(&mut self, report: Box<Report>) -> ControlFlow<()> {
        self.seen.push_back((self.of)(report));
        ControlFlow::Continue(())
    }

    fn image(&mut self, said: FinalReport) -> ControlFlow<()> {
        let seen = self.seen.pop_front();
        match said {
            FinalReport::AsSeen => self.kept.extend(seen),
            FinalReport::Changed(report) => self.kept.push((self.of)(report)),
            FinalReport::Deferred => {}
        }
        ControlFlow::Continue(())
    }

    fn repeated(&mut self, _: &Path, _: &Path) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
