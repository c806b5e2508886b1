//! A record in less memory, while very many of them wait to be written together.

use crate::record::{RECORD_LEN, RecordBytes};

/// A record without the zeros at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TrimmedRecord(Box<[u8]>);

impl TrimmedRecord {
    pub(super) fn new(record: &RecordBytes) -> Self {
        let len = record.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        Self(record[..len].into())
    }

    pub(super) fn whole(&self) -> RecordBytes {
        let mut record = [0; RECORD_LEN];
        record[..self.0.len()].copy_from_slice(&self.0);
        record
    }
}
