//! The walk over the named paths.

use super::found::{FindError, Found, Image, Skipped};
use super::level::Level;
use super::maps::{beside, mapfile_of};
use super::named::{device, is_loose_record, leads_nowhere};
use super::seen::SeenPaths;
use crate::container::{is_raw_name, may_be_image};
use crate::files::is_open_in_sqlite;
use crate::media::{Place, PlaceKind};
use crate::platform::{FileIdentity, identity_at, may_open_many};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Walks the named paths: files as they are, folders with everything below, sorted by name in each.
/// A symbolic link is followed only if it is named itself.
#[derive(Debug)]
pub struct Finder {
    roots: std::vec::IntoIter<PathBuf>,
    /// Whether there are several paths, so that one may lead to what another has led to.
    several: bool,
    /// The resolved folder for converted copies, which is not walked.
    output: Option<PathBuf>,
    /// The mapfile of the file that is named first.
    map: Option<PathBuf>,
    /// Whether images are opened when they are found.
    opens: bool,
    walk: Option<FolderWalk>,
    seen: SeenPaths,
}

/// The walk of a folder: what is left on each level, the deepest last.
#[derive(Debug)]
struct FolderWalk {
    root: Arc<Path>,
    levels: Vec<Level>,
}

impl Finder {
    /// A walk over `paths`, without the folder `output`.
    pub fn new(paths: Vec<PathBuf>, output: Option<&Path>) -> Self {
        Self {
            several: paths.len() > 1,
            roots: paths.into_iter(),
            output: output.map(resolve_missing),
            map: None,
            opens: false,
            walk: None,
            seen: SeenPaths::default(),
        }
    }

    /// The same walk, with `map` as the mapfile of the one file that is named.
    #[must_use]
    pub fn with_mapfile(mut self, map: Option<PathBuf>) -> Self {
        self.map = map;
        self
    }

    /// The same walk for images that will only be read: those with the ending of a raw image are opened at
    /// once, unless few files may be open. That saves looking up the path again.
    #[must_use]
    pub fn only_to_look(mut self, only_to_look: bool) -> Self {
        self.opens = only_to_look && may_open_many();
        self
    }

