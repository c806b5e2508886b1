//! Claims that a crash left open, settled by what their images hold.
//!
//! | the image holds | then |
//! | --- | --- |
//! | the new commit sector | the clean-up is finished, and the claim is done |
//! | the old record | the claim stays: converting it again makes the very same record |
//! | a torn or unreadable commit sector before the old events | it is written anew, read back, and finished |
//! | something else, or is gone | the claim stays open |
//!
//! The claim of an image that another run has locked is left alone. The ledger alone is never enough to write: its
//! entry must be a conversion that this program makes, the image's own file system must lead to the sectors, and
//! they must hold that pack.

mod copies;
mod durable;
mod held;
mod leftovers;

pub(super) use copies::converted_pack;
pub use copies::{find_copy, holds_copy, holds_whole_copy};

use crate::conversion::Patch;
use crate::disk::DisketteStorage;
use crate::ledger::{ClaimId, ConversionState, Ledger, LedgerEntry, LedgerError, Settled};
use crate::media::{DriveError, MediaError, Medium, Places};
use crate::pack::commit::Commit;
use crate::pack::examine::{RecordSectors, read_record_past_cache};
use crate::platform::is_in_use;
use crate::report::{Failure, FailureCode, Operation};
use crate::run::RETRIES;
use crate::run::claimed::ImageFile;
use copies::is_gone;
use held::{Evidence, Held, held, locate};
pub(super) use leftovers::Leftovers;
use std::fs::TryLockError;
use std::path::{Path, PathBuf};

/// What became of a claim.
#[derive(Debug)]
pub enum Recovery {
    /// The conversion was complete; only the ledger did not know yet.
    Complete,
    /// The conversion is complete now.
    Finished,
    /// The image is still 4.0. It may be a backup that was put back, so it is converted with the bytes that were
    /// claimed: then it is the same as a converted image that may be somewhere else.
    Untouched,
    /// The claim was taken back meanwhile.
    Void,
    /// Another run is working on it.
    InUse,
    /// The image is gone, or the file there holds something else.
    Missing,
    /// The image is there, but could not be opened, locked or finished.
    Failed(Box<Failure>),
    /// The entry is not a conversion that addpack makes: the ledger is damaged there.
    Strange,
}

/// Settles the claims that earlier runs have left open, and calls `report` with the result of each. The members of an
/// archive are settled together: it is opened once for all of them.
///
/// # Errors
/// If the ledger cannot be read or written.
pub fn settle_all(
    ledger: &mut Ledger,
    mut report: impl FnMut(&LedgerEntry, &Recovery),
) -> Result<(), LedgerError> {
    let mut recovering = Recovering::default();
    for entry in ledger.begun()? {
        report(&entry, &recovering.settle(ledger, &entry)?);
    }
    ledger.settle(&recovering.settled)
}

/// Settles one claim by the image, or the copy, that it names.
///
/// # Errors
/// If the ledger cannot be read or written.
pub fn settle(ledger: &mut Ledger, entry: &LedgerEntry) -> Result<Recovery, LedgerError> {
    let mut recovering = Recovering::default();
    let recovery = recovering.settle(ledger, entry)?;
    ledger.settle(&recovering.settled)?;
    Ok(recovery)
}

/// The entry of a claim with its records, if it is open; otherwise what became of the claim.
fn still_open(ledger: &Ledger, id: ClaimId) -> Result<Result<LedgerEntry, Recovery>, LedgerError> {
    Ok(match ledger.entry(id)? {
        None => Err(Recovery::Void),
        Some(entry) if entry.state != ConversionState::Begun => Err(Recovery::Complete),
        Some(entry) if entry.sound_patch().is_none() => Err(Recovery::Strange),
        Some(entry) => Ok(entry),
    })
}

/// Where a claim is to be settled.
#[derive(Clone, Copy)]
struct At<'a> {
    path: &'a Path,
    file: ImageFile,
    /// Whether the user says that it is that pack's diskette.
    put_back: bool,
}

