//! Finds a file on an untrusted diskette: a name in, byte ranges out, or a fault.
//!
//! Reads the boot sector, the FATs and the root directory, and nothing else. Every number that
//! comes from the disk is checked before it is used. Names of fields follow Microsoft's FAT
//! specification (`fatgen103`).

mod area;
mod boot;
mod directory;
mod diskette;
mod fault;
mod table;

pub use boot::VolumeGeometry;
pub use directory::DirectoryEntry;
pub use diskette::{DisketteContents, RootFile};
pub use fault::{Anomaly, FaultKind, MediaFault, NoVolume, VolumeLayout};

use crate::disk::{DisketteStorage, MediaError, SECTOR_LEN};
use area::Area;
use table::Fat;

/// Bytes in a sector of every diskette that is read.
pub const SECTOR: u64 = SECTOR_LEN as u64;
/// The most sectors that a diskette has (2.88 MB).
pub const MAX_SECTORS: u32 = 5760;

/// Which copy of the FAT a chain was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FatCopy {
    /// The one that every system reads.
    First,
    /// The spare one.
    Second,
}

/// A FAT12 volume: its geometry, its FATs and its root directory.
#[derive(Debug)]
pub struct Volume {
    geometry: VolumeGeometry,
    area: Area,
    anomalies: Vec<Anomaly>,
    medium_len: u64,
}

/// The clusters of a file, as byte offsets on the medium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterChain {
    clusters: Vec<u16>,
    geometry: VolumeGeometry,
}

/// The result of opening a volume.
#[derive(Debug)]
pub enum Opened {
    /// A volume with its root directory.
    Volume(Volume),
    /// There is none.
    NoVolume(NoVolume),
    /// One that is cut short before its root directory ends.
    Broken(MediaFault),
}

impl Volume {
    /// Reads the volume on `medium`: boot sector, FATs and root directory.
    ///
    /// # Errors
    /// Those of the medium. Whatever the bytes are, the result is an answer, not an error.
    pub fn open<S: DisketteStorage + ?Sized>(medium: &S) -> Result<Opened, MediaError> {
        let medium_len = medium.len();
        if medium_len < 2 * SECTOR {
            return Ok(Opened::NoVolume(NoVolume::TooShort));
        }
        let mut area = first_read(medium)?;
        let layout = VolumeGeometry::layout_not_read(&area.bytes);
        if let Some(layout) =
            layout.filter(|layout| VolumeGeometry::has_fats_of(*layout, &area.bytes))
        {
            return Ok(Opened::NoVolume(NoVolume::Layout(layout)));
        }
        let Some((geometry, anomalies)) = VolumeGeometry::of(&area.bytes, medium_len) else {
            // Only the boot sector and the FAT's first byte could have shown it.
            return Ok(match area.lost.iter().find(|flaw| flaw.sector < 2) {
                Some(flaw) => Opened::Broken((*flaw).into()),
                None => Opened::NoVolume(no_volume(&area.bytes)),
            });
        };
        let end = u64::from(geometry.first_data_sector()) * SECTOR;
        if end > medium_len {
            let sector = u32::try_from(medium_len / SECTOR).ok();
            let fault = MediaFault { kind: FaultKind::VolumeCutShort, cluster: None, sector };
            return Ok(Opened::Broken(fault));
        }
        area.extend(medium, geometry.root_directory().start + SECTOR_LEN)?;
        if !area.holds_used_root(&geometry) {
            area.extend(medium, at_most(end))?;
        }
        let mut volume = Self { geometry, area, anomalies, medium_len };
        volume.work_around_losses();
        if !volume.fat(FatCopy::First).agrees_with(&volume.fat(FatCopy::Second)) {
            volume.anomalies.push(Anomaly::FatsDiffer);
        }
        Ok(Opened::Volume(volume))
    }

