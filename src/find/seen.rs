//! Remembers which files and folders were found by an earlier path.

use super::{Found, Image};
use crate::container::{may_be_archive, may_be_image};
use crate::media::{Place, PlaceKind, RawImage};
use crate::platform::{FileId, FileIdentity};
use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was found before. Files with a single name that are found in a folder are not remembered: no
/// other walk leads to them, so memory does not grow with the number of images.
#[derive(Debug, Default)]
pub(super) struct SeenPaths {
    files: HashMap<FileId, PathBuf>,
    /// Resolved paths of named folders, and the path that was named for each.
    pub(super) folders: HashMap<PathBuf, PathBuf>,
    pub(super) named_files: bool,
}

impl SeenPaths {
    /// The file, or the first path to it if it was found before.
    pub(super) fn file(
        &mut self,
        place: Place,
        file: FileIdentity,
        len: u64,
        root: Arc<Path>,
        opened: Option<Box<RawImage>>,
    ) -> Found {
        let path = &place.path;
        let named = path.as_os_str() == root.as_os_str();
        if (named || self.named_files || file.has_other_names())
            && let Some(id) = file.id
        {
            if let Some(first) = self.files.get(&id) {
                return Found::Repeated { path: place.path, first: first.clone() };
            }
            if named || file.has_other_names() {
                self.files.insert(id, path.clone());
            }
        }
        let may_be_archive = place.kind == PlaceKind::File && may_be_archive(&place.path, len);
        Found::Image(Image { place, root, may_be_archive, opened })
    }

    /// The named folder in whose walk a named file was found before.
    pub(super) fn walked(&self, path: &Path, metadata: &Metadata) -> Option<PathBuf> {
        if self.folders.is_empty() || !may_be_image(path, metadata.len()) {
            return None;
        }
        self.folder(fs::canonicalize(path).ok()?.parent()?)
    }

    /// The named folder that `resolved` is, or is in.
    pub(super) fn folder(&self, resolved: &Path) -> Option<PathBuf> {
        resolved.ancestors().find_map(|folder| self.folders.get(folder)).cloned()
    }
}
