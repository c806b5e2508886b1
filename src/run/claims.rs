//! One time: each pack is claimed in the ledger before it is touched, and a copy is told as such.

use super::image::Step;
use super::wishes::{Wish, absolute_path, met};
use crate::diagnosis::{CopyOf, CopyState};
use crate::ledger::{Answer, ClaimId, Entry, Ledger, LedgerError, Settled, State};
use crate::platform::FileId;
use crate::record::RecordBytes;
use crate::report::{Action, Failure, FailureCode, Note, Outcome, PackState, Report};
use crate::run::recovery::{self, Recovery, holds_copy};
use std::path::{Path, PathBuf};

/// Rounds that a group is claimed in, before other runs are held to be in the way.
const ROUNDS: usize = 8;

/// The claims of a run.
pub(super) struct Claims<'l> {
    pub(super) ledger: &'l mut Ledger,
    /// What became of claims, to be written with the next ones.
    settled: Vec<Settled>,
    /// Claims of earlier runs whose images have not turned up.
    pub(super) missing: Vec<Entry>,
    /// Rounds that the group at hand has been through.
    rounds: usize,
    /// The pack whose diskette the user says is in the drive.
    put_back: Option<String>,
}

/// What a pack in the ledger is to the image at hand.
pub(super) enum Relation {
    /// The claim is this very image's, and nobody knows how far it has come.
    Own,
    /// It is this image, converted into this copy.
    Already(PathBuf),
    /// It is another copy.
    Copy(CopyState),
}

