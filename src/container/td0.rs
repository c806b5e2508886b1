//! Teledisk dumps (`.td0`), as described in Dave Dunfield's notes of 2008:
//!
//! | size | field |
//! | --- | --- |
//! | 2 | "TD", or "td" where all behind these 12 bytes is compressed |
//! | 1 | number of this part, 0 |
//! | 1 | the same in each part |
//! | 1 | version of the program |
//! | 1, 1 | data rate, kind of drive |
//! | 1 | steps; bit 7: with a comment |
//! | 1, 1 | sectors not in use were left out, sides |
//! | 2 | checksum of the above |
//! | 10 | of a comment: checksum, length, date and time; its text follows |
//! | | then for each track: |
//! | 1, 1, 1 | number of sectors (0xFF: no more tracks), cylinder, head |
//! | 1 | low byte of the checksum of these three |
//! | | for each of its sectors: |
//! | 1, 1, 1, 1, 1 | cylinder, head, number, size, flags |
//! | 1 | low byte of the checksum of the sector's own bytes |
//! | 2, 1 | where it has some: the length of what follows, and how that is encoded |

use super::crc::TELEDISK;
use super::cursor::Cursor;
use super::dump::{Dump, SectorContent, SectorId, Tracks};
use super::signs::FileStart;
use super::{ContainerError, Format, MAX_DUMP, MAX_IMAGE};
use delharc::decode::{Decoder, Lh1Decoder};

const HEADER_LEN: usize = 12;
const HAS_COMMENT: u8 = 0x80;
const NO_MORE_TRACKS: u8 = 0xFF;
/// On a track: recorded in FM.
const SINGLE_DENSITY: u8 = 0x80;
/// Flags of a sector: read with an error; skipped because DOS did not use it, or without data.
const READ_WITH_ERROR: u8 = 0x02;
const WITHOUT_DATA: u8 = 0x30;
/// The first version, 2.0, that compresses as `LHarc` does.
const FIRST_LZHUF: u8 = 0x14;
/// Bytes that are expanded at a time.
const STEP: usize = 16;

/// Whether this is the start of a dump in which only single sectors are compressed.
pub(super) fn is_plain(start: &FileStart<'_>) -> bool {
    has_header(start, b"TD\0")
}

/// Whether this is the start of a dump that is compressed as a whole.
pub(super) fn is_compressed(start: &FileStart<'_>) -> bool {
    has_header(start, b"td\0")
}

/// Whether there is a header with a correct checksum, or at least with possible values.
fn has_header(start: &FileStart<'_>, mark: &[u8]) -> bool {
    let Some(header) = start.bytes.get(..HEADER_LEN) else { return false };
    let sensible = (0x0A..=0x30).contains(&header[4])
        && header[5] & 0x7F <= 2
        && header[6] <= 6
        && header[7] & 0x7F <= 2
        && matches!(header[9], 1 | 2);
    header.starts_with(mark) && (verifies(header) || sensible)
}

fn verifies(header: &[u8]) -> bool {
    TELEDISK.checksum(&header[..10]).to_le_bytes() == header[10..12]
}

/// Reads the diskette in a dump. A sector with a deleted mark is treated like any other.
///
/// # Errors
/// If the dump is damaged, or not of a PC's diskette.
pub fn read(bytes: &[u8]) -> Result<Dump, ContainerError> {
    if bytes.len() > MAX_DUMP {
        return Err(ContainerError::TooLarge);
    }
    let mut cursor = Cursor::new(bytes);
    let header: [u8; HEADER_LEN] = cursor.array()?;
    if !verifies(&header) {
        return Err(ContainerError::Checksum { at: 0 });
    }
    let expanded;
    let body = match &header[..2] {
        b"TD" => cursor.rest(),
        b"td" if header[4] < FIRST_LZHUF => {
            return Err(ContainerError::unsupported(Format::Td0Compressed));
        }
        b"td" => {
            expanded = expand(cursor.rest());
            &expanded
        }
        _ => return Err(ContainerError::BadField { at: 0 }),
    };
    if header[2] != 0 {
        return Err(ContainerError::InParts);
    }
    read_body(&mut Cursor::new(body), header[7] & HAS_COMMENT != 0)
}

