//! Archives (PKWARE's APPNOTE.TXT): members, each with a header, then a directory of them at the end.
//!
//! Only what the directory tells is read, from wherever it stands, so that an archive of thousands
//! of images need not be in memory. What is rewritten is one member and the numbers that tell of it;
//! every other byte is kept, since no field needs to be understood for that.

mod rewrite;

pub use rewrite::{Piece, rewrite};

use super::cursor::Cursor;
use super::deflate::{crc32, inflate};
use super::{ContainerError, MAX_DUMP};
use crate::disk::Storage;
use std::io;
use std::ops::Range;

/// The end of the directory: up to its comment, of at most 65,535 bytes.
const END_LEN: usize = 22;
const END: [u8; 4] = *b"PK\x05\x06";
/// What stands before that where a program had expected larger numbers than 32 bits (ZIP64): the end
/// for those, and where that is.
const LARGE_END_LEN: usize = 56;
const LARGE_END: [u8; 4] = *b"PK\x06\x06";
const LOCATOR_LEN: usize = 20;
const LOCATOR: [u8; 4] = *b"PK\x06\x07";
/// A member in the directory: up to its name, extra fields and comment.
const ENTRY_LEN: usize = 46;
const ENTRY: [u8; 4] = *b"PK\x01\x02";
/// A member's own header: up to its name and extra fields.
const HEADER_LEN: usize = 30;
const HEADER: [u8; 4] = *b"PK\x03\x04";
const ENCRYPTED: u16 = 0x0001;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// The most bytes of a directory that is read.
const MAX_DIRECTORY: usize = 16 << 20;

/// The directory of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Its members, in the order of the directory.
    pub members: Vec<Member>,
    /// Where the directory begins, in bytes from the start of the file.
    start: u64,
    /// Its bytes.
    entries: Vec<u8>,
    /// Where the archive's last part begins, behind the directory.
    end: u64,
    /// Whether it has records for larger numbers.
    pub has_zip64: bool,
}

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name as it stands there, with folders, in whatever encoding.
    pub name: Vec<u8>,
    /// Bytes that it expands to, as the directory says.
    pub size: u32,
    flags: u16,
    method: u16,
    crc: u32,
    compressed: u32,
    /// Where its header stands, in bytes from the start of the file.
    header: u64,
    /// Where its entry stands in the directory.
    entry: usize,
}

impl Directory {
    /// Reads the directory of an archive.
    ///
    /// # Errors
    /// Where it cannot be read, is damaged, or is one of several parts.
    pub fn read<S: Storage + ?Sized>(archive: &S) -> io::Result<Self> {
        let End { at: end, tail, has_zip64 } = find_end(archive)?;
        let at = position(end);
        let [disk, first_disk, here, count] = [4, 6, 8, 10].map(|field| word(&tail, field));
        if disk != 0 || first_disk != 0 || here != count {
            return Err(ContainerError::InParts.into());
        }
        let (length, offset) = (u64::from(long(&tail, 12)), u64::from(long(&tail, 16)));
        if count == u16::MAX || length.max(offset) == u64::from(u32::MAX) {
            return Err(ContainerError::Zip64.into());
        }
        let bad_field = ContainerError::BadField { at };
        // Without larger numbers, the directory stands right before its end.
        let gap = if has_zip64 { LARGE_END_LEN + LOCATOR_LEN } else { 0 } as u64;
        let start = end.checked_sub(gap + length).ok_or(bad_field)?;
        // A program may stand before the archive: offsets count from behind it.
        let before = start.checked_sub(offset).ok_or(bad_field)?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > MAX_DIRECTORY {
            return Err(ContainerError::TooLarge.into());
        }
        let mut entries = vec![0; length];
        archive.read(start, &mut entries)?;
        let members = members(&entries, count, start, before)?;
        check_apart(&members, start)?;
        Ok(Self { members, start, entries, end, has_zip64 })
    }
}

/// The end of an archive's directory.
struct End {
    at: u64,
    tail: Vec<u8>,
    has_zip64: bool,
}

/// Where the end of the directory stands, and what is there: the last that fits to the end of the
/// file.
fn find_end<S: Storage + ?Sized>(archive: &S) -> io::Result<End> {
    let most = LARGE_END_LEN + LOCATOR_LEN + END_LEN + usize::from(u16::MAX);
    let length = usize::try_from(archive.len()).unwrap_or(usize::MAX).min(most);
    let start = archive.len() - length as u64;
    let mut tail = vec![0; length];
    archive.read(start, &mut tail)?;
    let fits = |at: &usize| {
        tail[*at..].starts_with(&END) && *at + END_LEN + usize::from(word(&tail, at + 20)) == length
    };
    let at = (0..(length + 1).saturating_sub(END_LEN)).rev().find(fits);
    let at = at.ok_or(ContainerError::CutShort { at: position(archive.len()) })?;
    let stands = |mark: &[u8], before: usize| {
        at.checked_sub(before).is_some_and(|at| tail[at..].starts_with(mark))
    };
    let has_zip64 = stands(&LOCATOR, LOCATOR_LEN);
    if has_zip64 && !stands(&LARGE_END, LOCATOR_LEN + LARGE_END_LEN) {
        return Err(ContainerError::Zip64.into());
    }
    Ok(End { at: start + at as u64, tail: tail.split_off(at), has_zip64 })
}

