//! A folder that is being walked.

use super::maps::{is_map_name, mapfile_of};
use crate::media::RawImage;
use crate::platform::Folder;
use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

/// What is left of a folder.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) folder: PathBuf,
    /// Names and types, sorted so that the next one is the last.
    pub(super) entries: Vec<(OsString, FileType)>,
    /// Names that mapfiles bear, in the same order.
    maps: Vec<OsString>,
    /// The folder itself, while its files are opened: the way to it is then not walked for each.
    handle: Option<Folder>,
}

impl Level {
    pub(super) fn list(folder: &Path) -> io::Result<Self> {
        let mut entries = fs::read_dir(folder)?
            .map(|entry| entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))))
            .collect::<io::Result<Vec<_>>>()?;
        entries.sort_unstable_by(|one, other| other.0.cmp(&one.0));
        let maps = entries.iter().map(|(name, _)| name).filter(|name| is_map_name(name));
        let maps = maps.cloned().collect();
        Ok(Self { folder: folder.to_owned(), entries, maps, handle: None })
    }

    /// The mapfile of the file at `path`, which is in this folder.
    pub(super) fn mapfile_of(&self, path: &Path) -> Option<PathBuf> {
        let is_there = |name: &OsStr| self.maps.binary_search_by(|map| name.cmp(map)).is_ok();
        if self.maps.is_empty() { None } else { mapfile_of(path, is_there) }
    }

    /// Opens the image at `path`, which is in this folder, to be read.
    pub(super) fn open(&mut self, path: &Path) -> io::Result<RawImage> {
        let folder = match &mut self.handle {
            Some(folder) => folder,
            none => none.insert(Folder::open(&self.folder)?),
        };
        RawImage::open_in(folder, path)
    }

    /// Closes what [`Level::open`] has opened for itself.
    pub(super) fn let_go(&mut self) {
        self.handle = None;
    }
}
