//! Each pack is converted once: it is claimed in the ledger before it is touched.

mod outcomes;

use super::known::{
    Decision, LedgerMatch, absolute_path, copy_of, is_begun, ledger_match, made_again,
};
use super::open_claims::OpenClaims;
use super::recovery::{self, Leftovers, Recovering, Recovery};
use super::request::{Claimed, Request, take_up};
use super::results::{Moved, Results};
use super::step::Step;
use crate::diagnosis::{CopyState, diagnose};
use crate::disk::MediaError;
use crate::ledger::{ConversionState, Ledger, LedgerEntry, LedgerError};
use crate::report::{Failure, FailureCode, Note, Operation, Report};
use std::path::PathBuf;

/// How often a pack is asked for before it fails as in use. Each time, the claim that was in the way is settled.
const ROUNDS: usize = 8;

/// The claims of a run.
pub(super) struct Claims<'l> {
    ledger: &'l mut Ledger,
    /// What is written together with the next claims.
    results: Results,
    /// Claims of earlier runs whose images have not turned up.
    missing: OpenClaims,
    /// What killed runs have left is removed once.
    leftovers: Leftovers,
    /// The pack whose diskette the user says is in the drive.
    put_back: Option<String>,
    working_folder: Option<PathBuf>,
}

impl<'l> Claims<'l> {
    pub(super) fn new(
        ledger: &'l mut Ledger,
        put_back: Option<String>,
    ) -> Result<Self, LedgerError> {
        let missing = OpenClaims::new(ledger.begun()?);
        let leftovers = Leftovers::default();
        let (results, working_folder) = (Results::default(), std::env::current_dir().ok());
        Ok(Self { ledger, results, missing, leftovers, put_back, working_folder })
    }

    pub(super) fn ledger(&self) -> &Ledger {
        self.ledger
    }

    /// Whether claims of earlier runs are open.
    pub(super) fn has_missing(&self) -> bool {
        !self.missing.is_empty()
    }

    /// Claims everything that is ready, in one transaction; several are needed if open claims of earlier runs have to be
    /// settled first. If images are changed `in_place`, torn records of conversions that an earlier run began are mended.
    /// After an error nothing more must be begun.
    pub(super) fn claim(&mut self, steps: &mut [Step], in_place: bool) -> Result<(), LedgerError> {
        if in_place && self.has_missing() {
            let mut recovering = Recovering::default();
            for step in &mut *steps {
                self.mend(step, &mut recovering)?;
            }
            recovering.write(self.ledger)?;
        }
        for _ in 0..ROUNDS {
            self.claim_round(steps)?;
            if !steps.iter().any(Step::is_ready) {
                return Ok(());
            }
        }
        for step in steps {
            step.fail_ready(Failure::new(FailureCode::InUse, Operation::Claim));
        }
        Ok(())
    }

    /// Claims what is ready, if anything is. What cannot be claimed yet stays ready.
    fn claim_round(&mut self, steps: &mut [Step]) -> Result<(), LedgerError> {
        for (at, claimed) in self.claim_all(steps)? {
            match claimed {
                Claimed::New(id) => steps[at].begin(Some(id)),
                Claimed::Again(id, new) => {
                    steps[at].resume(id, &new.whole());
                    steps[at].begin(Some(id));
                }
                Claimed::Known(entry) => {
                    let folder = self.working_folder.as_deref();
                    let Some(request) = Request::of(&steps[at], folder) else { continue };
                    let decision = self.decide(&entry, &request)?;
                    self.apply(&mut steps[at], decision, *entry);
                }
            }
        }
        steps.iter_mut().for_each(Step::begin_unclaimed);
        Ok(())
    }

    fn claim_all(&mut self, steps: &[Step]) -> Result<Vec<(usize, Claimed)>, LedgerError> {
        let request = |step| Request::of(step, self.working_folder.as_deref());
        if self.results.is_empty() && steps.iter().all(|step| request(step).is_none()) {
            return Ok(Vec::new());
        }
        let leftovers = &mut self.leftovers;
        let claimed = self.ledger.write(|ledger| {
            self.results.write(ledger)?;
            let requests = steps.iter().enumerate();
            let requests = requests.filter_map(|(at, step)| Some((at, request(step)?)));
            requests.map(|(at, request)| Ok((at, request.claim(ledger, leftovers)?))).collect()
        })?;
        self.results = Results::default();
        Ok(claimed)
    }

