//! Blows: what magnets, coffee and bad drives do to boot sector, FATs and root directory.

use super::layout::{ENTRY, Layout, SECTOR, set_fat_entry};
use super::{Disk, END, judge};
use crate::support::simulator::Random;

use std::ops::Range;

/// Clusters and slots in use lie below these: damage there matters most.
const BUSY_CLUSTERS: usize = 40;
const BUSY_SLOTS: usize = 10;
/// One copy of the FAT or the other, or both.
const COPIES: [(usize, usize); 3] = [(0, 1), (1, 2), (0, 2)];

/// An image that is being damaged. It may have been cut short by an earlier blow.
struct Patient<'a> {
    random: &'a mut Random,
    layout: Layout,
    /// Where the record lay before.
    record: Vec<u16>,
    image: &'a mut Vec<u8>,
}

/// Strikes the image of `disk`, one to three times.
pub(crate) fn strike(random: &mut Random, disk: &Disk, image: &mut Vec<u8>) {
    let layout = disk.layout;
    let record = judge::root(&disk.bytes, &layout).into_iter().find(judge::Held::is_record);
    let record = record.expect("a record").clusters;
    let mut patient = Patient { random, layout, record, image };
    for _ in 0..=patient.random.below(3) {
        patient.strike();
    }
}

