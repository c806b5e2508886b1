//! A record without the zeros at its end, which most of its bytes are.

use super::fields::is_zero;
use super::{RECORD_LEN, RecordBytes};

/// A record, or another part of a medium, up to its last byte that is not zero.
pub(crate) fn trimmed(bytes: &[u8]) -> &[u8] {
    // First without whole blocks of zeros, which is fast.
    without_zeros::<1>(without_zeros::<16>(without_zeros::<256>(bytes)))
}

/// The bytes without the blocks of zeros at their end.
fn without_zeros<const BLOCK: usize>(bytes: &[u8]) -> &[u8] {
    let (rest, blocks) = bytes.as_rchunks::<BLOCK>();
    let used = blocks.iter().rposition(|block| !is_zero(block)).map_or(0, |last| last + 1);
    &bytes[..rest.len() + used * BLOCK]
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
        for last in [0, 15, 16, 255, 256, 1000, 2047] {
            let mut record = [0; RECORD_LEN];
            record[last] = 1;
            assert_eq!(trimmed(&record).len(), last + 1);
            assert_eq!(whole(trimmed(&record)), Some(record));
        }
        assert_eq!(whole(&[0; RECORD_LEN + 1]), None);
        assert_eq!(trimmed(&[1; 259]), [1; 259]);
        assert_eq!(trimmed(&[0; 259]).len(), 0);
    }
}
