//! The chain of seals: which events count, which of them verify, and which reapplies corrupted the pack.

use super::checked::RecordField;
use super::event;
use super::finding::{Finding, FindingKind, Value};
use crate::disk::is_zero;
use crate::record::event::{EVENT_SEAL_AT, Event, EventKind, ServerVersion};
use crate::record::fields::Seal;
use crate::record::seal::{event_seal, sha1};
use crate::record::v40::{self, Header40};
use crate::record::v45::Header45;
use crate::record::{EVENT_SLOTS, Layout, Record, Version, event_at};
use std::mem::offset_of;
use std::ops::Range;

/// A seal that does not verify.
struct BadSeal {
    field: RecordField,
    slot: Option<usize>,
    offset: usize,
    expected: Seal,
    found: Seal,
}

/// The result of checking all seals of a record.
pub(crate) struct SealCheck {
    /// Events before the first one of a post-upgrade reapply.
    history: usize,
    /// Slots of the trailing events that 4.5 servers wrote into a 4.0 record.
    post_upgrade: Range<usize>,
    bad: Vec<BadSeal>,
    count_is_sound: bool,
    /// Slots of the out-of-order reapplies of a 4.0 record.
    out_of_order: Vec<usize>,
}

/// The licenses that a pack restores, from and to.
type Licenses = (u16, u16);

impl SealCheck {
    /// Checks every seal of `record`.
    pub(crate) fn check(record: &Record) -> Self {
        let count = checked_count(record);
        let counted = count.unwrap_or_else(|| used_slots(record));
        let post_upgrade = post_upgrade_slots(record, counted);
        let history = counted.min(post_upgrade.start);
        let mut seals = Self {
            history,
            post_upgrade,
            bad: Vec::new(),
            count_is_sound: count.is_some(),
            out_of_order: Vec::new(),
        };
        seals.check_identity(record);
        for slot in 0..history {
            seals.check_event(record, slot);
        }
        if let Some(count) = count {
            seals.check_header(record, count);
        }
        seals.out_of_order = seals.find_out_of_order(record);
        seals
    }

    /// Slots of the counted events, without those that 4.5 servers wrote into a 4.0 record.
    pub(crate) fn history(&self) -> Range<usize> {
        0..self.history
    }

    /// Slots of the events of post-upgrade reapplies.
    pub(crate) fn post_upgrade(&self) -> Range<usize> {
        self.post_upgrade.clone()
    }

    /// Whether every seal verifies; that of the header for the history before a post-upgrade reapply.
    pub(super) fn all_seals_verify(&self) -> bool {
        self.bad.is_empty() && self.count_is_sound
    }

    /// Whether the header seal verifies; with a post-upgrade reapply, for the history before it.
    pub(crate) fn header_verifies(&self) -> bool {
        self.count_is_sound && !self.bad.iter().any(|bad| bad.field == RecordField::HeaderSeal)
    }

    /// Whether the seal of the counted event in `slot` verifies.
    pub(super) fn verifies(&self, slot: usize) -> bool {
        slot < self.history && !self.bad.iter().any(|bad| bad.slot == Some(slot))
    }

    /// One finding for each seal that does not verify.
    pub(super) fn seal_findings(&self) -> impl Iterator<Item = Finding> {
        self.bad.iter().map(|bad| Finding {
            kind: FindingKind::Damaged(bad.field),
            slot: bad.slot,
            offset: Some(bad.offset),
            expected: Value::Bytes(bad.expected.0.to_vec()),
            found: Value::Bytes(bad.found.0.to_vec()),
        })
    }