/// Expands `bytes` by `LHarc`'s first method, and a little too far: the compressed form has no end mark, but
/// the dump in it has.
fn expand(bytes: &[u8]) -> Vec<u8> {
    // The last symbols may need a few more bits than were written.
    let padded = [bytes, &[0; 8 * STEP]].concat();
    let mut decoder = Lh1Decoder::new(&padded[..]);
    let (mut expanded, mut step) = (Vec::new(), [0; STEP]);
    while expanded.len() < 2 * MAX_IMAGE && decoder.fill_buffer(&mut step).is_ok() {
        expanded.extend_from_slice(&step);
    }
    expanded
}

fn read_body(cursor: &mut Cursor<'_>, has_comment: bool) -> Result<Dump, ContainerError> {
    if has_comment {
        skip_comment(cursor)?;
    }
    let mut tracks = Tracks::default();
    while read_track(cursor, &mut tracks)? {}
    tracks.into_dump()
}

fn skip_comment(cursor: &mut Cursor<'_>) -> Result<(), ContainerError> {
    let at = cursor.at();
    let checksum = cursor.word()?;
    let length = cursor.rest().get(..2).map_or(0, |low| u16::from_le_bytes([low[0], low[1]]));
    let covered = cursor.take(8 + usize::from(length))?;
    if TELEDISK.checksum(covered) == checksum {
        Ok(())
    } else {
        Err(ContainerError::Checksum { at })
    }
}

/// Reads the next track; `false` if there is none.
fn read_track(cursor: &mut Cursor<'_>, tracks: &mut Tracks) -> Result<bool, ContainerError> {
    let at = cursor.at();
    if cursor.rest().first() == Some(&NO_MORE_TRACKS) {
        return Ok(false);
    }
    let [count, cylinder, head, checksum] = cursor.array()?;
    if low_byte(&[count, cylinder, head]) != checksum {
        return Err(ContainerError::Checksum { at });
    }
    for _ in 0..count {
        read_sector(cursor, tracks, head & !SINGLE_DENSITY)?;
    }
    Ok(true)
}

fn low_byte(bytes: &[u8]) -> u8 {
    TELEDISK.checksum(bytes).to_le_bytes()[0]
}

fn read_sector(
    cursor: &mut Cursor<'_>,
    tracks: &mut Tracks,
    side: u8,
) -> Result<(), ContainerError> {
    let [cylinder, head, number, size, flags, checksum] = cursor.array()?;
    let id = SectorId { cylinder, head, number, size };
    let Some(length) = id.len().filter(|_| flags & WITHOUT_DATA == 0) else {
        tracks.add(side, id, SectorContent::None);
        return Ok(());
    };
    let at = cursor.at();
    let held = usize::from(cursor.word()?);
    let (encoding, data) =
        cursor.take(held)?.split_first().ok_or(ContainerError::BadField { at })?;
    let bytes = decode(*encoding, data, length);
    let sound =
        bytes.len() == length && low_byte(&bytes) == checksum && flags & READ_WITH_ERROR == 0;
    let content = if sound { SectorContent::Sound(&bytes) } else { SectorContent::Bad(&bytes) };
    tracks.add(side, id, content);
    Ok(())
}

/// Decodes a sector; the result is not `length` bytes long if it is damaged.
fn decode(encoding: u8, data: &[u8], length: usize) -> Vec<u8> {
    let runs = match encoding {
        0 => return data.to_vec(),
        1 => words(data),
        2 => runs(data),
        _ => return Vec::new(),
    };
    let mut bytes = Vec::new();
    for (pattern, count) in runs {
        if bytes.len() + pattern.len() * count > length {
            return Vec::new();
        }
        (0..count).for_each(|_| bytes.extend_from_slice(pattern));
    }
    bytes
}

/// Pairs of a 16-bit count and the two bytes to be repeated.
fn words(data: &[u8]) -> Vec<(&[u8], usize)> {
    let run = |run: &'_ [u8]| u16::from_le_bytes([run[0], run[1]]).into();
    data.chunks_exact(4).map(|chunk| (&chunk[2..], run(chunk))).collect()
}

/// Runs: 0, a length, and that many bytes; or half the length of a pattern, a count, and the pattern.
fn runs(mut data: &[u8]) -> Vec<(&[u8], usize)> {
    let mut runs = Vec::new();
    while let [half, count, rest @ ..] = data {
        let (length, times) = match half {
            0 => (usize::from(*count), 1),
            half => (2 * usize::from(*half), usize::from(*count)),
        };
        let Some((pattern, behind)) = rest.split_at_checked(length) else { break };
        runs.push((pattern, times));
        data = behind;
    }
    runs
}
