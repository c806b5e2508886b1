//! The second copy of the FAT, where the first one does not lead to the record.

use crate::support::disk::convert::{
    PACK, assert_converts, convert, examine_pack, fault, golden_time,
};
use crate::support::disk::layout::{KB_160, KB_720, KB_1440, Layout, SECTOR};
use crate::support::disk::{ARCHIVE, Copies, Disk, END, FOLDER, content, judge, record, short};
use addpack::diagnosis::{FindingCode, Verdict};
use addpack::disk::Memory;
use addpack::fat12::{Anomaly, FaultKind, MediaFault};
use addpack::pack::examine::Remark;

/// Where the record lies, as both FATs say at first; the clusters between are free.
pub(super) const CLUSTERS: [u16; 4] = [10, 12, 14, 16];

pub(super) fn disk_with(name: &str) -> Disk {
    let mut disk = Disk::new(KB_1440);
    disk.add("README.TXT", &content(1, 700));
    disk.add_at("ADDPACK.DAT", &record(name), &CLUSTERS);
    disk.add("OTHER.BIN", &content(2, 3000));
    disk
}

fn disk() -> Disk {
    disk_with(PACK)
}

pub(super) fn record_at(disk: &Disk) -> [usize; 4] {
    CLUSTERS.map(|cluster| disk.layout.sector_of(cluster) * SECTOR)
}

fn media_fault(disk: &Disk, kind: FaultKind, cluster: u16) -> MediaFault {
    let sector = u32::try_from(disk.layout.sector_of(cluster)).unwrap();
    MediaFault { kind, cluster: Some(cluster), sector: Some(sector) }
}

/// Asserts that the pack converts by the second FAT, with the first one's fault in a note,
/// and that the others' files stay.
fn assert_converts_by_second(disk: &Disk, fault: Option<MediaFault>) {
    let pack = assert_converts(&disk.bytes, &record_at(disk));
    assert_eq!(pack.notes, [Remark::Volume(Anomaly::FatsDiffer), Remark::SecondFat(fault)]);
    let medium = Memory::new(disk.bytes.clone());
    let (medium, ..) = convert(medium, &pack, golden_time()).unwrap();
    let others = |bytes: &[u8]| judge::others(bytes, &disk.layout);
    assert!(others(&medium.into_bytes()) == others(&disk.bytes));
}

/// Asserts that nothing is converted, because of this fault of the first FAT.
fn assert_refused(disk: &Disk, kind: FaultKind, cluster: u16) {
    let pack = examine_pack(&disk.bytes);
    assert_eq!(fault(&pack), Some(media_fault(disk, kind, cluster)));
    assert_eq!(pack.diagnosis.verdict, Verdict::Refused);
    assert!(!pack.notes.iter().any(|note| matches!(note, Remark::SecondFat(_))));
}

#[test]
fn second_fat_is_followed_where_the_chain_of_the_first_is_broken() {
    let last = KB_1440.last_cluster();
    let breaks = [
        (16, 10, FaultKind::Loop, 10),
        (12, 0, FaultKind::Free, 12),
        (12, 1, FaultKind::Reserved, 12),
        (14, 0xFF7, FaultKind::Bad, 14),
        (12, END, FaultKind::EndsEarly, 12),
        (12, last + 1, FaultKind::BeyondVolume, last + 1),
    ];
    for (cluster, value, kind, at) in breaks {
        let mut disk = disk();
        disk.link(Copies::First, cluster, value);
        assert_converts_by_second(&disk, Some(media_fault(&disk, kind, at)));
    }
    let mut disk = disk();
    disk.chain(Copies::First, &[16, 18]);
    assert_converts_by_second(&disk, Some(media_fault(&disk, FaultKind::TooLong, 18)));
}

#[test]
fn second_fat_is_followed_where_the_first_is_lost() {
    for lost in [0x00, 0xF6] {
        let mut disk = disk();
        let fat = disk.layout.fat(0);
        disk.bytes[fat.start + 3..fat.end].fill(lost);
        let pack = assert_converts(&disk.bytes, &record_at(&disk));
        assert!(matches!(pack.notes[..], [_, Remark::SecondFat(Some(_))]), "{:?}", pack.notes);
    }
}

