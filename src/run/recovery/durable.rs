//! Whether an image that was seen converted is so for good: only then is a claim settled by it, or the pack entered in the
//! ledger.

use super::Recovering;
use super::copies::{copy_in, is_whole_on_disk};
use crate::disk::{DisketteStorage, Storage};
use crate::ledger::Conversion;
use crate::media::{Medium, Place, PlaceKind};
use crate::pack::examine::{Examination, examine};
use crate::platform::{folder_of, sync_folder};
use crate::run::RETRIES;
use std::fs::TryLockError;
use std::path::Path;

impl Recovering {
    /// Whether the image at `path` is converted and cleaned up, durably. An image that another run has locked is left to
    /// that run, which may not have synced it yet, or may put the old record back.
    pub(in crate::run) fn is_converted_for_good(&mut self, path: &Path) -> bool {
        let Ok(place) = self.places.at(path) else { return false };
        if place.kind == PlaceKind::Drive {
            return true;
        }
        let Some(medium) = open(&place) else { return false };
        if let Err(TryLockError::WouldBlock) = medium.try_lock() {
            return false;
        }
        // What was opened before the lock may have been replaced since.
        if !medium.is_at_its_path() {
            return false;
        }
        let is_synced = self.sync(&medium, path);
        match examine(&medium) {
            Ok(Examination::Pack(pack)) => is_synced && is_whole_on_disk(&medium, &pack),
            _ => false,
        }
    }

    /// Whether the disk holds, where this conversion says that it is, its pack, converted and cleaned up. Other runs may
    /// have it locked: nothing that they do to a pack that is complete changes it.
    pub(in crate::run) fn is_there_for_good(&mut self, conversion: &Conversion) -> bool {
        let path = conversion.place();
        let Ok(place) = self.places.at(path) else { return false };
        if place.kind == PlaceKind::Drive {
            // Its sectors were read past every cache.
            return true;
        }
        let Some(medium) = open(&place) else { return false };
        let is_synced = self.sync(&medium, path);
        copy_in(&medium, conversion)
            .is_some_and(|pack| is_synced && is_whole_on_disk(&medium, &pack))
    }

    /// The same, for a copy at `target`, whose name must be durable as well.
    pub(in crate::run) fn is_copy_for_good(&mut self, target: &Path, made: &Conversion) -> bool {
        let there = Conversion { target: Some(target.to_owned()), ..made.clone() };
        self.is_there_for_good(&there) && self.sync_folder(folder_of(target))
    }

    /// Makes an image durable. What has been renamed into place is durable once its name is.
    fn sync(&mut self, medium: &Medium, path: &Path) -> bool {
        if medium.is_replaced() {
            self.sync_container(medium, path).is_ok()
        } else {
            medium.sync().is_ok()
        }
    }

    fn sync_folder(&mut self, folder: &Path) -> bool {
        let is_durable = self.durable.as_deref() == Some(folder) || sync_folder(folder).is_ok();
        self.durable = is_durable.then(|| folder.to_owned());
        is_durable
    }
}

/// Opens a medium that is made durable: on some systems only who may write it can do that.
fn open(place: &Place) -> Option<Medium> {
    let opened = Medium::open_to_change(place, RETRIES);
    opened.or_else(|_| Medium::open(place, RETRIES)).ok()
}
