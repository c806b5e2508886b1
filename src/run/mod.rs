//! Many images: looked at, decided on, and changed. A survey looks at all that was named ([`survey()`]); the set
//! makes one answer for each image; and exactly what was decided is done ([`carry_out()`]).

mod access;
mod answers;
mod carry_out;
mod change;
mod claimed;
mod claims;
mod images;
mod in_order;
mod keep;
mod kept;
mod known;
mod look;
mod members;
mod only;
mod output;
mod overview;
mod pool;
mod prepare;
pub mod recovery;
mod request;
mod step;
mod survey;
mod turns;

pub use carry_out::carry_out;
pub use keep::keep_diskette;
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
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

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
    /// The images that alone are converted.
    pub only: Option<Only>,
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
            only: None,
        }
    }
}

/// The last word on an image.
#[derive(Debug)]
pub enum Said {
    /// What was said when it was seen stands.
    AsSeen,
    /// This, in the place of what was said.
    Anew(Box<Report>),
    /// Nothing: it is put off.
    Nothing,
}

/// Who hears what a run comes to. First each image that is seen is told, then that the survey is over, and then,
/// in the same order, the last word on each. `Break` ends the run.
pub trait Listener: Send {
    /// What an image is by itself. The set may have more to say of it.
    fn seen(&mut self, report: Box<Report>) -> ControlFlow<()>;

    /// All was seen, or the survey was stopped.
    fn surveyed(&mut self, _: &Overview) {}

    /// The last word on the first image that has none yet.
    fn image(&mut self, said: Said) -> ControlFlow<()>;

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

/// Looks at all that a job names, and decides which images count. `listener` hears what each image is by
/// itself.
///
/// # Errors
/// Where the ledger cannot be read.
pub fn survey(
    job: &Job,
    ledger: &mut Ledger,
    stop: &AtomicBool,
    listener: &mut dyn Listener,
) -> Result<Survey, LedgerError> {
    let (mut survey, threads) = survey::look_at_all(job, ledger, stop, listener)?;
    if survey.end == End::Complete {
        pool::scope(threads, |scope| answers::decide(&mut survey, job, ledger, scope))?;
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
    listener: &mut dyn Listener,
) -> Result<End, LedgerError> {
    let survey = survey(job, ledger, stop, listener)?;
    carry_out(&survey, job, ledger, stop, listener)
}
