//! Claims that a crash left open, settled by what their images hold.
//!
//! | the image holds | then |
//! | --- | --- |
//! | the new commit sector | the clean-up is finished, and the claim is done |
//! | the old record | the claim stays: converting it again makes the very same record |
//! | a torn or unreadable commit sector before the old events | it is written anew, read back, and finished |
//! | something else, or is gone | the claim stays open |
//!
//! An image that another run has locked is that run's: its claim is left alone. Nothing is written
//! on the ledger's word alone: its entry must be a conversion that this program makes, the image's
//! own file system must lead to the sectors, and what they hold must be that pack's.

use crate::conversion::Patch;
use crate::diagnosis::{Verdict, diagnose};
use crate::disk::{DisketteStorage, SECTOR_LEN};
use crate::files::clear_leftover;
use crate::ledger::{Entry, Ledger, LedgerError, Settled, State};
use crate::media::{DriveError, MediaError, Medium, Place, RawImage};
use crate::pack::commit::Commit;
use crate::pack::examine::{Examination, Pack, RecordSectors, examine, read_record_past_cache};
use crate::platform::{folder_of, is_in_use, sync_folder};
use crate::record::{RECORD_LEN, RECORD_SECTORS, RecordBytes};
use crate::report::{Action, Failure, FailureCode, Outcome};
use crate::run::RETRIES;
use std::fs::TryLockError;
use std::io;
use std::path::Path;

/// What became of a claim.
#[derive(Debug)]
pub enum Recovery {
    /// The conversion was complete; only the ledger had not been told yet.
    Complete,
    /// The conversion is complete now.
    Finished,
    /// The image is still 4.0. It may have been put back, so its conversion is made with the bytes
    /// that were claimed: then it is the same pack as one that may have been taken elsewhere.
    Untouched,
    /// The claim was taken back meanwhile.
    Void,
    /// Another run is at it.
    InUse,
    /// The image is gone, or the file there holds something else.
    Missing,
    /// The image is there, but could not be opened, locked, or brought to its end.
    Failed(Box<Failure>),
    /// The entry is no conversion that addpack makes: the ledger is damaged there.
    Strange,
}

/// What is known of an image beside the bytes of its record.
#[derive(Clone, Copy)]
struct Evidence {
    /// Whether the record is damaged.
    damaged: bool,
    /// Whether it is the very file that was claimed; of a drive, whether the record is at the place
    /// that was claimed.
    is_claimed: bool,
    /// Whether the user says that it is that pack's diskette.
    put_back: bool,
}

/// What an image holds of a conversion.
enum Held {
    Old,
    New(Patch),
    Torn(Patch),
    SomethingElse,
}

/// Settles one claim by the image, or the copy, that it names.
///
/// # Errors
/// Where the ledger cannot be read or written.
pub fn settle(ledger: &mut Ledger, entry: &Entry) -> Result<Recovery, LedgerError> {
    match &entry.target {
        None => settle_at(ledger, entry, &entry.path, false),
        Some(target) => settle_copy(ledger, entry, target),
    }
}

