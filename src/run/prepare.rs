//! Prepares what was decided: opens and locks the image, and checks that it holds the record that was seen.

use super::access::{in_place_still, lock, lock_shared, open, open_to_change};
use super::change::Change;
use super::claimed::ImageFile;
use super::look::{examine_into, new_report, settle};
use super::output::{Output, OutputCopy};
use super::step::Step;
use super::work::{CopyThere, EarlierConversion};
use super::{Job, Mode};
use crate::conversion::{Patch, decide};
use crate::diagnosis::{Diagnosis, FindingCode};
use crate::disk::DisketteStorage;
use crate::files::make_folder_unsynced;
use crate::find::Image;
use crate::media::{DriveError, Medium};
use crate::platform::{self, folder_of};
use crate::record::Record;
use crate::record::fields::{FileTime, Seal};
use crate::record::seal::sha1;
use crate::report::{Failure, FailureCode, Operation, Outcome, Report};
use crate::set::{Candidate, Condition, PackId, RecordKind};
use std::fs::TryLockError;
use std::io;

/// What is done with images, and where copies go.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) job: &'a Job,
    pub(super) output: Option<&'a Output>,
    pub(super) at: FileTime,
}

/// What must be unchanged in an image.
#[derive(Clone, Copy)]
pub(super) enum Expected<'a> {
    /// Its record, on which the decision was made.
    Record(&'a Candidate),
    /// Its record was damaged, perhaps torn by a crash, and no decision was made: if it is to be converted now, it has
    /// changed.
    Damage,
}

/// What there is to do about an image.
enum Prepared {
    /// Nothing, or nothing can be done.
    Nothing,
    Change(Box<Change>),
    /// Its copy is at the target already.
    CopyIsThere(CopyThere),
}

/// Prepares an image to be changed.
pub(super) fn prepare(image: &Image, expected: Expected<'_>, task: Task<'_>) -> Step {
    let mut report = new_report(image);
    let mut file = ImageFile::at(&image.place);
    let prepared = match task.output {
        None => in_place(image, expected, task, &mut report, &mut file),
        Some(output) => to_copy(image, expected, task, output, &mut report, &mut file),
    };
    match prepared {
        Ok(Prepared::Change(change)) if task.job.mode.converts() => {
            Step::ready(report, file, change)
        }
        Ok(Prepared::CopyIsThere(copy)) if task.job.mode.converts() => {
            Step::copy_there(report, file, copy)
        }
        Ok(_) => Step::done(report, file),
        Err(failure) => Step::done(settle(report, failure, image.is_named()), file),
    }
}

fn in_place(
    image: &Image,
    expected: Expected<'_>,
    task: Task<'_>,
    report: &mut Report,
    file: &mut ImageFile,
) -> Result<Prepared, Failure> {
    let (medium, protection) = open_to_change(&image.place, task.job)?;
    *file = file.opened_as(&medium);
    if protection.is_none() {
        lock(medium.try_lock())?;
    } else {
        lock_shared(&medium)?;
    }
    in_place_still(&medium)?;
    report.in_place = medium.obstacle().is_none();
    let sectors = examine_into(&medium, report)?;
    expected.check(&medium, report)?;
    let Some((sectors, patch)) = sectors.zip(change(report, task.at)) else {
        return Ok(Prepared::Nothing);
    };
    check_consent(&medium, &patch, task.job)?;
    if let Some(obstacle) = medium.obstacle() {
        return Err(Failure::caused(Operation::Write, obstacle));
    }
    medium.may_be_replaced().map_err(|error| not_replaceable(image, error))?;
    if let Some(failure) = protection {
        return Err(failure);
    }
    // It waits for the others of its group now.
    medium.release();
    Ok(Prepared::Change(Box::new(Change::in_place(medium, sectors, &patch))))
}

/// Checks that the user was asked about the diskette in a drive, if it matters which one is in it.
fn check_consent(medium: &Medium, patch: &Patch, job: &Job) -> Result<(), Failure> {
    let meant = |digests: &Vec<Seal>| digests.contains(&sha1(&[&patch.old]));
    if medium.is_removable() && !job.asked_about.as_ref().is_none_or(meant) {
        return Err(changed(medium));
    }
    Ok(())
}

/// Why a container cannot be replaced by a new file: because of its folder, or of its owner.
fn not_replaceable(image: &Image, error: io::Error) -> Failure {
    let failure = Failure::caused(Operation::Replace, error);
    let path = std::fs::canonicalize(&image.place.path);
    let is_folder = path.is_ok_and(|path| platform::may_rename(folder_of(&path)).is_err());
    match failure.code {
        FailureCode::NotOwner if is_folder => Failure { code: FailureCode::Immutable, ..failure },
        _ => failure,
    }
}

