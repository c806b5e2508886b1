//! Writers of dumps, by the descriptions of their formats alone: nothing is shared with the readers.

pub(crate) mod hfe;
pub(crate) mod imd;
pub(crate) mod td0;

/// Bytes in a usual sector.
pub(crate) const SECTOR: usize = 512;

/// One side of a cylinder.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    pub(crate) cylinder: u8,
    pub(crate) head: u8,
    /// In the order in which they pass the head.
    pub(crate) sectors: Vec<Sector>,
}

/// A sector, as its ID field says, and what is behind it.
#[derive(Clone, Debug)]
pub(crate) struct Sector {
    pub(crate) cylinder: u8,
    pub(crate) head: u8,
    pub(crate) number: u8,
    pub(crate) size: u8,
    pub(crate) state: State,
    pub(crate) bytes: Vec<u8>,
}

/// What is the matter with a sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Sound,
    Deleted,
    Bad,
    /// The ID field is there, and nothing behind it.
    NoData,
}

/// The tracks of a raw image, its sectors in their order.
pub(crate) fn tracks(image: &[u8], heads: usize, per_track: usize) -> Vec<Track> {
    let small = |number: usize| u8::try_from(number).unwrap();
    let track = |(index, bytes): (usize, &[u8])| {
        let (cylinder, head) = (small(index / heads), small(index % heads));
        let sectors = bytes.chunks(SECTOR).enumerate();
        let sectors = sectors.map(|(at, bytes)| Sector {
            cylinder,
            head,
            number: small(at + 1),
            size: 2,
            state: State::Sound,
            bytes: bytes.to_vec(),
        });
        Track { cylinder, head, sectors: sectors.collect() }
    };
    image.chunks(per_track * SECTOR).enumerate().map(track).collect()
}

/// The tracks of a standard diskette.
pub(crate) fn diskette(image: &[u8]) -> Vec<Track> {
    let per_track = if image.len() == 1_474_560 { 18 } else { 9 };
    tracks(image, 2, per_track)
}

/// A few tracks, each sector of which tells where it is from; every second one repeats a byte.
pub(crate) fn small_image(sectors: usize) -> Vec<u8> {
    let byte = |at: usize| {
        let (sector, within) = (at / SECTOR, at % SECTOR);
        let varied = if sector % 2 == 0 { within * 7 } else { 0 };
        u8::try_from((sector * 31 + varied) % 251).unwrap()
    };
    (0..sectors * SECTOR).map(byte).collect()
}

/// A CRC-16, bit by bit.
pub(crate) fn crc16(polynomial: u16, start: u16, bytes: &[u8]) -> u16 {
    let mut crc = start;
    for byte in bytes {
        for bit in (0..8).rev() {
            let carry = (crc >> 15) ^ u16::from(byte >> bit & 1);
            crc = (crc << 1) ^ (polynomial * carry);
        }
    }
    crc
}
