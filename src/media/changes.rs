//! What was written to an image in memory, and is not in its container yet.

use std::collections::BTreeMap;

/// What was written to an image, by its offset in bytes.
pub(super) type Changes = BTreeMap<u64, Vec<u8>>;

/// Puts changes over what was read from `offset` on.
pub(super) fn apply(changes: &Changes, offset: u64, buffer: &mut [u8]) {
    for (at, bytes) in changes {
        for (place, byte) in (*at..).zip(bytes) {
            let place = place.checked_sub(offset).and_then(|place| usize::try_from(place).ok());
            if let Some(place) = place.and_then(|place| buffer.get_mut(place)) {
                *place = *byte;
            }
        }
    }
}

/// Fills `buffer` where exactly these bytes, at `offset`, are among the changes; whether they are.
pub(super) fn read_exactly(changes: &Changes, offset: u64, buffer: &mut [u8]) -> bool {
    let Some(bytes) = changes.get(&offset).filter(|bytes| bytes.len() == buffer.len()) else {
        return false;
    };
    buffer.copy_from_slice(bytes);
    true
}
