//! Checks the fields of one event against their rules (FORMAT.md, "An event").

use super::checked::RecordField;
use super::finding::{Finding, Value};
use crate::disk::is_zero;
use crate::record::event::{Event, ServerVersion};
use crate::record::fields::Server;
use crate::record::{Record, Version, event_at};
use std::mem::offset_of;

/// An event begins with its kind: findings about the kind have the event's offset.
const _: () = assert!(offset_of!(Event, kind) == 0);

/// Adds a finding for each field of the event in `slot` that breaks its rule. `seal_verifies` is whether the
/// event is counted and its seal verifies. In a 4.0 record, an event that says 4.5 without a matching
/// seal only gets the finding of the seal.
pub(super) fn check(
    record: &Record,
    slot: usize,
    seal_verifies: bool,
    findings: &mut Vec<Finding>,
) {
    let event = record.event(slot);
    let at = event_at(slot);
    let mut found = |finding: Finding| findings.push(finding.in_slot(slot));
    if event.known_kind().is_none() {
        let kind = Value::Number(event.kind.into());
        found(Finding::damage(RecordField::EventKind, at, Value::OneOf(&[1, 2, 3]), kind));
    }
    let allowed: &'static [u16] = match record.version {
        Version::V40 => &[0x0400, 0x0401],
        Version::V45 => &[0x0400, 0x0401, 0x0405],
    };
    let is_out_of_place = event.known_version() == Some(ServerVersion::V45)
        && record.version == Version::V40
        && seal_verifies;
    if event.known_version().is_none() || is_out_of_place {
        let version = Value::Hex(event.server_version.into());
        let at = at + offset_of!(Event, server_version);
        let expected = Value::Versions(allowed);
        found(Finding::damage(RecordField::EventServerVersion, at, expected, version));
    }
    let fields = (RecordField::EventServerAddress, RecordField::EventServerName);
    check_server(&event.server, at + offset_of!(Event, server), fields, &mut found);
    let (start, end) = (at + offset_of!(Event, zero), at + offset_of!(Event, seal));
    if let Some(finding) = check_zero(record, RecordField::Reserved, start, end) {
        found(finding);
    }
}

/// Checks a server that a pack is bound to; `fields` are the names of the two fields. `found` gets the findings.
pub(super) fn check_server(
    server: &Server,
    at: usize,
    fields: (RecordField, RecordField),
    mut found: impl FnMut(Finding),
) {
    if server.address.0 == [0; 6] {
        found(Finding::damage(fields.0, at, Value::NotZero, Value::Bytes(vec![0; 6])));
    }
    if server.name_text().is_none() {
        let name = Value::Bytes(server.name.0.to_vec());
        found(Finding::damage(fields.1, at + offset_of!(Server, name), Value::NameForm, name));
    }
}

/// A finding at the first byte from `start` to `end` that is not zero.
pub(super) fn check_zero(
    record: &Record,
    field: RecordField,
    start: usize,
    end: usize,
) -> Option<Finding> {
    let bytes = &record.bytes()[start..end];
    if is_zero(bytes) {
        return None;
    }
    let at = bytes.iter().position(|&byte| byte != 0)?;
    Some(Finding::damage(field, start + at, Value::Zero, Value::Hex(bytes[at].into())))
}
