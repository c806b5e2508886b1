//! How far an image has come in a run that changes, and every way on from there.
//!
//! `Ready` to be changed, and not claimed yet; `Begun` once its claim is durable; `Done` when nothing more is to
//! be said of it. There is no way back, and only a step that is begun writes.

use crate::conversion::Patch;
use crate::diagnosis::{CopyOf, Diagnosis, Finding, diagnose};
use crate::ledger::ClaimId;
use crate::media::Medium;
use crate::pack::commit::Commit;
use crate::pack::examine::RecordSectors;
use crate::platform::FileId;
use crate::record::RecordBytes;
use crate::report::{Failure, Outcome, Report};
use crate::run::access::in_place_still;
use crate::run::output::Copy;
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
    /// Nothing more to do.
    Done(Box<Work>),
}

/// What is said of an image, and what the run has to know of it until then.
pub(super) struct Work {
    pub(super) report: Box<Report>,
    /// The image's identity, where the system has such.
    pub(super) file: Option<FileId>,
    /// The claim that the pack is converted under.
    pub(super) claim: Option<Claim>,
}

/// A claim that a step is changed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) id: ClaimId,
    /// Whether an earlier run had made it: it may stand for more than this run has tried.
    pub(super) is_resumed: bool,
}

/// A change that is to be made.
pub(super) struct Change {
    /// The image, which is locked, and what becomes of its record.
    pub(super) commit: Commit<Medium>,
    /// The copy that is changed instead, if one is made.
    pub(super) copy: Option<Copy>,
    /// What the pack will be. Its seals are checked once, for the claim and for the report.
    pub(super) result: Diagnosis,
}

impl Change {
    /// A change in place, or of a copy.
    pub(super) fn new(
        medium: Medium,
        sectors: RecordSectors,
        patch: Patch,
        copy: Option<Copy>,
    ) -> Self {
        let result = diagnose(&patch.new);
        Self { commit: Commit { medium, sectors, patch }, copy, result }
    }

    /// Whether the image is only copied: its pack is 4.5 already.
    fn is_as_it_is(&self) -> bool {
        self.commit.patch.old == self.commit.patch.new
    }
}

impl Work {
    fn failed(mut self: Box<Self>, failure: Failure) -> Step {
        self.report.fail(failure);
        Step::Done(self)
    }

    fn converted(mut self: Box<Self>, result: Diagnosis) -> Step {
        self.report.convert(result);
        Step::Done(self)
    }
}

impl Step {
    /// What is said of an image that is not changed.
    pub(super) fn done(report: Box<Report>, file: Option<FileId>) -> Self {
        Self::Done(Box::new(Work { report, file, claim: None }))
    }

    /// An image that is to be changed.
    pub(super) fn ready(report: Box<Report>, file: Option<FileId>, change: Change) -> Self {
        Self::Ready(Box::new(Work { report, file, claim: None }), Box::new(change))
    }

    pub(super) fn is_ready(&self) -> bool {
        matches!(self, Self::Ready(..))
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
        if matches!(self, Self::Ready(_, change) if !change.commit.patch.commits()) {
            self.begin(None);
        }
    }

    /// Stays `Ready`: to be claimed in the place of a claim that is there, and with its bytes.
    pub(super) fn resume(&mut self, id: ClaimId, new: &RecordBytes) {
        if let Self::Ready(work, change) = self {
            work.claim = Some(Claim { id, is_resumed: true });
            change.commit.patch.new = *new;
            change.result = diagnose(new);
        }
    }

    /// From `Ready` to `Done` without a change.
    pub(super) fn end_ready(&mut self, end: impl FnOnce(&mut Report)) {
        *self = match self.take() {
            Self::Ready(mut work, _) => {
                work.claim = None;
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
        let Change { commit, copy, .. } = &mut *change;
        match copy {
            None => commit.stage(),
            Some(copy) => {
                if let Err(failure) = copy.write(commit) {
                    return work.failed(failure);
                }
            }
        }
        Self::Begun(work, change)
    }

    /// Stays `Begun`, or fails: does all of a change that waits for the disk.
    pub(super) fn commit(self) -> Self {
        let Self::Begun(work, mut change) = self else { return self };
        let Change { commit, copy, .. } = &mut *change;
        let result = match copy {
            None => commit.check().and_then(|()| commit.commit()).map_err(Failure::from),
            Some(copy) => copy.settle(),
        };
        match result {
            Ok(()) => Self::Begun(work, change),
            Err(failure) => work.failed(failure),
        }
    }

    /// From `Begun` to `Done` for a change in place. A copy is left to be published.
    pub(super) fn finish(self) -> Self {
        match self {
            Self::Begun(work, change) if change.copy.is_none() => {
                let commit = &change.commit;
                let finished = commit.finish().map_err(Failure::from);
                match finished.and_then(|()| in_place_still(&commit.medium)) {
                    Ok(()) => work.converted(change.result),
                    Err(failure) => work.failed(failure),
                }
            }
            other => other,
        }
    }

    /// The target of a copy that is to be published.
    pub(super) fn target(&self) -> Option<&Path> {
        match self {
            Self::Begun(_, change) => change.copy.as_ref().map(Copy::target),
            _ => None,
        }
    }

    /// From `Begun` to `Done` for a copy: another one of this group gets its name.
    pub(super) fn give_way(&mut self) {
        *self = match self.take() {
            Self::Begun(work, change) => match &change.copy {
                Some(copy) => work.failed(copy.exists()),
                None => Self::Begun(work, change),
            },
            other => other,
        };
    }

    /// From `Begun` to `Done` for a copy: gives it its name.
    pub(super) fn publish(self) -> Self {
        match self {
            Self::Begun(mut work, change) if change.copy.is_some() => {
                let as_it_is = change.is_as_it_is();
                let Change { commit, copy, result } = *change;
                match copy.map_or(Ok(false), |copy| copy.publish(&commit)) {
                    Ok(true) if !as_it_is => work.converted(result),
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
    pub(super) fn convert(&mut self, result: Diagnosis) {
        self.outcome = Outcome::Converted;
        self.diagnosis = Some(result);
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
