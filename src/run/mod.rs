//! Many images: in groups, each group by several workers, outcomes in the order of the paths.
//!
//! A group is changed from end to end before the next one is looked at, so what was begun is whole
//! when a run is stopped. Never more than two groups are in memory, however many images there are.

mod access;
mod claims;
mod crew;
mod foresee;
mod image;
mod keep;
mod members;
mod output;
pub mod recovery;
mod walk;
mod wishes;

use crate::find::{Finder, Found, Skipped};
use crate::ledger::{Ledger, LedgerError};
use crate::media::Watcher;
use crate::record::fields::{FileTime, Seal};
use crate::report::{Outcome, Report};
pub use keep::keep_diskette;

use claims::Claims;
use crew::{Crew, Lead};
use image::Step;
use members::Members;
use output::Output;
use std::mem::take;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use walk::{Group, Task, Walk};

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

/// What is said of a diskette that is no pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Describe {
    /// That it is none.
    No,
    /// Its names, and the files in its root.
    Files,
    /// The same, with the SHA-1 of each file.
    Digests,
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
    /// Who follows the reading of a diskette, and may end it.
    pub watcher: Option<Watcher>,
    /// ddrescue's mapfile of the one image that is named.
    pub map: Option<PathBuf>,
    /// What is said of a diskette that is no pack. Only in [`Mode::Inspect`].
    pub describe: Describe,
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
            watcher: None,
            map: None,
            describe: Describe::No,
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

    /// A file in a folder or an archive is not looked at.
    fn skipped(&mut self, _: &Skipped) {}

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
    let task = Task { job, output: output.as_ref(), stop };
    let mut run = Run { task, claims, listener, done: Vec::new() };
    // One image needs no crew.
    let first: Vec<_> = finder.by_ref().take(2).collect();
    let most = if first.len() > 1 { job.workers } else { 1 };
    let mut threads = if job.mode.converts() { most } else { crew::few().min(most) };
    let mut walk = Walk::new(first.into_iter().chain(finder), threads < most);
    let end = loop {
        let crew = Crew::new(threads);
        let may_grow = threads < most;
        match crew.lead(|lead| run.groups(&mut walk, lead, may_grow))? {
            Some(end) => break end,
            None => threads = most,
        }
    };
    run.claims.end()?;
    Ok(end)
}

/// A run under way.
struct Run<'a> {
    task: Task<'a>,
    claims: Claims<'a>,
    listener: &'a mut dyn Listener,
    /// What was done and not told yet.
    done: Vec<Step>,
}

impl<'a> Run<'a> {
    /// Brings one group after the other to its end: all of them, or, if the crew `may_grow`, those up to
    /// the first that a larger one would have been done with sooner. Then it is `None`.
    fn groups(
        &mut self,
        walk: &mut Walk<impl Iterator<Item = Found>>,
        lead: &Lead<'_, 'a>,
        may_grow: bool,
    ) -> Result<Option<End>, LedgerError> {
        loop {
            // What was done is told while others are looked at.
            walk.begin(self.task, lead);
            let end = self.tell()?;
            if end != End::Complete {
                return Ok(Some(end));
            }
            let Group { steps, waited } = walk.take();
            if steps.is_empty() {
                return Ok(Some(End::Complete));
            }
            self.done = self.bring_to_end(steps, lead)?;
            if self.task.stop.load(Ordering::Relaxed) {
                return Ok(Some(self.tell()?.max(End::Stopped)));
            }
            if waited && may_grow {
                return Ok(None);
            }
        }
    }

    /// Changes all that is to be changed in a group together. Where nothing is changed, what a
    /// conversion would meet depends on nothing that comes later: it is looked up by
    /// [`Run::tell`]; but a dry run's copies take their names in order.
    fn bring_to_end(
        &mut self,
        steps: Vec<Step>,
        lead: &Lead<'_, '_>,
    ) -> Result<Vec<Step>, LedgerError> {
        let (steps, result) = match self.task.job.mode {
            Mode::Inspect => return Ok(steps),
            Mode::DryRun(_) => self.foresee(steps),
            Mode::Convert(_) => self.change(steps, lead),
        };
        match result {
            Ok(()) => Ok(steps),
            Err(error) => {
                let _ = self.tell_all(steps);
                Err(error)
            }
        }
    }

    /// Tells what was done.
    fn tell(&mut self) -> Result<End, LedgerError> {
        let (mut steps, mut result) = (take(&mut self.done), Ok(()));
        if self.task.job.mode == Mode::Inspect {
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
        let result = self.claims.foresee(&mut steps, self.task.job.mode);
        match self.task.output {
            Some(output) => (output.publish(steps), result),
            None => (steps, result),
        }
    }

    /// Claims and changes what is ready, in rounds: the second copy of a pack waits for the first.
    fn change(
        &mut self,
        mut steps: Vec<Step>,
        lead: &Lead<'_, '_>,
    ) -> (Vec<Step>, Result<(), LedgerError>) {
        let mut result = self.claims.begin(&mut steps, self.task.output.is_none());
        loop {
            // Also where nothing is ready: converted packs that were met are entered.
            result = result.and_then(|()| self.claims.claim(&mut steps));
            if steps.iter().any(Step::is_begun) {
                steps.iter().for_each(Step::stage);
                steps = lead.work(steps, Step::commit);
                steps = lead.work(steps, Step::finish);
            }
            if let Some(output) = self.task.output {
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
        Step::Aside(Found::Failed { path, named, error }) => {
            let report = Report::new(path, named, Outcome::Failed);
            return listener.image(report.failed(access::not_found(error)));
        }
        Step::Aside(Found::Repeated { path, first }) => return listener.repeated(&path, &first),
        Step::Aside(Found::Skipped(skipped)) => listener.skipped(&skipped),
        Step::Aside(Found::Image(_)) | Step::NotBegun | Step::Ready(..) | Step::Begun(..) => {}
    }
    ControlFlow::Continue(())
}
