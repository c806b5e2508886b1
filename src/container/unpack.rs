//! What a file that is in memory holds: a raw image, or a dump of one.

use super::{ContainerError, Format, MAX_IMAGE, RECOGNISED_BY, hfe, imd, recognise, td0};
use crate::disk::Flaw;

/// An image out of its container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// Its sectors, one after the other.
    pub bytes: Vec<u8>,
    /// The sectors that are lost, in order.
    pub flaws: Vec<Flaw>,
    /// The dump that it comes from, which cannot be written; `None` for a raw image.
    pub dump: Option<Format>,
}

/// The image that is in a file with these bytes, which may be a dump.
///
/// # Errors
/// Where the image is larger than [`MAX_IMAGE`], or the dump damaged or in a format that is not read.
pub fn unpack(bytes: Vec<u8>) -> Result<Unpacked, ContainerError> {
    let start = &bytes[..bytes.len().min(RECOGNISED_BY)];
    let last = || bytes[bytes.len().saturating_sub(512)..].to_vec();
    let Some(format) = recognise(start, bytes.len() as u64, last) else {
        if bytes.len() > MAX_IMAGE {
            return Err(ContainerError::TooLarge);
        }
        return Ok(Unpacked { bytes, flaws: Vec::new(), dump: None });
    };
    let dump = match format {
        Format::Imd => imd::read(&bytes)?,
        Format::Td0 | Format::Td0Compressed => td0::read(&bytes)?,
        Format::Hfe => hfe::read(&bytes)?,
        other => return Err(ContainerError::Unsupported(other)),
    };
    Ok(Unpacked { bytes: dump.bytes, flaws: dump.flaws, dump: Some(format) })
}