#[test]
fn second_fat_is_followed_where_the_media_byte_of_the_first_is_lost_too() {
    let mut disk = disk();
    let fat = disk.layout.fat(0);
    disk.bytes[fat].fill(0);
    let pack = assert_converts(&disk.bytes, &record_at(&disk));
    assert_eq!(pack.notes.len(), 3, "{:?}", pack.notes);
}

#[test]
fn seals_prove_which_fat_is_right_if_both_chains_are_complete() {
    let mut disk = disk();
    // A whole chain, through three clusters that nobody owns.
    disk.fill(&content(9, 1536), &[100, 101, 102]);
    disk.chain(Copies::First, &[10, 100, 101, 102]);
    assert_converts_by_second(&disk, None);
}

#[test]
fn second_fat_is_followed_without_a_bpb() {
    let mut disk = Disk::without_bpb(KB_160);
    disk.add_at("ADDPACK.DAT", &record(PACK), &CLUSTERS);
    disk.link(Copies::First, 12, 0);
    let pack = assert_converts(&disk.bytes, &record_at(&disk));
    let fault = media_fault(&disk, FaultKind::Free, 12);
    let differ = Remark::Volume(Anomaly::FatsDiffer);
    assert_eq!(
        pack.notes,
        [Remark::Volume(Anomaly::NoBpb), differ, Remark::SecondFat(Some(fault))]
    );
}

#[test]
fn second_fat_is_followed_through_clusters_of_two_sectors() {
    let mut disk = Disk::new(KB_720);
    disk.add_at("ADDPACK.DAT", &record(PACK), &[9, 5]);
    disk.link(Copies::First, 9, END);
    let [one, two] = [9, 5].map(|cluster| disk.layout.sector_of(cluster) * SECTOR);
    assert_converts(&disk.bytes, &[one, one + SECTOR, two, two + SECTOR]);
}

#[test]
fn first_fat_is_followed_where_it_leads_to_the_record_whatever_the_second_says() {
    for junk in [0x00, 0xF6, 0xA5] {
        let mut disk = disk();
        let fat = disk.layout.fat(1);
        disk.bytes[fat].fill(junk);
        let pack = assert_converts(&disk.bytes, &record_at(&disk));
        assert_eq!(pack.notes, [Remark::Volume(Anomaly::FatsDiffer)]);
    }
}

#[test]
fn first_fat_is_followed_where_both_lead_to_a_sound_record() {
    let mut disk = disk();
    let copy = disk.add("ADDPACK.BAK", &record(PACK));
    let slot = disk.slots - 1;
    disk.delete(slot);
    disk.chain(Copies::Second, &[10, copy[1], copy[2], copy[3]]);
    let pack = assert_converts(&disk.bytes, &record_at(&disk));
    assert_eq!(pack.notes, [Remark::Volume(Anomaly::FatsDiffer)]);
}

#[test]
fn difference_elsewhere_is_reported_and_changes_nothing() {
    let mut disk = disk();
    disk.link(Copies::Second, 500, 501);
    let pack = assert_converts(&disk.bytes, &record_at(&disk));
    assert_eq!(pack.notes, [Remark::Volume(Anomaly::FatsDiffer)]);
    let mut damaged = disk_with("bit-rot-event.rec");
    damaged.link(Copies::Second, 500, 501);
    let pack = examine_pack(&damaged.bytes);
    assert_eq!(pack.diagnosis.findings[0].code(), FindingCode::DamagedRecord);
    assert_eq!(pack.notes, [Remark::Volume(Anomaly::FatsDiffer)]);
}

#[test]
fn fats_do_not_differ_by_what_stands_behind_the_last_cluster() {
    let mut disk = disk();
    let end = disk.layout.fat(1).end;
    disk.bytes[end - 1] = 0xF6;
    let pack = assert_converts(&disk.bytes, &record_at(&disk));
    assert_eq!(pack.notes, []);
}

