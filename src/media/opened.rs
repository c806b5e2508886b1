//! An open medium: an image file, an image in a container, or a diskette in a drive.

use super::{
    Container, Drive, Mapfile, Packed, Place, PlaceKind, RawImage, VerifyingReader, Watcher,
};
use crate::container::{Recognised, format_by_name};
use crate::disk::{ContainerError, DisketteStorage, Flaw, MediaError, Storage};
use crate::platform::{self, FileId};
use std::fs::{File, Permissions, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// An open medium.
#[derive(Debug)]
pub enum Medium {
    /// A raw image.
    Image(Box<RawImage>),
    /// An image in a container.
    Packed(Packed),
    /// A diskette in a drive.
    Diskette(VerifyingReader<Drive>),
}

impl Medium {
    /// Opens a medium to be read. A sector of a diskette that does not read well is tried `retries` more
    /// times.
    ///
    /// # Errors
    /// If the file, the drive, the container or the mapfile cannot be opened or read.
    pub fn open(place: &Place, retries: u32) -> Result<Self, MediaError> {
        match place.kind {
            PlaceKind::File => match &place.member {
                Some(member) => {
                    let packed = Packed::new(Arc::clone(&member.container), member.index)?;
                    Self::packed(packed, place)
                }
                None => Self::image(Box::new(RawImage::open(&place.path)?), place, false),
            },
            PlaceKind::Drive => {
                Ok(Self::Diskette(VerifyingReader::new(Drive::open(&place.path)?, retries)))
            }
        }
    }

    /// The medium in a file that the finder has opened to be read, before its format is known: it may be a container.
    /// If the system most likely has it in its cache (`is_cached`), it is read in parts: copying it takes the time.
    ///
    /// # Errors
    /// As [`Medium::open`].
    pub(crate) fn of_found(
        image: Box<RawImage>,
        place: &Place,
        is_cached: bool,
    ) -> Result<Self, MediaError> {
        image.expect_cached(is_cached);
        Self::image(image, place, false)
    }

    /// The same medium; if it is a diskette, `watcher` is called while it is read.
    #[must_use]
    pub fn watched(self, watcher: Option<Watcher>) -> Self {
        match self {
            Self::Diskette(diskette) => Self::Diskette(diskette.watched(watcher)),
            other => other,
        }
    }

    pub(super) fn image(
        image: Box<RawImage>,
        place: &Place,
        writable: bool,
    ) -> Result<Self, MediaError> {
        let format = match image.recognise(!writable)? {
            Recognised::Container(format) => Some(format),
            Recognised::Unknown => format_by_name(&place.path),
            Recognised::Volume => None,
        };
        if let Some(format) = format {
            let container = Container::new(image.into_file(), format, &place.path, writable)?;
            return Self::packed(Packed::only(container)?, place);
        }
        Ok(Self::Image(match lost(place, image.len())? {
            Some(lost) => Box::new(image.without(lost)),
            None => image,
        }))
    }

    pub(super) fn packed(packed: Packed, place: &Place) -> Result<Self, MediaError> {
        Ok(Self::Packed(match lost(place, packed.len())? {
            Some(lost) => packed.without(&lost),
            None => packed,
        }))
    }

    /// The identity of the file that it is, or is in. A drive has none, since its diskette changes.
    pub(crate) fn file_id(&self) -> Option<FileId> {
        match self {
            Self::Image(image) => image.file().file_id(),
            Self::Packed(packed) => packed.file_id(),
            Self::Diskette(_) => None,
        }
    }

    /// When that file was made, in nanoseconds since 1970, if its file system knows.
    pub(crate) fn born(&self) -> Option<i64> {
        match self {
            Self::Image(image) => platform::born(image.file().metadata()),
            Self::Packed(packed) => packed.born(),
            Self::Diskette(_) => None,
        }
    }

    /// The path of its container without links, if it is in one.
    pub(crate) fn container(&self) -> Option<&Path> {
        match self {
            Self::Packed(packed) => packed.place().ok(),
            Self::Image(_) | Self::Diskette(_) => None,
        }
    }

    /// Why the medium cannot be changed in place, by any user; `None` if it can.
    pub(crate) fn obstacle(&self) -> Option<ContainerError> {
        match self {
            Self::Packed(packed) => packed.obstacle(),
            Self::Image(_) | Self::Diskette(_) => None,
        }
    }

    /// Whether its container is followed by bytes that are not part of it.
    pub(crate) fn has_bytes_behind(&self) -> bool {
        matches!(self, Self::Packed(packed) if packed.has_bytes_behind())
    }

    /// Frees the memory that it is expanded in, until it is read again. Must be called before waiting for
    /// another medium.
    pub(crate) fn release(&self) {
        if let Self::Packed(packed) = self {
            packed.release();
        }
    }

    /// Checks that its container may be replaced.
    pub(crate) fn may_be_replaced(&self) -> io::Result<()> {
        match self {
            Self::Packed(packed) => packed.may_be_replaced(),
            Self::Image(_) | Self::Diskette(_) => Ok(()),
        }
    }

    /// The permissions of a copy of the file, before the user's mask: the same as for any other copy of it.
    pub(crate) fn rights_of_copy(&self) -> Option<Permissions> {
        self.permissions().as_ref().and_then(platform::rights_of_copy)
    }

    /// The file's permissions.
    pub(crate) fn permissions(&self) -> Option<Permissions> {
        match self {
            Self::Image(image) => Some(image.file().metadata().permissions()),
            Self::Packed(packed) => Some(packed.permissions()),
            Self::Diskette(_) => None,
        }
    }

    /// Whether the file's mode forbids writing.
    pub(crate) fn is_marked_read_only(&self) -> bool {
        self.permissions().is_some_and(|permissions| permissions.readonly())
    }

    /// Locks the medium against other programs until it is dropped. A drive is locked by being open.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] if another program holds the lock.
    pub fn try_lock(&self) -> Result<(), TryLockError> {
        match self {
            Self::Image(image) => image.try_lock(),
            Self::Packed(packed) => packed.try_lock(),
            Self::Diskette(_) => Ok(()),
        }
    }

    /// Locks the medium so that others can read it but not change it.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] if another program has locked it to change it.
    pub fn try_lock_shared(&self) -> Result<(), TryLockError> {
        match self {
            Self::Image(image) => image.try_lock_shared(),
            Self::Packed(packed) => packed.try_lock_shared(),
            Self::Diskette(_) => Ok(()),
        }
    }

    /// Whether the path still leads to this file.
    pub fn is_at_its_path(&self) -> bool {
        match self {
            Self::Image(image) => image.file().is_at_its_path(),
            Self::Packed(packed) => packed.is_at_its_path(),
            Self::Diskette(_) => true,
        }
    }

    /// Makes its container durable, and the name by which that is at its path.
    pub(crate) fn sync_container(&self) -> Result<(), MediaError> {
        match self {
            Self::Packed(packed) => packed.sync_container(),
            Self::Image(_) | Self::Diskette(_) => Ok(()),
        }
    }

    /// Copies all of it to `to`.
    ///
    /// # Errors
    /// Those of the medium and the file; also if a sector of a diskette is lost.
    pub(crate) fn copy_to(&self, mut to: &File) -> Result<(), MediaError> {
        match self {
            Self::Image(image) => Ok(platform::copy(image.file().file(), to, image.len())?),
            Self::Packed(packed) => packed.copy_to(to),
            Self::Diskette(diskette) => {
                let mut bytes = vec![0; usize::try_from(diskette.len()).unwrap_or(usize::MAX)];
                diskette.read(0, &mut bytes)?;
                Ok(io::Write::write_all(&mut to, &bytes)?)
            }
        }
    }

    fn storage(&self) -> &dyn DisketteStorage {
        match self {
            Self::Image(image) => &**image,
            Self::Packed(packed) => packed,
            Self::Diskette(diskette) => diskette,
        }
    }
}

/// The lost sectors of an image of `len` bytes by its mapfile; `None` if it has no mapfile.
fn lost(place: &Place, len: u64) -> Result<Option<Vec<Flaw>>, MediaError> {
    let Some(map) = &place.map else { return Ok(None) };
    Ok(Some(Mapfile::read(map)?.flaws(len)))
}

impl Storage for Medium {
    fn len(&self) -> u64 {
        self.storage().len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.storage().read(offset, buffer)
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.storage().read_past_cache(offset, buffer)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), MediaError> {
        self.storage().write(offset, bytes)
    }

    fn sync(&self) -> Result<(), MediaError> {
        self.storage().sync()
    }
}

impl DisketteStorage for Medium {
    fn read_start(&self, bytes: &mut Vec<u8>, length: usize) -> Result<(), MediaError> {
        self.storage().read_start(bytes, length)
    }

    fn reads_in_parts(&self) -> bool {
        self.storage().reads_in_parts()
    }

    fn reads_ahead(&self) -> bool {
        self.storage().reads_ahead()
    }

    fn read_once(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.storage().read_once(offset, buffer)
    }

    fn flaws(&self) -> Vec<Flaw> {
        self.storage().flaws()
    }

    fn is_removable(&self) -> bool {
        self.storage().is_removable()
    }

    fn stage(&self) {
        self.storage().stage();
    }

    fn is_replaced(&self) -> bool {
        self.storage().is_replaced()
    }
}
