//! The list of `--only-as`: only these images are converted, and only if they hold the listed records.

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
        self.0.insert(Self::key(path, record));
    }

    /// Whether the image is on the list, with this record.
    pub(super) fn contains(&self, path: &Path, record: &Seal) -> bool {
        self.0.contains(&Self::key(path.as_os_str().as_encoded_bytes(), record))
    }

    fn key(path: &[u8], record: &Seal) -> Seal {
        sha1(&[&record.0, path])
    }
}
