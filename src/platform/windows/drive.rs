//! Drives on Windows, which have letters. The file system's driver locks a volume that is opened
//! without sharing; so one is opened so only to convert, and else shared.

use super::{FLAG_NO_BUFFERING, SHARE_DELETE, SHARE_READ, SHARE_WRITE, fault, patiently};
use crate::platform::{DeviceFault, DriveUse, FileId, drive_letter};
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const FLAG_WRITE_THROUGH: u32 = 0x8000_0000;

/// The drive that the path names, if it does. Only A: and B: are diskette drives without a look.
pub(crate) fn drive_of_name(path: &Path) -> Option<FileId> {
    drive_letter(path).map(|letter| (u64::MAX, u64::from(u32::from(letter.to_ascii_uppercase()))))
}

/// What is at a path is never a drive there: its name tells.
pub(crate) fn is_drive(_: &Metadata) -> bool {
    false
}

/// Opens a drive; tries again while the Explorer, say, looks into it.
pub(crate) fn open_drive(path: &Path, how: DriveUse) -> io::Result<File> {
    let letter = drive_letter(path).ok_or(io::ErrorKind::InvalidInput)?;
    let device = format!(r"\\.\{letter}:");
    let mut options = OpenOptions::new();
    options.read(true);
    match how {
        DriveUse::Measure | DriveUse::Read => options
            .share_mode(SHARE_READ | SHARE_WRITE | SHARE_DELETE)
            .custom_flags(FLAG_NO_BUFFERING),
        DriveUse::Change => {
            options.write(true).share_mode(0).custom_flags(FLAG_NO_BUFFERING | FLAG_WRITE_THROUGH)
        }
    };
    // A volume that cannot be locked is denied, too.
    let held = |error: &io::Error| match fault(error) {
        Some(DeviceFault::InUse) => true,
        Some(DeviceFault::Denied) => how == DriveUse::Change,
        _ => false,
    };
    patiently(held, || options.open(&device))
}

/// Without a control code, no drive tells how long its medium is.
#[expect(clippy::unnecessary_wraps, reason = "not every system's drives keep silent")]
pub(crate) fn drive_len(_: &File) -> io::Result<Option<u64>> {
    Ok(None)
}

/// Only the first write tells.
pub(crate) fn is_read_only(_: &Path) -> Option<bool> {
    None
}

/// Every drive is, always: a lock has its file system let go of it.
pub(crate) fn mount_point(_: &Path) -> Option<PathBuf> {
    None
}
