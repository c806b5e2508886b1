//! One folder in a walk.

use super::maps::{is_made_of, is_map_name, mapfile_of};
use crate::files::OpenFile;
use crate::media::RawImage;
use crate::platform::Folder;
use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

/// What is left of a folder that is walked.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) folder: PathBuf,
    /// Names and types, sorted so that the next one is the last.
    pub(super) entries: Vec<(OsString, FileType)>,
    /// Names with the ending of a mapfile, in the same order.
    maps: Vec<OsString>,
    /// The open folder, while its files are opened, so that its path is not resolved for each.
    handle: Option<Folder>,
}

impl Level {
    pub(super) fn list(folder: &Path) -> io::Result<Self> {
        let mut entries = fs::read_dir(folder)?
            .map(|entry| entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))))
            .collect::<io::Result<Vec<_>>>()?;
        entries.sort_unstable_by(|one, other| other.0.cmp(&one.0));
        let files = entries.iter().filter(|(_, kind)| kind.is_file() || kind.is_symlink());
        let maps = files.map(|(name, _)| name).filter(|name| is_map_name(name));
        let maps = maps.cloned().collect();
        Ok(Self { folder: folder.to_owned(), entries, maps, handle: None })
    }

    /// The path of what has this name in the folder.
    pub(super) fn path_of(&self, name: &OsStr) -> PathBuf {
        // As much memory as it needs, at once.
        let mut path = PathBuf::with_capacity(self.folder.as_os_str().len() + 1 + name.len());
        path.push(&self.folder);
        path.push(name);
        path
    }

    /// The mapfile of the file at `path`, which is in this folder.
    pub(super) fn mapfile_of(&self, path: &Path) -> Option<PathBuf> {
        if self.maps.is_empty() {
            return None;
        }
        mapfile_of(path, |base, ending| {
            // Names with the same beginning are neighbours, since they are sorted, the last one first.
            let begins =
                |map: &OsString| map.as_encoded_bytes().starts_with(base.as_encoded_bytes());
            let is_before = |map: &OsString| map.as_os_str() > base && !begins(map);
            let from = self.maps.partition_point(is_before);
            let mut of_base = self.maps[from..].iter().take_while(|map| begins(map));
            of_base.find(|map| is_made_of(map, base, ending)).cloned()
        })
    }

    /// Opens the image with this name in the folder to be read; `path` leads to it.
    pub(super) fn open(&mut self, name: &OsStr, path: &Path) -> io::Result<RawImage> {
        let folder = match &mut self.handle {
            Some(folder) => folder,
            none => none.insert(Folder::open(&self.folder)?),
        };
        OpenFile::open_in(folder, name, path).map(RawImage::from)
    }

    /// Closes the folder that [`Level::open`] has opened.
    pub(super) fn let_go(&mut self) {
        self.handle = None;
    }
}
