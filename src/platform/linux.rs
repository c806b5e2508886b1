//! Linux: reads that bypass the cache, and drives, which are block devices.

use super::{DeviceFault, DriveUse, FileId, FileIdentity};
use rustix::fs::{Advice, Mode, OFlags, fadvise, fcntl_getfl, fcntl_setfl, major, minor};
use rustix::io::Errno;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Seek, SeekFrom};
use std::num::NonZeroU64;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Bytes of a page of the cache.
const PAGE: u64 = 4096;

/// Tells the system that only parts of the file will be read, so that it does not read ahead.
pub(crate) fn advise_random(file: &File) {
    let _ = fadvise(file, 0, None, Advice::Random);
}

/// Tells the cache to drop the whole pages in a range that will be read past it, in case the file system does not
/// support that. It would keep pages that are in the range only in part.
pub(crate) fn forget(file: &File, offset: u64, length: usize) {
    let first = offset.next_multiple_of(PAGE);
    let end = (offset + length as u64) / PAGE * PAGE;
    if let Some(length) = end.checked_sub(first).and_then(NonZeroU64::new) {
        let _ = fadvise(file, first, Some(length), Advice::DontNeed);
    }
}

/// How a file is read past the cache: its own handle bypasses it meanwhile.
#[derive(Debug, Default)]
pub(crate) struct PastCache {
    /// The flags that it has otherwise.
    usual: OnceLock<OFlags>,
}

impl PastCache {
    /// Calls `read` with the file while it bypasses the cache; no other thread may use it meanwhile.
    pub(super) fn with<R>(
        &self,
        file: &File,
        _: (&Path, FileIdentity),
        read: impl FnOnce(&File) -> io::Result<R>,
    ) -> io::Result<R> {
        if self.usual.get().is_none() {
            let _ = self.usual.set(fcntl_getfl(file)?);
        }
        let usual = *self.usual.wait();
        let direct = usual | OFlags::DIRECT;
        // Another time of access would have to be written, too. Only the owner may do without.
        fcntl_setfl(file, direct | OFlags::NOATIME).or_else(|_| fcntl_setfl(file, direct))?;
        let result = read(file);
        fcntl_setfl(file, usual)?;
        result
    }
}

/// Drives are recognised by what is at the path, not by its name.
pub(crate) fn drive_of_name(_: &Path) -> Option<FileId> {
    None
}

/// Whether this is a block device.
pub(crate) fn is_drive(metadata: &Metadata) -> bool {
    metadata.file_type().is_block_device()
}

/// Opens a drive. Without `O_NONBLOCK`, the driver checks which medium is in it. The floppy driver may still
/// report a missing diskette once after it was put back, so there are two attempts.
pub(crate) fn open_drive(path: &Path, how: DriveUse) -> io::Result<File> {
    let flags = match how {
        DriveUse::Measure => OFlags::RDONLY,
        DriveUse::Read => OFlags::RDONLY | OFlags::EXCL | OFlags::DIRECT,
        DriveUse::Change => OFlags::RDWR | OFlags::EXCL | OFlags::DIRECT | OFlags::SYNC,
    };
    let open = || -> io::Result<File> {
        Ok(rustix::fs::open(path, flags | OFlags::CLOEXEC, Mode::empty())?.into())
    };
    open().or_else(|error| match fault(&error) {
        Some(DeviceFault::NoMedium) => open(),
        _ => Err(error),
    })
}

/// Bytes on the medium; `None` if the drive does not say.
pub(crate) fn drive_len(mut drive: &File) -> io::Result<Option<u64>> {
    drive.seek(SeekFrom::End(0)).map(Some)
}

fn number(metadata: &Metadata) -> String {
    format!("{}:{}", major(metadata.rdev()), minor(metadata.rdev()))
}

/// Whether the drive reports the medium as write-protected, as `BLKROGET` does.
pub(crate) fn is_read_only(path: &Path) -> Option<bool> {
    let number = number(&path.metadata().ok()?);
    let said = fs::read(format!("/sys/dev/block/{number}/ro"));
    Some(said.is_ok_and(|said| said.starts_with(b"1")))
}

/// Where the drive is mounted; `None` if it is not.
pub(crate) fn mount_point(path: &Path) -> Option<PathBuf> {
    let mounts = fs::read("/proc/self/mountinfo").ok()?;
    let number = number(&path.metadata().ok()?);
    mounts.split(|byte| *byte == b'\n').find_map(|line| {
        let mut fields = line.split(|byte| *byte == b' ').skip(2);
        let device = fields.next()?;
        let point = fields.nth(1)?;
        (device == number.as_bytes()).then(|| OsString::from_vec(unescape(point)).into())
    })
}

/// Replaces `\` and three octal digits, which stand for space, tab, newline and backslash.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        let digits = behind.get(..3).filter(|_| first == b'\\');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &behind[3..] } else { behind };
    }
    bytes
}

/// What an error of a drive means.
pub(crate) fn fault(error: &io::Error) -> Option<DeviceFault> {
    Some(match Errno::from_io_error(error)? {
        Errno::NXIO | Errno::NODEV | Errno::NOMEDIUM | Errno::MEDIUMTYPE => DeviceFault::NoMedium,
        Errno::BUSY => DeviceFault::InUse,
        Errno::ROFS => DeviceFault::WriteProtected,
        Errno::ACCESS | Errno::PERM => DeviceFault::Denied,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn a_mount_point_may_hold_spaces_and_backslashes() {
        assert_eq!(unescape(br"/mnt/a\040b\134"), br"/mnt/a b\");
        assert_eq!(unescape(br"/mnt/\9x"), br"/mnt/\9x");
    }
}
