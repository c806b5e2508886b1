//! How far an image is in a run that changes images, with all transitions.
//!
//! `Ready` to be changed, and not claimed yet; `Begun` once its claim is durable; `Committed` once its disk holds the
//! new pack; `Done` when nothing more is to be done about it. There is no way back, and only a step that is begun or
//! committed writes.

use super::change::Change;
use super::claimed::ImageFile;
use super::output::OutputCopy;
use super::work::{Claim, CopyThere, Work};
use crate::diagnosis::Diagnosis;
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
    /// Its copy was at its target before the run, and the ledger may not know that yet.
    CopyThere(Box<Work>, Box<CopyThere>),
    /// Nothing more to do.
    Done(Box<Work>),
}

impl Step {
    /// An image that is not changed.
    pub(super) fn done(report: Box<Report>, file: ImageFile) -> Self {
        Self::Done(Box::new(Work::new(report, file)))
    }

    /// An image that is to be changed.
    pub(super) fn ready(report: Box<Report>, file: ImageFile, change: Box<Change>) -> Self {
        Self::Ready(Box::new(Work::new(report, file)), change)
    }

    /// An image whose copy is at its target already.
    pub(super) fn copy_there(report: Box<Report>, file: ImageFile, copy: CopyThere) -> Self {
        Self::CopyThere(Box::new(Work::new(report, file)), Box::new(copy))
    }

    /// Whether nothing more is done about the image in this run.
    pub(super) fn is_over(&self) -> bool {
        matches!(self, Self::NotBegun | Self::CopyThere(..) | Self::Done(_))
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
            Self::NotBegun | Self::Begun(..) | Self::Committed(..) | Self::CopyThere(..) => {}
        }
        self
    }

    /// The step after something was done about `change`: the next one, or the end.
    fn after(
        work: Box<Work>,
        done: Result<(), Failure>,
        change: Box<Change>,
        next: fn(Box<Work>, Box<Change>) -> Self,
    ) -> Self {
        match done {
            Ok(()) => next(work, change),
            Err(failure) => Self::failed(work, &change, failure),
        }
    }

    fn failed(mut work: Box<Work>, change: &Change, failure: Failure) -> Self {
        work.fail(change, failure);
        Self::Done(work)
    }

    fn converted(mut work: Box<Work>, diagnosis: Diagnosis) -> Self {
        work.convert(diagnosis);
        Self::Done(work)
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

    /// From `CopyThere` to `Done`. Returns the copy, if there is one.
    pub(super) fn end_copy_there(&mut self) -> Option<Box<CopyThere>> {
        match self.take() {
            Self::CopyThere(work, copy) => {
                *self = Self::Done(work);
                Some(copy)
            }
            other => {
                *self = other;
                None
            }
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

    /// Prepares a change that is made in a container together with others.
    pub(super) fn stage(&self) {
        if let Self::Begun(_, change) = self {
            change.stage();
        }
    }

    /// Stays `Begun`, or fails: writes what converts the image, or its whole copy.
    pub(super) fn write(self) -> Self {
        let Self::Begun(work, mut change) = self else { return self };
        let written = change.write();
        Self::after(work, written, change, Self::Begun)
    }

    /// From `Begun` to `Committed`, or fails: makes durable what was written. A copy has no name yet then.
    pub(super) fn commit(self) -> Self {
        let Self::Begun(work, mut change) = self else { return self };
        let committed = change.commit();
        Self::after(work, committed, change, Self::Committed)
    }

    /// Stays `Committed`, or fails: cleans up after a change in place.
    pub(super) fn clean_up(self) -> Self {
        match self {
            Self::Committed(work, change) if change.copy().is_none() => {
                let cleaned_up = change.clean_up();
                Self::after(work, cleaned_up, change, Self::Committed)
            }
            other => other,
        }
    }

    /// From `Committed` to `Done`, for a change in place: makes the clean-up durable.
    pub(super) fn finish(self) -> Self {
        match self {
            Self::Committed(work, mut change) if change.copy().is_none() => match change.finish() {
                Ok(()) => Self::converted(work, change.diagnose_new()),
                Err(failure) => Self::failed(work, &change, failure),
            },
            other => other,
        }
    }

    /// Whether the image is a diskette in a drive.
    pub(super) fn is_of_drive(&self) -> bool {
        match self {
            Self::Ready(work, _)
            | Self::Begun(work, _)
            | Self::Committed(work, _)
            | Self::CopyThere(work, _)
            | Self::Done(work) => work.report.is_drive,
            Self::NotBegun => false,
        }
    }

    /// The path without links of the container that it changes, if its image is in one.
    pub(super) fn container(&self) -> Option<&Path> {
        match self {
            Self::Ready(_, change) | Self::Begun(_, change) | Self::Committed(_, change) => {
                change.container()
            }
            Self::NotBegun | Self::CopyThere(..) | Self::Done(_) => None,
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
                Some(copy) => Self::failed(work, &change, copy.exists()),
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
                    (Ok(true), Some(diagnosis)) => Self::converted(work, diagnosis),
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
