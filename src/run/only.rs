//! The list of `--only-as`: only these images are converted, and only if they hold the listed records.

use crate::platform::path_from_bytes;
use crate::record::fields::Seal;
use crate::record::seal::sha1;
use std::collections::HashSet;
use std::path::Path;

/// A list of images, by their paths and the SHA-1 of their records.
#[derive(Clone, Debug, Default)]
pub struct Only(HashSet<Seal>);

impl Only {
    /// Adds an image; `path` is the bytes of its path, as it is reported.
    pub fn add(&mut self, path: &[u8], record: &Seal) {
        self.0.insert(Self::key(&path_from_bytes(path.to_vec()), record));
    }

    /// Whether the image is on the list, with this record.
    pub(super) fn contains(&self, path: &Path, record: &Seal) -> bool {
        self.0.contains(&Self::key(path, record))
    }

    /// The same for `in\a.img` and `in/a.img` where both name one file, as on Windows.
    fn key(path: &Path, record: &Seal) -> Seal {
        let parts = path.components().map(|part| part.as_os_str().as_encoded_bytes());
        let parts = parts.flat_map(|part| [part, b"\0"]);
        let all: Vec<&[u8]> = std::iter::once(&record.0[..]).chain(parts).collect();
        sha1(&all)
    }
}
