//! Many images: in groups, each group by several workers, outcomes in the order of the paths.
//!
//! A group is worked on from end to end before the next one begins, so memory does not grow with
//! the number of images, and what was begun is whole when a run is stopped.

mod access;
mod claims;
mod crew;
mod foresee;
mod image;
mod members;
mod output;
mod wishes;

use crate::find::{Finder, Found};
use crate::ledger::{Ledger, LedgerError};
use crate::outcome::{Outcome, Report};
use crate::record::fields::{FileTime, Seal};
use claims::Claims;
use crew::Crew;
use image::Step;
use members::Members;
use output::Output;
use std::mem::take;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Images that are worked on together. Those that are converted share the disk's flushes; more of
/// them would only take more memory.
const GROUP: usize = 64;

/// How often a sector of a diskette is asked for again, unless somebody says otherwise.
pub const RETRIES: u32 = 5;

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

impl Mode {
    /// Whether packs are changed, and not only looked at.
    pub fn converts(self) -> bool {
        matches!(self, Self::Convert(_))
    }
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
    /// How often a sector of a diskette that does not read well is asked for again.
    pub retries: u32,
    /// ddrescue's mapfile of the one image that is named.
    pub map: Option<PathBuf>,
    /// Whether all of a diskette is read, and not only what leads to the record. Only in
    /// [`Mode::Inspect`].
    pub surface: bool,
    /// The serial of the pack whose diskette the user says is in the drive, and whose conversion was
    /// interrupted there.
    pub put_back: Option<String>,
    /// The digests of the records that the user was asked about: no other diskette is converted.
    pub asked_about: Option<Vec<Seal>>,
}

impl Job {
    /// A job with nothing special: in place, by one worker.
    pub fn new(paths: Vec<PathBuf>, mode: Mode) -> Self {
        Self {
            paths,
            mode,
            output: None,
            workers: 1,
            retries: RETRIES,
            map: None,
            surface: false,
            put_back: None,
            asked_about: None,
        }
    }
}

/// Who hears what a run comes to, in the order of the paths. `Break` ends the run.
pub trait Listener: Send {
    /// An image is done.
    fn image(&mut self, report: Box<Report>) -> ControlFlow<()>;

    /// A file in a folder is no image, by its size and its name.
    fn skipped(&mut self);

    /// `path` leads to what `first` has led to already.
    fn repeated(&mut self, path: &Path, first: &Path) -> ControlFlow<()>;

    /// All that is done by now was told.
    fn caught_up(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// All paths were walked.
    Complete,
    /// `stop` was set.
    Stopped,
    /// The listener had heard enough.
    Unheard,
}

/// Runs a job. Once `stop` is set no image is begun; what was begun is brought to its end.
///
/// # Errors
/// Where the ledger fails. No image is changed without its claim; those that were to be claimed are
/// reported as failed.
pub fn run(
    job: &Job,
    ledger: &mut Ledger,
    stop: &AtomicBool,
    listener: &mut dyn Listener,
) -> Result<End, LedgerError> {
    let finder = Finder::new(job.paths.clone(), job.output.as_deref())
        .with_mapfile(job.map.clone())
        .only_to_look(job.mode == Mode::Inspect);
    let mut finder = Members::new(finder, &job.paths);
    let output = job.output.clone().map(|folder| Output::new(folder, job));
    let claims = Claims::new(ledger, job.put_back.clone())?;
    let mut walk = Walk { group: finder.by_ref().take(GROUP).collect(), finder, done: Vec::new() };
    let mut run = Run { job, output, claims, listener };
    let few = if job.mode.converts() { job.workers } else { crew::few() };
    let mut threads = few.min(job.workers);
    let end = loop {
        let crew = Crew::new(threads, walk.group.len());
        let may_grow = threads < job.workers;
        match crew.lead(|| run.groups(&mut walk, &crew, may_grow, stop))? {
            Some(end) => break end,
            None => threads = job.workers,
        }
    };
    run.claims.end()?;
    Ok(end)
}

/// Looks at an image, and readies what is to be changed.
fn prepare(found: Found, job: &Job, output: Option<&Output>, stop: &AtomicBool) -> Step {
    match found {
        Found::Image(_) if stop.load(Ordering::Relaxed) => Step::NotBegun,
        Found::Image(image) => image::prepare(image, job, output),
        other => Step::Aside(other),
    }
}

/// How far a run has come: what was done and not told yet, what comes next, and after that.
struct Walk {
    done: Vec<Step>,
    group: Vec<Found>,
    finder: Members,
}

/// A run under way.
struct Run<'a> {
    job: &'a Job,
    output: Option<Output>,
    claims: Claims<'a>,
    listener: &'a mut dyn Listener,
}

