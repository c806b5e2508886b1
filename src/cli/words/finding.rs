//! Findings in the admin's words.

use super::ledger::copy_message;
use super::set::conflict_message;
use super::value::{day, server, value};
use crate::cli::show::terminal::escape_bytes;
use addpack::diagnosis::{Finding, FindingCode, FindingKind, RecordField, Rule};
use addpack::disk::FlawKind;
use addpack::fat12::{FaultKind, MediaFault};
use addpack::record::event::{Event, EventKind};

/// The vendor's articles that a finding is based on.
pub(crate) fn finding_kb(finding: &Finding) -> &'static [u32] {
    match finding.code() {
        _ if finding.kind == FindingKind::UnknownLayout => &[],
        FindingCode::PostUpgradeReapply
        | FindingCode::CopyOfConverted
        | FindingCode::NewerStateRefused
        | FindingCode::DivergedCopies
        | FindingCode::TwoConverted => &[236_867],
        FindingCode::SerialClash => &[],
        FindingCode::OutOfOrderReapply => &[194_335, 236_867],
        FindingCode::DamagedRecord | FindingCode::DamagedMedia => &[183_855],
        FindingCode::InconsistentHistory => &[177_962, 236_867],
    }
}

/// Why a pack is refused, in a few words: for headings and labels.
pub(crate) fn finding_label(code: FindingCode) -> &'static str {
    match code {
        FindingCode::PostUpgradeReapply => "reapplied on a 4.5 server",
        FindingCode::OutOfOrderReapply => "reapplied out of order",
        FindingCode::DamagedRecord => "its record is damaged",
        FindingCode::InconsistentHistory => "its history cannot have happened",
        FindingCode::DamagedMedia => "the diskette is damaged",
        FindingCode::CopyOfConverted => "a copy of a converted pack",
        FindingCode::NewerStateRefused => "a newer state of it is refused",
        FindingCode::DivergedCopies => "two images with different histories",
        FindingCode::SerialClash => "another pack has its serial",
        FindingCode::TwoConverted => "converted twice",
    }
}

/// Why one finding refuses a pack, in a few words.
pub(crate) fn label_of(finding: &Finding) -> &'static str {
    match &finding.kind {
        FindingKind::PostUpgrade(event) if event.known_kind() == Some(EventKind::Apply) => {
            "applied on a 4.5 server"
        }
        FindingKind::UnknownLayout => "its layout is not known",
        _ => finding_label(finding.code()),
    }
}

/// A finding in one sentence, without its offset and values.
pub(crate) fn finding_message(finding: &Finding) -> String {
    match &finding.kind {
        FindingKind::PostUpgrade(event) => format!(
            "{} on {} to {}, a server already upgraded to 4.5, before it was converted",
            applied_or_reapplied(event),
            day(event.at).trim_start(),
            server(&event.server)
        ),
        FindingKind::OutOfOrder { event, from, to } => format!(
            "reapplied out of order on {}: the server had {} licenses, the pack restores {from} to \
             {to}",
            day(event.at).trim_start(),
            event.from
        ),
        FindingKind::Damaged(part) => damaged(*part, finding.slot),
        FindingKind::UnknownLayout => {
            "ADDPACK.DAT has a layout that addpack does not know, perhaps that of a genuine diskette"
                .to_owned()
        }
        FindingKind::Inconsistent(rule) => broken(*rule, finding),
        FindingKind::Media(fault) => fault_message(fault),
        FindingKind::Copy(copy) => copy_message(copy),
        FindingKind::Set(conflict) => conflict_message(conflict),
    }
}

/// What a 4.5 server did with a 4.0 pack: an unused pack is applied, not reapplied.
pub(crate) fn applied_or_reapplied(event: &Event) -> &'static str {
    if event.known_kind() == Some(EventKind::Apply) { "applied" } else { "reapplied" }
}

/// The place of a finding, and what was expected and found there, if it has these.
pub(crate) fn evidence_parts(finding: &Finding) -> impl Iterator<Item = (&'static str, String)> {
    let parts = [
        ("at offset", finding.offset.map(|offset| format!("{offset:#05x}"))),
        ("expected", value(&finding.expected)),
        ("found", value(&finding.found)),
    ];
    parts.into_iter().filter_map(|(name, text)| Some((name, text?)))
}

fn damaged(part: RecordField, slot: Option<usize>) -> String {
    let header = match part {
        RecordField::FileLength => "ADDPACK.DAT does not have the length of a record",
        RecordField::Magic => "the record starts with neither SBSCAP40 nor SBSCAP45",
        RecordField::Layout => "the layout number is unknown",
        RecordField::RecordLength => "the length that the record states is not 2048",
        RecordField::Serial => "the serial number is malformed",
        RecordField::Licenses => "the number of licenses is neither 5 nor 20",
        RecordField::Origin => "the origin is unknown",
        RecordField::MadeAt => "the time when the pack was made is missing",
        RecordField::ConvertedAt => "the time of conversion does not match the origin",
        RecordField::SourceDigest => "the digest of the 4.0 record does not match the origin",
        RecordField::Reserved if slot.is_none() => "a reserved byte of the header is not zero",
        RecordField::IdentitySeal => {
            "the identity seal does not verify: the serial or size is damaged"
        }
        RecordField::EventCount => "the event count is higher than a record can hold",
        RecordField::Status => "an unknown status bit is set",
        RecordField::From => "the pack is not bound to a server, but its from is not zero",
        RecordField::To => "the pack is not bound to a server, but its to is not zero",
        RecordField::ServerAddress => "the server's address does not match the status",
        RecordField::ServerName => "the server's name is malformed, or does not match the status",
        RecordField::HeaderSeal => "the header seal does not verify",
        _ => return damaged_event(part, slot.unwrap_or(0) + 1),
    };
    header.to_owned()
}

