//! A record in less memory, while very many of them wait to be written together.

use crate::record::{RECORD_LEN, RecordBytes};

/// Bytes that are compared with zeros at a time.
const BLOCK: usize = 64;

/// A record without the zeros at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TrimmedRecord(Box<[u8]>);

impl TrimmedRecord {
    pub(super) fn new(record: &RecordBytes) -> Self {
        Self(trimmed(record).into())
    }

    pub(super) fn whole(&self) -> RecordBytes {
        let mut record = [0; RECORD_LEN];
        record[..self.0.len()].copy_from_slice(&self.0);
        record
    }
}

/// The record up to its last byte that is not zero.
fn trimmed(record: &RecordBytes) -> &[u8] {
    // First without whole blocks of zeros, which is fast.
    let blocks = record.chunks_exact(BLOCK).rposition(|block| *block != [0; BLOCK]);
    let begin = &record[..blocks.map_or(0, |last| (last + 1) * BLOCK)];
    let last = begin.iter().rposition(|byte| *byte != 0);
    &begin[..last.map_or(0, |last| last + 1)]
}
