//! One copy of the FAT: the chains of clusters.

use super::boot::FIRST_CLUSTER;
use super::{DirectoryEntry, FaultKind, MediaFault, SECTOR_LEN, VolumeGeometry};
use crate::disk::{Flaw, trimmed};

/// The meaning of an entry of the FAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Free,
    Next(u16),
    Reserved,
    Bad,
    End,
    Lost(Flaw),
}

/// The offset of the entry of `cluster` in bytes.
fn offset(cluster: u16) -> usize {
    usize::from(cluster) + usize::from(cluster / 2)
}

/// The entries of two clusters, of 12 bits each, in three bytes.
fn both_entries(pair: [u8; 3]) -> [u16; 2] {
    let [low, middle, high] = pair.map(u16::from);
    [low | (middle & 0xF) << 8, middle >> 4 | high << 4]
}

/// One copy of the FAT, as it is on the disk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fat<'a> {
    bytes: &'a [u8],
    /// The number after the last cluster; `bytes` has the entries of all.
    end: u16,
    /// Lost sectors of the medium; those of this copy are zeros in `bytes`.
    lost: &'a [Flaw],
    first_sector: u32,
}

impl<'a> Fat<'a> {
    pub(super) fn new(bytes: &'a [u8], geometry: &VolumeGeometry, lost: &'a [Flaw]) -> Self {
        let first_sector = geometry.reserved_sectors;
        Self { bytes, end: geometry.cluster_end(), lost, first_sector }
    }

    /// The lost sector with a cluster's entry, or a part of it.
    fn lost(&self, cluster: u16) -> Option<Flaw> {
        let at = offset(cluster);
        let holds = |flaw: &&Flaw| {
            let sector = flaw.sector.checked_sub(self.first_sector).map(|sector| sector as usize);
            sector == Some(at / SECTOR_LEN) || sector == Some((at + 1) / SECTOR_LEN)
        };
        self.lost.iter().find(holds).copied()
    }

    /// The entry of `cluster`: two of 12 bits are in three bytes. 0 if it is lost.
    fn entry(&self, cluster: u16) -> u16 {
        if self.lost(cluster).is_some() {
            return 0;
        }
        self.raw(cluster)
    }

    fn raw(&self, cluster: u16) -> u16 {
        let at = offset(cluster & !1);
        // What is missing of a pair at the end of the FAT is zero.
        let byte = |at: usize| self.bytes.get(at).copied().unwrap_or(0);
        both_entries([self.bytes[at], byte(at + 1), byte(at + 2)])[usize::from(cluster & 1)]
    }

    fn clusters(&self) -> impl Iterator<Item = u16> + use<> {
        FIRST_CLUSTER..self.end
    }

    /// Whether both copies say the same of every cluster.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        self.bytes == other.bytes || self.clusters().all(|c| self.entry(c) == other.entry(c))
    }

    /// Where `cluster` leads; `None` if the volume has no such cluster.
    fn link(&self, cluster: u16) -> Option<Link> {
        if !(FIRST_CLUSTER..self.end).contains(&cluster) {
            return None;
        }
        if let Some(flaw) = self.lost(cluster) {
            return Some(Link::Lost(flaw));
        }
        Some(match self.raw(cluster) {
            0 => Link::Free,
            1 | 0xFF0..=0xFF6 => Link::Reserved,
            0xFF7 => Link::Bad,
            0xFF8.. => Link::End,
            next => Link::Next(next),
        })
    }

    /// The clusters of `entry`, exactly as many as its size asks for.
    pub(super) fn chain(
        &self,
        entry: &DirectoryEntry,
        geometry: &VolumeGeometry,
    ) -> Result<Vec<u16>, MediaFault> {
        let wanted = u64::from(entry.size).div_ceil(geometry.cluster_len());
        let fault =
            |kind, cluster| Err(MediaFault::at(kind, cluster, geometry.cluster_sector(cluster)));
        let mut clusters = Vec::new();
        if wanted == 0 && entry.first_cluster == 0 {
            return Ok(clusters);
        }
        let mut cluster = entry.first_cluster;
        // Each turn adds a new cluster, so there are at most 4,084.
        loop {
            let link = match self.link(cluster) {
                Some(link) => link,
                None if cluster == 0 => return fault(FaultKind::Free, cluster),
                None if cluster == 1 => return fault(FaultKind::Reserved, cluster),
                None => return fault(FaultKind::BeyondVolume, cluster),
            };
            if clusters.contains(&cluster) {
                return fault(FaultKind::Loop, cluster);
            }
            if clusters.len() as u64 == wanted {
                return fault(FaultKind::TooLong, cluster);
            }
            clusters.push(cluster);
            match link {
                Link::Next(next) => cluster = next,
                Link::End if clusters.len() as u64 == wanted => return Ok(clusters),
                Link::End => return fault(FaultKind::EndsEarly, cluster),
                Link::Free => return fault(FaultKind::Free, cluster),
                Link::Reserved => return fault(FaultKind::Reserved, cluster),
                Link::Bad => return fault(FaultKind::Bad, cluster),
                Link::Lost(flaw) => return Err(flaw.into()),
            }
        }
    }

    /// The clusters outside `chain` that lead into it, each with the cluster that it leads to.
    pub(super) fn cross_links(&self, chain: &[u16]) -> impl Iterator<Item = (u16, u16)> {
        // What is not used at the end of a FAT, mostly nearly all of it, is zeros.
        let used = trimmed(self.bytes).len();
        let clusters = self.clusters().take_while(move |cluster| offset(*cluster) < used);
        let links = clusters.map(|from| (from, self.raw(from)));
        let links = links.filter(|(from, to)| chain.contains(to) && !chain.contains(from));
        links.filter(|(from, _)| self.lost(*from).is_none())
    }

    /// Whether `cluster` is free.
    pub(super) fn is_free(&self, cluster: u16) -> bool {
        self.link(cluster) == Some(Link::Free)
    }

    /// The first of `owners` whose own chain runs through one of the clusters of `chain`.
    pub(super) fn other_owner(
        &self,
        owners: impl Iterator<Item = DirectoryEntry>,
        chain: &[u16],
    ) -> Option<(DirectoryEntry, u16)> {
        // Each cluster is visited once, however many chains run through it: a bit for each of 4,096.
        let mut seen = [0_u64; 64];
        for owner in owners {
            let mut next = Link::Next(owner.first_cluster);
            while let Link::Next(cluster) = next {
                let Some(link) = self.link(cluster) else { break };
                let (word, bit) = (&mut seen[usize::from(cluster / 64)], 1 << (cluster % 64));
                if *word & bit != 0 {
                    break;
                }
                *word |= bit;
                if chain.contains(&cluster) {
                    return Some((owner, cluster));
                }
                next = link;
            }
        }
        None
    }
}
