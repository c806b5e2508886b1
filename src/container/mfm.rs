//! Finds the sectors in a track's bit cells, as a PC's controller does (IBM System 34, MFM).
//!
//! A field begins with three bytes A1 with a missing clock bit, then its kind: FE for an ID, FB for data,
//! F8 for deleted data. It ends with a CRC of all of it.

use super::crc::FIELD;
use super::dump::{SectorContent, SectorId};
use crate::disk::SECTOR_LEN;

/// Three bytes A1 with a missing clock bit, as 48 cells.
const SYNC: u64 = 0x4489_4489_4489;
const SYNC_MASK: u64 = 0xFFFF_FFFF_FFFF;
const SYNC_CELLS: usize = 48;
const CELLS_PER_BYTE: usize = 16;
/// Bytes of an ID field after its marks: kind, cylinder, head, number, size and CRC.
const ID_LEN: usize = 7;
/// The most bytes from the ID field to the marks of its data (controllers use 43 to 60).
const GAP: usize = 64;
/// More fields than any track has; others are ignored.
const MAX_FIELDS: usize = 256;

/// The cells of a track, which is a ring; the lowest bit of a byte comes first.
pub(super) struct Cells {
    bytes: Vec<u8>,
}

impl Cells {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// Calls `found` for every sector with an intact ID field.
    pub(super) fn sectors(&self, mut found: impl FnMut(SectorId, SectorContent<'_>)) {
        let fields = self.fields();
        for (index, &at) in fields.iter().enumerate() {
            let Some(id) = self.id(at) else { continue };
            let behind = fields.get(index + 1).copied();
            let next = behind.unwrap_or_else(|| fields[0] + self.len());
            let end = at + ID_LEN * CELLS_PER_BYTE;
            let window = end + SYNC_CELLS..=end + SYNC_CELLS + GAP * CELLS_PER_BYTE;
            match self.kind(next) {
                0xFB | 0xF8 if window.contains(&next) => self.data(next, id, &mut found),
                _ => found(id, SectorContent::None),
            }
        }
    }

    fn len(&self) -> usize {
        8 * self.bytes.len()
    }

    /// The cells at which fields begin, after their marks.
    fn fields(&self) -> Vec<usize> {
        let mut fields = Vec::new();
        let mut seen = 0;
        for (at, &byte) in self.bytes.iter().chain(self.bytes.iter().take(6)).enumerate() {
            for bit in 0..8 {
                seen = seen << 1 | u64::from(byte >> bit & 1);
                let end = 8 * at + bit + 1;
                // A mark across the start of the ring is found when the search goes round.
                if seen & SYNC_MASK == SYNC && (SYNC_CELLS..self.len() + SYNC_CELLS).contains(&end)
                {
                    fields.push(end);
                }
            }
        }
        fields.truncate(MAX_FIELDS);
        fields
    }

    /// The byte whose cells begin at `at`: every second cell is data.
    fn byte(&self, at: usize) -> u8 {
        (0..8).fold(0, |byte, bit| {
            let cell = (at + 2 * bit + 1) % self.len();
            byte << 1 | self.bytes[cell / 8] >> (cell % 8) & 1
        })
    }

    fn kind(&self, at: usize) -> u8 {
        self.byte(at)
    }

    /// The field of `N` bytes at `at`, and whether its CRC is right.
    fn field<const N: usize>(&self, at: usize) -> ([u8; N], bool) {
        let mut field = [0; N];
        for (index, byte) in field.iter_mut().enumerate() {
            *byte = self.byte(at + index * CELLS_PER_BYTE);
        }
        let verifies = FIELD.checksum(&[&[0xA1; 3], &field[..]].concat()) == 0;
        (field, verifies)
    }

    fn id(&self, at: usize) -> Option<SectorId> {
        let (field, verifies) = self.field::<ID_LEN>(at);
        let [kind, cylinder, head, number, size, ..] = field;
        (kind == 0xFE && verifies).then_some(SectorId { cylinder, head, number, size })
    }

    fn data(&self, at: usize, id: SectorId, found: &mut impl FnMut(SectorId, SectorContent<'_>)) {
        if id.len() != Some(SECTOR_LEN) {
            return found(id, SectorContent::None);
        }
        let (field, verifies) = self.field::<{ 1 + SECTOR_LEN + 2 }>(at);
        let bytes = &field[1..=SECTOR_LEN];
        found(id, if verifies { SectorContent::Sound(bytes) } else { SectorContent::Bad(bytes) });
    }
}