fn to_copy(
    image: &Image,
    expected: Expected<'_>,
    task: Task<'_>,
    output: &Output,
    report: &mut Report,
    file: &mut ImageFile,
) -> Result<Prepared, Failure> {
    let medium = open(&image.place, task.job)?;
    *file = file.opened_as(&medium);
    // This lock shows other runs that the claim is alive; without locks on the file system, nothing can.
    if let Err(TryLockError::WouldBlock) = medium.try_lock() {
        return Err(Failure::new(FailureCode::InUse, Operation::Lock));
    }
    in_place_still(&medium)?;
    report.in_place = medium.obstacle().is_none();
    let sectors = examine_into(&medium, report)?;
    expected.check(&medium, report)?;
    let Some((sectors, patch)) = sectors.zip(change_of_copy(report, task.at)) else {
        return Ok(Prepared::Nothing);
    };
    check_consent(&medium, &patch, task.job)?;
    let target = output.target(image, &medium, report.record());
    report.output = Some(target.clone());
    output.check_name(&target)?;
    let copy = OutputCopy::new(target.clone());
    if let Some(held) = copy.is_there(&patch.new)? {
        return Ok(copied_before(report, held, medium));
    }
    if task.job.mode.converts() {
        let made = make_folder_unsynced(folder_of(&target));
        made.map_err(|error| Failure::caused(Operation::Copy, error).about(target))?;
    }
    // It waits for the others of its group now.
    medium.release();
    Ok(Prepared::Change(Box::new(Change::in_place(medium, sectors, &patch).of_copy(copy))))
}

/// Reports that the target holds the copy of `image` already; `held` is the diagnosis of that.
fn copied_before(report: &mut Report, held: Diagnosis, image: Medium) -> Prepared {
    let Some(record) = held.record.clone() else { return Prepared::Nothing };
    let new = new_record(report, &record);
    // It waits for the others of its group now.
    image.release();
    if report.outcome == Outcome::UnfinishedConversion {
        report.diagnosis = Some(held);
    }
    if report.outcome.is_to_change() {
        report.outcome = Outcome::AlreadyConverted;
    }
    let conversion = new.map(|new| EarlierConversion::new(new, image));
    Prepared::CopyIsThere(CopyThere { record, conversion })
}

/// The record that the conversion into `copy` made, whatever servers have written to that since; `None` if the image is
/// wholly 4.5 itself.
fn new_record(report: &Report, copy: &Record) -> Option<Box<Record>> {
    let patch = change(report, copy.origin?.converted_at)?;
    Record::parse(&patch.new).ok().map(Box::new)
}

fn change(report: &Report, at: FileTime) -> Option<Patch> {
    report.diagnosis.as_ref().and_then(|diagnosis| decide(diagnosis, at))
}

/// The change of a copy. A pack that is 4.5 already is copied as it is.
fn change_of_copy(report: &Report, at: FileTime) -> Option<Patch> {
    let is_45 = report.outcome.is_45_already();
    let as_it_is = || report.record().map(|record| *record.bytes()).filter(|_| is_45);
    change(report, at).or_else(|| as_it_is().map(|bytes| Patch { old: bytes, new: bytes }))
}

impl Expected<'_> {
    fn check(self, medium: &Medium, report: &Report) -> Result<(), Failure> {
        match self {
            Self::Record(candidate) if is_as_decided(report, candidate) => Ok(()),
            Self::Record(candidate) if is_lost_since(medium, report, candidate) => Ok(()),
            Self::Damage if !report.outcome.is_to_change() => Ok(()),
            Self::Damage if medium.is_removable() => {
                Err(Failure::caused(Operation::Read, DriveError::ReadsOtherwise))
            }
            Self::Record(_) | Self::Damage => Err(changed(medium)),
        }
    }
}

/// Whether a diskette that read well before does not any more, so that its pack is refused: what can be read of it is
/// that pack, or nothing.
fn is_lost_since(medium: &Medium, report: &Report, candidate: &Candidate) -> bool {
    let is_pack = |record: &Record| PackId::of(record) == candidate.pack;
    medium.is_removable()
        && report.has_finding(FindingCode::DamagedMedia)
        && report.record().is_none_or(is_pack)
}

/// Whether the record is the one that was decided on, or became its 4.5 record meanwhile.
pub(super) fn is_as_decided(report: &Report, candidate: &Candidate) -> bool {
    let Some(record) = report.record() else { return false };
    let source = record.origin.map(|origin| origin.source_digest);
    let was_finished = candidate.condition == Condition::Unfinished
        && RecordKind::of(record) == RecordKind::Converted
        && PackId::of(record) == candidate.pack;
    let is_done = report.outcome == Outcome::AlreadyConverted
        && (source == Some(candidate.digest) || was_finished);
    is_done || record.digest() == candidate.digest
}

fn changed(medium: &Medium) -> Failure {
    if medium.is_removable() {
        Failure::caused(Operation::Lock, DriveError::Changed)
    } else {
        Failure::new(FailureCode::Changed, Operation::Read)
    }
}

impl Mode {
    /// The time of the conversion that is made, or tried.
    pub(super) fn time(self) -> FileTime {
        match self {
            Self::Inspect => FileTime(0),
            Self::DryRun(at) | Self::Convert(at) => at,
        }
    }
}