fn members(entries: &[u8], count: u16, start: u64, before: u64) -> io::Result<Vec<Member>> {
    let mut cursor = Cursor::new(entries);
    let mut members = Vec::new();
    for _ in 0..count {
        let entry = cursor.at();
        let fields: [u8; ENTRY_LEN] = cursor.array()?;
        let header = before + u64::from(long(&fields, 42));
        if !fields.starts_with(&ENTRY) || header >= start {
            let at = position(start).saturating_add(entry);
            return Err(ContainerError::BadField { at }.into());
        }
        let name = cursor.take(word(&fields, 28).into())?.to_vec();
        cursor.take(usize::from(word(&fields, 30)) + usize::from(word(&fields, 32)))?;
        members.push(Member {
            name,
            size: long(&fields, 24),
            flags: word(&fields, 8),
            method: word(&fields, 10),
            crc: long(&fields, 16),
            compressed: long(&fields, 20),
            header,
            entry,
        });
    }
    // More entries than are counted: what is not known would be lost when the archive is rewritten.
    if cursor.rest().starts_with(&ENTRY) {
        let at = position(start).saturating_add(cursor.at());
        return Err(ContainerError::BadField { at }.into());
    }
    Ok(members)
}

/// Members that share bytes expand to much more than the archive's length lets expect.
fn check_apart(members: &[Member], start: u64) -> io::Result<()> {
    let mut stretches: Vec<_> = members.iter().map(Member::least_stretch).collect();
    stretches.sort_unstable_by_key(|stretch| stretch.start);
    let starts = stretches.iter().skip(1).map(|next| next.start).chain([start]);
    match stretches.iter().zip(starts).find(|(stretch, next)| stretch.end > *next) {
        Some((stretch, _)) => Err(ContainerError::BadField { at: position(stretch.start) }.into()),
        None => Ok(()),
    }
}

impl Member {
    /// The bytes that it takes at least: its header's names are not known from the directory.
    fn least_stretch(&self) -> Range<u64> {
        self.header..self.header + HEADER_LEN as u64 + u64::from(self.compressed)
    }

    /// The file, at most `limit` bytes.
    ///
    /// # Errors
    /// Where it cannot be read, is damaged, larger, encrypted, or compressed in another way than by
    /// deflate.
    pub fn read<S: Storage + ?Sized>(&self, archive: &S, limit: usize) -> io::Result<Vec<u8>> {
        let held = self.compressed_bytes(archive)?;
        let file = match self.method {
            STORED => held,
            _ => inflate(&held, limit)?.0,
        };
        let too_large = file.len() > limit;
        if too_large || file.len() as u64 != u64::from(self.size) || crc32(&file) != self.crc {
            let at = position(self.header);
            let damaged = ContainerError::Checksum { at };
            return Err(if too_large { ContainerError::TooLarge } else { damaged }.into());
        }
        Ok(file)
    }

    fn compressed_bytes<S: Storage + ?Sized>(&self, archive: &S) -> io::Result<Vec<u8>> {
        if self.flags & ENCRYPTED != 0 {
            return Err(ContainerError::Encrypted.into());
        }
        if !matches!(self.method, STORED | DEFLATED) {
            return Err(ContainerError::Method(self.method).into());
        }
        let start = self.data(archive)?;
        let length = usize::try_from(self.compressed).unwrap_or(usize::MAX);
        if length > MAX_DUMP {
            return Err(ContainerError::TooLarge.into());
        }
        if start + length as u64 > archive.len() {
            return Err(ContainerError::CutShort { at: position(archive.len()) }.into());
        }
        let mut held = vec![0; length];
        archive.read(start, &mut held)?;
        Ok(held)
    }

    /// Where the member's bytes begin, behind its header.
    fn data<S: Storage + ?Sized>(&self, archive: &S) -> io::Result<u64> {
        let mut header = [0; HEADER_LEN];
        archive.read(self.header, &mut header)?;
        let [name, extra] = [26, 28].map(|field| u64::from(word(&header, field)));
        if !header.starts_with(&HEADER) || word(&header, 8) != self.method {
            return Err(ContainerError::BadField { at: position(self.header) }.into());
        }
        Ok(self.header + HEADER_LEN as u64 + name + extra)
    }
}

/// 16 bits, little-endian.
fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// 32 bits, little-endian.
fn long(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn position(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}
