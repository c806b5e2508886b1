//! gzip files (RFC 1952): ten bytes, a name and other fields, a stream, CRC-32 and length. Several such
//! members in a row are one file. Other bytes may follow, which gzip ignores as well.

use super::cursor::Cursor;
use super::deflate::{crc32, deflate, has_room_to_inflate, inflate_on, with_room};
use super::{ContainerError, MAX_DUMP, RECOGNISED_BY};
use crate::disk::is_zero;
use flate2::bufread::MultiGzDecoder;
use std::io::Read;

const HEADER_LEN: usize = 10;
const MARK: &[u8] = b"\x1F\x8B";
const HEADER_CRC: u8 = 0x02;
const EXTRA: u8 = 0x04;
const NAME: u8 = 0x08;
const COMMENT: u8 = 0x10;
const RESERVED: u8 = 0xE0;

/// The content of a compressed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decompressed {
    /// The file that was compressed.
    pub file: Vec<u8>,
    /// Where the last gzip member ends, in bytes from the start of the container.
    pub end: usize,
}

/// Decompresses a file, to at most `limit` bytes.
///
/// # Errors
/// If it is damaged, or larger.
pub fn read(bytes: &[u8], limit: usize) -> Result<Decompressed, ContainerError> {
    if bytes.len() > MAX_DUMP {
        return Err(ContainerError::TooLarge);
    }
    // Its length stands at the end, unless there are several members or something follows.
    let length = bytes.last_chunk().map_or(0, |last| u32::from_le_bytes(*last));
    let stated = usize::try_from(length).unwrap_or(limit).min(limit);
    match read_at_most(bytes, stated) {
        Err(ContainerError::TooLarge) if stated < limit => read_at_most(bytes, limit),
        result => result,
    }
}

fn read_at_most(bytes: &[u8], limit: usize) -> Result<Decompressed, ContainerError> {
    let mut cursor = Cursor::new(bytes);
    let mut file = with_room(limit + 1)?;
    loop {
        let (at, begin) = (cursor.at(), file.len());
        read_header(&mut cursor)?;
        let length = inflate_on(cursor.rest(), &mut file, limit)?;
        cursor.take(length)?;
        let tail: [u8; 8] = cursor.array()?;
        if tail != self::tail(&file[begin..]) {
            return Err(ContainerError::Checksum { at });
        }
        if !cursor.rest().starts_with(MARK) {
            file.shrink_to_fit();
            return Ok(Decompressed { file, end: cursor.at() });
        }
    }
}

/// The start of the compressed file, at most [`RECOGNISED_BY`] bytes; fewer if it is damaged.
pub fn start(bytes: &[u8]) -> Vec<u8> {
    let mut start = Vec::new();
    // An error is reported when all of it is read.
    if has_room_to_inflate().is_err() {
        return start;
    }
    let _ = MultiGzDecoder::new(bytes).take(RECOGNISED_BY as u64).read_to_end(&mut start);
    start
}

/// Why a container whose members end at `end` cannot be rewritten with another file in it.
pub fn obstacle(bytes: &[u8], end: usize) -> Option<ContainerError> {
    if !is_zero(&bytes[end..]) {
        return Some(ContainerError::BytesBehind);
    }
    // BGZF, dictzip and mgzip keep offsets or lengths of the compressed blocks in such a field.
    let has_field = read_header(&mut Cursor::new(bytes)).is_ok_and(|flags| flags & EXTRA != 0);
    has_field.then_some(ContainerError::IndexField)
}

/// The container with another file in it. Its header stays as it is (name, time, comment), and so do
/// zeros that follow it.
///
/// # Errors
/// If the old one is damaged, or cannot be rewritten.
pub fn rewrite(bytes: &[u8], end: usize, file: &[u8]) -> Result<Vec<u8>, ContainerError> {
    if let Some(obstacle) = obstacle(bytes, end) {
        return Err(obstacle);
    }
    let mut cursor = Cursor::new(bytes);
    read_header(&mut cursor)?;
    Ok([&bytes[..cursor.at()], &deflate(file)?, &tail(file), &bytes[end..]].concat())
}

/// CRC-32 and length at the end of a gzip member.
fn tail(part: &[u8]) -> [u8; 8] {
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    let mut tail = [0; 8];
    tail[..4].copy_from_slice(&crc32(part).to_le_bytes());
    tail[4..].copy_from_slice(&length.to_le_bytes());
    tail
}

/// Reads a header to its end, and returns its flags.
fn read_header(cursor: &mut Cursor<'_>) -> Result<u8, ContainerError> {
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
    Ok(flags)
}
