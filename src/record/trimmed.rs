//! A record without the zeros at its end, which most of its bytes are.

use super::fields::is_zero;
use super::{RECORD_LEN, RecordBytes};

/// Bytes that are compared with zeros at a time.
const BLOCK: usize = 64;

/// A record, or a part of one, up to its last byte that is not zero.
pub(crate) fn trimmed(bytes: &[u8]) -> &[u8] {
    // First without whole blocks of zeros, which is fast.
    let last = bytes.chunks(BLOCK).rposition(|block| !is_zero(block));
    let blocks = &bytes[..last.map_or(0, |last| bytes.len().min((last + 1) * BLOCK))];
    let last = blocks.iter().rposition(|byte| *byte != 0);
    &blocks[..last.map_or(0, |last| last + 1)]
}

/// The whole record; `None` if these bytes are more than one.
pub(crate) fn whole(trimmed: &[u8]) -> Option<RecordBytes> {
    let mut record = [0; RECORD_LEN];
    record.get_mut(..trimmed.len())?.copy_from_slice(trimmed);
    Some(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_trimmed_ends_with_its_last_byte_and_is_whole_again() {
        assert_eq!(trimmed(&[0; RECORD_LEN]).len(), 0);
        for last in [0, 62, 63, 64, 1000, 2047] {
            let mut record = [0; RECORD_LEN];
            record[last] = 1;
            assert_eq!(trimmed(&record).len(), last + 1);
            assert_eq!(whole(trimmed(&record)), Some(record));
        }
        assert_eq!(whole(&[0; RECORD_LEN + 1]), None);
        assert_eq!(trimmed(&[1; BLOCK + 3]), [1; BLOCK + 3]);
    }
}
