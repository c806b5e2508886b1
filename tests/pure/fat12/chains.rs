//! Broken chains: each kind by its name, with the cluster and the sector.

use crate::support::disk::convert::{
    PACK, assert_disk_converts, assert_fault, examine_pack, fault,
};
use crate::support::disk::layout::{KB_160, KB_360, KB_720, KB_1440, Layout, SECTOR};
use crate::support::disk::{ARCHIVE, Copies, Disk, END, FOLDER, content, record, short};
use addpack::fat12::{FaultKind, MediaFault};

/// A disk of 1.44 MB whose record lies in the clusters 10, 12, 14, 16, amid free ones.
fn disk() -> Disk {
    let mut disk = Disk::new(KB_1440);
    disk.add("README.TXT", &content(1, 700));
    disk.add_at("ADDPACK.DAT", &record(PACK), &[10, 12, 14, 16]);
    disk
}

/// The record's slot in the directory of [`disk`].
const SLOT: usize = 1;

fn assert_broken(disk: &Disk, kind: FaultKind, cluster: u16) {
    let sector = (cluster >= 2).then(|| disk.layout.sector_of(cluster));
    assert_fault(&disk.bytes, kind, Some(cluster), sector);
}

/// Asserts the fault where both FATs say this of that cluster.
fn assert_broken_by(cluster: u16, value: u16, kind: FaultKind, at: u16) {
    let mut disk = disk();
    disk.link(Copies::Both, cluster, value);
    assert_broken(&disk, kind, at);
}

fn set_first_cluster(disk: &mut Disk, slot: usize, cluster: u16) {
    disk.entry(slot)[26..28].copy_from_slice(&cluster.to_le_bytes());
}

#[test]
fn sound_chain_is_no_fault() {
    assert_disk_converts(&disk());
}

#[test]
fn sector_of_a_fault_is_counted_from_the_start_of_the_medium() {
    let mut disk = disk();
    disk.link(Copies::Both, 12, 0);
    let fault = fault(&examine_pack(&disk.bytes)).unwrap();
    // Boot sector, two FATs of 9, root directory of 14: cluster 2 is in sector 33.
    assert_eq!(fault, MediaFault { kind: FaultKind::Free, cluster: Some(12), sector: Some(43) });
    let mut disk = Disk::new(KB_720);
    disk.add_at("ADDPACK.DAT", &record(PACK), &[10, 12]);
    disk.link(Copies::Both, 12, 0);
    let fault = crate::support::disk::convert::fault(&examine_pack(&disk.bytes)).unwrap();
    // Boot sector, two FATs of 3, root directory of 7, and clusters of two sectors.
    assert_eq!(fault, MediaFault { kind: FaultKind::Free, cluster: Some(12), sector: Some(34) });
}

#[test]
fn chain_that_comes_back_is_a_loop() {
    assert_broken_by(16, 10, FaultKind::Loop, 10);
    assert_broken_by(14, 12, FaultKind::Loop, 12);
    assert_broken_by(10, 10, FaultKind::Loop, 10);
}

#[test]
fn chain_into_a_free_cluster_is_broken_there() {
    for cluster in [10, 12, 16] {
        assert_broken_by(cluster, 0, FaultKind::Free, cluster);
    }
    assert_broken_by(12, 30, FaultKind::Free, 30);
}

#[test]
fn chain_with_a_reserved_value_is_broken_there() {
    for value in [1, 0xFF0, 0xFF3, 0xFF6] {
        assert_broken_by(12, value, FaultKind::Reserved, 12);
        assert_broken_by(16, value, FaultKind::Reserved, 16);
    }
}

#[test]
fn chain_through_a_cluster_marked_bad_is_broken_there() {
    for cluster in [10, 14, 16] {
        assert_broken_by(cluster, 0xFF7, FaultKind::Bad, cluster);
    }
}

#[test]
fn chain_that_is_too_short_ends_early() {
    for (value, cluster) in [(END, 10), (0xFF8, 14)] {
        assert_broken_by(cluster, value, FaultKind::EndsEarly, cluster);
    }
}

#[test]
fn chain_that_goes_on_is_too_long() {
    let mut disk = disk();
    disk.chain(Copies::Both, &[16, 18, 20]);
    assert_broken(&disk, FaultKind::TooLong, 18);
}

#[test]
fn every_mark_of_an_end_ends_a_chain() {
    for value in 0xFF8..=0xFFF {
        let mut disk = disk();
        disk.link(Copies::Both, 16, value);
        assert_disk_converts(&disk);
    }
}

