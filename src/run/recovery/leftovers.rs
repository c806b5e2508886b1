//! Temporaries that killed runs have left. Each is found by its name, which follows from the claim, and by nothing else. One
//! that a run is still writing is locked, and stays; one that cannot be removed is in nobody's way.

use crate::files::{clear_leftover, clear_moved_leftover};
use crate::ledger::LedgerEntry;
use crate::platform::folder_of;
use std::path::{Path, PathBuf};

/// Removes the temporaries of claims, those of one archive once.
#[derive(Debug, Default)]
pub(in crate::run) struct Leftovers {
    /// The container of the last claim, and where that is now.
    last: Option<(PathBuf, Option<PathBuf>)>,
}

impl Leftovers {
    /// Removes the one that was to become the container of a claim: from where that was, and, where it is `now` somewhere
    /// else, from beside it.
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
