//! What images of diskettes come in: compressed files, archives, and dumps sector by sector.
//!
//! Bytes in, sectors out: the rest of the program knows nothing of containers. Each is told by its
//! content, never by its name alone.
#![doc = ""]
#![doc = include_str!("CONTAINERS.md")]

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
pub mod td0;
mod unpack;
pub mod zip;

pub use dump::Dump;
pub use error::ContainerError;
pub use format::Format;
pub(crate) use name::{below, is_raw_name, may_be_archive, may_be_image, raw_name};
pub use recognise::{RECOGNISED_BY, recognise};
pub use unpack::{Unpacked, unpack};

/// The most bytes that an image has, whatever its container says: 4 MiB.
pub const MAX_IMAGE: usize = 4 << 20;
/// The most bytes that a dump of such an image has. One of bit cells has more of them than the
/// image: each bit is two cells, and there are gaps.
pub const MAX_DUMP: usize = 4 * MAX_IMAGE;
