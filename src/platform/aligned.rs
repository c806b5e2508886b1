//! Reading and writing that bypasses the cache, in aligned blocks.

use super::{FileIdentity, PastCache, forget, read_at, read_exact_at, write_at};
use std::fs::File;
use std::io;
use std::path::Path;

/// The alignment of buffers in memory and of reads on disk, in bytes: a multiple of any disk's block.
const ALIGNMENT: usize = 4096;

/// As many blocks as a pack's record can lie in, if it is in one piece.
#[repr(align(4096))]
struct Blocks([u8; 2 * ALIGNMENT]);

impl PastCache {
    /// Reads what the disk itself holds of the file, which can be opened again at `path`. If the file system cannot read
    /// past the cache, reads what the cache holds after it was asked to drop these pages.
    pub(crate) fn read(
        &self,
        file: &File,
        (path, identity): (&Path, FileIdentity),
        buffer: &mut [u8],
        offset: u64,
    ) -> io::Result<()> {
        match self.read_anew(file, (path, identity), buffer, offset) {
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                let start = offset - offset % ALIGNMENT as u64;
                forget(file, start, buffer.len().next_multiple_of(ALIGNMENT) + ALIGNMENT);
                read_exact_at(file, buffer, offset)
            }
            result => result,
        }
    }

    /// Whether files can be read past the cache where this one is.
    pub(crate) fn works(&self, file: &File, at: (&Path, FileIdentity)) -> bool {
        self.read_anew(file, at, &mut [0; 512], 0).is_ok()
    }

    fn read_anew(
        &self,
        file: &File,
        at: (&Path, FileIdentity),
        buffer: &mut [u8],
        offset: u64,
    ) -> io::Result<()> {
        forget(file, offset, buffer.len());
        self.with(file, at, |direct| read_direct(direct, buffer, offset, ALIGNMENT))
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
    let length = (lead + buffer.len()).next_multiple_of(block);
    let (mut few, mut many) = (Blocks([0; 2 * ALIGNMENT]), Vec::new());
    let blocks = match few.0.get_mut(..length) {
        Some(few) => few,
        None => aligned(&mut many, length),
    };
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
