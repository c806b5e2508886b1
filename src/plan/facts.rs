//! What a plan needs to know of a pack, taken from what was found of it.

use super::step::Code;
use super::{ServerState, rules};
use crate::diagnosis::{Diagnosis, FindingCode, Verdict};
use crate::record::fields::{Serial, Server};
use crate::record::{EVENT_SLOTS, Record, Version};
use crate::report::{Outcome, Report};

/// What a used pack is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// Licenses before.
    pub from: u16,
    /// Licenses afterwards.
    pub to: u16,
    /// The server.
    pub server: Server,
}

/// Whether a pack can be used at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It can.
    Sound,
    /// Once its conversion is finished.
    Unfinished,
    /// It never can, for this reason.
    Refused(FindingCode),
    /// Another image of the pack counts.
    Copy,
}

/// What a plan needs to know of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackFacts {
    /// Its serial; of a refused pack, whatever stands there.
    pub serial: Serial,
    /// Licenses that it adds: 5 or 20 where it is not refused.
    pub licenses: u16,
    /// The version of its record.
    pub version: Version,
    /// Its use; `None` while it is unbound, and where its record is not to be trusted.
    pub used: Option<Use>,
    /// Whether it can be used.
    pub condition: Condition,
    /// Whether nothing can be written to it.
    pub write_protected: bool,
    /// Events in its record: up to 24.
    pub events: u16,
}

impl PackFacts {
    /// The facts of a pack that was inspected; `None` where there is no pack, or it failed.
    pub fn of(report: &Report, write_protected: bool) -> Option<Self> {
        let diagnosis = report.diagnosis.as_ref().filter(|_| report.failure.is_none())?;
        let condition = match diagnosis.verdict {
            Verdict::Refused => Condition::Refused(diagnosis.findings.first()?.code()),
            _ if report.outcome == Outcome::Copy => Condition::Copy,
            Verdict::UnfinishedConversion => Condition::Unfinished,
            Verdict::Convertible | Verdict::AlreadyConverted | Verdict::Issued45 => {
                Condition::Sound
            }
        };
        let record = diagnosis.record.as_deref();
        Some(Self {
            serial: record.map_or(Serial::ZERO, |record| record.serial),
            licenses: record.map_or(0, |record| record.licenses),
            version: record.map_or(Version::V45, |record| record.version),
            used: record.filter(|_| is_trusted(diagnosis)).and_then(used),
            condition,
            write_protected,
            events: record.map_or(0, |record| record.event_count),
        })
    }

    /// Whether it is a 4.0 pack that could be converted.
    pub fn is_40(&self) -> bool {
        self.version == Version::V40 && !self.is_refused()
    }

    pub(super) fn is_refused(&self) -> bool {
        matches!(self.condition, Condition::Refused(_) | Condition::Copy)
    }

    /// Whether its record has no room for another event.
    pub fn is_full(&self) -> bool {
        usize::from(self.events) >= EVENT_SLOTS
    }

    /// Whether only a replacement can take its place. A copy of a converted pack lives on in that.
    pub fn needs_replacement(&self) -> bool {
        match self.condition {
            Condition::Refused(code) => code != FindingCode::CopyOfConverted,
            Condition::Sound | Condition::Unfinished | Condition::Copy => false,
        }
    }

    /// The pack as it is once it was converted, or its conversion finished: without events.
    fn converted(self) -> Self {
        Self { version: Version::V45, condition: Condition::Sound, events: 0, ..self }
    }

    /// Why it is to be converted before `server` gets it, if it is. A full 4.0 record is emptied by
    /// that, too.
    pub(super) fn needs_conversion(&self, server: &ServerState) -> Option<Code> {
        match self.condition {
            Condition::Unfinished => Some(Code::FinishFirst),
            Condition::Refused(_) | Condition::Copy => None,
            Condition::Sound if !rules::knows(server.version, self.version) => {
                Some(Code::ConvertFirst)
            }
            Condition::Sound => (self.is_full() && self.is_40()).then_some(Code::ConvertFirst),
        }
    }

    /// The pack as `server` is to get it.
    pub(super) fn prepared(self, server: &ServerState) -> Self {
        if self.needs_conversion(server).is_some() { self.converted() } else { self }
    }
}

/// Whether what the header says of the pack's use is what servers wrote there.
fn is_trusted(diagnosis: &Diagnosis) -> bool {
    !diagnosis.findings.iter().any(|finding| {
        matches!(finding.code(), FindingCode::DamagedRecord | FindingCode::InconsistentHistory)
    })
}

fn used(record: &Record) -> Option<Use> {
    let used = Use { from: record.from, to: record.to, server: record.server };
    record.is_bound().then_some(used)
}
