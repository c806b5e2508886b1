//! The ground that all else stands on: sectors, and what holds them.

mod filler;
mod flaw;
mod geometry;
mod memory;

pub(crate) use filler::filled;
pub(crate) use flaw::withhold;
pub use flaw::{Flaw, FlawKind};
pub use geometry::DiskGeometry;
pub use memory::Memory;

use std::io;

/// Bytes in a sector of a PC's diskette.
pub const SECTOR_LEN: usize = 512;

/// A medium, as the rest of the program sees it. Offsets and lengths are in bytes.
///
/// Reads and writes are whole or an error: a short read is [`io::ErrorKind::UnexpectedEof`].
pub trait Storage: Send + Sync {
    /// Bytes on the medium.
    fn len(&self) -> u64;

    /// Whether there is nothing on the medium.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `buffer` from `offset` on.
    ///
    /// # Errors
    /// As the medium reports them. Where sectors of the range are lost, the first [`Flaw`]; then all
    /// others are read, and the lost ones stand as zeros.
    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// Reads on from the end of `bytes`, until it is `length` bytes long.
    ///
    /// # Errors
    /// As [`Storage::read`]; then it is as long all the same.
    fn read_on(&self, bytes: &mut Vec<u8>, length: usize) -> io::Result<()> {
        let have = bytes.len();
        bytes.resize(length, 0);
        self.read(have as u64, &mut bytes[have..])
    }

    /// Bytes that cost no more together than one of them, from any multiple of them on.
    fn block(&self) -> u64 {
        SECTOR_LEN as u64
    }

    /// Fills `buffer` by one single try, where [`Storage::read`] makes several.
    ///
    /// # Errors
    /// As the medium reports them.
    fn read_once(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.read(offset, buffer)
    }

    /// Fills `buffer` from what the medium itself holds, past every cache that can be passed.
    ///
    /// # Errors
    /// As [`Storage::read`].
    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// Writes `bytes` at `offset`; they may be lost until [`Storage::sync`] has returned.
    ///
    /// # Errors
    /// As the medium reports them.
    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Makes all that was written durable. After an error, nothing is known of it: a second call
    /// may succeed without having done anything.
    ///
    /// # Errors
    /// As the medium reports them.
    fn sync(&self) -> io::Result<()>;

    /// The sectors known to be flawed, in order: of a dump all, of a drive those met so far.
    fn flaws(&self) -> Vec<Flaw> {
        Vec::new()
    }

    /// Says that all is written, and that a sync comes next: several media in one file can share that.
    fn stage(&self) {}

    /// Whether a change takes effect as a whole with [`Storage::sync`], and not at all before. Then that sync has
    /// also read it back, past every cache, before it took effect.
    fn is_replaced(&self) -> bool {
        false
    }

    /// Whether the medium can be taken out, and another one put in its place, at any moment.
    fn is_removable(&self) -> bool {
        false
    }
}

impl<S: Storage + ?Sized> Storage for &S {
    fn len(&self) -> u64 {
        (**self).len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        (**self).read(offset, buffer)
    }

    fn read_on(&self, bytes: &mut Vec<u8>, length: usize) -> io::Result<()> {
        (**self).read_on(bytes, length)
    }

    fn block(&self) -> u64 {
        (**self).block()
    }

    fn read_once(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        (**self).read_once(offset, buffer)
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        (**self).read_past_cache(offset, buffer)
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        (**self).write(offset, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        (**self).sync()
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
