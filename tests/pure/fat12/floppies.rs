//! Diskettes as they come out of drawers: old, odd, cut short, and still readable.

use crate::support::disk::convert::{
    PACK, assert_converts, assert_disk_converts, assert_fault, not_a_pack,
};
use crate::support::disk::layout::{
    DMF, DOS, KB_160, KB_180, KB_320, KB_360, KB_720, KB_1200, KB_1440, KB_2880, Layout, SECTOR,
};
use crate::support::disk::{ARCHIVE, Disk, content, judge, record, short};
use addpack::fat12::{Anomaly, FaultKind, NoVolume};
use addpack::pack::NotAPack;
use addpack::pack::examine::Remark;

#[test]
fn diskette_of_each_geometry_converts() {
    for layout in DOS.into_iter().chain([DMF]) {
        let pack = assert_disk_converts(&Disk::new(layout).with_record(PACK));
        assert_eq!(pack.notes, [], "{layout:?}");
    }
}

#[test]
fn diskette_without_bpb_is_known_by_the_first_byte_of_its_fat_and_its_length() {
    for layout in DOS {
        let pack = assert_disk_converts(&Disk::without_bpb(layout).with_record(PACK));
        assert_eq!(pack.notes, [Remark::Volume(Anomaly::NoBpb)], "{layout:?}");
    }
}

#[test]
fn first_byte_of_the_fat_that_stands_for_one_geometry_needs_no_length() {
    for layout in [KB_160, KB_180, KB_320, KB_360] {
        let disk = Disk::without_bpb(layout).with_record(PACK).cut(layout.len() / 2);
        let (image, volume) = (disk.bytes.len() as u64, layout.len() as u64);
        let pack = assert_disk_converts(&disk);
        let cut_short = Remark::Volume(Anomaly::CutShort { image, volume });
        assert_eq!(pack.notes, [Remark::Volume(Anomaly::NoBpb), cut_short], "{layout:?}");
    }
}

#[test]
fn boot_sector_that_states_what_cannot_be_is_passed_over() {
    // Where a field stands, and what cannot stand there.
    let fields: [(usize, &[u8]); 10] = [
        (11, &[0, 0]),
        (11, &[0, 4]),
        (13, &[0]),
        (13, &[3]),
        (14, &[0, 0]),
        (16, &[0]),
        (16, &[3]),
        (17, &[0, 0]),
        (19, &[7, 0]),
        (22, &[0, 0]),
    ];
    for layout in DOS {
        for (at, value) in fields {
            let mut disk = Disk::new(layout).with_record(PACK);
            disk.bytes[at..at + value.len()].copy_from_slice(value);
            let pack = assert_disk_converts(&disk);
            assert_eq!(pack.notes, [Remark::Volume(Anomaly::NoBpb)], "{layout:?}: byte {at}");
        }
    }
}

#[test]
fn diskette_without_bpb_and_without_a_fat_is_no_volume() {
    let unknown = NotAPack::NoVolume(NoVolume::Unknown);
    for bytes in [[0xF0, 0xFF, 0x0F], [0xF8, 0xFF, 0xFF], [0xFD, 0, 0], [0xF6; 3]] {
        let mut disk = Disk::without_bpb(KB_360).with_record(PACK);
        let fat = disk.layout.fat(0).start;
        disk.bytes[fat..fat + 3].copy_from_slice(&bytes);
        assert_eq!(not_a_pack(&disk.bytes), unknown, "{bytes:x?}");
    }
    assert_eq!(not_a_pack(&content(9, KB_720.len())), unknown);
    for (byte, len) in [(0, KB_1440.len()), (0xF6, KB_360.len())] {
        assert_eq!(not_a_pack(&vec![byte; len]), NotAPack::NoVolume(NoVolume::Blank(byte)));
    }
}

