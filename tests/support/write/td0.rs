//! Teledisk, plain.

use super::{SECTOR, Sector, State, Track, crc16};

pub(crate) const HEADER_LEN: usize = 12;

pub(crate) fn crc(bytes: &[u8]) -> u16 {
    crc16(0xA097, 0, bytes)
}

fn low(bytes: &[u8]) -> u8 {
    crc(bytes).to_le_bytes()[0]
}

/// A dump with a comment.
pub(crate) fn dump(tracks: &[Track]) -> Vec<u8> {
    let mut dump = header(0x80);
    let comment = b"A pack\0";
    let mut covered = vec![u8::try_from(comment.len()).unwrap(), 0, 126, 10, 23, 12, 0, 0];
    covered.extend(comment);
    dump.extend(crc(&covered).to_le_bytes());
    dump.extend(covered);
    dump.extend(tracks.iter().flat_map(track));
    dump.extend([0xFF, 0, 0, 0]);
    dump
}

pub(crate) fn header(stepping: u8) -> Vec<u8> {
    let mut header = vec![b'T', b'D', 0, 0x5A, 0x15, 0, 3, stepping, 0, 2];
    header.extend(crc(&header).to_le_bytes());
    header
}

pub(crate) fn track(track: &Track) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(track.sectors.len()).unwrap(), track.cylinder, track.head];
    bytes.push(low(&bytes));
    bytes.extend(track.sectors.iter().flat_map(sector));
    bytes
}

fn sector(sector: &Sector) -> Vec<u8> {
    let Sector { cylinder, head, number, size, .. } = *sector;
    let flags = match sector.state {
        State::Sound => 0,
        State::Bad => 0x02,
        State::Deleted => 0x04,
        State::NoData => 0x20,
    };
    let mut bytes = vec![cylinder, head, number, size, flags, low(&sector.bytes)];
    if sector.state != State::NoData {
        let data = encoded(&sector.bytes);
        bytes.extend(u16::try_from(data.len()).unwrap().to_le_bytes());
        bytes.extend(data);
    }
    bytes
}

/// Each encoding has its turn, where it can say what there is to say.
fn encoded(bytes: &[u8]) -> Vec<u8> {
    let pair = [bytes[0], bytes[1]];
    if bytes.chunks(2).all(|chunk| chunk == pair) {
        let count = u16::try_from(bytes.len() / 2).unwrap().to_le_bytes();
        return [&[1], &count[..], &pair].concat();
    }
    if bytes[0].is_multiple_of(2) || bytes.len() != SECTOR {
        return [&[0], bytes].concat();
    }
    // A pattern of four bytes, once; then the rest as it is.
    let mut data = vec![2];
    let (first, rest) = bytes.split_at(4);
    data.extend([2, 1]);
    data.extend(first);
    for part in rest.chunks(255) {
        data.extend([0, u8::try_from(part.len()).unwrap()]);
        data.extend(part);
    }
    data
}
