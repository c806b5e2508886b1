//! What a claim says, held against what an image is: the ledger itself knows no images.

use crate::conversion::{Patch, convert};
use crate::diagnosis::diagnose;
use crate::ledger::LedgerEntry;
use crate::platform::FileId;
use crate::record::fields::FileTime;
use std::path::Path;

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

    /// Whether it is the very file that was claimed: moved within its disk, or at its path with its
    /// inode (a disk may come back under another device number); where the system has neither, the
    /// path tells.
    pub(crate) fn is_file(&self, path: &Path, file: Option<FileId>) -> bool {
        match (self.file, file) {
            (Some(claimed), Some(file)) => {
                claimed == file || (claimed.1 == file.1 && self.path == path)
            }
            _ => self.path == path,
        }
    }
}
