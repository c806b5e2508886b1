//! Rewrites an archive with other bytes for some members; every other byte stays.

use super::member::{ZIP64_FIELD, extra_fields, index_of};
use super::{
    ContainerError, DEFLATED, Directory, HEADER_LEN, STORED, ZipMember, long, position, word,
};
use crate::container::deflate::{crc32, deflate};
use crate::disk::{MediaError, Storage};
use std::ops::Range;

/// Bit 3 of the flags: checksum and lengths follow the member's bytes, in a data descriptor.
const DESCRIBED_BEHIND: u16 = 0x0008;
/// The optional mark of a data descriptor.
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
/// Offsets of the checksum and the compressed length, which follow each other, in a member's header and in
/// its directory entry; of the member's offset in the entry; and of the directory's offset in the end record.
const IN_HEADER: usize = 14;
const IN_ENTRY: usize = 16;
const OFFSET_IN_ENTRY: usize = 42;
const OFFSET_IN_END: usize = 16;

/// A stretch of bytes of the new archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// Copied from this range of the old one, in bytes from its start.
    Kept(Range<u64>),
    /// New.
    New(Vec<u8>),
}

/// Passes the new archive to `put`, stretch by stretch. `indices` are the members that change, by their
/// place in the directory. `file` returns the new content of each, of the same length as before; it is called
/// for one after the other, so that only one is in memory.
///
/// # Errors
/// If the archive cannot be read, members overlap, or `file` or `put` fails.
pub fn rewrite<S: Storage + ?Sized>(
    archive: &S,
    directory: &Directory,
    indices: &[usize],
    file: &mut dyn FnMut(usize) -> Result<Vec<u8>, MediaError>,
    put: &mut dyn FnMut(Stretch) -> Result<(), MediaError>,
) -> Result<(), MediaError> {
    if let Some(obstacle) = directory.obstacle() {
        return Err(obstacle.into());
    }
    let order = directory.in_file_order(indices.iter().copied())?;
    let mut headers: Vec<_> = directory.members.iter().map(|member| member.header).collect();
    headers.sort_unstable();
    let (mut changes, mut kept) = (Vec::<MemberChange>::new(), 0);
    for index in order {
        let (mut change, new) = MemberChange::new(archive, directory, index, &file(index)?)?;
        change.growth += changes.last().map_or(0, |before| before.growth);
        let overlaps = change.old.start < kept || change.is_broken_by(&headers);
        if overlaps || change.old.end > directory.start {
            return Err(ContainerError::BadField { at: position(change.old.start) }.into());
        }
        put(Stretch::Kept(kept..change.old.start))?;
        put(Stretch::New(new))?;
        kept = change.old.end;
        changes.push(change);
    }
    put(Stretch::Kept(kept..directory.start))?;
    put(Stretch::New(new_entries(directory, &changes)?))?;
    put(Stretch::New(new_end(directory, &changes)?))?;
    let behind = directory.end.at + directory.end.record.len() as u64;
    put(Stretch::Kept(behind..archive.len()))
}

/// The change of a member: its header, its bytes and its data descriptor.
struct MemberChange {
    index: usize,
    old: Range<u64>,
    /// How many bytes longer the archive is up to the end of this member.
    growth: i64,
    numbers: ChecksumAndLength,
}

/// A member's checksum and compressed length, as they follow each other in its header.
#[derive(Clone, Copy, PartialEq, Eq)]
struct ChecksumAndLength([u8; 8]);

impl ChecksumAndLength {
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

impl MemberChange {
    /// The change of a member to `file`, and its new bytes.
    fn new<S: Storage + ?Sized>(
        archive: &S,
        directory: &Directory,
        index: usize,
        file: &[u8],
    ) -> Result<(Self, Vec<u8>), MediaError> {
        let member = &directory.members[index];
        if let Some(obstacle) = member.obstacle(archive)? {
            return Err(obstacle.into());
        }
        let data = member.data(archive)?;
        let old_end = data + member.compressed;
        if old_end > directory.start {
            return Err(ContainerError::BadField { at: position(member.header) }.into());
        }
        let bytes = match member.method {
            STORED => file.to_vec(),
            DEFLATED => deflate(file)?,
            method => return Err(ContainerError::Method(method).into()),
        };
        if file.len() as u64 != member.size {
            return Err(ContainerError::TooLarge.into());
        }
        let numbers = ChecksumAndLength::new(crc32(file), length(bytes.len() as u64)?);
        let old_numbers = ChecksumAndLength::new(member.crc, length(member.compressed)?);
        let mut new = vec![0; position(data - member.header)];
        archive.read(member.header, &mut new)?;
        // With a data descriptor, most programs leave them zero here.
        if new[IN_HEADER..][..8] == old_numbers.0 {
            numbers.put(&mut new, IN_HEADER);
        } else if member.flags & DESCRIBED_BEHIND == 0 {
            return Err(ContainerError::Zip64Records.into());
        }
        new.extend(bytes);
        let descriptor = descriptor(archive, member, old_end, old_numbers, numbers)?;
        new.extend_from_slice(&descriptor);
        let old = member.header..old_end + descriptor.len() as u64;
        let growth = (new.len() as u64).cast_signed() - (old.end - old.start).cast_signed();
        Ok((Self { index, old, growth, numbers }, new))
    }

