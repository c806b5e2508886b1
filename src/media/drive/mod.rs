//! A diskette in a drive, without retries.
//!
//! All reads and writes bypass the cache: a buffered write of one sector touches eight, "succeeds" even
//! if the diskette is gone, and lets the cache show what the diskette does not hold.

mod length;

use crate::disk::{DiskGeometry, DisketteStorage, DriveError, MediaError, SECTOR_LEN, Storage};
use crate::platform::{self, DeviceFault, DriveUse, System};
use length::len_of;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

/// A drive with a diskette in it, open exclusively.
#[derive(Debug)]
pub struct Drive {
    path: PathBuf,
    len: u64,
    /// `None` after a write failed and the drive could not be opened again.
    file: RwLock<Option<File>>,
    /// The offset of the last successful read in bytes; [`NOWHERE`] if there was none.
    good: AtomicU64,
}

const NOWHERE: u64 = u64::MAX;

impl Drive {
    /// Opens the drive to be read.
    ///
    /// # Errors
    /// A [`DriveError`] if the cause is known, otherwise that of the system.
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        let len = measure(path)?;
        Self::new(path, len, DriveUse::Read)
    }

    /// Opens the drive to be read and written.
    ///
    /// # Errors
    /// As [`Drive::open`]; [`DriveError::WriteProtected`] if it can only be read.
    pub fn open_to_change(path: &Path) -> Result<Self, MediaError> {
        let len = measure(path)?;
        if platform::is_read_only(path) == Some(true) {
            return Err(DriveError::WriteProtected.into());
        }
        Self::new(path, len, DriveUse::Change)
    }

    fn new(path: &Path, len: u64, how: DriveUse) -> Result<Self, MediaError> {
        let file = open(path, how)?;
        if len_of(&file)? != Some(len) {
            return Err(DriveError::Changed.into());
        }
        Ok(Self {
            path: path.to_owned(),
            len,
            file: RwLock::new(Some(file)),
            good: AtomicU64::new(NOWHERE),
        })
    }

    fn with_file<T>(&self, work: impl FnOnce(&File) -> io::Result<T>) -> Result<T, MediaError> {
        let file = self.file.read().unwrap_or_else(PoisonError::into_inner);
        Ok(work(file.as_ref().ok_or(DriveError::Dead)?)?)
    }

    /// Whether nothing of the diskette can be read, or no longer. Linux reports a diskette that was pulled out
    /// or changed just like a bad sector. Opening the drive once more to see what is in it would let this
    /// handle write to that.
    fn is_gone(&self) -> bool {
        let mut sector = [0; SECTOR_LEN];
        let good = self.good.load(Ordering::Relaxed);
        let places = [good, self.len / 4, self.len / 2, self.len - SECTOR_LEN as u64];
        places.into_iter().filter(|place| *place != NOWHERE).all(|place| {
            let start = place - place % SECTOR_LEN as u64;
            let read = |file: &File| platform::read_direct(file, &mut sector, start, SECTOR_LEN);
            self.with_file(read).is_err()
        })
    }

    /// Closes the drive for good, and returns why the diskette no longer reads. Another one reads through a new handle;
    /// one that has failed does not.
    fn lost(&self) -> MediaError {
        *self.file.write().unwrap_or_else(PoisonError::into_inner) = None;
        match Self::open(&self.path) {
            Ok(_) if self.good.load(Ordering::Relaxed) == NOWHERE => DriveError::Unreadable.into(),
            Ok(drive) if drive.is_gone() => DriveError::ReadsNoMore.into(),
            Ok(_) => DriveError::Changed.into(),
            Err(error) => error,
        }
    }

    /// After a failed write the handle is not used any more. Whatever is in the drive now, perhaps another
    /// diskette, is read through a new one, which cannot write.
    fn give_up(&self, error: MediaError) -> MediaError {
        let lost = self.is_gone().then(|| self.lost());
        let mut file = self.file.write().unwrap_or_else(PoisonError::into_inner);
        // The old handle keeps everybody out, including us.
        *file = None;
        *file = Self::open(&self.path)
            .ok()
            .and_then(|drive| drive.file.into_inner().unwrap_or_else(PoisonError::into_inner));
        match error.io().and_then(platform::fault) {
            Some(DeviceFault::WriteProtected) => DriveError::WriteProtected.into(),
            _ => lost.unwrap_or(error),
        }
    }
}

impl Storage for Drive {
    fn len(&self) -> u64 {
        self.len
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.with_file(|file| platform::read_direct(file, buffer, offset, SECTOR_LEN))
            .inspect(|()| self.good.store(offset, Ordering::Relaxed))
            .map_err(|error| if self.is_gone() { self.lost() } else { error })
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.read(offset, buffer)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), MediaError> {
        self.with_file(|file| platform::write_direct(file, bytes, offset))
            .map_err(|error| self.give_up(error))
    }

    fn sync(&self) -> Result<(), MediaError> {
        self.with_file(File::sync_data).map_err(|error| self.give_up(error))
    }
}

impl DisketteStorage for Drive {
    fn is_removable(&self) -> bool {
        true
    }
}

/// The length of the medium, which must be that of a diskette: nothing else is opened to be read.
fn measure(path: &Path) -> Result<u64, MediaError> {
    let drive = open(path, DriveUse::Measure)?;
    let len = len_of(&drive).map_err(|error| explained(error, path, DriveUse::Measure))?;
    match len {
        Some(0) => Err(DriveError::NoMedium.into()),
        Some(len) if DiskGeometry::of_len(len).is_some() => Ok(len),
        len => Err(DriveError::NotADiskette(len).into()),
    }
}

fn open(path: &Path, how: DriveUse) -> Result<File, MediaError> {
    platform::open_drive(path, how).map_err(|error| explained(error, path, how))
}

/// What an error on opening a drive means.
fn explained(error: io::Error, path: &Path, how: DriveUse) -> MediaError {
    let is_windows = System::HERE == System::Windows;
    match platform::fault(&error) {
        Some(DeviceFault::NoMedium) => DriveError::NoMedium.into(),
        Some(DeviceFault::Changed) => DriveError::Changed.into(),
        Some(DeviceFault::InUse) => {
            platform::mount_point(path).map_or(DriveError::InUse, DriveError::Mounted).into()
        }
        Some(DeviceFault::WriteProtected) => DriveError::WriteProtected.into(),
        Some(DeviceFault::Denied) if is_windows => DriveError::Denied.into(),
        // Opening it to be read worked a moment ago, and the system lets this user write to it: the diskette does not.
        Some(DeviceFault::Denied)
            if how == DriveUse::Change && !platform::forbids_writing(path) =>
        {
            DriveError::WriteProtected.into()
        }
        Some(DeviceFault::NotThere) => DriveError::NotThere.into(),
        Some(DeviceFault::Denied | DeviceFault::BadSector | DeviceFault::PastTheEnd) | None => {
            error.into()
        }
    }
}