    /// The apply event at the beginning of the history, if its seal verifies.
    pub(super) fn sealed_apply<'r>(&self, record: &'r Record) -> Option<&'r Event> {
        let first = record.event(0);
        (self.verifies(0) && first.known_kind() == Some(EventKind::Apply)).then_some(first)
    }

    /// Whether the event in `slot` is an out-of-order reapply.
    pub(super) fn is_out_of_order(&self, slot: usize) -> bool {
        self.out_of_order.contains(&slot)
    }

    /// Whether any counted event is an out-of-order reapply.
    pub(super) fn has_out_of_order(&self) -> bool {
        !self.out_of_order.is_empty()
    }

    fn find_out_of_order(&self, record: &Record) -> Vec<usize> {
        let is_reapply = |&slot: &usize| {
            let event = record.event(slot);
            event.known_kind() == Some(EventKind::Reapply)
                && event.known_version() != Some(ServerVersion::V45)
                && self.verifies(slot)
        };
        let reapplies: Vec<_> = self.history().filter(is_reapply).collect();
        if record.version != Version::V40 || reapplies.is_empty() {
            return Vec::new();
        }
        let Some((from, _)) = self.sealed_licenses(record) else { return Vec::new() };
        reapplies.into_iter().filter(|&slot| record.event(slot).from != from).collect()
    }

    /// The licenses that the pack restores: those of the apply event if its seal verifies and its fields keep
    /// their rules, otherwise those of the header if its seal verifies.
    fn sealed_licenses(&self, record: &Record) -> Option<Licenses> {
        if let Some(apply) = self.sealed_apply(record).filter(|_| keeps_its_rules(record, 0)) {
            return Some((apply.from, apply.to));
        }
        let is_sealed =
            self.count_is_sound && !self.bad.iter().any(|bad| bad.field == RecordField::HeaderSeal);
        (is_sealed && record.is_bound()).then_some((record.from, record.to))
    }

    /// The findings of post-upgrade and out-of-order reapplies, one for each event.
    pub(super) fn reapply_findings(&self, record: &Record) -> Vec<Finding> {
        let about = |slot: usize, kind, expected, found| Finding {
            kind,
            slot: Some(slot),
            offset: Some(event_at(slot)),
            expected,
            found,
        };
        let post_upgrade = self.post_upgrade().map(|slot| {
            let event = *record.event(slot);
            let version = Value::Hex(event.server_version.into());
            about(
                slot,
                FindingKind::PostUpgrade(event),
                Value::Versions(&[0x0400, 0x0401]),
                version,
            )
        });
        let out_of_order = self.out_of_order.iter().map(|&slot| {
            let event = *record.event(slot);
            let (from, to) = self.sealed_licenses(record).unwrap_or_default();
            let (expected, found) = (Value::Number(from.into()), Value::Number(event.from.into()));
            about(slot, FindingKind::OutOfOrder { event, from, to }, expected, found)
        });
        post_upgrade.chain(out_of_order).collect()
    }

    fn check_identity(&mut self, record: &Record) {
        let at = record.layout().identity_seal;
        let expected = sha1(&[&record.bytes()[..at]]);
        self.compare(RecordField::IdentitySeal, None, at, expected, record.identity_seal);
    }

    fn check_event(&mut self, record: &Record, slot: usize) {
        let at = event_at(slot) + EVENT_SEAL_AT;
        let (expected, found) = (expected_seal(record, slot), record.event(slot).seal);
        self.compare(RecordField::EventSeal, Some(slot), at, expected, found);
    }

    /// A 4.5 server may raise the event count of a 4.0 record, but never renews the header seal, which
    /// then still covers the history before.
    fn check_header(&mut self, record: &Record, count: usize) {
        let sealed_count = if self.post_upgrade.is_empty() { count } else { self.history };
        let expected = header_seal(record, sealed_count);
        let at = record.layout().header_seal;
        self.compare(RecordField::HeaderSeal, None, at, expected, record.header_seal);
    }

    fn compare(
        &mut self,
        field: RecordField,
        slot: Option<usize>,
        offset: usize,
        expected: Seal,
        found: Seal,
    ) {
        if expected != found {
            self.bad.push(BadSeal { field, slot, offset, expected, found });
        }
    }
}

