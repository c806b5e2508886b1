//! The contents of a diskette that is not a pack.

use crate::disk::{DisketteStorage, MediaError};
use crate::fat12::{DisketteContents, Opened, Volume};

/// The names and files on a diskette, with the digest of each file if `digests`; `None` if it has no readable
/// volume.
///
/// # Errors
/// Those of the medium, except for lost sectors: a file that has some gets no digest.
pub fn contents<S: DisketteStorage + ?Sized>(
    medium: &S,
    digests: bool,
) -> Result<Option<DisketteContents>, MediaError> {
    let Opened::Volume(volume) = Volume::open(medium)? else { return Ok(None) };
    let mut diskette = volume.diskette();
    if digests {
        for file in &mut diskette.files {
            file.digest = match volume.digest(medium, file) {
                Ok(digest) => digest,
                Err(MediaError::Lost(_)) => None,
                Err(error) => return Err(error),
            };
        }
    }
    Ok(Some(diskette))
}
