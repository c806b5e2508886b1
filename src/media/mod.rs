//! What holds a pack: bytes that can be read, written and made durable.

mod budget;
mod changes;
mod container;
mod drive;
mod image;
mod mapfile;
mod opened;
mod packed;
mod place;
pub mod surface;
mod verifying;
mod watch;
mod writable;

use crate::container::Recognised;
pub use crate::disk::{DriveError, MapfileError, MediaError};
pub use crate::platform::{FoundDrive, drives, group_with_access};
pub use budget::BUDGET;
pub use container::{Container, Member};
pub use drive::Drive;
pub use image::RawImage;
pub use mapfile::Mapfile;
pub use opened::Medium;
pub use packed::Packed;
pub use place::{Place, PlaceKind, Places};
pub use verifying::VerifyingReader;

pub use crate::platform::System;
pub use watch::{ReadingAt, Watcher};