    /// Whether another member begins within this one; `headers` are the offsets of all, in order.
    fn is_broken_by(&self, headers: &[u64]) -> bool {
        let next = headers.partition_point(|header| *header <= self.old.start);
        headers.get(next).is_some_and(|header| *header < self.old.end)
    }
}

impl ZipMember {
    /// Why it cannot be changed, by its entry in the directory and its own header; `None` if it can.
    ///
    /// # Errors
    /// If the header cannot be read.
    pub fn obstacle<S: Storage + ?Sized>(
        &self,
        archive: &S,
    ) -> Result<Option<ContainerError>, MediaError> {
        if self.obstacle.is_some() {
            return Ok(self.obstacle);
        }
        let end = self.data(archive)?;
        let mut header = [0; HEADER_LEN];
        archive.read(self.header, &mut header)?;
        let length = u64::from(word(&header, 28));
        let mut extra = vec![0; position(length)];
        archive.read(end - length, &mut extra)?;
        if extra_fields(&extra).any(|(id, _)| id == ZIP64_FIELD) {
            return Ok(Some(ContainerError::Zip64Records));
        }
        match index_of(&extra) {
            None => odd_numbers(archive, self, &header, end + self.compressed),
            index => Ok(index),
        }
    }
}

/// Why a member's checksum and lengths cannot be written anew: those before its bytes, in `header`, or those behind
/// them, at `end`, are not the directory's.
fn odd_numbers<S: Storage + ?Sized>(
    archive: &S,
    member: &ZipMember,
    header: &[u8],
    end: u64,
) -> Result<Option<ContainerError>, MediaError> {
    let numbers = ChecksumAndLength::new(member.crc, length(member.compressed)?);
    let is_described = member.flags & DESCRIBED_BEHIND != 0;
    if !is_described && header[IN_HEADER..][..8] != numbers.0 {
        return Ok(Some(ContainerError::Zip64Records));
    }
    match descriptor(archive, member, end, numbers, numbers) {
        Ok(_) => Ok(None),
        Err(error) => error.container().map(Some).ok_or(error),
    }
}

fn length(bytes: u64) -> Result<u32, MediaError> {
    u32::try_from(bytes).map_err(|_| ContainerError::TooLarge.into())
}

/// The new data descriptor of a member; empty if it has none.
fn descriptor<S: Storage + ?Sized>(
    archive: &S,
    member: &ZipMember,
    at: u64,
    old: ChecksumAndLength,
    new: ChecksumAndLength,
) -> Result<Vec<u8>, MediaError> {
    if member.flags & DESCRIBED_BEHIND == 0 {
        return Ok(Vec::new());
    }
    let mut bytes = vec![0; 16];
    archive.read(at, &mut bytes)?;
    let marked = bytes.starts_with(&DESCRIPTOR);
    let numbers = if marked { 4 } else { 0 };
    bytes.truncate(numbers + 12);
    if bytes[numbers..][..8] != old.0 || u64::from(long(&bytes, numbers + 8)) != member.size {
        // Perhaps a ZIP64 one.
        return Err(ContainerError::Zip64Records.into());
    }
    new.put(&mut bytes, numbers);
    Ok(bytes)
}

/// By how many bytes something at `offset` has moved. `changes` are in the order of the archive.
fn shift(changes: &[MemberChange], offset: u64) -> i64 {
    let before = changes.partition_point(|change| change.old.end <= offset);
    before.checked_sub(1).map_or(0, |last| changes[last].growth)
}

fn shifted(number: u32, by: i64) -> Result<[u8; 4], MediaError> {
    let number = u32::try_from(i64::from(number) + by).map_err(|_| ContainerError::TooLarge)?;
    Ok(number.to_le_bytes())
}

fn new_entries(directory: &Directory, changes: &[MemberChange]) -> Result<Vec<u8>, MediaError> {
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

fn new_end(directory: &Directory, changes: &[MemberChange]) -> Result<Vec<u8>, MediaError> {
    let mut end = directory.end.record.clone();
    let offset = shifted(long(&end, OFFSET_IN_END), shift(changes, directory.start))?;
    end[OFFSET_IN_END..][..4].copy_from_slice(&offset);
    Ok(end)
}
