//! Pure: a record in, findings out (FORMAT.md, "Diagnosis").
//!
//! Every finding for which there is evidence in the bytes is collected. No count and no link of the chain
//! is trusted unchecked: each event is checked against the seal before it, even if that is wrong.

mod checked;
mod event;
mod fields;
mod finding;
mod history;
mod seals;

pub use checked::{RecordField, Rule};
pub use finding::{CopyOf, CopyState, Finding, FindingCode, FindingKind, SetConflict, Value};

use crate::fat12::MediaFault;
use crate::record::fields::FileTime;
use crate::record::{HEADER_LEN, ParseError, RECORD_LEN, Record, has_unknown_layout};
pub(crate) use seals::{SealCheck, is_sealed};
use std::ops::Range;

/// The verdict on a pack by its record alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A 4.0 record with no finding.
    Convertible,
    /// A sound 4.5 record of origin 1.
    AlreadyConverted,
    /// A 4.5 record of origin 1 that is sound except for remnants of its 4.0 events.
    UnfinishedConversion,
    /// A sound 4.5 record of origin 0.
    Issued45,
    /// A record with findings.
    Refused,
}

/// A record with its findings. Only the functions of this module make one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The record; `None` if the bytes are not one.
    pub record: Option<Box<Record>>,
    /// Slots of the counted events, without those that 4.5 servers wrote into a 4.0 record.
    pub history: Range<usize>,
    /// Slots of the events that 4.5 servers wrote into a 4.0 record.
    pub post_upgrade: Range<usize>,
    /// In the order of FORMAT.md; empty unless the verdict is [`Verdict::Refused`].
    pub findings: Vec<Finding>,
    /// The verdict that follows.
    pub verdict: Verdict,
}

/// Diagnoses the bytes of an `ADDPACK.DAT`.
pub fn diagnose(bytes: &[u8]) -> Diagnosis {
    match Record::parse(bytes) {
        Ok(record) => diagnose_record(Box::new(record)),
        Err(ParseError::Length) => diagnose_length(bytes.len() as u64, bytes),
        Err(ParseError::Magic(_)) if has_unknown_layout(bytes) => {
            no_record(vec![Finding::unknown_layout(bytes)])
        }
        Err(ParseError::Magic(magic)) => no_record(vec![Finding::damage(
            RecordField::Magic,
            0,
            Value::EitherMagic,
            Value::Bytes(magic.to_vec()),
        )]),
    }
}

/// The diagnosis of a record file of `length` bytes, which is not 2,048. `start` is what it begins with, as far as a
/// record would reach; empty if that cannot be read.
pub(crate) fn diagnose_length(length: u64, start: &[u8]) -> Diagnosis {
    let start = &start[..start.len().min(RECORD_LEN)];
    let unknown = has_unknown_layout(start).then(|| Finding::unknown_layout(start));
    no_record(unknown.into_iter().chain([Finding::length(length)]).collect())
}

/// The diagnosis of a pack whose record cannot be found because of a fault of the volume.
pub(crate) fn diagnose_media_fault(fault: MediaFault) -> Diagnosis {
    no_record(vec![Finding::media(fault)])
}

/// The diagnosis of a pack whose record can be read only in part; the rest of `bytes` is zeros. What can be
/// read of the header is shown, but not judged.
pub(crate) fn diagnose_lost(bytes: &[u8], fault: MediaFault) -> Diagnosis {
    let record = Record::parse(bytes).ok().map(Box::new);
    Diagnosis { record, ..diagnose_media_fault(fault) }
}

fn no_record(findings: Vec<Finding>) -> Diagnosis {
    Diagnosis {
        record: None,
        history: 0..0,
        post_upgrade: 0..0,
        findings,
        verdict: Verdict::Refused,
    }
}

/// Diagnoses a record that is parsed already.
pub(crate) fn diagnose_record(record: Box<Record>) -> Diagnosis {
    let seals = SealCheck::check(&record);
    // The checks are in the order of precedence of their codes.
    let mut findings = seals.reapply_findings(&record);
    fields::check(&record, &seals, &mut findings);
    if seals.all_seals_verify() {
        history::check(&record, &seals, &mut findings);
    }
    let verdict = verdict(&record, &mut findings);
    Diagnosis {
        history: seals.history(),
        post_upgrade: seals.post_upgrade(),
        record: Some(record),
        findings,
        verdict,
    }
}

fn verdict(record: &Record, findings: &mut Vec<Finding>) -> Verdict {
    let Some(origin) = record.origin else {
        return if findings.is_empty() { Verdict::Convertible } else { Verdict::Refused };
    };
    if findings.is_empty() {
        return if origin.origin == 1 { Verdict::AlreadyConverted } else { Verdict::Issued45 };
    }
    let remnants_only = findings.iter().all(|f| f.offset.is_some_and(|at| at >= HEADER_LEN));
    if origin.origin == 1 && record.event_count == 0 && remnants_only {
        findings.clear();
        return Verdict::UnfinishedConversion;
    }
    Verdict::Refused
}

impl Diagnosis {
    /// Slots of all events that are shown, in order.
    pub fn shown_events(&self) -> Range<usize> {
        0..self.history.end.max(self.post_upgrade.end)
    }

    /// Whether a time in the history is earlier than one before it, which is not a finding, but a note.
    pub fn clock_ran_backwards(&self) -> bool {
        let Some(record) = &self.record else { return false };
        record.events[self.shown_events()].windows(2).any(|pair| pair[1].at < pair[0].at)
    }

    /// Whether a time of the record lies past the year 9999.
    pub(crate) fn has_time_past_9999(&self) -> bool {
        let Some(record) = &self.record else { return false };
        let origin = record.origin.map(|origin| origin.converted_at);
        let events = record.events[self.shown_events()].iter().map(|event| event.at);
        events.chain(origin).chain([record.made_at]).any(FileTime::is_past_9999)
    }

    /// Refuses a sound pack for a reason outside its record.
    pub(crate) fn refuse(&mut self, finding: Finding) {
        self.findings.push(finding);
        self.verdict = Verdict::Refused;
    }

    /// Whether the bytes after the header of an unfinished conversion are something other than remnants
    /// of its 4.0 events.
    pub(crate) fn has_strange_remnants(&self) -> bool {
        self.verdict == Verdict::UnfinishedConversion
            && !self.record.as_ref().is_some_and(|record| seals::remnants_verify(record))
    }

    /// Whether the seals show that these bytes are a record, whatever happened to the pack.
    pub(crate) fn is_authentic(&self) -> bool {
        self.record.is_some() && !self.findings.iter().any(|finding| finding.code().is_damage())
    }
}
