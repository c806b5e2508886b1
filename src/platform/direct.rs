//! Reading and writing past the cache.

use super::read_exact_at;
use std::fs::File;
use std::io;
use std::path::Path;

#[cfg(target_os = "linux")]
mod linux {
    use super::{File, Path, io, read_exact_at};
    use crate::platform::file_id;
    use rustix::fs::{Advice, Mode, OFlags, fadvise};
    use std::num::NonZeroU64;
    use std::os::unix::fs::FileExt;

    /// Where buffers begin in memory, and reads of files on their disk, in bytes: a multiple of every
    /// disk's own block.
    const ALIGNMENT: usize = 4096;

    /// Tells the system that only parts of the file will be read, so that it reads no more.
    pub(crate) fn advise_random(file: &File) {
        let _ = fadvise(file, 0, None, Advice::Random);
    }

    /// Reads what the disk itself holds: with `O_DIRECT`, or where the file system has none, after
    /// the cache was told to forget these pages.
    pub(crate) fn read_past_cache(
        file: &File,
        path: &Path,
        buffer: &mut [u8],
        offset: u64,
    ) -> io::Result<()> {
        let _ = fadvise(file, offset, NonZeroU64::new(buffer.len() as u64), Advice::DontNeed);
        match read_anew(file, path, buffer, offset) {
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                read_exact_at(file, buffer, offset)
            }
            result => result,
        }
    }

    fn read_anew(file: &File, path: &Path, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let flags = OFlags::DIRECT | OFlags::CLOEXEC;
        let direct = File::from(rustix::fs::open(path, flags, Mode::empty())?);
        if file_id(&direct.metadata()?) != file_id(&file.metadata()?) {
            return Err(io::ErrorKind::NotFound.into());
        }
        read_direct(&direct, buffer, offset, ALIGNMENT)
    }

    /// Whether files can be read with `O_DIRECT` where this one is.
    pub(crate) fn reads_past_cache(file: &File, path: &Path) -> bool {
        read_anew(file, path, &mut [0; 512], 0).is_ok()
    }

    /// Reads a file that is open with `O_DIRECT`, in whole blocks of `block` bytes.
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
        // One call: at the end of the file it is short, and a second one would not be aligned.
        let read = direct.read_at(blocks, start)?;
        if read < lead + buffer.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer.copy_from_slice(&blocks[lead..lead + buffer.len()]);
        Ok(())
    }

    /// Writes whole blocks to a file that is open with `O_DIRECT`.
    pub(crate) fn write_direct(direct: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut space = Vec::new();
        let blocks = aligned(&mut space, bytes.len());
        blocks.copy_from_slice(bytes);
        if direct.write_at(blocks, offset)? < bytes.len() {
            return Err(io::ErrorKind::WriteZero.into());
        }
        Ok(())
    }

    /// `length` bytes of `space` that begin where the disk wants them.
    fn aligned(space: &mut Vec<u8>, length: usize) -> &mut [u8] {
        space.resize(length + ALIGNMENT, 0);
        let start = space.as_ptr().align_offset(ALIGNMENT);
        &mut space[start..start + length]
    }
}

#[cfg(target_os = "linux")]
pub(crate) use linux::{
    advise_random, read_direct, read_past_cache, reads_past_cache, write_direct,
};

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use super::{File, Path, io, read_exact_at};

    pub(crate) fn advise_random(_: &File) {}

    pub(crate) fn reads_past_cache(_: &File, _: &Path) -> bool {
        false
    }

    pub(crate) fn read_past_cache(
        file: &File,
        _: &Path,
        buffer: &mut [u8],
        offset: u64,
    ) -> io::Result<()> {
        read_exact_at(file, buffer, offset)
    }

    pub(crate) fn read_direct(_: &File, _: &mut [u8], _: u64, _: usize) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn write_direct(_: &File, _: &[u8], _: u64) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::{
    advise_random, read_direct, read_past_cache, reads_past_cache, write_direct,
};
