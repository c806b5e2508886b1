//! Keeps an image of the diskette in a drive before anything is done with it.

use super::Job;
use super::access::open;
use crate::media::Place;
use crate::pack::keep::{Keep, KeptImage};
use crate::record::fields::Seal;
use crate::report::{Failure, FailureCode, Operation};
use std::path::Path;

/// Keeps an image of the diskette in `drive`, which must be the one that was examined: its record must have the digest
/// `expected`; `None` if it has no record.
///
/// # Errors
/// If the diskette cannot be read, is another one, or its image cannot be written.
pub fn keep_diskette(
    drive: &Path,
    job: &Job,
    keep: &Keep,
    expected: Option<Seal>,
) -> Result<KeptImage, Failure> {
    let place = Place::at(drive).map_err(|error| Failure::caused(Operation::Open, error))?;
    let failed = |error| Failure::caused(Operation::Copy, error).about(keep.folder.clone());
    let kept = keep.keep(&open(&place, job)?).map_err(failed)?;
    if kept.record == expected {
        Ok(kept)
    } else {
        Err(Failure::new(FailureCode::Replaced, Operation::Read))
    }
}
