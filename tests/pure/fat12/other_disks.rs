//! Disks that are no pack: what they say of themselves, and volumes in a layout that is not read.

use crate::support::disk::layout::KB_720;
use crate::support::disk::{ARCHIVE, Copies, Disk, FOLDER, LABEL, LONG_NAME, content, short};
use addpack::disk::Memory;
use addpack::fat12::{DisketteContents, NoVolume, Opened, Volume, VolumeLayout};
use addpack::pack::contents::contents;
use sha1::{Digest, Sha1};

fn contents_of(disk: &Disk, digests: bool) -> DisketteContents {
    contents(&Memory::new(disk.bytes.clone()), digests).unwrap().expect("a volume")
}

/// The name, kind, size and digest of each file.
fn files(diskette: &DisketteContents) -> Vec<(String, bool, u32, Option<[u8; 20]>)> {
    let name = |bytes| String::from_utf8(bytes).unwrap();
    let files = diskette.files.iter();
    files.map(|f| (name(f.name()), f.is_folder(), f.entry.size, f.digest)).collect()
}

#[test]
fn diskette_names_its_files_with_their_digests_its_label_and_its_maker() {
    let mut disk = Disk::new(KB_720);
    // A whole number of sectors and clusters, more than one of them, and nothing at all.
    let contents: Vec<_> = [1024, 1025, 3000, 511].map(|length| content(7, length)).into();
    for (name, content) in ["WHOLE.BIN", "ONE.MOR", "SETUP", "SHORT.TXT"].iter().zip(&contents) {
        disk.add(name, content);
    }
    disk.add_entry(short("DOCS"), FOLDER, 0, 0);
    disk.add_entry(*b"SBS DISK 1 ", LABEL, 0, 0);
    let sha1 = |at: usize| Some(<[u8; 20]>::from(Sha1::digest(&contents[at])));
    let diskette = contents_of(&disk, true);
    assert_eq!((diskette.label, diskette.oem_name), (Some(*b"SBS DISK 1 "), *b"MSDOS5.0"));
    let file = |name: &str, size, digest| (name.to_owned(), false, size, digest);
    let wanted = [
        file("WHOLE.BIN", 1024, sha1(0)),
        file("ONE.MOR", 1025, sha1(1)),
        file("SETUP", 3000, sha1(2)),
        file("SHORT.TXT", 511, sha1(3)),
        ("DOCS".to_owned(), true, 0, None),
    ];
    assert_eq!(files(&diskette), wanted);
    assert!(contents_of(&disk, false).files.iter().all(|file| file.digest.is_none()));
}

#[test]
fn file_whose_chain_is_broken_has_no_digest() {
    let mut disk = Disk::new(KB_720);
    let clusters = disk.add("SETUP.EXE", &content(7, 3000));
    disk.link(Copies::Both, clusters[1], 0);
    assert_eq!(files(&contents_of(&disk, true)), [("SETUP.EXE".to_owned(), false, 3000, None)]);
}

#[test]
fn file_whose_last_cluster_is_cut_off_behind_its_last_byte_has_its_digest() {
    let mut disk = Disk::new(KB_720);
    let file = content(7, 1100);
    let clusters = disk.add("SETUP.EXE", &file);
    // Of the second cluster's two sectors, the file needs the first.
    let end = disk.layout.cluster(clusters[1]).start + 512;
    let sha1 = Some(<[u8; 20]>::from(Sha1::digest(&file)));
    assert_eq!(contents_of(&disk.clone().cut(end), true).files[0].digest, sha1);
    assert_eq!(contents_of(&disk.cut(end - 1), true).files[0].digest, None);
}

#[test]
fn only_an_entry_that_is_a_label_and_nothing_else_is_one() {
    let label = |entries: &[(&[u8; 11], u8)]| {
        let mut disk = Disk::new(KB_720);
        for (name, attributes) in entries {
            disk.add_entry(**name, *attributes, 0, 0);
        }
        contents_of(&disk, false).label
    };
    let name = b"A LABEL    ";
    assert_eq!(label(&[]), None);
    assert_eq!(label(&[(name, LABEL)]), Some(*name));
    // What DOS sets when it has written one.
    assert_eq!(label(&[(name, LABEL | ARCHIVE)]), Some(*name));
    for other in [ARCHIVE, FOLDER, LABEL | FOLDER, LONG_NAME, LABEL | 1, LABEL | 2, LABEL | 4] {
        assert_eq!(label(&[(name, other)]), None, "{other:#x}");
    }
    let deleted = b"\xE5 LABEL    ";
    assert_eq!(label(&[(deleted, LABEL), (name, LABEL)]), Some(*name));
    // Behind the end of the directory.
    assert_eq!(label(&[(&[0; 11], 0), (name, LABEL)]), None);
}

