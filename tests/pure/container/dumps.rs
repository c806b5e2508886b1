//! What a dump marks, lacks and adds.

use super::{dump_formats, lost};
use crate::support::write::{self, SECTOR, Sector, State, Track, small_image, tracks};
use addpack::container::{ContainerError, hfe, imd, td0};
use addpack::disk::FlawKind::{MarkedBad, Missing, Unreadable};

/// Two cylinders of two sides with nine sectors each.
fn small() -> (Vec<u8>, Vec<Track>) {
    let image = small_image(36);
    let tracks = tracks(&image, 2, 9);
    (image, tracks)
}

#[test]
fn sectors_come_in_their_order_whatever_the_interleave() {
    let (image, mut tracks) = small();
    for (turn, track) in tracks.iter_mut().enumerate() {
        track.sectors.rotate_left(turn);
        track.sectors.swap(1, 5);
    }
    tracks.swap(0, 3);
    for (write, read) in dump_formats() {
        let dump = read(&write(&tracks)).unwrap();
        assert!(dump.bytes == image);
        assert_eq!((dump.flaws, dump.strays), (vec![], 0));
    }
}

#[test]
fn deleted_sector_is_a_sector() {
    let (image, mut tracks) = small();
    tracks[1].sectors[4].state = State::Deleted;
    tracks[2].sectors[3].state = State::Deleted;
    for (write, read) in dump_formats() {
        let dump = read(&write(&tracks)).unwrap();
        assert!(dump.bytes == image);
        assert_eq!(dump.flaws, []);
    }
}

#[test]
fn bad_sector_is_lost_and_keeps_what_was_read() {
    let (image, mut tracks) = small();
    tracks[0].sectors[0].state = State::Bad;
    tracks[3].sectors[8].state = State::Bad;
    for (write, read) in dump_formats() {
        let dump = read(&write(&tracks)).unwrap();
        assert!(dump.bytes == image);
        assert_eq!(dump.flaws, [lost(0, MarkedBad), lost(35, MarkedBad)]);
    }
}

#[test]
fn sector_without_data_and_one_that_is_not_there_are_lost() {
    let (mut image, mut tracks) = small();
    tracks[1].sectors[2].state = State::NoData;
    tracks[2].sectors.remove(0);
    for sector in [11, 18] {
        image[sector * SECTOR..][..SECTOR].fill(0xF6);
    }
    for (write, read) in dump_formats() {
        let dump = read(&write(&tracks)).unwrap();
        assert!(dump.bytes == image);
        assert_eq!(dump.flaws, [lost(11, Missing), lost(18, Missing)]);
    }
}

#[test]
fn track_that_is_not_there_is_lost() {
    let (mut image, mut tracks) = small();
    tracks.remove(1);
    image[9 * SECTOR..18 * SECTOR].fill(0xF6);
    for (write, read) in dump_formats() {
        let dump = read(&write(&tracks)).unwrap();
        assert!(dump.bytes == image);
        assert_eq!(dump.flaws, (9..18).map(|sector| lost(sector, Missing)).collect::<Vec<_>>());
    }
}

#[test]
fn of_a_sector_that_is_there_twice_the_sound_one_counts() {
    let (image, mut tracks) = small();
    for (index, state) in [(0, State::Bad), (1, State::NoData)] {
        let again = Sector { state, bytes: vec![7; SECTOR], ..tracks[index].sectors[3].clone() };
        tracks[index].sectors.insert(index * 6, again);
    }
    for (write, read) in dump_formats() {
        let dump = read(&write(&tracks)).unwrap();
        assert!(dump.bytes == image);
        assert_eq!(dump.flaws, []);
    }
}

#[test]
fn sector_that_is_there_twice_and_differs_is_lost() {
    let (_, mut tracks) = small();
    let same = tracks[0].sectors[1].clone();
    let other = Sector { bytes: vec![7; SECTOR], ..tracks[0].sectors[3].clone() };
    tracks[0].sectors.extend([same, other]);
    for (write, read) in dump_formats() {
        let dump = read(&write(&tracks)).unwrap();
        assert_eq!(dump.flaws, [lost(3, Unreadable)]);
    }
}

