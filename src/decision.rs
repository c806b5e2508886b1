//! Pure: what is to be done with a pack, and the bytes that do it.

use crate::conversion::convert;
use crate::diagnosis::{Diagnosis, Verdict};
use crate::record::fields::FileTime;
use crate::record::{HEADER_LEN, RECORD_LEN, RECORD_SECTORS, RecordBytes, SECTOR_LEN};

/// A change of a record, from one whole state to another.
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

    /// Whether the first sector changes: writing it is the conversion.
    pub fn commits(&self) -> bool {
        let (old, new) = self.sector(0);
        old != new
    }

    /// Whether `held` is made of bytes from before and after, and of no others.
    pub fn is_on_the_way(&self, held: &RecordBytes) -> bool {
        let bytes = held.iter().zip(self.old.iter().zip(&self.new));
        bytes.into_iter().all(|(held, (old, new))| held == old || held == new)
    }

    /// The other sectors that change: those that held 4.0 events.
    pub fn clean_up(&self) -> impl Iterator<Item = usize> {
        (1..RECORD_SECTORS).filter(|&index| {
            let (old, new) = self.sector(index);
            old != new
        })
    }
}

/// The change that a pack needs when it is converted `at` that time; `None` where it is to be left
/// alone: converted before, issued as 4.5, or refused.
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
