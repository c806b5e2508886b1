//! Pure: a sound 4.0 record and a time in, the 4.5 record and the patch out (FORMAT.md, "Conversion").
//!
//! There is no way back: only a digest is left of the 4.0 events.

use crate::diagnosis::{Diagnosis, Verdict};
use crate::disk::SECTOR_LEN;
use crate::record::fields::{Bytes, FileTime};
use crate::record::v45::{Header45, MAGIC};
use crate::record::{HEADER_LEN, RECORD_LEN, RECORD_SECTORS, RecordBytes, STATUS_BOUND};

/// The 4.5 record of a convertible pack that is converted at the time `at`; `None` for any other pack,
/// and for the time 0, which means "issued as 4.5" in a record. All bytes after its first sector are zero.
pub fn convert(diagnosis: &Diagnosis, at: FileTime) -> Option<RecordBytes> {
    let record = diagnosis
        .record
        .as_ref()
        .filter(|_| diagnosis.verdict == Verdict::Convertible && at.0 != 0)?;
    let header = Header45 {
        magic: Bytes(MAGIC),
        layout: record.layout,
        record_length: record.record_length,
        serial: record.serial,
        licenses: record.licenses,
        origin: 1,
        made_at: record.made_at,
        converted_at: at,
        source_digest: record.digest(),
        zero_4c: Bytes::ZERO,
        identity_seal: Bytes::ZERO,
        event_count: 0,
        status: record.status & STATUS_BOUND,
        from: record.from,
        to: record.to,
        server: record.server,
        zero_82: Bytes::ZERO,
        header_seal: Bytes::ZERO,
        zero_98: Bytes::ZERO,
    };
    let mut bytes = [0; RECORD_LEN];
    bytes[..HEADER_LEN].copy_from_slice(&header.sealed(None));
    Some(bytes)
}

/// A change of a record from one complete state to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// The record as it is.
    pub old: RecordBytes,
    /// The record as it will be.
    pub new: RecordBytes,
}

impl Patch {
    /// The bytes of one of the record's four sectors, before and after.
    pub fn sector(&self, index: usize) -> (&[u8], &[u8]) {
        let range = index * SECTOR_LEN..(index + 1) * SECTOR_LEN;
        (&self.old[range.clone()], &self.new[range])
    }

    /// Whether the first sector changes, so that writing it converts the pack.
    pub fn commits(&self) -> bool {
        let (old, new) = self.sector(0);
        old != new
    }

    /// Whether each byte of `held` is that of the old or that of the new record.
    pub fn is_on_the_way(&self, held: &RecordBytes) -> bool {
        let bytes = held.iter().zip(self.old.iter().zip(&self.new));
        bytes.into_iter().all(|(held, (old, new))| held == old || held == new)
    }

    /// The other sectors that must be written: those with 4.0 events. All of them if the conversion was
    /// committed by an earlier run: the cache may show zeros that the disk does not hold.
    pub fn clean_up(&self) -> impl Iterator<Item = usize> {
        (1..RECORD_SECTORS).filter(|&index| {
            let (old, new) = self.sector(index);
            old != new || !self.commits()
        })
    }
}

/// The change of a pack that is converted at the time `at`; `None` if it must be left alone because it is
/// already converted, issued as 4.5, or refused.
pub fn decide(diagnosis: &Diagnosis, at: FileTime) -> Option<Patch> {
    let old = *diagnosis.record.as_ref()?.bytes();
    let new = match diagnosis.verdict {
        Verdict::Convertible => convert(diagnosis, at)?,
        Verdict::UnfinishedConversion => {
            let mut new = [0; RECORD_LEN];
            new[..HEADER_LEN].copy_from_slice(&old[..HEADER_LEN]);
            new
        }
        Verdict::AlreadyConverted | Verdict::Issued45 | Verdict::Refused => return None,
    };
    Some(Patch { old, new })
}
