//! Changes of an image that are not in its container yet.

use crate::disk::trimmed;

/// Bytes that were written to an image. Very many images of one container may wait to be written together, so the zeros
/// at the end of what was written are only counted.
#[derive(Debug, Default)]
pub(super) struct Changes(Vec<Written>);

/// What was written at one offset.
#[derive(Debug)]
struct Written {
    offset: u64,
    len: usize,
    /// All of it up to the zeros at its end.
    start: Box<[u8]>,
}

impl Written {
    fn new(offset: u64, bytes: &[u8]) -> Self {
        Self { offset, len: bytes.len(), start: trimmed(bytes).into() }
    }

    fn bytes(&self) -> impl Iterator<Item = u8> {
        self.start.iter().copied().chain(std::iter::repeat(0)).take(self.len)
    }
}

impl Changes {
    /// Adds bytes, in place of what was written at the same offset before.
    pub(super) fn write(&mut self, offset: u64, bytes: &[u8]) {
        self.0.retain(|written| written.offset != offset);
        self.0.push(Written::new(offset, bytes));
    }

    /// Applies the changes to `buffer`, which was read from `offset` on.
    pub(super) fn apply(&self, offset: u64, buffer: &mut [u8]) {
        for written in &self.0 {
            for (place, byte) in (written.offset..).zip(written.bytes()) {
                let place = place.checked_sub(offset).and_then(|place| usize::try_from(place).ok());
                if let Some(place) = place.and_then(|place| buffer.get_mut(place)) {
                    *place = byte;
                }
            }
        }
    }

    /// Whether the image with these bytes holds all of the changes.
    pub(super) fn are_made_in(&self, image: &[u8]) -> bool {
        self.0.iter().all(|written| {
            let from = usize::try_from(written.offset).ok().and_then(|offset| image.get(offset..));
            let there = from.and_then(|from| from.get(..written.len));
            there.is_some_and(|there| there.iter().copied().eq(written.bytes()))
        })
    }

    /// Fills `buffer` if there is a change at exactly this offset and of this length; returns whether there is.
    pub(super) fn read_exactly(&self, offset: u64, buffer: &mut [u8]) -> bool {
        let same = |written: &&Written| written.offset == offset && written.len == buffer.len();
        let Some(written) = self.0.iter().find(same) else { return false };
        buffer.iter_mut().zip(written.bytes()).for_each(|(place, byte)| *place = byte);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_that_were_written_are_written_and_others_are_not() {
        let mut changes = Changes::default();
        changes.write(2, &[9; 4]);
        changes.write(2, &[1, 0, 0]);
        changes.write(6, &[0, 0]);
        let mut image = [7; 9];
        changes.apply(0, &mut image);
        assert_eq!(image, [7, 7, 1, 0, 0, 7, 0, 0, 7]);
        let mut part = [7; 3];
        changes.apply(4, &mut part);
        assert_eq!(part, [0, 7, 0]);
        assert!(changes.are_made_in(&image));
        assert!(!changes.are_made_in(&image[..7]));
        image[4] = 1;
        assert!(!changes.are_made_in(&image));
        let mut whole = [7; 3];
        assert!(changes.read_exactly(2, &mut whole) && !changes.read_exactly(2, &mut [0; 2]));
        assert_eq!(whole, [1, 0, 0]);
    }
}
