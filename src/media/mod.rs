//! What holds a pack: bytes that can be read, written and made durable.

mod budget;
mod careful;
mod changes;
mod container;
mod drive;
mod image;
mod mapfile;
mod opened;
mod packed;
mod place;
pub mod surface;
mod watch;

use crate::container::Recognised;
pub use crate::platform::{FoundDrive, drives, readers_group};
pub use budget::BUDGET;
pub use careful::Careful;
pub use container::{Container, Member};
pub use drive::{Drive, DriveError};
pub use image::RawImage;
pub use mapfile::{Mapfile, MapfileError};
pub use opened::Medium;
pub use packed::Packed;
pub use place::{Kind, Place};

pub use crate::platform::System;
pub use watch::{ReadingAt, Watcher};
