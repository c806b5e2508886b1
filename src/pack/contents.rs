//! What is on a diskette that is no pack.

use crate::disk::{DisketteStorage, MediaError};
use crate::fat12::{Diskette, Opened, Volume};

/// The names and the files of the diskette in a medium, with the digest of each file where that is asked
/// for; `None` where there is no volume that can be read.
///
/// # Errors
/// As the medium reports them. A file that cannot be read whole has no digest.
pub fn contents<S: DisketteStorage + ?Sized>(
    medium: &S,
    digests: bool,
) -> Result<Option<Diskette>, MediaError> {
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