    fn work_around_losses(&mut self) {
        if self.area.lost.is_empty() {
            return;
        }
        if self.area.lost_in(self.geometry.fat(0)).is_some() {
            self.anomalies.retain(|anomaly| !matches!(anomaly, Anomaly::MediaByte { fat: 0, .. }));
        }
        self.area.mend_fats(&self.geometry);
        self.area.fill_lost(self.geometry.root_directory(), directory::DELETED);
    }

    fn fat(&self, copy: FatCopy) -> Fat<'_> {
        let number = match copy {
            FatCopy::First => 0,
            FatCopy::Second => self.geometry.num_fats - 1,
        };
        let bytes = &self.area.bytes[self.geometry.fat(number)];
        Fat::new(bytes, &self.geometry, &self.area.lost)
    }

    /// Files and folders in the root directory.
    fn root(&self) -> impl Iterator<Item = DirectoryEntry> {
        directory::entries(self.root_bytes())
    }

    /// The root directory, at least as far as it is used.
    fn root_bytes(&self) -> &[u8] {
        let root = self.geometry.root_directory();
        &self.area.bytes[root.start..root.end.min(self.area.bytes.len())]
    }

    /// Whether this sector had to be read to find the files.
    pub(crate) fn is_needed(&self, sector: u32) -> bool {
        let root = self.geometry.root_directory();
        let used = directory::used_len(self.root_bytes());
        // Where the used ones end is seen by the next entry.
        let end = (root.start + used + directory::ENTRY_LEN).min(root.end);
        (sector as usize) < end.div_ceil(SECTOR_LEN)
    }

    /// Bytes that were read already together with the sectors before the files.
    pub(crate) fn read_already(&self, offset: u64, length: usize) -> Option<&[u8]> {
        self.area.part(offset, length)
    }

    /// Reads a part of the medium, unless it was read already.
    pub(crate) fn read<S: DisketteStorage + ?Sized>(
        &self,
        medium: &S,
        offset: u64,
        part: &mut [u8],
    ) -> Result<(), MediaError> {
        match self.read_already(offset, part.len()) {
            Some(bytes) => {
                part.copy_from_slice(bytes);
                Ok(())
            }
            None => medium.read(offset, part),
        }
    }

    /// What is unusual about the volume.
    pub fn anomalies(&self) -> &[Anomaly] {
        &self.anomalies
    }

    /// The file with this name (8 bytes and 3, padded with spaces) in the root directory.
    ///
    /// # Errors
    /// If two files have the name; or if none has, but a part of the directory is lost.
    pub fn find(&self, name: &[u8; 11]) -> Result<Option<DirectoryEntry>, MediaFault> {
        let root = self.geometry.root_directory();
        let used = directory::used_len(self.root_bytes());
        let lost = self.area.lost_in(root.start..root.start + used);
        let mut files = self.root().filter(|entry| entry.is_file() && entry.name == *name);
        let first = files.next();
        if files.next().is_some() {
            return Err(MediaFault { kind: FaultKind::TwoEntries, cluster: None, sector: None });
        }
        match (first, lost) {
            (None, Some(flaw)) => Err(flaw.into()),
            (first, _) => Ok(first),
        }
    }

    /// Whether the second copy of the FAT differs from the first.
    pub fn has_second_opinion(&self) -> bool {
        self.anomalies.contains(&Anomaly::FatsDiffer)
    }

    /// The clusters of `entry`, all checked: as many as the file needs, within the volume and the medium, and
    /// not shared with another file.
    ///
    /// # Errors
    /// The first thing that is wrong with the chain.
    pub fn chain(&self, entry: &DirectoryEntry, copy: FatCopy) -> Result<ClusterChain, MediaFault> {
        let fat = self.fat(copy);
        let clusters = fat.chain(entry, &self.geometry)?;
        self.check_on_medium(entry, &clusters)?;
        if let Some((from, to)) = fat.cross_links(&clusters).next() {
            return Err(self.fault(FaultKind::SharedWithChain(from), to));
        }
        self.check_not_shared(entry, &clusters, fat)?;
        if copy == FatCopy::Second {
            // Other systems read other files by the first copy, and these must not be changed either.
            let first = self.fat(FatCopy::First);
            self.check_not_shared(entry, &clusters, first)?;
            // The first copy may be damaged: a cross-link counts only if both copies have its cluster in use.
            let cross_link = first.cross_links(&clusters).find(|(from, _)| !fat.is_free(*from));
            if let Some((from, to)) = cross_link {
                return Err(self.fault(FaultKind::SharedWithChain(from), to));
            }
        }
        Ok(ClusterChain { clusters, geometry: self.geometry })
    }

    /// The fault that the copies of the FAT lead from `entry` to different sectors.
    pub(crate) fn copies_disagree(&self, entry: &DirectoryEntry) -> MediaFault {
        self.fault(FaultKind::CopiesDisagree, entry.first_cluster)
    }

    fn check_on_medium(&self, entry: &DirectoryEntry, clusters: &[u16]) -> Result<(), MediaFault> {
        // The last cluster may be cut off after the file's own last sector.
        let mut left = u64::from(entry.size).div_ceil(SECTOR) * SECTOR;
        for &cluster in clusters {
            let length = left.min(self.geometry.cluster_len());
            if self.geometry.cluster_offset(cluster) + length > self.medium_len {
                return Err(self.fault(FaultKind::BeyondImage, cluster));
            }
            left -= length;
        }
        Ok(())
    }

    fn check_not_shared(
        &self,
        entry: &DirectoryEntry,
        clusters: &[u16],
        fat: Fat<'_>,
    ) -> Result<(), MediaFault> {
        let others = self.root().filter(|other| other.slot != entry.slot);
        match fat.other_owner(others, clusters) {
            Some((owner, cluster)) => {
                Err(self.fault(FaultKind::SharedWithFile(owner.name), cluster))
            }
            None => Ok(()),
        }
    }

    fn fault(&self, kind: FaultKind, cluster: u16) -> MediaFault {
        MediaFault::at(kind, cluster, self.geometry.cluster_sector(cluster))
    }
}

