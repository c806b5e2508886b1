//! Faults and anomalies of volumes.

use crate::disk::{Flaw, FlawKind};

/// Why a medium holds no FAT12 volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoVolume {
    /// Shorter than a boot sector and a FAT.
    TooShort,
    /// Everything that was read is this byte: it was never formatted.
    Blank(u8),
    /// A FAT volume with a layout that no PC's diskette has, and that is not supported.
    Layout(VolumeLayout),
    /// Neither the boot sector nor the first byte of a FAT gives a geometry.
    Unknown,
}

/// A layout of a FAT volume that is not supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VolumeLayout {
    /// `BPB_NumFATs`.
    pub fats: u8,
    /// `BPB_BytsPerSec`.
    pub sector_len: u16,
}

/// A fault in the volume that makes the record unreachable or uncertain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaFault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The affected cluster, if there is one.
    pub cluster: Option<u16>,
    /// The affected sector, or the first one of the cluster, counted from the start of the medium.
    pub sector: Option<u32>,
}

/// The kinds of faults of a cluster chain or a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The volume is cut short before the end of its root directory.
    VolumeCutShort,
    /// Two files have the record's name.
    TwoEntries,
    /// The chain returns to one of its own clusters.
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
    /// A sector that leads to the record, or one of the record, is lost.
    LostSector(FlawKind),
    /// The copies of the FAT lead to different sectors, and nothing shows which are the record's.
    CopiesDisagree,
    /// Another chain runs into the cluster, from the cluster with this number.
    SharedWithChain(u16),
    /// Another file of the root directory, with this name, has the cluster as well.
    SharedWithFile([u8; 11]),
}

/// Something unusual about a volume that makes no difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anomaly {
    /// It has no BIOS parameter block: the geometry follows from the FAT's first byte.
    NoBpb,
    /// The boot sector and the FAT have different media bytes.
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
