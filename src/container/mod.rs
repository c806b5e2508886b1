//! The containers of diskette images: compressed files, archives, and dumps sector by sector.
//!
//! Bytes in, sectors out: the rest of the program knows nothing of containers. Each is recognised by its
//! content, never by its name alone.
#![doc = ""]
#![doc = include_str!("CONTAINERS.md")]

mod crc;
mod cursor;
mod deflate;
mod dump;
mod embedded;
pub mod gzip;
pub mod hfe;
pub mod imd;
mod mfm;
mod name;
mod probe;
mod recognise;
mod signs;
mod table;
pub mod td0;
mod unpack;
pub mod zip;

pub use crate::disk::{ContainerError, Format};
pub use dump::Dump;
pub(crate) use name::{
    format_by_name, is_raw_name, may_be_archive, may_be_image, paths_of_members, raw_name,
};
pub(crate) use probe::FormatProbe;
pub use probe::RECOGNISED_BY;
pub use recognise::Recognised;
pub(crate) use recognise::recognise_file;
pub(crate) use table::Reader;
pub(crate) use unpack::largest;
pub use unpack::{Unpacked, recognise, unpack};

/// The most bytes that an image can have, whatever its container says: those of the largest diskette.
pub const MAX_IMAGE: usize = crate::fat12::MAX_SECTORS as usize * crate::disk::SECTOR_LEN;
/// The most bytes that a dump can have, packed or not. Bit cells take more bytes than the image: each bit
/// is two cells, and there are gaps.
pub const MAX_DUMP: usize = 16 << 20;
