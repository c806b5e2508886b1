//! One time: each pack is claimed in the ledger before it is touched, whatever became of it since it was seen.

use super::known::{Relation, absolute_path, copy_of, made_again, relation};
use super::recovery::{self, Recovery};
use super::step::{Claim, Step};
use crate::diagnosis::{CopyState, diagnose};
use crate::ledger::{Answer, ClaimId, Entry, Ledger, LedgerError, Settled, State, Wanted};
use crate::platform::FileId;
use crate::record::RecordBytes;
use crate::record::fields::Seal;
use crate::report::{Action, Failure, FailureCode, Note, Outcome, PackState, Report};
use std::path::{Path, PathBuf};

/// Rounds that a group is claimed in, before other runs are held to be in the way.
const ROUNDS: usize = 8;

/// The claims of a run.
pub(super) struct Claims<'l> {
    ledger: &'l mut Ledger,
    /// What became of claims, to be written with the next ones.
    settled: Vec<Settled>,
    /// Claims of earlier runs whose images have not turned up.
    missing: Vec<Entry>,
    /// Rounds that the group at hand has been through.
    rounds: usize,
    /// The pack whose diskette the user says is in the drive.
    put_back: Option<String>,
}

/// A claim that is asked for.
struct Request {
    /// The step's place in its group.
    index: usize,
    serial: String,
    path: PathBuf,
    target: Option<PathBuf>,
    file: Option<FileId>,
    digest: Seal,
}

/// What to do about a pack that is in the ledger already.
enum Decision {
    /// Its claim is out of the way: ask again.
    Again,
    /// Take the place of its claim, with the bytes that were claimed.
    Resume(ClaimId, Box<RecordBytes>),
    Copy(CopyState),
    Already(PathBuf),
    InUse,
}

impl<'l> Claims<'l> {
    pub(super) fn new(
        ledger: &'l mut Ledger,
        put_back: Option<String>,
    ) -> Result<Self, LedgerError> {
        let missing = ledger.begun()?;
        Ok(Self { ledger, settled: Vec::new(), missing, rounds: 0, put_back })
    }

    pub(super) fn ledger(&self) -> &Ledger {
        self.ledger
    }

    /// Whether claims of earlier runs are open.
    pub(super) fn has_missing(&self) -> bool {
        !self.missing.is_empty()
    }

    /// Begins a group. Where images are changed `in_place`, packs that an earlier run had begun and
    /// that turn up in it are mended.
    pub(super) fn begin(&mut self, steps: &mut [Step], in_place: bool) -> Result<(), LedgerError> {
        self.rounds = 0;
        if in_place && self.has_missing() {
            for step in steps {
                self.mend(step)?;
            }
        }
        Ok(())
    }

    /// Claims what is ready. On an error nothing more is to be begun.
    pub(super) fn claim(&mut self, steps: &mut [Step]) -> Result<(), LedgerError> {
        self.rounds += 1;
        let requests: Vec<_> =
            steps.iter().enumerate().filter_map(|(at, step)| Request::of(at, step)).collect();
        let (requests, wanted): (Vec<_>, Vec<_>) =
            requests.iter().filter_map(|request| Some((request, request.wanted(steps)?))).unzip();
        let answers = self.ledger.claim(&self.settled, &wanted)?;
        self.settled.clear();
        for (request, answer) in requests.into_iter().zip(answers) {
            let step = &mut steps[request.index];
            match answer {
                Answer::Granted(id) => step.begin(Some(id)),
                Answer::Known(entry) => {
                    let decision = self.decide(&entry, request, step)?;
                    self.apply(step, decision, *entry);
                }
            }
        }
        steps.iter_mut().for_each(Step::begin_unclaimed);
        Ok(())
    }