#[test]
fn sector_with_the_number_or_the_size_of_no_other_has_no_place() {
    let (image, mut tracks) = small();
    let odd = tracks[1].sectors[0].clone();
    tracks[1].sectors.extend([
        Sector { number: 10, ..odd.clone() },
        Sector { number: 200, ..odd.clone() },
        Sector { number: 0, ..odd.clone() },
        Sector { head: 0, number: 1, bytes: vec![7; SECTOR], ..odd.clone() },
        Sector { number: 2, size: 1, bytes: vec![7; 256], ..odd },
    ]);
    for (write, read) in dump_formats() {
        let dump = read(&write(&tracks)).unwrap();
        assert!(dump.bytes == image);
        assert_eq!((dump.flaws, dump.strays), (vec![], 5));
    }
}

#[test]
fn cylinder_is_that_of_the_id_field_where_the_drive_made_two_steps() {
    let (image, mut tracks) = small();
    for track in &mut tracks {
        track.cylinder *= 2;
    }
    for (write, read) in dump_formats() {
        let dump = read(&write(&tracks)).unwrap();
        assert!(dump.bytes == image);
        assert_eq!(dump.flaws, []);
    }
}

#[test]
fn diskette_with_one_side_has_one() {
    let image = small_image(16);
    for (write, read) in dump_formats() {
        let dump = read(&write(&tracks(&image, 1, 8))).unwrap();
        assert!(dump.bytes == image);
    }
}

#[test]
fn diskette_with_sectors_of_another_size_is_none_of_a_pc() {
    let (_, mut tracks) = small();
    for sector in &mut tracks[2].sectors {
        sector.size = 1;
        sector.bytes.truncate(256);
    }
    let error = ContainerError::SectorSize { cylinder: 1, head: 0, bytes: 256 };
    for (write, read) in dump_formats() {
        assert_eq!(read(&write(&tracks)), Err(error));
    }
}

#[test]
fn dump_without_a_sector_holds_nothing() {
    let empty = Track { cylinder: 0, head: 0, sectors: Vec::new() };
    for (write, read) in dump_formats() {
        assert_eq!(read(&write(std::slice::from_ref(&empty))), Err(ContainerError::NoSectors));
    }
}

#[test]
fn dump_that_is_cut_off_is_an_error() {
    let (_, tracks) = small();
    for (write, read) in dump_formats() {
        let dump = write(&tracks);
        for length in [0, 3, 11, 30, dump.len() / 2 + 1, dump.len() - 300] {
            let result = read(&dump[..length]);
            assert!(matches!(result, Err(ContainerError::CutShort { .. })), "{length}: {result:?}");
        }
    }
}

#[test]
fn sector_whose_bytes_were_changed_is_bad_where_the_dump_has_checksums() {
    let (_, tracks) = small();
    for (write, read) in [dump_formats()[1], dump_formats()[2]] {
        let sound = write(&tracks);
        let mut lost = 0;
        for at in (sound.len() / 4..sound.len() * 3 / 4).step_by(701) {
            let mut dump = sound.clone();
            // A clock and a bit, where the dump has both.
            dump[at] ^= 0x30;
            if let Ok(dump) = read(&dump) {
                lost += dump.flaws.len();
                assert!(dump.flaws.len() <= 1, "{:?}", dump.flaws);
            }
        }
        assert!(lost > 5, "{lost}");
    }
}

#[test]
fn teledisk_headers_and_comments_are_checked() {
    let (_, tracks) = small();
    let sound = write::td0::dump(&tracks);
    for (at, checked) in [(3, 0), (9, 0), (16, 0), (24, 0), (29 + 1, 17)] {
        let mut dump = sound.clone();
        dump[at] ^= 1;
        assert_eq!(td0::read(&dump), Err(ContainerError::Checksum { at: checked }), "{at}");
    }
}

