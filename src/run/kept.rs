//! A record in less memory, while very many of them wait to be written together.

use crate::disk::trimmed;
use crate::record::{RECORD_LEN, RecordBytes, whole};

/// A record without the zeros at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TrimmedRecord(Box<[u8]>);

impl TrimmedRecord {
    pub(super) fn new(record: &RecordBytes) -> Self {
        Self(trimmed(record).into())
    }

    pub(super) fn whole(&self) -> RecordBytes {
        whole(&self.0).unwrap_or([0; RECORD_LEN])
    }
}
