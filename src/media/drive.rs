//! A diskette in a drive, each sector asked for once.
//!
//! Everything goes past the cache: a buffered write of one sector touches eight, "succeeds" where
//! the diskette is gone, and lets the cache show what the diskette does not hold.

use crate::disk::SECTOR_LEN;
use crate::disk::{DiskGeometry, Storage};
use crate::platform::{self, Use};
use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

/// Why a drive cannot be used, or not any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DriveError {
    /// No diskette is in it.
    NoMedium,
    /// Another diskette is in it than the one that was read.
    Changed,
    /// It is mounted there.
    Mounted(PathBuf),
    /// Another program uses it.
    InUse,
    /// Its medium has this many bytes: no diskette.
    NotADiskette(u64),
    /// The diskette is write-protected.
    WriteProtected,
    /// Not one of its sectors reads.
    Unreadable,
    /// A write failed: nothing more is written through this handle.
    Dead,
    /// The reading was ended by whoever follows it.
    Stopped,
}

impl Display for DriveError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMedium => f.write_str("no medium"),
            Self::Changed => f.write_str("another medium"),
            Self::Mounted(at) => write!(f, "mounted at {}", at.display()),
            Self::InUse => f.write_str("in use"),
            Self::NotADiskette(len) => write!(f, "{len} bytes"),
            Self::WriteProtected => f.write_str("write-protected"),
            Self::Unreadable => f.write_str("not one sector reads"),
            Self::Dead => f.write_str("given up after an error"),
            Self::Stopped => f.write_str("stopped"),
        }
    }
}

impl Error for DriveError {}

impl From<DriveError> for io::Error {
    fn from(error: DriveError) -> Self {
        Self::other(error)
    }
}

impl DriveError {
    /// What a drive's error was, where it was more than a sector.
    pub fn behind(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

/// A drive with a diskette in it, open for nobody else.
#[derive(Debug)]
pub struct Drive {
    path: PathBuf,
    len: u64,
    /// `None` once a write has failed and the diskette could not be opened again.
    file: RwLock<Option<File>>,
    /// Where it has read well the last time, in bytes; [`NOWHERE`] where it never has.
    good: AtomicU64,
}

const NOWHERE: u64 = u64::MAX;

impl Drive {
    /// Opens the drive to be read.
    ///
    /// # Errors
    /// A [`DriveError`] where that says why, else as the system reports it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let len = measure(path)?;
        Self::new(path, len, Use::Read)
    }

    /// Opens the drive to be read and written.
    ///
    /// # Errors
    /// As [`Drive::open`]; [`DriveError::WriteProtected`] where it can only be read.
    pub fn open_to_change(path: &Path) -> io::Result<Self> {
        let len = measure(path)?;
        if platform::is_read_only(&path.metadata()?) {
            return Err(DriveError::WriteProtected.into());
        }
        Self::new(path, len, Use::Change)
    }

    fn new(path: &Path, len: u64, how: Use) -> io::Result<Self> {
        let mut file = open(path, how)?;
        if file.seek(SeekFrom::End(0))? != len {
            return Err(DriveError::Changed.into());
        }
        Ok(Self {
            path: path.to_owned(),
            len,
            file: RwLock::new(Some(file)),
            good: AtomicU64::new(NOWHERE),
        })
    }

    fn with_file<T>(&self, work: impl FnOnce(&File) -> io::Result<T>) -> io::Result<T> {
        let file = self.file.read().unwrap_or_else(PoisonError::into_inner);
        work(file.as_ref().ok_or(DriveError::Dead)?)
    }

    /// Whether nothing of the diskette can be read, or not any more. Linux says of a diskette that is pulled
    /// out, or was changed, no more than of a bad sector; and to open the drive once more, to see
    /// what is in it, would let this handle write to whatever that is.
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

    /// Closes the drive for good; why the diskette does not answer any more.
    fn lost(&self) -> io::Error {
        *self.file.write().unwrap_or_else(PoisonError::into_inner) = None;
        match measure(&self.path) {
            Ok(_) if self.good.load(Ordering::Relaxed) == NOWHERE => DriveError::Unreadable.into(),
            Ok(_) => DriveError::Changed.into(),
            Err(error) => error,
        }
    }

    /// After a failed write: the handle is good for nothing more. What is in the drive now, perhaps
    /// another diskette, is looked at through a new one, which only reads.
    fn give_up(&self, error: io::Error) -> io::Error {
        let lost = self.is_gone().then(|| self.lost());
        let mut file = self.file.write().unwrap_or_else(PoisonError::into_inner);
        // The old one keeps everybody else away, us too.
        *file = None;
        *file = Self::open(&self.path)
            .ok()
            .and_then(|drive| drive.file.into_inner().unwrap_or_else(PoisonError::into_inner));
        lost.unwrap_or(error)
    }
}

impl Storage for Drive {
    fn len(&self) -> u64 {
        self.len
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.with_file(|file| platform::read_direct(file, buffer, offset, SECTOR_LEN))
            .inspect(|()| self.good.store(offset, Ordering::Relaxed))
            .map_err(|error| if self.is_gone() { self.lost() } else { error })
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.read(offset, buffer)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.with_file(|file| platform::write_direct(file, bytes, offset))
            .map_err(|error| self.give_up(error))
    }

    fn sync(&self) -> io::Result<()> {
        self.with_file(File::sync_data).map_err(|error| self.give_up(error))
    }

    fn is_removable(&self) -> bool {
        true
    }
}

/// Bytes on the medium, which must be a diskette's: nothing else is opened for more than this.
fn measure(path: &Path) -> io::Result<u64> {
    let len = open(path, Use::Measure)?.seek(SeekFrom::End(0))?;
    match DiskGeometry::of_len(len) {
        Some(_) => Ok(len),
        None if len == 0 => Err(DriveError::NoMedium.into()),
        None => Err(DriveError::NotADiskette(len).into()),
    }
}

/// Opens a drive. Linux's floppy driver may say once more that there is no diskette when there is
/// one again, so it is asked twice.
fn open(path: &Path, how: Use) -> io::Result<File> {
    let file = match platform::open_drive(path, how) {
        Err(error) if platform::is_no_medium(&error) => platform::open_drive(path, how),
        file => file,
    };
    file.map_err(|error| explained(error, path, how))
}

/// What an error on opening means of a drive.
fn explained(error: io::Error, path: &Path, how: Use) -> io::Error {
    use io::ErrorKind as Kind;
    match error.kind() {
        _ if platform::is_no_medium(&error) => DriveError::NoMedium.into(),
        Kind::ResourceBusy => {
            let mounted = path.metadata().ok().and_then(|drive| platform::mount_point(&drive));
            mounted.map_or(DriveError::InUse, DriveError::Mounted).into()
        }
        // It was opened to be read a moment ago.
        Kind::ReadOnlyFilesystem | Kind::PermissionDenied if how == Use::Change => {
            DriveError::WriteProtected.into()
        }
        _ => error,
    }
}
