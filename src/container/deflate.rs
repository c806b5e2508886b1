//! Deflate (RFC 1951), within bounds.

use super::ContainerError;
use flate2::bufread::{DeflateDecoder, DeflateEncoder};
use flate2::{Compression, Crc};
use std::io::{ErrorKind, Read};

/// An empty buffer with room for `length` bytes.
pub(super) fn with_room(length: usize) -> Result<Vec<u8>, ContainerError> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).map_err(|_| ContainerError::NoMemory)?;
    Ok(bytes)
}

/// What a stream at the start of `bytes` expands to, at most `limit` bytes, and how long it is.
pub(super) fn inflate(bytes: &[u8], limit: usize) -> Result<(Vec<u8>, usize), ContainerError> {
    let mut expanded = with_room(limit + 1)?;
    let length = inflate_on(bytes, &mut expanded, limit)?;
    Ok((expanded, length))
}

/// Adds to `expanded`, which is `limit` bytes long at most, what a stream at the start of `bytes` expands
/// to. How long the stream is.
pub(super) fn inflate_on(
    bytes: &[u8],
    expanded: &mut Vec<u8>,
    limit: usize,
) -> Result<usize, ContainerError> {
    let mut decoder = DeflateDecoder::new(bytes);
    let room = limit.saturating_sub(expanded.len()) as u64 + 1;
    let end = decoder.by_ref().take(room).read_to_end(expanded);
    if expanded.len() > limit {
        return Err(ContainerError::TooLarge);
    }
    match end {
        Ok(_) => Ok(usize::try_from(decoder.total_in()).unwrap_or(usize::MAX)),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Err(ContainerError::CutShort { at: bytes.len() })
        }
        Err(error) if error.kind() == ErrorKind::OutOfMemory => Err(ContainerError::NoMemory),
        Err(_) => Err(ContainerError::Compression),
    }
}

/// What a stream at the start of `bytes` expands to, no further than `length` bytes, as far as it does.
pub(super) fn inflate_start(bytes: &[u8], length: usize) -> Vec<u8> {
    let mut expanded = Vec::new();
    // What is wrong with it is told when all of it is expanded.
    let _ = DeflateDecoder::new(bytes).take(length as u64).read_to_end(&mut expanded);
    expanded
}

/// `bytes`, compressed as well as can be.
pub(super) fn deflate(bytes: &[u8]) -> Result<Vec<u8>, ContainerError> {
    let mut compressed = Vec::new();
    let end = DeflateEncoder::new(bytes, Compression::best()).read_to_end(&mut compressed);
    end.map(|_| compressed).map_err(|_| ContainerError::Compression)
}

/// The CRC-32 of `bytes`.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
