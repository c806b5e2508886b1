//! The geometry of a volume, by its boot sector or by the first byte of the FAT.

use super::directory::ENTRY_LEN;
use super::{Anomaly, MAX_SECTORS, SECTOR, SECTOR_LEN, VolumeLayout};
use std::ops::Range;

/// The first cluster of every FAT volume has the number 2.
pub(super) const FIRST_CLUSTER: u16 = 2;
/// A volume with more clusters is not FAT12.
const MAX_CLUSTERS: u32 = 4084;
/// Entries of the root directory in a sector.
const ENTRIES_PER_SECTOR: u32 = 16;
/// Bits in a sector of the FAT, and in one entry of it.
const BITS_PER_SECTOR: u32 = 4096;
const BITS_PER_ENTRY: u32 = 12;

/// The geometry of a volume. It was checked: everything is within [`MAX_SECTORS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VolumeGeometry {
    /// `BPB_SecPerClus`: sectors in a cluster.
    pub sectors_per_cluster: u32,
    /// `BPB_RsvdSecCnt`: sectors before the first FAT.
    pub reserved_sectors: u32,
    /// `BPB_NumFATs`: copies of the FAT, 1 or 2.
    pub num_fats: u32,
    /// `BPB_RootEntCnt`: entries in the root directory.
    pub root_entries: u32,
    /// `BPB_TotSec16` or `BPB_TotSec32`: sectors in the volume.
    pub total_sectors: u32,
    /// `BPB_FATSz16`: sectors in one FAT.
    pub fat_sectors: u32,
    /// `BPB_Media`, or the first byte of the FAT where there is no BPB.
    pub media: u8,
}

impl VolumeGeometry {
    const fn dos(
        spc: u32,
        root_entries: u32,
        total_sectors: u32,
        fat_sectors: u32,
        media: u8,
    ) -> Self {
        Self {
            sectors_per_cluster: spc,
            reserved_sectors: 1,
            num_fats: 2,
            root_entries,
            total_sectors,
            fat_sectors,
            media,
        }
    }
}

/// The geometries that DOS assumes by the FAT's first byte if the boot sector has no parameters.
const KNOWN: [VolumeGeometry; 8] = [
    VolumeGeometry::dos(1, 64, 320, 1, 0xFE),
    VolumeGeometry::dos(1, 64, 360, 2, 0xFC),
    VolumeGeometry::dos(2, 112, 640, 1, 0xFF),
    VolumeGeometry::dos(2, 112, 720, 2, 0xFD),
    VolumeGeometry::dos(2, 112, 1440, 3, 0xF9),
    VolumeGeometry::dos(1, 224, 2400, 7, 0xF9),
    VolumeGeometry::dos(1, 224, 2880, 9, 0xF0),
    VolumeGeometry::dos(2, 240, 5760, 9, 0xF0),
];

impl VolumeGeometry {
    /// The geometry of the volume that begins with `area` on a medium of `medium_len` bytes.
    pub(super) fn of(area: &[u8], medium_len: u64) -> Option<(Self, Vec<Anomaly>)> {
        let mut anomalies = Vec::new();
        let geometry = if let Some(geometry) = Self::from_bpb(area) {
            let at = geometry.fat(0).start;
            if let Some(&fat) = area.get(at).filter(|&&fat| fat != geometry.media) {
                anomalies.push(Anomaly::MediaByte { boot: geometry.media, fat });
            }
            geometry
        } else {
            anomalies.push(Anomaly::NoBpb);
            let end = |g: &Self| u64::from(g.first_data_sector()) * SECTOR;
            Self::from_fat(area, medium_len).filter(|known| end(known) <= medium_len)?
        };
        let volume = u64::from(geometry.total_sectors) * SECTOR;
        if volume > medium_len {
            anomalies.push(Anomaly::CutShort { image: medium_len, volume });
        }
        Some((geometry, anomalies))
    }

    /// Bytes that are read before anything is known of the volume: up to the end of the root directory on the usual diskette
    /// of this size; for an unusual size, the smallest such number. `in_parts`: up to the end of the directory's first
    /// sector, which is mostly all that is used of it. At most the length of the medium.
    pub(crate) fn first_area(medium_len: u64, in_parts: bool) -> u64 {
        let area = match Self::usual(medium_len) {
            Some(usual) if in_parts => usual.root_directory().start as u64 + SECTOR,
            usual => u64::from(usual.unwrap_or(&KNOWN[0]).first_data_sector()) * SECTOR,
        };
        area.min(medium_len)
    }

    /// Whether the volume that begins with `area` is that of the usual diskette of this size.
    pub(super) fn is_usual(area: &[u8], medium_len: u64) -> bool {
        let geometry = Self::from_bpb(area);
        geometry.is_some() && geometry.as_ref() == Self::usual(medium_len)
    }