    fn decide(
        &mut self,
        entry: &Entry,
        request: &Request,
        step: &Step,
    ) -> Result<Decision, LedgerError> {
        match relation(entry, &request.path, request.file, &request.digest) {
            Relation::Already(target) => {
                if entry.state == State::Begun {
                    self.settled.push(Settled::Done(entry.id));
                }
                Ok(Decision::Already(target))
            }
            Relation::Own => Ok(take_up(entry, step)),
            Relation::CopyGone => Ok(make_again(entry, step)),
            // Another file at the path of the claim: it is locked here, and proves nothing.
            Relation::Copy(CopyState::Begun) if entry.path == request.path => {
                Ok(Decision::Copy(CopyState::Begun))
            }
            Relation::Copy(CopyState::Begun) => Ok(match recovery::settle(self.ledger, entry)? {
                Recovery::Complete | Recovery::Finished => Decision::Copy(CopyState::Converted),
                Recovery::Void => Decision::Again,
                Recovery::InUse => Decision::InUse,
                Recovery::Untouched
                | Recovery::Missing
                | Recovery::Strange
                | Recovery::Failed(_) => Decision::Copy(CopyState::Begun),
            }),
            Relation::Copy(state) => Ok(Decision::Copy(state)),
        }
    }

    fn apply(&self, step: &mut Step, decision: Decision, entry: Entry) {
        let go_on = self.rounds < ROUNDS;
        match decision {
            Decision::Again if go_on => {}
            Decision::Resume(id, new) if go_on => step.resume(id, &new),
            Decision::Again | Decision::Resume(..) | Decision::InUse => {
                step.fail_ready(Failure::new(FailureCode::InUse, Action::Claim).about(entry.path));
            }
            Decision::Copy(state) => {
                step.end_ready(|report| report.refuse_copy(copy_of(entry, state)));
            }
            Decision::Already(target) => step.end_ready(|report| report.already(target)),
        }
    }

    /// Notes what became of the claims of a round.
    pub(super) fn note(&mut self, steps: &mut [Step]) -> Result<(), LedgerError> {
        for step in steps {
            let Step::Done(work) = step else { continue };
            if let Some(claim) = work.claim.take() {
                self.settled.extend(settled(&work.report, claim));
            } else if self.has_missing() {
                self.turn_up(&work.report)?;
            }
        }
        Ok(())
    }

    /// Ends a run: what became of the last claims is written.
    pub(super) fn end(self) -> Result<(), LedgerError> {
        self.ledger.settle(&self.settled)
    }

    /// A converted pack whose claim an earlier run had left open.
    fn turn_up(&mut self, report: &Report) -> Result<(), LedgerError> {
        if !matches!(report.outcome, Outcome::Converted | Outcome::AlreadyConverted) {
            return Ok(());
        }
        let origin = report.record().and_then(|record| record.origin);
        let Some(digest) = origin.map(|origin| origin.source_digest) else { return Ok(()) };
        self.turned_up(&digest, &report.path, report.output.as_deref())
    }

    /// The pack with this source digest turned up converted at `path`, or in `target`.
    pub(super) fn turned_up(
        &mut self,
        source: &Seal,
        path: &Path,
        target: Option<&Path>,
    ) -> Result<(), LedgerError> {
        let digest = source.to_hex();
        if let Some(at) = self.missing.iter().position(|entry| entry.old_digest == digest) {
            let entry = self.missing.swap_remove(at);
            let target = target.map(absolute_path);
            self.ledger.moved(entry.id, &absolute_path(path), target.as_deref())?;
            self.settled.push(Settled::Done(entry.id));
        }
        Ok(())
    }

    /// A damaged record may be one that a crash has torn.
    fn mend(&mut self, step: &mut Step) -> Result<(), LedgerError> {
        let Step::Done(work) = step else { return Ok(()) };
        if !work.report.is_damaged() {
            return Ok(());
        }
        let path = absolute_path(&work.report.path);
        for (at, entry) in self.missing.iter().enumerate().filter(|(_, e)| e.target.is_none()) {
            let put_back = self.put_back.as_ref() == Some(&entry.serial);
            let recovery = recovery::settle_at(self.ledger, entry, &path, put_back)?;
            if work.report.is_drive && is_begun(entry, &work.report, work.file) {
                work.report.notes.push(Note::Begun(entry.serial.clone()));
            }
            if let Recovery::Finished = recovery {
                let entry = self.missing.swap_remove(at);
                self.ledger.moved(entry.id, &path, None)?;
                if let Some(patch) = entry.patch {
                    work.report.notes.retain(|note| !matches!(note, Note::Begun(_)));
                    work.report.convert(diagnose(&patch.new));
                }
                return Ok(());
            }
        }
        Ok(())
    }
}