/// The seal that the event in `slot` must have, by the rule of its own server version.
fn expected_seal(record: &Record, slot: usize) -> Seal {
    let version = record.event(slot).known_version().unwrap_or(ServerVersion::V40);
    event_seal(previous(record, slot), record.slot(slot), version)
}

/// Whether the seal of the event in `slot` verifies, counted or not.
pub(crate) fn is_sealed(record: &Record, slot: usize) -> bool {
    expected_seal(record, slot) == record.event(slot).seal
}

/// Whether each field of the event in `slot` keeps its rule; its seal verifies.
fn keeps_its_rules(record: &Record, slot: usize) -> bool {
    let mut findings = Vec::new();
    event::check(record, slot, true, &mut findings);
    findings.is_empty()
}

/// Whether everything after the header of a converted record is events of 4.0 servers. The 4.0 identity seal
/// that they are chained to follows from the 4.5 header, which has the same fields at the same offsets,
/// except for the magic and the origin.
pub(super) fn remnants_verify(record: &Record) -> bool {
    let bytes = record.bytes();
    let identity = sha1(&[
        &v40::MAGIC,
        &bytes[v40::MAGIC.len()..offset_of!(Header45, origin)],
        &[0; 2],
        &bytes[offset_of!(Header45, made_at)..offset_of!(Header40, identity_seal)],
    ]);
    let is_zeroed = |slot: usize| is_zero(record.slot(slot));
    (0..EVENT_SLOTS).filter(|&slot| !is_zeroed(slot)).all(|slot| {
        let event = record.event(slot);
        let chained = match slot.checked_sub(1) {
            None => Some(&identity),
            Some(before) if is_zeroed(before) => None,
            Some(before) => Some(&record.event(before).seal),
        };
        let version = event.known_version().filter(|version| *version != ServerVersion::V45);
        let seal = |previous, version| event_seal(previous, record.slot(slot), version);
        event.known_kind().is_some()
            && event.server.name_text().is_some()
            && version.is_some_and(|v| chained.is_none_or(|before| seal(before, v) == event.seal))
    })
}

/// The event count, if it is in its range.
fn checked_count(record: &Record) -> Option<usize> {
    Some(usize::from(record.event_count)).filter(|&count| count <= EVENT_SLOTS)
}

/// Slots in use, without regard to the count: those before the first one that is all zero.
fn used_slots(record: &Record) -> usize {
    (0..EVENT_SLOTS).find(|&slot| is_zero(record.slot(slot))).unwrap_or(EVENT_SLOTS)
}

/// The seal before the event in `slot`.
fn previous(record: &Record, slot: usize) -> &Seal {
    slot.checked_sub(1).map_or(&record.identity_seal, |before| &record.event(before).seal)
}

/// The header seal for `count` counted events.
fn header_seal(record: &Record, count: usize) -> Seal {
    let Layout { event_count, header_seal, .. } = record.layout();
    let bytes = record.bytes();
    let number = u16::try_from(count).unwrap_or(u16::MAX).to_le_bytes();
    let last = count.checked_sub(1).map_or(&[][..], |last| &record.event(last).seal.0);
    sha1(&[&bytes[..*event_count], &number, &bytes[event_count + 2..*header_seal], last])
}

/// The slots with a 4.5 server's seal at the end of the `counted` events of a 4.0 record or directly after
/// them: more than one if the pack was applied repeatedly.
fn post_upgrade_slots(record: &Record, counted: usize) -> Range<usize> {
    let by_a_45_server = |slot: usize| {
        let event = record.event(slot);
        event.known_version() == Some(ServerVersion::V45)
            && event.seal
                == event_seal(previous(record, slot), record.slot(slot), ServerVersion::V45)
    };
    if record.version != Version::V40 {
        return counted..counted;
    }
    let end = if counted < EVENT_SLOTS && by_a_45_server(counted) { counted + 1 } else { counted };
    let start = (0..end).rev().take_while(|&slot| by_a_45_server(slot)).last().unwrap_or(end);
    start..end
}
