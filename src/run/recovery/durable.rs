//! Whether an image that was seen converted is so for good: only then is an open claim settled by it.

use super::Recovering;
use super::copies::is_whole_on_disk;
use crate::disk::{DisketteStorage, Storage};
use crate::media::{Medium, PlaceKind};
use crate::pack::examine::{Examination, examine};
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
        let opened = Medium::open_to_change(&place, RETRIES);
        let Ok(medium) = opened.or_else(|_| Medium::open(&place, RETRIES)) else { return false };
        if let Err(TryLockError::WouldBlock) = medium.try_lock() {
            return false;
        }
        // The bytes of a container were durable before it got its name.
        let is_synced = if medium.is_replaced() {
            self.sync_name(&medium, path).is_ok()
        } else {
            medium.sync().is_ok()
        };
        match examine(&medium) {
            Ok(Examination::Pack(pack)) => is_synced && is_whole_on_disk(&medium, &pack),
            _ => false,
        }
    }
}
