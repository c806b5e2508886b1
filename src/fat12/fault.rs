//! What can be wrong with a volume, and what is only odd about it.

use crate::disk::{Flaw, FlawKind};

/// Why a medium holds no FAT12 volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoVolume {
    /// Shorter than a boot sector and a FAT.
    TooShort,
    /// All that was read of it is this byte, over and over: it was never formatted.
    Blank(u8),
    /// A FAT volume with a layout that no PC's diskette has, and that is not read.
    Layout(VolumeLayout),
    /// Neither a boot sector nor the first byte of a FAT tells a geometry.
    Unknown,
}

/// A layout of a FAT volume that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VolumeLayout {
    /// `BPB_NumFATs`.
    pub fats: u8,
    /// `BPB_BytsPerSec`.
    pub sector_len: u16,
}

/// What is broken on the way to the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaFault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The cluster concerned.
    pub cluster: Option<u16>,
    /// Its first sector, counted from the start of the medium.
    pub sector: Option<u32>,
}

/// The ways in which a chain or a volume is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The volume is cut short before the end of its root directory.
    VolumeCutShort,
    /// Two files bear the record's name.
    TwoEntries,
    /// The chain comes back to a cluster that it has passed.
    Loop,
    /// The chain runs into a free cluster.
    Free,
    /// The chain runs into a reserved value.
    Reserved,
    /// The chain runs through a cluster that is marked bad.
    Bad,
    /// The chain runs into a cluster that the volume does not have.
    BeyondVolume,
    /// The chain ends before the file does.
    EndsEarly,
    /// The chain goes on after the file has ended.
    TooLong,
    /// The cluster lies past the end of the image.
    BeyondImage,
    /// A sector on the way to the record, or of the record itself, is lost.
    LostSector(FlawKind),
    /// The copies of the FAT lead to different sectors, and nothing tells which are the record's.
    CopiesDisagree,
    /// Another chain runs into the cluster; the number is that of the cluster before it.
    SharedWithChain(u16),
    /// Another file of the root directory begins there or runs through it.
    SharedWithFile([u8; 11]),
}

/// What is unusual about a volume, and does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anomaly {
    /// No BIOS parameter block: the geometry is told by the FAT's first byte.
    NoBpb,
    /// The boot sector and the FAT name different media bytes.
    MediaByte {
        /// As in the boot sector.
        boot: u8,
        /// As in the FAT.
        fat: u8,
    },
    /// The copies of the FAT differ.
    FatsDiffer,
    /// The image is shorter than its volume; both in bytes.
    CutShort {
        /// As it is.
        image: u64,
        /// As it should be.
        volume: u64,
    },
}

impl MediaFault {
    pub(super) fn at(kind: FaultKind, cluster: u16, sector: Option<u32>) -> Self {
        Self { kind, cluster: Some(cluster), sector }
    }
}

impl From<Flaw> for MediaFault {
    fn from(flaw: Flaw) -> Self {
        Self { kind: FaultKind::LostSector(flaw.kind), cluster: None, sector: Some(flaw.sector) }
    }
}
