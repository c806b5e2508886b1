//! Deflate (RFC 1951), within bounds.

use super::ContainerError;
use flate2::bufread::{DeflateDecoder, DeflateEncoder};
use flate2::{Compression, Crc};
use std::io::{ErrorKind, Read};

/// What a stream at the start of `bytes` expands to, at most `limit` bytes, and how long it is.
pub(super) fn inflate(bytes: &[u8], limit: usize) -> Result<(Vec<u8>, usize), ContainerError> {
    let mut decoder = DeflateDecoder::new(bytes);
    let mut expanded = Vec::new();
    let end = decoder.by_ref().take(limit as u64 + 1).read_to_end(&mut expanded);
    if expanded.len() > limit {
        return Err(ContainerError::TooLarge);
    }
    let length = usize::try_from(decoder.total_in()).unwrap_or(usize::MAX);
    match end {
        Ok(_) => Ok((expanded, length)),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Err(ContainerError::CutShort { at: bytes.len() })
        }
        Err(_) => Err(ContainerError::Compression),
    }
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