#[test]
fn chain_to_a_cluster_that_the_volume_does_not_have_leaves_it() {
    let last = KB_1440.last_cluster();
    for cluster in [last + 1, 0xFEF] {
        assert_broken_by(12, cluster, FaultKind::BeyondVolume, cluster);
        assert_broken_by(16, cluster, FaultKind::BeyondVolume, cluster);
    }
    let mut disk = disk();
    set_first_cluster(&mut disk, SLOT, u16::MAX);
    assert_broken(&disk, FaultKind::BeyondVolume, u16::MAX);
}

#[test]
fn cluster_that_the_fat_has_no_room_for_is_beyond_the_volume() {
    // One sector of FAT tells of the clusters up to 340; the volume has more.
    let layout = Layout { fat_sectors: 1, ..KB_360 };
    let mut disk = Disk::new(Layout { per_cluster: 1, ..layout });
    disk.add_at("ADDPACK.DAT", &record(PACK), &[10, 12, 14, 340]);
    assert_disk_converts(&disk);
    disk.link(Copies::Both, 14, 341);
    assert_broken(&disk, FaultKind::BeyondVolume, 341);
}

#[test]
fn record_that_begins_in_no_cluster_is_broken() {
    for (first, kind) in [(0, FaultKind::Free), (1, FaultKind::Reserved)] {
        let mut disk = disk();
        set_first_cluster(&mut disk, SLOT, first);
        assert_broken(&disk, kind, first);
    }
}

#[test]
fn cluster_past_the_end_of_the_image_is_beyond_it() {
    for (cluster, missing) in [(16, 1), (16, SECTOR), (14, 3 * SECTOR), (10, 7 * SECTOR)] {
        let disk = disk();
        let end = disk.layout.cluster(16).end - missing;
        assert_broken(&disk.cut(end), FaultKind::BeyondImage, cluster);
    }
}

#[test]
fn record_that_another_chain_runs_into_is_shared_with_it() {
    for cluster in [10, 14, 16] {
        let mut disk = disk();
        disk.chain(Copies::Both, &[100, 101, cluster]);
        let next = if cluster == 16 { END } else { cluster + 2 };
        disk.link(Copies::Both, cluster, next);
        assert_broken(&disk, FaultKind::SharedWithChain(101), cluster);
    }
}

#[test]
fn record_that_a_chain_from_anywhere_in_the_fat_runs_into_is_shared_with_it() {
    // The FAT's nine sectors hold 341 clusters each.
    for from in [2, 400, 1500, KB_1440.last_cluster()] {
        let mut disk = Disk::new(KB_1440);
        disk.add_at("ADDPACK.DAT", &record(PACK), &[10, 12, 14, 16]);
        disk.link(Copies::Both, from, 14);
        assert_broken(&disk, FaultKind::SharedWithChain(from), 14);
    }
}

#[test]
fn record_that_another_file_runs_into_is_shared() {
    let mut disk = disk();
    disk.add_entry(short("OTHER.BIN"), ARCHIVE, 100, 2000);
    disk.chain(Copies::Both, &[100, 101, 16]);
    assert_broken(&disk, FaultKind::SharedWithChain(101), 16);
}

#[test]
fn record_that_another_file_begins_in_is_shared_with_that_file() {
    for (cluster, attributes) in [(10, ARCHIVE), (14, ARCHIVE), (16, 0x07), (12, FOLDER)] {
        let mut disk = disk();
        disk.add_entry(short("OTHER.BIN"), attributes, cluster, 512);
        assert_broken(&disk, FaultKind::SharedWithFile(short("OTHER.BIN")), cluster);
    }
}

#[test]
fn file_before_the_record_in_the_directory_shares_it_too() {
    let mut disk = Disk::new(KB_160);
    disk.add_entry(short("OTHER.BIN"), ARCHIVE, 4, 512);
    disk.add_at("ADDPACK.DAT", &record(PACK), &[2, 3, 4, 5]);
    assert_broken(&disk, FaultKind::SharedWithFile(short("OTHER.BIN")), 4);
}

#[test]
fn broken_chains_of_other_files_do_not_matter() {
    let mut disk = disk();
    for (cluster, value) in [(100, 100), (102, 0), (104, 0xFF7), (106, 1), (108, 0xFEF), (110, 100)]
    {
        disk.add_entry(short(&format!("F{cluster}")), ARCHIVE, cluster, 5000);
        disk.link(Copies::Both, cluster, value);
    }
    disk.add_entry(short("NOWHERE"), ARCHIVE, 0xFFFF, 5000);
    assert_disk_converts(&disk);
}
