//! Images of packs: where a record lies in one, and small ones for packs that only the simulator knows.

use super::pack::{Format, Pack};
use crate::support::testdata;

/// Where the record of an image begins, which must be a 4.0 one in one piece.
#[track_caller]
pub(crate) fn record_at(image: &[u8]) -> usize {
    image.windows(8).position(|bytes| bytes == b"SBSCAP40").expect("a 4.0 record")
}

impl Pack {
    /// The pack of this record under another serial, with seals of its own.
    pub(crate) fn renumbered(record: &[u8], format: Format, serial: &str) -> Self {
        let mut pack = Self::issued_45(serial, 5, 0);
        (pack.bytes, pack.format) = (record.to_vec(), format);
        pack.put(0x00C, serial.as_bytes());
        pack.reseal();
        pack
    }

    /// The whole image of a diskette of 160 KB with this pack.
    pub(crate) fn diskette(&self) -> Vec<u8> {
        diskette_with(&self.bytes).0
    }

    /// The same, cut behind the record, where an image may end: cheap where many are needed.
    pub(crate) fn image(&self) -> Vec<u8> {
        image_of(&self.bytes)
    }
}

/// An image with this record at its end, whatever the record is.
pub(crate) fn image_of(record: &[u8]) -> Vec<u8> {
    let (mut image, at) = diskette_with(record);
    image.truncate(at + record.len());
    image
}

fn diskette_with(record: &[u8]) -> (Vec<u8>, usize) {
    let mut image = std::fs::read(testdata("images/unused-20-160.img")).unwrap();
    let at = record_at(&image);
    image[at..at + record.len()].copy_from_slice(record);
    (image, at)
}