impl Patient<'_> {
    fn strike(&mut self) {
        match self.random.below(16) {
            0 | 1 => self.flip_bits(),
            2 => self.scatter_bytes(),
            3 => self.fill_sector(),
            4 => self.swap_sectors(),
            5 => self.copy_sector(),
            6..=8 => self.relink(),
            9 => self.reroute(),
            10 => self.copy_entry(),
            11 | 12 => self.change_entry(),
            13 => self.state_other_layout(),
            14 => self.upset_fats(),
            _ => self.cut(),
        }
    }

    /// A part of the system area: half of the time the part of it that is in use.
    fn region(&mut self) -> Range<usize> {
        let busy = self.random.one_in(2);
        let copy = self.random.below(self.layout.fats);
        let (fat, root) = (self.layout.fat(copy), self.layout.root());
        match self.random.below(4) {
            0 if busy => 11..36,
            0 => 0..SECTOR,
            1 | 2 if busy => fat.start..fat.start + BUSY_CLUSTERS * 3 / 2,
            1 | 2 => fat,
            _ if busy => root.start..root.start + BUSY_SLOTS * ENTRY,
            _ => root,
        }
    }

    fn offset(&mut self) -> usize {
        let region = self.region();
        region.start + self.random.below(region.len())
    }

    fn set(&mut self, at: usize, value: u8) {
        if let Some(byte) = self.image.get_mut(at) {
            *byte = value;
        }
    }

    fn flip_bits(&mut self) {
        for _ in 0..=self.random.below(8) {
            let (at, bit) = (self.offset(), self.random.below(8));
            if let Some(byte) = self.image.get_mut(at) {
                *byte ^= 1 << bit;
            }
        }
    }

    fn scatter_bytes(&mut self) {
        let start = self.offset();
        for at in start..=start + self.random.below(32) {
            let value = self.random.byte();
            self.set(at, value);
        }
    }

    fn system_sector(&mut self) -> usize {
        self.offset() / SECTOR
    }

    fn fill_sector(&mut self) {
        let (sector, kind) = (self.system_sector(), self.random.below(4));
        for at in sector * SECTOR..(sector + 1) * SECTOR {
            let value = [0, 0xF6, 0xFF, self.random.byte()][kind];
            self.set(at, value);
        }
    }

    /// One of the system area's sectors, and another of the image.
    fn two_sectors(&mut self) -> Option<(usize, usize)> {
        let sectors = self.image.len() / SECTOR;
        let one = self.system_sector();
        let other = match self.random.below(4) {
            0 => self.random.below(sectors.max(1)),
            _ => self.system_sector(),
        };
        (one != other && one.max(other) < sectors).then_some((one.min(other), one.max(other)))
    }

    fn swap_sectors(&mut self) {
        if let Some((one, other)) = self.two_sectors() {
            let (low, high) = self.image.split_at_mut(other * SECTOR);
            low[one * SECTOR..][..SECTOR].swap_with_slice(&mut high[..SECTOR]);
        }
    }

    fn copy_sector(&mut self) {
        if let Some((one, other)) = self.two_sectors() {
            let start = one * SECTOR;
            self.image.copy_within(start..start + SECTOR, other * SECTOR);
        }
    }

    /// Any cluster, or one in use, or one of the record's.
    fn cluster(&mut self) -> u16 {
        let end = usize::from(self.layout.last_cluster()) + 1;
        let end = match self.random.below(4) {
            0 => end,
            1 => return self.random.pick(&self.record),
            _ => BUSY_CLUSTERS.min(end),
        };
        u16::try_from(2 + self.random.below(end - 2)).unwrap()
    }

    fn link(&mut self, copies: (usize, usize), cluster: u16, value: u16) {
        for copy in copies.0..copies.1.min(self.layout.fats) {
            if let Some(fat) = self.image.get_mut(self.layout.fat(copy)) {
                set_fat_entry(fat, cluster, value);
            }
        }
    }

    /// Leads the record's chain around one of its clusters, as a stale copy of the FAT would.
    fn reroute(&mut self) {
        let copies = self.random.pick(&COPIES);
        let at = self.random.below(self.record.len());
        let other = self.cluster();
        if let Some(before) = at.checked_sub(1) {
            self.link(copies, self.record[before], other);
        }
        self.link(copies, other, self.record.get(at + 1).copied().unwrap_or(END));
    }

    /// Points some clusters elsewhere.
    fn relink(&mut self) {
        let last = self.layout.last_cluster();
        let copies = self.random.pick(&COPIES);
        for _ in 0..=self.random.below(4) {
            let (cluster, other) = (self.cluster(), self.cluster());
            let any = u16::from_le_bytes([self.random.byte(), self.random.byte()]);
            let odd = [0, 1, 0xFF0, 0xFF6, 0xFF7, 0xFF8, 0xFFF, last + 1, any & 0xFFF];
            let value = if self.random.one_in(3) { self.random.pick(&odd) } else { other };
            self.link(copies, cluster, value);
        }
    }

    /// The bytes of a directory entry that is in use, if the image has them.
    fn entry(&mut self) -> Option<Range<usize>> {
        let start = self.layout.root().start + self.random.below(BUSY_SLOTS) * ENTRY;
        (start + ENTRY <= self.image.len()).then_some(start..start + ENTRY)
    }

    /// Copies an entry over another: all of it, its name, or where it begins.
    fn copy_entry(&mut self) {
        let Some((one, other)) = self.entry().zip(self.entry()) else { return };
        let part = self.random.pick(&[(0, ENTRY), (0, 11), (26, 28), (26, 32)]);
        self.image.copy_within(one.start + part.0..one.start + part.1, other.start + part.0);
    }

    fn change_entry(&mut self) {
        let Some(entry) = self.entry() else { return };
        let cluster = self.cluster().to_le_bytes();
        let (first, size) = (self.random.byte(), self.random.bits().to_le_bytes());
        let attributes = self.random.pick(&[0x00, 0x08, 0x0F, 0x10, 0x18, 0x27]);
        let kind = self.random.below(6);
        let entry = &mut self.image[entry];
        match kind {
            0 => entry[0] = first,
            1 => entry[0] = 0xE5,
            2 => entry[11] = attributes,
            3 | 4 => entry[26..28].copy_from_slice(&cluster),
            _ => entry[28..32].copy_from_slice(&size[..4]),
        }
    }

    /// Makes the boot sector state something that is not so, and might be.
    fn state_other_layout(&mut self) {
        let mut stated = self.layout;
        match self.random.below(6) {
            0 => stated.per_cluster = 1 << self.random.below(8),
            1 => stated.reserved = self.random.below(40),
            2 => stated.fats = self.random.below(4),
            3 => stated.root_entries = 16 * self.random.below(33),
            4 => stated.sectors = self.random.below(6000),
            _ => stated.fat_sectors = self.random.below(12),
        }
        if let Some(boot) = self.image.get_mut(..SECTOR) {
            stated.write_bpb(boot);
        }
    }

    /// Wipes a copy of the FAT, or exchanges the two, or puts one in the other's place.
    fn upset_fats(&mut self) {
        let (first, second) = (self.layout.fat(0), self.layout.fat(self.layout.fats - 1));
        if second.end > self.image.len() {
            return;
        }
        match self.random.below(5) {
            0 => self.image[first].fill(0),
            1 => self.image[first].fill(0xF6),
            2 => self.image[second].fill(0),
            3 => self.image.copy_within(second, first.start),
            _ if second.start < first.end => {}
            _ => {
                let (low, high) = self.image.split_at_mut(second.start);
                low[first].swap_with_slice(&mut high[..second.len()]);
            }
        }
    }

    fn cut(&mut self) {
        let near = (self.layout.data_start() + BUSY_CLUSTERS * self.layout.per_cluster) * SECTOR;
        let end = if self.random.one_in(2) { near } else { self.layout.len() };
        let length = self.random.below(end);
        self.image.truncate(length);
    }
}
