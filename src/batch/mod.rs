//! Many images: in groups, each group by several workers, outcomes in the order of the paths.
//!
//! A group is worked on from end to end before the next one begins, so memory does not grow with
//! the number of images, and what was begun is whole when a run is stopped.

mod crew;
mod image;
mod output;

use crate::find::{Finder, Found};
use crate::outcome::{Outcome, Report};
use crate::record::fields::FileTime;
use crew::Crew;
use image::Step;
use output::Output;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Packs that are committed together: their syncs share the disk's flushes.
const COMMIT_GROUP: usize = 64;
/// Images that are looked at together, where nothing is written.
const INSPECT_GROUP: usize = 256;

/// What is done with each pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Only looked at.
    Inspect,
    /// All but the writing.
    DryRun(FileTime),
    /// Converted, at this time.
    Convert(FileTime),
}

/// What to run on.
#[derive(Clone, Debug)]
pub struct Job {
    /// Images and folders.
    pub paths: Vec<PathBuf>,
    /// What to do with them.
    pub mode: Mode,
    /// Where converted copies go; `None` converts in place.
    pub output: Option<PathBuf>,
    /// Workers; 0 counts as 1.
    pub workers: usize,
}

/// Who hears what a run comes to, in the order of the paths. `Break` ends the run.
pub trait Listener {
    /// An image is done.
    fn image(&mut self, report: Box<Report>) -> ControlFlow<()>;

    /// A file in a folder is no image, by its size and its name.
    fn skipped(&mut self);

    /// `path` leads to what `first` has led to already.
    fn repeated(&mut self, path: &Path, first: &Path) -> ControlFlow<()>;
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// All paths were walked.
    Complete,
    /// `stop` was set.
    Stopped,
    /// The listener had heard enough.
    Unheard,
}

/// Runs a job. Once `stop` is set no image is begun; what was begun is brought to its end.
pub fn run(job: &Job, stop: &AtomicBool, listener: &mut dyn Listener) -> End {
    let crew = Crew::new(job.workers);
    let mut finder = Finder::new(job.paths.clone(), job.output.as_deref());
    let mut output = job.output.clone().map(|folder| Output::new(folder, job));
    let size = match job.mode {
        Mode::Convert(_) => COMMIT_GROUP,
        Mode::Inspect | Mode::DryRun(_) => INSPECT_GROUP,
    };
    loop {
        let group: Vec<_> = finder.by_ref().take(size).collect();
        if group.is_empty() {
            return End::Complete;
        }
        let steps = work(group, job.mode, &crew, stop, output.as_mut());
        if steps.into_iter().any(|step| tell(step, listener).is_break()) {
            return End::Unheard;
        }
        if stop.load(Ordering::Relaxed) {
            return End::Stopped;
        }
    }
}

/// One group: every image prepared, then all that are to be changed changed together.
fn work(
    group: Vec<Found>,
    mode: Mode,
    crew: &Crew,
    stop: &AtomicBool,
    mut output: Option<&mut Output>,
) -> Vec<Step> {
    let to = output.as_deref();
    let mut steps = crew.work(group, |found| match found {
        Found::Image(_) if stop.load(Ordering::Relaxed) => Step::NotBegun,
        Found::Image(image) => image::prepare(&image, mode, to),
        other => Step::Aside(other),
    });
    if steps.iter().any(Step::is_ready) {
        steps = crew.sync(steps, Step::commit);
        steps = crew.work(steps, Step::finish);
    }
    match &mut output {
        Some(output) => output.publish(steps),
        None => steps,
    }
}

fn tell(step: Step, listener: &mut dyn Listener) -> ControlFlow<()> {
    match step {
        Step::Done(report) => return listener.image(report),
        Step::Aside(Found::Failed { path, named, failure }) => {
            return listener.image(Report::new(path, named, Outcome::Failed).failed(failure));
        }
        Step::Aside(Found::Repeated { path, first }) => return listener.repeated(&path, &first),
        Step::Aside(Found::Skipped) => listener.skipped(),
        Step::Aside(Found::Image(_)) | Step::NotBegun | Step::Ready(..) => {}
    }
    ControlFlow::Continue(())
}
