//! Archives (PKWARE's APPNOTE.TXT): members, each with a header, then a directory of them at the end.
//!
//! The directory says where members are, and each is read on its own, so that an archive of thousands of
//! images need not be in memory. A change rewrites the member and the numbers that depend on it. Every
//! other byte is copied, so no other field needs to be understood.

mod end;
mod member;
mod rewrite;

pub(super) use end::has_directory;
pub use member::ZipMember;
pub use rewrite::{Stretch, rewrite};

use super::ContainerError;
use super::cursor::Cursor;
use crate::disk::{MediaError, Storage};
use end::DirectoryEnd;
use std::collections::BTreeMap;

/// A member's own header: up to its name and extra fields.
const HEADER_LEN: usize = 30;
const HEADER: [u8; 4] = *b"PK\x03\x04";
/// A member in the directory: up to its name, extra fields and comment.
const ENTRY_LEN: usize = 46;
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// The most bytes of a directory.
const MAX_DIRECTORY: usize = 16 << 20;

/// The directory of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Its members, in the order of the directory.
    pub members: Vec<ZipMember>,
    /// Where the directory begins, in bytes from the start of the file.
    start: u64,
    /// Its bytes.
    entries: Vec<u8>,
    end: DirectoryEnd,
    /// Whether the offset of a member needs more than 32 bits.
    has_large_offsets: bool,
}

impl Directory {
    /// Reads the directory of an archive.
    ///
    /// # Errors
    /// If it cannot be read, is damaged, or is one of several parts.
    pub fn read<S: Storage + ?Sized>(archive: &S) -> Result<Self, MediaError> {
        let end = DirectoryEnd::find(archive.len(), &|at, length| {
            let mut bytes = vec![0; length];
            archive.read(at, &mut bytes).map(|()| bytes)
        })?;
        let at = position(end.at);
        let bad_field = ContainerError::BadField { at };
        let start = end.directory_up_to.checked_sub(end.length).ok_or(bad_field)?;
        // A program may precede the archive; the offsets then count from its end.
        let before = start.checked_sub(end.offset).ok_or(bad_field)?;
        let length = usize::try_from(end.length).unwrap_or(usize::MAX);
        if length > MAX_DIRECTORY {
            return Err(ContainerError::TooLarge.into());
        }
        let mut entries = vec![0; length];
        archive.read(start, &mut entries)?;
        let mut members = members(&entries, end.count, start, before)?;
        mark_shared(&mut members, start);
        mark_same_names(&mut members);
        let has_large_offsets = members.iter().any(ZipMember::has_large_offset);
        Ok(Self { members, start, entries, end, has_large_offsets })
    }

    /// Sorts members, given by their index in the directory, by where they are in the file.
    ///
    /// # Errors
    /// If an index has no member.
    pub(crate) fn in_file_order(
        &self,
        indices: impl Iterator<Item = usize>,
    ) -> Result<Vec<usize>, MediaError> {
        let mut order: Vec<_> = indices.collect();
        if order.iter().any(|index| *index >= self.members.len()) {
            return Err(ContainerError::Changed.into());
        }
        order.sort_unstable_by_key(|index| self.members[*index].header);
        Ok(order)
    }

    /// Why no member of the archive can be changed; `None` if they can.
    pub fn obstacle(&self) -> Option<ContainerError> {
        if self.end.has_zip64 || self.has_large_offsets {
            return Some(ContainerError::Zip64Records);
        }
        self.end.has_bytes_behind.then_some(ContainerError::BytesBehind)
    }

    /// Whether bytes other than zeros follow the archive.
    pub fn has_bytes_behind(&self) -> bool {
        self.end.has_bytes_behind
    }
}

fn members(
    entries: &[u8],
    count: u64,
    start: u64,
    before: u64,
) -> Result<Vec<ZipMember>, MediaError> {
    let mut cursor = Cursor::new(entries);
    let mut members = Vec::new();
    for _ in 0..count {
        let entry = cursor.at();
        let fields: [u8; ENTRY_LEN] = cursor.array()?;
        if !fields.starts_with(&ENTRY) {
            let at = position(start).saturating_add(entry);
            return Err(ContainerError::BadField { at }.into());
        }
        let name = cursor.take(word(&fields, 28).into())?;
        let extra = cursor.take(word(&fields, 30).into())?;
        cursor.take(word(&fields, 32).into())?;
        members.push(ZipMember::new(entry, &fields, name, extra, before));
    }
    // More entries than the count says: these would be lost if the archive were rewritten.
    if cursor.rest().starts_with(&ENTRY) {
        let at = position(start).saturating_add(cursor.at());
        return Err(ContainerError::BadField { at }.into());
    }
    Ok(members)
}

/// Marks members whose name others have too: the ledger knows a member by its name.
fn mark_same_names(members: &mut [ZipMember]) {
    let mut order: Vec<_> = (0..members.len()).collect();
    order.sort_unstable_by(|one, other| members[*one].name.cmp(&members[*other].name));
    for pair in 1..order.len() {
        let (one, other) = (order[pair - 1], order[pair]);
        if members[one].name == members[other].name {
            members[one].obstacle.get_or_insert(ContainerError::SameName);
            members[other].obstacle.get_or_insert(ContainerError::SameName);
        }
    }
}

/// Marks members that overlap others, or the directory, as damaged: they could expand to far more than the
/// archive's length suggests. Of those that overlap, the first one in the directory is kept, as by unzip.
fn mark_shared(members: &mut [ZipMember], start: u64) {
    let mut taken: BTreeMap<u64, u64> = BTreeMap::new();
    for member in members {
        let stretch = member.least_stretch();
        let before = taken.range(..stretch.end).next_back();
        if stretch.end > start || before.is_some_and(|(_, end)| *end > stretch.start) {
            member.mark_damaged();
        } else {
            taken.insert(stretch.start, stretch.end);
        }
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

/// 64 bits, little-endian.
fn huge(bytes: &[u8], at: usize) -> u64 {
    u64::from(long(bytes, at)) | u64::from(long(bytes, at + 4)) << 32
}

fn position(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}
