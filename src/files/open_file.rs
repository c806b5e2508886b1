//! An open file: its identity, and the lock that keeps others out.

use super::open_in_sqlite::unless_this_is_open_in_sqlite;
use crate::disk::{MediaError, Storage};
use crate::platform::{self, FileId, FileIdentity, Folder, Guard, PastCache};
use std::ffi::OsStr;
use std::fs::{File, Metadata, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// An open regular file, with its metadata as of when it was opened.
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    metadata: Metadata,
    identity: FileIdentity,
    path: PathBuf,
    /// Set once other writers are kept out: by a lock, or by the mode in which it was opened.
    exclusive: OnceLock<()>,
    /// What holds the lock, if the open file alone does not.
    guard: OnceLock<Guard>,
    past_cache: PastCache,
}

impl OpenFile {
    /// Opens the file to be read.
    ///
    /// # Errors
    /// Those of the system; [`io::ErrorKind::InvalidInput`] if it is not a regular file, or SQLite has it open in this
    /// process.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = Self::new(platform::open_to_read(path)?, path)?;
        file.advise_random();
        Ok(file)
    }

    /// Opens the file with this name in `folder` to be read; `path` leads to it. The system is not told yet that it will
    /// be read in parts.
    ///
    /// # Errors
    /// As [`OpenFile::open`].
    pub(crate) fn open_in(folder: &Folder, name: &OsStr, path: &Path) -> io::Result<Self> {
        Self::new(folder.open_file(name)?, path)
    }

    /// Tells the system that only parts of the file will be read.
    pub(crate) fn advise_random(&self) {
        platform::advise_random(&self.file);
    }

    /// Opens the file to be read and changed in place.
    ///
    /// # Errors
    /// As [`OpenFile::open`].
    pub(crate) fn open_to_change(path: &Path) -> io::Result<Self> {
        let (file, metadata) = platform::open_to_change(path)?;
        let file = Self::of(file, metadata, path)?;
        if platform::OPENING_LOCKS {
            let _ = file.exclusive.set(());
        }
        Ok(file)
    }

    /// Wraps a file that is already open; `path` is where it can be opened again.
    ///
    /// # Errors
    /// As [`OpenFile::open`].
    pub(crate) fn new(file: File, path: &Path) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Self::of(file, metadata, path)
    }

    fn of(file: File, metadata: Metadata, path: &Path) -> io::Result<Self> {
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let identity = platform::identity(&file, &metadata);
        Ok(Self {
            file: unless_this_is_open_in_sqlite(file, identity)?,
            identity,
            metadata,
            path: path.to_owned(),
            exclusive: OnceLock::new(),
            guard: OnceLock::new(),
            past_cache: PastCache::default(),
        })
    }

    /// The file itself.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// The file's metadata when it was opened.
    pub(crate) fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The file's identity, and how many names it had when it was opened.
    pub(crate) fn identity(&self) -> FileIdentity {
        self.identity
    }

    /// The file's identity; `None` if its file system has none.
    pub(crate) fn file_id(&self) -> Option<FileId> {
        self.identity.id
    }

    /// The path by which it was opened.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Notes that the file was renamed to `path`, which changes its metadata too. If it was also written to, it
    /// keeps the old metadata, so that the next replacement notices.
    pub(super) fn renamed(&mut self, path: &Path) {
        path.clone_into(&mut self.path);
        let bytes = |of: &Metadata| (of.len(), of.modified().ok());
        let now = self.file.metadata().ok();
        if let Some(now) = now.filter(|now| bytes(now) == bytes(&self.metadata)) {
            self.metadata = now;
        }
    }

    /// Closes the file and keeps `other` open instead.
    pub(super) fn close(&mut self, other: File) {
        self.file = other;
        self.past_cache = PastCache::default();
    }

    /// Whether the path still leads to this file, as far as anybody can tell.
    pub(crate) fn is_at_its_path(&self) -> bool {
        let there = std::fs::metadata(&self.path);
        there.is_ok_and(|there| platform::identity_at(&self.path, &there).may_be(self.identity))
    }

    /// Whether this keeps the file locked against other programs.
    pub(crate) fn is_locked(&self) -> bool {
        self.exclusive.get().is_some()
    }

    /// Locks the file against other programs until this is dropped.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] if another program holds the lock.
    pub(crate) fn try_lock(&self) -> Result<(), TryLockError> {
        if !self.is_locked() {
            let _ = self.guard.set(platform::try_lock(&self.file, &self.path)?);
            let _ = self.exclusive.set(());
        }
        Ok(())
    }

    /// Locks the file so that others can read it but not change it.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] if another program has locked it to change it.
    pub(crate) fn try_lock_shared(&self) -> Result<(), TryLockError> {
        if !self.is_locked() {
            let _ = self.guard.set(platform::try_lock_shared(&self.file, &self.path)?);
        }
        Ok(())
    }

    /// Whether reads can bypass the cache completely; if not, they do so as far as the system allows.
    pub fn reads_past_cache(&self) -> bool {
        self.past_cache.works(&self.file, (&self.path, self.identity))
    }
}

impl Storage for OpenFile {
    fn len(&self) -> u64 {
        self.metadata.len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        Ok(platform::read_exact_at(&self.file, buffer, offset)?)
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        platform::step();
        let at = (&*self.path, self.identity);
        Ok(self.past_cache.read(&self.file, at, buffer, offset)?)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), MediaError> {
        platform::step();
        platform::write_all_at(&self.file, bytes, offset)?;
        Ok(platform::keep_rights(&self.file, &self.metadata)?)
    }

    fn sync(&self) -> Result<(), MediaError> {
        platform::step();
        Ok(platform::sync_data(&self.file)?)
    }
}
