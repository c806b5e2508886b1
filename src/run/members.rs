//! Archives of several images: each is an image of its own on its way through a run.

use crate::find::{Finder, Found, Image};
use crate::media::{Container, Member, Place};
use std::collections::{HashMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A walk that goes on into archives.
pub(super) struct Members {
    finder: Finder,
    /// What is left of the archive at hand.
    rest: VecDeque<Found>,
    /// The archives that members were named of, by their resolved paths. Each is open once for all
    /// ways to it: two of one run would shut each other out.
    shared: HashMap<PathBuf, Shared>,
}

/// An archive that there may be several ways to.
#[derive(Default)]
struct Shared {
    container: Option<Arc<Container>>,
    /// The first way to each member, by its place in the directory.
    seen: HashMap<usize, PathBuf>,
}

impl Members {
    /// A walk of `finder`; `paths` are those that were named.
    pub(super) fn new(finder: Finder, paths: &[PathBuf]) -> Self {
        let several = paths.iter().filter(|path| paths.len() > 1 && !path.exists());
        let archives = several.filter_map(|path| Some(Place::in_archive(path)?.path));
        let shared = archives.map(|archive| (resolved(&archive), Shared::default())).collect();
        Self { finder, rest: VecDeque::new(), shared }
    }

    fn images(&mut self, archive: &Image) -> VecDeque<Found> {
        let path = &archive.place.path;
        let shared = self.shared.get(&resolved(path)).and_then(|shared| shared.container.clone());
        let Some(container) = shared.or_else(|| Container::open(path).map(Arc::new)) else {
            return VecDeque::new();
        };
        let members = container.members();
        let is_one = members.len() == 1;
        let image = |member| {
            let map = archive.place.map.clone().filter(|_| is_one);
            let place = Place { member: Some(member), map, ..archive.place.clone() };
            // Who names an archive of one image, names that.
            let root = if is_one && archive.is_named() {
                place.full_path().into()
            } else {
                Arc::clone(&archive.root)
            };
            Found::Image(Image { place, root, may_be_archive: false, opened: None })
        };
        members.into_iter().map(image).map(|found| self.share(found)).collect()
    }

    /// The member of an archive that is shared, or the first way to it.
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

impl Iterator for Members {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if let Some(found) = self.rest.pop_front() {
            return Some(found);
        }
        let found = self.finder.next()?;
        if let Found::Image(image) = &found
            && image.may_be_archive
        {
            self.rest = self.images(image);
        }
        // An archive without an image, and one that cannot be read, is told as what it is.
        self.rest.pop_front().or_else(|| Some(self.share(found)))
    }
}

fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
