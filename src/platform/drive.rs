//! Block devices, as Linux has them. Elsewhere there are none, and nothing here is ever called with
//! one.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// How a drive is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Only to learn how large the medium is; whoever uses it may go on.
    Measure,
    /// To be read, by nobody else.
    Read,
    /// To be read and written, by nobody else; each write is on the medium when it returns.
    Change,
}

#[cfg(target_os = "linux")]
mod linux {
    use super::{File, Metadata, Path, PathBuf, Use, io};
    use rustix::fs::{Mode, OFlags, major, minor};
    use rustix::io::Errno;
    use std::ffi::OsString;
    use std::fs;
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::{FileTypeExt, MetadataExt};

    /// Whether this is a block device.
    pub(crate) fn is_drive(metadata: &Metadata) -> bool {
        metadata.file_type().is_block_device()
    }

    /// Opens a drive. Without `O_NONBLOCK`: that a medium is there, and which, is then looked up anew.
    pub(crate) fn open_drive(path: &Path, how: Use) -> io::Result<File> {
        let flags = match how {
            Use::Measure => OFlags::RDONLY,
            Use::Read => OFlags::RDONLY | OFlags::EXCL | OFlags::DIRECT,
            Use::Change => OFlags::RDWR | OFlags::EXCL | OFlags::DIRECT | OFlags::SYNC,
        };
        Ok(rustix::fs::open(path, flags | OFlags::CLOEXEC, Mode::empty())?.into())
    }

    fn number(metadata: &Metadata) -> String {
        format!("{}:{}", major(metadata.rdev()), minor(metadata.rdev()))
    }

    /// Whether the drive says that it does not write this medium: what `BLKROGET` answers.
    pub(crate) fn is_read_only(metadata: &Metadata) -> bool {
        let said = fs::read(format!("/sys/dev/block/{}/ro", number(metadata)));
        said.is_ok_and(|said| said.starts_with(b"1"))
    }

    /// Where the drive is mounted.
    pub(crate) fn mount_point(metadata: &Metadata) -> Option<PathBuf> {
        let mounts = fs::read("/proc/self/mountinfo").ok()?;
        let number = number(metadata);
        mounts.split(|byte| *byte == b'\n').find_map(|line| {
            let mut fields = line.split(|byte| *byte == b' ').skip(2);
            let device = fields.next()?;
            let point = fields.nth(1)?;
            (device == number.as_bytes()).then(|| OsString::from_vec(unescape(point)).into())
        })
    }

    /// Space, tab, newline and backslash stand there as three octal digits.
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

    /// Whether the error says that no medium is in the drive.
    pub(crate) fn is_no_medium(error: &io::Error) -> bool {
        let number = Errno::from_io_error(error);
        matches!(number, Some(Errno::NXIO | Errno::NODEV | Errno::NOMEDIUM | Errno::MEDIUMTYPE))
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
}

#[cfg(target_os = "linux")]
pub(crate) use linux::{is_drive, is_no_medium, is_read_only, mount_point, open_drive};

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use super::{File, Metadata, Path, PathBuf, Use, io};

    pub(crate) fn is_drive(_: &Metadata) -> bool {
        false
    }

    pub(crate) fn open_drive(_: &Path, _: Use) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn is_read_only(_: &Metadata) -> bool {
        false
    }

    pub(crate) fn mount_point(_: &Metadata) -> Option<PathBuf> {
        None
    }

    pub(crate) fn is_no_medium(_: &io::Error) -> bool {
        false
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::{is_drive, is_no_medium, is_read_only, mount_point, open_drive};
