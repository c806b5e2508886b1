//! What only one copy of the FAT leads to is zeroed only if the seals show that it is a remnant of the pack itself.

use super::second_fat::{CLUSTERS, disk_with, record_at};
use crate::support::disk::convert::{PACK, convert, examine_pack, golden_conversion, golden_time};
use crate::support::disk::layout::{KB_1440, SECTOR};
use crate::support::disk::{Copies, Disk, content};
use crate::support::simulator::{Pack, sample, slot_at};
use addpack::diagnosis::Verdict;
use addpack::disk::Memory;

/// A disk on which the first FAT leads from the record's header into three clusters that are not
/// the record's, and hold bytes that somebody may miss.
fn astray(name: &str) -> Disk {
    let mut disk = disk_with(name);
    disk.fill(&content(9, 1536), &[100, 101, 102]);
    disk.chain(Copies::First, &[10, 100, 101, 102]);
    disk
}

#[test]
fn pack_that_was_converted_by_the_second_fat_is_still_read_by_it() {
    let disk = astray(PACK);
    let pack = examine_pack(&disk.bytes);
    let medium = Memory::new(disk.bytes.clone());
    let (medium, sectors, new) = convert(medium, &pack, golden_time()).unwrap();
    assert!(new == golden_conversion(PACK));
    let again = examine_pack(&medium.into_bytes());
    assert_eq!(again.diagnosis.verdict, Verdict::AlreadyConverted);
    assert_eq!(again.sectors, Some(sectors));
}

#[test]
fn clean_up_does_not_zero_what_only_the_first_fat_calls_a_remnant() {
    for name in ["converted.rec", "converted-unfinished.rec"] {
        let disk = astray(name);
        let pack = examine_pack(&disk.bytes);
        let medium = Memory::new(disk.bytes.clone());
        let after = match convert(medium, &pack, golden_time()) {
            Ok((medium, ..)) | Err(medium) => medium.into_bytes(),
        };
        let strangers = disk.layout.cluster(100).start..disk.layout.cluster(102).end;
        assert!(after[strangers.clone()] == disk.bytes[strangers], "{name}");
    }
}

#[test]
fn conversion_that_was_interrupted_is_finished_by_the_fat_that_it_was_begun_by() {
    let mut disk = astray(PACK);
    let header = &golden_conversion(PACK)[..SECTOR];
    let at = record_at(&disk);
    disk.bytes[at[0]..at[0] + SECTOR].copy_from_slice(header);
    let pack = examine_pack(&disk.bytes);
    assert_eq!(pack.diagnosis.verdict, Verdict::UnfinishedConversion);
    assert_eq!(pack.sectors, Some(at.map(|at| at as u64)));
}

/// A converted pack whose record is whole by the second FAT. The first leads from its header to the events
/// of `old`, which the clean-up may have left, or another file may hold.
fn disk_with_remnants(old: &Pack) -> Disk {
    let mut disk = Disk::new(KB_1440);
    disk.add_at("ADDPACK.DAT", &sample::converted(old).bytes, &CLUSTERS);
    disk.fill(&old.bytes[SECTOR..], &[100, 101, 102]);
    disk.chain(Copies::First, &[10, 100, 101, 102]);
    disk
}

#[test]
fn events_of_the_pack_itself_are_remnants() {
    let pack = examine_pack(&disk_with_remnants(&sample::used_40()).bytes);
    assert_eq!(pack.diagnosis.verdict, Verdict::UnfinishedConversion);
}

#[test]
fn events_that_no_4_0_server_has_written_are_no_remnants() {
    type Forge = fn(&mut Pack);
    let forgeries: [(&str, Forge); 4] = [
        ("kind", |pack| pack.put16(slot_at(1), 4)),
        ("version", |pack| pack.put16(slot_at(1) + 2, 0x0405)),
        ("server name", |pack| pack.put(slot_at(1) + 22, b"A B")),
        ("seal", |pack| pack.put(slot_at(1) + 44, &[0; 20])),
    ];
    for (what, forge) in forgeries {
        let mut old = sample::used_40();
        forge(&mut old);
        if what != "seal" {
            old.seal_event(1);
        }
        let disk = disk_with_remnants(&old);
        let pack = examine_pack(&disk.bytes);
        assert_eq!(pack.diagnosis.verdict, Verdict::AlreadyConverted, "{what}");
        assert_eq!(pack.sectors, Some(record_at(&disk).map(|at| at as u64)), "{what}");
    }
}

#[test]
fn events_behind_a_zeroed_one_are_remnants() {
    // The clean-up has zeroed a sector, and a difference of the FATs elsewhere must not keep the rest.
    let old = sample::full(sample::unused());
    let mut record = sample::converted(&old).bytes;
    record[2 * SECTOR..].copy_from_slice(&old.bytes[2 * SECTOR..]);
    let mut disk = Disk::new(KB_1440);
    disk.add_at("ADDPACK.DAT", &record, &CLUSTERS);
    disk.link(Copies::Second, 500, 501);
    let pack = examine_pack(&disk.bytes);
    assert_eq!(pack.diagnosis.verdict, Verdict::UnfinishedConversion);
    assert_eq!(pack.diagnosis.findings, []);
}
