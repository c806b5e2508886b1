//! The end record of an archive's directory, by which an archive is recognised.

use super::{ENTRY, HEADER, huge, long, position, word};
use crate::container::ContainerError;
use crate::container::probe::FormatProbe;
use crate::disk::{MediaError, is_zero};

/// Bytes in the end record before its comment.
const END_LEN: usize = 22;
const END: [u8; 4] = *b"PK\x05\x06";
/// A ZIP64 archive has another end record, for larger numbers, and its locator before the usual one.
const LARGE_END_LEN: usize = 56;
const LARGE_END: [u8; 4] = *b"PK\x06\x06";
const LOCATOR_LEN: usize = 20;
const LOCATOR: [u8; 4] = *b"PK\x06\x07";
/// Bytes at the end of a file in which the end record is searched.
const SEARCHED: usize = LARGE_END_LEN + LOCATOR_LEN + END_LEN + u16::MAX as usize;

/// The end record of an archive's directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DirectoryEnd {
    /// Its offset in bytes from the start of the file.
    pub(super) at: u64,
    /// The record with its comment.
    pub(super) record: Vec<u8>,
    /// Where the directory ends.
    pub(super) directory_up_to: u64,
    /// How many members the directory has, its length in bytes, and its offset from the start of the archive.
    pub(super) count: u64,
    pub(super) length: u64,
    pub(super) offset: u64,
    /// Whether there are ZIP64 records.
    pub(super) has_zip64: bool,
    /// Whether bytes other than zeros follow it.
    pub(super) has_bytes_behind: bool,
}

type Read<'a> = &'a dyn Fn(u64, usize) -> Result<Vec<u8>, MediaError>;

/// Whether a file ends with a directory of at least one member, as an archive does.
pub(in crate::container) fn has_directory(file: &FormatProbe<'_>) -> Result<bool, MediaError> {
    let read = |at: u64, length: usize| file.bytes(at, length);
    match DirectoryEnd::find(file.len, &read) {
        Ok(end) => {
            let start = end.directory_up_to.checked_sub(end.length);
            let entry = start.map_or_else(|| Ok(Vec::new()), |start| read(start, 4))?;
            Ok(end.count > 0 && (entry == ENTRY || entry == HEADER))
        }
        // The last part of several: its directory may begin in another one.
        Err(MediaError::Container(ContainerError::InParts)) => Ok(true),
        Err(MediaError::Container(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

impl DirectoryEnd {
    /// Finds the end record of a file of `len` bytes: the last one that reaches to the end of the file, or,
    /// if none does, the last one.
    pub(super) fn find(len: u64, read: Read<'_>) -> Result<Self, MediaError> {
        let length = position(len).min(SEARCHED);
        let from = len - length as u64;
        let tail = read(from, length)?;
        let ends = (0..(length + 1).saturating_sub(END_LEN)).rev();
        let ends: Vec<_> = ends.filter(|at| is_end(&tail[*at..])).collect();
        let fits = |at: &&usize| **at + record_len(&tail[**at..]) == length;
        let Some(&at) = ends.iter().find(fits).or_else(|| ends.first()) else {
            return Err(cut_short_or_part(len, read)?.into());
        };
        Self::parse(from, &tail, at, read)
    }

    fn parse(from: u64, tail: &[u8], at: usize, read: Read<'_>) -> Result<Self, MediaError> {
        let (record, behind) = tail[at..].split_at(record_len(&tail[at..]));
        let [disk, first_disk, here, count] = [4, 6, 8, 10].map(|field| word(record, field));
        let many = u16::MAX;
        if (disk != 0 && disk != many) || (first_disk != 0 && first_disk != many) || here != count {
            return Err(ContainerError::InParts.into());
        }
        let mut end = Self {
            at: from + at as u64,
            record: record.to_vec(),
            directory_up_to: from + at as u64,
            count: count.into(),
            length: long(record, 12).into(),
            offset: long(record, 16).into(),
            has_zip64: false,
            has_bytes_behind: !is_zero(behind),
        };
        let locator = at.checked_sub(LOCATOR_LEN).map(|at| &tail[at..]);
        if let Some(locator) = locator.filter(|bytes| bytes.starts_with(&LOCATOR)) {
            end.take_large(huge(locator, 8), read)?;
        }
        Ok(end)
    }

    /// Takes the numbers that are too large for the usual record from the ZIP64 record, which is directly
    /// before its locator, or where that says.
    fn take_large(&mut self, said: u64, read: Read<'_>) -> Result<(), MediaError> {
        let usual = (LOCATOR_LEN + LARGE_END_LEN) as u64;
        for at in [self.at.saturating_sub(usual), said] {
            if at + usual > self.at {
                continue;
            }
            let large = read(at, LARGE_END_LEN)?;
            if !large.starts_with(&LARGE_END) {
                continue;
            }
            self.has_zip64 = true;
            self.directory_up_to = at;
            let fields = [
                (&mut self.count, u64::from(u16::MAX), 32),
                (&mut self.length, u64::from(u32::MAX), 40),
                (&mut self.offset, u64::from(u32::MAX), 48),
            ];
            for (field, full, at) in fields {
                if *field == full {
                    *field = huge(&large, at);
                }
            }
            return Ok(());
        }
        Err(ContainerError::BadField { at: position(self.at) }.into())
    }
}

fn is_end(bytes: &[u8]) -> bool {
    bytes.starts_with(&END) && record_len(bytes) <= bytes.len()
}

/// Bytes of an end record with its comment.
fn record_len(bytes: &[u8]) -> usize {
    END_LEN + usize::from(word(bytes, 20))
}

/// Why there is no end record: the file is one part of several, or cut short.
fn cut_short_or_part(len: u64, read: Read<'_>) -> Result<ContainerError, MediaError> {
    let start = read(0, position(len).min(4))?;
    let at = position(len);
    Ok(if start == b"PK\x07\x08" {
        ContainerError::InParts
    } else {
        ContainerError::CutShort { at }
    })
}