impl Request {
    fn of(index: usize, step: &Step) -> Option<Self> {
        let Step::Ready(work, change) = step else { return None };
        if !change.commit.patch.commits() {
            return None;
        }
        let report = &work.report;
        Some(Self {
            index,
            serial: report.record()?.serial.text()?.to_owned(),
            path: absolute_path(&report.path),
            target: report.output.as_deref().map(absolute_path),
            file: work.file,
            digest: report.record()?.digest(),
        })
    }

    fn wanted<'a>(&'a self, steps: &'a [Step]) -> Option<Wanted<'a>> {
        let Step::Ready(work, change) = &steps[self.index] else { return None };
        let commit = &change.commit;
        let (old, new) = (work.report.record()?, change.result.record.as_ref()?);
        Some(Wanted {
            serial: &self.serial,
            licenses: old.licenses,
            path: &self.path,
            target: self.target.as_deref(),
            file: self.file,
            sectors: &commit.sectors,
            patch: &commit.patch,
            digests: (old.digest(), new.digest()),
            converted_at: new.origin?.converted_at.unix_seconds(),
            replaces: work.claim.map(|claim| claim.id),
        })
    }
}

/// A claim that an earlier run has left on this very image, which is locked here. It may have
/// made a copy that was taken elsewhere; so the conversion is made with the same bytes again.
fn take_up(entry: &Entry, step: &Step) -> Decision {
    let Step::Ready(_, change) = step else { return Decision::Copy(CopyState::Begun) };
    match entry.sound_patch() {
        Some(patch) if patch.old == change.commit.patch.old => {
            Decision::Resume(entry.id, Box::new(patch.new))
        }
        // What is there now is not what was claimed: that may be converted, and elsewhere.
        _ => Decision::Copy(CopyState::Begun),
    }
}

/// A copy is gone. It may be somewhere else, so it is made again with the same bytes.
fn make_again(entry: &Entry, step: &Step) -> Decision {
    let Step::Ready(work, _) = step else { return Decision::Copy(CopyState::Converted) };
    match made_again(entry, &work.report) {
        Some(new) => Decision::Resume(entry.id, Box::new(new)),
        None => Decision::Copy(CopyState::Converted),
    }
}

/// Whether a damaged pack may be that of a claim.
pub(super) fn is_begun(entry: &Entry, report: &Report, file: Option<FileId>) -> bool {
    // A drive may hold another diskette than the one that was claimed.
    let serial = report.record().and_then(|record| record.serial.text());
    let may_be = !report.is_drive || serial.is_none_or(|serial| serial == entry.serial);
    may_be && entry.is_file(&absolute_path(&report.path), file)
}

/// Where the ledger has failed, nothing more is begun.
pub(super) fn fail_ready(steps: &mut [Step]) {
    for step in steps {
        step.fail_ready(Failure::new(FailureCode::LedgerError, Action::Claim));
    }
}

/// Whether the pack of a claim was converted, is as it was, or, where neither is known, nothing.
fn settled(report: &Report, claim: Claim) -> Option<Settled> {
    match (report.outcome, &report.failure) {
        (Outcome::Converted | Outcome::AlreadyConverted, _) => Some(Settled::Done(claim.id)),
        (Outcome::Failed, Some(failure)) => {
            // A drive is looked at once more before anything is written.
            let no_copy = matches!(failure.action, Action::Copy | Action::Publish | Action::Read);
            let untouched =
                failure.state == Some(PackState::Old) || (failure.state.is_none() && no_copy);
            // A claim that was taken up may stand for more than this run has tried.
            (untouched && !claim.is_resumed).then_some(Settled::Void(claim.id))
        }
        _ => None,
    }
}
