//! Each field held against its rule, each reserved byte against zero (FORMAT.md, the tables).

use super::chain::Chain;
use super::finding::{Finding, Part, Value};
use crate::record::event::{Event, ServerVersion};
use crate::record::fields::{Server, is_zero};
use crate::record::{
    EVENT_SLOTS, LAYOUT_AT, RECORD_LEN, RECORD_LENGTH_AT, Record, SERIAL_AT, STATUS_BOUND, Version,
    event_at,
};
use std::mem::offset_of;

/// Adds a finding for each seal, reserved byte and field that is not as it must be.
pub(super) fn check(record: &Record, chain: &Chain, findings: &mut Vec<Finding>) {
    check_identity(record, findings);
    check_origin(record, findings);
    check_header(record, findings);
    for &(start, end) in record.layout().reserved {
        findings.extend(check_zero(record, Part::Reserved, start, end));
    }
    findings.extend(chain.seal_findings());
    for slot in chain.history().chain(chain.post_upgrade()) {
        check_event(record, chain, slot, findings);
    }
    let uncounted = chain.history().end.max(chain.post_upgrade().end);
    if is_zero(&record.bytes()[event_at(uncounted)..]) {
        return;
    }
    for slot in uncounted..EVENT_SLOTS {
        let zero = check_zero(record, Part::UncountedSlot, event_at(slot), event_at(slot + 1));
        findings.extend(zero.map(|finding| finding.in_slot(slot)));
    }
}

fn check_identity(record: &Record, findings: &mut Vec<Finding>) {
    let layout = record.layout();
    let is_number = |part, at, expected: u64, found: u16| {
        (u64::from(found) != expected).then(|| {
            Finding::damage(part, at, Value::Number(expected), Value::Number(found.into()))
        })
    };
    findings.extend(is_number(Part::Layout, LAYOUT_AT, 1, record.layout));
    let length = RECORD_LEN as u64;
    findings.extend(is_number(Part::RecordLength, RECORD_LENGTH_AT, length, record.record_length));
    if record.serial.text().is_none() {
        let found = Value::Bytes(record.serial.0.to_vec());
        findings.push(Finding::damage(Part::Serial, SERIAL_AT, Value::SerialForm, found));
    }
    if !matches!(record.licenses, 5 | 20) {
        let found = Value::Number(record.licenses.into());
        let expected = Value::OneOf(&[5, 20]);
        findings.push(Finding::damage(Part::Licenses, layout.licenses, expected, found));
    }
    if record.made_at.0 == 0 {
        let (expected, found) = (Value::NotZero, Value::Number(0));
        findings.push(Finding::damage(Part::MadeAt, layout.made_at, expected, found));
    }
}

/// The origin of a 4.5 record, and what follows from it for the two fields beside it.
fn check_origin(record: &Record, findings: &mut Vec<Finding>) {
    let layout = record.layout();
    let (Some(origin), Some(origin_at), Some(converted_at), Some(digest_at)) =
        (record.origin, layout.origin, layout.converted_at, layout.source_digest)
    else {
        return;
    };
    let expected = match origin.origin {
        0 => Value::Zero,
        1 => Value::NotZero,
        other => {
            let found = Value::Number(other.into());
            return findings.push(Finding::damage(
                Part::Origin,
                origin_at,
                Value::OneOf(&[0, 1]),
                found,
            ));
        }
    };
    let wrong = |is_zero: bool| is_zero != (expected == Value::Zero);
    if wrong(origin.converted_at.0 == 0) {
        let found = Value::Number(origin.converted_at.0);
        findings.push(Finding::damage(Part::ConvertedAt, converted_at, expected.clone(), found));
    }
    if wrong(origin.source_digest.0 == [0; 20]) {
        let found = Value::Bytes(origin.source_digest.0.to_vec());
        findings.push(Finding::damage(Part::SourceDigest, digest_at, expected, found));
    }
}