#[test]
fn file_that_is_shorter_than_a_boot_sector_and_a_fat_is_no_volume() {
    let disk = Disk::new(KB_160).with_record(PACK);
    for length in [0, 1, 511, 512, 1023] {
        let why = not_a_pack(&disk.bytes[..length]);
        assert_eq!(why, NotAPack::NoVolume(NoVolume::TooShort), "{length}");
    }
}

#[test]
fn boot_sector_needs_no_55aa() {
    for layout in DOS.into_iter().chain([DMF]) {
        assert_eq!(assert_disk_converts(&Disk::new(layout).with_record(PACK).unsigned()).notes, []);
    }
}

#[test]
fn boot_sector_needs_no_jump() {
    let mut disk = Disk::new(KB_1440).with_record(PACK);
    disk.bytes[..3].fill(0);
    assert_disk_converts(&disk);
}

#[test]
fn media_byte_of_the_boot_sector_may_disagree_with_that_of_the_fat() {
    for (layout, boot) in [(KB_160, 0xF8), (KB_360, 0xF9), (KB_720, 0xF0), (KB_1440, 0x00)] {
        let mut disk = Disk::new(layout).with_record(PACK);
        disk.bytes[21] = boot;
        let pack = assert_disk_converts(&disk);
        let note = Remark::Volume(Anomaly::MediaByte { boot, fat: layout.media });
        assert_eq!(pack.notes, [note], "{layout:?}");
    }
}

#[test]
fn volume_length_may_stand_in_the_32_bit_field() {
    let mut disk = Disk::new(KB_2880).with_record(PACK);
    disk.bytes[19..21].fill(0);
    disk.bytes[32..36].copy_from_slice(&5760_u32.to_le_bytes());
    assert_disk_converts(&disk);
}

#[test]
fn root_directory_may_have_512_entries_with_the_record_in_the_last_one() {
    for layout in [KB_160, KB_720, KB_1440] {
        let layout = Layout { root_entries: 512, ..layout };
        assert_disk_converts(&Disk::new(layout).with_record(PACK));
        let mut disk = Disk::new(layout);
        for slot in 0..511 {
            disk.add_entry(short(&format!("F{slot}")), ARCHIVE, 0, 0);
        }
        disk.add("ADDPACK.DAT", &record(PACK));
        assert_disk_converts(&disk);
    }
}

#[test]
fn root_directory_may_end_within_a_sector() {
    let layout = Layout { root_entries: 100, ..KB_360 };
    assert_disk_converts(&Disk::new(layout).with_record(PACK));
}

#[test]
fn dmf_diskette_holds_the_record_in_one_cluster() {
    let disk = Disk::new(DMF).with_record(PACK);
    let first = disk.layout.sector_of(3) * SECTOR;
    let at: Vec<_> = (0..4).map(|sector| first + sector * SECTOR).collect();
    assert_converts(&disk.bytes, &at);
}

#[test]
fn one_fat_is_enough() {
    for layout in [KB_160, KB_360, KB_1440, DMF] {
        let disk = Disk::new(Layout { fats: 1, ..layout }).with_record(PACK);
        assert_eq!(assert_disk_converts(&disk).notes, []);
    }
}

#[test]
fn record_may_be_scattered_backwards_and_lie_in_the_last_cluster() {
    for layout in [KB_160, KB_360, KB_1440, KB_2880] {
        let last = layout.last_cluster();
        let clusters: Vec<_> =
            (0..4).map(|at| last - 3 * at).take(layout.clusters_for(2048)).collect();
        let mut disk = Disk::new(layout);
        disk.add("README.TXT", &content(1, 700));
        disk.add_at("ADDPACK.DAT", &record(PACK), &clusters);
        assert_disk_converts(&disk);
    }
}

