//! Progress on standard error, if that is a terminal.

use crate::cli::args::Common;
use crate::cli::ask::stop::STOP;
use crate::cli::show::layout;
use crate::cli::show::tally::Tally;
use crate::cli::show::terminal::escape;
use crate::cli::words::number;
use addpack::disk::{DiskGeometry, SECTOR_LEN};
use addpack::find::Finder;
use addpack::media::{ReadingAt, Watcher};
use addpack::report::Outcome;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::io::{IsTerminal, stderr};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// The progress of reading a diskette, shortened if it does not fit into `columns`.
fn reading_text(columns: usize, drive: &str, at: ReadingAt, since: Duration, left: bool) -> String {
    let flaws = format!("  weak {}, lost {}", at.weak, at.lost);
    let flaws = if at.weak + at.lost > 0 { &*flaws } else { "" };
    let again = format!("sector {} again ({} of {})", at.sector, at.retry, at.retries);
    let (again, in_short) = match at.retry {
        0 => (String::new(), String::new()),
        _ => (format!("  trying {again}"), format!("  {again}")),
    };
    let left = if left { time_left(at, since) } else { String::new() };
    let time = clock(since);
    let (cylinder, of, head) = place(at);
    let text = format!(
        "reading {drive}  cylinder {cylinder} of {of}, head {head}{flaws}{again}  {time}{left}"
    );
    if text.chars().count() <= columns {
        return text;
    }
    format!("{drive}  c{cylinder} h{head}{flaws}{in_short}  {time}{left}")
}

/// The cylinder (counted from 1), the number of cylinders, and the head.
fn place(at: ReadingAt) -> (u32, u32, u32) {
    let geometry = DiskGeometry::of_len(u64::from(at.sectors) * SECTOR_LEN as u64);
    geometry.map_or((1, 1, 0), |geometry| {
        let track = at.sector / geometry.sectors;
        (track / geometry.heads + 1, geometry.cylinders, track % geometry.heads)
    })
}

/// The estimated remaining time, once enough was read for an estimate.
fn time_left(at: ReadingAt, since: Duration) -> String {
    if at.sector == 0 || since < Duration::from_secs(1) {
        return String::new();
    }
    let rest = at.sectors.saturating_sub(at.sector);
    format!(", about {} left", clock(since * rest / at.sector))
}

fn clock(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

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

    /// Shows the progress of reading the diskette in `drive`, and ends the reading if the user asks for that. If the
    /// diskette `is_whole` read, the remaining time is shown as well.
    pub(crate) fn watcher(&self, drive: &Path, is_whole: bool) -> Watcher {
        let line = self.bar.clone().filter(|_| self.is_line);
        let drive = escape(&drive.to_string_lossy());
        let begun = Instant::now();
        let columns = layout::of_stderr().unwrap_or(layout::WIDTH);
        Watcher::new(move |at| {
            if let Some(line) = &line {
                line.set_message(reading_text(columns, &drive, at, begun.elapsed(), is_whole));
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

#[cfg(test)]
mod tests {
    use super::*;

    const AT: ReadingAt =
        ReadingAt { sector: 1142, sectors: 2880, retry: 0, retries: 5, weak: 0, lost: 0 };

    #[test]
    fn a_diskette_that_reads_well_shows_its_place_and_the_time() {
        assert_eq!(
            reading_text(78, "/dev/fd0", AT, Duration::from_secs(48), true),
            "reading /dev/fd0  cylinder 32 of 80, head 1  0:48, about 1:13 left"
        );
    }

    #[test]
    fn a_sector_that_is_tried_again_and_what_was_lost_are_shown() {
        let at = ReadingAt { retry: 3, weak: 2, lost: 1, ..AT };
        let text = |columns| reading_text(columns, "A:", at, Duration::from_secs(9), true);
        assert_eq!(
            text(120),
            "reading A:  cylinder 32 of 80, head 1  weak 2, lost 1  trying sector 1142 again (3 of 5)  0:09, \
             about 0:13 left"
        );
        assert_eq!(
            text(78),
            "A:  c32 h1  weak 2, lost 1  sector 1142 again (3 of 5)  0:09, about 0:13 left"
        );
    }
}
