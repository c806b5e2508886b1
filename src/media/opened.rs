//! A medium by its path: an image file, one in a container, or a diskette in a drive.

use super::{Careful, Container, Drive, Kind, Mapfile, Packed, Place, RawImage, Watcher};
use crate::container::{ContainerError, Recognised, format_by_name};
use crate::disk::{Flaw, Storage};
use crate::files::OpenFile;
use crate::platform::{self, FileId};
use std::fs::{File, Permissions, TryLockError};
use std::io;
use std::sync::Arc;

/// An open medium.
#[derive(Debug)]
pub enum Medium {
    /// A raw image.
    Image(RawImage),
    /// An image in a container.
    Packed(Packed),
    /// A diskette in a drive.
    Diskette(Careful<Drive>),
}

impl Medium {
    /// Opens a medium to be read; a sector of a diskette that does not read well is asked for
    /// `retries` times more.
    ///
    /// # Errors
    /// As the system reports them; with a [`super::DriveError`] or a [`super::MapfileError`] inside
    /// where there is more to say.
    pub fn open(place: &Place, retries: u32) -> io::Result<Self> {
        match place.kind {
            Kind::File => match &place.member {
                Some(member) => {
                    let packed = Packed::new(Arc::clone(&member.container), member.index)?;
                    Self::packed(packed, place)
                }
                None => Self::of_file(OpenFile::open(&place.path)?, place),
            },
            Kind::Drive => Ok(Self::Diskette(Careful::new(Drive::open(&place.path)?, retries))),
        }
    }

    /// The medium in a file that is open to be read.
    ///
    /// # Errors
    /// As [`Medium::open`].
    pub(crate) fn of_file(file: OpenFile, place: &Place) -> io::Result<Self> {
        Self::image(file.into(), place, false)
    }

    /// Opens a medium to be read and changed.
    ///
    /// # Errors
    /// As [`Medium::open`].
    pub fn open_to_change(place: &Place, retries: u32) -> io::Result<Self> {
        match place.kind {
            Kind::File => match &place.member {
                Some(member) => {
                    let packed = Packed::to_change(Arc::clone(&member.container), member.index)?;
                    Self::packed(packed, place)
                }
                None => Self::image(RawImage::open_to_change(&place.path)?, place, true),
            },
            Kind::Drive => {
                Ok(Self::Diskette(Careful::new(Drive::open_to_change(&place.path)?, retries)))
            }
        }
    }

    /// The same medium; where it is a diskette, `watcher` follows how it is read.
    #[must_use]
    pub fn watched(self, watcher: Option<Watcher>) -> Self {
        match self {
            Self::Diskette(diskette) => Self::Diskette(diskette.watched(watcher)),
            other => other,
        }
    }

    fn image(image: RawImage, place: &Place, writable: bool) -> io::Result<Self> {
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
            Some(lost) => image.without(lost),
            None => image,
        }))
    }

    fn packed(packed: Packed, place: &Place) -> io::Result<Self> {
        Ok(Self::Packed(match lost(place, packed.len())? {
            Some(lost) => packed.without(&lost),
            None => packed,
        }))
    }

    /// The file's identity; a drive has none, since its diskette changes, nor has a container, since it
    /// is replaced and holds more than one.
    pub(crate) fn file_id(&self) -> Option<FileId> {
        match self {
            Self::Image(image) => image.file().file_id(),
            Self::Packed(_) | Self::Diskette(_) => None,
        }
    }

    /// Why the medium cannot be changed where it is, whoever asks.
    pub(crate) fn obstacle(&self) -> Option<ContainerError> {
        match self {
            Self::Packed(packed) => packed.obstacle(),
            Self::Image(_) | Self::Diskette(_) => None,
        }
    }

    /// Whether bytes that are no part of it stand behind the container that it is in.
    pub(crate) fn has_bytes_behind(&self) -> bool {
        matches!(self, Self::Packed(packed) if packed.has_bytes_behind())
    }

    /// Gives the memory back that it is expanded in, until it is read again. To be called before another
    /// medium is waited for.
    pub(crate) fn release(&self) {
        if let Self::Packed(packed) = self {
            packed.release();
        }
    }

    /// Removes what a killed run has left beside a container that it was to replace.
    pub(crate) fn clear_leftover(&self) {
        if let Self::Packed(packed) = self {
            packed.clear_leftover();
        }
    }

    /// Sees that a new container may be put in the place of this one's.
    pub(crate) fn may_be_replaced(&self) -> io::Result<()> {
        match self {
            Self::Packed(packed) => packed.may_be_replaced(),
            Self::Image(_) | Self::Diskette(_) => Ok(()),
        }
    }

    /// The rights that a copy of the file gets, before the user's mask: those that its owner's copies
    /// would get, and no others.
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

    /// Whether the file's own mode forbids writing.
    pub(crate) fn is_marked_read_only(&self) -> bool {
        self.permissions().is_some_and(|permissions| permissions.readonly())
    }

    /// Keeps other programs of this kind away, until the medium is dropped. A drive does so by being
    /// open.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] where another program holds the lock.
    pub fn try_lock(&self) -> Result<(), TryLockError> {
        match self {
            Self::Image(image) => image.try_lock(),
            Self::Packed(packed) => packed.try_lock(),
            Self::Diskette(_) => Ok(()),
        }
    }

    /// The same, but others may read.
    ///
    /// # Errors
    /// [`TryLockError::WouldBlock`] where another program changes the medium.
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

    /// Makes durable that the path leads to what is there now.
    pub(crate) fn sync_name(&self) -> io::Result<()> {
        match self {
            Self::Packed(packed) => packed.sync_name(),
            Self::Image(_) | Self::Diskette(_) => Ok(()),
        }
    }

    /// Writes all of it to `to`.
    ///
    /// # Errors
    /// As the medium or the file reports them; also where a sector of a diskette is lost.
    pub(crate) fn copy_to(&self, mut to: &File) -> io::Result<()> {
        match self {
            Self::Image(image) => platform::copy(image.file().file(), to, image.len()),
            Self::Packed(packed) => packed.copy_to(to),
            Self::Diskette(diskette) => {
                let mut bytes = vec![0; usize::try_from(diskette.len()).unwrap_or(usize::MAX)];
                diskette.read(0, &mut bytes)?;
                io::Write::write_all(&mut to, &bytes)
            }
        }
    }

    fn storage(&self) -> &dyn Storage {
        match self {
            Self::Image(image) => image,
            Self::Packed(packed) => packed,
            Self::Diskette(diskette) => diskette,
        }
    }
}

/// The sectors of an image of `len` bytes that its mapfile calls lost.
fn lost(place: &Place, len: u64) -> io::Result<Option<Vec<Flaw>>> {
    let Some(map) = &place.map else { return Ok(None) };
    Ok(Some(Mapfile::read(map).map_err(io::Error::other)?.flaws(len)))
}

impl Storage for Medium {
    fn len(&self) -> u64 {
        self.storage().len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.storage().read(offset, buffer)
    }

    fn read_on(&self, bytes: &mut Vec<u8>, length: usize) -> io::Result<()> {
        self.storage().read_on(bytes, length)
    }

    fn block(&self) -> u64 {
        self.storage().block()
    }

    fn read_once(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.storage().read_once(offset, buffer)
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.storage().read_past_cache(offset, buffer)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.storage().write(offset, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.storage().sync()
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