#[test]
fn image_may_be_cut_short_behind_the_record() {
    for layout in [KB_160, KB_360, KB_720, KB_1200, KB_1440, DMF, KB_2880] {
        let disk = Disk::new(layout).with_record(PACK);
        let end = judge::record_sectors(&disk.bytes, &layout).unwrap()[3] + SECTOR;
        let disk = disk.cut(end);
        let pack = assert_disk_converts(&disk);
        let (image, volume) = (end as u64, layout.len() as u64);
        assert_eq!(pack.notes, [Remark::Volume(Anomaly::CutShort { image, volume })]);
    }
}

#[test]
fn image_may_be_cut_short_behind_the_record_within_its_cluster() {
    let layout = Layout { per_cluster: 8, ..KB_1440 };
    let disk = Disk::new(layout).with_record(PACK);
    let at = judge::record_sectors(&disk.bytes, &layout).unwrap();
    assert_converts(&disk.cut(at[3] + SECTOR).bytes, &at);
}

#[test]
fn image_may_be_longer_than_its_volume() {
    let mut disk = Disk::new(KB_1440).with_record(PACK);
    disk.bytes.extend([0x1A; 1000]);
    assert_disk_converts(&disk);
}

#[test]
fn image_that_ends_within_the_record_is_damaged() {
    let disk = Disk::new(KB_720).with_record(PACK);
    let sectors = judge::record_sectors(&disk.bytes, &disk.layout).unwrap();
    let clusters = [3, 4].map(|cluster| (cluster, disk.layout.sector_of(cluster)));
    let ends = [(sectors[3] + 511, 1), (sectors[2], 1), (sectors[1] + 511, 0), (sectors[0], 0)];
    for (end, missing) in ends {
        let (cluster, sector) = clusters[missing];
        let bytes = &disk.bytes[..end];
        assert_fault(bytes, FaultKind::BeyondImage, Some(cluster), Some(sector));
    }
}

#[test]
fn image_that_ends_before_its_root_directory_does_is_damaged() {
    for layout in [KB_160, KB_360, KB_1440, KB_2880, DMF] {
        let disk = Disk::new(layout).with_record(PACK);
        let data = layout.data_start();
        for (length, sector) in [(1024, 2), (data * SECTOR - 1, data - 1)] {
            let bytes = &disk.bytes[..length];
            assert_fault(bytes, FaultKind::VolumeCutShort, None, Some(sector));
        }
    }
}

#[test]
fn image_that_ends_with_its_root_directory_is_no_pack_where_that_has_no_record() {
    for layout in [KB_160, KB_360, KB_1440, KB_2880, DMF] {
        let disk = Disk::new(layout).cut(layout.data_start() * SECTOR);
        assert_eq!(not_a_pack(&disk.bytes), NotAPack::NoRecord, "{layout:?}");
    }
}

#[test]
fn image_without_bpb_that_ends_before_its_root_directory_does_is_no_volume() {
    for layout in [KB_160, KB_180, KB_320, KB_360] {
        let end = layout.data_start() * SECTOR;
        let disk = Disk::without_bpb(layout);
        let unknown = NotAPack::NoVolume(NoVolume::Unknown);
        assert_eq!(not_a_pack(&disk.bytes[..end - 1]), unknown, "{layout:?}");
        assert_eq!(not_a_pack(&disk.bytes[..end]), NotAPack::NoRecord, "{layout:?}");
    }
}

/// A volume of one-sector clusters with FATs that have room for all of them.
fn of_clusters(clusters: usize) -> Layout {
    let layout = Layout { per_cluster: 1, fat_sectors: 12, ..KB_1440 };
    Layout { sectors: layout.data_start() + clusters, ..layout }
}

#[test]
fn volume_of_as_many_clusters_as_fat12_has_converts() {
    assert_disk_converts(&Disk::new(of_clusters(4084)).with_record(PACK));
}

#[test]
fn volume_of_more_clusters_is_not_fat12() {
    let disk = Disk::new(of_clusters(4085)).with_record(PACK);
    assert_eq!(not_a_pack(&disk.bytes), NotAPack::NoVolume(NoVolume::Unknown));
}