/// Settles one claim of a conversion in place by the image at `path`, which may be another one than
/// the claim names: what it holds decides. `put_back` tells that the user has put that pack's diskette
/// into the drive there.
///
/// # Errors
/// Where the ledger cannot be read or written.
pub(crate) fn settle_at(
    ledger: &mut Ledger,
    entry: &Entry,
    path: &Path,
    put_back: bool,
) -> Result<Recovery, LedgerError> {
    let Some(patch) = entry.sound_patch() else { return Ok(Recovery::Strange) };
    let medium = match open(path) {
        Ok(medium) => medium,
        Err(recovery) => return Ok(recovery),
    };
    medium.clear_leftover();
    // The run that held the lock may have settled it itself.
    match ledger.state(entry.id)? {
        Some(State::Begun) => {}
        Some(State::Done | State::Released) => return Ok(Recovery::Complete),
        None => return Ok(Recovery::Void),
    }
    // Also at its path: the inode of a file that was removed is soon another's.
    let is_claimed = entry.path == path && entry.is_file(path, medium.file_id());
    let Some((sectors, damaged)) = locate(&medium, entry, is_claimed) else {
        return Ok(Recovery::Missing);
    };
    // A drive tells nothing of its diskette.
    let is_claimed = is_claimed && (!medium.is_removable() || entry.sectors == Some(sectors));
    let evidence = Evidence { damaged, is_claimed, put_back: put_back && medium.is_removable() };
    let patch = match held(&medium, &sectors, patch, evidence) {
        Held::Old if is_claimed => return Ok(Recovery::Untouched),
        Held::Old | Held::SomethingElse => return Ok(Recovery::Missing),
        Held::New(patch) | Held::Torn(patch) => patch,
    };
    let complete = patch.old == patch.new;
    let settled = if complete && medium.is_replaced() {
        // It got there as a whole; only its name may not be durable.
        let synced = medium.sync_name();
        synced.map_err(|e| Failure::caused(Action::SyncFolder, e).about(path.to_owned()))
    } else {
        let commit = Commit { medium, sectors, patch };
        commit.stage();
        commit.commit().and_then(|()| commit.finish()).map_err(Failure::from)
    };
    match settled {
        Ok(()) => {
            ledger.settle(&[Settled::Done(entry.id)])?;
            Ok(if complete { Recovery::Complete } else { Recovery::Finished })
        }
        Err(failure) => Ok(Recovery::Failed(Box::new(failure))),
    }
}

/// Opens and locks an image that is to be mended.
fn open(path: &Path) -> Result<Medium, Recovery> {
    let medium = Place::at(path)
        .map_err(MediaError::from)
        .and_then(|place| Medium::open_to_change(&place, RETRIES));
    let medium = medium.map_err(|error| match &error {
        MediaError::Io(cause) if cause.kind() == io::ErrorKind::NotFound => Recovery::Missing,
        MediaError::Drive(DriveError::NoMedium) => Recovery::Missing,
        MediaError::Io(cause) if is_in_use(cause) => Recovery::InUse,
        _ => Recovery::Failed(Box::new(Failure::caused(Action::Open, error))),
    })?;
    if medium.is_marked_read_only() {
        let failure = Failure::new(FailureCode::WriteProtected, Action::Write);
        return Err(Recovery::Failed(Box::new(failure)));
    }
    match medium.try_lock() {
        Ok(()) => Ok(medium),
        Err(TryLockError::WouldBlock) => Err(Recovery::InUse),
        Err(TryLockError::Error(error)) => {
            Err(Recovery::Failed(Box::new(Failure::caused(Action::Lock, error))))
        }
    }
}

/// Where the record lies by the image's own file system, and whether it is damaged. Where the record
/// cannot be read, only the image that was claimed is taken at the ledger's word.
fn locate(medium: &Medium, entry: &Entry, is_claimed: bool) -> Option<(RecordSectors, bool)> {
    match examine(medium) {
        Ok(Examination::Pack(pack)) => Some((pack.sectors?, !pack.diagnosis.is_authentic())),
        Ok(Examination::NotAPack(_)) => None,
        Err(_) => Some((entry.sectors?, true)).filter(|_| is_claimed),
    }
}

/// A copy is there, whole, or it is not: it gets its name last. Where it is not, it may have been
/// taken elsewhere; it is made anew, with the same bytes, when its image is converted again.
fn settle_copy(ledger: &mut Ledger, entry: &Entry, target: &Path) -> Result<Recovery, LedgerError> {
    if entry.sound_patch().is_none() {
        return Ok(Recovery::Strange);
    }
    // As long as the run that makes the copy lives, it has the image locked.
    let lock = Place::at(&entry.path)
        .and_then(|place| RawImage::open(&place.path))
        .map(|image| image.try_lock());
    if let Ok(Err(TryLockError::WouldBlock)) = lock {
        return Ok(Recovery::InUse);
    }
    // Where it cannot be removed, it is in nobody's way.
    let _ = clear_leftover(target);
    // The run that made it may have died before its name was durable.
    if holds_copy(target, entry) && sync_folder(folder_of(target)).is_ok() {
        ledger.settle(&[Settled::Done(entry.id)])?;
        return Ok(Recovery::Complete);
    }
    Ok(Recovery::Missing)
}

