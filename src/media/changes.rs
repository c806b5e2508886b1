//! Changes of an image that are not in its container yet.

use std::collections::BTreeMap;

/// Bytes that were written to an image, by their offset.
pub(super) type Changes = BTreeMap<u64, Vec<u8>>;

/// Applies the changes to `buffer`, which was read from `offset` on.
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

/// Whether the image with these bytes holds all of the changes.
pub(super) fn are_made(changes: &Changes, image: &[u8]) -> bool {
    changes.iter().all(|(at, bytes)| {
        let from = usize::try_from(*at).ok().and_then(|at| image.get(at..));
        from.is_some_and(|from| from.starts_with(bytes))
    })
}

/// Fills `buffer` if there is a change at exactly this offset and of this length; returns whether there is.
pub(super) fn read_exactly(changes: &Changes, offset: u64, buffer: &mut [u8]) -> bool {
    let Some(bytes) = changes.get(&offset).filter(|bytes| bytes.len() == buffer.len()) else {
        return false;
    };
    buffer.copy_from_slice(bytes);
    true
}
