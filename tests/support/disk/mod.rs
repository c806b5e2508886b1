//! Diskettes as other programs make them, and judges of what became of them.
//!
//! Nothing here takes a layout from the product: images are built, and read again, by the FAT
//! specification alone, by mtools and dosfstools, and by the fatfs crate.

pub(crate) mod blows;
pub(crate) mod convert;
pub(crate) mod judge;
pub(crate) mod layout;
pub(crate) mod tools;
pub(crate) mod traced;

pub(crate) use super::testdata;
use layout::{ENTRY, Layout, SECTOR, fat_entry, set_fat_entry};

/// The record's name, as it stands in a directory.
pub(crate) const RECORD: [u8; 11] = *b"ADDPACK DAT";
/// `DIR_Attr`: a volume's label.
pub(crate) const LABEL: u8 = 0x08;
/// `DIR_Attr`: a part of a long name.
pub(crate) const LONG_NAME: u8 = 0x0F;
/// `DIR_Attr`: a folder.
pub(crate) const FOLDER: u8 = 0x10;
/// `DIR_Attr`: what DOS gives a file.
pub(crate) const ARCHIVE: u8 = 0x20;
/// The FAT's mark of a chain's end.
pub(crate) const END: u16 = 0xFFF;

/// The copies of the FAT that a change goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Copies {
    First,
    Second,
    Both,
}

/// An image under construction.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    pub(crate) layout: Layout,
    pub(crate) bytes: Vec<u8>,
    /// Directory entries used so far.
    pub(crate) slots: usize,
}

/// The bytes of a golden record.
pub(crate) fn record(name: &str) -> Vec<u8> {
    std::fs::read(testdata("records").join(name)).unwrap()
}

/// Bytes that tell where they come from.
pub(crate) fn content(mark: u8, length: usize) -> Vec<u8> {
    (0..length).map(|at| mark ^ at.to_le_bytes()[0] ^ at.to_le_bytes()[1]).collect()
}

impl Disk {
    /// Freshly formatted, with BPB and 55AA; all clusters hold F6.
    pub(crate) fn new(layout: Layout) -> Self {
        let mut disk = Self { layout, bytes: vec![0xF6; layout.len()], slots: 0 };
        disk.bytes[..layout.data_start() * SECTOR].fill(0);
        disk.bytes[..3].copy_from_slice(&[0xEB, 0x3C, 0x90]);
        disk.bytes[3..11].copy_from_slice(b"MSDOS5.0");
        layout.write_bpb(&mut disk.bytes);
        disk.bytes[510..512].copy_from_slice(&[0x55, 0xAA]);
        for copy in 0..layout.fats {
            let start = layout.fat(copy).start;
            disk.bytes[start..start + 3].copy_from_slice(&[layout.media, 0xFF, 0xFF]);
        }
        disk
    }

    /// As DOS 1.x formatted: program code instead of a BPB, and no 55AA.
    pub(crate) fn without_bpb(layout: Layout) -> Self {
        let mut disk = Self::new(layout);
        disk.bytes[..SECTOR].copy_from_slice(&content(0xCD, SECTOR));
        disk
    }

    /// Takes the 55AA away.
    pub(crate) fn unsigned(mut self) -> Self {
        self.bytes[510..512].fill(0);
        self
    }

    /// With the golden record of that name, behind a first file and before another.
    pub(crate) fn with_record(mut self, name: &str) -> Self {
        self.add("README.TXT", &content(1, 700));
        self.add("ADDPACK.DAT", &record(name));
        self.add("OTHER.BIN", &content(2, 3000));
        self
    }

    /// Adds a file on the first free clusters.
    pub(crate) fn add(&mut self, name: &str, content: &[u8]) -> Vec<u16> {
        let fat = &self.bytes[self.layout.fat(0)];
        let clusters: Vec<_> = (2..=self.layout.last_cluster())
            .filter(|&cluster| fat_entry(fat, cluster) == 0)
            .take(self.layout.clusters_for(content.len()))
            .collect();
        self.add_at(name, content, &clusters);
        clusters
    }

    /// Adds a file on these clusters, in this order; its slot in the directory.
    pub(crate) fn add_at(&mut self, name: &str, content: &[u8], clusters: &[u16]) -> usize {
        self.chain(Copies::Both, clusters);
        self.fill(content, clusters);
        let first = clusters.first().copied().unwrap_or(0);
        self.add_entry(short(name), ARCHIVE, first, content.len())
    }