/// A volume of 720 KB with that many FATs, and sectors of that length; each FAT begins as one does.
fn volume(fats: u8, sector_len: u16, [reserved, fat_sectors]: [u8; 2]) -> Vec<u8> {
    let mut bytes = vec![0; 737_280];
    bytes[11..13].copy_from_slice(&sector_len.to_le_bytes());
    (bytes[13], bytes[14], bytes[16], bytes[17]) = (2, reserved, fats, 112);
    let sectors = u16::try_from(737_280 / u32::from(sector_len)).unwrap();
    bytes[19..21].copy_from_slice(&sectors.to_le_bytes());
    (bytes[21], bytes[22]) = (0xF9, fat_sectors);
    for copy in 0..fats {
        let start = usize::from(reserved) + usize::from(copy) * usize::from(fat_sectors);
        let start = start * usize::from(sector_len);
        bytes[start..start + 3].copy_from_slice(&[0xF9, 0xFF, 0xFF]);
    }
    bytes
}

fn layout_of(bytes: &[u8]) -> Option<VolumeLayout> {
    match Volume::open(&Memory::new(bytes.to_vec())).unwrap() {
        Opened::NoVolume(NoVolume::Layout(layout)) => Some(layout),
        _ => None,
    }
}

#[test]
fn volume_with_other_sectors_or_more_fats_is_recognized_by_them() {
    let layouts = [
        (3, 512, [1, 3]),
        (4, 512, [2, 2]),
        (8, 512, [1, 1]),
        (1, 128, [1, 6]),
        (2, 256, [3, 2]),
        (2, 1024, [1, 2]),
        (2, 2048, [1, 1]),
        (1, 4096, [1, 1]),
    ];
    for (fats, sector_len, at) in layouts {
        let bytes = volume(fats, sector_len, at);
        assert_eq!(
            layout_of(&bytes),
            Some(VolumeLayout { fats, sector_len }),
            "{fats}, {sector_len}"
        );
        // Every FAT begins as one does, or it is the boot sector that is wrong.
        for copy in 0..fats {
            let start = usize::from(at[0]) + usize::from(copy) * usize::from(at[1]);
            let mut bytes = bytes.clone();
            bytes[start * usize::from(sector_len) + 2] = 0;
            assert_eq!(layout_of(&bytes), None, "{fats}, {sector_len}: copy {copy}");
        }
    }
    for read in [volume(1, 512, [1, 3]), volume(2, 512, [1, 3])] {
        assert_eq!(layout_of(&read), None);
    }
}

#[test]
fn impossible_boot_sector_gives_no_other_layout() {
    // A byte of the boot sector, and what cannot stand there.
    let fields: [(usize, &[u8]); 9] = [
        (11, &[1, 0xFF]),
        (13, &[0, 3, 5]),
        (14, &[0, 65]),
        (16, &[0, 9]),
        (18, &[5]),
        (20, &[0x3F]),
        (21, &[0, 0xEF]),
        (22, &[0, 65]),
        (23, &[1]),
    ];
    for (at, values) in fields {
        for value in values {
            let mut bytes = volume(3, 512, [1, 3]);
            bytes[at] = *value;
            assert_eq!(layout_of(&bytes), None, "{value} at {at}");
        }
    }
    assert_eq!(layout_of(&volume(3, 384, [1, 3])), None);
    assert_eq!(layout_of(&volume(9, 512, [1, 1])), None);
    let mut no_root = volume(3, 512, [1, 3]);
    no_root[17] = 0;
    let mut no_sectors = volume(3, 512, [1, 3]);
    no_sectors[19..21].fill(0);
    assert_eq!((layout_of(&no_root), layout_of(&no_sectors)), (None, None));
    // The largest diskette that is read is the largest that is reported.
    for (sectors, is_reported) in [(5760_u16, true), (5761, false)] {
        let mut bytes = volume(3, 512, [1, 3]);
        bytes[19..21].copy_from_slice(&sectors.to_le_bytes());
        assert_eq!(layout_of(&bytes).is_some(), is_reported, "{sectors} sectors");
    }
}
