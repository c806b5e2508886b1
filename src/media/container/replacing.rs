//! Replaces a container with a new file in which some images have changed.

use super::{Container, Current, lock};
use crate::disk::{ContainerError, MediaError};
use crate::files::replace::{Replaced, Replacement, replace};
use crate::files::{OnePass, OpenFile};
use crate::media::budget::MemoryShare;
use crate::media::changes::Changes;
use crate::platform::same_error;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
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
        let place = self.place()?;
        // The name that the claim has is the one that is taken: another file may be there by now.
        if fs::canonicalize(&self.path).is_ok_and(|now| now == place) {
            self.current().replace(&self.path, place, staged)
        } else {
            Err(ContainerError::Changed.into())
        }
    }
}

/// The same error, for another image.
fn repeated(error: &MediaError) -> MediaError {
    match error {
        MediaError::Container(why) => MediaError::Container(*why),
        MediaError::Io(error) => same_error(error).into(),
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::disk::{DisketteStorage, Storage};
    use crate::media::{Medium, Place};
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;
    use std::os::unix::fs::symlink;

    const IMAGE: &[u8] = include_bytes!("../../../testdata/images/unused-20-160.img");

    #[test]
    fn another_file_at_the_place_of_a_claim_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(IMAGE).unwrap();
        let packed = packed.finish().unwrap();
        fs::create_dir(at("one")).unwrap();
        fs::write(at("one/a.img.gz"), &packed).unwrap();
        symlink(at("one"), at("link")).unwrap();
        let medium = Medium::open_to_change(&Place::file(at("link/a.img.gz")), 0).unwrap();
        assert!(medium.container().is_some_and(|place| place.ends_with("one/a.img.gz")));
        // The folder gets another name, and the link leads there; another one has its name now.
        fs::rename(at("one"), at("two")).unwrap();
        fs::remove_file(at("link")).unwrap();
        symlink(at("two"), at("link")).unwrap();
        fs::create_dir(at("one")).unwrap();
        fs::write(at("one/a.img.gz"), b"another").unwrap();
        assert!(medium.is_at_its_path());
        medium.write(0, &[1; 512]).unwrap();
        medium.stage();
        let error = medium.sync().unwrap_err();
        assert!(matches!(error, MediaError::Container(ContainerError::Changed)), "{error:?}");
        assert_eq!(fs::read(at("one/a.img.gz")).unwrap(), b"another");
        assert!(fs::read(at("two/a.img.gz")).unwrap() == packed);
    }
}
