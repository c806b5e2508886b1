//! Deflate (RFC 1951), with limits on memory.

use super::ContainerError;
use flate2::bufread::{DeflateDecoder, DeflateEncoder};
use flate2::{Compression, Crc, Decompress, FlushDecompress, Status};
use std::io::Read;

/// The most bytes of memory that flate2 allocates when it begins to expand or to compress. It panics if they are not
/// available, so they are tried for first.
const TO_INFLATE: usize = 128 << 10;
const TO_DEFLATE: usize = 512 << 10;

/// An empty buffer with room for `length` bytes.
pub(super) fn with_room(length: usize) -> Result<Vec<u8>, ContainerError> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).map_err(|_| ContainerError::NoMemory)?;
    Ok(bytes)
}

/// Checks that expanding can begin.
pub(super) fn has_room_to_inflate() -> Result<(), ContainerError> {
    with_room(TO_INFLATE).map(drop)
}

/// Expands the stream at the start of `bytes`, to at most `limit` bytes; also the stream's own length.
pub(super) fn inflate(bytes: &[u8], limit: usize) -> Result<(Vec<u8>, usize), ContainerError> {
    let mut expanded = with_room(limit + 1)?;
    let length = inflate_on(bytes, &mut expanded, limit)?;
    Ok((expanded, length))
}

/// Expands the stream at the start of `bytes` onto the end of `expanded`, which has room for one byte more than the
/// `limit` that it may get long. Returns the stream's own length.
pub(super) fn inflate_on(
    bytes: &[u8],
    expanded: &mut Vec<u8>,
    limit: usize,
) -> Result<usize, ContainerError> {
    has_room_to_inflate()?;
    let mut stream = Decompress::new(false);
    let ended = stream.decompress_vec(bytes, expanded, FlushDecompress::Finish);
    if expanded.len() > limit {
        return Err(ContainerError::TooLarge);
    }
    match ended {
        Ok(Status::StreamEnd) => Ok(usize::try_from(stream.total_in()).unwrap_or(usize::MAX)),
        Ok(_) => Err(ContainerError::CutShort { at: bytes.len() }),
        Err(_) => Err(ContainerError::Compression),
    }
}

/// The first `length` bytes that the stream at the start of `bytes` expands to; fewer if it is damaged.
pub(super) fn inflate_start(bytes: &[u8], length: usize) -> Vec<u8> {
    let mut expanded = Vec::new();
    // An error is reported when all of it is expanded.
    if has_room_to_inflate().is_err() {
        return expanded;
    }
    let _ = DeflateDecoder::new(bytes).take(length as u64).read_to_end(&mut expanded);
    expanded
}

/// `bytes`, compressed as gzip and zip do by default: the best level takes twice the time for half a percent.
pub(super) fn deflate(bytes: &[u8]) -> Result<Vec<u8>, ContainerError> {
    with_room(TO_DEFLATE)?;
    let mut compressed = Vec::new();
    let end = DeflateEncoder::new(bytes, Compression::default()).read_to_end(&mut compressed);
    end.map(|_| compressed).map_err(|_| ContainerError::Compression)
}

/// The CRC-32 of `bytes`.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
