//! What everything else builds on: sectors, what stores them, and the errors of doing so.

mod error;
mod filler;
mod flaw;
mod format;
mod geometry;
mod memory;
mod withhold;
mod zeros;

pub use error::{ContainerError, DriveError, MapfileError, MediaError};
pub(crate) use filler::filled;
pub use flaw::{Flaw, FlawKind};
pub use format::Format;
pub use geometry::DiskGeometry;
pub use memory::Memory;
pub(crate) use withhold::withhold;
pub(crate) use zeros::{is_zero, trimmed};

use std::ops::Deref;

/// Bytes in a sector of a PC's diskette.
pub const SECTOR_LEN: usize = 512;

/// Bytes that can be read, written and made durable. Offsets and lengths are in bytes.
///
/// A read or write is complete or an error: a short read is [`std::io::ErrorKind::UnexpectedEof`].
pub trait Storage: Send + Sync {
    /// Bytes in it.
    fn len(&self) -> u64;

    /// Whether there are no bytes in it.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `buffer` from `offset` on.
    ///
    /// # Errors
    /// [`MediaError::Lost`] with all lost sectors of the range, if there are any: then `buffer` holds the
    /// other sectors, and zeros for the lost ones.
    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError>;

    /// Fills `buffer` from what the medium itself holds, past every cache that can be passed.
    ///
    /// # Errors
    /// As [`Storage::read`].
    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError>;

    /// Writes `bytes` at `offset`; they may be lost until [`Storage::sync`] has returned.
    ///
    /// # Errors
    /// As the medium reports them.
    fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), MediaError>;

    /// Makes all that was written durable. After an error nothing is known of it: a second call
    /// may succeed without having done anything.
    ///
    /// # Errors
    /// As the medium reports them.
    fn sync(&self) -> Result<(), MediaError>;
}

/// Storage that holds a diskette, and what is different about it in a drive, a dump or a container.
pub trait DisketteStorage: Storage {
    /// Reads the first bytes: at least `length`, and more if they cost no extra time.
    ///
    /// # Errors
    /// As [`Storage::read`]. After [`MediaError::Lost`], `bytes` is as long as without the error.
    fn read_start(&self, bytes: &mut Vec<u8>, length: usize) -> Result<(), MediaError> {
        bytes.resize(length, 0);
        self.read(0, bytes)
    }

    /// Whether only what is needed is read, in several parts. Otherwise more is read at once, which is faster where each
    /// read has to wait for a disk.
    fn reads_in_parts(&self) -> bool {
        false
    }

    /// Whether more may be read than is asked for, so that [`DisketteStorage::flaws`] has some that nobody needs.
    fn reads_ahead(&self) -> bool {
        false
    }

    /// Fills `buffer` by a single attempt, where [`Storage::read`] makes several.
    ///
    /// # Errors
    /// As the medium reports them.
    fn read_once(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.read(offset, buffer)
    }

    /// The sectors known to be flawed, in order: of a dump all of them, of a drive those found so far.
    fn flaws(&self) -> Vec<Flaw> {
        Vec::new()
    }

    /// Announces that all is written and a sync comes next, which several diskettes in one file can share.
    fn stage(&self) {}

    /// Whether a change takes effect as a whole with [`Storage::sync`], and not at all before. Then that sync has
    /// also read it back, past every cache, before it took effect.
    fn is_replaced(&self) -> bool {
        false
    }

    /// Whether the diskette can be taken out, and another one put in its place, at any moment.
    fn is_removable(&self) -> bool {
        false
    }
}

/// Whatever leads to a medium, such as a reference or an [`Arc`](std::sync::Arc), is used like the medium itself.
impl<P: Deref<Target: Storage> + Send + Sync> Storage for P {
    fn len(&self) -> u64 {
        (**self).len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        (**self).read(offset, buffer)
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        (**self).read_past_cache(offset, buffer)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), MediaError> {
        (**self).write(offset, bytes)
    }

    fn sync(&self) -> Result<(), MediaError> {
        (**self).sync()
    }
}

impl<P: Deref<Target: DisketteStorage> + Send + Sync> DisketteStorage for P {
    fn read_start(&self, bytes: &mut Vec<u8>, length: usize) -> Result<(), MediaError> {
        (**self).read_start(bytes, length)
    }

    fn reads_in_parts(&self) -> bool {
        (**self).reads_in_parts()
    }

    fn reads_ahead(&self) -> bool {
        (**self).reads_ahead()
    }

    fn read_once(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        (**self).read_once(offset, buffer)
    }

    fn flaws(&self) -> Vec<Flaw> {
        (**self).flaws()
    }

    fn stage(&self) {
        (**self).stage();
    }

    fn is_replaced(&self) -> bool {
        (**self).is_replaced()
    }

    fn is_removable(&self) -> bool {
        (**self).is_removable()
    }
}
