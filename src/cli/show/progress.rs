//! Progress on standard error, where that is a terminal.

use crate::cli::args::Common;
use crate::cli::ask::stop::STOP;
use crate::cli::show::printer::Tally;
use addpack::find::Finder;
use addpack::report::Outcome;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::io::{IsTerminal, stderr};
use std::sync::atomic::Ordering;

/// A progress bar, or nothing.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    tally: Tally,
}

impl Progress {
    /// A bar over what `common` names, counted beforehand; none where nobody would see it.
    pub(crate) fn over(common: &Common, doing: &'static str) -> Self {
        let several = common.paths.len() > 1 || common.paths.iter().any(|path| path.is_dir());
        if common.quiet || !several || !stderr().is_terminal() {
            return Self { bar: None, tally: Tally::default() };
        }
        let walk = Finder::new(common.paths.clone(), None);
        let count = walk.take_while(|_| !STOP.load(Ordering::Relaxed)).count();
        let bar = ProgressBar::new(count as u64);
        let template = "{prefix} {bar:24} {pos}/{len}  {rate}  {eta} left  {msg}";
        let style = ProgressStyle::with_template(template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .with_key("rate", |state: &ProgressState, text: &mut dyn Write| {
                let _ = write!(text, "{:.0}/s", state.per_sec());
            });
        bar.set_style(style);
        bar.set_prefix(doing);
        Self { bar: Some(bar), tally: Tally::default() }
    }

    /// An image is done.
    pub(crate) fn image(&mut self, outcome: Outcome) {
        let Some(bar) = &self.bar else { return };
        self.tally.add(outcome);
        let counts: Vec<_> = Outcome::ALL
            .into_iter()
            .filter(|outcome| self.tally.count(*outcome) > 0)
            .map(|outcome| format!("{} {}", self.tally.count(outcome), outcome.as_str()))
            .collect();
        bar.set_message(counts.join(", "));
        bar.inc(1);
        // An archive was counted as one image, and may hold many.
        bar.set_length(bar.length().unwrap_or(0).max(bar.position()));
    }

    /// Something else that was counted is done.
    pub(crate) fn other(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    /// Writes something else without the bar in its way.
    pub(crate) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
