//! An open file: which one it is, and who else may use it.

use crate::disk::Storage;
use crate::platform::{self, FileId, Folder, Guard, Identity, PastCache};
use std::fs::{File, Metadata, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A regular file that is open, with what the system said of it at that moment.
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    metadata: Metadata,
    identity: Identity,
    path: PathBuf,
    /// Whether the way it was opened keeps other writers away.
    is_exclusive: bool,
    /// Keeps writers away where that takes more than the open file.
    guard: OnceLock<Guard>,
    /// The same file open past the cache, once it was read so.
    direct: OnceLock<File>,
}

impl OpenFile {
    /// Opens the file to be read.
    ///
    /// # Errors
    /// As the system reports them; [`io::ErrorKind::InvalidInput`] where it is not a regular file.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::for_reading(platform::open_to_read(path)?, path)
    }

    /// Opens the file to be read; `path` leads to it in `folder`.
    ///
    /// # Errors
    /// As [`OpenFile::open`].
    pub(crate) fn open_in(folder: &Folder, path: &Path) -> io::Result<Self> {
        Self::for_reading(folder.open_file(path.file_name().unwrap_or_default())?, path)
    }

    fn for_reading(file: File, path: &Path) -> io::Result<Self> {
        platform::advise_random(&file);
        Self::new(file, path)
    }

    /// Opens the file to be read and changed in place.
    ///
    /// # Errors
    /// As [`OpenFile::open`].
    pub(crate) fn open_to_change(path: &Path) -> io::Result<Self> {
        let file = Self::new(platform::open_to_change(path)?, path)?;
        Ok(Self { is_exclusive: platform::OPENING_LOCKS, ..file })
    }

    /// Takes a file that is open already; `path` is where it can be opened again.
    ///
    /// # Errors
    /// As [`OpenFile::open`].
    pub(crate) fn new(file: File, path: &Path) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        Ok(Self {
            identity: platform::identity(&file, &metadata),
            file,
            metadata,
            path: path.to_owned(),
            is_exclusive: false,
            guard: OnceLock::new(),
            direct: OnceLock::new(),
        })
    }

    /// The file itself.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// What the system said of the file when it was opened.
    pub(crate) fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Which file it was when it was opened, and how many names it had.
    pub(crate) fn identity(&self) -> Identity {
        self.identity
    }

    /// What distinguishes the file from every other; `None` where its file system does not say.
    pub(crate) fn file_id(&self) -> Option<FileId> {
        self.identity.id
    }

    /// Where the file was opened.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Notes that the file was given another name.
    pub(super) fn set_path(&mut self, path: &Path) {
        path.clone_into(&mut self.path);
    }

    /// Closes the file; `other` is open in its place.
    pub(super) fn close(&mut self, other: File) {
        self.file = other;
        self.direct = OnceLock::new();
    }

    /// Whether the path still leads to this file.
    pub(crate) fn is_at_its_path(&self) -> bool {
        let there = std::fs::metadata(&self.path);
        there.is_ok_and(|there| platform::identity_at(&self.path, &there).id == self.identity.id)
    }

    /// Takes the lock that keeps other programs out, until the file is dropped.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] where another program holds it.
    pub(crate) fn try_lock(&self) -> Result<(), TryLockError> {
        if !self.is_exclusive {
            let _ = self.guard.set(platform::try_lock(&self.file, &self.path)?);
        }
        Ok(())
    }

    /// Takes the lock that lets others read but not change.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] where another program changes the file.
    pub(crate) fn try_lock_shared(&self) -> Result<(), TryLockError> {
        let _ = self.guard.set(platform::try_lock_shared(&self.file, &self.path)?);
        Ok(())
    }

    /// Whether the file can be read past the cache; if not, that is done as well as the system allows.
    pub fn reads_past_cache(&self) -> bool {
        self.past_cache().works()
    }

    fn past_cache(&self) -> PastCache<'_> {
        let Self { file, identity, path, direct, .. } = self;
        PastCache { file, identity: *identity, path, direct }
    }
}

impl Storage for OpenFile {
    fn len(&self) -> u64 {
        self.metadata.len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        platform::read_exact_at(&self.file, buffer, offset)
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        platform::step();
        self.past_cache().read(buffer, offset)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        platform::step();
        platform::write_all_at(&self.file, bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        platform::step();
        self.file.sync_data()
    }
}
