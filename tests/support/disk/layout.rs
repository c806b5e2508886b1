//! How FAT12 volumes are laid out, as Microsoft's FAT specification and DOS have it.

use std::ops::Range;

pub(crate) const SECTOR: usize = 512;
/// Bytes in a directory entry.
pub(crate) const ENTRY: usize = 32;

/// A volume's layout. Lengths are in sectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) per_cluster: usize,
    pub(crate) reserved: usize,
    pub(crate) fats: usize,
    pub(crate) root_entries: usize,
    pub(crate) sectors: usize,
    pub(crate) fat_sectors: usize,
    pub(crate) media: u8,
    pub(crate) per_track: usize,
    pub(crate) heads: usize,
}

const fn dos(
    [per_cluster, root_entries, sectors, fat_sectors]: [usize; 4],
    media: u8,
    [per_track, heads]: [usize; 2],
) -> Layout {
    Layout {
        per_cluster,
        reserved: 1,
        fats: 2,
        root_entries,
        sectors,
        fat_sectors,
        media,
        per_track,
        heads,
    }
}

pub(crate) const KB_160: Layout = dos([1, 64, 320, 1], 0xFE, [8, 1]);
pub(crate) const KB_180: Layout = dos([1, 64, 360, 2], 0xFC, [9, 1]);
pub(crate) const KB_320: Layout = dos([2, 112, 640, 1], 0xFF, [8, 2]);
pub(crate) const KB_360: Layout = dos([2, 112, 720, 2], 0xFD, [9, 2]);
pub(crate) const KB_720: Layout = dos([2, 112, 1440, 3], 0xF9, [9, 2]);
pub(crate) const KB_1200: Layout = dos([1, 224, 2400, 7], 0xF9, [15, 2]);
pub(crate) const KB_1440: Layout = dos([1, 224, 2880, 9], 0xF0, [18, 2]);
pub(crate) const KB_2880: Layout = dos([2, 240, 5760, 9], 0xF0, [36, 2]);
/// Microsoft's Distribution Media Format, 1.68 MB.
pub(crate) const DMF: Layout = dos([4, 16, 3360, 3], 0xF0, [21, 2]);

/// What DOS knows without a BPB, by the first byte of the FAT.
pub(crate) const DOS: [Layout; 8] =
    [KB_160, KB_180, KB_320, KB_360, KB_720, KB_1200, KB_1440, KB_2880];

impl Layout {
    pub(crate) fn len(&self) -> usize {
        self.sectors * SECTOR
    }

    /// The bytes of the FAT's copy with this number, counted from 0.
    pub(crate) fn fat(&self, copy: usize) -> Range<usize> {
        let start = self.reserved + copy * self.fat_sectors;
        start * SECTOR..(start + self.fat_sectors) * SECTOR
    }

    /// The bytes of the root directory.
    pub(crate) fn root(&self) -> Range<usize> {
        let start = (self.reserved + self.fats * self.fat_sectors) * SECTOR;
        start..start + self.root_entries * ENTRY
    }

    /// The first sector of cluster 2.
    pub(crate) fn data_start(&self) -> usize {
        self.root().end.div_ceil(SECTOR)
    }

    pub(crate) fn last_cluster(&self) -> u16 {
        let clusters = (self.sectors - self.data_start()) / self.per_cluster;
        u16::try_from(clusters + 1).unwrap()
    }

    pub(crate) fn cluster_len(&self) -> usize {
        self.per_cluster * SECTOR
    }

    /// Clusters that a file of this length takes.
    pub(crate) fn clusters_for(&self, length: usize) -> usize {
        length.div_ceil(self.cluster_len())
    }

    /// The first sector of a cluster from 2 on.
    pub(crate) fn sector_of(&self, cluster: u16) -> usize {
        self.data_start() + (usize::from(cluster) - 2) * self.per_cluster
    }

    /// The bytes of a cluster from 2 on.
    pub(crate) fn cluster(&self, cluster: u16) -> Range<usize> {
        let start = self.sector_of(cluster) * SECTOR;
        start..start + self.cluster_len()
    }

    /// Writes the BIOS parameter block into a boot sector.
    pub(crate) fn write_bpb(&self, boot: &mut [u8]) {
        let word = |number: usize| u16::try_from(number).unwrap().to_le_bytes();
        boot[11..13].copy_from_slice(&word(SECTOR));
        boot[13] = u8::try_from(self.per_cluster).unwrap();
        boot[14..16].copy_from_slice(&word(self.reserved));
        boot[16] = u8::try_from(self.fats).unwrap();
        boot[17..19].copy_from_slice(&word(self.root_entries));
        boot[19..21].copy_from_slice(&word(self.sectors));
        boot[21] = self.media;
        boot[22..24].copy_from_slice(&word(self.fat_sectors));
        boot[24..26].copy_from_slice(&word(self.per_track));
        boot[26..28].copy_from_slice(&word(self.heads));
        boot[28..36].fill(0);
    }

    /// The layout that a boot sector states, where it can be that of a FAT12 diskette.
    pub(crate) fn read_bpb(boot: &[u8]) -> Option<Self> {
        let word = |at: usize| usize::from(u16::from_le_bytes([boot[at], boot[at + 1]]));
        if boot.len() < SECTOR || word(11) != SECTOR {
            return None;
        }
        let high = word(34) << 16 | word(32);
        let read = Self {
            per_cluster: boot[13].into(),
            reserved: word(14),
            fats: boot[16].into(),
            root_entries: word(17),
            sectors: if word(19) == 0 { high } else { word(19) },
            fat_sectors: word(22),
            media: boot[21],
            per_track: word(24),
            heads: word(26),
        };
        let is_sound = read.per_cluster.is_power_of_two()
            && matches!(read.fats, 1 | 2)
            && read.reserved > 0
            && read.root_entries > 0
            && read.fat_sectors > 0
            && (read.data_start() + read.per_cluster..=KB_2880.sectors).contains(&read.sectors)
            && (read.sectors - read.data_start()) / read.per_cluster <= 4084;
        is_sound.then_some(read)
    }
}

/// What a FAT says of a cluster: two entries of 12 bits stand in every three bytes.
pub(crate) fn fat_entry(fat: &[u8], cluster: u16) -> u16 {
    let at = usize::from(cluster) * 3 / 2;
    let pair = u16::from_le_bytes([fat[at], fat[at + 1]]);
    if cluster.is_multiple_of(2) { pair & 0xFFF } else { pair >> 4 }
}

pub(crate) fn set_fat_entry(fat: &mut [u8], cluster: u16, value: u16) {
    let at = usize::from(cluster) * 3 / 2;
    let pair = u16::from_le_bytes([fat[at], fat[at + 1]]);
    let pair = if cluster.is_multiple_of(2) {
        pair & 0xF000 | value & 0xFFF
    } else {
        pair & 0xF | value << 4
    };
    fat[at..at + 2].copy_from_slice(&pair.to_le_bytes());
}
