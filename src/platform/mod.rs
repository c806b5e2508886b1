//! Everything that differs between Linux, Windows and macOS. Pure functions are built and tested on all.

mod aligned;
mod cause;
#[cfg(any(windows, test))]
mod codes;
mod copy;
mod drives;
#[cfg(not(any(target_os = "linux", windows)))]
mod elsewhere;
mod file_system;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(unix)]
mod locks;
mod names;
#[cfg(unix)]
mod rights;
mod steps;
mod system;
#[cfg(unix)]
mod unix;
mod unnamed;
#[cfg(windows)]
mod windows;

pub use drives::{FoundDrive, drives, group_with_access};
pub use steps::before_each_step;
pub use system::System;
#[cfg(unix)]
pub use unix::ignores_signal;

pub(crate) use aligned::{read_direct, write_direct};
#[cfg(unix)]
pub(crate) use cause::cause;
pub(crate) use cause::{Cause, same_error};
pub(crate) use copy::copy;
#[cfg(unix)]
use file_system::may_give_rights;
pub(crate) use file_system::{
    flushes_readers, forbids_writing, is_local, may_rename, may_replace, may_write, resolve,
    try_locks,
};
pub(crate) use names::{drive_letter, is_device_name};
pub(crate) use steps::step;
pub(crate) use unnamed::{link, unnamed, way_to};

#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) use elsewhere::*;
#[cfg(target_os = "linux")]
pub(crate) use linux::*;
#[cfg(unix)]
pub(crate) use locks::*;
#[cfg(unix)]
pub(crate) use rights::take_over;
#[cfg(unix)]
pub(crate) use unix::*;
#[cfg(windows)]
pub(crate) use windows::*;

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// The identity of a file, whatever its name: device and inode, or volume and index.
pub(crate) type FileId = (u64, u64);

/// A file's identity, and how many names lead to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileIdentity {
    /// `None` if the file system has none.
    pub(crate) id: Option<FileId>,
    pub(crate) names: u64,
}

impl FileIdentity {
    /// Whether both are the same file, as far as anybody can tell: where the file system has no identities, all are.
    pub(crate) fn may_be(self, other: Self) -> bool {
        self.id == other.id
    }

    /// Whether the file has more than one name.
    pub(crate) fn has_other_names(self) -> bool {
        self.names > 1
    }
}

/// What became of a temporary file that a run may have left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leftover {
    /// There is none, or none any more.
    Gone,
    /// Another run is writing it.
    Held,
    /// It is still there: this user may not remove it, or nobody can tell whether a run is writing it.
    Stays,
}

/// How a drive is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DriveUse {
    /// To learn the size of the medium; other programs may keep using it.
    Measure,
    /// To be read.
    Read,
    /// To be read and written, exclusively; a write returns when it is on the medium.
    Change,
}

/// What an error of a drive, or of a file in use, means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(windows), allow(dead_code, reason = "only Windows distinguishes all of them"))]
pub(crate) enum DeviceFault {
    /// No medium is in the drive.
    NoMedium,
    /// The medium cannot be written.
    WriteProtected,
    /// The medium in the drive was changed.
    Changed,
    /// The sector cannot be read or written.
    BadSector,
    /// The medium ends before this sector.
    PastTheEnd,
    /// Another program has it open.
    InUse,
    /// The system does not allow it to this user.
    Denied,
    /// There is no such drive.
    NotThere,
}

/// A time in nanoseconds since 1970; `None` if it is before that, or centuries away.
fn nanoseconds(time: SystemTime) -> Option<i64> {
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_nanos()).ok()
}

/// The folder of the file at a path.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// Reads all of `buffer`, from `offset` on.
pub(crate) fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    let mut done = 0;
    while done < buffer.len() {
        match read_at(file, &mut buffer[done..], offset + done as u64) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes all of `bytes`, from `offset` on.
pub(crate) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        match write_at(file, &bytes[done..], offset + done as u64) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => done += written,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
