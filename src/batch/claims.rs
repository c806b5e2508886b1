//! One time: each pack is claimed in the ledger before it is touched, and a copy is told as such.

use super::Mode;
use super::image::{Change, Step};
use crate::diagnosis::{CopyOf, CopyState, Finding, FindingCode};
use crate::examine::{Examination, examine};
use crate::ledger::recovery::{self, Recovery, holds_copy};
use crate::ledger::{Answer, ClaimId, Entry, Ledger, LedgerError, Settled, State, Wanted};
use crate::medium::RawImage;
use crate::outcome::{Action, Failure, FailureCode, Note, Outcome, PackState, Report};
use crate::platform::FileId;
use crate::record::Record;
use std::path::{Path, PathBuf, absolute};

/// Rounds that a group is claimed in, before other runs are held to be in the way.
const ROUNDS: usize = 8;

/// The claims of a run.
pub(super) struct Claims<'l> {
    ledger: &'l mut Ledger,
    /// What became of claims, to be written with the next ones.
    settled: Vec<Settled>,
    /// Claims of earlier runs whose images have not turned up.
    missing: Vec<Entry>,
    rounds: usize,
}

/// A pack that is to be converted.
struct Wish {
    /// Its place in the group.
    index: usize,
    serial: String,
    path: PathBuf,
    target: Option<PathBuf>,
    file: Option<FileId>,
}

/// What a pack that is in the ledger already is to the one at hand.
enum Judgement {
    /// Its claim is out of the way: claim again.
    Again,
    /// It is converted by this very run, or will not be.
    Wait,
    /// It is a copy of it.
    Copy(CopyState),
    /// It is the same image, and this is its converted copy.
    Already(PathBuf),
    /// Another run is converting it.
    InUse,
}

impl<'l> Claims<'l> {
    pub(super) fn new(ledger: &'l mut Ledger) -> Result<Self, LedgerError> {
        let missing = ledger.begun()?;
        ledger.forget_met()?;
        Ok(Self { ledger, settled: Vec::new(), missing, rounds: 0 })
    }

    /// Begins a group: packs that an earlier run had begun and that turn up in it are mended.
    pub(super) fn begin(&mut self, steps: Vec<Step>) -> Result<Vec<Step>, LedgerError> {
        self.rounds = 0;
        if self.missing.is_empty() {
            return Ok(steps);
        }
        steps.into_iter().map(|step| self.mend(step)).collect()
    }

    /// Claims what is ready. On an error nothing more is begun: what was ready has failed.
    pub(super) fn claim(&mut self, steps: Vec<Step>) -> (Vec<Step>, Result<(), LedgerError>) {
        self.rounds += 1;
        let wishes: Vec<_> =
            steps.iter().enumerate().filter_map(|(index, step)| Wish::of(index, step)).collect();
        let wanted: Vec<_> = wishes.iter().filter_map(|wish| wish.wanted(&steps)).collect();
        let answers = match self.ledger.claim(&self.settled, &wanted) {
            Ok(answers) => answers,
            Err(error) => return (fail_ready(steps, FailureCode::LedgerError), Err(error)),
        };
        self.settled.clear();
        let mut slots: Vec<_> = steps.into_iter().map(Some).collect();
        let mut result = Ok(());
        let mut granted = Vec::new();
        for (wish, answer) in wishes.iter().zip(answers) {
            let Some(step) = slots[wish.index].take() else { continue };
            let step = match answer {
                Answer::Granted(id) => {
                    granted.push(id);
                    step.begin(Some(id))
                }
                Answer::Known(entry) => match self.judge(&entry, wish, &granted) {
                    Ok(judgement) => self.apply(step, judgement, *entry),
                    Err(error) => {
                        result = Err(error);
                        step.fail(Failure::new(FailureCode::LedgerError, Action::Lock))
                    }
                },
            };
            slots[wish.index] = Some(step);
        }
        let steps = slots.into_iter().flatten().map(Step::begin_unclaimed).collect();
        (steps, result)
    }

    fn judge(
        &mut self,
        entry: &Entry,
        wish: &Wish,
        granted: &[ClaimId],
    ) -> Result<Judgement, LedgerError> {
        if granted.contains(&entry.id) {
            return Ok(Judgement::Wait);
        }
        let same = entry.is_image(&wish.path, wish.file);
        Ok(match (entry.state, &entry.target) {
            (State::Done, Some(target)) if same => Judgement::Already(target.clone()),
            (State::Done, _) => Judgement::Copy(CopyState::Converted),
            // Its lock is held here, so no other run is at it.
            (State::Begun, Some(target)) if same && holds_copy(target, entry) => {
                self.settled.push(Settled::Done(entry.id));
                Judgement::Already(target.clone())
            }
            (State::Begun, _) if same => {
                self.settled.push(Settled::Void(entry.id));
                Judgement::Again
            }
            (State::Begun, _) => match recovery::settle(self.ledger, entry)? {
                Recovery::Complete | Recovery::Finished => Judgement::Copy(CopyState::Converted),
                Recovery::Void => Judgement::Again,
                Recovery::InUse => Judgement::InUse,
                Recovery::Missing | Recovery::Failed(_) => Judgement::Copy(CopyState::Begun),
            },
        })
    }

