//! Claims that a crash left open, settled by what their images hold.
//!
//! | the image holds | then |
//! | --- | --- |
//! | the new commit sector | the clean-up is finished, and the claim is done |
//! | the old record | the claim is void |
//! | a torn or unreadable commit sector before the old events | it is written anew, read back, and finished |
//! | something else, or is gone | the claim stays open |
//!
//! An image that another run has locked is that run's: its claim is left alone.

use super::{Entry, Ledger, LedgerError, Settled};
use crate::commit::Commit;
use crate::decision::Patch;
use crate::examine::{Examination, RecordSectors, examine};
use crate::medium::{RawImage, Storage};
use crate::outcome::{Failure, Outcome};
use crate::record::{RECORD_LEN, RECORD_SECTORS, SECTOR_LEN};
use std::fs::TryLockError;
use std::path::Path;

/// What became of a claim.
#[derive(Debug)]
pub enum Recovery {
    /// The conversion was complete; only the ledger had not been told yet.
    Complete,
    /// The conversion is complete now.
    Finished,
    /// Nothing had been written: the pack is 4.0, as it was.
    Void,
    /// Another run is at it.
    InUse,
    /// The image is gone, cannot be opened, or holds something else.
    Missing,
    /// The image is there, but could not be brought to its end.
    Failed(Box<Failure>),
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
        None => settle_at(ledger, entry, &entry.path, &entry.sectors),
        Some(target) => settle_copy(ledger, entry, target),
    }
}

/// Settles one claim by the image at `path`, where its record lies in `sectors`.
///
/// # Errors
/// Where the ledger cannot be read or written.
pub(crate) fn settle_at(
    ledger: &mut Ledger,
    entry: &Entry,
    path: &Path,
    sectors: &RecordSectors,
) -> Result<Recovery, LedgerError> {
    let Ok(medium) = RawImage::open_to_change(path) else { return Ok(Recovery::Missing) };
    match medium.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Recovery::InUse),
        Err(TryLockError::Error(_)) => return Ok(Recovery::Missing),
    }
    // The run that held the lock may have settled it itself.
    if !ledger.is_begun(entry.id)? {
        return Ok(Recovery::Complete);
    }
    let patch = match held(&medium, sectors, entry) {
        Held::SomethingElse => return Ok(Recovery::Missing),
        Held::Old => {
            ledger.claim(&[Settled::Void(entry.id)], &[])?;
            return Ok(Recovery::Void);
        }
        Held::New(patch) | Held::Torn(patch) => patch,
    };
    let complete = patch.old == patch.new;
    let commit = Commit { medium, sectors: *sectors, patch };
    match commit.commit().and_then(|()| commit.finish()) {
        Ok(()) => {
            ledger.claim(&[Settled::Done(entry.id)], &[])?;
            Ok(if complete { Recovery::Complete } else { Recovery::Finished })
        }
        Err(failure) => Ok(Recovery::Failed(Box::new(failure))),
    }
}

/// A copy is there, whole, or it is not: it gets its name last.
fn settle_copy(ledger: &mut Ledger, entry: &Entry, target: &Path) -> Result<Recovery, LedgerError> {
    // As long as the run that makes the copy lives, it has the image locked.
    let lock = RawImage::open(&entry.path).map(|image| image.try_lock().map(|()| image));
    if let Ok(Err(TryLockError::WouldBlock)) = lock {
        return Ok(Recovery::InUse);
    }
    if !ledger.is_begun(entry.id)? || holds_copy(target, entry) {
        ledger.claim(&[Settled::Done(entry.id)], &[])?;
        return Ok(Recovery::Complete);
    }
    if !matches!(lock, Ok(Ok(_))) {
        return Ok(Recovery::Missing);
    }
    ledger.claim(&[Settled::Void(entry.id)], &[])?;
    Ok(Recovery::Void)
}

/// Whether the file holds the pack of `entry`, converted.
pub fn holds_copy(path: &Path, entry: &Entry) -> bool {
    let examined = RawImage::open(path).and_then(|medium| examine(&medium));
    let Ok(Examination::Pack(pack)) = examined else { return false };
    let origin = pack.diagnosis.record.as_ref().and_then(|record| record.origin);
    let sound = matches!(pack.outcome(), Outcome::AlreadyConverted | Outcome::UnfinishedConversion);
    sound && origin.is_some_and(|origin| origin.source_digest.to_hex() == entry.old_digest)
}

fn held<S: Storage>(medium: &S, sectors: &RecordSectors, entry: &Entry) -> Held {
    let Some(patch) = &entry.patch else { return Held::SomethingElse };
    let mut bytes = [0; RECORD_LEN];
    let mut readable = [false; RECORD_SECTORS];
    for (index, buffer) in bytes.chunks_exact_mut(SECTOR_LEN).enumerate() {
        readable[index] = medium.read(sectors[index], buffer).is_ok();
    }
    let found = Patch { old: bytes, new: patch.new };
    let part = |index| (found.sector(index).0, patch.sector(index));
    // Each sector behind the first is as it was, or zeroed.
    let ours = (1..RECORD_SECTORS).all(|index| {
        let (held, (old, new)) = part(index);
        readable[index] && (held == old || held == new)
    });
    let untouched = (1..RECORD_SECTORS).all(|index| part(index).0 == part(index).1.0);
    let (first, (old, new)) = part(0);
    if !ours {
        Held::SomethingElse
    } else if readable[0] && first == new {
        Held::New(found)
    } else if readable[0] && first == old && untouched {
        Held::Old
    } else if is_torn(readable[0].then_some(first), old, new, patch) {
        // As it was before: so that writing the first sector counts as the commit.
        Held::Torn(patch.clone())
    } else {
        Held::SomethingElse
    }
}

/// A torn sector is made of both; where events behind it vouch for the record, it may hold anything.
fn is_torn(first: Option<&[u8]>, old: &[u8], new: &[u8], patch: &Patch) -> bool {
    let vouched = patch.clean_up().next().is_some();
    let mixed = |first: &[u8]| {
        first.iter().zip(old.iter().zip(new)).all(|(held, (old, new))| held == old || held == new)
    };
    vouched || first.is_some_and(mixed)
}
