//! The request to claim a pack in the ledger.

use super::claimed::ImageFile;
use super::kept::TrimmedRecord;
use super::known::absolute_path;
use super::recovery::Leftovers;
use super::step::Step;
use crate::conversion::Patch;
use crate::ledger::{
    ClaimAnswer, ClaimId, ConversionState, LedgerEntry, LedgerError, LedgerTransaction, Wanted,
};
use crate::pack::examine::RecordSectors;
use crate::record::Record;
use crate::record::fields::Seal;
use std::path::{Path, PathBuf};

/// A claim that is asked for.
pub(super) struct Request {
    serial: String,
    licenses: u16,
    pub(super) path: PathBuf,
    target: Option<PathBuf>,
    pub(super) container: Option<PathBuf>,
    pub(super) file: ImageFile,
    /// SHA-1 of the record before.
    pub(super) digest: Seal,
    sectors: RecordSectors,
    pub(super) patch: Patch,
    /// The time of the conversion, in seconds since 1970.
    at: i64,
    replaces: Option<ClaimId>,
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
    /// The claim that a step needs, if it waits for one.
    pub(super) fn of(step: &Step) -> Option<Self> {
        let Step::Ready(work, change) = step else { return None };
        let patch = change.patch();
        if !patch.commits() {
            return None;
        }
        let old = Record::parse(&patch.old).ok()?;
        let origin = Record::parse(&patch.new).ok()?.origin?;
        Some(Self {
            serial: old.serial.text()?.to_owned(),
            licenses: old.licenses,
            path: absolute_path(&work.report.path),
            target: work.report.output.as_deref().map(absolute_path),
            container: change.container().map(Path::to_owned),
            file: work.file,
            digest: old.digest(),
            sectors: *change.sectors(),
            at: origin.converted_at.unix_seconds(),
            patch,
            replaces: work.claim.map(|claim| claim.id),
        })
    }

    fn wanted(&self) -> Wanted<'_> {
        Wanted {
            serial: &self.serial,
            licenses: self.licenses,
            path: &self.path,
            target: self.target.as_deref(),
            container: self.container.as_deref(),
            file: self.file.id,
            sectors: &self.sectors,
            patch: &self.patch,
            converted_at: self.at,
            replaces: self.replaces,
        }
    }

    /// Makes the claim, or takes over the one that a crash has left on this image, which is locked by this run.
    pub(super) fn claim(
        &self,
        ledger: &LedgerTransaction<'_>,
        leftovers: &mut Leftovers,
    ) -> Result<Claimed, LedgerError> {
        let entry = match ledger.claim(&self.wanted())? {
            ClaimAnswer::Granted(id) => return Ok(Claimed::New(id)),
            ClaimAnswer::Known(entry) => entry,
        };
        let is_own = entry.state == ConversionState::Begun
            && entry.target.is_none()
            && self.target.is_none()
            && entry.is_image(&self.path, self.file);
        let Some(patch) = take_up(&entry, self).filter(|_| is_own) else {
            return Ok(Claimed::Known(entry));
        };
        leftovers.clear(&entry, self.container.as_deref());
        let (converted_at, replaces) = (entry.converted_at, Some(entry.id));
        let again = Wanted { patch: &patch, converted_at, replaces, ..self.wanted() };
        Ok(match ledger.claim(&again)? {
            ClaimAnswer::Granted(id) => Claimed::Again(id, TrimmedRecord::new(&patch.new)),
            ClaimAnswer::Known(entry) => Claimed::Known(entry),
        })
    }
}

/// The change that an earlier run has claimed for this image. It is made again with the same bytes, since a copy that
/// was made then may be somewhere else. `None` if the image does not hold what was claimed.
pub(super) fn take_up(entry: &LedgerEntry, request: &Request) -> Option<Patch> {
    entry.sound_patch().filter(|patch| patch.old == request.patch.old).cloned()
}
