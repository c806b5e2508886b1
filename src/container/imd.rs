//! `ImageDisk` dumps (`.imd`), as described in section 6 of version 1.18's IMD.TXT:
//!
//! | size | field |
//! | --- | --- |
//! | up to 0x1A | "IMD ", version, date, and a comment |
//! | | then for each track: |
//! | 1 | mode, 0 to 5 |
//! | 1 | cylinder |
//! | 1 | head; bit 7: with a map of cylinders, bit 6: of heads |
//! | 1 | number of sectors |
//! | 1 | size of the sectors, 0 to 6; 0xFF: with a table of sizes |
//! | 1 each | their numbers; if there are such maps, their cylinders, and their heads |
//! | 2 each | where there is such a table, their sizes in bytes |
//! | | for each sector a kind, 0 to 8, and the bytes that it asks for |

use super::cursor::Cursor;
use super::dump::{Dump, SectorContent, SectorId, Tracks};
use super::{ContainerError, MAX_DUMP};

const CYLINDER_MAP: u8 = 0x80;
const HEAD_MAP: u8 = 0x40;
const SIZE_TABLE: u8 = 0xFF;
const LAST_MODE: u8 = 5;
const LAST_SIZE: u8 = 6;

/// Reads the diskette in a dump. A sector with a deleted mark is treated like any other.
///
/// # Errors
/// If the dump is damaged, or not of a PC's diskette.
pub fn read(bytes: &[u8]) -> Result<Dump, ContainerError> {
    if bytes.len() > MAX_DUMP {
        return Err(ContainerError::TooLarge);
    }
    let mut cursor = Cursor::new(bytes);
    if cursor.take(4)? != b"IMD " {
        return Err(ContainerError::BadField { at: 0 });
    }
    cursor.take_until(0x1A)?;
    let mut tracks = Tracks::default();
    while !cursor.is_at_end() {
        read_track(&mut cursor, &mut tracks)?;
    }
    tracks.into_dump()
}

fn read_track(cursor: &mut Cursor<'_>, tracks: &mut Tracks) -> Result<(), ContainerError> {
    let at = cursor.at();
    let [mode, cylinder, head, count, size] = cursor.array()?;
    if mode > LAST_MODE || (size > LAST_SIZE && size != SIZE_TABLE) {
        return Err(ContainerError::BadField { at });
    }
    let count = usize::from(count);
    let numbers = cursor.take(count)?;
    let cylinders = cursor.take(if head & CYLINDER_MAP == 0 { 0 } else { count })?;
    let heads = cursor.take(if head & HEAD_MAP == 0 { 0 } else { count })?;
    let sizes = cursor.take(if size == SIZE_TABLE { 2 * count } else { 0 })?;
    let head = head & !(CYLINDER_MAP | HEAD_MAP);
    for (index, &number) in numbers.iter().enumerate() {
        let id = SectorId {
            cylinder: *cylinders.get(index).unwrap_or(&cylinder),
            head: *heads.get(index).unwrap_or(&head),
            number,
            size: size_code(sizes, index).unwrap_or(size),
        };
        read_sector(cursor, tracks, head, id)?;
    }
    Ok(())
}

/// The code of the size that the table gives for a sector; [`SIZE_TABLE`] if there is no code for it.
fn size_code(sizes: &[u8], index: usize) -> Option<u8> {
    let size = sizes.get(2 * index..2 * index + 2)?;
    let size = u32::from(u16::from_le_bytes([size[0], size[1]]));
    Some((0..=LAST_SIZE).find(|code| 128 << code == size).unwrap_or(SIZE_TABLE))
}

fn read_sector(
    cursor: &mut Cursor<'_>,
    tracks: &mut Tracks,
    head: u8,
    id: SectorId,
) -> Result<(), ContainerError> {
    let at = cursor.at();
    let bad_field = ContainerError::BadField { at };
    let length = id.len().ok_or(bad_field)?;
    let kind = cursor.byte()?;
    let filled;
    // Odd kinds have all bytes, even ones a single byte for all. 1 to 4 are sound or deleted sectors, 5 to 8
    // the same with a read error.
    let bytes = match kind {
        0 => {
            tracks.add(head, id, SectorContent::None);
            return Ok(());
        }
        1 | 3 | 5 | 7 => cursor.take(length)?,
        2 | 4 | 6 | 8 => {
            filled = vec![cursor.byte()?; length];
            &filled
        }
        _ => return Err(bad_field),
    };
    let content = if kind < 5 { SectorContent::Sound(bytes) } else { SectorContent::Bad(bytes) };
    tracks.add(head, id, content);
    Ok(())
}
