//! Lost and weak sectors on the way to the record: worked around where that is safe, named where not.

use crate::support::disk;
use crate::support::disk::convert::PACK;
use crate::support::disk::layout::{DMF, DOS, KB_160, KB_720, KB_1440, SECTOR};
use crate::support::disk::{Copies, Disk, content, judge, record};
use crate::support::frail::{Fault, Frail};
use addpack::diagnosis::{FindingCode, FindingKind, Verdict};
use addpack::disk::{Flaw, FlawKind};
use addpack::fat12::{Anomaly, FaultKind, NoVolume};
use addpack::media::VerifyingReader;
use addpack::pack::NotAPack;
use addpack::pack::examine::Remark;
use addpack::pack::examine::{Examination, Pack, examine};

const RETRIES: u32 = 5;

fn look(bytes: &[u8], faults: &[(usize, Fault)]) -> Examination {
    examine(&VerifyingReader::new(Frail::new(bytes, faults), RETRIES)).expect("an answer")
}

#[track_caller]
fn pack(disk: &Disk, faults: &[(usize, Fault)]) -> Pack {
    match look(&disk.bytes, faults) {
        Examination::Pack(pack) => pack,
        Examination::NotAPack(why) => panic!("no pack: {why:?}"),
    }
}

/// Why a diskette that has lost this sector is no pack.
#[track_caller]
fn not_a_pack(bytes: &[u8], sector: usize) -> NotAPack {
    match look(bytes, &[(sector, Fault::Lost)]) {
        Examination::NotAPack(why) => why,
        Examination::Pack(pack) => panic!("{pack:?}"),
    }
}

fn lost(sectors: &[usize]) -> Vec<(usize, Fault)> {
    sectors.iter().map(|&sector| (sector, Fault::Lost)).collect()
}

fn flaws(sectors: &[usize], kind: FlawKind) -> Remark {
    let flaw = |&sector: &usize| Flaw { sector: sector.try_into().unwrap(), kind };
    Remark::Flaws(sectors.iter().map(flaw).collect())
}

/// A diskette with a record in four pieces.
fn disk() -> Disk {
    let mut disk = Disk::new(KB_1440);
    disk.add("README.TXT", &content(1, 700));
    disk.add_at("ADDPACK.DAT", &record(PACK), &[10, 400, 12, 2000]);
    disk.add("OTHER.BIN", &content(2, 3000));
    disk
}

/// The sectors of the record, in its order.
fn record_sectors(disk: &Disk) -> Vec<usize> {
    let at = judge::record_sectors(&disk.bytes, &disk.layout).unwrap();
    at.into_iter().map(|at| at / SECTOR).collect()
}

/// That the pack would convert, with its true bytes and in its true place.
#[track_caller]
fn assert_convertible(disk: &Disk, pack: &Pack) {
    assert_eq!(pack.diagnosis.verdict, Verdict::Convertible, "{:?}", pack.diagnosis.findings);
    assert!(pack.diagnosis.record.as_ref().unwrap().bytes()[..] == record(PACK));
    let found = pack.sectors.unwrap().map(|at| usize::try_from(at).unwrap() / SECTOR);
    assert_eq!(found[..], record_sectors(disk));
}

/// That the pack is refused because of this sector, and of nothing else.
#[track_caller]
fn assert_refused(pack: &Pack, sector: usize, kind: FlawKind) {
    assert_eq!(pack.diagnosis.verdict, Verdict::Refused);
    let [finding] = pack.diagnosis.findings.as_slice() else { panic!("{pack:?}") };
    assert_eq!(finding.code(), FindingCode::DamagedMedia);
    let FindingKind::Media(fault) = finding.kind else { panic!("{finding:?}") };
    assert_eq!(fault.kind, FaultKind::LostSector(kind));
    assert_eq!(fault.sector, Some(sector.try_into().unwrap()));
}

#[test]
fn weak_sector_of_the_record_refuses_it_and_all_of_it_is_shown() {
    let disk = disk();
    for sector in record_sectors(&disk) {
        for fault in [Fault::Fails(1), Fault::Fails(RETRIES), Fault::Wrong(1)] {
            let pack = pack(&disk, &[(sector, fault)]);
            assert_refused(&pack, sector, FlawKind::Weak);
            assert!(pack.diagnosis.record.as_ref().unwrap().bytes()[..] == record(PACK));
            assert_eq!(pack.notes, [], "{fault:?}");
        }
    }
}