/// Whether the file holds the pack of `entry`, converted; its clean-up may not be finished.
pub fn holds_copy(path: &Path, entry: &Entry) -> bool {
    copy_at(path, entry).is_some()
}

/// Whether the file holds the pack of `entry`, converted and cleaned up, and its disk the same as the
/// cache.
pub fn holds_whole_copy(path: &Path, entry: &Entry) -> bool {
    let Some((medium, pack)) = copy_at(path, entry) else { return false };
    let held = pack.sectors.and_then(|sectors| read_record_past_cache(&medium, &sectors).ok());
    held.is_some_and(|record| diagnose(&record).verdict == Verdict::AlreadyConverted)
}

fn copy_at(path: &Path, entry: &Entry) -> Option<(Medium, Pack)> {
    let medium = Medium::open(&Place::at(path).ok()?, RETRIES).ok()?;
    let Ok(Examination::Pack(pack)) = examine(&medium) else { return None };
    let origin = pack.diagnosis.record.as_ref()?.origin?;
    let sound = matches!(pack.outcome(), Outcome::AlreadyConverted | Outcome::UnfinishedConversion);
    (sound && origin.source_digest.to_hex() == entry.old_digest).then_some((medium, pack))
}

/// The record, and which of its sectors can be read. On the diskette that was claimed, one that does
/// not read behind the new commit sector was being zeroed when it was pulled out: it counts as the old
/// one, and is zeroed again.
fn read<S: DisketteStorage>(
    medium: &S,
    sectors: &RecordSectors,
    patch: &Patch,
    is_claimed: bool,
) -> (RecordBytes, [bool; RECORD_SECTORS]) {
    let mut bytes = [0; RECORD_LEN];
    let mut readable = [false; RECORD_SECTORS];
    for (index, buffer) in bytes.chunks_exact_mut(SECTOR_LEN).enumerate() {
        readable[index] = medium.read(sectors[index], buffer).is_ok();
    }
    if medium.is_removable() && is_claimed && bytes[..SECTOR_LEN] == *patch.sector(0).1 {
        for index in patch.clean_up().filter(|index| !readable[*index]).collect::<Vec<_>>() {
            bytes[index * SECTOR_LEN..][..SECTOR_LEN].copy_from_slice(patch.sector(index).0);
            readable[index] = true;
        }
    }
    (bytes, readable)
}

fn held<S: DisketteStorage>(
    medium: &S,
    sectors: &RecordSectors,
    patch: &Patch,
    evidence: Evidence,
) -> Held {
    let Evidence { damaged, is_claimed, put_back } = evidence;
    let (bytes, readable) = read(medium, sectors, patch, is_claimed);
    let found = Patch { old: bytes, new: patch.new };
    let part = |index| (found.sector(index).0, patch.sector(index));
    let events = 1..RECORD_SECTORS;
    let ours = |index: usize| part(index).0 == part(index).1.0 || part(index).0 == part(index).1.1;
    let untouched = |index: usize| readable[index] && part(index).0 == part(index).1.0;
    let (first, (old, new)) = part(0);
    if readable == [true; RECORD_SECTORS] && first == new && events.clone().all(ours) {
        return Held::New(found);
    }
    // Events are zeroed only when the new sector is durable: before a torn one, all are there.
    if !events.clone().all(untouched) {
        return Held::SomethingElse;
    }
    if readable[0] && first == old {
        return Held::Old;
    }
    // It is made of both, with something of the new one; or, in the very file that was claimed, it is
    // not to be recognised, and the pack's own events vouch for it. An unused pack has none: there,
    // only who put the diskette in can say which one it is.
    let bytes = || first.iter().zip(old.iter().zip(new));
    let mixed = bytes().all(|(held, (old, new))| held == old || held == new)
        && bytes().any(|(held, (old, _))| held != old);
    let has_events = patch.clean_up().next().is_some();
    let vouched = is_claimed && (has_events || (put_back && !readable[0]));
    if damaged && (vouched || (readable[0] && mixed)) {
        // As it was before: so that writing the first sector counts as the commit.
        return Held::Torn(patch.clone());
    }
    Held::SomethingElse
}
