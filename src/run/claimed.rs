//! Compares a claim with an image: the ledger itself knows no images.

use crate::conversion::{Patch, convert};
use crate::diagnosis::diagnose;
use crate::ledger::LedgerEntry;
use crate::media::{Medium, Place};
use crate::platform::{FileId, path_from_bytes};
use crate::record::fields::FileTime;
use std::fs;
use std::path::{Path, PathBuf};

/// The file that an image is, or is in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ImageFile {
    /// Its identity, if the system has one.
    pub(super) id: Option<FileId>,
    /// When it was made, if its file system knows. Identities of removed files are soon used again.
    pub(super) born: Option<i64>,
    /// Length in bytes of the member's name at the end of the image's path, with its colon.
    pub(super) member: usize,
}

impl ImageFile {
    /// The file at a place, which was not opened yet.
    pub(super) fn at(place: &Place) -> Self {
        let member = place.member.as_ref().map_or(0, |member| member.name.len() + 1);
        Self { member, ..Self::default() }
    }

    /// The same, once it was opened.
    pub(super) fn opened_as(self, medium: &Medium) -> Self {
        Self { id: medium.file_id(), born: medium.born(), ..self }
    }
}

impl LedgerEntry {
    /// The record before and after a begun conversion, if this program makes such a conversion: a sound 4.0 record,
    /// and the 4.5 record that it becomes.
    pub(crate) fn sound_patch(&self) -> Option<&Patch> {
        let patch = self.patch.as_deref()?;
        let diagnosis = diagnose(&patch.old);
        let serial = diagnosis.record.as_ref()?.serial.text()?;
        let new = convert(&diagnosis, FileTime::from_unix_seconds(self.converted_at)?)?;
        (serial == self.serial && new == patch.new).then_some(patch)
    }

    /// Whether this is the image that was claimed. It may have been moved within its disk; at its own path the inode is
    /// enough, since a disk may come back under another device number. A file that was made at another time is another
    /// one, which got the number of the removed one. A container becomes another file with each change, and some systems
    /// have no identities: then the path decides.
    pub(super) fn is_image(&self, path: &Path, file: ImageFile) -> bool {
        let is_as_old = self.born.zip(file.born).is_none_or(|(claimed, born)| claimed == born);
        let is_in = |claimed, id| {
            claimed == id && is_as_old && part(&self.path, file).1 == part(path, file).1
        };
        let may_be_at = |claimed: FileId, id: FileId| {
            (claimed.1 == id.1 && is_as_old) || self.container.is_some()
        };
        match (self.file, file.id) {
            (Some(claimed), Some(id)) => {
                is_in(claimed, id) || (may_be_at(claimed, id) && self.is_at(path, file))
            }
            _ => self.is_at(path, file),
        }
    }

    /// Whether it was claimed at this path, in whatever spelling.
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