#[test]
fn lost_sector_of_the_record_refuses_it_and_its_header_is_shown_where_that_reads() {
    let disk = disk();
    for (number, sector) in record_sectors(&disk).into_iter().enumerate() {
        for fault in [Fault::Lost, Fault::Fails(RETRIES + 1), Fault::Changes] {
            let pack = pack(&disk, &[(sector, fault)]);
            assert_refused(&pack, sector, FlawKind::Unreadable);
            let serial = pack.diagnosis.record.as_ref().and_then(|record| record.serial.text());
            let known = (number > 0).then_some("12345-270-0000017-00007");
            assert_eq!(serial, known, "{fault:?}");
            assert_eq!(pack.notes, [], "the finding says it");
        }
    }
}

#[test]
fn of_several_flaws_of_the_record_one_is_the_reason_and_the_others_are_reported() {
    let disk = disk();
    let at = record_sectors(&disk);
    let pack = pack(&disk, &[(at[1], Fault::Fails(1)), (at[3], Fault::Fails(1))]);
    assert_refused(&pack, at[1], FlawKind::Weak);
    assert_eq!(pack.notes, [flaws(&[at[3]], FlawKind::Weak)]);
}

#[test]
fn sector_of_the_record_that_did_not_read_the_first_time_is_not_written() {
    // The copies of the FAT differ, so a record that did not read is read once more.
    let mut disk = disk();
    disk.link(Copies::Second, 500, 501);
    let sector = record_sectors(&disk)[2];
    let tries = RETRIES + 2;
    let pack = pack(&disk, &[(sector, Fault::Fails(tries))]);
    assert_refused(&pack, sector, FlawKind::Weak);
}

#[test]
fn weak_sectors_on_the_way_to_the_record_are_reported_and_prevent_nothing() {
    let disk = disk();
    for sector in 0..disk.layout.data_start() {
        let pack = pack(&disk, &[(sector, Fault::Fails(1))]);
        assert_convertible(&disk, &pack);
        assert_eq!(pack.notes, [flaws(&[sector], FlawKind::Weak)]);
    }
}

#[test]
fn weak_sector_keeps_no_converted_pack_from_being_one() {
    let mut disk = Disk::new(KB_720);
    disk.add("ADDPACK.DAT", &record("converted.rec"));
    let sector = record_sectors(&disk)[1];
    let pack = pack(&disk, &[(sector, Fault::Fails(1))]);
    assert_eq!(pack.diagnosis.verdict, Verdict::AlreadyConverted);
    assert_eq!(pack.notes, [flaws(&[sector], FlawKind::Weak)]);
}

#[test]
fn sectors_that_nobody_needs_are_not_even_asked_for() {
    let disk = disk();
    let needed: Vec<_> = (0..disk.layout.data_start()).chain(record_sectors(&disk)).collect();
    let others: Vec<_> = (0..2880).filter(|sector| !needed.contains(sector)).collect();
    let pack = pack(&disk, &lost(&others));
    assert_convertible(&disk, &pack);
    assert_eq!(pack.notes, []);
}

#[test]
fn lost_sector_of_one_fat_is_taken_from_the_other() {
    let disk = disk();
    for copy in [0, 1] {
        for sector in disk.layout.fat(copy).step_by(SECTOR).map(|at| at / SECTOR) {
            let pack = pack(&disk, &lost(&[sector]));
            assert_convertible(&disk, &pack);
            assert_eq!(pack.notes, [flaws(&[sector], FlawKind::Unreadable)]);
        }
    }
    // Each copy has what the other has lost.
    let mixed = [1, 3, 5, 11, 13, 15, 17, 18];
    assert_convertible(&disk, &pack(&disk, &lost(&mixed)));
}

