//! Reading and writing that bypasses the cache, in aligned blocks.

use super::{FileIdentity, forget, identity, open_past_cache, read_at, read_exact_at, write_at};
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::OnceLock;

/// The alignment of buffers in memory and of reads on disk, in bytes: a multiple of any disk's block.
const ALIGNMENT: usize = 4096;

/// An open file with all that is needed to read it past the cache: a second handle, opened on first use.
#[derive(Debug)]
pub(crate) struct PastCache<'f> {
    pub(crate) file: &'f File,
    /// Which file it is.
    pub(crate) identity: FileIdentity,
    /// Where it can be opened again.
    pub(crate) path: &'f Path,
    pub(crate) direct: &'f OnceLock<File>,
}

impl PastCache<'_> {
    /// Reads what the disk itself holds. If the file system cannot read past the cache, reads what the cache holds
    /// after it was asked to drop these pages.
    pub(crate) fn read(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        match self.read_anew(buffer, offset) {
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                let start = offset - offset % ALIGNMENT as u64;
                forget(self.file, start, buffer.len().next_multiple_of(ALIGNMENT) + ALIGNMENT);
                read_exact_at(self.file, buffer, offset)
            }
            result => result,
        }
    }

    /// Whether files can be read past the cache where this one is.
    pub(crate) fn works(&self) -> bool {
        self.read_anew(&mut [0; 512], 0).is_ok()
    }

    fn read_anew(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        forget(self.file, offset, buffer.len());
        if self.direct.get().is_none() {
            let _ = self.direct.set(self.open()?);
        }
        let direct = self.direct.wait();
        read_direct(direct, buffer, offset, ALIGNMENT)
    }

    fn open(&self) -> io::Result<File> {
        let direct = open_past_cache(self.path)?;
        if !identity(&direct, &direct.metadata()?).may_be(self.identity) {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(direct)
    }
}

/// Reads a file that was opened to bypass the cache, in whole blocks of `block` bytes.
pub(crate) fn read_direct(
    direct: &File,
    buffer: &mut [u8],
    offset: u64,
    block: usize,
) -> io::Result<()> {
    let start = offset - offset % block as u64;
    let lead = usize::try_from(offset - start).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut space = Vec::new();
    let blocks = aligned(&mut space, (lead + buffer.len()).next_multiple_of(block));
    // In one call: it is short at the end of the file, and a second one would not be aligned.
    let read = read_at(direct, blocks, start)?;
    if read < lead + buffer.len() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    buffer.copy_from_slice(&blocks[lead..lead + buffer.len()]);
    Ok(())
}

/// Writes whole blocks to a file that was opened to bypass the cache.
pub(crate) fn write_direct(direct: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    let mut space = Vec::new();
    let blocks = aligned(&mut space, bytes.len());
    blocks.copy_from_slice(bytes);
    if write_at(direct, blocks, offset)? < bytes.len() {
        return Err(io::ErrorKind::WriteZero.into());
    }
    Ok(())
}

/// `length` bytes of `space` with the alignment that the disk needs.
fn aligned(space: &mut Vec<u8>, length: usize) -> &mut [u8] {
    space.resize(length + ALIGNMENT, 0);
    let start = space.as_ptr().align_offset(ALIGNMENT);
    &mut space[start..start + length]
}
