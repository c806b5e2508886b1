//! The report on an image that may be changed, and what is known of its change until that is over.

use super::change::Change;
use super::claimed::ImageFile;
use super::kept::TrimmedRecord;
use crate::diagnosis::{Diagnosis, Verdict, diagnose};
use crate::ledger::ClaimId;
use crate::media::Medium;
use crate::record::Record;
use crate::report::{Failure, Report};

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

/// A copy that was at its target before the run.
pub(super) struct CopyThere {
    /// Its record, which servers may have written to since it was made.
    pub(super) record: Box<Record>,
    /// The conversion that made it; `None` if its image is wholly 4.5 itself.
    pub(super) conversion: Option<EarlierConversion>,
}

/// The conversion that made a copy before the run.
pub(super) struct EarlierConversion {
    /// The record that it made.
    pub(super) new: Box<Record>,
    /// The image, which stays locked until the ledger has the pack: no other run converts it in place meanwhile.
    _image: Medium,
}

impl EarlierConversion {
    pub(super) fn new(new: Box<Record>, image: Medium) -> Self {
        Self { new, _image: image }
    }
}

/// A claim that a step is changed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) id: ClaimId,
    /// Whether an earlier run has made it, which may have done more than this run.
    pub(super) is_resumed: bool,
}

impl Work {
    pub(super) fn new(report: Box<Report>, file: ImageFile) -> Self {
        Self { report, file, claim: None, record: None }
    }

    /// Its change failed.
    pub(super) fn fail(&mut self, change: &Change, failure: Failure) {
        self.recall(change);
        self.report.fail(failure);
    }

    /// Its pack was converted: this is the diagnosis of the new record.
    pub(super) fn convert(&mut self, diagnosis: Diagnosis) {
        let is_reduced = self.is_reduced();
        self.report.convert(diagnosis);
        if is_reduced {
            self.reduce();
        }
    }

    /// Whether its report waits without the diagnosis of its record, which is the old one of its change.
    fn is_reduced(&self) -> bool {
        self.report.diagnosis.is_none()
    }

    /// Takes the record of a change that will not be made, if the report was reduced.
    pub(super) fn recall(&mut self, change: &Change) {
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