    fn usual(medium_len: u64) -> Option<&'static Self> {
        KNOWN.iter().find(|known| u64::from(known.total_sectors) * SECTOR == medium_len)
    }

    /// The geometry in the BIOS parameter block, if it is valid. The jump at its start and the 55AA at
    /// its end are not required: real diskettes lack them.
    pub(crate) fn from_bpb(area: &[u8]) -> Option<Self> {
        let byte = |at: usize| area.get(at).copied();
        let word = |at: usize| Some(u32::from(u16::from_le_bytes([byte(at)?, byte(at + 1)?])));
        let total_16 = word(19)?;
        let total_32 = u32::from_le_bytes([byte(32)?, byte(33)?, byte(34)?, byte(35)?]);
        let geometry = Self {
            sectors_per_cluster: byte(13)?.into(),
            reserved_sectors: word(14)?,
            num_fats: byte(16)?.into(),
            root_entries: word(17)?,
            total_sectors: if total_16 == 0 { total_32 } else { total_16 },
            fat_sectors: word(22)?,
            media: byte(21)?,
        };
        (u64::from(word(11)?) == SECTOR && geometry.is_sound()).then_some(geometry)
    }

    /// The layout of a FAT volume that is not supported: with more than two FATs, or sectors of another
    /// length, but otherwise with the parameters of a diskette.
    pub(crate) fn layout_not_read(area: &[u8]) -> Option<VolumeLayout> {
        let word = |at: usize| Some(u16::from_le_bytes([*area.get(at)?, *area.get(at + 1)?]));
        let byte = |at: usize| area.get(at).copied();
        let layout = VolumeLayout { fats: byte(16)?, sector_len: word(11)? };
        let total = u64::from(word(19)?) * u64::from(layout.sector_len);
        let is_fat = matches!(layout.sector_len, 128 | 256 | 512 | 1024 | 2048 | 4096)
            && (1..=8).contains(&layout.fats)
            && byte(13)?.is_power_of_two()
            && (1..=64).contains(&word(14)?)
            && (1..=1024).contains(&word(17)?)
            && (1..=64).contains(&word(22)?)
            && (1..=u64::from(MAX_SECTORS) * SECTOR).contains(&total)
            && byte(21)? >= 0xF0;
        let is_read = layout.fats <= 2 && u64::from(layout.sector_len) == SECTOR;
        (is_fat && !is_read).then_some(layout)
    }

    /// Whether every FAT of such a volume begins as a FAT does. Otherwise the boot sector is damaged.
    pub(super) fn has_fats_of(layout: VolumeLayout, area: &[u8]) -> bool {
        let word = |at: usize| usize::from(u16::from_le_bytes([area[at], area[at + 1]]));
        let (reserved, fat_sectors, media) = (word(14), word(22), area[21]);
        (0..usize::from(layout.fats)).all(|copy| {
            let at = (reserved + copy * fat_sectors) * usize::from(layout.sector_len);
            area.get(at..at + 3) == Some(&[media, 0xFF, 0xFF])
        })
    }

    /// The geometry by the first byte of the FAT, which must then begin in the second sector. DOS 1.x
    /// wrote no parameter block, and on later diskettes it may be damaged.
    pub(crate) fn from_fat(area: &[u8], medium_len: u64) -> Option<Self> {
        let fat = area.get(SECTOR_LEN..SECTOR_LEN + 3)?;
        if fat[1..] != [0xFF, 0xFF] {
            return None;
        }
        let known = || KNOWN.iter().filter(|geometry| geometry.media == fat[0]);
        let exact = known().find(|g| u64::from(g.total_sectors) * SECTOR == medium_len);
        // If several geometries have this media byte, only the length can decide.
        exact.or_else(|| known().next().filter(|_| known().count() == 1)).copied()
    }

    fn is_sound(&self) -> bool {
        let ranges = self.sectors_per_cluster.is_power_of_two()
            && self.sectors_per_cluster <= 128
            && self.reserved_sectors >= 1
            && matches!(self.num_fats, 1 | 2)
            && self.root_entries >= 1
            && self.fat_sectors >= 1
            && self.total_sectors <= MAX_SECTORS;
        // Each field is at most 65,535 by now, so nothing below overflows.
        ranges && (1..=MAX_CLUSTERS).contains(&self.cluster_count())
    }

    fn root_sectors(&self) -> u32 {
        self.root_entries.div_ceil(ENTRIES_PER_SECTOR)
    }

    /// The first sector after the root directory, which is that of cluster 2.
    pub fn first_data_sector(&self) -> u32 {
        self.reserved_sectors + self.num_fats * self.fat_sectors + self.root_sectors()
    }

    fn cluster_count(&self) -> u32 {
        self.total_sectors.saturating_sub(self.first_data_sector()) / self.sectors_per_cluster
    }

    /// The number after the volume's last cluster, at most after the last one that its FAT has room for.
    pub(super) fn cluster_end(&self) -> u16 {
        let in_fat = self.fat_sectors * BITS_PER_SECTOR / BITS_PER_ENTRY;
        let end = (self.cluster_count() + u32::from(FIRST_CLUSTER)).min(in_fat);
        u16::try_from(end).unwrap_or(u16::MAX)
    }

    /// Bytes in a cluster.
    pub fn cluster_len(&self) -> u64 {
        u64::from(self.sectors_per_cluster) * SECTOR
    }

    /// The first sector of `cluster`; `None` below the first cluster.
    pub(super) fn cluster_sector(&self, cluster: u16) -> Option<u32> {
        let index = u32::from(cluster.checked_sub(FIRST_CLUSTER)?);
        Some(self.first_data_sector() + index * self.sectors_per_cluster)
    }

    /// The offset of `cluster` in bytes from the start of the medium.
    pub(super) fn cluster_offset(&self, cluster: u16) -> u64 {
        u64::from(self.cluster_sector(cluster).unwrap_or(0)) * SECTOR
    }

    /// The byte range of the FAT's copy with this number, counted from 0.
    pub(super) fn fat(&self, copy: u32) -> Range<usize> {
        let start = (self.reserved_sectors + copy * self.fat_sectors) as usize * SECTOR_LEN;
        start..start + self.fat_sectors as usize * SECTOR_LEN
    }

    /// The byte range of the root directory.
    pub(super) fn root_directory(&self) -> Range<usize> {
        let start = self.fat(self.num_fats).start;
        start..start + self.root_entries as usize * ENTRY_LEN
    }
}
