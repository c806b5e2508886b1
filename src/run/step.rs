//! How far an image has come in a run that changes, and every way on from there.
//!
//! `Ready` to be changed, and not claimed yet; `Begun` once its claim is durable; `Committed` once its disk holds the
//! new pack; `Done` when nothing more is to be done about it. There is no way back, and only a step that is begun or
//! committed writes.

use super::change::Change;
use super::claimed::ImageFile;
use super::kept::TrimmedRecord;
use super::output::OutputCopy;
use crate::diagnosis::{CopyOf, Finding, Verdict, diagnose};
use crate::ledger::ClaimId;
use crate::record::RecordBytes;
use crate::report::{Failure, Outcome, Report};
use std::io;
use std::path::{Path, PathBuf};

/// How far an image has come.
pub(super) enum Step {
    /// The run was stopped before.
    NotBegun,
    /// To be changed, once it is claimed.
    Ready(Box<Work>, Box<Change>),
    /// Being changed.
    Begun(Box<Work>, Box<Change>),
    /// Converted for good; what is left is to clean up behind that, or to give a copy its name.
    Committed(Box<Work>, Box<Change>),
    /// Nothing more to do.
    Done(Box<Work>),
}

/// What is said of an image, and what the run has to know of it until then.
pub(super) struct Work {
    pub(super) report: Box<Report>,
    /// The file that the image is, or is in.
    pub(super) file: ImageFile,
    /// The claim that the pack is converted under.
    pub(super) claim: Option<Claim>,
    /// The record that the report is to be told with, where that is all that is kept of it.
    record: Option<TrimmedRecord>,
}

/// A claim that a step is changed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) id: ClaimId,
    /// Whether an earlier run had made it: it may stand for more than this run has tried.
    pub(super) is_resumed: bool,
}

impl Work {
    fn new(report: Box<Report>, file: ImageFile) -> Self {
        Self { report, file, claim: None, record: None }
    }

    fn failed(mut self: Box<Self>, failure: Failure) -> Step {
        self.report.fail(failure);
        Step::Done(self)
    }

    fn converted(mut self: Box<Self>, record: &RecordBytes) -> Step {
        let is_at_rest = self.record.is_some();
        self.report.convert(record);
        if is_at_rest {
            self.rest();
        }
        Step::Done(self)
    }

    /// Keeps of a sound record its bytes alone, which say all that the report has to say of it.
    fn rest(&mut self) {
        let is_sound = |verdict| verdict != Verdict::Refused;
        let diagnosis = self.report.diagnosis.take_if(|diagnosis| is_sound(diagnosis.verdict));
        let record = diagnosis.and_then(|diagnosis| diagnosis.record);
        self.record = record.map(|record| TrimmedRecord::new(record.bytes()));
    }

    /// Makes the report whole again.
    pub(super) fn wake(&mut self) {
        if let Some(record) = self.record.take() {
            self.report.diagnosis = Some(diagnose(&record.whole()));
        }
    }
}

impl Step {
    /// What is said of an image that is not changed.
    pub(super) fn done(report: Box<Report>, file: ImageFile) -> Self {
        Self::Done(Box::new(Work::new(report, file)))
    }

    /// An image that is to be changed.
    pub(super) fn ready(report: Box<Report>, file: ImageFile, change: Change) -> Self {
        Self::Ready(Box::new(Work::new(report, file)), Box::new(change))
    }

    pub(super) fn is_ready(&self) -> bool {
        matches!(self, Self::Ready(..))
    }

    /// The same, with no more of its report in memory than is needed: very many may wait for each other.
    pub(super) fn at_rest(mut self) -> Self {
        match &mut self {
            Self::Ready(work, _) | Self::Done(work) => work.rest(),
            Self::NotBegun | Self::Begun(..) | Self::Committed(..) => {}
        }
        self
    }

    pub(super) fn is_begun(&self) -> bool {
        matches!(self, Self::Begun(..))
    }

    fn take(&mut self) -> Self {
        std::mem::replace(self, Self::NotBegun)
    }

    /// From `Ready` to `Begun`: from now on it may be written.
    pub(super) fn begin(&mut self, id: Option<ClaimId>) {
        *self = match self.take() {
            Self::Ready(mut work, change) => {
                let is_resumed = work.claim.is_some_and(|claim| claim.is_resumed);
                work.claim = id.map(|id| Claim { id, is_resumed });
                Self::Begun(work, change)
            }
            other => other,
        };
    }

    /// From `Ready` to `Begun` without a claim, where the pack is 4.5 already.
    pub(super) fn begin_unclaimed(&mut self) {
        if matches!(self, Self::Ready(_, change) if !change.patch().commits()) {
            self.begin(None);
        }
    }

