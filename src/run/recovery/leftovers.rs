//! Temporary files that killed runs have left. They are found only by their names, which follow from the claims. A
//! temporary file that a run is still writing is locked, and stays; one that cannot be removed does no harm.

use crate::files::{clear_leftover, clear_moved_leftover};
use crate::ledger::LedgerEntry;
use crate::platform::folder_of;
use std::path::{Path, PathBuf};

/// Removes the temporary files of claims, those of an archive once.
#[derive(Debug, Default)]
pub(in crate::run) struct Leftovers {
    /// The container of the last claim, and where that is now.
    last: Option<(PathBuf, Option<PathBuf>)>,
}

impl Leftovers {
    /// Removes the temporary file that was to become the container of a claim: from where the container was, and also
    /// from where it is `now`, if that is another folder.
    pub(in crate::run) fn clear(&mut self, claim: &LedgerEntry, now: Option<&Path>) {
        let Some(container) = &claim.container else { return };
        let this = (container.clone(), now.map(Path::to_owned));
        if self.last.as_ref() == Some(&this) {
            return;
        }
        let _ = clear_leftover(container);
        if let Some(now) = now.filter(|now| *now != container) {
            let _ = clear_moved_leftover(container, folder_of(now));
        }
        self.last = Some(this);
    }
}
