//! How far an image is in a run that changes images, with all transitions.
//!
//! `Ready` to be changed, and not claimed yet; `Begun` once its claim is durable; `Committed` once its disk holds the
//! new pack; `Done` when nothing more is to be done about it. There is no way back, and only a step that is begun or
//! committed writes.

use super::change::Change;
use super::claimed::ImageFile;
use super::kept::TrimmedRecord;
use super::output::OutputCopy;
use crate::diagnosis::{Diagnosis, Verdict, diagnose};
use crate::ledger::ClaimId;
use crate::record::RecordBytes;
use crate::report::{Failure, Outcome, Report};
use std::io;
use std::path::{Path, PathBuf};

/// How far an image is.
pub(super) enum Step {
    /// The run was stopped before it.
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

/// The report on an image, and what the run needs until it is final.
pub(super) struct Work {
    pub(super) report: Box<Report>,
    /// The file that the image is, or is in.
    pub(super) file: ImageFile,
    /// The claim that the pack is converted under.
    pub(super) claim: Option<Claim>,
    /// The record of a step that is done, if its report was reduced to it.
    record: Option<TrimmedRecord>,
}

/// A claim that a step is changed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) id: ClaimId,
    /// Whether an earlier run has made it, which may have done more than this run.
    pub(super) is_resumed: bool,
}

impl Work {
    fn new(report: Box<Report>, file: ImageFile) -> Self {
        Self { report, file, claim: None, record: None }
    }

    fn failed(mut self: Box<Self>, change: &Change, failure: Failure) -> Step {
        self.recall(change);
        self.report.fail(failure);
        Step::Done(self)
    }

    fn converted(mut self: Box<Self>, diagnosis: Diagnosis) -> Step {
        let is_reduced = self.is_reduced();
        self.report.convert(diagnosis);
        if is_reduced {
            self.reduce();
        }
        Step::Done(self)
    }

    /// Whether its report waits without the diagnosis of its record, which is the old one of its change.
    fn is_reduced(&self) -> bool {
        self.report.diagnosis.is_none()
    }

    /// Takes the record of a change that will not be made, if the report was reduced.
    fn recall(&mut self, change: &Change) {
        if self.is_reduced() {
            self.record = Some(change.old().clone());
        }
    }

    /// Keeps only the bytes of a sound record, from which the report can be made again.
    pub(super) fn reduce(&mut self) {
        let is_sound = |verdict| verdict != Verdict::Refused;
        let diagnosis = self.report.diagnosis.take_if(|diagnosis| is_sound(diagnosis.verdict));
        let record = diagnosis.and_then(|diagnosis| diagnosis.record);
        self.record = record.map(|record| TrimmedRecord::new(record.bytes()));
    }

    /// Makes the report complete again. Returns whether it was reduced.
    pub(super) fn restore_report(&mut self) -> bool {
        let record = self.record.take();
        if let Some(record) = &record {
            self.report.diagnosis = Some(diagnose(&record.whole()));
        }
        record.is_some()
    }
}

impl Step {
    /// An image that is not changed.
    pub(super) fn done(report: Box<Report>, file: ImageFile) -> Self {
        Self::Done(Box::new(Work::new(report, file)))
    }

    /// An image that is to be changed.
    pub(super) fn ready(report: Box<Report>, file: ImageFile, change: Change) -> Self {
        Self::Ready(Box::new(Work::new(report, file)), Box::new(change))
    }

    /// Whether nothing more is done about the image in this run.
    pub(super) fn is_over(&self) -> bool {
        matches!(self, Self::NotBegun | Self::Done(_))
    }

    pub(super) fn is_ready(&self) -> bool {
        matches!(self, Self::Ready(..))
    }

    /// The same with its report reduced to what is needed: very many may wait to be written together.
    pub(super) fn reduced(mut self) -> Self {
        match &mut self {
            // Only a sound record is changed, and the change has its bytes.
            Self::Ready(work, change) => {
                work.report.diagnosis = None;
                change.reduce();
            }
            Self::Done(work) => work.reduce(),
            Self::NotBegun | Self::Begun(..) | Self::Committed(..) => {}
        }
        self
    }

    fn take(&mut self) -> Self {
        std::mem::replace(self, Self::NotBegun)
    }

    /// From `Ready` to `Begun`: from now on the image may be written.
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

