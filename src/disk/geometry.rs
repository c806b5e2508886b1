//! The standard PC diskettes.

use super::SECTOR_LEN;

/// How a diskette is divided into sectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskGeometry {
    /// Tracks on each side.
    pub cylinders: u32,
    /// Sides.
    pub heads: u32,
    /// Sectors in a track, of 512 bytes.
    pub sectors: u32,
}

const fn geometry(cylinders: u32, heads: u32, sectors: u32) -> DiskGeometry {
    DiskGeometry { cylinders, heads, sectors }
}

/// All standard geometries (FORMAT.md, "The diskette"): 160 KB to 2.88 MB.
const STANDARD: [DiskGeometry; 9] = [
    geometry(40, 1, 8),
    geometry(40, 1, 9),
    geometry(40, 2, 8),
    geometry(40, 2, 9),
    geometry(80, 2, 9),
    geometry(80, 2, 15),
    geometry(80, 2, 18),
    geometry(80, 2, 21),
    geometry(80, 2, 36),
];

impl DiskGeometry {
    /// The standard diskette with this number of bytes.
    pub fn of_len(bytes: u64) -> Option<Self> {
        STANDARD.into_iter().find(|geometry| geometry.len() == bytes)
    }

    /// Bytes on each standard diskette, from the smallest to the largest.
    pub(crate) fn lengths() -> impl DoubleEndedIterator<Item = u64> {
        STANDARD.into_iter().map(Self::len)
    }

    /// Sectors on the diskette.
    pub fn total_sectors(self) -> u32 {
        self.cylinders * self.heads * self.sectors
    }

    /// Bytes on the diskette.
    #[expect(clippy::len_without_is_empty, reason = "no diskette is empty")]
    pub fn len(self) -> u64 {
        u64::from(self.total_sectors()) * SECTOR_LEN as u64
    }
}
