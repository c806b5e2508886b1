//! Opening a medium to make it durable.

use super::{Medium, Place};
use crate::disk::MediaError;
use crate::platform;

impl Medium {
    /// Opens a medium to make it durable: to be read, or on Windows, which flushes no such file, to be changed where this
    /// user may.
    ///
    /// # Errors
    /// As [`Medium::open`]; on Windows also if another program has the file open to be changed.
    pub(crate) fn open_to_flush(place: &Place, retries: u32) -> Result<Self, MediaError> {
        if platform::READERS_MAY_FLUSH {
            return Self::open(place, retries);
        }
        match Self::open_to_change(place, retries) {
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
