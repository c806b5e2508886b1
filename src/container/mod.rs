//! What images of diskettes come in: compressed files, archives, and dumps sector by sector.
//!
//! Bytes in, sectors out: the rest of the program knows nothing of containers. Each is told by its
//! content, never by its name alone.
#![doc = ""]
#![doc = include_str!("CONTAINERS.md")]

mod behind;
mod crc;
mod cursor;
mod deflate;
mod dump;
mod error;
mod format;
pub mod gzip;
pub mod hfe;
pub mod imd;
mod mfm;
mod name;
mod recognise;
mod signs;
pub mod td0;
mod unpack;
pub mod zip;

pub use dump::Dump;
pub use error::ContainerError;
pub use format::Format;
pub(crate) use format::Reader;
pub(crate) use name::{
    is_raw_name, kind_by_name, may_be_archive, may_be_image, paths_of_members, raw_name,
};
pub use recognise::{RECOGNISED_BY, Recognised};
pub(crate) use recognise::{Unknown, recognise_file};
pub(crate) use unpack::largest;
pub use unpack::{Unpacked, recognise, unpack};

/// The most bytes that an image has, whatever its container says: those of the largest diskette.
pub const MAX_IMAGE: usize = crate::fat12::MAX_SECTORS as usize * crate::disk::SECTOR_LEN;
/// The most bytes that a container has, and what comes out of it. A dump of bit cells has more of them
/// than the image: each bit is two cells, and there are gaps.
pub const MAX_DUMP: usize = 16 << 20;
