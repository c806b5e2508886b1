//! Packs and the servers that write to them, as FORMAT.md describes both.
//!
//! Nothing here comes from the product, neither a type nor an offset nor a seal: what it says of a
//! pack is held against what was done here.

mod image;
mod offer;
mod pack;
mod random;
pub(crate) mod sample;
mod server;
mod world;

pub(crate) use image::{image_of, record_at};
pub(crate) use offer::{Came, Kind};
pub(crate) use pack::{Binding, Deed, Done, Event, Format, Map, Pack, digest, slot_at};
pub(crate) use random::Random;
pub(crate) use server::{Identity, Release, Server};
pub(crate) use world::{World, histories};

/// Each field and each reserved area of a 4.0 header: offset and size in bytes.
pub(crate) const FIELDS_40: [(usize, usize); 18] = [
    (0x000, 8),
    (0x008, 2),
    (0x00A, 2),
    (0x00C, 24),
    (0x024, 2),
    (0x026, 2),
    (0x028, 8),
    (0x030, 20),
    (0x044, 2),
    (0x046, 2),
    (0x048, 2),
    (0x04A, 2),
    (0x04C, 4),
    (0x050, 6),
    (0x056, 16),
    (0x066, 10),
    (0x070, 20),
    (0x084, 380),
];

/// Each field and each reserved area of a 4.5 header: offset and size in bytes.
pub(crate) const FIELDS_45: [(usize, usize); 20] = [
    (0x000, 8),
    (0x008, 2),
    (0x00A, 2),
    (0x00C, 24),
    (0x024, 2),
    (0x026, 2),
    (0x028, 8),
    (0x030, 8),
    (0x038, 20),
    (0x04C, 4),
    (0x050, 20),
    (0x064, 2),
    (0x066, 2),
    (0x068, 2),
    (0x06A, 2),
    (0x06C, 6),
    (0x072, 16),
    (0x082, 2),
    (0x084, 20),
    (0x098, 360),
];

/// Each field of an event: offset in its slot and size in bytes.
pub(crate) const EVENT_FIELDS: [(usize, usize); 9] =
    [(0, 2), (2, 2), (4, 2), (6, 2), (8, 8), (16, 6), (22, 16), (38, 6), (44, 20)];
