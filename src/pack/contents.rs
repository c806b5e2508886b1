//! What is on a diskette that is no pack.

use crate::disk::{Flaw, Storage};
use crate::fat12::{Diskette, Opened, Volume};
use std::io;

/// The names and the files of the diskette in a medium, with the digest of each file where that is asked
/// for; `None` where there is no volume that can be read.
///
/// # Errors
/// As the medium reports them. A file that cannot be read whole has no digest.
pub fn contents<S: Storage + ?Sized>(medium: &S, digests: bool) -> io::Result<Option<Diskette>> {
    let Opened::Volume(volume) = Volume::open(medium)? else { return Ok(None) };
    let mut diskette = volume.diskette();
    if digests {
        for file in &mut diskette.files {
            file.digest = match volume.digest(medium, file) {
                Err(error) if Flaw::behind(&error).is_none() => return Err(error),
                digest => digest.ok().flatten(),
            };
        }
    }
    Ok(Some(diskette))
}
