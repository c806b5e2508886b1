//! Zeros, which most of the bytes of diskettes and records are.

/// Whether all bytes are zero. They nearly always are, so there is no early exit.
pub(crate) fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().fold(0, |all, byte| all | byte) == 0
}

/// The bytes up to the last one that is not zero.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_trimmed_ends_with_its_last_byte_that_is_not_zero() {
        assert_eq!(trimmed(&[0; 2048]).len(), 0);
        for last in [0, 15, 16, 255, 256, 1000, 2047] {
            let mut bytes = [0; 2048];
            bytes[last] = 1;
            assert_eq!(trimmed(&bytes).len(), last + 1);
        }
        assert_eq!(trimmed(&[1; 259]), [1; 259]);
        assert_eq!(trimmed(&[0; 259]).len(), 0);
        assert_eq!(trimmed(&[]).len(), 0);
    }
}
