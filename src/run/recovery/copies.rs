//! Whether a file holds a converted pack.

use crate::diagnosis::{Diagnosis, FindingKind, Verdict, diagnose};
use crate::disk::Flaw;
use crate::fat12::{FaultKind, MediaFault};
use crate::ledger::{Conversion, LedgerEntry};
use crate::media::{MediaError, Medium, Place, PlaceKind, Places};
use crate::pack::examine::{Examination, Pack, examine, read_record_past_cache};
use crate::record::Record;
use crate::report::{Failure, Operation, Outcome};
use crate::run::RETRIES;
use crate::set::PackId;
use std::io;
use std::path::Path;

/// Whether the file holds the pack of `entry`, converted; its clean-up may not be finished.
pub fn holds_copy(path: &Path, entry: &LedgerEntry) -> bool {
    copy_at(Place::at(path), entry).is_some()
}

/// The same.
///
/// # Errors
/// If a file is there and cannot be read, or not as far as the record needs it.
pub fn find_copy(path: &Path, entry: &LedgerEntry) -> Result<bool, Box<Failure>> {
    let opened = Place::at(path).and_then(|place| Medium::open(&place, RETRIES));
    let held = opened.and_then(|medium| match examine(&medium)? {
        Examination::NotAPack(_) => Ok(false),
        Examination::Pack(pack) if is_copy(&pack, entry) => Ok(true),
        Examination::Pack(pack) => lost_sector(&pack).map_or(Ok(false), |lost| Err(lost.into())),
    });
    match held {
        Err(MediaError::Io(error)) if is_gone(&error) => Ok(false),
        held => held.map_err(|error| Box::new(Failure::caused(Operation::Read, error))),
    }
}

/// The first sector that was lost of those that the record needs.
fn lost_sector(pack: &Pack) -> Option<Flaw> {
    pack.diagnosis.findings.iter().find_map(|finding| match finding.kind {
        FindingKind::Media(MediaFault { kind: FaultKind::LostSector(kind), sector, .. }) => {
            Some(Flaw { sector: sector?, kind })
        }
        _ => None,
    })
}

/// Whether it says that nothing is at the path.
pub(super) fn is_gone(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | InvalidFilename)
}

/// Whether the file holds the pack of `entry`, converted and cleaned up, on the disk as in the cache. `places` opens
/// the path.
pub fn holds_whole_copy(places: &mut Places, path: &Path, entry: &LedgerEntry) -> bool {
    copy_at(places.at(path), entry).is_some_and(|(medium, pack)| is_whole_on_disk(&medium, &pack))
}

/// Whether the disk, read past the cache, holds a pack that is converted and cleaned up where `pack` was found.
pub(super) fn is_whole_on_disk(medium: &Medium, pack: &Pack) -> bool {
    on_disk(medium, pack).is_some_and(|held| held.verdict == Verdict::AlreadyConverted)
}

/// Whether the disk, read past the cache, holds the converted pack of a conversion where `pack` was found; its clean-up
/// may not be finished.
pub(super) fn is_converted_on_disk(medium: &Medium, pack: &Pack, conversion: &Conversion) -> bool {
    on_disk(medium, pack).is_some_and(|held| {
        let origin = held.record.as_ref().and_then(|record| record.origin);
        matches!(held.verdict, Verdict::AlreadyConverted | Verdict::UnfinishedConversion)
            && origin.is_some_and(|origin| origin.source_digest.to_hex() == conversion.old_digest)
    })
}

/// Whether the disk, read past the cache, holds this record in the medium.
pub(super) fn holds_on_disk(medium: &Medium, record: &Record) -> bool {
    let Ok(Examination::Pack(pack)) = examine(medium) else { return false };
    let held = on_disk(medium, &pack).and_then(|held| held.record);
    held.is_some_and(|held| held.bytes() == record.bytes())
}

/// What the disk, read past the cache, holds where `pack` was found.
fn on_disk(medium: &Medium, pack: &Pack) -> Option<Diagnosis> {
    let held = read_record_past_cache(medium, &pack.sectors?).ok()?;
    Some(diagnose(&held))
}

/// The converted pack of `entry`, if it is where the ledger says. What is in a drive by now is not looked at.
pub(in crate::run) fn converted_pack(entry: &LedgerEntry) -> Option<PackId> {
    let place = Place::at(entry.place()).ok().filter(|place| place.kind == PlaceKind::File)?;
    let (_, pack) = copy_at(Ok(place), entry)?;
    pack.diagnosis.record.as_deref().map(PackId::of)
}

fn copy_at(place: Result<Place, MediaError>, entry: &LedgerEntry) -> Option<(Medium, Pack)> {
    let medium = Medium::open(&place.ok()?, RETRIES).ok()?;
    let pack = copy_in(&medium, entry)?;
    Some((medium, pack))
}

/// The converted pack of a conversion, if the medium holds it.
pub(super) fn copy_in(medium: &Medium, conversion: &Conversion) -> Option<Pack> {
    let Ok(Examination::Pack(pack)) = examine(medium) else { return None };
    is_copy(&pack, conversion).then_some(pack)
}

/// Whether this is the converted pack of a conversion.
fn is_copy(pack: &Pack, conversion: &Conversion) -> bool {
    let origin = pack.diagnosis.record.as_ref().and_then(|record| record.origin);
    let sound = matches!(pack.outcome(), Outcome::AlreadyConverted | Outcome::UnfinishedConversion);
    sound && origin.is_some_and(|it| it.source_digest.to_hex() == conversion.old_digest)
}
