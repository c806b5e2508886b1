//! What stands in root directories beside the record, and in its place.

use crate::support::disk::convert::{
    self, PACK, assert_converts, assert_disk_converts, assert_fault, not_a_pack,
};
use crate::support::disk::layout::{DMF, KB_160, KB_360, KB_1440, SECTOR};
use crate::support::disk::{
    ARCHIVE, Disk, FOLDER, LABEL, LONG_NAME, RECORD, content, record, short,
};
use addpack::diagnosis::{FindingKind, RecordField, Verdict};
use addpack::fat12::FaultKind;
use addpack::report::NotAPack;

#[test]
fn deleted_files_with_the_same_name_do_not_matter() {
    let mut disk = Disk::new(KB_360);
    disk.add("ADDPACK.DAT", &record("unused-5.rec"));
    disk.delete(0);
    disk.add("ADDPACK.DAT", &record(PACK));
    disk.add("ADDPACK.DAT", &record("out-of-order.rec"));
    disk.delete(2);
    // The first one began where the record begins now.
    assert_eq!((disk.entry(0)[26], disk.entry(1)[26]), (2, 2));
    assert_disk_converts(&disk);
    disk.delete(1);
    assert_eq!(not_a_pack(&disk.bytes), NotAPack::NoRecord);
}

#[test]
fn deleted_entries_may_fill_the_directory_as_dos_1_left_it() {
    let mut disk = Disk::without_bpb(KB_160);
    let root = disk.layout.root();
    disk.bytes[root].fill(0xE5);
    assert_eq!(not_a_pack(&disk.bytes), NotAPack::NoRecord);
    disk.slots = 40;
    disk.add("ADDPACK.DAT", &record(PACK));
    assert_disk_converts(&disk);
}

#[test]
fn nothing_is_looked_for_behind_the_end_of_the_directory() {
    let mut disk = Disk::new(KB_360);
    disk.slots = 1;
    disk.add("ADDPACK.DAT", &record(PACK));
    assert_eq!(not_a_pack(&disk.bytes), NotAPack::NoRecord);
}

#[test]
fn long_names_do_not_matter() {
    let mut disk = Disk::new(KB_1440);
    disk.add_long_name("Licenses bought in 1999, second diskette.txt", short("LICENS~1.TXT"));
    disk.add("LICENS~1.TXT", &content(4, 100));
    disk.add_long_name("AddPack.dat", RECORD);
    disk.add("ADDPACK.DAT", &record(PACK));
    disk.add_long_name("AddPack.dat of server two", short("ADDPAC~1.DAT"));
    disk.add("ADDPAC~1.DAT", &record("unused-5.rec"));
    assert_disk_converts(&disk);
}

#[test]
fn part_of_a_long_name_that_reads_like_the_record_is_no_file() {
    let mut disk = Disk::new(KB_360);
    let clusters = disk.add("OTHER.BIN", &record("unused-5.rec"));
    disk.add_entry(RECORD, LONG_NAME, clusters[0], 2048);
    assert_eq!(not_a_pack(&disk.bytes), NotAPack::NoRecord);
    disk.add("ADDPACK.DAT", &record(PACK));
    assert_disk_converts(&disk);
}

#[test]
fn volume_label_called_addpack_is_no_file() {
    for label in [RECORD, *b"ADDPACK    "] {
        for attributes in [LABEL, LABEL | ARCHIVE] {
            let mut disk = Disk::new(KB_360);
            disk.add_entry(label, attributes, 0, 0);
            assert_eq!(not_a_pack(&disk.bytes), NotAPack::NoRecord);
            disk.add("ADDPACK.DAT", &record(PACK));
            assert_disk_converts(&disk);
        }
    }
}

#[test]
fn label_behind_the_record_is_no_second_one() {
    let mut disk = Disk::new(KB_360).with_record(PACK);
    disk.add_entry(RECORD, LABEL, 3, 2048);
    assert_disk_converts(&disk);
}

#[test]
fn folder_called_as_the_record_is_no_pack() {
    let mut disk = Disk::new(KB_360);
    let clusters = disk.add("README.TXT", &record(PACK));
    disk.add_entry(RECORD, FOLDER, clusters[0], 0);
    assert_eq!(not_a_pack(&disk.bytes), NotAPack::NoRecord);
}

#[test]
fn files_with_other_names_are_no_pack() {
    let mut disk = Disk::new(KB_360);
    for name in ["ADDPACK.DA", "ADDPACK.BAK", "ADDPACK", "ADDPACK1.DAT", "addpack.dat"] {
        disk.add(name, &record(PACK));
    }
    assert_eq!(not_a_pack(&disk.bytes), NotAPack::NoRecord);
    assert_eq!(not_a_pack(&Disk::new(DMF).bytes), NotAPack::NoRecord);
}

#[test]
fn record_may_be_hidden_and_read_only() {
    for attributes in [0x00, 0x01, 0x02, 0x04, 0x27] {
        let mut disk = Disk::new(KB_360).with_record(PACK);
        disk.entry(1)[11] = attributes;
        assert_disk_converts(&disk);
    }
}

#[test]
fn two_files_with_the_name_of_the_record_are_damage() {
    let mut disk = Disk::new(KB_1440).with_record(PACK);
    disk.add("ADDPACK.DAT", &record(PACK));
    assert_fault(&disk.bytes, FaultKind::TwoEntries, None, None);
}

#[test]
fn copies_of_the_record_under_other_names_stay_as_they_are() {
    let mut disk = Disk::new(KB_360);
    disk.add("ADDPACK.BAK", &record(PACK));
    disk.add("ADDPACK.DAT", &record(PACK));
    disk.add("ADDPACK.OLD", &record(PACK));
    let at = disk.layout.sector_of(4) * SECTOR;
    assert_converts(&disk.bytes, &[at, at + SECTOR, at + 2 * SECTOR, at + 3 * SECTOR]);
}

#[test]
fn record_of_another_length_is_a_damaged_record() {
    for layout in [KB_160, KB_360, DMF] {
        for length in [0, 1, 512, 2047, 2049, 4096] {
            let mut bytes = record(PACK);
            bytes.resize(length, 0);
            let mut disk = Disk::new(layout);
            disk.add("ADDPACK.DAT", &bytes);
            let diagnosis = convert::examine_pack(&disk.bytes).diagnosis;
            assert_eq!(diagnosis.verdict, Verdict::Refused);
            let kinds: Vec<_> = diagnosis.findings.iter().map(|finding| &finding.kind).collect();
            assert_eq!(kinds, [&FindingKind::Damaged(RecordField::FileLength)], "{length} bytes");
        }
    }
}
