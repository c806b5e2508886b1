//! Other systems: drives are not supported, and reads do not bypass the cache.

use super::{DeviceFault, DriveUse, FileId, FileIdentity};
use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

pub(crate) fn advise_random(_: &File) {}

/// The cache is not bypassed, so it has nothing to drop.
pub(crate) fn forget(_: &File, _: u64, _: usize) {}

/// Files cannot be read past the cache.
#[derive(Debug, Default)]
pub(crate) struct PastCache {}

impl PastCache {
    #[expect(clippy::unused_self, reason = "other systems keep something here")]
    pub(super) fn with<R>(
        &self,
        _: &File,
        _: (&Path, FileIdentity),
        _: impl FnOnce(&File) -> io::Result<R>,
    ) -> io::Result<R> {
        Err(io::ErrorKind::InvalidInput.into())
    }
}

pub(crate) fn drive_of_name(_: &Path) -> Option<FileId> {
    None
}

pub(crate) fn is_drive(_: &Metadata) -> bool {
    false
}

pub(crate) fn open_drive(_: &Path, _: DriveUse) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) fn drive_len(_: &File) -> io::Result<Option<u64>> {
    Ok(None)
}

pub(crate) fn is_read_only(_: &Path) -> Option<bool> {
    None
}

pub(crate) fn mount_point(_: &Path) -> Option<PathBuf> {
    None
}

pub(crate) fn fault(_: &io::Error) -> Option<DeviceFault> {
    None
}
