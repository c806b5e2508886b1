//! One image on its way through a run.

use super::access::{Access, lock, lock_shared, open, open_found, open_to_change};
use super::output::{Copy, Output};
use super::{Describe, Job, Mode};
use crate::container::ContainerError;
use crate::conversion::{Patch, decide};
use crate::diagnosis::{FindingCode, diagnose};
use crate::disk::Storage;
use crate::find::{Found, Image, Skipped};
use crate::media::surface::survey;
use crate::media::{DriveError, Kind, Medium};
use crate::pack::commit::Commit;
use crate::pack::contents::contents;
use crate::pack::examine::{Examination, RecordSectors, examine};
use crate::record::RecordBytes;
use crate::record::fields::{FileTime, Seal};
use crate::record::seal::sha1;
use crate::report::{Action, Failure, FailureCode, NotAPack, Note, Outcome, Report};
use std::fs::TryLockError;

/// How far an image has come.
pub(super) enum Step {
    /// No image: something else to tell.
    Aside(Found),
    /// The run was stopped before.
    NotBegun,
    /// To be changed, once it is claimed.
    Ready(Box<Report>, Box<Change>),
    /// Being changed.
    Begun(Box<Report>, Box<Change>),
    /// Nothing more to do.
    Done(Box<Report>),
}

/// A change that is to be made.
pub(super) enum Change {
    /// In place; the image is locked.
    InPlace(Commit<Medium>),
    /// On a copy, which gets its name when all of it is on the disk.
    Copy(Copy),
}

impl Step {
    pub(super) fn is_ready(&self) -> bool {
        matches!(self, Self::Ready(..))
    }

    pub(super) fn is_begun(&self) -> bool {
        matches!(self, Self::Begun(..))
    }

    /// Readies what is written together with others.
    pub(super) fn stage(&self) {
        if let Self::Begun(_, change) = self
            && let Change::InPlace(commit) = &**change
        {
            commit.stage();
        }
    }

    /// Does all of a change that waits for the disk.
    pub(super) fn commit(self) -> Self {
        let Self::Begun(report, mut change) = self else { return self };
        let result = match &mut *change {
            Change::InPlace(commit) => commit.check().and_then(|()| commit.commit()),
            Change::Copy(copy) => copy.write(),
        };
        match result {
            Ok(()) => Self::Begun(report, change),
            Err(failure) => Self::Done(report.failed(failure)),
        }
    }

    /// Brings a change in place to its end. A copy is left to be published.
    pub(super) fn finish(self) -> Self {
        match self {
            Self::Begun(report, change) => match *change {
                Change::InPlace(commit) => match finish_in_place(&commit) {
                    Ok(()) => Self::Done(report.converted(&commit.patch.new)),
                    Err(failure) => Self::Done(report.failed(failure)),
                },
                Change::Copy(_) => Self::Begun(report, change),
            },
            other => other,
        }
    }
}

/// Looks at an image, and readies what has to be changed.
pub(super) fn prepare(mut image: Image, job: &Job, output: Option<&Output>) -> Step {
    let is_named = image.is_named();
    let mut report = Report::new(image.place.full_path(), is_named, Outcome::NotAPack);
    report.is_drive = image.place.kind == Kind::Drive;
    let change = match (job.mode, output) {
        (Mode::Inspect, _) => inspect(&mut image, job, &mut report).map(|()| None),
        (Mode::DryRun(at) | Mode::Convert(at), None) => in_place(&image, job, at, &mut report),
        (Mode::DryRun(at) | Mode::Convert(at), Some(output)) => {
            to_copy(&image, job, at, output, &mut report)
        }
    };
    match change {
        Ok(Some(change)) if job.mode.converts() => Step::Ready(report, Box::new(change)),
        Ok(_) => Step::Done(report),
        Err(failure) => settle(report, failure, is_named),
    }
}

/// A container without an image of a diskette is no failure; nor is, in a folder, one that is too large
/// for one. One in a format that is not read is counted there, and not an image.
fn settle(mut report: Box<Report>, failure: Failure, is_named: bool) -> Step {
    use ContainerError::{HardDisk, NoImage, NoSectors, SectorSize, TooLarge, Unsupported};
    let why = failure.cause.as_ref().and_then(ContainerError::behind);
    match why {
        Some(NoImage | NoSectors | SectorSize { .. } | HardDisk(_)) => {}
        Some(TooLarge) if !is_named => {}
        Some(Unsupported { format, .. }) if !is_named => {
            let skipped = Skipped { path: report.path, format: Some(format) };
            return Step::Aside(Found::Skipped(skipped));
        }
        _ => return Step::Done(report.failed(failure)),
    }
    report.not_a_pack = why.map(NotAPack::Container);
    Step::Done(report)
}

