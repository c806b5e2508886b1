//! All that differs between platforms.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// What tells one file from every other, whatever its name: device and inode.
pub(crate) type FileId = (u64, u64);

/// A block on which reads past the cache begin and end, in bytes; a multiple of every disk's own.
#[cfg(target_os = "linux")]
const DIRECT_BLOCK: usize = 4096;

#[cfg(unix)]
mod unix {
    use super::{File, FileId, Metadata, OpenOptions, Path, PathBuf, io};
    use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};

    pub(crate) fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        file.read_exact_at(buffer, offset)
    }

    pub(crate) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        file.write_all_at(bytes, offset)
    }

    /// How images are opened: a pipe that nobody writes to must not make a run wait.
    pub(crate) fn open_options() -> OpenOptions {
        let mut options = OpenOptions::new();
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
        options
    }

    /// The file's identity.
    #[expect(clippy::unnecessary_wraps, reason = "not every platform has one")]
    pub(crate) fn file_id(metadata: &Metadata) -> Option<FileId> {
        Some((metadata.dev(), metadata.ino()))
    }

    /// The path that is written with these bytes.
    pub(crate) fn path_from_bytes(bytes: Vec<u8>) -> PathBuf {
        use std::os::unix::ffi::OsStringExt;
        std::ffi::OsString::from_vec(bytes).into()
    }

    /// Makes the names in a folder durable.
    pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }

    /// Whether the file has more than one name.
    pub(crate) fn has_other_names(metadata: &Metadata) -> bool {
        metadata.nlink() > 1
    }
}

#[cfg(unix)]
pub(crate) use unix::{
    file_id, has_other_names, open_options, path_from_bytes, read_exact_at, sync_folder,
    write_all_at,
};

#[cfg(windows)]
mod windows {
    use super::{File, FileId, Metadata, OpenOptions, Path, PathBuf, io};
    use std::os::windows::fs::FileExt;

    pub(crate) fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let mut done = 0;
        while done < buffer.len() {
            match file.seek_read(&mut buffer[done..], offset + done as u64)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => done += read,
            }
        }
        Ok(())
    }

    pub(crate) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut done = 0;
        while done < bytes.len() {
            match file.seek_write(&bytes[done..], offset + done as u64)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                written => done += written,
            }
        }
        Ok(())
    }

    pub(crate) fn open_options() -> OpenOptions {
        OpenOptions::new()
    }

    /// Not to be had there without a handle: files are told apart by path only.
    pub(crate) fn file_id(_: &Metadata) -> Option<FileId> {
        None
    }

    pub(crate) fn path_from_bytes(bytes: Vec<u8>) -> PathBuf {
        String::from_utf8_lossy(&bytes).into_owned().into()
    }

    /// A folder cannot be synced there; its file system journals the names.
    pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn has_other_names(_: &Metadata) -> bool {
        false
    }
}

#[cfg(windows)]
pub(crate) use windows::{
    file_id, has_other_names, open_options, path_from_bytes, read_exact_at, sync_folder,
    write_all_at,
};

/// Reads what the disk itself holds: with `O_DIRECT`, or where the file system has none, after the
/// cache was told to forget these pages.
#[cfg(target_os = "linux")]
pub(crate) fn read_past_cache(
    file: &File,
    path: &Path,
    buffer: &mut [u8],
    offset: u64,
) -> io::Result<()> {
    let length = std::num::NonZeroU64::new(buffer.len() as u64);
    let _ = rustix::fs::fadvise(file, offset, length, rustix::fs::Advice::DontNeed);
    match read_direct(file, path, buffer, offset) {
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
            read_exact_at(file, buffer, offset)
        }
        result => result,
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn read_past_cache(
    file: &File,
    _: &Path,
    buffer: &mut [u8],
    offset: u64,
) -> io::Result<()> {
    read_exact_at(file, buffer, offset)
}

#[cfg(target_os = "linux")]
fn read_direct(file: &File, path: &Path, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    use rustix::fs::{Mode, OFlags};
    let direct =
        File::from(rustix::fs::open(path, OFlags::DIRECT | OFlags::CLOEXEC, Mode::empty())?);
    if file_id(&direct.metadata()?) != file_id(&file.metadata()?) {
        return Err(io::ErrorKind::NotFound.into());
    }
    let start = offset - offset % DIRECT_BLOCK as u64;
    let lead = usize::try_from(offset - start).map_err(|_| io::ErrorKind::InvalidInput)?;
    let wanted = (lead + buffer.len()).next_multiple_of(DIRECT_BLOCK);
    let mut block = vec![0; wanted + DIRECT_BLOCK];
    let aligned = block.as_ptr().align_offset(DIRECT_BLOCK);
    let block = &mut block[aligned..aligned + wanted];
    // One call: at the end of the file it is short, and a second one would not be aligned.
    let read = std::os::unix::fs::FileExt::read_at(&direct, block, start)?;
    if read < lead + buffer.len() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    buffer.copy_from_slice(&block[lead..lead + buffer.len()]);
    Ok(())
}