/// A medium that was left alone, because it does not hold what was claimed, or still holds the old record.
struct Untouched {
    medium: Medium,
    why: Recovery,
}

/// Claims on their way to being settled.
#[derive(Default)]
pub(super) struct Recovering {
    places: Places,
    leftovers: Leftovers,
    /// The archive that was made durable last, and the folders on the way to a file whose names were.
    durable: Option<PathBuf>,
    folders: Vec<PathBuf>,
    /// The results of the claims so far, which are written together.
    settled: Vec<Settled>,
}

impl Recovering {
    fn settle(
        &mut self,
        ledger: &mut Ledger,
        entry: &LedgerEntry,
    ) -> Result<Recovery, LedgerError> {
        if let Some(target) = &entry.target {
            return Ok(match still_open(ledger, entry.id)? {
                Ok(entry) => self.settle_copy(&entry, target),
                Err(recovery) => recovery,
            });
        }
        let opened = self.open(&entry.path);
        // No other run is working on it, or it is gone.
        if matches!(opened, Ok(_) | Err(Recovery::Missing)) {
            self.leftovers.clear(entry, None);
        }
        let (medium, file) = match opened {
            Ok(opened) => opened,
            Err(recovery) => return Ok(recovery),
        };
        // The run that held the lock may have settled it itself.
        let entry = match still_open(ledger, entry.id)? {
            Ok(entry) => entry,
            Err(recovery) => return Ok(recovery),
        };
        let at = At { path: &entry.path, file, put_back: false };
        Ok(self.settle_on(medium, &entry, at).unwrap_or_else(|untouched| untouched.why))
    }