    fn take_root(&mut self, path: PathBuf) -> Option<Found> {
        if let Some((place, drive)) = Place::of_drive_name(&path) {
            let root = path.into();
            return Some(self.seen.file(
                place,
                FileIdentity { id: Some(drive), names: 1 },
                0,
                root,
                None,
            ));
        }
        if let Some(error) = device(&path) {
            return Some(Found::Failed { path, named: true, error });
        }
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) => return Some(self.take_member(path, error)),
        };
        if metadata.is_dir() {
            return self.enter_root(path);
        }
        let Some(kind) = PlaceKind::of(&metadata) else {
            return Some(Found::Failed { path, named: true, error: FindError::NotAFile });
        };
        let file = identity_at(&path, &metadata);
        if is_open_in_sqlite(file) {
            return Some(Found::Failed { path, named: true, error: FindError::NotAFile });
        }
        if is_loose_record(&path) && !may_be_image(&path, metadata.len()) {
            return Some(loose_record(path, true));
        }
        if let Some(first) = self.seen.walked(&path, &metadata) {
            return Some(Found::Repeated { path, first });
        }
        self.seen.named_files = true;
        let root = path.clone().into();
        let map = self.map.take().or_else(|| match kind {
            PlaceKind::File => mapfile_of(&path, |base, ending| beside(&path, base, ending)),
            PlaceKind::Drive => None,
        });
        let place = Place { path, kind, map, member: None };
        Some(self.seen.file(place, file, metadata.len(), root, None))
    }

    /// Handles a named path at which there is no file: it may be a member of an archive.
    fn take_member(&mut self, path: PathBuf, error: io::Error) -> Found {
        let place = match Place::in_archive(&path) {
            Ok(Some(place)) => place,
            Ok(None) => {
                let error = leads_nowhere(&path, error);
                return Found::Failed { path, named: true, error };
            }
            Err(error) => {
                return Found::Failed { path, named: true, error: FindError::Open(error) };
            }
        };
        let place = Place { map: self.map.take(), ..place };
        Found::Image(Image { place, root: path.into(), may_be_archive: false, opened: None })
    }

    fn enter_root(&mut self, path: PathBuf) -> Option<Found> {
        if self.several {
            let resolved = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
            if let Some(first) = self.seen.folder(&resolved) {
                return Some(Found::Repeated { path, first });
            }
            self.seen.folders.insert(resolved, path.clone());
        }
        self.walk = Some(FolderWalk { root: path.clone().into(), levels: Vec::new() });
        self.enter(path)
    }

    /// Lists a folder, which is walked next; returns something only if that fails.
    fn enter(&mut self, folder: PathBuf) -> Option<Found> {
        let walk = self.walk.as_mut()?;
        // Only one folder is open at a time, however deep the walk is.
        if let Some(above) = walk.levels.last_mut() {
            above.let_go();
        }
        match Level::list(&folder) {
            Ok(level) => {
                walk.levels.push(level);
                None
            }
            Err(error) => {
                let named = folder == *walk.root;
                Some(Found::Failed { path: folder, named, error: FindError::List(error) })
            }
        }
    }

    fn take_entry(&mut self) -> Option<Found> {
        let walk = self.walk.as_mut()?;
        let Some(level) = walk.levels.last_mut() else {
            self.walk = None;
            return None;
        };
        let Some((name, file_type)) = level.entries.pop() else {
            walk.levels.pop();
            return None;
        };
        let path = level.path_of(&name);
        let map = level.mapfile_of(&path);
        let root = Arc::clone(&walk.root);
        if file_type.is_dir() {
            return self.take_folder(path);
        }
        if !file_type.is_file() {
            return Some(Found::Skipped(Skipped { path, format: None }));
        }
        let opens = self.opens && is_raw_name(&path);
        // An error is reported when the image is examined.
        let opened = opens.then(|| level.open(&name, &path).ok()).flatten().map(Box::new);
        let metadata = match &opened {
            Some(image) => Ok(image.file().metadata().clone()),
            None => fs::symlink_metadata(&path),
        };
        match metadata {
            Ok(metadata) if !may_be_image(&path, metadata.len()) => {
                Some(if is_loose_record(&path) {
                    loose_record(path, false)
                } else {
                    Found::Skipped(Skipped { path, format: None })
                })
            }
            Ok(metadata) => {
                let file = match &opened {
                    Some(image) => image.file().identity(),
                    None => identity_at(&path, &metadata),
                };
                // It would not have been opened.
                if opened.is_none() && is_open_in_sqlite(file) {
                    return Some(Found::Skipped(Skipped { path, format: None }));
                }
                let place = Place { map, ..Place::file(path) };
                Some(self.seen.file(place, file, metadata.len(), root, opened))
            }
            Err(error) => {
                Some(Found::Failed { path, named: false, error: FindError::Open(error.into()) })
            }
        }
    }

    fn take_folder(&mut self, path: PathBuf) -> Option<Found> {
        if self.several || self.output.is_some() {
            let resolved = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
            if self.output.as_ref() == Some(&resolved) {
                return None;
            }
            if let Some(first) = self.seen.folders.get(&resolved).filter(|first| **first != path) {
                return Some(Found::Repeated { path, first: first.clone() });
            }
        }
        self.enter(path)
    }
}

impl Iterator for Finder {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            let found = if self.walk.is_some() {
                self.take_entry()
            } else {
                let root = self.roots.next()?;
                self.take_root(root)
            };
            if found.is_some() {
                return found;
            }
        }
    }
}

fn loose_record(path: PathBuf, named: bool) -> Found {
    Found::Failed { path, named, error: FindError::LooseRecord }
}

/// The path without links and dots, as far as it exists; folders that do not exist yet keep their names.
fn resolve_missing(path: &Path) -> PathBuf {
    if let Ok(resolved) = fs::canonicalize(path) {
        return resolved;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) if parent == Path::new("") => {
            resolve_missing(Path::new(".")).join(name)
        }
        (Some(parent), Some(name)) => resolve_missing(parent).join(name),
        _ => path.to_owned(),
    }
}
