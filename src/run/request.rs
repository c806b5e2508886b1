//! The request to claim a pack in the ledger.

use super::claimed::ImageFile;
use super::kept::TrimmedRecord;
use super::known::absolute_in;
use super::recovery::Leftovers;
use super::step::Step;
use crate::conversion::Patch;
use crate::files::place_of;
use crate::ledger::{
    ClaimAnswer, ClaimId, ClaimRequest, Conversion, ConversionState, LedgerEntry, LedgerError,
    LedgerTransaction,
};
use crate::record::Record;
use crate::record::seal::sha1;
use std::path::Path;

/// The claim that an image needs.
pub(super) struct Request {
    pub(super) claim: ClaimRequest,
    pub(super) file: ImageFile,
}

/// The result of a request.
pub(super) enum Claimed {
    /// The claim was made.
    New(ClaimId),
    /// The claim was made in place of one that an earlier run has left on this image, with that one's new record.
    Again(ClaimId, TrimmedRecord),
    /// The pack is in the ledger already.
    Known(Box<LedgerEntry>),
}

impl Request {
    /// The claim that a step needs, if it waits for one. Its relative paths begin in `working_folder`.
    pub(super) fn of(step: &Step, working_folder: Option<&Path>) -> Option<Self> {
        let Step::Ready(work, change) = step else { return None };
        let patch = change.patch();
        if !patch.commits() {
            return None;
        }
        let parsed;
        let old = if let Some(record) = work.report.record() {
            record
        } else {
            parsed = Record::parse(&patch.old).ok()?;
            &parsed
        };
        let new = change.new_record()?;
        let absolute = |path: &Path| absolute_in(working_folder, path);
        let conversion = Conversion {
            serial: old.serial.text()?.to_owned(),
            licenses: old.licenses,
            path: absolute(&work.report.path),
            target: work.report.output.as_deref().map(absolute),
            container: change.container().map(Path::to_owned),
            copy_place: change.copy().and_then(|copy| place_of(copy.target()).ok()),
            file: work.file.id,
            born: work.file.born,
            converted_at: new.origin?.converted_at.unix_seconds(),
            old_digest: old.digest().to_hex(),
            new_digest: new.digest().to_hex(),
        };
        let replaces = work.claim.map(|claim| claim.id);
        let claim = ClaimRequest { conversion, sectors: *change.sectors(), patch, replaces };
        Some(Self { claim, file: work.file })
    }

    /// Makes the claim, or takes over the one that a crash has left on this image, which is locked by this run.
    pub(super) fn claim(
        self,
        ledger: &LedgerTransaction<'_>,
        leftovers: &mut Leftovers,
    ) -> Result<Claimed, LedgerError> {
        let entry = match ledger.claim(&self.claim)? {
            ClaimAnswer::Granted(id) => return Ok(Claimed::New(id)),
            ClaimAnswer::Known(entry) => entry,
        };
        let is_own = entry.state == ConversionState::Begun
            && entry.target.is_none()
            && self.claim.conversion.target.is_none()
            && entry.is_image(&self.claim.conversion.path, self.file);
        let Some(patch) = take_up(&entry, &self).filter(|_| is_own) else {
            return Ok(Claimed::Known(entry));
        };
        leftovers.clear(&entry, self.claim.conversion.container.as_deref());
        let conversion = Conversion {
            converted_at: entry.converted_at,
            new_digest: sha1(&[&patch.new]).to_hex(),
            ..self.claim.conversion
        };
        let again = ClaimRequest { conversion, patch, replaces: Some(entry.id), ..self.claim };
        Ok(match ledger.claim(&again)? {
            ClaimAnswer::Granted(id) => Claimed::Again(id, TrimmedRecord::new(&again.patch.new)),
            ClaimAnswer::Known(entry) => Claimed::Known(entry),
        })
    }
}

/// The change that an earlier run has claimed for this image. It is made again with the same bytes, since a copy that
/// was made then may be somewhere else. `None` if the image does not hold what was claimed.
pub(super) fn take_up(entry: &LedgerEntry, request: &Request) -> Option<Patch> {
    entry.sound_patch().filter(|patch| patch.old == request.claim.patch.old).cloned()
}
