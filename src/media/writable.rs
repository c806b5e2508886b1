//! Opening a medium to change it, or to make it durable.

use super::{Drive, Medium, Packed, Place, PlaceKind, RawImage, VerifyingReader};
use crate::disk::MediaError;
use crate::platform;
use std::sync::Arc;

impl Medium {
    /// Opens a medium to be read and changed. A raw image is locked before anything is read, if that can be, so that what
    /// is read stays true; [`Medium::try_lock`] tells whether it is. One that is marked read-only will not be changed.
    ///
    /// # Errors
    /// As [`Medium::open`].
    pub fn open_to_change(place: &Place, retries: u32) -> Result<Self, MediaError> {
        Self::open_writable(place, retries, |image| {
            if !image.file().metadata().permissions().readonly() {
                let _ = image.try_lock();
            }
        })
    }

    /// The same; `before` is called with a raw image before it is read.
    fn open_writable(
        place: &Place,
        retries: u32,
        before: impl FnOnce(&RawImage),
    ) -> Result<Self, MediaError> {
        match (place.kind, &place.member) {
            (PlaceKind::File, Some(member)) => {
                let packed = Packed::to_change(Arc::clone(&member.container), member.index)?;
                Self::packed(packed, place)
            }
            (PlaceKind::File, None) => {
                let image = RawImage::open_to_change(&place.path)?;
                before(&image);
                Self::image(Box::new(image), place, true)
            }
            (PlaceKind::Drive, _) => {
                let drive = Drive::open_to_change(&place.path)?;
                Ok(Self::Diskette(VerifyingReader::new(drive, retries)))
            }
        }
    }

    /// Opens a medium to make it durable. Neither Windows nor a share of Windows that is mounted elsewhere flushes a file that
    /// is only read, so there it is opened to be changed if this user may. On Windows, that locks it.
    ///
    /// # Errors
    /// As [`Medium::open`]; on Windows also if another program has the file open to be changed.
    pub(crate) fn open_to_flush(place: &Place, retries: u32) -> Result<Self, MediaError> {
        if platform::flushes_readers(&place.path) {
            return Self::open(place, retries);
        }
        match Self::open_writable(place, retries, |_| {}) {
            // On Windows, nobody can flush it now: opening it once more would only be another wait.
            Err(MediaError::Io(error)) if platform::is_in_use(&error) => Err(error.into()),
            Err(_) => Self::open(place, retries),
            opened => opened,
        }
    }

    /// The same of a copy that this program made, which may be marked read-only, as its original is.
    ///
    /// # Errors
    /// As [`Medium::open_to_flush`].
    pub(crate) fn open_copy_to_flush(place: &Place, retries: u32) -> Result<Self, MediaError> {
        platform::open_unmarked(&place.path, || Self::open_to_flush(place, retries))?
    }
}
