//! `ImageDisk`.

use super::{Sector, State, Track};

/// A dump with a comment.
pub(crate) fn dump(tracks: &[Track]) -> Vec<u8> {
    let mut dump = b"IMD 1.18: 23/11/2026 12:00:00\r\nA pack\r\n\x1A".to_vec();
    dump.extend(tracks.iter().flat_map(track));
    dump
}

/// A track, with maps where the sectors do not have its own cylinder and head.
pub(crate) fn track(track: &Track) -> Vec<u8> {
    let sectors = &track.sectors;
    let count = u8::try_from(sectors.len()).unwrap();
    let strange_cylinders = sectors.iter().any(|sector| sector.cylinder != track.cylinder);
    let strange_heads = sectors.iter().any(|sector| sector.head != track.head);
    let first = sectors.first().map_or(2, |sector| sector.size);
    let size = if sectors.iter().all(|sector| sector.size == first) { first } else { 0xFF };
    let maps = u8::from(strange_cylinders) << 7 | u8::from(strange_heads) << 6;
    let mut bytes = vec![5, track.cylinder, track.head | maps, count, size];
    bytes.extend(sectors.iter().map(|sector| sector.number));
    if strange_cylinders {
        bytes.extend(sectors.iter().map(|sector| sector.cylinder));
    }
    if strange_heads {
        bytes.extend(sectors.iter().map(|sector| sector.head));
    }
    if size == 0xFF {
        bytes.extend(sectors.iter().flat_map(|sector| (128_u16 << sector.size).to_le_bytes()));
    }
    bytes.extend(sectors.iter().flat_map(data));
    bytes
}

fn data(sector: &Sector) -> Vec<u8> {
    let same = sector.bytes.iter().all(|byte| *byte == sector.bytes[0]);
    let kind = match sector.state {
        State::NoData => return vec![0],
        State::Sound => 1,
        State::Deleted => 3,
        State::Bad => 5,
    };
    if same { vec![kind + 1, sector.bytes[0]] } else { [&[kind], &sector.bytes[..]].concat() }
}