    fn apply(&self, step: Step, judgement: Judgement, entry: Entry) -> Step {
        match judgement {
            Judgement::Again | Judgement::Wait if self.rounds < ROUNDS => step,
            Judgement::Again | Judgement::Wait | Judgement::InUse => {
                step.fail(Failure::new(FailureCode::InUse, Action::Claim).about(entry.path))
            }
            Judgement::Copy(state) => step.refuse(copy_of(entry, state)),
            Judgement::Already(target) => step.already(target),
        }
    }

    /// Notes what became of the claims of a round.
    pub(super) fn note(&mut self, steps: &mut [Step]) {
        for step in steps {
            let Step::Done(report) = step else { continue };
            if let Some(id) = report.claim.take() {
                self.settled.extend(settled(report, id));
            } else if !self.missing.is_empty() {
                self.turn_up(report);
            }
        }
    }

    /// Ends a run: what became of the last claims is written.
    pub(super) fn end(self) -> Result<(), LedgerError> {
        self.ledger.claim(&self.settled, &[]).map(|_| ())
    }

    /// A converted pack whose claim an earlier run had left open.
    fn turn_up(&mut self, report: &Report) {
        if !matches!(report.outcome, Outcome::Converted | Outcome::AlreadyConverted) {
            return;
        }
        let origin = report.record().and_then(|record| record.origin);
        let Some(digest) = origin.map(|origin| origin.source_digest.to_hex()) else { return };
        if let Some(at) = self.missing.iter().position(|entry| entry.old_digest == digest) {
            let entry = self.missing.swap_remove(at);
            self.settled.push(Settled::Done(entry.id));
        }
    }

    /// A damaged record may be one that a crash has torn.
    fn mend(&mut self, step: Step) -> Result<Step, LedgerError> {
        let Step::Done(report) = step else { return Ok(step) };
        if !report.has_finding(FindingCode::DamagedRecord) {
            return Ok(Step::Done(report));
        }
        let examined = RawImage::open(&report.path).and_then(|medium| examine(&medium));
        let Ok(Examination::Pack(pack)) = examined else { return Ok(Step::Done(report)) };
        let Some(sectors) = pack.sectors else { return Ok(Step::Done(report)) };
        for (at, entry) in self.missing.iter().enumerate() {
            let path = &report.path;
            if let Recovery::Finished = recovery::settle_at(self.ledger, entry, path, &sectors)? {
                let entry = self.missing.swap_remove(at);
                self.ledger.moved(entry.id, &absolute_path(path))?;
                let new = entry.patch.map(|patch| patch.new);
                return Ok(Step::Done(match new {
                    Some(new) => report.converted(&new),
                    None => report,
                }));
            }
        }
        Ok(Step::Done(report))
    }

    /// Where nothing is written: what a conversion would meet. In a dry run it is the verdict, and
    /// a warning else.
    pub(super) fn foresee(
        &mut self,
        mut steps: Vec<Step>,
        mode: Mode,
    ) -> Result<Vec<Step>, LedgerError> {
        for step in &mut steps {
            let Step::Done(report) = step else { continue };
            if report.outcome == Outcome::Convertible {
                let found = self.known(report)?;
                match mode {
                    Mode::Inspect => report.notes.extend(found.map(Foreseen::into_note)),
                    Mode::DryRun(_) | Mode::Convert(_) => {
                        if let Some(found) = found {
                            found.apply(report);
                        }
                    }
                }
            } else if report.has_finding(FindingCode::DamagedRecord) && self.is_begun(report) {
                report.notes.push(Note::Begun);
            }
        }
        Ok(steps)
    }

    fn is_begun(&self, report: &Report) -> bool {
        let path = absolute_path(&report.path);
        self.missing.iter().any(|entry| entry.is_image(&path, report.file))
    }

    fn known(&mut self, report: &Report) -> Result<Option<Foreseen>, LedgerError> {
        let Some(serial) = report.record().and_then(|record| record.serial.text()) else {
            return Ok(None);
        };
        let path = absolute_path(&report.path);
        if let Some(entry) = self.ledger.find(serial)? {
            let same = entry.is_image(&path, report.file);
            return Ok(match (entry.state, &entry.target) {
                (State::Begun, _) if same => None,
                (State::Done, Some(target)) if same => Some(Foreseen::Already(target.clone())),
                (State::Begun, _) => Some(Foreseen::Copy(copy_of(entry, CopyState::Begun))),
                (State::Done, _) => Some(Foreseen::Copy(copy_of(entry, CopyState::Converted))),
            });
        }
        let first = self.ledger.meet(serial, &report.path)?;
        Ok(first.map(|path| {
            Foreseen::Copy(CopyOf { state: CopyState::Met, converted_at: None, path, target: None })
        }))
    }
}

