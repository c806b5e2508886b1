//! What became of a run's images, on its way into the ledger: it is written together with the next claims.

use super::work::Claim;
use crate::ledger::{ClaimId, Conversion, LedgerError, LedgerTransaction, Settled};
use crate::report::{Operation, Outcome, PackState, Report};
use std::path::PathBuf;

/// Results that the ledger does not have yet.
#[derive(Default)]
pub(super) struct Results {
    settled: Vec<Settled>,
    /// Packs whose interrupted conversions were finished without a claim.
    finished: Vec<Conversion>,
    moved: Vec<Moved>,
}

/// Where the pack of a claim was found.
pub(super) struct Moved {
    pub(super) claim: ClaimId,
    /// Its image, and the copy in which it was found converted; absolute paths.
    pub(super) path: PathBuf,
    pub(super) target: Option<PathBuf>,
}

impl Results {
    pub(super) fn is_empty(&self) -> bool {
        self.settled.is_empty() && self.finished.is_empty() && self.moved.is_empty()
    }

    /// The pack of this claim is converted.
    pub(super) fn done(&mut self, claim: ClaimId) {
        self.settled.push(Settled::Done(claim));
    }

    /// An interrupted conversion is finished, which may have been that of another ledger.
    pub(super) fn finished(&mut self, conversion: Conversion) {
        self.finished.push(conversion);
    }

    /// A pack was found at another place than the ledger says.
    pub(super) fn moved(&mut self, moved: Moved) {
        self.moved.push(moved);
    }

    /// Adds the result of a claim.
    pub(super) fn add(&mut self, report: &Report, claim: Claim) {
        self.settled.extend(settled(report, claim));
    }

    /// Writes them all.
    pub(super) fn write(&self, ledger: &LedgerTransaction<'_>) -> Result<(), LedgerError> {
        // First, since a claim that is open is not moved.
        ledger.settle(&self.settled)?;
        for Moved { claim, path, target } in &self.moved {
            ledger.moved(*claim, path, target.as_deref())?;
        }
        self.finished.iter().try_for_each(|finished| ledger.enter(finished))
    }
}

/// The result of a claim: whether its pack was converted or is as it was; `None` if neither is certain.
fn settled(report: &Report, claim: Claim) -> Option<Settled> {
    match (report.outcome, &report.failure) {
        (Outcome::Converted | Outcome::AlreadyConverted, _) => Some(Settled::Done(claim.id)),
        (Outcome::Failed, Some(failure)) => {
            // The record in a drive is read once more before anything is written, so `Read` may fail here too.
            let no_copy =
                matches!(failure.operation, Operation::Copy | Operation::Publish | Operation::Read);
            let untouched =
                failure.state == Some(PackState::Old) || (failure.state.is_none() && no_copy);
            // The claim of an earlier run stays: that run may have done more.
            (untouched && !claim.is_resumed).then_some(Settled::Void(claim.id))
        }
        _ => None,
    }
}