fn inspect(image: &mut Image, job: &Job, report: &mut Report) -> Result<(), Failure> {
    let medium = open_found(image, job)?;
    look(&medium, report)?;
    if report.has_finding(FindingCode::DamagedRecord) {
        // It may have been read while another run wrote it: look again with that kept away.
        lock_shared(&medium)?;
        look(&medium, report)?;
    }
    if report.not_a_pack == Some(NotAPack::NoRecord) && job.describe != Describe::No {
        let digests = job.describe == Describe::Digests;
        let contents = contents(&medium, digests);
        report.diskette = contents.map_err(|e| Failure::from_io(Action::Read, e))?.map(Box::new);
    }
    if job.surface {
        report.surface = survey(&medium).map_err(|e| Failure::from_io(Action::Read, e))?;
        report.notes.extend(report.surface.is_none().then_some(Note::NoSurface));
    }
    Ok(())
}

fn in_place(
    image: &Image,
    job: &Job,
    at: FileTime,
    report: &mut Report,
) -> Result<Option<Change>, Failure> {
    let (medium, protection) = match open_to_change(&image.place, job)? {
        Access::Full(medium) => (medium, None),
        Access::Protected(medium, failure) => (medium, Some(failure)),
    };
    if protection.is_none() {
        lock(medium.try_lock())?;
    } else {
        lock_shared(&medium)?;
    }
    in_place_still(&medium)?;
    let sectors = look(&medium, report)?;
    // It waits for the others of its group now.
    medium.release();
    let Some((sectors, patch)) = sectors.zip(change(report, at)) else { return Ok(None) };
    let meant = |digests: &Vec<Seal>| digests.contains(&sha1(&[&patch.old]));
    if medium.is_removable() && !job.asked_about.as_ref().is_none_or(meant) {
        return Err(Failure::from_io(Action::Lock, DriveError::Changed.into()));
    }
    if let Some(obstacle) = medium.obstacle() {
        return Err(Failure::from_io(Action::Write, obstacle.into()));
    }
    medium.may_be_replaced().map_err(|error| Failure::from_io(Action::Replace, error))?;
    match protection {
        Some(failure) => Err(failure),
        None => Ok(Some(Change::InPlace(Commit { medium, sectors, patch }))),
    }
}

fn to_copy(
    image: &Image,
    job: &Job,
    at: FileTime,
    output: &Output,
    report: &mut Report,
) -> Result<Option<Change>, Failure> {
    let medium = open(&image.place, job)?;
    // Its claim is told to be alive by this lock; a file system without locks has none to tell.
    if let Err(TryLockError::WouldBlock) = medium.try_lock() {
        return Err(Failure::new(FailureCode::InUse, Action::Lock));
    }
    in_place_still(&medium)?;
    let sectors = look(&medium, report)?;
    // It waits for the others of its group now.
    medium.release();
    let Some((sectors, patch)) = sectors.zip(change(report, at)) else { return Ok(None) };
    let target = output.target(image, &medium, report.record());
    report.output = Some(target.clone());
    let copy = Copy::new(Commit { medium, sectors, patch }, target.clone());
    if let Some(held) = copy.is_there()? {
        report.outcome = Outcome::AlreadyConverted;
        report.diagnosis = Some(held);
        return Ok(None);
    }
    if job.mode.converts() {
        output.make_folder(&target).map_err(|e| Failure::from_io(Action::Copy, e).about(target))?;
    }
    Ok(Some(Change::Copy(copy)))
}

/// A conversion of a file that the path no longer leads to would be lost.
fn in_place_still(medium: &Medium) -> Result<(), Failure> {
    let replaced = || Failure::new(FailureCode::Replaced, Action::Lock);
    if medium.is_at_its_path() { Ok(()) } else { Err(replaced()) }
}

fn finish_in_place(commit: &Commit<Medium>) -> Result<(), Failure> {
    commit.finish()?;
    in_place_still(&commit.medium)
}

/// Examines a medium and writes into the report what it is; where the record lies, if it has one.
fn look(medium: &Medium, report: &mut Report) -> Result<Option<RecordSectors>, Failure> {
    report.file = medium.file_id();
    let examination = examine(medium).map_err(|error| Failure::from_io(Action::Read, error))?;
    let behind = medium.has_bytes_behind().then_some(Note::BytesBehind).into_iter();
    match examination {
        Examination::NotAPack(why) => {
            report.not_a_pack = Some(why);
            report.notes = behind.collect();
            Ok(None)
        }
        Examination::Pack(pack) => {
            report.outcome = pack.outcome();
            report.notes = pack.notes;
            report.notes.extend(behind);
            report.diagnosis = Some(pack.diagnosis);
            Ok(pack.sectors)
        }
    }
}

fn change(report: &Report, at: FileTime) -> Option<Patch> {
    report.diagnosis.as_ref().and_then(|diagnosis| decide(diagnosis, at))
}

impl Report {
    pub(super) fn converted(mut self: Box<Self>, record: &RecordBytes) -> Box<Self> {
        self.convert(record);
        self
    }

    pub(super) fn convert(&mut self, record: &RecordBytes) {
        self.outcome = Outcome::Converted;
        self.diagnosis = Some(diagnose(record));
    }
}