    /// From `Ready` to `Begun` without a claim, if the pack is 4.5 already.
    pub(super) fn begin_unclaimed(&mut self) {
        if matches!(self, Self::Ready(_, change) if !change.patch().commits()) {
            self.begin(None);
        }
    }

    /// Stays `Ready`, to replace an existing claim with the bytes that were claimed.
    pub(super) fn resume(&mut self, id: ClaimId, new: &RecordBytes) {
        if let Self::Ready(work, change) = self {
            work.claim = Some(Claim { id, is_resumed: true });
            change.set_new(new);
        }
    }

    /// From `Ready` to `NotBegun`: the run is stopped before it.
    pub(super) fn leave(&mut self) {
        if self.is_ready() {
            *self = Self::NotBegun;
        }
    }

    /// From `Ready` to `Done` without a change.
    pub(super) fn end_ready(&mut self, end: impl FnOnce(&mut Report)) {
        *self = match self.take() {
            Self::Ready(mut work, change) => {
                work.claim = None;
                work.recall(&change);
                work.restore_report();
                end(&mut work.report);
                Self::Done(work)
            }
            other => other,
        };
    }

    /// From `Ready` to `Done`: it failed before anything was written.
    pub(super) fn fail_ready(&mut self, failure: Failure) {
        self.end_ready(|report| report.fail(failure));
    }

    /// Stays `Begun`, or fails: prepares what is made durable together with other images.
    pub(super) fn stage(self) -> Self {
        let Self::Begun(work, mut change) = self else { return self };
        match change.stage() {
            Ok(()) => Self::Begun(work, change),
            Err(failure) => work.failed(&change, failure),
        }
    }

    /// From `Begun` to `Committed`, or fails: makes the change durable. A copy has no name yet then.
    pub(super) fn commit(self) -> Self {
        let Self::Begun(work, mut change) = self else { return self };
        match change.commit() {
            Ok(()) => Self::Committed(work, change),
            Err(failure) => work.failed(&change, failure),
        }
    }

    /// From `Committed` to `Done`, for a change in place: cleans up.
    pub(super) fn finish(self) -> Self {
        match self {
            Self::Committed(work, mut change) if change.copy().is_none() => match change.finish() {
                Ok(()) => work.converted(change.diagnose_new()),
                Err(failure) => work.failed(&change, failure),
            },
            other => other,
        }
    }

    /// The path without links of the container that it changes, if its image is in one.
    pub(super) fn container(&self) -> Option<&Path> {
        match self {
            Self::Ready(_, change) | Self::Begun(_, change) | Self::Committed(_, change) => {
                change.container()
            }
            Self::NotBegun | Self::Done(_) => None,
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

    /// From `Begun` to `Done` for a copy whose name another copy of the group gets.
    pub(super) fn give_way(&mut self) {
        *self = match self.take() {
            Self::Begun(work, change) => match change.copy() {
                Some(copy) => work.failed(&change, copy.exists()),
                None => Self::Begun(work, change),
            },
            other => other,
        };
    }

    /// From `Committed` to `Done`, for a copy: gives it its name.
    pub(super) fn publish(self) -> Self {
        match self {
            Self::Committed(mut work, mut change) if change.copy().is_some() => {
                let converted = (!change.is_as_it_is()).then(|| change.diagnose_new());
                match ((*change).publish(), converted) {
                    (Ok(true), Some(diagnosis)) => work.converted(diagnosis),
                    (Ok(false), Some(_)) => {
                        work.report.outcome = Outcome::AlreadyConverted;
                        Self::Done(work)
                    }
                    (Ok(_), None) => Self::Done(work),
                    (Err(failure), _) => {
                        work.report.fail(failure);
                        Self::Done(work)
                    }
                }
            }
            other => other,
        }
    }

    /// Fails after all, if the name of a copy in or below `folder` may not be durable.
    pub(super) fn fail_published(&mut self, folder: &Path, error: &io::Error) {
        let Self::Done(work) = self else { return };
        let report = &mut work.report;
        // The parent of a relative folder is named ".", with which no target begins.
        let under = |target: &PathBuf| folder == Path::new(".") || target.starts_with(folder);
        let target = report.output.clone().filter(under);
        if let Some(target) = target.filter(|_| report.failure.is_none()) {
            report.fail(Failure::folder_not_durable(error, target));
        }
    }
}
