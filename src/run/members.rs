//! The walk goes on into archives: each member that may be an image is an image of its own.

use crate::find::{FindError, Finder, Found, Image, Skipped};
use crate::media::{Container, MediaError, Member, Place};
use std::collections::{HashMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A walk that goes on into archives.
pub(super) struct ArchiveWalk {
    finder: Finder,
    /// What is left of the archive at hand.
    rest: VecDeque<Found>,
    /// Archives whose members were named, by their resolved paths. Each is opened once, whichever path leads to it:
    /// opened twice by one run, it would be locked against that run.
    shared: HashMap<PathBuf, SharedArchive>,
}

/// An archive that several paths may lead to.
#[derive(Default)]
struct SharedArchive {
    container: Option<Arc<Container>>,
    /// The first path to each member, by its place in the directory.
    seen: HashMap<usize, PathBuf>,
}

impl ArchiveWalk {
    /// A walk of `finder`; `paths` are those that were named.
    pub(super) fn new(finder: Finder, paths: &[PathBuf]) -> Self {
        let several = paths.iter().filter(|path| paths.len() > 1 && !path.exists());
        let archives = several.filter_map(|path| Some(Place::in_archive(path)?.path));
        let shared =
            archives.map(|archive| (resolved(&archive), SharedArchive::default())).collect();
        Self { finder, rest: VecDeque::new(), shared }
    }

    /// What is in a file that may be an archive: the images, and the files that are not read; the file
    /// itself if there is no image.
    fn look_into(&mut self, file: Image) -> VecDeque<Found> {
        let path = &file.place.path;
        let shared = self.shared.get(&resolved(path)).and_then(|shared| shared.container.clone());
        let container = match shared.map_or_else(|| open(path), |shared| Ok(Some(shared))) {
            Ok(container) => container,
            // It is reported when it is examined, like any other file.
            Err(MediaError::Container(_)) => None,
            Err(error) => {
                let (path, named) = (path.clone(), file.is_named());
                return [Found::Failed { path, named, error: FindError::Open(error) }].into();
            }
        };
        let Some(container) = container else { return [self.share(Found::Image(file))].into() };
        let not_read = container.not_read().into_iter().map(|(name, format)| {
            let path = file.place.path_of_member(&name);
            Found::Skipped(Skipped { path, format: Some(format) })
        });
        let not_read: Vec<_> = not_read.collect();
        let mut found = self.images(&container, &file);
        if found.is_empty() {
            found.push_back(Found::Image(file));
        }
        found.extend(not_read);
        found
    }

    fn images(&mut self, container: &Arc<Container>, archive: &Image) -> VecDeque<Found> {
        let members = container.members();
        let is_one = members.len() == 1;
        let image = |member| {
            let map = archive.place.map.clone().filter(|_| is_one);
            let place = Place { member: Some(member), map, ..archive.place.clone() };
            // Naming an archive with a single image names that image.
            let root = if is_one && archive.is_named() {
                place.full_path().into()
            } else {
                Arc::clone(&archive.root)
            };
            Found::Image(Image { place, root, may_be_archive: false, opened: None })
        };
        members.into_iter().map(image).map(|found| self.share(found)).collect()
    }

    /// The member with the archive's shared handle; a repetition, if another path has led to the member before.
    fn share(&mut self, mut found: Found) -> Found {
        let Found::Image(Image { place, .. }) = &mut found else { return found };
        if place.member.is_none() || self.shared.is_empty() {
            return found;
        }
        let full_path = place.full_path();
        let archive = self.shared.get_mut(&resolved(&place.path));
        let (Some(member), Some(shared)) = (&mut place.member, archive) else { return found };
        let Member { container, index, .. } = member;
        *container = Arc::clone(shared.container.get_or_insert_with(|| Arc::clone(container)));
        if let Some(first) = shared.seen.get(index) {
            return Found::Repeated { path: full_path, first: first.clone() };
        }
        shared.seen.insert(*index, full_path);
        found
    }
}

impl Iterator for ArchiveWalk {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if let Some(found) = self.rest.pop_front() {
            return Some(found);
        }
        match self.finder.next()? {
            Found::Image(file) if file.may_be_archive => {
                self.rest = self.look_into(file);
                self.rest.pop_front()
            }
            found => Some(self.share(found)),
        }
    }
}

fn open(path: &Path) -> Result<Option<Arc<Container>>, MediaError> {
    Ok(Container::open(path)?.map(Arc::new))
}

fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
