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
use std::sync::atomic::{AtomicBool, Ordering};
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
    in_parts: AtomicBool,
}

impl From<OpenFile> for RawImage {
    fn from(file: OpenFile) -> Self {
        Self {
            file,
            lost: Vec::new(),
            filled: Mutex::default(),
            start: Mutex::default(),
            in_parts: AtomicBool::new(false),
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

    /// Reads in parts if the system most likely has the image in its cache. Otherwise the system is told not to read ahead.
    pub(super) fn expect_cached(&self, is_cached: bool) {
        self.in_parts.store(is_cached, Ordering::Relaxed);
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
        let area = VolumeGeometry::first_area(self.len(), self.reads_in_parts());
        let start = self.start(if keeps { self.at_once(area) } else { 0 })?;
        let file = self.file.file();
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

    /// How many bytes are read for the first `length` of the file: whole pages, unless only what is needed is read.
    fn at_once(&self, length: u64) -> u64 {
        let is_least = length < VolumeGeometry::first_area(self.len(), false);
        if is_least { length } else { length.next_multiple_of(PAGE).min(self.len()) }
    }

    /// The first `length` bytes, and at least those by which a format is recognised. If so many cannot be read, only these:
    /// what else is needed is read in parts then.
    fn start(&self, length: u64) -> io::Result<Vec<u8>> {
        let least = RECOGNISED_BY as u64;
        let read = |length: u64| {
            let length = usize::try_from(length.min(self.len())).unwrap_or(0);
            platform::read_start(self.file.file(), length)
        };
        read(length.max(least)).or_else(|error| {
            if length <= least {
                return Err(error);
            }
            self.in_parts.store(true, Ordering::Relaxed);
            read(least)
        })
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

impl DisketteStorage for RawImage {
    fn read_start(&self, bytes: &mut Vec<u8>, length: usize) -> Result<(), MediaError> {
        let at_once = self.at_once(length as u64);
        let length = usize::try_from(at_once).unwrap_or(length).max(length);
        *bytes = match self.take_start().filter(|start| start.len() >= length) {
            Some(start) => start,
            None => platform::read_start(self.file.file(), length)?,
        };
        bytes.truncate(length);
        self.withhold(0, bytes)
    }

    fn reads_in_parts(&self) -> bool {
        self.in_parts.load(Ordering::Relaxed)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_is_read_at_once_as_is_faster() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.img");
        // Of the usual sizes, and of another.
        for (sectors, in_parts, at_once) in
            [(2880, 20, 40), (1440, 8, 16), (5760, 20, 40), (2000, 8, 8)]
        {
            let sectors: usize = sectors;
            std::fs::write(&path, vec![0; sectors * SECTOR_LEN]).unwrap();
            for (is_cached, length) in [(true, in_parts), (false, at_once)] {
                let image = RawImage::open(&path).unwrap();
                image.expect_cached(is_cached);
                image.recognise(true).unwrap();
                let start = image.take_start().unwrap();
                assert_eq!(start.len(), length * SECTOR_LEN, "{sectors} {is_cached}");
            }
        }
    }
}