fn damaged_event(part: RecordField, number: usize) -> String {
    match part {
        RecordField::EventKind => format!("event {number} is of an unknown kind"),
        RecordField::EventServerVersion => {
            format!("event {number} was written by a server that does not write such a record")
        }
        RecordField::EventServerAddress => format!("event {number} has no server address"),
        RecordField::EventServerName => format!("the server's name in event {number} is malformed"),
        RecordField::EventSeal => format!("the seal of event {number} does not verify"),
        RecordField::UncountedSlot => {
            format!("slot {number}, after the last counted event, is not empty")
        }
        _ => format!("a reserved byte of event {number} is not zero"),
    }
}

fn broken(rule: Rule, finding: &Finding) -> String {
    let number = finding.slot.map_or(0, |slot| slot + 1);
    match rule {
        Rule::UnboundHasNoEvents => "the pack is not bound to a server, but has events".to_owned(),
        Rule::FirstIsApply => "the pack is bound, but its first event is not an apply".to_owned(),
        Rule::OneApply => format!("event {number} is a second apply"),
        Rule::HeaderFrom => "the header's from differs from that of the apply".to_owned(),
        Rule::HeaderTo => "the header's to differs from that of the apply".to_owned(),
        Rule::EventFrom => {
            format!("event {number} starts from another number of licenses than the pack")
        }
        Rule::EventTo => {
            format!("event {number} leads to another number of licenses than the pack")
        }
        Rule::NothingAdded => {
            format!("event {number} is an out-of-order reapply, but says that it added licenses")
        }
        Rule::Size => "the difference between from and to is not the pack's size".to_owned(),
        Rule::RecordLimit => "the pack leads past the license limit of its version".to_owned(),
        Rule::ServerLimit => format!("event {number} leads past the license limit of its server"),
        Rule::EventServer => {
            format!("event {number} was written by a server that the pack was not bound to")
        }
        Rule::HeaderServer => "the pack's server is not that of its last event".to_owned(),
        Rule::DefectiveBit => {
            "the defective bit does not match the events: only an out-of-order reapply sets it"
                .to_owned()
        }
    }
}

/// What is broken on the way to the record.
pub(super) fn fault_message(fault: &MediaFault) -> String {
    let what = match fault.kind {
        FaultKind::LostSector(kind) => return lost_sector(kind, fault.sector),
        FaultKind::VolumeCutShort => {
            return "the image ends before the root directory does".to_owned();
        }
        FaultKind::TwoEntries => {
            return "two files in the root directory are called ADDPACK.DAT".to_owned();
        }
        FaultKind::CopiesDisagree => {
            "the two copies of the FAT lead to different sectors, and it cannot be known which \
             hold the record: ADDPACK.DAT starts at"
                .to_owned()
        }
        FaultKind::Loop => "the cluster chain of ADDPACK.DAT loops back to".to_owned(),
        FaultKind::Free => "the cluster chain of ADDPACK.DAT runs into a free cluster,".to_owned(),
        FaultKind::Reserved => "the cluster chain of ADDPACK.DAT is broken at".to_owned(),
        FaultKind::Bad => "the cluster chain of ADDPACK.DAT runs through a bad cluster,".to_owned(),
        FaultKind::BeyondVolume => {
            "the cluster chain of ADDPACK.DAT leaves the volume at".to_owned()
        }
        FaultKind::EndsEarly => "the cluster chain of ADDPACK.DAT ends early, at".to_owned(),
        FaultKind::TooLong => {
            "the cluster chain of ADDPACK.DAT is too long: it goes on at".to_owned()
        }
        FaultKind::BeyondImage => "ADDPACK.DAT lies past the end of the image, at".to_owned(),
        FaultKind::SharedWithChain(from) => {
            format!("cluster {from} of another chain leads into ADDPACK.DAT at")
        }
        FaultKind::SharedWithFile(name) => {
            format!("the file {} runs through ADDPACK.DAT's", file_name(&name))
        }
    };
    let cluster = fault.cluster.map_or_else(String::new, |cluster| format!(" cluster {cluster}"));
    let sector = fault.sector.map_or_else(String::new, |sector| format!(" (sector {sector})"));
    format!("{what}{cluster}{sector}")
}

fn lost_sector(kind: FlawKind, sector: Option<u32>) -> String {
    let sector = sector.map_or_else(|| "a sector".to_owned(), |number| format!("sector {number}"));
    match kind {
        FlawKind::Weak => format!(
            "{sector}, which holds a part of the record, is weak: it could be read only after \
             retries"
        ),
        FlawKind::Unreadable => {
            format!(
                "{sector}, which the record needs, cannot be read, or reads differently each time"
            )
        }
        FlawKind::NotRescued => format!(
            "{sector}, which the record needs, was not read by the rescue that made the image, as its \
             mapfile says; the diskette itself may be fine"
        ),
        FlawKind::MarkedBad => format!(
            "{sector}, which the record needs, is bad in the dump; the diskette itself may be fine"
        ),
        FlawKind::Filled => format!(
            "the program that made the image could not read {sector}, which the record needs, and has \
             filled it with a text that says so"
        ),
        FlawKind::Missing => format!(
            "{sector}, which the record needs, is missing in the dump; the diskette itself may be \
             fine"
        ),
    }
}

/// A name from a directory: `README.TXT`.
fn file_name(name: &[u8; 11]) -> String {
    let trim = |part: &[u8]| escape_bytes(part.trim_ascii_end()).into_owned();
    match (trim(&name[..8]), trim(&name[8..])) {
        (base, ending) if ending.is_empty() => base,
        (base, ending) => format!("{base}.{ending}"),
    }
}