/// What a conversion would meet.
enum Foreseen {
    Copy(CopyOf),
    Already(PathBuf),
}

impl Foreseen {
    fn into_note(self) -> Note {
        match self {
            Self::Copy(copy) => Note::Copy(Box::new(copy)),
            Self::Already(target) => Note::Copied(target),
        }
    }

    fn apply(self, report: &mut Report) {
        match self {
            Self::Copy(copy) => report.refuse(copy),
            Self::Already(target) => report.already(target),
        }
    }
}

/// Whether the pack of a claim was converted, is as it was, or, where neither is known, nothing.
fn settled(report: &Report, id: ClaimId) -> Option<Settled> {
    match (report.outcome, &report.failure) {
        (Outcome::Converted | Outcome::AlreadyConverted, _) => Some(Settled::Done(id)),
        (Outcome::Failed, Some(failure)) => {
            let no_copy = matches!(failure.action, Action::Copy | Action::Publish);
            let untouched =
                failure.state == Some(PackState::Old) || (failure.state.is_none() && no_copy);
            untouched.then_some(Settled::Void(id))
        }
        _ => None,
    }
}

fn copy_of(entry: Entry, state: CopyState) -> CopyOf {
    let Entry { path, target, converted_at, .. } = entry;
    CopyOf { state, converted_at: Some(converted_at), path, target }
}

fn fail_ready(steps: Vec<Step>, code: FailureCode) -> Vec<Step> {
    let fail = |step: Step| match step {
        Step::Ready(..) => step.fail(Failure::new(code, Action::Claim)),
        other => other,
    };
    steps.into_iter().map(fail).collect()
}

/// The path without a folder to start from. Links stay: they are how the user names the image.
fn absolute_path(path: &Path) -> PathBuf {
    absolute(path).unwrap_or_else(|_| path.to_owned())
}

impl Wish {
    fn of(index: usize, step: &Step) -> Option<Self> {
        let Step::Ready(report, change) = step else { return None };
        if !change.commit().patch.commits() {
            return None;
        }
        Some(Self {
            index,
            serial: report.record()?.serial.text()?.to_owned(),
            path: absolute_path(&report.path),
            target: report.output.as_deref().map(absolute_path),
            file: report.file,
        })
    }

    fn wanted<'a>(&'a self, steps: &'a [Step]) -> Option<Wanted<'a>> {
        let Step::Ready(report, change) = &steps[self.index] else { return None };
        let commit = change.commit();
        let origin = Record::parse(&commit.patch.new).ok()?.origin?;
        Some(Wanted {
            serial: &self.serial,
            licenses: report.record()?.licenses,
            path: &self.path,
            target: self.target.as_deref(),
            file: self.file,
            sectors: &commit.sectors,
            patch: &commit.patch,
            converted_at: origin.converted_at.unix_seconds(),
        })
    }
}

impl Step {
    /// From now on it may be written.
    fn begin(self, claim: Option<ClaimId>) -> Self {
        match self {
            Self::Ready(mut report, change) => {
                report.claim = claim;
                Self::Begun(report, change)
            }
            other => other,
        }
    }

    /// A conversion that was committed before needs no claim.
    fn begin_unclaimed(self) -> Self {
        match &self {
            Self::Ready(_, change) if !change.commit().patch.commits() => self.begin(None),
            _ => self,
        }
    }

    fn with_report(self, change: impl FnOnce(&mut Report)) -> Self {
        match self {
            Self::Ready(mut report, _) => {
                change(&mut report);
                Self::Done(report)
            }
            other => other,
        }
    }

    fn fail(self, failure: Failure) -> Self {
        self.with_report(|report| report.fail(failure))
    }

    fn refuse(self, copy: CopyOf) -> Self {
        self.with_report(|report| report.refuse(copy))
    }

    fn already(self, target: PathBuf) -> Self {
        self.with_report(|report| report.already(target))
    }
}

impl Change {
    fn commit(&self) -> &crate::commit::Commit<RawImage> {
        match self {
            Self::InPlace(commit) => commit,
            Self::Copy(copy) => copy.source(),
        }
    }
}

impl Report {
    fn record(&self) -> Option<&Record> {
        self.diagnosis.as_ref()?.record.as_deref()
    }

    fn refuse(&mut self, copy: CopyOf) {
        self.outcome = Outcome::Refused;
        self.output = None;
        if let Some(diagnosis) = &mut self.diagnosis {
            diagnosis.refuse(Finding::copy(copy));
        }
    }

    fn already(&mut self, target: PathBuf) {
        self.outcome = Outcome::AlreadyConverted;
        self.output = Some(target);
    }
}
