//! A raw image: a file that holds a diskette's sectors, one after the other.

use crate::container::{FormatProbe, RECOGNISED_BY, Recognised, recognise_file};
use crate::disk::{DisketteStorage, Flaw, MediaError, SECTOR_LEN, Storage, filled, withhold};
use crate::fat12::VolumeGeometry;
use crate::files::OpenFile;
use crate::platform;
use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Bytes that the system reads from a disk at a time: reading fewer is not faster.
const PAGE: u64 = 4096;

/// A raw image file.
#[derive(Debug)]
pub struct RawImage {
    file: OpenFile,
    /// Sectors that were not read from the diskette, in order.
    lost: Vec<Flaw>,
    /// Sectors read so far that the imaging program has filled.
    filled: Mutex<BTreeSet<Flaw>>,
    /// The start of the file, if it was read already: the next reader takes it.
    start: Mutex<Option<Vec<u8>>>,
    /// Whether the system most likely has the file in its cache.
    is_cached: bool,
}

impl From<OpenFile> for RawImage {
    fn from(file: OpenFile) -> Self {
        Self {
            file,
            lost: Vec::new(),
            filled: Mutex::default(),
            start: Mutex::default(),
            is_cached: false,
        }
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

    /// Wraps a file that is already open; `path` is where it can be opened again.
    ///
    /// # Errors
    /// As the system reports them.
    pub fn from_file(file: File, path: &Path) -> io::Result<Self> {
        OpenFile::new(file, path).map(Self::from)
    }

    /// Says whether the system most likely has the image in its cache. If not, it is told not to read ahead.
    pub(super) fn expect_cached(&mut self, is_cached: bool) {
        self.is_cached = is_cached;
        if !is_cached {
            self.file.advise_random();
        }
    }

    /// The file that holds the image.
    pub(crate) fn file(&self) -> &OpenFile {
        &self.file
    }

    /// The file, which turned out not to be a raw image.
    pub(super) fn into_file(self) -> OpenFile {
        self.file
    }

    /// Recognises the file's format by its content. If the image is only to be looked at, or locked, the bytes that are
    /// read for that are kept for the next reader; a later lock discards them.
    ///
    /// # Errors
    /// If it cannot be read, or is certainly not an image of a diskette.
    pub fn recognise(&self, only_to_look: bool) -> Result<Recognised, MediaError> {
        let keeps = only_to_look || self.file.is_locked();
        let length = if keeps { self.first_read() } else { 0 };
        let length = length.max(RECOGNISED_BY as u64).min(self.len());
        let file = self.file.file();
        let start = platform::read_start(file, usize::try_from(length).unwrap_or(0))?;
        let read = |at: u64, length: usize| {
            let mut bytes = vec![0; length];
            platform::read_exact_at(file, &mut bytes, at)?;
            Ok(bytes)
        };
        let probe = FormatProbe { start: &start, len: self.len(), read: &read };
        let recognised = recognise_file(&probe);
        if keeps {
            *self.start.lock().unwrap_or_else(PoisonError::into_inner) = Some(start);
        }
        recognised
    }

    /// How much of the start is read before anything is known of the volume.
    fn first_read(&self) -> u64 {
        let least = VolumeGeometry::least_area(self.len()).filter(|_| self.is_cached);
        least.unwrap_or_else(|| in_pages(VolumeGeometry::usual_area(self.len()), self.len()))
    }

    /// Zeroes the lost sectors of what was read from `offset` on; an error if there are any.
    fn withhold(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        let first = offset / SECTOR_LEN as u64;
        let new = u32::try_from(first).map_or_else(|_| Vec::new(), |first| filled(buffer, first));
        if new.is_empty() {
            return withhold(&self.lost, offset, buffer);
        }
        self.filled.lock().unwrap_or_else(PoisonError::into_inner).extend(new);
        withhold(&self.flaws(), offset, buffer)
    }

    /// Before a lock: what was read without one may have changed.
    fn forget_start(&self) {
        if !self.file.is_locked() {
            self.take_start();
        }
    }

    /// The start of the file, if it was read already.
    fn take_start(&self) -> Option<Vec<u8>> {
        self.start.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The same image, of which these sectors, in order, were not read from the diskette.
    #[must_use]
    pub fn without(mut self, lost: Vec<Flaw>) -> Self {
        self.lost = lost;
        self
    }

    /// Locks the image against other programs until this is dropped.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] if another program holds the lock.
    pub fn try_lock(&self) -> Result<(), TryLockError> {
        self.forget_start();
        self.file.try_lock()
    }

    /// Locks the image so that others can read it but not change it.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] if another program has locked it to change it.
    pub fn try_lock_shared(&self) -> Result<(), TryLockError> {
        self.forget_start();
        self.file.try_lock_shared()
    }
}

impl Storage for RawImage {
    fn len(&self) -> u64 {
        self.file.len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.file.read(offset, buffer)?;
        self.withhold(offset, buffer)
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.file.read_past_cache(offset, buffer)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), MediaError> {
        self.take_start();
        self.file.write(offset, bytes)
    }

    fn sync(&self) -> Result<(), MediaError> {
        self.file.sync()
    }
}

/// A length rounded up to whole pages, but not past the end of the file.
fn in_pages(length: u64, file_len: u64) -> u64 {
    length.next_multiple_of(PAGE).min(file_len)
}

impl DisketteStorage for RawImage {
    fn read_start(&self, bytes: &mut Vec<u8>, length: usize) -> Result<(), MediaError> {
        let at_once = match length as u64 {
            least if self.is_cached && least == self.first_read() => least,
            length => in_pages(length, self.len()),
        };
        let length = usize::try_from(at_once).unwrap_or(length).max(length);
        *bytes = match self.take_start().filter(|start| start.len() >= length) {
            Some(start) => start,
            None => platform::read_start(self.file.file(), length)?,
        };
        bytes.truncate(length);
        self.withhold(0, bytes)
    }

    fn is_cached(&self) -> bool {
        self.is_cached
    }

    fn reads_ahead(&self) -> bool {
        true
    }

    fn flaws(&self) -> Vec<Flaw> {
        let filled = self.filled.lock().unwrap_or_else(PoisonError::into_inner);
        let mut flaws: Vec<_> = self.lost.iter().chain(&*filled).copied().collect();
        flaws.sort_unstable();
        flaws.dedup_by_key(|flaw| flaw.sector);
        flaws
    }
}
