//! What a plan needs to know of a pack, taken from its report.

use super::ServerState;
use super::step::PlanCode;
use crate::diagnosis::{Diagnosis, FindingCode, Verdict};
use crate::record::event::ServerVersion;
use crate::record::fields::{Serial, Server};
use crate::record::{Binding, EVENT_SLOTS, Record, Version};
use crate::report::{Note, Outcome, Report};
use std::ops::Range;

/// Whether an image of a pack can be used at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usability {
    /// It can be used.
    Sound,
    /// It can be used once its conversion is finished.
    Unfinished,
    /// Another image of the pack counts.
    Copy,
    /// The pack was converted into a copy that is missing.
    CopyMissing,
    /// It can never be used, for this reason.
    Refused(FindingCode),
}

/// What a plan needs to know of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackFacts {
    /// Its serial; of a refused pack, whatever bytes are there.
    pub serial: Serial,
    /// Licenses that it adds: 5 or 20 unless it is refused.
    pub licenses: u16,
    /// The version of its record.
    pub version: Version,
    /// Its use; `None` while it is unbound, and if its record cannot be trusted.
    pub used: Option<Binding>,
    /// The server that it was first applied to, if it was transferred to another one since.
    pub moved_from: Option<Server>,
    /// Whether it can be used.
    pub usability: Usability,
    /// Whether it is a write-protected diskette in a drive. For an image file this is unknown: its mode
    /// says nothing about the diskette that it will be written to.
    pub write_protected: bool,
    /// Events in its record: up to 24.
    pub events: u16,
    /// Whether it can be changed where it is: what is in a dump can only be converted into a copy.
    pub in_place: bool,
}

impl PackFacts {
    /// The facts of a pack that was inspected; `None` if it is not a pack, or failed.
    pub fn of(report: &Report, write_protected: bool) -> Option<Self> {
        let diagnosis = report.diagnosis.as_ref().filter(|_| report.failure.is_none())?;
        let usability = match diagnosis.verdict {
            Verdict::Refused => Usability::Refused(diagnosis.findings.first()?.code()),
            _ if report.outcome == Outcome::Copy => Usability::Copy,
            _ if is_copy_missing(report) => Usability::CopyMissing,
            Verdict::UnfinishedConversion => Usability::Unfinished,
            Verdict::Convertible | Verdict::AlreadyConverted | Verdict::Issued45 => {
                Usability::Sound
            }
        };
        let record = diagnosis.record.as_deref();
        let trusted = record.filter(|_| is_trusted(diagnosis));
        let facts = Self {
            serial: record.map_or(Serial::ZERO, |record| record.serial),
            licenses: record.map_or(0, |record| record.licenses),
            version: record.map_or(Version::V45, |record| record.version),
            used: trusted.and_then(Record::binding),
            moved_from: trusted.and_then(|record| moved_from(record, &diagnosis.history)),
            usability,
            write_protected: write_protected && report.is_drive,
            events: record.map_or(0, |record| record.event_count),
            in_place: report.in_place,
        };
        // Its converted copy is there, and is used instead.
        let is_in_copy = report.outcome == Outcome::AlreadyConverted && facts.is_40();
        Some(if is_in_copy { facts.converted() } else { facts })
    }

    /// Whether it is a 4.0 pack that could be converted.
    pub fn is_40(&self) -> bool {
        self.version == Version::V40 && !self.is_refused()
    }

    /// Whether it can be applied to a server, after a conversion if that is needed.
    pub fn is_usable(&self) -> bool {
        matches!(self.usability, Usability::Sound | Usability::Unfinished)
    }

    /// Whether a conversion would change it, in place or into a copy.
    pub fn is_to_convert(&self) -> bool {
        match self.usability {
            Usability::Unfinished => true,
            Usability::Sound | Usability::CopyMissing => self.is_40(),
            Usability::Copy | Usability::Refused(_) => false,
        }
    }

    pub(super) fn is_refused(&self) -> bool {
        matches!(self.usability, Usability::Refused(_))
    }

    /// Whether its record has no room for another event.
    pub fn is_full(&self) -> bool {
        usize::from(self.events) >= EVENT_SLOTS
    }

    /// Whether it is refused and no other image is known to hold its licenses, as one does of a converted pack.
    pub fn is_spoilt(&self) -> bool {
        self.is_refused() && self.usability != Usability::Refused(FindingCode::CopyOfConverted)
    }

    /// The pack after its conversion, which leaves it without events.
    fn converted(self) -> Self {
        Self { version: Version::V45, usability: Usability::Sound, events: 0, ..self }
    }

    /// Why it must be converted before it is applied to `server`; `None` if not. A conversion also
    /// empties a full 4.0 record.
    pub(super) fn needs_conversion(&self, server: &ServerState) -> Option<PlanCode> {
        match self.usability {
            Usability::Unfinished => Some(PlanCode::FinishFirst),
            Usability::Sound if !knows(server.version, self.version) => {
                Some(PlanCode::ConvertFirst)
            }
            Usability::Sound => (self.is_full() && self.is_40()).then_some(PlanCode::ConvertFirst),
            Usability::Copy | Usability::CopyMissing | Usability::Refused(_) => None,
        }
    }

    /// How much must be done to it before `server` gets it: of packs that serve equally, that with the least is
    /// applied, since a conversion cannot be undone.
    pub(super) fn preparation(&self, server: &ServerState) -> u8 {
        match self.needs_conversion(server) {
            None => 0,
            Some(PlanCode::FinishFirst) => 1,
            Some(_) => Self::MOST_PREPARATION,
        }
    }

    /// The most that [`PackFacts::preparation`] returns.
    pub(super) const MOST_PREPARATION: u8 = 2;

    /// The pack as it is applied to `server`: converted if necessary.
    pub(super) fn prepared(self, server: &ServerState) -> Self {
        if self.needs_conversion(server).is_some() { self.converted() } else { self }
    }
}

/// Whether the pack was converted into a copy that is missing.
fn is_copy_missing(report: &Report) -> bool {
    report.notes.iter().any(|note| matches!(note, Note::CopyMissing(_)))
}

/// Whether the header's fields of the pack's use are as servers wrote them.
fn is_trusted(diagnosis: &Diagnosis) -> bool {
    !diagnosis.findings.iter().any(|finding| {
        matches!(finding.code(), FindingCode::DamagedRecord | FindingCode::InconsistentHistory)
    })
}

/// The server that the pack was first applied to, if it is bound to another one now.
fn moved_from(record: &Record, history: &Range<usize>) -> Option<Server> {
    let first = record.events.get(history.clone())?.first()?.server;
    (record.is_bound() && first != record.server).then_some(first)
}

/// Whether the server supports packs of this version: 4.5 servers do not support 4.0 packs, and may
/// corrupt them; all servers accept 4.5 packs [KB 236867, 239666].
pub(super) fn knows(server: ServerVersion, pack: Version) -> bool {
    pack == Version::V45 || server != ServerVersion::V45
}
