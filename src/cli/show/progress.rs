//! Progress on standard error, if that is a terminal.

use crate::cli::args::Common;
use crate::cli::ask::stop::STOP;
use crate::cli::show::layout;
use crate::cli::show::reading::{Pass, ReadingOf, clock, reading_text};
use crate::cli::show::tally::Tally;
use crate::cli::show::terminal::escape;
use crate::cli::words::number;
use addpack::find::Finder;
use addpack::media::Watcher;
use addpack::report::Outcome;
use addpack::run::Job;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::io::{IsTerminal, stderr};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A progress bar, or nothing.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    /// Whether it shows the progress within one diskette instead of a number of images.
    is_line: bool,
    /// Whether examined images are counted, and not changed ones.
    is_looking: bool,
    tally: Tally,
}

impl Progress {
    /// A line that shows the progress within one diskette; nothing if standard error is not a terminal.
    pub(crate) fn of_diskette(quiet: bool) -> Self {
        let bar = (!quiet && stderr().is_terminal()).then(ProgressBar::new_spinner);
        if let Some(bar) = &bar {
            let style = ProgressStyle::with_template("{wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        }
        Self { bar, is_line: true, is_looking: true, tally: Tally::default() }
    }

    /// The job, with a watcher that ends the reading of a diskette if the user asks for that and, where this is the line
    /// of the one drive that the job names, shows how far the reading is.
    pub(crate) fn watch(&self, job: Job, of: ReadingOf) -> Job {
        let drive = job.paths.first().map_or_else(PathBuf::new, PathBuf::clone);
        Job { watcher: Some(self.watcher(&drive, of)), ..job }
    }

    /// A watcher of the diskette in `drive`.
    pub(crate) fn watcher(&self, drive: &Path, of: ReadingOf) -> Watcher {
        let line = self.bar.clone().filter(|_| self.is_line);
        let drive = escape(&drive.to_string_lossy());
        let columns = layout::of_stderr().unwrap_or(layout::WIDTH);
        let begun = Instant::now();
        let pass = Mutex::new(Pass::new(of));
        Watcher::new(move |at| {
            if let Some(line) = &line {
                let mut pass = pass.lock().unwrap_or_else(PoisonError::into_inner);
                let left = pass.time_left(at, begun.elapsed());
                line.set_message(reading_text(columns, &drive, at, begun.elapsed(), left));
                line.tick();
            }
            let stop = STOP.load(Ordering::Relaxed);
            if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    }

    /// A bar over what `common` names, which is counted first; none if standard error is not a terminal.
    pub(crate) fn over(common: &Common, doing: &'static str) -> Self {
        if common.names_one_drive() {
            return Self::of_diskette(common.screen.quiet);
        }
        let several = common.paths.len() > 1 || common.paths.iter().any(|path| path.is_dir());
        if common.screen.quiet || !several || !stderr().is_terminal() {
            return Self { bar: None, is_line: false, is_looking: true, tally: Tally::default() };
        }
        let bar = bar(doing, count(common));
        Self { bar: Some(bar), is_line: false, is_looking: true, tally: Tally::default() }
    }

    /// A bar over `count` pieces of work; none if standard error is not a terminal.
    pub(crate) fn counting(common: &Common, doing: &'static str, count: u64) -> Self {
        let is_seen = !common.screen.quiet && count > 1 && stderr().is_terminal();
        Self {
            bar: is_seen.then(|| bar(doing, count)),
            is_line: false,
            is_looking: true,
            tally: Tally::default(),
        }
    }

    /// Starts again from zero for `count` pieces of other work.
    pub(crate) fn begin_again(&mut self, doing: &'static str, count: u64) {
        let Some(bar) = self.bar.as_ref().filter(|_| !self.is_line) else { return };
        self.tally = Tally::default();
        self.is_looking = false;
        bar.reset();
        bar.set_length(count);
        bar.set_prefix(doing);
        bar.set_message("");
    }

    /// An image was looked at. What it comes to is not decided before all are seen. An archive was counted as one
    /// image, and may hold many.
    pub(crate) fn seen(&self) {
        if let Some(bar) = self.bar.as_ref().filter(|_| self.is_looking && !self.is_line) {
            bar.inc(1);
            bar.set_length(bar.length().unwrap_or(0).max(bar.position()));
        }
    }

    /// An image is done.
    pub(crate) fn done(&mut self, outcome: Outcome) {
        let Some(bar) = self.bar.as_ref().filter(|_| !self.is_line) else { return };
        self.tally.add(outcome);
        let counts: Vec<_> = Outcome::ALL
            .iter()
            .copied()
            .filter(|outcome| self.tally.count(*outcome) > 0)
            .map(|outcome| format!("{} {}", number(self.tally.count(outcome)), outcome.as_str()))
            .collect();
        bar.set_message(counts.join(", "));
        bar.inc(1);
    }

    /// Counts a path that is not an image.
    pub(crate) fn other(&self) {
        if let Some(bar) = self.bar.as_ref().filter(|_| !self.is_line) {
            bar.inc(1);
        }
    }

    /// Hides the bar while `f` writes something else.
    pub(crate) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Counts what is named, and shows the count so far: on a slow disk even that takes a while.
fn count(common: &Common) -> u64 {
    let line = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("counting files: {human_pos}");
    line.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    let walk = Finder::new(common.paths.clone(), None);
    walk.take_while(|_| !STOP.load(Ordering::Relaxed)).for_each(|_| line.inc(1));
    line.finish_and_clear();
    line.position()
}

fn bar(doing: &'static str, count: u64) -> ProgressBar {
    let bar = ProgressBar::new(count);
    let template = "{prefix} {bar:24} {human_pos}/{human_len}{pace}  {wide_msg}";
    let style = ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("pace", |state: &ProgressState, text: &mut dyn Write| {
            // Before that, it is a guess that is far from what follows.
            if state.elapsed() >= Duration::from_secs(1) {
                let _ = write!(text, "  {:.0}/s", state.per_sec());
                let _ = write!(text, "  {} left", clock(state.eta()));
            }
        });
    bar.set_style(style);
    bar.set_prefix(doing);
    bar
}
