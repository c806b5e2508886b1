//! What became of a group's images, and of packs that are converted already, on its way into the ledger.

use super::{Claims, not_for_good};
use crate::ledger::{Conversion, ConversionState, LedgerEntry, LedgerError};
use crate::record::fields::Seal;
use crate::report::{Failure, FailureCode, Operation, Outcome, Report};
use crate::run::known::{absolute_path, conversion_into, seen_converted};
use crate::run::recovery::{Recovering, holds_copy};
use crate::run::results::Moved;
use crate::run::step::Step;
use crate::run::work::{CopyThere, Work};
use std::path::Path;

impl Claims<'_> {
    /// Keeps the results of a group's claims. If the ledger fails at one, the others are still noted.
    pub(in crate::run) fn note(&mut self, steps: &mut [Step]) -> Result<(), LedgerError> {
        let (mut recovering, mut noted) = (Recovering::default(), Ok(()));
        for step in steps {
            let copy = step.end_copy_there();
            let Step::Done(work) = step else { continue };
            if let Some(claim) = work.claim.take() {
                self.results.add(&work.report, claim);
                continue;
            }
            if let Some(copy) = copy {
                let entered = self.enter_copy(work, &copy, &mut recovering);
                if entered.is_err() {
                    work.report.fail(Failure::new(FailureCode::LedgerError, Operation::Claim));
                }
                noted = noted.and(entered);
            }
            let is_needed = match work.report.outcome {
                Outcome::Converted => true,
                Outcome::AlreadyConverted => self.has_missing(),
                _ => false,
            };
            if !is_needed {
                continue;
            }
            let was_reduced = work.restore_report();
            noted = noted.and(self.enter_finished(work));
            self.turn_up(&work.report, &mut recovering);
            if was_reduced {
                work.reduce();
            }
        }
        noted
    }

    /// Enters a pack whose interrupted conversion was finished, in place or in a copy, without a claim.
    fn enter_finished(&mut self, work: &Work) -> Result<(), LedgerError> {
        let report = &work.report;
        if report.outcome != Outcome::Converted {
            return Ok(());
        }
        let Some(mut finished) = seen_converted(report, work.file) else { return Ok(()) };
        finished.target = report.output.as_deref().map(absolute_path);
        self.enter(finished)
    }

    /// Enters a pack whose copy was at its target before this run, once the copy is durable: whoever made it may have
    /// died before. If it is not, the report says that it failed.
    fn enter_copy(
        &mut self,
        work: &mut Work,
        copy: &CopyThere,
        recovering: &mut Recovering,
    ) -> Result<(), LedgerError> {
        let Some(target) = work.report.output.clone() else { return Ok(()) };
        if !recovering.is_record_for_good(&target, &copy.record) {
            work.report.fail(not_for_good(target));
            return Ok(());
        }
        let path = absolute_path(&work.report.path);
        match conversion_into(&copy.record, path, absolute_path(&target), work.file) {
            Some(conversion) if copy.is_conversion => self.enter(conversion),
            _ => Ok(()),
        }
    }

    /// Enters a converted pack. If it is known, and its copy takes the place of what was known, that is said there.
    fn enter(&mut self, converted: Conversion) -> Result<(), LedgerError> {
        let known = self.ledger.find(&converted.serial)?;
        let is_moved =
            |known: &LedgerEntry| converted.target.is_some() && takes_over(&converted, known);
        match known.filter(is_moved) {
            Some(known) => {
                let Conversion { path, target, .. } = converted;
                self.results.moved(Moved { claim: known.id, path, target });
            }
            None => self.results.finished(converted),
        }
        Ok(())
    }

    /// Settles the claim of a converted pack that an earlier run has left open.
    fn turn_up(&mut self, report: &Report, recovering: &mut Recovering) {
        let Some(record) = report.record().filter(|_| self.has_missing()) else { return };
        // A 4.0 record here belongs to an image whose copy is converted.
        let digest = record.origin.map_or_else(|| record.digest(), |origin| origin.source_digest);
        self.turned_up(&digest, &report.path, report.output.as_deref(), recovering);
    }

    /// Settles the open claim of the pack with this source digest, which was found converted at `path`, or in
    /// `target`, if it is so for good.
    pub(in crate::run) fn turned_up(
        &mut self,
        source: &Seal,
        path: &Path,
        target: Option<&Path>,
        recovering: &mut Recovering,
    ) {
        let Some(entry) = self.missing.with_source(source) else { return };
        let claim = entry.id;
        if recovering.is_converted_for_good(path, target, entry) {
            self.missing.take(claim);
            let (path, target) = (absolute_path(path), target.map(absolute_path));
            self.results.moved(Moved { claim, path, target });
            self.results.done(claim);
        }
    }
}

/// Whether a copy counts in place of what is `known` of its pack: of an image whose conversion was not finished, or of
/// the same copy at a place where it is gone.
fn takes_over(copy: &Conversion, known: &LedgerEntry) -> bool {
    match &known.target {
        None => known.path == copy.path,
        Some(gone) => {
            known.state == ConversionState::Done
                && known.new_digest == copy.new_digest
                && !holds_copy(gone, known)
        }
    }
}
