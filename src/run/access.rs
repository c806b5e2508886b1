//! Opening a medium, and locking it against others.

use super::Job;
use crate::find::{FindError, Image};
use crate::media::{DriveError, MediaError, Medium, Place};
use crate::report::{Failure, FailureCode, Operation};
use std::fs::TryLockError;
use std::io::ErrorKind;

pub(super) fn open(place: &Place, job: &Job) -> Result<Medium, Failure> {
    Medium::open(place, job.retries)
        .map(|medium| medium.watched(job.watcher.clone()))
        .map_err(|error| failed_to_open(place, error))
}

/// The same, if the file may be open already; `is_cached` as in [`Medium::of_found`].
pub(super) fn open_found(image: &mut Image, job: &Job, is_cached: bool) -> Result<Medium, Failure> {
    match image.opened.take() {
        Some(opened) => Medium::of_found(opened, &image.place, is_cached)
            .map_err(|error| failed_to_open(&image.place, error)),
        None => open(&image.place, job),
    }
}

/// Opens a medium to be changed; one that is write-protected only to be read, with the failure to report if it
/// would be changed. A file whose mode forbids writing counts as protected even for users who could write it.
pub(super) fn open_to_change(
    place: &Place,
    job: &Job,
) -> Result<(Medium, Option<Failure>), Failure> {
    let marked = || Failure::new(FailureCode::WriteProtected, Operation::Write);
    match Medium::open_to_change(place, job.retries)
        .map(|medium| medium.watched(job.watcher.clone()))
    {
        Ok(medium) if medium.is_marked_read_only() => {
            // An open handle that may write it would keep others away, and this run too.
            drop(medium);
            Ok((open(place, job)?, Some(marked())))
        }
        Ok(medium) => Ok((medium, None)),
        Err(error) if is_protection(&error) => {
            let medium = open(place, job)?;
            let is_marked = medium.is_marked_read_only();
            let failure =
                if is_marked { marked() } else { Failure::caused(Operation::Write, error) };
            Ok((medium, Some(failure)))
        }
        Err(error) => Err(failed_to_open(place, error)),
    }
}

fn is_protection(error: &MediaError) -> bool {
    match error {
        MediaError::Io(error) => {
            matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
        }
        error => error.drive() == Some(&DriveError::WriteProtected),
    }
}

fn failed_to_open(place: &Place, error: MediaError) -> Failure {
    let failure = Failure::caused(Operation::Open, error);
    match (failure.code, &place.map) {
        (FailureCode::BadMapfile, Some(map)) => failure.about(map.clone()),
        _ => failure,
    }
}

/// The failure of a path at which no image can be read.
pub(super) fn not_found(error: FindError) -> Failure {
    match error {
        FindError::NotAFile => Failure::new(FailureCode::NotAFile, Operation::Open),
        FindError::DeviceName => Failure::caused(Operation::Open, MediaError::DeviceName),
        FindError::NotFound(error) => Failure {
            cause: Some(error.into()),
            ..Failure::new(FailureCode::NotFound, Operation::Open)
        },
        FindError::LooseRecord => Failure::new(FailureCode::LooseRecord, Operation::Open),
        FindError::Open(error) => Failure::caused(Operation::Open, error),
        FindError::List(error) => Failure::caused(Operation::List, error),
        FindError::Changed => Failure::new(FailureCode::Changed, Operation::Open),
    }
}

pub(super) fn lock(result: Result<(), TryLockError>) -> Result<(), Failure> {
    result.map_err(|error| match error {
        TryLockError::WouldBlock => Failure::new(FailureCode::InUse, Operation::Lock),
        TryLockError::Error(error) => Failure::caused(Operation::Lock, error),
    })
}

/// Keeps writers away while an image is only read. If the file system has no locks, nothing keeps them away, and
/// that is no failure.
pub(super) fn lock_shared(medium: &Medium) -> Result<(), Failure> {
    match medium.try_lock_shared() {
        Err(TryLockError::Error(_)) => Ok(()),
        result => lock(result),
    }
}

/// Checks that the path still leads to this file: a conversion of another file would be lost.
pub(super) fn in_place_still(medium: &Medium) -> Result<(), Failure> {
    let replaced = || Failure::new(FailureCode::Replaced, Operation::Lock);
    if medium.is_at_its_path() { Ok(()) } else { Err(replaced()) }
}
