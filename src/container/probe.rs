//! A file whose format is to be recognised.

use std::io;

/// Bytes at the start of a file that its format is recognised by, if there are as many.
pub const RECOGNISED_BY: usize = 1024;

/// A file whose format is to be recognised, with its first bytes.
pub(crate) struct FormatProbe<'a> {
    /// [`RECOGNISED_BY`] bytes, where there are as many.
    pub(crate) start: &'a [u8],
    /// Bytes in all of it.
    pub(crate) len: u64,
    /// Reads more of it: from an offset on, a number of bytes that it has.
    pub(crate) read: &'a dyn Fn(u64, usize) -> io::Result<Vec<u8>>,
}

impl FormatProbe<'_> {
    /// Bytes from an offset on, as far as there are any.
    pub(super) fn bytes(&self, at: u64, length: usize) -> io::Result<Vec<u8>> {
        let there = self.len.saturating_sub(at);
        let length = usize::try_from(there).unwrap_or(usize::MAX).min(length);
        match usize::try_from(at).ok().and_then(|at| self.start.get(at..at + length)) {
            Some(bytes) => Ok(bytes.to_vec()),
            None if length == 0 => Ok(Vec::new()),
            None => (self.read)(at, length),
        }
    }
}
