//! A file in an archive.

use super::{DEFLATED, ENTRY_LEN, HEADER, HEADER_LEN, STORED, huge, long, position, word};
use crate::container::deflate::{crc32, inflate, inflate_start, with_room};
use crate::container::{ContainerError, MAX_DUMP, RECOGNISED_BY};
use crate::disk::{MediaError, Storage};
use std::ops::Range;

const ENCRYPTED: u16 = 0x0001;
/// The extra field for numbers of more than 32 bits.
pub(super) const ZIP64_FIELD: u16 = 0x0001;
/// Extra fields that do not depend on the compressed bytes: times, owners, names and rights on several
/// systems.
const OTHER_FIELDS: [u16; 17] = [
    0x0007, 0x0009, 0x000A, 0x000C, 0x000D, 0x07C8, 0x2605, 0x334D, 0x4453, 0x4C41, 0x5455, 0x5855,
    0x6375, 0x6542, 0x7075, 0x7855, 0x7875,
];

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZipMember {
    /// Its name with folders, in whatever encoding.
    pub name: Vec<u8>,
    /// Its expanded length in bytes, as the directory says.
    pub size: u64,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) compressed: u64,
    /// The offset of its header in bytes from the start of the file.
    pub(super) header: u64,
    /// The offset of its entry in the directory.
    pub(super) entry: usize,
    /// Why it cannot be read.
    fault: Option<ContainerError>,
    /// Why it cannot be changed.
    pub(super) obstacle: Option<ContainerError>,
    /// Whether its offset needs more than 32 bits.
    has_large_offset: bool,
}

impl ZipMember {
    /// A member by its entry in the directory; `before` bytes precede the archive in the file.
    pub(super) fn new(
        entry: usize,
        fields: &[u8; ENTRY_LEN],
        name: &[u8],
        extra: &[u8],
        before: u64,
    ) -> Self {
        let mut numbers = [24, 20, 42].map(|at| u64::from(long(fields, at)));
        let large = numbers.map(|number| number == u64::from(u32::MAX));
        let zip64 = extra_fields(extra).find(|(id, _)| *id == ZIP64_FIELD).map(|(_, data)| data);
        let mut values = zip64.unwrap_or_default().chunks_exact(8).map(|bytes| huge(bytes, 0));
        let mut is_complete = true;
        for number in numbers.iter_mut().zip(large).filter(|(_, is_large)| *is_large) {
            match values.next() {
                Some(value) => *number.0 = value,
                None => is_complete = false,
            }
        }
        let [size, compressed, offset] = numbers;
        let header = before.saturating_add(offset);
        let bad_field = ContainerError::BadField { at: position(header) };
        let has_zip64 = zip64.is_some() || large.contains(&true);
        Self {
            name: name.to_vec(),
            size,
            flags: word(fields, 8),
            method: word(fields, 10),
            crc: long(fields, 16),
            compressed,
            header,
            entry,
            fault: (!is_complete).then_some(bad_field),
            obstacle: if has_zip64 { Some(ContainerError::Zip64Records) } else { index_of(extra) },
            has_large_offset: large[2],
        }
    }

    pub(super) fn has_large_offset(&self) -> bool {
        self.has_large_offset
    }

    pub(super) fn mark_damaged(&mut self) {
        self.fault = Some(ContainerError::BadField { at: position(self.header) });
    }

    /// The bytes that it takes at least: the length of its own header is not in the directory.
    pub(super) fn least_stretch(&self) -> Range<u64> {
        let end = self.header.saturating_add(HEADER_LEN as u64).saturating_add(self.compressed);
        self.header..end
    }

    /// Bytes of memory for reading it: compressed and expanded.
    pub fn room(&self) -> usize {
        position(self.compressed).saturating_add(position(self.size))
    }

    /// Reads and expands the file, to at most `limit` bytes.
    ///
    /// # Errors
    /// If it cannot be read, or is damaged, larger, encrypted, or not compressed by deflate.
    pub fn read<S: Storage + ?Sized>(
        &self,
        archive: &S,
        limit: usize,
    ) -> Result<Vec<u8>, MediaError> {
        if self.size > limit as u64 {
            return Err(ContainerError::TooLarge.into());
        }
        let held = self.compressed_bytes(archive, MAX_DUMP)?;
        let file = match self.method {
            STORED => held,
            // An error if it expands to more.
            _ => inflate(&held, position(self.size))?.0,
        };
        if file.len() as u64 != self.size || crc32(&file) != self.crc {
            return Err(ContainerError::Checksum { at: position(self.header) }.into());
        }
        Ok(file)
    }

    /// The start of the file, at most [`RECOGNISED_BY`] bytes; fewer if it is damaged.
    ///
    /// # Errors
    /// As [`ZipMember::read`].
    pub fn start<S: Storage + ?Sized>(&self, archive: &S) -> Result<Vec<u8>, MediaError> {
        // Deflate never makes bytes much longer.
        let mut held = self.compressed_bytes(archive, 2 * RECOGNISED_BY)?;
        if self.method == DEFLATED {
            return Ok(inflate_start(&held, RECOGNISED_BY));
        }
        held.truncate(RECOGNISED_BY);
        Ok(held)
    }

    /// The first `most` compressed bytes.
    fn compressed_bytes<S: Storage + ?Sized>(
        &self,
        archive: &S,
        most: usize,
    ) -> Result<Vec<u8>, MediaError> {
        if let Some(fault) = self.fault {
            return Err(fault.into());
        }
        if self.flags & ENCRYPTED != 0 {
            return Err(ContainerError::Encrypted.into());
        }
        if !matches!(self.method, STORED | DEFLATED) {
            return Err(ContainerError::Method(self.method).into());
        }
        let start = self.data(archive)?;
        let length = position(self.compressed);
        if length > MAX_DUMP {
            return Err(ContainerError::TooLarge.into());
        }
        if start + length as u64 > archive.len() {
            return Err(ContainerError::CutShort { at: position(archive.len()) }.into());
        }
        let length = length.min(most);
        let mut held = with_room(length)?;
        held.resize(length, 0);
        archive.read(start, &mut held)?;
        Ok(held)
    }

    /// The offset of the member's compressed bytes, after its header.
    pub(super) fn data<S: Storage + ?Sized>(&self, archive: &S) -> Result<u64, MediaError> {
        let bad_field = ContainerError::BadField { at: position(self.header) };
        if self.least_stretch().end > archive.len() {
            return Err(bad_field.into());
        }
        let mut header = [0; HEADER_LEN];
        archive.read(self.header, &mut header)?;
        let [name, extra] = [26, 28].map(|field| u64::from(word(&header, field)));
        if !header.starts_with(&HEADER) || word(&header, 8) != self.method {
            return Err(bad_field.into());
        }
        Ok(self.header + HEADER_LEN as u64 + name + extra)
    }
}

/// The obstacle of an extra field that may depend on the compressed bytes.
pub(super) fn index_of(extra: &[u8]) -> Option<ContainerError> {
    let is_known = |id: u16| id == ZIP64_FIELD || OTHER_FIELDS.contains(&id);
    let unknown = extra_fields(extra).any(|(id, _)| !is_known(id));
    unknown.then_some(ContainerError::IndexField)
}

/// The extra fields, each with its number.
pub(super) fn extra_fields(extra: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = extra;
    std::iter::from_fn(move || {
        let (head, behind) = rest.split_at_checked(4)?;
        let length = usize::from(word(head, 2)).min(behind.len());
        let (data, next) = behind.split_at(length);
        rest = next;
        Some((word(head, 0), data))
    })
}
