//! Compressed files (RFC 1952): ten bytes, a name and other fields, a stream, CRC-32 and length.
//! Several may stand one after the other, and are one file in parts; zeroes may follow.

use super::cursor::Cursor;
use super::deflate::{crc32, deflate, inflate};
use super::{ContainerError, MAX_DUMP};

const HEADER_LEN: usize = 10;
const HEADER_CRC: u8 = 0x02;
const EXTRA: u8 = 0x04;
const NAME: u8 = 0x08;
const COMMENT: u8 = 0x10;
const RESERVED: u8 = 0xE0;

/// The file that was compressed, at most `limit` bytes.
///
/// # Errors
/// Where it is damaged, or larger.
pub fn read(bytes: &[u8], limit: usize) -> Result<Vec<u8>, ContainerError> {
    if bytes.len() > MAX_DUMP {
        return Err(ContainerError::TooLarge);
    }
    let mut cursor = Cursor::new(bytes);
    let mut file = Vec::new();
    loop {
        let at = cursor.at();
        skip_header(&mut cursor)?;
        let (part, length) = inflate(cursor.rest(), limit - file.len())?;
        cursor.take(length)?;
        let tail: [u8; 8] = cursor.array()?;
        if tail != self::tail(&part) {
            return Err(ContainerError::Checksum { at });
        }
        file.extend(part);
        if cursor.rest().iter().all(|byte| *byte == 0) {
            return Ok(file);
        }
    }
}

/// The container with another file in it. Its header stays: name, time, comment and all.
///
/// # Errors
/// Where the old one is damaged.
pub fn rewrite(bytes: &[u8], file: &[u8]) -> Result<Vec<u8>, ContainerError> {
    let mut cursor = Cursor::new(bytes);
    skip_header(&mut cursor)?;
    Ok([&bytes[..cursor.at()], &deflate(file)?, &tail(file)].concat())
}

/// CRC-32 and length of a part.
fn tail(part: &[u8]) -> [u8; 8] {
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    let mut tail = [0; 8];
    tail[..4].copy_from_slice(&crc32(part).to_le_bytes());
    tail[4..].copy_from_slice(&length.to_le_bytes());
    tail
}

fn skip_header(cursor: &mut Cursor<'_>) -> Result<(), ContainerError> {
    let at = cursor.at();
    let header: [u8; HEADER_LEN] = cursor.array()?;
    let flags = header[3];
    if &header[..3] != b"\x1F\x8B\x08" || flags & RESERVED != 0 {
        return Err(ContainerError::BadField { at });
    }
    if flags & EXTRA != 0 {
        let length = cursor.word()?;
        cursor.take(length.into())?;
    }
    for field in [NAME, COMMENT] {
        if flags & field != 0 {
            cursor.take_until(0)?;
        }
    }
    if flags & HEADER_CRC != 0 {
        cursor.take(2)?;
    }
    Ok(())
}