#[test]
fn refused_pack_is_found_through_the_second_fat_as_well() {
    let mut disk = disk_with("out-of-order.rec");
    disk.link(Copies::First, 12, 0);
    let pack = examine_pack(&disk.bytes);
    assert_eq!(pack.diagnosis.findings[0].code(), FindingCode::OutOfOrderReapply);
    let fault = media_fault(&disk, FaultKind::Free, 12);
    assert_eq!(pack.notes, [Remark::Volume(Anomaly::FatsDiffer), Remark::SecondFat(Some(fault))]);
}

#[test]
fn fault_of_the_first_fat_is_reported_if_the_second_is_no_better() {
    let mut both = disk();
    both.link(Copies::First, 12, 0xFF7);
    both.link(Copies::Second, 14, 0);
    assert_refused(&both, FaultKind::Bad, 12);
    let mut elsewhere = disk();
    elsewhere.fill(&content(9, 1536), &[100, 101, 102]);
    elsewhere.link(Copies::First, 12, 0xFF7);
    elsewhere.chain(Copies::Second, &[10, 100, 101, 102]);
    assert_refused(&elsewhere, FaultKind::Bad, 12);
}

#[test]
fn single_fat_has_no_second_opinion() {
    let mut disk = Disk::new(Layout { fats: 1, ..KB_1440 });
    disk.add_at("ADDPACK.DAT", &record(PACK), &CLUSTERS);
    disk.link(Copies::Both, 12, 0);
    let pack = examine_pack(&disk.bytes);
    assert_eq!(fault(&pack), Some(media_fault(&disk, FaultKind::Free, 12)));
    assert_eq!(pack.notes, []);
}

#[test]
fn second_fat_is_not_followed_into_a_file_of_the_first() {
    // Other systems read the first FAT: by that, cluster 14 is the other file's.
    let mut disk = disk();
    disk.add_entry(short("THEIRS.BIN"), ARCHIVE, 100, 1500);
    disk.chain(Copies::First, &[100, 101, 14]);
    disk.chain(Copies::First, &[10, 12]);
    disk.chain(Copies::Second, &[100, 101, 102]);
    assert_refused(&disk, FaultKind::EndsEarly, 12);
}

#[test]
fn second_fat_is_not_followed_into_a_file_in_a_folder_of_the_first() {
    // The same, but the other file's entry is not in the root directory: only its chain is seen.
    let mut disk = disk();
    disk.add_entry(short("FOLDER"), FOLDER, 90, 0);
    disk.link(Copies::Both, 90, END);
    disk.chain(Copies::First, &[100, 101, 14]);
    disk.chain(Copies::First, &[10, 12]);
    disk.chain(Copies::Second, &[100, 101, 102]);
    assert_refused(&disk, FaultKind::EndsEarly, 12);
}

#[test]
fn second_fat_is_not_followed_into_a_file_that_only_the_first_leads_there() {
    // The same, but the link that leads there comes from a cluster that is free by the second FAT: it
    // counts because the other file's chain runs through it, however far apart its clusters lie.
    let mut disk = disk();
    disk.add_entry(short("THEIRS.BIN"), ARCHIVE, 100, 1500);
    disk.chain(Copies::First, &[100, 101, 165, 14]);
    disk.chain(Copies::First, &[10, 12]);
    disk.chain(Copies::Second, &[100, 102, 103]);
    assert_refused(&disk, FaultKind::EndsEarly, 12);
}

#[test]
fn link_of_a_cluster_that_nobody_has_keeps_nobody_from_the_second_fat() {
    // The first FAT still links cluster 100, which no file has, into the record.
    let mut disk = disk();
    disk.link(Copies::First, 100, 14);
    disk.link(Copies::First, 12, 0);
    assert_converts_by_second(&disk, Some(media_fault(&disk, FaultKind::Free, 12)));
}
