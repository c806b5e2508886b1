//! What a claim says, held against what an image is: the ledger itself knows no images.

use crate::conversion::{Patch, convert};
use crate::diagnosis::diagnose;
use crate::ledger::LedgerEntry;
use crate::media::Place;
use crate::platform::{FileId, path_from_bytes};
use crate::record::fields::FileTime;
use std::fs;
use std::path::{Path, PathBuf};

/// The file that an image is, or is in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ImageFile {
    /// Its identity, where the system has such.
    pub(super) id: Option<FileId>,
    /// Bytes at the end of the image's path that are the name of a member, with its colon.
    pub(super) member: usize,
}

impl ImageFile {
    /// The file at a place.
    pub(super) fn of(place: &Place, id: Option<FileId>) -> Self {
        Self { id, member: place.member.as_ref().map_or(0, |member| member.name.len() + 1) }
    }
}

impl LedgerEntry {
    /// The records of a begun conversion, if they are one that this program makes: a sound 4.0 record,
    /// and the 4.5 record that it becomes.
    pub(crate) fn sound_patch(&self) -> Option<&Patch> {
        let patch = self.patch.as_ref()?;
        let diagnosis = diagnose(&patch.old);
        let serial = diagnosis.record.as_ref()?.serial.text()?;
        let new = convert(&diagnosis, FileTime::from_unix_seconds(self.converted_at)?)?;
        (serial == self.serial && new == patch.new).then_some(patch)
    }

    /// Whether it is the very image that was claimed: in the same file, whatever its path is now; or at its path
    /// with its inode (a disk may come back under another device number). A container is another file after
    /// each change of it, and where the system has no such numbers, the path tells alone.
    pub(super) fn is_image(&self, path: &Path, file: ImageFile) -> bool {
        let is_in = |claimed, id| claimed == id && part(&self.path, file).1 == part(path, file).1;
        let may_be_at = |claimed: FileId, id: FileId| claimed.1 == id.1 || self.container.is_some();
        match (self.file, file.id) {
            (Some(claimed), Some(id)) => {
                is_in(claimed, id) || (may_be_at(claimed, id) && self.is_at(path, file))
            }
            _ => self.is_at(path, file),
        }
    }

    /// Whether it was claimed at this path, however that is spelled.
    pub(super) fn is_at(&self, path: &Path, file: ImageFile) -> bool {
        if self.path == path {
            return true;
        }
        let ((claimed, its_name), (here, name)) = (part(&self.path, file), part(path, file));
        let Ok(here) = fs::canonicalize(here) else { return false };
        let is_there = || fs::canonicalize(claimed).is_ok_and(|claimed| claimed == here);
        its_name == name && (self.container.as_ref() == Some(&here) || is_there())
    }
}

/// The path of the file in an image's path, and the name of the member behind it.
fn part(path: &Path, file: ImageFile) -> (PathBuf, &[u8]) {
    let bytes = path.as_os_str().as_encoded_bytes();
    let (path, name) = bytes.split_at(bytes.len().saturating_sub(file.member));
    (path_from_bytes(path.to_vec()), name)
}
