//! Checks each field against its rule, and that reserved bytes are zero (FORMAT.md, the tables).

use super::checked::RecordField;
use super::event::{self, check_server, check_zero};
use super::finding::{Finding, Value};
use super::seals::SealCheck;
use crate::record::fields::Server;
use crate::record::{EVENT_SLOTS, PACK_SIZES, RECORD_LEN, Record, STATUS_BOUND, event_at};
use std::mem::offset_of;

/// Adds a finding for each seal, reserved byte and field that breaks its rule.
pub(super) fn check(record: &Record, seals: &SealCheck, findings: &mut Vec<Finding>) {
    check_identity(record, findings);
    check_origin(record, findings);
    check_header(record, findings);
    for &(start, end) in record.layout().reserved {
        findings.extend(check_zero(record, RecordField::Reserved, start, end));
    }
    findings.extend(seals.seal_findings());
    for slot in seals.history().chain(seals.post_upgrade()) {
        event::check(record, slot, seals.verifies(slot), findings);
    }
    let uncounted = seals.history().end.max(seals.post_upgrade().end);
    for slot in uncounted..record.events.len() {
        let zero =
            check_zero(record, RecordField::UncountedSlot, event_at(slot), event_at(slot + 1));
        findings.extend(zero.map(|finding| finding.in_slot(slot)));
    }
}

fn check_identity(record: &Record, findings: &mut Vec<Finding>) {
    let layout = record.layout();
    let is_number = |field, at, expected: u64, found: u16| {
        (u64::from(found) != expected).then(|| {
            Finding::damage(field, at, Value::Number(expected), Value::Number(found.into()))
        })
    };
    findings.extend(is_number(RecordField::Layout, layout.layout, 1, record.layout));
    let length = RECORD_LEN as u64;
    findings.extend(is_number(
        RecordField::RecordLength,
        layout.record_length,
        length,
        record.record_length,
    ));
    if record.serial.text().is_none() {
        let found = Value::Bytes(record.serial.0.to_vec());
        findings.push(Finding::damage(
            RecordField::Serial,
            layout.serial,
            Value::SerialForm,
            found,
        ));
    }
    if !PACK_SIZES.contains(&record.licenses) {
        let found = Value::Number(record.licenses.into());
        let expected = Value::OneOf(&PACK_SIZES);
        findings.push(Finding::damage(RecordField::Licenses, layout.licenses, expected, found));
    }
    if record.made_at.0 == 0 {
        let (expected, found) = (Value::NotZero, Value::Number(0));
        findings.push(Finding::damage(RecordField::MadeAt, layout.made_at, expected, found));
    }
}

/// Checks the origin of a 4.5 record, and the two fields that depend on it.
fn check_origin(record: &Record, findings: &mut Vec<Finding>) {
    let layout = record.layout();
    let (Some(origin), Some(layout)) = (record.origin, &layout.origin) else { return };
    let (origin_at, converted_at) = (layout.origin, layout.converted_at);
    let digest_at = layout.source_digest;
    let expected = match origin.origin {
        0 => Value::Zero,
        1 => Value::NotZero,
        other => {
            let found = Value::Number(other.into());
            return findings.push(Finding::damage(
                RecordField::Origin,
                origin_at,
                Value::OneOf(&[0, 1]),
                found,
            ));
        }
    };
    let wrong = |is_zero: bool| is_zero != (expected == Value::Zero);
    if wrong(origin.converted_at.0 == 0) {
        let found = Value::Number(origin.converted_at.0);
        findings.push(Finding::damage(
            RecordField::ConvertedAt,
            converted_at,
            expected.clone(),
            found,
        ));
    }
    if wrong(origin.source_digest.0 == [0; 20]) {
        let found = Value::Bytes(origin.source_digest.0.to_vec());
        findings.push(Finding::damage(RecordField::SourceDigest, digest_at, expected, found));
    }
}

fn check_header(record: &Record, findings: &mut Vec<Finding>) {
    let layout = record.layout();
    if usize::from(record.event_count) > EVENT_SLOTS {
        let (expected, found) =
            (Value::AtMost(EVENT_SLOTS as u64), Value::Number(record.event_count.into()));
        findings.push(Finding::damage(
            RecordField::EventCount,
            layout.event_count,
            expected,
            found,
        ));
    }
    if record.status & !layout.known_status != 0 {
        let found = Value::Hex(record.status.into());
        let expected = Value::StatusBits(layout.known_status);
        findings.push(Finding::damage(RecordField::Status, layout.status, expected, found));
    }
    if record.status & STATUS_BOUND != 0 {
        let fields = (RecordField::ServerAddress, RecordField::ServerName);
        return check_server(&record.server, layout.server, fields, |it| findings.push(it));
    }
    for (field, at, found) in
        [(RecordField::From, layout.from, record.from), (RecordField::To, layout.to, record.to)]
    {
        if found != 0 {
            let found = Value::Number(found.into());
            findings.push(Finding::damage(field, at, Value::Number(0), found));
        }
    }
    let name_at = layout.server + offset_of!(Server, name);
    findings.extend(check_zero(record, RecordField::ServerAddress, layout.server, name_at));
    let end = layout.server + size_of::<Server>();
    findings.extend(check_zero(record, RecordField::ServerName, name_at, end));
}