    fn decide(&mut self, entry: &LedgerEntry, request: &Request) -> Result<Decision, LedgerError> {
        let asked = &request.claim.conversion;
        match ledger_match(entry, &asked.path, request.file, &asked.old_digest) {
            LedgerMatch::Already(target) => Ok(Decision::Already(target)),
            LedgerMatch::Own => Ok(match take_up(entry, request) {
                Some(patch) => {
                    let target = asked.target.as_deref().filter(|_| entry.target.is_some());
                    self.leftovers.clear(entry, target.or(asked.container.as_deref()));
                    Decision::Resume(entry.id, Box::new(patch.new))
                }
                // The image does not hold what was claimed; that may be converted elsewhere.
                None => Decision::Copy(CopyState::Begun),
            }),
            // It is made again with the same bytes, since the copy may be somewhere else.
            LedgerMatch::CopyGone => Ok(match made_again(entry, &request.claim.patch.old) {
                Some(new) => Decision::Resume(entry.id, Box::new(new)),
                None => Decision::Copy(CopyState::Converted),
            }),
            // Another file is at the path of the claim: that it can be locked proves nothing.
            LedgerMatch::Copy(CopyState::Begun) if entry.is_at(&asked.path, request.file) => {
                Ok(Decision::Copy(CopyState::Begun))
            }
            LedgerMatch::Copy(CopyState::Begun) => {
                Ok(match recovery::settle(self.ledger, entry)? {
                    Recovery::Complete | Recovery::Finished => Decision::Copy(CopyState::Converted),
                    Recovery::Void => Decision::Again,
                    Recovery::InUse => Decision::InUse,
                    Recovery::Untouched
                    | Recovery::Missing
                    | Recovery::Strange
                    | Recovery::Failed(_) => Decision::Copy(CopyState::Begun),
                })
            }
            LedgerMatch::Copy(state) => Ok(Decision::Copy(state)),
        }
    }

    fn apply(&mut self, step: &mut Step, decision: Decision, entry: LedgerEntry) {
        match decision {
            Decision::Again => {}
            Decision::Resume(id, new) => step.resume(id, &new),
            Decision::InUse => {
                step.fail_ready(
                    Failure::new(FailureCode::InUse, Operation::Claim).about(entry.conversion.path),
                );
            }
            Decision::Copy(state) => {
                step.end_ready(|report| report.refuse_copy(copy_of(entry, state)));
            }
            Decision::Already(target) => {
                step.end_ready(|report| self.already(report, &entry, target));
            }
        }
    }

    /// Reports that the pack is converted into the copy `target`. While its claim is open, the run that made the copy may
    /// have died before it was durable: then it is made so, and the claim is settled, or the report says that it failed.
    pub(super) fn already(&mut self, report: &mut Report, entry: &LedgerEntry, target: PathBuf) {
        if entry.state == ConversionState::Begun {
            if !Recovering::default().is_copy_for_good(&target, entry) {
                return report.fail(not_for_good(target));
            }
            self.results.done(entry.id);
        }
        report.already(target);
    }

    /// Ends a run: writes the results of the last claims.
    pub(super) fn end(mut self) -> Result<(), LedgerError> {
        if self.results.is_empty() { Ok(()) } else { self.write_results() }
    }

    /// Mends a damaged record if a crash in an earlier run has torn it.
    fn mend(&mut self, step: &mut Step, recovering: &mut Recovering) -> Result<(), LedgerError> {
        let Step::Done(work) = step else { return Ok(()) };
        if !work.report.is_damaged() {
            return Ok(());
        }
        let path = absolute_path(&work.report.path);
        let put_back = self.put_back.as_deref();
        let mut entries = self.missing.candidates(&work.report, work.file, put_back);
        entries.retain(|entry| entry.target.is_none());
        let found = recovering.settle_one_of(self.ledger, &entries, &path, put_back)?;
        let Some(entry) = found else {
            let is_here = |entry: &&&LedgerEntry| is_begun(entry, &work.report, work.file);
            let begun = entries.iter().find(is_here);
            let note = begun.map(|entry| Note::Begun(entry.serial.clone()));
            work.report.notes.extend(note);
            return Ok(());
        };
        self.missing.take(entry.id);
        self.results.moved(Moved { claim: entry.id, path, target: None });
        if let Some(patch) = entry.patch {
            work.report.notes.retain(|note| !matches!(note, Note::Begun(_)));
            work.report.convert(diagnose(&patch.new));
        }
        Ok(())
    }
}

/// The failure where it is not certain that a copy at its target is durable.
fn not_for_good(target: PathBuf) -> Failure {
    Failure::caused(Operation::SyncFolder, MediaError::NotReadBack).about(target)
}
