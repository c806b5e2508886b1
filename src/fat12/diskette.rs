//! Describes a volume: its label, and the files in its root directory.

use super::directory::{self, DirectoryEntry};
use super::{FatCopy, SECTOR_LEN, Volume};
use crate::disk::{DisketteStorage, MediaError};
use sha1::{Digest, Sha1};

/// Where the boot sector has the name of the system that formatted the diskette.
const OEM_NAME: std::ops::Range<usize> = 3..11;

/// The names on a diskette.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DisketteContents {
    /// The label in its root directory, padded with spaces.
    pub label: Option<[u8; 11]>,
    /// `BS_OEMName`: the system that formatted it.
    pub oem_name: [u8; 8],
    /// The files and folders in its root directory, in that order.
    pub files: Vec<RootFile>,
}

/// A file or folder in the root directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootFile {
    /// Its entry in the directory.
    pub entry: DirectoryEntry,
    /// The SHA-1 of the file, if that was asked for and all of it could be read.
    pub digest: Option<[u8; 20]>,
}

impl RootFile {
    /// Its name in the usual form: `README.TXT`.
    pub fn name(&self) -> Vec<u8> {
        let [name, ending] =
            [&self.entry.name[..8], &self.entry.name[8..]].map(<[u8]>::trim_ascii_end);
        if ending.is_empty() { name.to_vec() } else { [name, b".", ending].concat() }
    }

    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        !self.entry.is_file()
    }
}

impl Volume {
    /// The names on the diskette; no file is read.
    pub fn diskette(&self) -> DisketteContents {
        let root = self.root_bytes();
        let mut oem_name = [0; 8];
        oem_name.copy_from_slice(&self.area.bytes[OEM_NAME]);
        let files = self.root().map(|entry| RootFile { entry, digest: None }).collect();
        DisketteContents { label: directory::label(root), oem_name, files }
    }

    /// The SHA-1 of a file on `medium`; `None` for a folder, and if its cluster chain is broken.
    ///
    /// # Errors
    /// As the medium reports them.
    pub fn digest<S: DisketteStorage + ?Sized>(
        &self,
        medium: &S,
        file: &RootFile,
    ) -> Result<Option<[u8; 20]>, MediaError> {
        if file.is_folder() {
            return Ok(None);
        }
        let Ok(chain) = self.chain(&file.entry, FatCopy::First) else { return Ok(None) };
        let mut left = file.entry.size as usize;
        let (mut digest, mut sector) = (Sha1::new(), [0; SECTOR_LEN]);
        let sectors = 0..left.div_ceil(SECTOR_LEN);
        for offset in sectors.map_while(|number| chain.sector(number)) {
            medium.read(offset, &mut sector)?;
            digest.update(&sector[..left.min(SECTOR_LEN)]);
            left = left.saturating_sub(SECTOR_LEN);
        }
        Ok(Some(digest.finalize().into()))
    }
}
