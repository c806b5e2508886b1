//! Works on many images. A survey examines everything that was named ([`survey()`]), the set makes one decision for
//! each image, and exactly what was decided is done ([`carry_out()`]).

mod access;
mod carry_out;
mod change;
mod claimed;
mod claims;
mod decide;
mod decisions;
mod group;
mod images;
mod in_order;
mod keep;
mod kept;
mod known;
mod look;
mod members;
mod only;
mod open_claims;
mod output;
mod overview;
mod pool;
mod prepare;
pub mod recovery;
mod request;
mod results;
mod seen;
mod step;
mod survey;
mod turns;
mod work;

pub use carry_out::carry_out;
pub use keep::{keep_diskette, recognize_diskette};
pub use known::is_in_drive;
pub use only::Only;
pub use overview::Overview;
pub use survey::Survey;

use crate::find::Skipped;
use crate::ledger::{Ledger, LedgerError};
use crate::media::Watcher;
use crate::record::fields::{FileTime, Seal};
use crate::report::Report;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// How often a sector of a diskette that reads badly is retried by default.
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

/// How much is reported of a diskette that is not a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Describe {
    /// Only that it is not a pack.
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
    /// How often a sector of a diskette that reads badly is retried.
    pub retries: u32,
    /// Follows the reading of a diskette, and may end it.
    pub watcher: Option<Watcher>,
    /// ddrescue's mapfile of the one image that is named.
    pub map: Option<PathBuf>,
    /// How much is reported of a diskette that is not a pack. Only in [`Mode::Inspect`].
    pub describe: Describe,
    /// Whether all of a diskette is read, and not only what leads to the record. Only in
    /// [`Mode::Inspect`].
    pub surface: bool,
    /// The serial of the pack whose diskette the user says is in the drive, and whose conversion was
    /// interrupted there.
    pub put_back: Option<String>,
    /// The digests of the records that the user was asked about: no other diskette is converted.
    pub asked_about: Option<Vec<Seal>>,
    /// If given, only these images are converted.
    pub only: Option<Only>,
}

impl Job {
    /// A job with defaults for the rest: in place, with one worker.
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
            only: None,
        }
    }
}

/// The final report on an image.
#[derive(Debug)]
pub enum FinalReport {
    /// The report that was made when the image was seen.
    AsSeen,
    /// Another report, which replaces that one.
    Changed(Box<Report>),
    /// None yet: the image comes again in another run, or the run was stopped before it.
    Deferred,
}

/// What a run reports while it goes on: first each image as it is seen, then that the survey is over, and then, in
/// the same order, the final report on each image.
#[derive(Debug)]
pub enum RunEvent {
    /// What an image is by itself. Other images of its pack, or the ledger, may change that.
    Seen(Box<Report>),
    /// All images were seen, or the survey was stopped.
    Surveyed(Overview),
    /// The final report on the first image that has none yet.
    Final(FinalReport),
    /// A file in a folder or an archive is not examined.
    Skipped(Skipped),
    /// A path leads to what another path has led to already.
    Repeated {
        /// This path.
        path: PathBuf,
        /// The first path.
        first: PathBuf,
    },
    /// All that is done so far was reported.
    CaughtUp,
}

/// Receives the events of a run; `Break` ends the run.
pub type Listener<'a> = dyn FnMut(RunEvent) -> ControlFlow<()> + 'a;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// All paths were walked.
    Complete,
    /// `stop` was set.
    Stopped,
    /// The listener ended it.
    Unheard,
}

/// Examines everything that a job names, and decides which images count. Reports to `listener` what each image is by
/// itself.
///
/// # Errors
/// If the ledger cannot be read.
pub fn survey(
    job: &Job,
    ledger: &mut Ledger,
    stop: &AtomicBool,
    listener: &mut Listener<'_>,
) -> Result<Survey, LedgerError> {
    let (mut survey, threads) = survey::look_at_all(job, ledger, stop, listener)?;
    if survey.end == End::Complete {
        pool::scope(threads, |scope| decide::decide(&mut survey, job, ledger, scope))?;
    }
    Ok(survey)
}

/// Runs a job: the survey, and what it decides.
///
/// # Errors
/// As [`survey()`] and [`carry_out()`].
pub fn run(
    job: &Job,
    ledger: &mut Ledger,
    stop: &AtomicBool,
    listener: &mut Listener<'_>,
) -> Result<End, LedgerError> {
    let survey = survey(job, ledger, stop, listener)?;
    carry_out(&survey, job, ledger, stop, listener)
}
