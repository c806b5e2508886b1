//! Keeps an image of the diskette in a drive before anything is done with it.

use super::Job;
use super::access::open;
use crate::diagnosis::FindingCode;
use crate::media::Place;
use crate::pack::keep::{Extent, FirstLook, Keep, KeptImage, Reading};
use crate::pack::kept_list::{self, Listed};
use crate::report::{Failure, Operation, Report};
use std::io;
use std::path::Path;

/// Which of the diskettes without a record whose images are kept is in `drive`, by the tracks that could lead to a record.
///
/// # Errors
/// If the diskette cannot be read, or is another one than was `seen`.
pub fn recognize_diskette(
    drive: &Path,
    job: &Job,
    keep: &Keep,
    seen: &Report,
) -> Result<Option<usize>, Failure> {
    Ok(keep.recognize(&read(drive, job, keep, seen)?))
}

fn read(drive: &Path, job: &Job, keep: &Keep, seen: &Report) -> Result<Reading, Failure> {
    let place = Place::at(drive).map_err(|error| Failure::caused(Operation::Open, error))?;
    let is_damaged = seen.has_finding(FindingCode::DamagedMedia);
    let first = FirstLook { record: seen.record(), is_damaged };
    let reading = keep.read(&open(&place, job)?, first);
    reading.map_err(|error| Failure::caused(Operation::Read, error))
}

/// Keeps an image of the diskette in `drive`, which must be the one that was `seen` there. An image of all of it goes
/// into the list of its folder.
///
/// # Errors
/// If the diskette cannot be read, is another one, or its image cannot be written.
pub fn keep_diskette(
    drive: &Path,
    job: &Job,
    keep: &Keep,
    seen: &Report,
) -> Result<KeptImage, Failure> {
    let reading = read(drive, job, keep, seen)?;
    let failed =
        |error: io::Error| Failure::caused(Operation::Copy, error).about(keep.folder.clone());
    let kept = keep.keep(reading).map_err(failed)?;
    if keep.extent == Extent::Whole {
        let was_copy = seen.has_finding(FindingCode::CopyOfConverted);
        let diskette = Listed { number: kept.number, image: kept.path.clone(), was_copy };
        kept_list::add(&keep.folder, &diskette).map_err(failed)?;
    }
    Ok(kept)
}