fn check_header(record: &Record, findings: &mut Vec<Finding>) {
    let layout = record.layout();
    if usize::from(record.event_count) > EVENT_SLOTS {
        let (expected, found) =
            (Value::AtMost(EVENT_SLOTS as u64), Value::Number(record.event_count.into()));
        findings.push(Finding::damage(Part::EventCount, layout.event_count, expected, found));
    }
    if record.status & !layout.known_status != 0 {
        let found = Value::Hex(record.status.into());
        let expected = Value::StatusBits(layout.known_status);
        findings.push(Finding::damage(Part::Status, layout.status, expected, found));
    }
    if record.status & STATUS_BOUND != 0 {
        let parts = (Part::ServerAddress, Part::ServerName);
        return findings.extend(check_server(&record.server, layout.server, parts));
    }
    for (part, at, found) in
        [(Part::From, layout.from, record.from), (Part::To, layout.to, record.to)]
    {
        if found != 0 {
            let found = Value::Number(found.into());
            findings.push(Finding::damage(part, at, Value::Number(0), found));
        }
    }
    let name_at = layout.server + offset_of!(Server, name);
    findings.extend(check_zero(record, Part::ServerAddress, layout.server, name_at));
    let end = layout.server + size_of::<Server>();
    findings.extend(check_zero(record, Part::ServerName, name_at, end));
}

fn check_event(record: &Record, chain: &Chain, slot: usize, findings: &mut Vec<Finding>) {
    let event = &record.events[slot];
    let at = event_at(slot);
    let mut found = |finding: Finding| findings.push(finding.in_slot(slot));
    if event.known_kind().is_none() {
        let (at, kind) = (at + offset_of!(Event, kind), Value::Number(event.kind.into()));
        found(Finding::damage(Part::EventKind, at, Value::OneOf(&[1, 2, 3]), kind));
    }
    let allowed: &'static [u16] = match record.version {
        Version::V40 => &[0x0400, 0x0401],
        Version::V45 => &[0x0400, 0x0401, 0x0405],
    };
    // A counted event that reads 4.5 in a 4.0 record, and does not end it, is no server's work.
    let foreign = event.known_version() == Some(ServerVersion::V45)
        && record.version == Version::V40
        && chain.verifies(slot);
    if event.known_version().is_none() || foreign {
        let version = Value::Hex(event.server_version.into());
        let at = at + offset_of!(Event, server_version);
        found(Finding::damage(Part::EventServerVersion, at, Value::Versions(allowed), version));
    }
    let parts = (Part::EventServerAddress, Part::EventServerName);
    check_server(&event.server, at + offset_of!(Event, server), parts).for_each(&mut found);
    let (start, end) = (at + offset_of!(Event, zero), at + offset_of!(Event, seal));
    if let Some(finding) = check_zero(record, Part::Reserved, start, end) {
        found(finding);
    }
}

/// The rules of a server that is there, as opposed to none; `parts` names its address and its name.
fn check_server(
    server: &Server,
    at: usize,
    parts: (Part, Part),
) -> impl Iterator<Item = Finding> + use<> {
    let address = (server.address.0 == [0; 6])
        .then(|| Finding::damage(parts.0, at, Value::NotZero, Value::Bytes(vec![0; 6])));
    let name = server.name_text().is_none().then(|| {
        let found = Value::Bytes(server.name.0.to_vec());
        Finding::damage(parts.1, at + offset_of!(Server, name), Value::NameForm, found)
    });
    address.into_iter().chain(name)
}

/// A finding at the first byte from `start` to `end` that is not zero.
fn check_zero(record: &Record, part: Part, start: usize, end: usize) -> Option<Finding> {
    let bytes = &record.bytes()[start..end];
    if is_zero(bytes) {
        return None;
    }
    let at = bytes.iter().position(|&byte| byte != 0)?;
    Some(Finding::damage(part, start + at, Value::Zero, Value::Hex(bytes[at].into())))
}
