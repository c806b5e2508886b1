//! An archive with other bytes for some members, and every other byte as it was.

use super::{ContainerError, DEFLATED, Directory, Member, STORED, long, position};
use crate::container::deflate::{crc32, deflate};
use crate::disk::Storage;
use std::io;
use std::ops::Range;

/// Bit 3 of the flags: checksum and lengths stand behind the member's bytes.
const DESCRIBED_BEHIND: u16 = 0x0008;
/// What may stand before them there.
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
/// Where checksum and compressed length stand in a member's header and in the directory, and where
/// its offset does there; where the directory's offset stands in the archive's end.
const IN_HEADER: usize = 14;
const IN_ENTRY: usize = 16;
const OFFSET_IN_ENTRY: usize = 42;
const OFFSET_IN_END: usize = 16;

/// A stretch of the new archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it stands in the old one, in bytes from its start.
    Kept(Range<u64>),
    /// New.
    New(Vec<u8>),
}

/// The new archive, stretch by stretch. `files` are the members that change, by their place in the
/// directory, and what they become; each has the length that it had.
///
/// # Errors
/// Where the archive cannot be read, or its members are not simply one after the other.
pub fn rewrite<S: Storage + ?Sized>(
    archive: &S,
    directory: &Directory,
    files: &[(usize, &[u8])],
) -> io::Result<Vec<Piece>> {
    if directory.has_zip64 {
        return Err(ContainerError::Zip64Records.into());
    }
    let mut changes = files
        .iter()
        .map(|(index, file)| Change::new(archive, directory, *index, file))
        .collect::<io::Result<Vec<_>>>()?;
    changes.sort_unstable_by_key(|change| change.old.start);
    let mut pieces = Vec::new();
    let mut kept = 0;
    for change in &changes {
        let overlaps = change.old.start < kept
            || directory.members.iter().any(|other| change.is_broken_by(other));
        if overlaps || change.old.end > directory.start {
            return Err(ContainerError::BadField { at: position(change.old.start) }.into());
        }
        pieces.push(Piece::Kept(kept..change.old.start));
        pieces.push(Piece::New(change.new.clone()));
        kept = change.old.end;
    }
    pieces.push(Piece::Kept(kept..directory.start));
    pieces.push(Piece::New(new_entries(directory, &changes)?));
    pieces.push(Piece::New(new_end(archive, directory, &changes)?));
    Ok(pieces)
}

/// A member that changes: header, bytes and what describes them behind.
struct Change {
    index: usize,
    old: Range<u64>,
    new: Vec<u8>,
    numbers: Numbers,
}

/// A member's checksum and its compressed length, as they stand side by side.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Numbers([u8; 8]);

impl Numbers {
    fn new(crc: u32, compressed: u32) -> Self {
        let mut bytes = [0; 8];
        bytes[..4].copy_from_slice(&crc.to_le_bytes());
        bytes[4..].copy_from_slice(&compressed.to_le_bytes());
        Self(bytes)
    }

    fn put(self, bytes: &mut [u8], at: usize) {
        bytes[at..at + 8].copy_from_slice(&self.0);
    }
}

impl Change {
    fn new<S: Storage + ?Sized>(
        archive: &S,
        directory: &Directory,
        index: usize,
        file: &[u8],
    ) -> io::Result<Self> {
        let member = &directory.members[index];
        let data = member.data(archive)?;
        let old_end = data + u64::from(member.compressed);
        if old_end > directory.start {
            return Err(ContainerError::BadField { at: position(member.header) }.into());
        }
        let bytes = match member.method {
            STORED => file.to_vec(),
            DEFLATED => deflate(file)?,
            method => return Err(ContainerError::Method(method).into()),
        };
        if u32::try_from(file.len()) != Ok(member.size) {
            return Err(ContainerError::TooLarge.into());
        }
        let compressed = u32::try_from(bytes.len()).map_err(|_| ContainerError::TooLarge)?;
        let numbers = Numbers::new(crc32(file), compressed);
        let mut new = vec![0; position(data - member.header)];
        archive.read(member.header, &mut new)?;
        let old_numbers = Numbers::new(member.crc, member.compressed);
        // Where they stand behind the bytes, most programs leave them at zero here.
        if new[IN_HEADER..][..8] == old_numbers.0 {
            numbers.put(&mut new, IN_HEADER);
        } else if member.flags & DESCRIBED_BEHIND == 0 {
            return Err(ContainerError::Zip64Records.into());
        }
        new.extend(bytes);
        let descriptor = descriptor(archive, member, old_end, old_numbers, numbers)?;
        new.extend_from_slice(&descriptor);
        let old = member.header..old_end + descriptor.len() as u64;
        Ok(Self { index, old, new, numbers })
    }

    /// Whether another member begins among its bytes.
    fn is_broken_by(&self, other: &Member) -> bool {
        other.header > self.old.start && other.header < self.old.end
    }

    /// How much longer it is now.
    fn growth(&self) -> i64 {
        self.new.len().cast_signed() as i64 - (self.old.end - self.old.start).cast_signed()
    }
}

/// What describes a member behind its bytes, if that is so, with the new numbers.
fn descriptor<S: Storage + ?Sized>(
    archive: &S,
    member: &Member,
    at: u64,
    old: Numbers,
    new: Numbers,
) -> io::Result<Vec<u8>> {
    if member.flags & DESCRIBED_BEHIND == 0 {
        return Ok(Vec::new());
    }
    let mut bytes = vec![0; 16];
    archive.read(at, &mut bytes)?;
    let marked = bytes.starts_with(&DESCRIPTOR);
    let numbers = if marked { 4 } else { 0 };
    bytes.truncate(numbers + 12);
    if bytes[numbers..][..8] != old.0 || long(&bytes, numbers + 8) != member.size {
        // Perhaps one of larger numbers.
        return Err(ContainerError::Zip64Records.into());
    }
    new.put(&mut bytes, numbers);
    Ok(bytes)
}

/// How much further back what stood at `offset` stands now.
fn shift(changes: &[Change], offset: u64) -> i64 {
    changes.iter().filter(|change| change.old.end <= offset).map(Change::growth).sum()
}

fn shifted(number: u32, by: i64) -> io::Result<[u8; 4]> {
    let number = u32::try_from(i64::from(number) + by).map_err(|_| ContainerError::TooLarge)?;
    Ok(number.to_le_bytes())
}

fn new_entries(directory: &Directory, changes: &[Change]) -> io::Result<Vec<u8>> {
    let mut entries = directory.entries.clone();
    for member in &directory.members {
        let at = member.entry + OFFSET_IN_ENTRY;
        let offset = shifted(long(&entries, at), shift(changes, member.header))?;
        entries[at..at + 4].copy_from_slice(&offset);
    }
    for change in changes {
        change.numbers.put(&mut entries, directory.members[change.index].entry + IN_ENTRY);
    }
    Ok(entries)
}

fn new_end<S: Storage + ?Sized>(
    archive: &S,
    directory: &Directory,
    changes: &[Change],
) -> io::Result<Vec<u8>> {
    // The end, with its comment, is what is left: at most 65,557 bytes.
    let mut end = vec![0; position(archive.len() - directory.end)];
    archive.read(directory.end, &mut end)?;
    let offset = shifted(long(&end, OFFSET_IN_END), shift(changes, directory.start))?;
    end[OFFSET_IN_END..][..4].copy_from_slice(&offset);
    Ok(end)
}
