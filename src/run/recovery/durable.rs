//! Whether an image that was seen converted is so for good: only then is a claim settled by it, or the pack entered in the
//! ledger.

use super::Recovering;
use super::copies::{copy_in, holds_on_disk, is_converted_on_disk, is_whole_on_disk};
use crate::disk::{DisketteStorage, Storage};
use crate::files::{folders_above, sync_if_readable};
use crate::ledger::Conversion;
use crate::media::{Medium, Place, PlaceKind, RawImage};
use crate::platform::{folder_of, sync_folder};
use crate::record::Record;
use crate::run::RETRIES;
use std::fs::{TryLockError, canonicalize};
use std::io;
use std::path::Path;

impl Recovering {
    /// Whether the image at `path`, or the copy of it at `target`, holds the pack of a claim, converted and cleaned up,
    /// durably. An image that another run has locked is left to that run, which may not have synced it yet, or may put the
    /// old record back.
    pub(in crate::run) fn is_converted_for_good(
        &mut self,
        path: &Path,
        target: Option<&Path>,
        claim: &Conversion,
    ) -> bool {
        match target {
            Some(target) => self.is_copy_for_good(target, claim),
            None => self.is_at(path, open_if_left_to_us, |medium| is_whole_in(medium, claim)),
        }
    }

    /// Whether the disk holds, where this conversion says that it is, its pack, converted; its clean-up may not be
    /// finished. Other runs may have it locked: nothing that they do to a pack that is converted takes that back.
    pub(in crate::run) fn is_there_for_good(&mut self, conversion: &Conversion) -> bool {
        let open = |place: &Place| Medium::open_to_flush(place, RETRIES).ok();
        self.is_at(conversion.place(), open, |medium| {
            copy_in(medium, conversion)
                .is_some_and(|pack| is_converted_on_disk(medium, &pack, conversion))
        })
    }

    /// Whether the disk holds, at `target`, the copy that was `made`, converted and cleaned up.
    pub(in crate::run) fn is_copy_for_good(&mut self, target: &Path, made: &Conversion) -> bool {
        self.is_at(target, open_copy, |medium| is_whole_in(medium, made))
    }

    /// Whether the disk holds, at `target`, a copy with this record.
    pub(in crate::run) fn is_record_for_good(&mut self, target: &Path, record: &Record) -> bool {
        self.is_at(target, open_copy, |medium| holds_on_disk(medium, record))
    }

    /// Whether a run has the image at `path`, or the file that it is in, locked.
    pub(in crate::run) fn is_locked(&mut self, path: &Path) -> bool {
        let place = self.places.at(path);
        let image = place.and_then(|place| Ok(RawImage::open(&place.path)?));
        image.is_ok_and(|image| matches!(image.try_lock(), Err(TryLockError::WouldBlock)))
    }

    /// Whether the image at `path` is there durably, and its disk holds what it should. `open` opens the image to be
    /// synced; `None` says that it cannot be, or must not.
    fn is_at(
        &mut self,
        path: &Path,
        open: impl FnOnce(&Place) -> Option<Medium>,
        is_on_disk: impl FnOnce(&Medium) -> bool,
    ) -> bool {
        let Ok(place) = self.places.at(path) else { return false };
        if place.kind == PlaceKind::Drive {
            // Its sectors were read past every cache.
            return true;
        }
        let Some(medium) = open(&place) else { return false };
        self.sync(&medium, &place, path) && is_on_disk(&medium)
    }

    /// Makes the image at `path` durable, and its name.
    fn sync(&mut self, medium: &Medium, place: &Place, path: &Path) -> bool {
        let is_synced = if medium.is_replaced() {
            self.sync_container(medium, path).is_ok()
        } else {
            medium.sync().is_ok()
        };
        is_synced && self.sync_names(&place.path).is_ok()
    }

    /// Makes the names on the way to a file durable.
    fn sync_names(&mut self, path: &Path) -> io::Result<()> {
        let path = canonicalize(path)?;
        let folder = folder_of(&path);
        let above = folders_above(folder);
        if !self.folders.iter().any(|synced| synced == folder) {
            sync_folder(folder)?;
        }
        for above in above.iter().filter(|above| !self.folders.contains(above)) {
            sync_if_readable(above)?;
        }
        self.folders = [vec![folder.to_owned()], above].concat();
        Ok(())
    }
}

/// Whether the disk of the medium holds the pack of a conversion, converted and cleaned up.
fn is_whole_in(medium: &Medium, conversion: &Conversion) -> bool {
    copy_in(medium, conversion).is_some_and(|pack| is_whole_on_disk(medium, &pack))
}

/// Opens a copy to be synced.
fn open_copy(place: &Place) -> Option<Medium> {
    Medium::open_copy_to_flush(place, RETRIES).ok()
}

/// Opens a medium to be synced, and locks it; `None` if another run has it locked. What was opened before the lock may have
/// been replaced since.
fn open_if_left_to_us(place: &Place) -> Option<Medium> {
    let medium = Medium::open_to_flush(place, RETRIES).ok()?;
    let is_locked = matches!(medium.try_lock(), Err(TryLockError::WouldBlock));
    (!is_locked && medium.is_at_its_path()).then_some(medium)
}