    /// Settles the claim of a conversion in place whose pack the image at `path` holds, if one of `entries` is that
    /// claim; their paths do not matter. `put_back` is the serial of the pack whose diskette the user has put into the
    /// drive. Returns the settled claim.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub(super) fn settle_one_of(
        &mut self,
        ledger: &Ledger,
        entries: &[&LedgerEntry],
        path: &Path,
        put_back: Option<&str>,
    ) -> Result<Option<LedgerEntry>, LedgerError> {
        if entries.is_empty() {
            return Ok(None);
        }
        let Ok((mut medium, file)) = self.open(path) else { return Ok(None) };
        for entry in entries {
            let Ok(entry) = still_open(ledger, entry.id)? else { continue };
            let at = At { path, file, put_back: put_back == Some(&entry.serial) };
            match self.settle_on(medium, &entry, at) {
                Ok(Recovery::Finished) => return Ok(Some(entry)),
                Ok(_) => break,
                Err(untouched) => medium = untouched.medium,
            }
        }
        Ok(None)
    }

    /// Writes the results of the claims into the ledger.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn write(self, ledger: &mut Ledger) -> Result<(), LedgerError> {
        ledger.settle(&self.settled)
    }

    /// Opens and locks an image that is to be mended.
    fn open(&mut self, path: &Path) -> Result<(Medium, ImageFile), Recovery> {
        let failed =
            |action, error: MediaError| Recovery::Failed(Box::new(Failure::caused(action, error)));
        let opened = self.places.at(path).and_then(|place| {
            let medium = Medium::open_to_change(&place, RETRIES)?;
            let file = ImageFile::at(&place).opened_as(&medium);
            Ok((medium, file))
        });
        let (medium, file) = opened.map_err(|error| match &error {
            MediaError::Io(cause) if is_gone(cause) => Recovery::Missing,
            MediaError::Drive(DriveError::NoMedium) => Recovery::Missing,
            MediaError::Io(cause) if is_in_use(cause) => Recovery::InUse,
            _ => failed(Operation::Open, error),
        })?;
        if medium.is_marked_read_only() {
            let failure = Failure::new(FailureCode::WriteProtected, Operation::Write);
            return Err(Recovery::Failed(Box::new(failure)));
        }
        match medium.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Recovery::InUse),
            Err(TryLockError::Error(error)) => return Err(failed(Operation::Lock, error.into())),
        }
        // What was opened before the lock may have been replaced since.
        if medium.is_at_its_path() { Ok((medium, file)) } else { Err(Recovery::InUse) }
    }

    /// Settles a claim by what a locked image holds, if it holds what was claimed.
    fn settle_on(
        &mut self,
        medium: Medium,
        entry: &LedgerEntry,
        at: At,
    ) -> Result<Recovery, Box<Untouched>> {
        let untouched = |medium, why| Err(Box::new(Untouched { medium, why }));
        let Some(patch) = entry.sound_patch() else { return untouched(medium, Recovery::Strange) };
        let At { path, file, put_back } = at;
        // The path must match as well: the inode of a removed file is soon used again.
        let is_claimed = entry.is_at(path, file) && entry.is_image(path, file);
        let Some((sectors, damaged)) = locate(&medium, entry, is_claimed) else {
            return untouched(medium, Recovery::Missing);
        };
        // A drive does not identify its diskette; the place of the record is a hint.
        let is_claimed = is_claimed && (!medium.is_removable() || entry.sectors == Some(sectors));
        let evidence =
            Evidence { damaged, is_claimed, put_back: put_back && medium.is_removable() };
        let patch = match held(&medium, &sectors, patch, evidence) {
            Held::Old if is_claimed => return untouched(medium, Recovery::Untouched),
            Held::Old | Held::SomethingElse => return untouched(medium, Recovery::Missing),
            Held::New(patch) | Held::Torn(patch) => patch,
        };
        let complete = patch.old == patch.new;
        let settled = if complete && medium.is_replaced() {
            let held = |()| see_on_disk(&medium, &sectors, &patch);
            self.sync_container(&medium, path).and_then(held)
        } else {
            let commit = Commit { medium, sectors, patch };
            commit.stage();
            commit.commit().and_then(|()| commit.finish()).map_err(Failure::from)
        };
        Ok(match settled {
            Ok(()) => {
                self.settled.push(Settled::Done(entry.id));
                if complete { Recovery::Complete } else { Recovery::Finished }
            }
            Err(failure) => Recovery::Failed(Box::new(failure)),
        })
    }

    /// Makes a container durable, which was replaced as a whole, and its name; an archive once for all claims in it.
    fn sync_container(&mut self, medium: &Medium, path: &Path) -> Result<(), Failure> {
        let archive = self.places.archive();
        if archive.is_some() && archive == self.durable.as_deref() {
            return Ok(());
        }
        let failed = |error| Failure::caused(Operation::SyncFolder, error).about(path.to_owned());
        medium.sync_container().map_err(failed)?;
        self.durable = archive.map(Path::to_owned);
        Ok(())
    }

    /// Settles the claim of a copy. A copy gets its name last, so it is there as a whole or not at all; but whatever has its
    /// name may have been put there by others, and is believed once its disk holds it. If it is not there, it may be
    /// somewhere else, and is made again with the same bytes when its image is converted again.
    fn settle_copy(&mut self, entry: &LedgerEntry, target: &Path) -> Recovery {
        // A run that is making the copy has the image locked.
        if self.is_locked(&entry.path) {
            return Recovery::InUse;
        }
        self.leftovers.clear(entry, Some(target));
        if self.is_copy_for_good(target, entry) {
            self.settled.push(Settled::Done(entry.id));
            return Recovery::Complete;
        }
        Recovery::Missing
    }
}

/// Checks that the disk of a container that was made durable holds the new record, and not only the cache.
fn see_on_disk(medium: &Medium, sectors: &RecordSectors, patch: &Patch) -> Result<(), Failure> {
    let held = read_record_past_cache(medium, sectors);
    let held =
        held.and_then(|held| if held == patch.new { Ok(()) } else { Err(MediaError::NotReadBack) });
    held.map_err(|error| Failure::caused(Operation::ReadBack, error))
}
