//! Temporary files that killed runs have left. They are found only by their names, which follow from the claims. A
//! temporary file that a run is still writing is locked, and stays; one that cannot be removed does no harm.

use crate::files::{clear_leftover, clear_moved_leftover};
use crate::ledger::LedgerEntry;
use crate::platform::folder_of;
use std::path::{Path, PathBuf};

/// Removes the temporary files of claims, those of an archive once.
#[derive(Debug, Default)]
pub(in crate::run) struct Leftovers {
    /// Where the file of the last claim was to be, and where it is now.
    last: Option<(PathBuf, Option<PathBuf>)>,
}

impl Leftovers {
    /// Removes the temporary file that was to become the copy or the container of a claim: from where that was to be, and
    /// also from the folder of `now`, where it is or is made now. Folders may have been moved together with what is in them.
    pub(in crate::run) fn clear(&mut self, claim: &LedgerEntry, now: Option<&Path>) {
        let copy = claim.copy_place.as_ref().or(claim.target.as_ref());
        let Some(place) = copy.or(claim.container.as_ref()) else { return };
        let this = (place.clone(), now.map(Path::to_owned));
        if self.last.as_ref() == Some(&this) {
            return;
        }
        let _ = clear_leftover(place);
        if let Some(now) = now.filter(|now| now != place) {
            let _ = clear_moved_leftover(place, folder_of(now));
        }
        self.last = Some(this);
    }
}