/// What to do about a pack that is in the ledger already.
enum Judgement {
    /// Its claim is out of the way, or it is claimed by this round: ask again.
    Again,
    /// Take up its claim, with the record that was claimed.
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
        ledger.forget_met()?;
        Ok(Self { ledger, settled: Vec::new(), missing, rounds: 0, put_back })
    }

    /// Begins a group. Where images are changed `in_place`, packs that an earlier run had begun and
    /// that turn up in it are mended.
    pub(super) fn begin(&mut self, steps: &mut [Step], in_place: bool) -> Result<(), LedgerError> {
        self.rounds = 0;
        if in_place && !self.missing.is_empty() {
            for step in steps {
                self.mend(step)?;
            }
        }
        Ok(())
    }

    /// Claims what is ready. On an error nothing more is to be begun.
    pub(super) fn claim(&mut self, steps: &mut [Step]) -> Result<(), LedgerError> {
        self.rounds += 1;
        let wishes: Vec<_> =
            steps.iter().enumerate().filter_map(|(index, step)| Wish::of(index, step)).collect();
        // Once a group: later rounds meet nothing new.
        let met: Vec<_> = steps.iter().filter(|_| self.rounds == 1).filter_map(met).collect();
        let (wishes, wanted): (Vec<_>, Vec<_>) =
            wishes.iter().filter_map(|wish| Some((wish, wish.wanted(steps)?))).unzip();
        let result = self.ledger.claim(&self.settled, &met, &wanted).and_then(|answers| {
            self.settled.clear();
            self.answer(steps, &wishes, answers)
        });
        if result.is_ok() {
            steps.iter_mut().for_each(Step::begin_unclaimed);
        }
        result
    }

    fn answer(
        &mut self,
        steps: &mut [Step],
        wishes: &[&Wish],
        answers: Vec<Answer>,
    ) -> Result<(), LedgerError> {
        let mut granted = Vec::new();
        for (wish, answer) in wishes.iter().zip(answers) {
            let step = &mut steps[wish.index];
            match answer {
                Answer::Granted(id) => {
                    granted.push(id);
                    step.begin(Some(id));
                }
                // The first of two copies in one group, or the one that was claimed before: it comes
                // to its end first.
                Answer::Known(entry) if granted.contains(&entry.id) => {}
                Answer::Known(entry) if is_of_another(&entry, wish, wishes) => {}
                Answer::Known(entry) => {
                    let judgement = self.judge(&entry, wish, step)?;
                    self.apply(step, judgement, *entry);
                }
            }
        }
        Ok(())
    }

    fn judge(&mut self, entry: &Entry, wish: &Wish, step: &Step) -> Result<Judgement, LedgerError> {
        match relation(entry, &wish.path, wish.file) {
            Relation::Already(target) => {
                if entry.state == State::Begun {
                    self.settled.push(Settled::Done(entry.id));
                }
                Ok(Judgement::Already(target))
            }
            Relation::Own => Ok(Self::take_up(entry, step)),
            // Another file at the path of the claim: it is locked here, and proves nothing.
            Relation::Copy(CopyState::Begun) if entry.path == wish.path => {
                Ok(Judgement::Copy(CopyState::Begun))
            }
            Relation::Copy(CopyState::Begun) => Ok(match recovery::settle(self.ledger, entry)? {
                Recovery::Complete | Recovery::Finished => Judgement::Copy(CopyState::Converted),
                Recovery::Void => Judgement::Again,
                Recovery::InUse => Judgement::InUse,
                Recovery::Untouched
                | Recovery::Missing
                | Recovery::Strange
                | Recovery::Failed(_) => Judgement::Copy(CopyState::Begun),
            }),
            Relation::Copy(state) => Ok(Judgement::Copy(state)),
        }
    }

    /// A claim that an earlier run has left on this very image, which is locked here. It may have
    /// made a copy that was taken elsewhere; so the conversion is made with the same bytes again.
    fn take_up(entry: &Entry, step: &Step) -> Judgement {
        let Step::Ready(_, change) = step else { return Judgement::Copy(CopyState::Begun) };
        match entry.sound_patch() {
            Some(patch) if patch.old == change.commit().patch.old => {
                Judgement::Resume(entry.id, Box::new(patch.new))
            }
            // What is there now is not what was claimed: that may be converted, and elsewhere.
            _ => Judgement::Copy(CopyState::Begun),
        }
    }

    fn apply(&self, step: &mut Step, judgement: Judgement, entry: Entry) {
        let go_on = self.rounds < ROUNDS;
        match judgement {
            Judgement::Again if go_on => {}
            Judgement::Resume(id, new) if go_on => step.resume(id, &new),
            Judgement::Again | Judgement::Resume(..) | Judgement::InUse => {
                step.fail_ready(Failure::new(FailureCode::InUse, Action::Claim).about(entry.path));
            }
            Judgement::Copy(state) => step.end_ready(|report| report.refuse(copy_of(entry, state))),
            Judgement::Already(target) => step.end_ready(|report| report.already(target)),
        }
    }

    /// Notes what became of the claims of a round.
    pub(super) fn note(&mut self, steps: &mut [Step]) -> Result<(), LedgerError> {
        for step in steps {
            let Step::Done(report) = step else { continue };
            if let Some(id) = report.claim.take() {
                self.settled.extend(settled(report, id));
            } else if !self.missing.is_empty() {
                self.turn_up(report)?;
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
        let Some(digest) = origin.map(|origin| origin.source_digest.to_hex()) else {
            return Ok(());
        };
        if let Some(at) = self.missing.iter().position(|entry| entry.old_digest == digest) {
            let entry = self.missing.swap_remove(at);
            let target = report.output.as_deref().map(absolute_path);
            self.ledger.moved(entry.id, &absolute_path(&report.path), target.as_deref())?;
            self.settled.push(Settled::Done(entry.id));
        }
        Ok(())
    }

    /// A damaged record may be one that a crash has torn.
    fn mend(&mut self, step: &mut Step) -> Result<(), LedgerError> {
        let Step::Done(report) = step else { return Ok(()) };
        if !report.is_damaged() {
            return Ok(());
        }
        for (at, entry) in self.missing.iter().enumerate().filter(|(_, e)| e.target.is_none()) {
            let path = absolute_path(&report.path);
            let put_back = self.put_back.as_ref() == Some(&entry.serial);
            let recovery = recovery::settle_at(self.ledger, entry, &path, put_back)?;
            if report.is_drive && is_begun(entry, report) {
                report.notes.push(Note::Begun(entry.serial.clone()));
            }
            if let Recovery::Finished = recovery {
                let entry = self.missing.swap_remove(at);
                self.ledger.moved(entry.id, &path, None)?;
                if let Some(patch) = entry.patch {
                    report.notes.retain(|note| !matches!(note, Note::Begun(_)));
                    report.convert(&patch.new);
                }
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Whether a damaged pack may be that of a claim.
pub(super) fn is_begun(entry: &Entry, report: &Report) -> bool {
    // A drive may hold another diskette than the one that was claimed.
    let serial = report.record().and_then(|record| record.serial.text());
    let may_be = !report.is_drive || serial.is_none_or(|serial| serial == entry.serial);
    may_be && entry.is_file(&absolute_path(&report.path), report.file)
}

/// Where the ledger has failed, nothing more is begun.
pub(super) fn fail_ready(steps: &mut [Step]) {
    for step in steps {
        step.fail_ready(Failure::new(FailureCode::LedgerError, Action::Claim));
    }
}

/// Whether the claim of `entry` is that of another image in the same group.
fn is_of_another(entry: &Entry, wish: &Wish, wishes: &[&Wish]) -> bool {
    let is_claimed =
        |wish: &Wish| entry.state == State::Begun && entry.is_file(&wish.path, wish.file);
    !is_claimed(wish) && wishes.iter().any(|other| is_claimed(other))
}

/// What the pack of `entry` is to the image at `path`.
pub(super) fn relation(entry: &Entry, path: &Path, file: Option<FileId>) -> Relation {
    let copied = |target: &&PathBuf| entry.is_image(path, file) && holds_copy(target, entry);
    if let Some(target) = entry.target.as_ref().filter(copied) {
        return Relation::Already(target.clone());
    }
    match entry.state {
        State::Begun if entry.is_file(path, file) => Relation::Own,
        State::Begun => Relation::Copy(CopyState::Begun),
        State::Done => Relation::Copy(CopyState::Converted),
    }
}

/// Whether the pack of a claim was converted, is as it was, or, where neither is known, nothing.
fn settled(report: &Report, id: ClaimId) -> Option<Settled> {
    match (report.outcome, &report.failure) {
        (Outcome::Converted | Outcome::AlreadyConverted, _) => Some(Settled::Done(id)),
        (Outcome::Failed, Some(failure)) => {
            // A drive is looked at once more before anything is written.
            let no_copy = matches!(failure.action, Action::Copy | Action::Publish | Action::Read);
            let untouched =
                failure.state == Some(PackState::Old) || (failure.state.is_none() && no_copy);
            // A claim that was taken up may stand for more than this run has tried.
            (untouched && !report.resumed).then_some(Settled::Void(id))
        }
        _ => None,
    }
}

pub(super) fn copy_of(entry: Entry, state: CopyState) -> CopyOf {
    let Entry { path, target, converted_at, .. } = entry;
    CopyOf { state, converted_at: Some(converted_at), path, target }
}