impl ClusterChain {
    /// The byte offset on the medium of the file's sector with this number, counted from 0.
    pub fn sector(&self, number: usize) -> Option<u64> {
        let per_cluster = self.geometry.sectors_per_cluster as usize;
        let start = self.geometry.cluster_offset(*self.clusters.get(number / per_cluster)?);
        Some(start + (number % per_cluster) as u64 * SECTOR)
    }
}

/// Why a medium that begins with these bytes has no volume.
fn no_volume(area: &[u8]) -> NoVolume {
    match area.first() {
        Some(&first) if area.iter().all(|byte| *byte == first) => NoVolume::Blank(first),
        _ => NoVolume::Unknown,
    }
}

/// Reads what most diskettes of this size need, in one go or the first part of it. If that fails, reads only the boot
/// sector and the start of the FAT: the bad sectors may not matter.
fn first_read<S: DisketteStorage + ?Sized>(medium: &S) -> Result<Area, MediaError> {
    let area = |in_parts| {
        let length = VolumeGeometry::first_area(medium.len(), in_parts);
        Area::first(medium, at_most(length)).ok()
    };
    // Of another volume, the first part may lack what tells its geometry.
    let is_usual = |area: &Area| VolumeGeometry::is_usual(&area.bytes, medium.len());
    let part = medium.reads_in_parts().then(|| area(true)).flatten().filter(is_usual);
    if let Some(area) = part.or_else(|| area(false)) {
        return Ok(area);
    }
    let mut area = Area::default();
    area.extend(medium, at_most(2 * SECTOR))?;
    Ok(area)
}

/// A length as `usize`, limited to that of a diskette.
fn at_most(length: u64) -> usize {
    usize::try_from(length.min(u64::from(MAX_SECTORS) * SECTOR)).unwrap_or(usize::MAX)
}