#[test]
fn teledisk_in_parts_or_compressed_as_of_old_is_an_error() {
    let (_, tracks) = small();
    let sound = write::td0::dump(&tracks);
    let with = |at: usize, byte: u8| {
        let mut dump = sound.clone();
        dump[at] = byte;
        let checksum = write::td0::crc(&dump[..10]).to_le_bytes();
        dump[10..12].copy_from_slice(&checksum);
        dump
    };
    assert_eq!(td0::read(&with(2, 1)), Err(ContainerError::InParts));
    let mut old = with(4, 0x0B);
    old[..2].copy_from_slice(b"td");
    let checksum = write::td0::crc(&old[..10]).to_le_bytes();
    old[10..12].copy_from_slice(&checksum);
    let unsupported = ContainerError::Unsupported {
        format: addpack::container::Format::Td0Compressed,
        packed: false,
    };
    assert_eq!(td0::read(&old), Err(unsupported));
}

#[test]
fn sector_of_teledisk_that_expands_to_more_or_less_is_bad() {
    let (_, tracks) = small();
    let sound = write::td0::dump(&tracks);
    // The second sector: a pair of bytes, repeated.
    let at = sound.windows(3).position(|bytes| bytes == [1, 0, 1]).unwrap();
    for count in [255_u16, 257, 0, 0xFFFF] {
        let mut dump = sound.clone();
        dump[at + 1..at + 3].copy_from_slice(&count.to_le_bytes());
        assert_eq!(td0::read(&dump).unwrap().flaws, [lost(1, MarkedBad)], "{count}");
    }
}

#[test]
fn imagedisk_with_a_table_of_sizes_is_read() {
    let (image, mut tracks) = small();
    let small =
        Sector { number: 100, size: 0, bytes: vec![1; 128], ..tracks[0].sectors[0].clone() };
    tracks[0].sectors.push(small);
    let dump = imd::read(&write::imd::dump(&tracks)).unwrap();
    assert!(dump.bytes == image);
    assert_eq!((dump.flaws, dump.strays), (vec![], 1));
}

#[test]
fn imagedisk_with_an_unknown_mode_size_or_kind_is_an_error() {
    let (_, tracks) = small();
    let sound = write::imd::dump(&tracks);
    let track = 1 + sound.iter().position(|byte| *byte == 0x1A).unwrap();
    for (field, value, at) in [(0, 6, 0), (4, 7, 0), (14, 9, 14)] {
        let mut dump = sound.clone();
        dump[track + field] = value;
        assert_eq!(imd::read(&dump), Err(ContainerError::BadField { at: track + at }));
    }
}

#[test]
fn sector_that_passes_the_index_is_read_wherever_that_is() {
    let image = small_image(2);
    let mut cells = write::hfe::Cells::default();
    for sector in &tracks(&image, 1, 2)[0].sectors {
        cells.sector(sector);
    }
    cells.0.resize(cells.0.len().next_multiple_of(16), false);
    let turn = cells.0.len();
    for start in (0..turn).step_by(97) {
        let sides = [cells.clone().turned(start).0, vec![false; turn]];
        let dump = hfe::read(&write::hfe::file(&[sides])).unwrap();
        assert!(dump.bytes == image, "{start}");
        assert_eq!(dump.flaws, [], "{start}");
    }
}

#[test]
fn data_that_comes_too_late_or_not_next_belongs_to_no_id_field() {
    let image = small_image(2);
    let sectors = tracks(&image, 1, 2)[0].sectors.clone();
    let mut late = write::hfe::Cells::default();
    late.field(&[0xFE, 0, 0, 1, 2], 0);
    late.field(&[0x00; 91], 0);
    late.field(&[&[0xFB], &sectors[0].bytes[..]].concat(), 0);
    late.sector(&sectors[1]);
    let cells = late.0.len().next_multiple_of(16);
    late.0.resize(cells, false);
    let dump = hfe::read(&write::hfe::file(&[[late.0, vec![false; cells]]])).unwrap();
    assert_eq!(dump.flaws, [lost(0, Missing)]);
}
