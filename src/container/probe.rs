//! A file whose format is to be recognised.

use crate::disk::MediaError;

/// Bytes at the start of a file by which its format is recognised; a file may be shorter.
pub const RECOGNISED_BY: usize = 1024;

/// A file whose format is to be recognised.
pub(crate) struct FormatProbe<'a> {
    /// Its first [`RECOGNISED_BY`] bytes; all of a shorter file.
    pub(crate) start: &'a [u8],
    /// Its length in bytes.
    pub(crate) len: u64,
    /// Reads this many bytes from an offset on, which must be in the file.
    pub(crate) read: &'a dyn Fn(u64, usize) -> Result<Vec<u8>, MediaError>,
}

impl FormatProbe<'_> {
    /// Reads `length` bytes from `at` on; fewer at the end of the file.
    pub(super) fn bytes(&self, at: u64, length: usize) -> Result<Vec<u8>, MediaError> {
        let there = self.len.saturating_sub(at);
        let length = usize::try_from(there).unwrap_or(usize::MAX).min(length);
        match usize::try_from(at).ok().and_then(|at| self.start.get(at..at + length)) {
            Some(bytes) => Ok(bytes.to_vec()),
            None if length == 0 => Ok(Vec::new()),
            None => (self.read)(at, length),
        }
    }
}
