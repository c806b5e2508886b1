//! A raw image: a file that holds a diskette's sectors, one after the other.

use crate::container::{RECOGNISED_BY, Recognised, Unknown, recognise_file};
use crate::disk::{Flaw, SECTOR_LEN, Storage, filled, withhold};
use crate::fat12::Geometry;
use crate::platform::{self, FileId, Folder, Guard, Identity, PastCache};
use std::collections::BTreeSet;
use std::fs::{File, Metadata, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Bytes that the system reads of a file together.
const PAGE: u64 = 4096;

/// A raw image file.
#[derive(Debug)]
pub struct RawImage {
    file: File,
    metadata: Metadata,
    identity: Identity,
    path: PathBuf,
    /// Sectors that the file holds no bytes of the diskette for, in order.
    lost: Vec<Flaw>,
    /// Sectors that were read, and that the program which made the image has filled.
    filled: Mutex<BTreeSet<Flaw>>,
    /// What it begins with, where that was read already: for the next who wants that, once.
    start: Mutex<Option<Vec<u8>>>,
    /// Whether the way that it is open keeps other writers away.
    is_alone: bool,
    /// Keeps writers away where that takes more than the open file.
    guard: OnceLock<Guard>,
    /// The same file open past the cache, once it was read so.
    direct: OnceLock<File>,
}

impl RawImage {
    /// Opens the image to be read.
    ///
    /// # Errors
    /// As the system reports them.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = platform::open_to_read(path)?;
        platform::advise_random(&file);
        Self::from_file(file, path)
    }

    /// Opens the image to be read; `path` leads to it in `folder`.
    ///
    /// # Errors
    /// As the system reports them.
    pub(crate) fn open_in(folder: &Folder, path: &Path) -> io::Result<Self> {
        let file = folder.open_file(path.file_name().unwrap_or_default())?;
        platform::advise_random(&file);
        Self::from_file(file, path)
    }

    /// Opens the image to be read and changed in place.
    ///
    /// # Errors
    /// As the system reports them.
    pub fn open_to_change(path: &Path) -> io::Result<Self> {
        let image = Self::from_file(platform::open_to_change(path)?, path)?;
        Ok(Self { is_alone: platform::OPENING_LOCKS, ..image })
    }

    /// Takes a file that is open already; `path` is where it can be opened again.
    ///
    /// # Errors
    /// As the system reports them.
    pub fn from_file(file: File, path: &Path) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no regular file"));
        }
        Ok(Self {
            identity: platform::identity(&file, &metadata),
            file,
            metadata,
            path: path.to_owned(),
            lost: Vec::new(),
            filled: Mutex::default(),
            start: Mutex::default(),
            is_alone: false,
            guard: OnceLock::new(),
            direct: OnceLock::new(),
        })
    }

    /// Says what the file is, by its content. What is read for that is kept for the next who reads, if the
    /// image is only to be looked at, and not locked before.
    ///
    /// # Errors
    /// Where it cannot be read, or is known to be no image of a diskette.
    pub fn recognise(&self, only_to_look: bool) -> io::Result<Recognised> {
        let usual = Geometry::usual_area(self.len(), self.block());
        let length = if only_to_look { usual } else { 0 };
        let length = length.max(RECOGNISED_BY as u64).min(self.len());
        let start = platform::read_start(&self.file, usize::try_from(length).unwrap_or(0))?;
        let read = |at: u64, length: usize| {
            let mut bytes = vec![0; length];
            platform::read_exact_at(&self.file, &mut bytes, at).map(|()| bytes)
        };
        let recognised = recognise_file(&Unknown { start: &start, len: self.len(), read: &read });
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

    /// What was read of the start already.
    fn take_start(&self) -> Option<Vec<u8>> {
        self.start.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The same image, of which these sectors, in order, were not read from the diskette.
    #[must_use]
    pub fn without(mut self, lost: Vec<Flaw>) -> Self {
        self.lost = lost;
        self
    }

    /// What the system knew of the file when it was opened.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// What tells the file from every other; `None` where its file system does not.
    pub(crate) fn file_id(&self) -> Option<FileId> {
        self.identity.id
    }

    /// Which file it was when it was opened, and how many names it had.
    pub(crate) fn identity(&self) -> Identity {
        self.identity
    }

    /// The open file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Where the image was opened.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file has another name by now.
    pub(crate) fn set_path(&mut self, path: &Path) {
        path.clone_into(&mut self.path);
    }

    /// Closes the file: `other` is open in its place.
    pub(crate) fn close(&mut self, other: File) {
        self.file = other;
        self.direct = OnceLock::new();
    }

    /// Takes the lock that keeps other programs of this kind away, until the image is dropped.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] where another program holds it.
    pub fn try_lock(&self) -> Result<(), TryLockError> {
        self.take_start();
        if !self.is_alone {
            let _ = self.guard.set(platform::try_lock(&self.file, &self.path)?);
        }
        Ok(())
    }

    /// Whether it can be read past the cache; where not, that is done as well as the system lets it.
    pub fn reads_past_cache(&self) -> bool {
        self.past_cache().works()
    }

    fn past_cache(&self) -> PastCache<'_> {
        let Self { file, identity: told, path, direct, .. } = self;
        PastCache { file, told: *told, path, direct }
    }

    /// Whether the image's path still leads to this file.
    pub fn is_at_its_path(&self) -> bool {
        let there = std::fs::metadata(&self.path);
        there.is_ok_and(|there| platform::identity_at(&self.path, &there).id == self.identity.id)
    }

    /// Takes the lock that lets others read but not change.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] where another program changes the image.
    pub fn try_lock_shared(&self) -> Result<(), TryLockError> {
        self.take_start();
        let _ = self.guard.set(platform::try_lock_shared(&self.file, &self.path)?);
        Ok(())
    }
}

impl Storage for RawImage {
    fn len(&self) -> u64 {
        self.metadata.len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        platform::read_exact_at(&self.file, buffer, offset)?;
        self.withhold(offset, buffer)
    }

    fn read_on(&self, bytes: &mut Vec<u8>, length: usize) -> io::Result<()> {
        let have = bytes.len();
        match self.take_start().filter(|start| have == 0 && start.len() >= length) {
            Some(start) => *bytes = start,
            None if have == 0 => *bytes = platform::read_start(&self.file, length)?,
            None => {
                bytes.resize(length, 0);
                platform::read_exact_at(&self.file, &mut bytes[have..], have as u64)?;
            }
        }
        bytes.truncate(length);
        self.withhold(have as u64, &mut bytes[have..])
    }

    fn block(&self) -> u64 {
        PAGE
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        platform::step();
        self.past_cache().read(buffer, offset)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.take_start();
        platform::step();
        platform::write_all_at(&self.file, bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        platform::step();
        self.file.sync_data()
    }

    fn flaws(&self) -> Vec<Flaw> {
        let filled = self.filled.lock().unwrap_or_else(PoisonError::into_inner);
        let mut flaws: Vec<_> = self.lost.iter().chain(&*filled).copied().collect();
        flaws.sort_unstable();
        flaws.dedup_by_key(|flaw| flaw.sector);
        flaws
    }
}
