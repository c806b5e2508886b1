//! A raw image: a file that holds a diskette's sectors, one after the other.

use crate::container::{FormatProbe, RECOGNISED_BY, Recognised, recognise_file};
use crate::disk::{Flaw, SECTOR_LEN, Storage, filled, withhold};
use crate::fat12::Geometry;
use crate::files::OpenFile;
use crate::platform;
use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Bytes that the system reads of a file together.
const PAGE: u64 = 4096;

/// A raw image file.
#[derive(Debug)]
pub struct RawImage {
    file: OpenFile,
    /// Sectors that the file holds no bytes of the diskette for, in order.
    lost: Vec<Flaw>,
    /// Sectors that were read, and that the program which made the image has filled.
    filled: Mutex<BTreeSet<Flaw>>,
    /// The start of the file, where it was read already: for the next reader who wants it, once.
    start: Mutex<Option<Vec<u8>>>,
}

impl From<OpenFile> for RawImage {
    fn from(file: OpenFile) -> Self {
        Self { file, lost: Vec::new(), filled: Mutex::default(), start: Mutex::default() }
    }
}

impl RawImage {
    /// Opens the image to be read.
    ///
    /// # Errors
    /// As the system reports them.
    pub fn open(path: &Path) -> io::Result<Self> {
        OpenFile::open(path).map(Self::from)
    }

    /// Opens the image to be read and changed in place.
    ///
    /// # Errors
    /// As the system reports them.
    pub fn open_to_change(path: &Path) -> io::Result<Self> {
        OpenFile::open_to_change(path).map(Self::from)
    }

    /// Takes a file that is open already; `path` is where it can be opened again.
    ///
    /// # Errors
    /// As the system reports them.
    pub fn from_file(file: File, path: &Path) -> io::Result<Self> {
        OpenFile::new(file, path).map(Self::from)
    }

    /// The file that holds the image.
    pub(crate) fn file(&self) -> &OpenFile {
        &self.file
    }

    /// The file, which turned out not to be a raw image.
    pub(super) fn into_file(self) -> OpenFile {
        self.file
    }

    /// Recognises the file's format by its content. What is read for that is kept for the next reader if
    /// the image is only to be looked at, and was not locked before.
    ///
    /// # Errors
    /// Where it cannot be read, or is known not to be an image of a diskette.
    pub fn recognise(&self, only_to_look: bool) -> io::Result<Recognised> {
        let usual = Geometry::usual_area(self.len(), self.block());
        let length = if only_to_look { usual } else { 0 };
        let length = length.max(RECOGNISED_BY as u64).min(self.len());
        let file = self.file.file();
        let start = platform::read_start(file, usize::try_from(length).unwrap_or(0))?;
        let read = |at: u64, length: usize| {
            let mut bytes = vec![0; length];
            platform::read_exact_at(file, &mut bytes, at).map(|()| bytes)
        };
        let probe = FormatProbe { start: &start, len: self.len(), read: &read };
        let recognised = recognise_file(&probe);
        if only_to_look {
            *self.start.lock().unwrap_or_else(PoisonError::into_inner) = Some(start);
        }
        recognised
    }

    /// Zeroes the lost sectors of what was read from `offset` on, and fails with the first of them.
    fn withhold(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let first = offset / SECTOR_LEN as u64;
        let new = u32::try_from(first).map_or_else(|_| Vec::new(), |first| filled(buffer, first));
        if new.is_empty() {
            return withhold(&self.lost, offset, buffer);
        }
        self.filled.lock().unwrap_or_else(PoisonError::into_inner).extend(new);
        withhold(&self.flaws(), offset, buffer)
    }

    /// The start of the file, where it was read already.
    fn take_start(&self) -> Option<Vec<u8>> {
        self.start.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The same image, of which these sectors, in order, were not read from the diskette.
    #[must_use]
    pub fn without(mut self, lost: Vec<Flaw>) -> Self {
        self.lost = lost;
        self
    }

    /// Takes the lock that keeps other programs out, until the image is dropped.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] where another program holds it.
    pub fn try_lock(&self) -> Result<(), TryLockError> {
        self.take_start();
        self.file.try_lock()
    }

    /// Takes the lock that lets others read but not change.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] where another program changes the image.
    pub fn try_lock_shared(&self) -> Result<(), TryLockError> {
        self.take_start();
        self.file.try_lock_shared()
    }
}

impl Storage for RawImage {
    fn len(&self) -> u64 {
        self.file.len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, buffer)?;
        self.withhold(offset, buffer)
    }

    fn read_on(&self, bytes: &mut Vec<u8>, length: usize) -> io::Result<()> {
        let have = bytes.len();
        match self.take_start().filter(|start| have == 0 && start.len() >= length) {
            Some(start) => *bytes = start,
            None if have == 0 => *bytes = platform::read_start(self.file.file(), length)?,
            None => {
                bytes.resize(length, 0);
                self.file.read(have as u64, &mut bytes[have..])?;
            }
        }
        bytes.truncate(length);
        self.withhold(have as u64, &mut bytes[have..])
    }

    fn block(&self) -> u64 {
        PAGE
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read_past_cache(offset, buffer)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.take_start();
        self.file.write(offset, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }

    fn flaws(&self) -> Vec<Flaw> {
        let filled = self.filled.lock().unwrap_or_else(PoisonError::into_inner);
        let mut flaws: Vec<_> = self.lost.iter().chain(&*filled).copied().collect();
        flaws.sort_unstable();
        flaws.dedup_by_key(|flaw| flaw.sector);
        flaws
    }
}
