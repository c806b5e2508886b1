//! Checks whether the history is possible (FORMAT.md, "A history is consistent when").
//!
//! Only if every seal verifies: otherwise contradictions are explained by the damage.

use super::checked::Rule;
use super::finding::{Finding, Value};
use super::seals::SealCheck;
use crate::record::event::{Event, EventKind, ServerVersion};
use crate::record::fields::Server;
use crate::record::{Record, STATUS_DEFECTIVE, Version, event_at};
use std::mem::offset_of;

/// Adds a finding for each rule that is broken.
pub(super) fn check(record: &Record, seals: &SealCheck, findings: &mut Vec<Finding>) {
    if record.version == Version::V40 {
        check_defective_bit(record, seals, findings);
    }
    if !record.is_bound() {
        return check_unbound(record, seals, findings);
    }
    check_applies(record, seals, findings);
    check_header(record, seals, findings);
    for slot in seals.history() {
        check_licenses(record, seals, slot, findings);
    }
    check_servers(record, seals, findings);
}

fn check_defective_bit(record: &Record, seals: &SealCheck, findings: &mut Vec<Finding>) {
    let expected = seals.has_out_of_order();
    let found = record.status & STATUS_DEFECTIVE != 0;
    if expected != found {
        let (expected, found) = (Value::Defective(expected), Value::Defective(found));
        let at = record.layout().status;
        findings.push(Finding::broken(Rule::DefectiveBit, at, expected, found));
    }
}

fn check_unbound(record: &Record, seals: &SealCheck, findings: &mut Vec<Finding>) {
    let events = seals.history().end;
    if events != 0 {
        let (expected, found) = (Value::Number(0), Value::Number(events as u64));
        let at = record.layout().event_count;
        findings.push(Finding::broken(Rule::UnboundHasNoEvents, at, expected, found));
    }
}

/// Checks that the first event, and no other, is an apply. A pack that was bound when it was converted
/// has none. An event begins with its kind.
fn check_applies(record: &Record, seals: &SealCheck, findings: &mut Vec<Finding>) {
    let is_apply = |slot: usize| record.event(slot).known_kind() == Some(EventKind::Apply);
    let converted = record.origin.is_some_and(|origin| origin.origin == 1);
    let begins_with_apply = !seals.history().is_empty() && is_apply(0);
    if !begins_with_apply && !converted {
        let found = Value::Number(record.event(0).kind.into());
        let finding = Finding::broken(Rule::FirstIsApply, event_at(0), Value::Number(1), found);
        findings.push(finding.in_slot(0));
    }
    for slot in seals.history().skip(1).filter(|&slot| is_apply(slot)) {
        let (at, expected) = (event_at(slot), Value::OneOf(&[2, 3]));
        let finding = Finding::broken(Rule::OneApply, at, expected, Value::Number(1));
        findings.push(finding.in_slot(slot));
    }
}

fn check_header(record: &Record, seals: &SealCheck, findings: &mut Vec<Finding>) {
    let layout = record.layout();
    let mut must_be = |rule, at, expected: u16, found: u16| {
        if expected != found {
            let (expected, found) = (Value::Number(expected.into()), Value::Number(found.into()));
            findings.push(Finding::broken(rule, at, expected, found));
        }
    };
    if let Some(apply) = seals.sealed_apply(record) {
        must_be(Rule::HeaderFrom, layout.from, apply.from, record.from);
        must_be(Rule::HeaderTo, layout.to, apply.to, record.to);
    }
    let added = u64::from(record.to).checked_sub(record.from.into());
    if added != Some(record.licenses.into()) {
        let expected = Value::Number(u64::from(record.from) + u64::from(record.licenses));
        let found = Value::Number(record.to.into());
        findings.push(Finding::broken(Rule::Size, layout.to, expected, found));
    }
    if record.to > layout.license_limit {
        let expected = Value::AtMost(layout.license_limit.into());
        let found = Value::Number(record.to.into());
        findings.push(Finding::broken(Rule::RecordLimit, layout.to, expected, found));
    }
}

/// Checks the license counts of one event against those of the header and the limit of its own server.
fn check_licenses(record: &Record, seals: &SealCheck, slot: usize, findings: &mut Vec<Finding>) {
    let event = record.event(slot);
    let from_at = event_at(slot) + offset_of!(Event, from);
    let to_at = event_at(slot) + offset_of!(Event, to);
    let mut must_be = |rule, at, expected: u16, found: u16| {
        if expected != found {
            let (expected, found) = (Value::Number(expected.into()), Value::Number(found.into()));
            findings.push(Finding::broken(rule, at, expected, found).in_slot(slot));
        }
    };
    if seals.is_out_of_order(slot) {
        must_be(Rule::NothingAdded, to_at, event.from, event.to);
    } else if event.known_kind() != Some(EventKind::Apply) || slot != 0 {
        must_be(Rule::EventFrom, from_at, record.from, event.from);
        must_be(Rule::EventTo, to_at, record.to, event.to);
    }
    if let Some(limit) = event.known_version().map(ServerVersion::license_limit)
        && event.to > limit
    {
        let (expected, found) = (Value::AtMost(limit.into()), Value::Number(event.to.into()));
        findings.push(Finding::broken(Rule::ServerLimit, to_at, expected, found).in_slot(slot));
    }
}

/// Checks that each event is by the server that the pack was bound to, and that the header has the last
/// of these servers. The first event binds: the earlier server of a converted pack is known only from its
/// events.
fn check_servers(record: &Record, seals: &SealCheck, findings: &mut Vec<Finding>) {
    let mut bound: Option<Server> = None;
    for slot in seals.history() {
        let event = record.event(slot);
        let expected = bound.unwrap_or(event.server);
        if event.known_kind() == Some(EventKind::Transfer) {
            bound = Some(event.server);
            continue;
        }
        if event.server != expected {
            let at = event_at(slot) + offset_of!(Event, server);
            let (expected, found) = (Value::Server(expected), Value::Server(event.server));
            findings.push(Finding::broken(Rule::EventServer, at, expected, found).in_slot(slot));
        }
        bound = Some(expected);
    }
    if let Some(last) = bound.filter(|last| *last != record.server) {
        let (expected, found) = (Value::Server(last), Value::Server(record.server));
        let at = record.layout().server;
        findings.push(Finding::broken(Rule::HeaderServer, at, expected, found));
    }
}
