//! Keeps an image of the diskette in a drive before anything is done with it.

use super::Job;
use super::access::open;
use crate::diagnosis::FindingCode;
use crate::media::{MediaError, Place};
use crate::pack::keep::{Extent, Keep, KeptImage};
use crate::pack::kept_list::{self, Listed};
use crate::record::Record;
use crate::report::{Failure, FailureCode, Operation, Report};
use std::path::Path;

/// Keeps an image of the diskette in `drive`, which must be the one that was `seen` there: it has the same record,
/// or none. An image of all of it goes into the list of its folder.
///
/// # Errors
/// If the diskette cannot be read, is another one, or its image cannot be written.
pub fn keep_diskette(
    drive: &Path,
    job: &Job,
    keep: &Keep,
    seen: &Report,
) -> Result<KeptImage, Failure> {
    let place = Place::at(drive).map_err(|error| Failure::caused(Operation::Open, error))?;
    let failed =
        |error: MediaError| Failure::caused(Operation::Copy, error).about(keep.folder.clone());
    let kept = keep.keep(&open(&place, job)?).map_err(failed)?;
    if kept.record != seen.record().map(Record::digest) {
        return Err(Failure::new(FailureCode::Replaced, Operation::Read));
    }
    if keep.extent == Extent::Whole {
        let was_copy = seen.has_finding(FindingCode::CopyOfConverted);
        let diskette = Listed { number: keep.number, image: kept.path.clone(), was_copy };
        kept_list::add(&keep.folder, &diskette).map_err(|error| failed(error.into()))?;
    }
    Ok(kept)
}