    /// Stays `Ready`: to be claimed in the place of a claim that is there, and with its bytes.
    pub(super) fn resume(&mut self, id: ClaimId, new: &RecordBytes) {
        if let Self::Ready(work, change) = self {
            work.claim = Some(Claim { id, is_resumed: true });
            change.set_new(new);
        }
    }

    /// From `Ready` to `Done` without a change.
    pub(super) fn end_ready(&mut self, end: impl FnOnce(&mut Report)) {
        *self = match self.take() {
            Self::Ready(mut work, _) => {
                work.claim = None;
                work.wake();
                end(&mut work.report);
                Self::Done(work)
            }
            other => other,
        };
    }

    /// From `Ready` to `Done`: it failed before it was begun.
    pub(super) fn fail_ready(&mut self, failure: Failure) {
        self.end_ready(|report| report.fail(failure));
    }

    /// Stays `Begun`, or fails: readies what is made durable together with others.
    pub(super) fn stage(self) -> Self {
        let Self::Begun(work, mut change) = self else { return self };
        match change.stage() {
            Ok(()) => Self::Begun(work, change),
            Err(failure) => work.failed(failure),
        }
    }

    /// From `Begun` to `Committed`, or fails: makes the change durable. A copy has no name yet then.
    pub(super) fn commit(self) -> Self {
        let Self::Begun(work, mut change) = self else { return self };
        match change.commit() {
            Ok(()) => Self::Committed(work, change),
            Err(failure) => work.failed(failure),
        }
    }

    /// From `Committed` to `Done`, for a change in place: cleans up.
    pub(super) fn finish(self) -> Self {
        match self {
            Self::Committed(work, change) if change.copy().is_none() => match change.finish() {
                Ok(()) => work.converted(&change.patch().new),
                Err(failure) => work.failed(failure),
            },
            other => other,
        }
    }

    /// The target of a copy that is to be published.
    pub(super) fn target(&self) -> Option<&Path> {
        match self {
            Self::Begun(_, change) | Self::Committed(_, change) => {
                change.copy().map(OutputCopy::target)
            }
            _ => None,
        }
    }

    /// From `Begun` to `Done` for a copy: another one of this group gets its name.
    pub(super) fn give_way(&mut self) {
        *self = match self.take() {
            Self::Begun(work, change) => match change.copy() {
                Some(copy) => work.failed(copy.exists()),
                None => Self::Begun(work, change),
            },
            other => other,
        };
    }

    /// From `Committed` to `Done`, for a copy: gives it its name.
    pub(super) fn publish(self) -> Self {
        match self {
            Self::Committed(mut work, change) if change.copy().is_some() => {
                let (as_it_is, new) = (change.is_as_it_is(), change.patch().new);
                match (*change).publish() {
                    Ok(true) if !as_it_is => work.converted(&new),
                    Ok(false) if !as_it_is => {
                        work.report.outcome = Outcome::AlreadyConverted;
                        Self::Done(work)
                    }
                    Ok(_) => Self::Done(work),
                    Err(failure) => work.failed(failure),
                }
            }
            other => other,
        }
    }

    /// Fails after all: the name of a copy in or under `folder` may not be durable.
    pub(super) fn fail_published(&mut self, folder: &Path, error: &io::Error) {
        let Self::Done(work) = self else { return };
        let report = &mut work.report;
        // The folder that a relative one lies in has no name of its own.
        let under = |target: &PathBuf| folder == Path::new(".") || target.starts_with(folder);
        let target = report.output.clone().filter(under);
        if let Some(target) = target.filter(|_| report.failure.is_none()) {
            report.fail(Failure::folder_not_durable(error, target));
        }
    }
}

impl Report {
    pub(super) fn convert(&mut self, record: &RecordBytes) {
        self.outcome = Outcome::Converted;
        self.diagnosis = Some(diagnose(record));
    }

    /// Refuses a sound pack for what stands outside its record.
    pub(super) fn refuse(&mut self, finding: Finding) {
        self.outcome = Outcome::Refused;
        self.output = None;
        if let Some(diagnosis) = &mut self.diagnosis {
            diagnosis.refuse(finding);
        }
    }

    /// It is a copy of a pack that the ledger knows.
    pub(super) fn refuse_copy(&mut self, copy: CopyOf) {
        self.refuse(Finding::copy(copy));
    }

    /// It is converted already, in a copy.
    pub(super) fn already(&mut self, target: PathBuf) {
        self.outcome = Outcome::AlreadyConverted;
        self.output = Some(target);
    }
}
