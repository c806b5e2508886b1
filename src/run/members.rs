//! The walk goes on into archives: each member that may be an image is an image of its own.

use crate::find::{FindError, Finder, Found, Image, Skipped};
use crate::media::{Container, MediaError, Member, Place};
use std::collections::HashMap;
use std::fs;
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A walk that goes on into archives.
pub(super) struct ArchiveWalk {
    finder: Finder,
    /// What is left of the archive at hand.
    rest: Box<dyn Iterator<Item = Found>>,
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
        let archives = several.filter_map(|path| Some(Place::in_archive(path).ok()??.path));
        let shared =
            archives.map(|archive| (resolved(&archive), SharedArchive::default())).collect();
        Self { finder, rest: Box::new(iter::empty()), shared }
    }

    /// What is in a file that may be an archive: the images, and the files that are not read; the file
    /// itself if there is no image.
    fn look_into(&mut self, file: Image) -> Box<dyn Iterator<Item = Found>> {
        let path = &file.place.path;
        let shared = self.shared.get(&resolved(path)).and_then(|shared| shared.container.clone());
        let container = match shared.map_or_else(|| open(path), |shared| Ok(Some(shared))) {
            Ok(container) => container,
            // It is reported when it is examined, like any other file.
            Err(MediaError::Container(_)) => None,
            Err(error) => {
                let (path, named) = (path.clone(), file.is_named());
                let found = Found::Failed { path, named, error: FindError::Open(error) };
                return Box::new(iter::once(found));
            }
        };
        let Some(container) = container else { return Box::new(iter::once(Found::Image(file))) };
        let not_read = container.not_read().into_iter().map(|(name, format)| {
            let path = file.place.path_of_member(&name);
            Found::Skipped(Skipped { path, format: Some(format) })
        });
        let not_read: Vec<_> = not_read.collect();
        let images = container.images();
        if images.is_empty() {
            return Box::new(iter::once(Found::Image(file)).chain(not_read));
        }
        Box::new(members(container, images, file).chain(not_read))
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
        loop {
            if let Some(found) = self.rest.next() {
                return Some(self.share(found));
            }
            match self.finder.next()? {
                Found::Image(file) if file.may_be_archive => self.rest = self.look_into(file),
                found => return Some(self.share(found)),
            }
        }
    }
}

/// The images in an archive, by their places in its directory. Each is made when it is asked for: there may be very many.
fn members(
    container: Arc<Container>,
    images: Vec<usize>,
    archive: Image,
) -> impl Iterator<Item = Found> {
    let is_one = images.len() == 1;
    images.into_iter().filter_map(move |index| {
        let map = archive.place.map.clone().filter(|_| is_one);
        let member = Some(container.member_at(index)?);
        let place = Place { map, member, ..archive.place.clone() };
        // Naming an archive with a single image names that image.
        let root = if is_one && archive.is_named() {
            place.full_path().into()
        } else {
            Arc::clone(&archive.root)
        };
        Some(Found::Image(Image { place, root, may_be_archive: false, opened: None }))
    })
}

fn open(path: &Path) -> Result<Option<Arc<Container>>, MediaError> {
    Ok(Container::open(path)?.map(Arc::new))
}

fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
