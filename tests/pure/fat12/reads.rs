//! How little is read and written, and how soon there is an answer.

use crate::support::disk::convert::{PACK, convert, examine_pack, golden_time};
use crate::support::disk::layout::{DMF, DOS, KB_160, KB_1440, KB_2880, Layout, SECTOR};
use crate::support::disk::traced::Traced;
use crate::support::disk::{ARCHIVE, Copies, Disk, content, judge, record, short};
use addpack::diagnosis::{FindingKind, RecordField, Verdict};
use addpack::pack::examine::{Examination, examine};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Sectors of boot sector, FATs and root directory.
fn system_sectors(layout: &Layout) -> Vec<u64> {
    (0..layout.data_start() as u64).collect()
}

fn record_sectors(disk: &Disk) -> Vec<u64> {
    let at = judge::record_sectors(&disk.bytes, &disk.layout).unwrap();
    at.iter().map(|at| (at / SECTOR) as u64).collect()
}

/// Examines a pack, and returns the sectors that were read, sorted.
fn sectors_read(disk: &Disk) -> Vec<u64> {
    sectors_read_of(&Traced::new(disk.bytes.clone()))
}

fn sectors_read_of(medium: &Traced) -> Vec<u64> {
    assert!(matches!(examine(medium).unwrap(), Examination::Pack(_)));
    let account = medium.account();
    assert!(account.written.is_empty(), "{account:?}");
    let mut read = account.read;
    read.sort_unstable();
    read
}

fn scattered(layout: Layout) -> Disk {
    let mut disk = Disk::new(layout);
    disk.add("README.TXT", &content(1, 700));
    let clusters: Vec<_> = (0..4).map(|at| 900 - 7 * at).take(layout.clusters_for(2048)).collect();
    disk.add_at("ADDPACK.DAT", &record(PACK), &clusters);
    disk
}

#[test]
fn examining_a_1440_kb_diskette_reads_37_sectors_of_2880() {
    for disk in [Disk::new(KB_1440).with_record(PACK), scattered(KB_1440)] {
        let wanted: BTreeSet<_> =
            system_sectors(&disk.layout).into_iter().chain(record_sectors(&disk)).collect();
        assert_eq!(wanted.len(), 1 + 2 * 9 + 14 + 4);
        assert_eq!(sectors_read(&disk), Vec::from_iter(wanted));
    }
}

#[test]
fn examining_a_2880_kb_diskette_reads_38_sectors_of_5760() {
    for disk in [Disk::new(KB_2880).with_record(PACK), scattered(KB_2880)] {
        let wanted: BTreeSet<_> =
            system_sectors(&disk.layout).into_iter().chain(record_sectors(&disk)).collect();
        assert_eq!(wanted.len(), 1 + 2 * 9 + 15 + 4);
        assert_eq!(sectors_read(&disk), Vec::from_iter(wanted));
    }
}

/// Of what is in the cache, copying it takes the time.
#[test]
fn examining_a_1440_kb_image_in_the_cache_reads_24_sectors() {
    for disk in [Disk::new(KB_1440).with_record(PACK), scattered(KB_1440)] {
        let system = 0..1 + 2 * 9 + 1;
        let wanted: BTreeSet<_> = system.chain(record_sectors(&disk)).collect();
        let medium = Traced::new(disk.bytes.clone()).in_parts();
        assert_eq!(sectors_read_of(&medium), Vec::from_iter(wanted));
    }
}

#[test]
fn directory_is_read_whole_only_if_more_than_its_first_sector_is_used() {
    // A sector has 16 entries.
    for (used, read) in [(15, 24), (16, 37), (17, 37), (224, 37)] {
        let mut disk = Disk::new(KB_1440).with_record(PACK);
        while disk.slots < used {
            disk.add(&format!("F{}", disk.slots), b"");
        }
        let medium = Traced::new(disk.bytes.clone()).in_parts();
        assert_eq!(sectors_read_of(&medium).len(), read, "{used}");
    }
}

#[test]
fn second_reading_of_the_record_reads_no_more_than_its_four_sectors() {
    let mut disk = Disk::new(KB_1440).with_record(PACK);
    let stale = disk.add("STALE.BIN", &content(7, 2048));
    let first = stale[0].to_le_bytes();
    let entry = disk.slots - 1;
    disk.delete(entry);
    disk.chain(Copies::First, &[4, stale[1], stale[2], stale[3]]);
    disk.link(Copies::First, stale[0], 0);
    assert_eq!(disk.entry(entry)[26..28], first);
    assert_eq!(examine_pack(&disk.bytes).diagnosis.verdict, Verdict::Convertible);
    assert_eq!(sectors_read(&disk).len(), 33 + 4 + 4);
}

