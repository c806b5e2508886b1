//! Replaces a container with a new file in which some images have changed.

use super::{Container, Current, lock};
use crate::disk::MediaError;
use crate::files::replace::{Replaced, Replacement, replace};
use crate::files::{OnePass, OpenFile};
use crate::media::budget::MemoryShare;
use crate::media::changes::Changes;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

/// The result of the last replacement.
#[derive(Debug, Default)]
pub(super) struct LastReplacement {
    error: Option<MediaError>,
    /// Images that it wrote and whose callers have not asked for the result yet.
    unasked: BTreeSet<usize>,
}

impl Container {
    /// Adds these changes of an image to the next replacement.
    pub(in crate::media) fn stage(&self, index: usize, changes: Changes) {
        lock(&self.staged).insert(index, changes);
    }

    /// Writes a staged image into the container, along with all others that are staged, and reads all of them
    /// back past the cache: all are written, or none. For an image that another caller has written already, returns
    /// the result of that. Waits for room in memory: the caller must hold none.
    pub(in crate::media) fn write(&self, index: usize) -> Result<(), MediaError> {
        let mut last = lock(&self.last);
        if !lock(&self.staged).contains_key(&index) {
            let is_taken_along = last.unasked.remove(&index);
            return match &last.error {
                None if is_taken_along => Ok(()),
                Some(error) if is_taken_along => Err(repeated(error)),
                _ => Err(MediaError::NotReadBack),
            };
        }
        let staged = std::mem::take(&mut *lock(&self.staged));
        let result = self.replace(&staged);
        last.error = result.as_ref().err().map(repeated);
        last.unasked = staged.into_keys().filter(|other| *other != index).collect();
        result
    }

    fn replace(&self, staged: &BTreeMap<usize, Changes>) -> Result<(), MediaError> {
        let needed = {
            let current = self.current();
            current.content.room_to_write(&current.file, staged)?
        };
        let _memory = MemoryShare::take(needed);
        self.current().replace(&self.path, self.place()?, staged)
    }
}

/// The same error, for another image.
fn repeated(error: &MediaError) -> MediaError {
    match error {
        MediaError::Container(why) => MediaError::Container(*why),
        MediaError::Io(error) => match error.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code).into(),
            None => io::Error::new(error.kind(), error.to_string()).into(),
        },
        // No file has another error.
        _ => MediaError::NotReadBack,
    }
}

impl Current {
    fn replace(
        &mut self,
        path: &Path,
        place: &Path,
        staged: &BTreeMap<usize, Changes>,
    ) -> Result<(), MediaError> {
        let content = &self.content;
        let write = |old: &OpenFile, new: &mut Replacement<'_>| content.rewrite(old, staged, new);
        let see = |new: &OpenFile, disk: &OnePass<'_>| content.see(new, disk, staged);
        let Replaced { file, seen, durable } = replace(&mut self.file, path, place, write, see)?;
        self.content = seen;
        self.file = file;
        Ok(durable?)
    }
}
