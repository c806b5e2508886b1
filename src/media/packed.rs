//! Images in containers: expanded in memory while they are read, and changed by replacing the whole file.

use super::Container;
use super::changes::Changes;
use super::container::ExpandedImage;
use crate::disk::{ContainerError, DisketteStorage, Flaw, Format, MediaError, Storage, withhold};
use crate::files::OpenFile;
use crate::platform::{self, FileId};
use std::fs::{File, Permissions, TryLockError};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An image in a container.
#[derive(Debug)]
pub struct Packed {
    container: Arc<Container>,
    index: usize,
    len: u64,
    lost: Vec<Flaw>,
    /// The format of the dump that it comes from, which cannot be written.
    dump: Option<Format>,
    obstacle: Option<ContainerError>,
    has_bytes_behind: bool,
    /// Its bytes, while they are needed.
    expanded: Mutex<Option<Box<ExpandedImage>>>,
    /// Bytes that were written and are not in the container yet.
    changes: Mutex<Changes>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Packed {
    /// Expands an image.
    ///
    /// # Errors
    /// If it cannot be read, or is damaged.
    pub fn new(container: Arc<Container>, index: usize) -> Result<Self, MediaError> {
        let expanded = container.expand(index, false)?;
        Ok(Self {
            index,
            len: expanded.bytes.len() as u64,
            lost: expanded.flaws.clone(),
            dump: expanded.dump,
            obstacle: expanded.obstacle,
            has_bytes_behind: expanded.has_bytes_behind,
            expanded: Mutex::new(Some(Box::new(expanded))),
            changes: Mutex::default(),
            container,
        })
    }

    /// The only image of a container.
    ///
    /// # Errors
    /// As [`Packed::new`], and if there are several or none.
    pub fn only(container: Container) -> Result<Self, MediaError> {
        let container = Arc::new(container);
        if !container.is_archive() {
            return Self::new(container, 0);
        }
        match container.images()[..] {
            [] => Err(ContainerError::NoImage.into()),
            [only] => Self::new(container, only),
            _ => Err(ContainerError::Several.into()),
        }
    }

    /// Expands an image that is to be changed.
    ///
    /// # Errors
    /// As [`Packed::new`], and if the file may not be written.
    pub fn to_change(container: Arc<Container>, index: usize) -> Result<Self, MediaError> {
        container.make_writable()?;
        Self::new(container, index)
    }

    /// The same image, where these sectors are lost as well.
    #[must_use]
    pub fn without(mut self, lost: &[Flaw]) -> Self {
        self.lost.extend(lost);
        self.lost.sort_unstable();
        self.lost.dedup_by_key(|flaw| flaw.sector);
        self
    }

    /// Why it cannot be changed in place; `None` if it can.
    pub fn obstacle(&self) -> Option<ContainerError> {
        let dump = self.dump.map(ContainerError::ReadOnly);
        dump.or(self.obstacle).or_else(|| self.container.obstacle())
    }

    /// Whether bytes that are not part of the container follow it.
    pub fn has_bytes_behind(&self) -> bool {
        self.has_bytes_behind
    }

    /// Frees the memory that it is expanded in, until it is read again.
    pub(super) fn release(&self) {
        *lock(&self.expanded) = None;
    }

    /// Its container's path without links.
    pub(super) fn place(&self) -> io::Result<&Path> {
        self.container.place()
    }

    /// Its container's identity.
    pub(super) fn file_id(&self) -> Option<FileId> {
        self.container.with_file(OpenFile::file_id)
    }

    /// When its container was made, in nanoseconds since 1970.
    pub(super) fn born(&self) -> Option<i64> {
        self.container.with_file(|file| platform::born(file.metadata()))
    }

    pub(super) fn may_be_replaced(&self) -> io::Result<()> {
        self.container.may_be_replaced()
    }

    pub(super) fn permissions(&self) -> Permissions {
        self.container.with_file(|file| file.metadata().permissions())
    }

    pub(super) fn try_lock(&self) -> Result<(), TryLockError> {
        self.container.try_lock()
    }

    pub(super) fn try_lock_shared(&self) -> Result<(), TryLockError> {
        self.container.with_file(OpenFile::try_lock_shared)
    }

    pub(super) fn is_at_its_path(&self) -> bool {
        self.container.with_file(OpenFile::is_at_its_path)
    }

    pub(super) fn sync_container(&self) -> Result<(), MediaError> {
        self.container.sync()
    }

    /// Writes all of its bytes to `to`; of a lost sector, whatever is in its place.
    pub(super) fn copy_to(&self, mut to: &File) -> Result<(), MediaError> {
        self.with_bytes(|bytes| Ok(to.write_all(bytes)?))?;
        self.release();
        Ok(())
    }

    /// Calls `look` with its bytes, which are expanded again if they were freed.
    fn with_bytes<R>(
        &self,
        look: impl FnOnce(&[u8]) -> Result<R, MediaError>,
    ) -> Result<R, MediaError> {
        let mut expanded = lock(&self.expanded);
        let expanded = match &mut *expanded {
            Some(expanded) => expanded,
            none => none.insert(Box::new(self.container.expand(self.index, false)?)),
        };
        if expanded.bytes.len() as u64 != self.len {
            return Err(ContainerError::Changed.into());
        }
        look(&expanded.bytes)
    }
}

/// `length` bytes from `offset` on.
fn part(bytes: &[u8], offset: u64, length: usize) -> Result<&[u8], MediaError> {
    let from = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..));
    from.and_then(|from| from.get(..length)).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

impl Storage for Packed {
    fn len(&self) -> u64 {
        self.len
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        if lock(&self.changes).read_exactly(offset, buffer) {
            return Ok(());
        }
        self.with_bytes(|bytes| {
            buffer.copy_from_slice(part(bytes, offset, buffer.len())?);
            Ok(())
        })?;
        lock(&self.changes).apply(offset, buffer);
        withhold(&self.lost, offset, buffer)
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.release();
        let expanded = self.container.expand(self.index, true)?;
        buffer.copy_from_slice(part(&expanded.bytes, offset, buffer.len())?);
        Ok(())
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), MediaError> {
        if offset.saturating_add(bytes.len() as u64) > self.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        lock(&self.changes).write(offset, bytes);
        Ok(())
    }

    fn sync(&self) -> Result<(), MediaError> {
        if let Some(obstacle) = self.obstacle() {
            return Err(obstacle.into());
        }
        self.release();
        self.container.write(self.index)
    }
}

impl DisketteStorage for Packed {
    fn stage(&self) {
        self.release();
        self.container.stage(self.index, std::mem::take(&mut lock(&self.changes)));
    }

    fn flaws(&self) -> Vec<Flaw> {
        self.lost.clone()
    }

    fn is_replaced(&self) -> bool {
        true
    }
}