/// Whatever is read at once: what is not needed need not be readable.
#[test]
fn unreadable_sectors_that_are_none_of_ours_do_not_matter() {
    for layout in DOS.into_iter().chain([DMF]) {
        let disk = Disk::new(layout).with_record(PACK);
        let unused = layout.data_start() as u64 - (layout.root_entries / 16) as u64 + 1;
        let needed: BTreeSet<_> = (0..unused).chain(record_sectors(&disk)).collect();
        let medium = || Traced::readable_at(disk.bytes.clone(), needed.clone());
        for medium in [medium(), medium().in_parts()] {
            match examine(&medium) {
                Ok(Examination::Pack(pack)) => {
                    assert_eq!(pack.diagnosis.verdict, Verdict::Convertible, "{layout:?}");
                }
                Ok(Examination::NotAPack(why)) => panic!("{layout:?}: {why:?}"),
                Err(error) => panic!("{layout:?}: {error}"),
            }
        }
    }
}

#[test]
fn unreadable_sectors_do_not_matter_on_a_small_disk_in_a_large_image() {
    // By its size the image would have a longer FAT, so the first read fails. Only the FAT's first byte tells.
    let mut disk = Disk::without_bpb(KB_160).with_record(PACK);
    let needed = system_sectors(&disk.layout).into_iter().chain(record_sectors(&disk)).collect();
    disk.bytes.resize(KB_1440.len(), 0xF6);
    match examine(&Traced::readable_at(disk.bytes, needed)).unwrap() {
        Examination::Pack(pack) => assert_eq!(pack.diagnosis.verdict, Verdict::Convertible),
        Examination::NotAPack(why) => panic!("{why:?}"),
    }
}

#[test]
fn record_that_came_with_the_first_read_is_not_read_again() {
    let disk = Disk::new(KB_1440).with_record(PACK);
    let medium = Traced::starting_with(64 * SECTOR, disk.bytes);
    assert!(matches!(examine(&medium).unwrap(), Examination::Pack(_)));
    assert_eq!(medium.account().read, (0..64).collect::<Vec<_>>());
}

#[test]
fn converting_writes_the_header_first_and_no_sector_but_those_that_change() {
    let unused = Disk::new(KB_1440).with_record("unused-5.rec");
    for (disk, changing) in [(scattered(KB_1440), 4), (unused, 1)] {
        let pack = examine_pack(&disk.bytes);
        let medium = Traced::new(disk.bytes.clone());
        let (medium, ..) = convert(medium, &pack, golden_time()).unwrap();
        let account = medium.account();
        assert_eq!(account.written, record_sectors(&disk)[..changing]);
        // The commit sector is read back before any other is touched, and all of it once others were.
        let record = record_sectors(&disk);
        let again = if changing > 1 { &record[..] } else { &[] };
        assert_eq!(account.read, [&record[..1], again].concat());
    }
}

/// As many clusters as a FAT12 chain has room for, all of them one file's: the record's.
fn endless() -> Disk {
    let (root_entries, fat_sectors) = (512, 12);
    let layout = Layout { root_entries, fat_sectors, ..KB_1440 };
    let layout = Layout { sectors: layout.data_start() + 0xFEE, ..layout };
    let mut disk = Disk::new(layout);
    let clusters: Vec<_> = (2..=layout.last_cluster()).collect();
    assert_eq!(clusters.last(), Some(&0xFEF));
    disk.chain(Copies::Both, &clusters);
    disk.add_entry(crate::support::disk::RECORD, ARCHIVE, 2, clusters.len() * SECTOR);
    disk
}

#[test]
fn longest_chain_that_there_can_be_is_soon_answered() {
    let begun = Instant::now();
    let mut disk = endless();
    let finding = &examine_pack(&disk.bytes).diagnosis.findings[0];
    assert_eq!(finding.kind, FindingKind::Damaged(RecordField::FileLength));
    for slot in 1..512 {
        disk.add_entry(short(&format!("F{slot}")), ARCHIVE, 0xFF0, 512);
    }
    disk.link(Copies::First, disk.layout.last_cluster(), 2);
    disk.entry(0)[28..].fill(0xFF);
    assert_eq!(examine_pack(&disk.bytes).diagnosis.verdict, Verdict::Refused);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}
