//! Bit cells, MFM, as IBM's System 34 has them; in the file of a drive emulator.

use super::{Sector, State, Track, crc16};

/// Bytes that pass the head in one turn: at 250 kbit/s, and at 500.
const TURN: [usize; 2] = [6250, 12_500];

/// A file of cells: for each cylinder, its two sides.
pub(crate) fn dump(tracks: &[Track]) -> Vec<u8> {
    let turn = TURN[usize::from(tracks.iter().any(|track| track.sectors.len() > 9))];
    let cylinders = 1 + tracks.iter().map(|track| track.cylinder).max().unwrap();
    let sides = |cylinder| {
        [0, 1].map(|head| {
            let mut cells = Cells::default();
            let here = |track: &&Track| (track.cylinder, track.head) == (cylinder, head);
            tracks.iter().filter(here).for_each(|track| cells.track(track));
            cells.fill(turn);
            cells.0
        })
    };
    file(&(0..cylinders).map(sides).collect::<Vec<_>>())
}

/// A file of these cells, with 256 bytes of each side in turn.
pub(crate) fn file(cylinders: &[[Vec<bool>; 2]]) -> Vec<u8> {
    let mut file = b"HXCPICFE".to_vec();
    file.extend([0, u8::try_from(cylinders.len()).unwrap(), 2, 0, 250, 0, 0, 0, 7, 1, 1, 0]);
    file.extend([0xFF; 6]);
    file.resize(512, 0xFF);
    let blocks = |sides: &[Vec<bool>; 2]| sides[0].len().div_ceil(8 * 256);
    let mut start = 1 + (4 * cylinders.len()).div_ceil(512);
    for sides in cylinders {
        let length = 2 * sides[0].len() / 8;
        file.extend(u16::try_from(start).unwrap().to_le_bytes());
        file.extend(u16::try_from(length).unwrap().to_le_bytes());
        start += blocks(sides);
    }
    file.resize(file.len().next_multiple_of(512), 0xFF);
    for sides in cylinders {
        let [first, second] = sides.each_ref().map(|cells| bytes(cells));
        for (first, second) in first.chunks(256).zip(second.chunks(256)) {
            for part in [first, second] {
                file.extend(part);
                file.resize(file.len().next_multiple_of(256), 0xFF);
            }
        }
    }
    file
}

fn bytes(cells: &[bool]) -> Vec<u8> {
    let byte =
        |cells: &[bool]| (0..).zip(cells).map(|(bit, cell)| u8::from(*cell) << bit).sum::<u8>();
    cells.chunks(8).map(byte).collect()
}

/// The cells of a track in the making.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cells(pub(crate) Vec<bool>);

impl Cells {
    fn last(&self) -> bool {
        self.0.last().copied().unwrap_or(false)
    }

    fn byte(&mut self, byte: u8) {
        for bit in (0..8).rev() {
            let data = byte >> bit & 1 == 1;
            let clock = !data && !self.last();
            self.0.extend([clock, data]);
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.byte(*byte);
        }
    }

    /// A byte that lacks a clock, cell by cell.
    fn mark(&mut self, cells: u16) {
        self.0.extend((0..16).rev().map(|cell| cells >> cell & 1 == 1));
    }

    /// A field with its marks and its CRC, which may be wrong.
    pub(crate) fn field(&mut self, bytes: &[u8], spoil: u16) {
        self.bytes(&[0; 12]);
        (0..3).for_each(|_| self.mark(0x4489));
        self.bytes(bytes);
        let covered = [&[0xA1; 3], bytes].concat();
        self.bytes(&(crc16(0x1021, 0xFFFF, &covered) ^ spoil).to_be_bytes());
    }

    fn track(&mut self, track: &Track) {
        self.bytes(&[0x4E; 80]);
        self.bytes(&[0; 12]);
        (0..3).for_each(|_| self.mark(0x5224));
        self.byte(0xFC);
        self.bytes(&[0x4E; 50]);
        track.sectors.iter().for_each(|sector| self.sector(sector));
    }

    pub(crate) fn sector(&mut self, sector: &Sector) {
        let Sector { cylinder, head, number, size, .. } = *sector;
        self.field(&[0xFE, cylinder, head, number, size], 0);
        self.bytes(&[0x4E; 22]);
        if sector.state != State::NoData {
            let mark = if sector.state == State::Deleted { 0xF8 } else { 0xFB };
            self.field(
                &[&[mark], &sector.bytes[..]].concat(),
                u16::from(sector.state == State::Bad),
            );
        }
        self.bytes(&[0x4E; 40]);
    }

    /// What is left of a turn, in bytes.
    fn fill(&mut self, turn: usize) {
        assert!(self.0.len() <= turn * 16, "the track is too long");
        while self.0.len() < turn * 16 {
            self.byte(0x4E);
        }
    }

    /// The same turn, begun somewhere else.
    pub(crate) fn turned(mut self, cells: usize) -> Self {
        self.0.rotate_left(cells);
        self
    }
}
