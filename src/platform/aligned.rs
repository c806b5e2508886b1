//! Reading and writing that bypasses the cache, in aligned blocks.

use super::{Identity, identity, open_past_cache, read_at, read_exact_at, write_at};
use std::fs::File;
use std::io;
use std::path::Path;

/// The alignment of buffers in memory and of reads on disk, in bytes: a multiple of any disk's block.
const ALIGNMENT: usize = 4096;

/// Reads from the disk itself the file that is open and at `path`. If the file system cannot bypass the
/// cache, the cache is told to drop these pages first.
pub(crate) fn read_past_cache(
    file: &File,
    told: Identity,
    path: &Path,
    buffer: &mut [u8],
    offset: u64,
) -> io::Result<()> {
    match read_anew(file, told, path, buffer, offset) {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
            read_exact_at(file, buffer, offset)
        }
        result => result,
    }
}

/// Whether reads of this file can bypass the cache.
pub(crate) fn reads_past_cache(file: &File, told: Identity, path: &Path) -> bool {
    read_anew(file, told, path, &mut [0; 512], 0).is_ok()
}

fn read_anew(
    file: &File,
    told: Identity,
    path: &Path,
    buffer: &mut [u8],
    offset: u64,
) -> io::Result<()> {
    let direct = open_past_cache(file, path, offset, buffer.len())?;
    if identity(&direct, &direct.metadata()?).id != told.id {
        return Err(io::ErrorKind::NotFound.into());
    }
    read_direct(&direct, buffer, offset, ALIGNMENT)
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
