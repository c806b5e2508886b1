//! Bit cells for drive emulators (`.hfe`, version 1), as described by `HxC2001`:
//!
//! | offset | size | field |
//! | --- | --- | --- |
//! | 0 | 8 | "HXCPICFE" |
//! | 8 | 1 | revision, 0 |
//! | 9 | 1 | cylinders |
//! | 10 | 1 | sides |
//! | 18 | 2 | where the list of tracks begins, in blocks of 512 bytes |
//!
//! For each cylinder, the list has the block where its cells begin and the number of bytes for both
//! sides, 16 bits each. A block has 256 bytes of the first side, then 256 of the second. The lowest bit
//! of a byte is the first cell.

use super::cursor::Cursor;
use super::dump::{Dump, Tracks};
use super::mfm::Cells;
use super::{ContainerError, Format, MAX_DUMP};

const BLOCK: usize = 512;
const HALF: usize = BLOCK / 2;
const HEADER_LEN: usize = 20;
/// Twice the cylinders that a drive can reach: a 40-track diskette may be stored with 80.
const MAX_CYLINDERS: u8 = 172;

/// Reads the diskette in a file of bit cells.
///
/// # Errors
/// If the file is damaged, or has no sectors of a PC's diskette.
pub fn read(bytes: &[u8]) -> Result<Dump, ContainerError> {
    if bytes.len() > MAX_DUMP {
        return Err(ContainerError::TooLarge);
    }
    let header: [u8; HEADER_LEN] = Cursor::new(bytes).array()?;
    let (cylinders, sides) = (header[9], header[10]);
    if &header[..8] != b"HXCPICFE" {
        return Err(ContainerError::BadField { at: 0 });
    }
    if header[8] != 0 {
        return Err(ContainerError::unsupported(Format::HfeV3));
    }
    if cylinders > MAX_CYLINDERS || !matches!(sides, 1 | 2) {
        return Err(ContainerError::BadField { at: 9 });
    }
    let mut list = blocks(bytes, u16::from_le_bytes([header[18], header[19]]))?;
    let mut tracks = Tracks::default();
    for _ in 0..cylinders {
        let (start, length) = (list.word()?, list.word()?);
        let [first, second] = split(&mut blocks(bytes, start)?, length)?;
        for (head, cells) in (0..sides).zip([first, second]) {
            Cells::new(cells).sectors(|id, content| tracks.add(head, id, content));
        }
    }
    tracks.into_dump()
}

/// The bytes from the block of this number on.
fn blocks(bytes: &[u8], number: u16) -> Result<Cursor<'_>, ContainerError> {
    let mut cursor = Cursor::new(bytes);
    cursor.take(usize::from(number) * BLOCK)?;
    Ok(cursor)
}

/// The cells of the two sides of a cylinder, `length` bytes in all.
fn split(cursor: &mut Cursor<'_>, length: u16) -> Result<[Vec<u8>; 2], ContainerError> {
    let mut sides = [Vec::new(), Vec::new()];
    let mut left = usize::from(length) / 2;
    while left > 0 {
        let part = left.min(HALF);
        sides[0].extend_from_slice(&cursor.take(HALF)?[..part]);
        sides[1].extend_from_slice(cursor.take(part)?);
        // The last block may end with its cells.
        if part == HALF { left -= HALF } else { left = 0 }
    }
    Ok(sides)
}
