//! Images in containers: expanded in memory, and written by replacing the whole file.

use super::{Container, RawImage};
use crate::container::{ContainerError, Format, Unpacked, unpack};
use crate::disk::{Flaw, Memory, Storage, withhold};
use std::fs::{Permissions, TryLockError};
use std::io;
use std::ops::Deref;
use std::sync::Arc;

/// An image in a container.
#[derive(Debug)]
pub struct Packed {
    container: Arc<Container>,
    index: usize,
    image: Arc<Memory>,
    lost: Vec<Flaw>,
    /// The dump that it comes from, which cannot be written.
    dump: Option<Format>,
}

impl Packed {
    /// Expands an image.
    ///
    /// # Errors
    /// Where it cannot be read, or makes no sense.
    pub fn new(container: Arc<Container>, index: usize) -> io::Result<Self> {
        let content = container.content(index, false)?;
        let Unpacked { bytes, flaws, dump } = unpack(content)?;
        Ok(Self { container, index, image: Arc::new(Memory::new(bytes)), lost: flaws, dump })
    }

    /// The one image of a container.
    ///
    /// # Errors
    /// As [`Packed::new`], and where there are several or none.
    pub fn only(container: Container) -> io::Result<Self> {
        let container = Arc::new(container);
        if !container.is_archive() {
            return Self::new(container, 0);
        }
        match &container.members()[..] {
            [] => Err(ContainerError::NoImage.into()),
            [only] => Self::new(Arc::clone(&container), only.index),
            _ => Err(ContainerError::Several.into()),
        }
    }

    /// An image that is to be changed.
    ///
    /// # Errors
    /// As [`Packed::new`], and where the file may not be written.
    pub fn to_change(container: Arc<Container>, index: usize) -> io::Result<Self> {
        container.make_writable()?;
        Self::new(container, index)
    }

    /// The same image, of which these sectors, too, were not read from the diskette.
    #[must_use]
    pub fn without(mut self, lost: &[Flaw]) -> Self {
        self.lost.extend(lost);
        self.lost.sort_unstable();
        self.lost.dedup_by_key(|flaw| flaw.sector);
        self
    }

    /// Why it cannot be changed where it is.
    pub fn obstacle(&self) -> Option<ContainerError> {
        self.dump.map(ContainerError::ReadOnly).or_else(|| self.container.obstacle())
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
        self.container.with_file(RawImage::try_lock_shared)
    }

    pub(super) fn is_at_its_path(&self) -> bool {
        self.container.with_file(RawImage::is_at_its_path)
    }

    pub(super) fn sync_name(&self) -> io::Result<()> {
        self.container.sync_name()
    }

    /// All of its bytes; where a sector is lost, whatever stands in its place.
    pub(super) fn bytes(&self) -> impl Deref<Target = Vec<u8>> {
        self.image.held()
    }
}

impl Storage for Packed {
    fn len(&self) -> u64 {
        self.image.len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.image.read(offset, buffer)?;
        withhold(&self.lost, offset, buffer)
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let content = self.container.content(self.index, true)?;
        Memory::new(unpack(content)?.bytes).read(offset, buffer)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.image.write(offset, bytes)
    }

    fn stage(&self) {
        self.container.stage(self.index, Arc::clone(&self.image));
    }

    fn sync(&self) -> io::Result<()> {
        match self.obstacle() {
            Some(obstacle) => Err(obstacle.into()),
            None => self.container.write(self.index),
        }
    }

    fn flaws(&self) -> Vec<Flaw> {
        self.lost.clone()
    }

    fn is_replaced(&self) -> bool {
        true
    }
}
