//! Archives of several images: each is an image of its own on its way through a run.

use crate::find::{Finder, Found, Image};
use crate::medium::{Container, Place};
use std::collections::VecDeque;
use std::sync::Arc;

/// A walk that goes on into archives.
pub(super) struct Members {
    finder: Finder,
    /// What is left of the archive at hand.
    rest: VecDeque<Found>,
}

impl Members {
    pub(super) fn new(finder: Finder) -> Self {
        Self { finder, rest: VecDeque::new() }
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
            self.rest = images(image);
        }
        // An archive without an image, and one that cannot be read, is told as what it is.
        self.rest.pop_front().or(Some(found))
    }
}

fn images(archive: &Image) -> VecDeque<Found> {
    let Some(container) = Container::open(&archive.place.path) else { return VecDeque::new() };
    let members = Arc::new(container).members();
    let is_sole = members.len() == 1 && archive.is_named();
    let image = |member| {
        let place = Place { member: Some(member), ..archive.place.clone() };
        // Who names an archive of one image, names that.
        let root = if is_sole { place.full_path().into() } else { Arc::clone(&archive.root) };
        Found::Image(Image { place, root, may_be_archive: false })
    };
    members.into_iter().map(image).collect()
}