impl Run<'_> {
    /// Brings one group after the other to its end: all of them, or, if the crew `may_grow`, those up to
    /// the first that a larger one would have been done with sooner. Then it is `None`.
    fn groups(
        &mut self,
        walk: &mut Walk,
        crew: &Crew,
        may_grow: bool,
        stop: &AtomicBool,
    ) -> Result<Option<End>, LedgerError> {
        let job = self.job;
        let Walk { done, group, finder } = walk;
        while !group.is_empty() {
            // While a group is prepared, the one before it is told, and the one after it is found.
            let output = self.output.take();
            let (before, now) = (take(done), take(group));
            let prepare = || crew.look(now, |found| prepare(found, job, output.as_ref(), stop));
            let find = || finder.by_ref().take(GROUP).collect();
            let (told, ((steps, waits), next)) =
                crew.both(|| self.tell(before), || crew.both(prepare, find));
            self.output = output;
            let end = told?;
            if end != End::Complete {
                return Ok(Some(end));
            }
            *group = next;
            *done = self.bring_to_end(steps, crew)?;
            if stop.load(Ordering::Relaxed) {
                return Ok(Some(self.tell(take(done))?.max(End::Stopped)));
            }
            if waits && may_grow {
                return Ok(None);
            }
        }
        self.tell(take(done)).map(Some)
    }

    /// Changes all that is to be changed in a group together. Where nothing is changed, what a
    /// conversion would meet depends on nothing that comes later: it is looked up by
    /// [`Run::tell`]; but a dry run's copies take their names in order.
    fn bring_to_end(&mut self, steps: Vec<Step>, crew: &Crew) -> Result<Vec<Step>, LedgerError> {
        let (steps, result) = match self.job.mode {
            Mode::Inspect => return Ok(steps),
            Mode::DryRun(_) => self.foresee(steps),
            Mode::Convert(_) => self.change(steps, crew),
        };
        match result {
            Ok(()) => Ok(steps),
            Err(error) => {
                let _ = self.tell_all(steps);
                Err(error)
            }
        }
    }

    /// Tells what a group came to.
    fn tell(&mut self, mut steps: Vec<Step>) -> Result<End, LedgerError> {
        let mut result = Ok(());
        if self.job.mode == Mode::Inspect {
            (steps, result) = self.foresee(steps);
        }
        let told = self.tell_all(steps);
        result?;
        Ok(if told.is_break() { End::Unheard } else { End::Complete })
    }

    fn tell_all(&mut self, steps: Vec<Step>) -> ControlFlow<()> {
        steps.into_iter().try_for_each(|step| tell(step, self.listener))?;
        self.listener.caught_up()
    }

    fn foresee(&mut self, mut steps: Vec<Step>) -> (Vec<Step>, Result<(), LedgerError>) {
        let result = self.claims.foresee(&mut steps, self.job.mode);
        match &mut self.output {
            Some(output) => (output.publish(steps), result),
            None => (steps, result),
        }
    }

    /// Claims and changes what is ready, in rounds: the second copy of a pack waits for the first.
    fn change(
        &mut self,
        mut steps: Vec<Step>,
        crew: &Crew,
    ) -> (Vec<Step>, Result<(), LedgerError>) {
        let mut result = self.claims.begin(&mut steps, self.output.is_none());
        loop {
            // Also where nothing is ready: converted packs that were met are entered.
            result = result.and_then(|()| self.claims.claim(&mut steps));
            if steps.iter().any(Step::is_begun) {
                steps.iter().for_each(Step::stage);
                steps = crew.work(steps, Step::commit);
                steps = crew.work(steps, Step::finish);
            }
            if let Some(output) = &mut self.output {
                steps = output.publish(steps);
            }
            result = result.and(self.claims.note(&mut steps));
            if result.is_err() {
                claims::fail_ready(&mut steps);
            }
            if result.is_err() || !steps.iter().any(Step::is_ready) {
                return (steps, result);
            }
        }
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
        Step::Aside(Found::Image(_)) | Step::NotBegun | Step::Ready(..) | Step::Begun(..) => {}
    }
    ControlFlow::Continue(())
}
