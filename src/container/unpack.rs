//! Unpacks a file in memory: a raw image, or a dump.

use super::Reader;
use super::recognise::by_start;
use super::{
    ContainerError, Format, FormatProbe, MAX_DUMP, MAX_IMAGE, RECOGNISED_BY, Recognised,
    format_by_name, recognise_file,
};
use crate::disk::{Flaw, filled};
use std::io;
use std::path::Path;

/// An image that was taken out of its container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// The bytes of the raw image.
    pub bytes: Vec<u8>,
    /// The sectors that are lost, in order.
    pub flaws: Vec<Flaw>,
    /// The format of the dump that it comes from, which cannot be written; `None` for a raw image.
    pub dump: Option<Format>,
}

/// The most bytes that a file beginning with `start` may be expanded to.
///
/// # Errors
/// If it is in a format that cannot be read: then nothing is expanded.
pub(crate) fn largest(start: &[u8]) -> Result<usize, ContainerError> {
    match by_start(start).map(|format| (format, format.reader())) {
        None => Ok(MAX_IMAGE),
        Some((_, Reader::Dump(_))) => Ok(MAX_DUMP),
        Some((format, _)) => Err(ContainerError::unsupported(format)),
    }
}

/// Recognises what a file with these bytes is.
///
/// # Errors
/// If it is certainly not an image of a diskette, or one that does not begin at the start of the file.
pub fn recognise(bytes: &[u8]) -> Result<Recognised, ContainerError> {
    let read = |at: u64, length: usize| {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let part = bytes.get(at..).and_then(|rest| rest.get(..length));
        part.map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    };
    let start = &bytes[..bytes.len().min(RECOGNISED_BY)];
    let file = FormatProbe { start, len: bytes.len() as u64, read: &read };
    let at = bytes.len();
    recognise_file(&file)
        .map_err(|error| error.container().unwrap_or(ContainerError::CutShort { at }))
}

/// Takes the image out of a file with these bytes and this name.
///
/// # Errors
/// If the image is larger than [`MAX_IMAGE`], or the dump is damaged or in a format that cannot be read.
pub fn unpack(bytes: Vec<u8>, name: &Path) -> Result<Unpacked, ContainerError> {
    let format = match recognise(&bytes)? {
        Recognised::Container(format) => Some(format),
        Recognised::Unknown => format_by_name(name),
        Recognised::Volume => None,
    };
    let Some(format) = format else {
        if bytes.len() > MAX_IMAGE {
            return Err(ContainerError::TooLarge);
        }
        let flaws = filled(&bytes, 0);
        return Ok(Unpacked { bytes, flaws, dump: None });
    };
    let Reader::Dump(read) = format.reader() else {
        return Err(ContainerError::unsupported(format));
    };
    let dump = read(&bytes)?;
    let mut flaws = dump.flaws;
    flaws.extend(filled(&dump.bytes, 0));
    flaws.sort_unstable();
    flaws.dedup_by_key(|flaw| flaw.sector);
    Ok(Unpacked { bytes: dump.bytes, flaws, dump: Some(format) })
}