    /// Writes content into clusters, which must be enough for it.
    pub(crate) fn fill(&mut self, content: &[u8], clusters: &[u16]) {
        assert_eq!(clusters.len(), self.layout.clusters_for(content.len()), "clusters");
        for (part, &cluster) in content.chunks(self.layout.cluster_len()).zip(clusters) {
            let at = self.layout.cluster(cluster).start;
            self.bytes[at..at + part.len()].copy_from_slice(part);
        }
    }

    /// Adds a directory entry, and nothing else.
    pub(crate) fn add_entry(
        &mut self,
        name: [u8; 11],
        attributes: u8,
        first: u16,
        size: usize,
    ) -> usize {
        let slot = self.slots;
        self.slots += 1;
        let entry = self.entry(slot);
        entry[..11].copy_from_slice(&name);
        entry[11] = attributes;
        entry[22..26].copy_from_slice(&[0, 0, 0x21, 0x26]);
        entry[26..28].copy_from_slice(&first.to_le_bytes());
        entry[28..].copy_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
        slot
    }

    /// Adds the entries of a long name, for the short name that comes next.
    pub(crate) fn add_long_name(&mut self, name: &str, short_name: [u8; 11]) {
        let sum = short_name.iter().fold(0_u8, |sum, &byte| sum.rotate_right(1).wrapping_add(byte));
        let mut units: Vec<u16> = name.encode_utf16().chain([0]).collect();
        units.resize(units.len().next_multiple_of(13), 0xFFFF);
        let parts = units.len() / 13;
        for part in (0..parts).rev() {
            let text: Vec<u8> =
                units[part * 13..][..13].iter().flat_map(|u| u.to_le_bytes()).collect();
            let last = if part + 1 == parts { 0x40 } else { 0 };
            let slot = self.slots;
            self.slots += 1;
            let entry = self.entry(slot);
            entry[0] = last | u8::try_from(part + 1).unwrap();
            entry[1..11].copy_from_slice(&text[..10]);
            entry[11] = LONG_NAME;
            entry[13] = sum;
            entry[14..26].copy_from_slice(&text[10..22]);
            entry[28..].copy_from_slice(&text[22..]);
        }
    }

    /// The 32 bytes of a directory entry.
    pub(crate) fn entry(&mut self, slot: usize) -> &mut [u8] {
        let root = self.layout.root();
        &mut self.bytes[root][slot * ENTRY..(slot + 1) * ENTRY]
    }

    /// Deletes a file as DOS does: its name's first byte, and its chain.
    pub(crate) fn delete(&mut self, slot: usize) {
        let entry = self.entry(slot);
        entry[0] = 0xE5;
        let mut cluster = u16::from_le_bytes([entry[26], entry[27]]);
        while (2..=self.layout.last_cluster()).contains(&cluster) {
            let next = fat_entry(&self.bytes[self.layout.fat(0)], cluster);
            self.link(Copies::Both, cluster, 0);
            cluster = next;
        }
    }

    /// Links clusters into a chain.
    pub(crate) fn chain(&mut self, copies: Copies, clusters: &[u16]) {
        for (at, &cluster) in clusters.iter().enumerate() {
            self.link(copies, cluster, clusters.get(at + 1).copied().unwrap_or(END));
        }
    }

    /// Sets what the FAT says of a cluster.
    pub(crate) fn link(&mut self, copies: Copies, cluster: u16, value: u16) {
        for copy in 0..self.layout.fats {
            let is_first = copy == 0;
            if copies == Copies::Both || is_first == (copies == Copies::First) {
                set_fat_entry(&mut self.bytes[self.layout.fat(copy)], cluster, value);
            }
        }
    }

    /// Cuts the image off behind that many bytes.
    pub(crate) fn cut(mut self, length: usize) -> Self {
        self.bytes.truncate(length);
        self
    }
}

/// A name as it stands in a directory.
pub(crate) fn short(name: &str) -> [u8; 11] {
    let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
    let text = format!("{stem:<8}{ending:<3}");
    text.as_bytes().try_into().expect("eight characters and three")
}