#[test]
fn sector_that_both_fats_have_lost_is_named_where_the_records_chain_stands_in_it() {
    let disk = disk();
    // Clusters 10 and 12 stand in the first sector, 400 in the second, 2000 in the sixth.
    for index in 0..disk.layout.fat_sectors {
        let [first, second] = [0, 1].map(|copy| disk.layout.fat(copy).start / SECTOR + index);
        let pack = pack(&disk, &lost(&[first, second]));
        if [0, 1, 5].contains(&index) {
            assert_refused(&pack, first, FlawKind::Unreadable);
        } else {
            assert_convertible(&disk, &pack);
            assert_eq!(pack.notes, [flaws(&[first, second], FlawKind::Unreadable)]);
        }
    }
}

#[test]
fn entry_of_the_fat_that_is_cut_in_two_by_a_lost_sector_is_lost() {
    // Cluster 341 has its first 4 bits at the end of the first sector.
    let mut disk = Disk::new(KB_1440);
    disk.add_at("ADDPACK.DAT", &record(PACK), &[341, 700, 701, 702]);
    for index in [0, 1] {
        let pack = pack(&disk, &lost(&[1 + index, 10 + index]));
        assert_refused(&pack, 1 + index, FlawKind::Unreadable);
    }
}

#[test]
fn single_fat_has_nothing_to_be_mended_by() {
    let mut disk = Disk::new(disk::layout::Layout { fats: 1, ..KB_1440 });
    disk.add_at("ADDPACK.DAT", &record(PACK), &[10, 11, 12, 13]);
    assert_refused(&pack(&disk, &lost(&[1])), 1, FlawKind::Unreadable);
    assert_convertible(&disk, &pack(&disk, &lost(&[2])));
}

/// A directory of more than a sector.
fn with_files() -> Disk {
    let mut disk = Disk::new(KB_1440);
    for number in 0..20 {
        disk.add(&format!("FILE{number}.TXT"), &content(3, 100));
    }
    disk
}

#[test]
fn lost_sector_of_the_root_directory_is_the_reason_only_where_the_entry_may_be_in_it() {
    let mut disk = with_files();
    disk.add("ADDPACK.DAT", &record(PACK));
    let root = disk.layout.root().start / SECTOR;
    // The entry stands in the second sector; the first is full, the third was never used.
    assert_refused(&pack(&disk, &lost(&[root + 1])), root + 1, FlawKind::Unreadable);
    for other in [root, root + 2, root + 13] {
        let pack = pack(&disk, &lost(&[other]));
        assert_convertible(&disk, &pack);
        assert_eq!(pack.notes, [flaws(&[other], FlawKind::Unreadable)]);
    }
}

#[test]
fn diskette_without_the_entry_is_no_pack_where_all_used_entries_read() {
    let disk = with_files();
    let root = disk.layout.root().start / SECTOR;
    assert_refused(&pack(&disk, &lost(&[root])), root, FlawKind::Unreadable);
    assert_eq!(not_a_pack(&disk.bytes, root + 2), NotAPack::NoRecord);
}

#[test]
fn standard_diskette_with_a_lost_boot_sector_is_recognized_by_its_size() {
    for layout in DOS {
        let disk = Disk::new(layout).with_record(PACK);
        let pack = pack(&disk, &lost(&[0]));
        assert_convertible(&disk, &pack);
        let no_bpb = Remark::Volume(Anomaly::NoBpb);
        assert_eq!(pack.notes, [no_bpb, flaws(&[0], FlawKind::Unreadable)], "{layout:?}");
    }
}

#[test]
fn lost_boot_sector_is_the_reason_if_the_size_proves_nothing() {
    let dmf = Disk::new(DMF).with_record(PACK);
    assert_refused(&pack(&dmf, &lost(&[0])), 0, FlawKind::Unreadable);
    // The FAT that would tell is lost, too.
    let both = Disk::new(KB_160).with_record(PACK);
    assert_refused(&pack(&both, &lost(&[0, 1])), 0, FlawKind::Unreadable);
}

#[test]
fn disk_without_a_volume_is_none_whatever_else_is_lost_on_it() {
    let bytes = content(0xCD, 1_474_560);
    for sector in [2, 5, 11] {
        let why = not_a_pack(&bytes, sector);
        assert_eq!(why, NotAPack::NoVolume(NoVolume::Unknown), "{sector}");
    }
}
