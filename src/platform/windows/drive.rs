//! Drives on Windows, which are named by letters. Opening a volume without sharing locks it, so a drive is opened
//! that way only to convert a diskette, and shared otherwise.

use super::{FLAG_NO_BUFFERING, SHARE_DELETE, SHARE_READ, SHARE_WRITE, fault, patiently};
use crate::platform::{DeviceFault, DriveUse, FileId, drive_letter};
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const FLAG_WRITE_THROUGH: u32 = 0x8000_0000;

/// The drive that the path names; `None` if it names none.
pub(crate) fn drive_of_name(path: &Path) -> Option<FileId> {
    drive_letter(path).map(|letter| (u64::MAX, u64::from(u32::from(letter.to_ascii_uppercase()))))
}

/// On Windows a drive is recognised by its name alone: see [`drive_of_name`].
pub(crate) fn is_drive(_: &Metadata) -> bool {
    false
}

/// Opens a drive; tries again while another program, such as the Explorer, has it open.
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
    // Access is also denied while the volume cannot be locked.
    let held = |error: &io::Error| match fault(error) {
        Some(DeviceFault::InUse) => true,
        Some(DeviceFault::Denied) => how == DriveUse::Change,
        _ => false,
    };
    patiently(held, || options.open(&device))
}

/// Windows reports the length of a medium only to a device control code, which would need `unsafe`.
#[expect(clippy::unnecessary_wraps, reason = "other systems report the length")]
pub(crate) fn drive_len(_: &File) -> io::Result<Option<u64>> {
    Ok(None)
}

/// Windows reports write protection only when something is written.
pub(crate) fn is_read_only(_: &Path) -> Option<bool> {
    None
}

/// Windows mounts every drive; locking the volume dismounts it.
pub(crate) fn mount_point(_: &Path) -> Option<PathBuf> {
    None
}
