//! What the images of a group ask of the ledger, and what its answers make of them.

use super::image::{Change, Step};
use crate::diagnosis::{CopyOf, Finding};
use crate::ledger::{ClaimId, Met, Wanted};
use crate::media::Medium;
use crate::pack::commit::Commit;
use crate::platform::FileId;
use crate::record::seal::sha1;
use crate::record::{Record, RecordBytes};
use crate::report::{Failure, Outcome, Report};
use std::path::{Path, PathBuf, absolute};

/// A pack that is to be converted.
pub(super) struct Wish {
    /// Its place in the group.
    pub(super) index: usize,
    serial: String,
    pub(super) path: PathBuf,
    target: Option<PathBuf>,
    pub(super) file: Option<FileId>,
}

impl Wish {
    pub(super) fn of(index: usize, step: &Step) -> Option<Self> {
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

    pub(super) fn wanted<'a>(&'a self, steps: &'a [Step]) -> Option<Wanted<'a>> {
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
            resumes: report.claim,
        })
    }
}

/// A pack that is converted already, or was committed and is to be finished.
pub(super) fn met(step: &Step) -> Option<Met> {
    let (report, new) = match step {
        Step::Done(report) if report.outcome == Outcome::AlreadyConverted => (report, None),
        Step::Ready(report, change) => (report, Some(change.commit().patch.new)),
        _ => return None,
    };
    let record = report.record()?;
    let origin = record.origin.filter(|origin| origin.origin == 1)?;
    Some(Met {
        serial: record.serial.text()?.to_owned(),
        licenses: record.licenses,
        path: absolute_path(&report.path),
        target: report.output.as_deref().map(absolute_path),
        file: report.file,
        converted_at: origin.converted_at.unix_seconds(),
        old_digest: origin.source_digest,
        new_digest: new.map_or_else(|| record.digest(), |new| sha1(&[&new])),
    })
}

impl Step {
    fn take(&mut self) -> Self {
        std::mem::replace(self, Self::NotBegun)
    }

    /// From now on it may be written.
    pub(super) fn begin(&mut self, claim: Option<ClaimId>) {
        *self = match self.take() {
            Self::Ready(mut report, change) => {
                report.claim = claim;
                Self::Begun(report, change)
            }
            other => other,
        };
    }

    /// A conversion that was committed before needs no claim.
    pub(super) fn begin_unclaimed(&mut self) {
        if matches!(self, Self::Ready(_, change) if !change.commit().patch.commits()) {
            self.begin(None);
        }
    }

    /// To be claimed again, under a claim that is there, and with its bytes.
    pub(super) fn resume(&mut self, id: ClaimId, new: &RecordBytes) {
        if let Self::Ready(report, change) = self {
            report.claim = Some(id);
            report.resumed = true;
            change.commit_mut().patch.new = *new;
        }
    }

    pub(super) fn end_ready(&mut self, end: impl FnOnce(&mut Report)) {
        *self = match self.take() {
            Self::Ready(mut report, _) => {
                report.claim = None;
                end(&mut report);
                Self::Done(report)
            }
            other => other,
        };
    }

    pub(super) fn fail_ready(&mut self, failure: Failure) {
        self.end_ready(|report| report.fail(failure));
    }
}

impl Change {
    pub(super) fn commit(&self) -> &Commit<Medium> {
        match self {
            Self::InPlace(commit) => commit,
            Self::Copy(copy) => copy.source(),
        }
    }

    fn commit_mut(&mut self) -> &mut Commit<Medium> {
        match self {
            Self::InPlace(commit) => commit,
            Self::Copy(copy) => copy.source_mut(),
        }
    }
}

impl Report {
    pub(super) fn refuse(&mut self, copy: CopyOf) {
        self.outcome = Outcome::Refused;
        self.output = None;
        if let Some(diagnosis) = &mut self.diagnosis {
            diagnosis.refuse(Finding::copy(copy));
        }
    }

    pub(super) fn already(&mut self, target: PathBuf) {
        self.outcome = Outcome::AlreadyConverted;
        self.output = Some(target);
    }
}

/// The path without a folder to start from. Links stay: they are how the user names the image.
pub(super) fn absolute_path(path: &Path) -> PathBuf {
    absolute(path).unwrap_or_else(|_| path.to_owned())
}
