//! Forgeries: every seal verifies, and yet no server can have written such a record.

use crate::support::simulator::sample::{
    bound_after_conversion, converted, converted_and_reapplied, defective, issued, moved_40,
    moved_45, server, unused, used, used_40, used_45, used_after_conversion,
};
use crate::support::simulator::{Identity, Pack, Release, slot_at};
use addpack::diagnosis::{Finding, FindingCode, FindingKind, Rule, Value, Verdict, diagnose};

/// A record, one change to it, and the one rule of a consistent history that this breaks.
struct Forgery {
    /// What the record says, and cannot be so.
    tells: &'static str,
    pack: fn() -> Pack,
    forge: fn(&mut Pack),
    rule: Rule,
    /// Where: an offset in the record, and so the slot of the event that it lies in.
    offset: usize,
}

/// Asserts that a record with the seals renewed has no finding but the broken rule, beside
/// out-of-order reapplies that are truly there.
fn assert_inconsistent(case: &Forgery) {
    let mut pack = (case.pack)();
    assert!(is_sound_but_for_its_order(&pack), "{}: before", case.tells);
    (case.forge)(&mut pack);
    pack.reseal();
    let diagnosis = diagnose(&pack.bytes);
    let mut findings = diagnosis.findings.clone();
    findings.retain(|finding| finding.code() != FindingCode::OutOfOrderReapply);
    assert_eq!(diagnosis.verdict, Verdict::Refused, "{}", case.tells);
    let reported: Vec<_> = findings.iter().map(|f| (&f.kind, f.slot, f.offset)).collect();
    let slot = case.offset.checked_sub(0x200).map(|at| at / 64);
    let want = (&FindingKind::Inconsistent(case.rule), slot, Some(case.offset));
    assert_eq!(reported, [want], "{}: {:#?}", case.tells, diagnosis.findings);
    assert!(findings.iter().all(|f| f.code().as_str() == "inconsistent-history"));
}

fn is_sound_but_for_its_order(pack: &Pack) -> bool {
    diagnose(&pack.bytes).findings.iter().all(|f| f.code() == FindingCode::OutOfOrderReapply)
}

/// Takes the binding out of the header, and leaves the events.
fn unbind(pack: &mut Pack) {
    let map = pack.map();
    for at in [map.status, map.from, map.to] {
        pack.put16(at, 0);
    }
    pack.put(map.address, &[0; 22]);
}

/// Takes all events out, and leaves the binding.
fn forget_events(pack: &mut Pack) {
    pack.put16(pack.map().count, 0);
    pack.put(0x200, &[0; 1536]);
}

/// Writes licenses into the header and into all events.
fn renumber(pack: &mut Pack, from: u16, to: u16) {
    let map = pack.map();
    pack.put16(map.from, from);
    pack.put16(map.to, to);
    for slot in 0..pack.count() {
        pack.put16(slot_at(slot) + 4, from);
        pack.put16(slot_at(slot) + 6, to);
    }
}

fn put_server(pack: &mut Pack, at: usize, server: &Identity) {
    pack.put(at, &server.address);
    pack.put(at + 6, &server.padded_name());
}

/// A case of the tables below.
const fn case(
    tells: &'static str,
    pack: fn() -> Pack,
    forge: fn(&mut Pack),
    rule: Rule,
    offset: usize,
) -> Forgery {
    Forgery { tells, pack, forge, rule, offset }
}

#[test]
fn events_that_no_pack_can_have_in_that_order_are_inconsistent() {
    use Rule::{FirstIsApply, OneApply, UnboundHasNoEvents};
    for forged in [
        case("4.0: unbound", used_40, unbind, UnboundHasNoEvents, 0x44),
        case("issued: unbound", used_45, unbind, UnboundHasNoEvents, 0x64),
        case("converted: unbound", used_after_conversion, unbind, UnboundHasNoEvents, 0x64),
        case("4.0: bound by nothing", used_40, forget_events, FirstIsApply, 0x200),
        case("issued: bound by nothing", used_45, forget_events, FirstIsApply, 0x200),
        case("4.0: begins with a reapply", used_40, |p| p.put16(0x200, 2), FirstIsApply, 0x200),
        case("issued: begins with a transfer", used_45, |p| p.put16(0x200, 3), FirstIsApply, 0x200),
        case("4.0: two", used_40, |p| p.put16(0x240, 1), OneApply, 0x240),
        case("issued: two", moved_45, |p| p.put16(0x2C0, 1), OneApply, 0x2C0),
        case("converted: two", used_after_conversion, |p| p.put16(0x240, 1), OneApply, 0x240),
    ] {
        assert_inconsistent(&forged);
    }
}

#[test]
fn licenses_that_do_not_repeat_the_apply_are_inconsistent() {
    use Rule::{EventFrom, EventTo, NothingAdded};
    for forged in [
        case("4.0: reapply to", used_40, |p| p.put16(0x246, 9), EventTo, 0x246),
        case("4.0: transfer from", moved_40, |p| p.put16(0x284, 4), EventFrom, 0x284),
        case("4.0: transfer to", moved_40, |p| p.put16(0x286, 9), EventTo, 0x286),
        case("4.0: out of order to", defective, |p| p.put16(0x286, 25), NothingAdded, 0x286),
        case("4.5: reapply from", used_45, |p| p.put16(0x244, 4), EventFrom, 0x244),
        case("4.5: reapply to", used_45, |p| p.put16(0x246, 9), EventTo, 0x246),
        case("4.5: transfer from", moved_45, |p| p.put16(0x284, 4), EventFrom, 0x284),
        case("4.5: transfer to", moved_45, |p| p.put16(0x286, 9), EventTo, 0x286),
        case(
            "converted: reapply from",
            converted_and_reapplied,
            |p| p.put16(0x204, 4),
            EventFrom,
            0x204,
        ),
        case(
            "converted: reapply to",
            converted_and_reapplied,
            |p| p.put16(0x206, 11),
            EventTo,
            0x206,
        ),
    ] {
        assert_inconsistent(&forged);
    }
}

#[test]
fn header_that_has_other_licenses_than_the_apply_is_inconsistent() {
    for pack in [unused(), issued(), converted(&unused())] {
        let mut pack = pack;
        assert!(server(Release::V40, 1).apply(&mut pack));
        let map = pack.map();
        pack.put16(map.from, 6);
        pack.put16(map.to, 11);
        pack.reseal();
        let diagnosis = diagnose(&pack.bytes);
        let reported: Vec<_> = diagnosis.findings.iter().map(|f| (f.code(), f.offset)).collect();
        let code = FindingCode::InconsistentHistory;
        assert_eq!(reported, [(code, Some(map.from)), (code, Some(map.to))]);
        assert_eq!(diagnosis.findings[0].expected, Value::Number(5));
        assert_eq!(diagnosis.findings[1].found, Value::Number(11));
    }
}

#[test]
fn licenses_added_that_are_not_the_size_of_the_pack_are_inconsistent() {
    use Rule::Size;
    for forged in [
        case("4.0: 6 of 5", used_40, |p| renumber(p, 5, 11), Size, 0x4A),
        case("4.0: back to fewer", used_40, |p| renumber(p, 10, 5), Size, 0x4A),
        case("4.0: none of 5", used_40, |p| renumber(p, 5, 5), Size, 0x4A),
        case("issued: 20 of 5", used_45, |p| renumber(p, 5, 25), Size, 0x6A),
        case("converted: 4 of 5", bound_after_conversion, |p| renumber(p, 5, 9), Size, 0x6A),
        case("4.0: 5 of 20", used_40, |p| p.put16(0x24, 20), Size, 0x4A),
    ] {
        assert_inconsistent(&forged);
    }
}

#[test]
fn more_licenses_than_a_record_or_a_server_can_hold_are_inconsistent() {
    use Rule::{RecordLimit, ServerLimit};
    let bound = bound_after_conversion;
    for forged in [
        case("converted: 51", bound, |p| renumber(p, 46, 51), RecordLimit, 0x6A),
        case(
            "converted: 26 on a 4.0 server",
            converted_and_reapplied,
            |p| {
                renumber(p, 21, 26);
                p.put16(0x202, 0x0400);
            },
            ServerLimit,
            0x206,
        ),
        case(
            "issued: 26 on a 4.0a server",
            used_45,
            |p| {
                renumber(p, 21, 26);
                p.put16(0x242, 0x0401);
            },
            ServerLimit,
            0x246,
        ),
        case(
            "4.0: out of order on a server with 26",
            defective,
            |p| {
                p.put16(0x284, 26);
                p.put16(0x286, 26);
            },
            ServerLimit,
            0x286,
        ),
    ] {
        assert_inconsistent(&forged);
    }
}

#[test]
fn more_than_25_licenses_in_a_40_record_break_its_own_limit_and_the_servers() {
    let mut pack = used_40();
    renumber(&mut pack, 21, 26);
    pack.reseal();
    let reported: Vec<_> =
        diagnose(&pack.bytes).findings.into_iter().map(|f| (f.kind, f.offset)).collect();
    let limit = |rule, at| (FindingKind::Inconsistent(rule), Some(at));
    let want = [(Rule::RecordLimit, 0x4A), (Rule::ServerLimit, 0x206), (Rule::ServerLimit, 0x246)];
    assert_eq!(reported, want.map(|(rule, at)| limit(rule, at)));
}

#[test]
fn servers_that_the_pack_was_not_bound_to_are_inconsistent() {
    use Rule::{EventServer, HeaderServer};
    fn third() -> Identity {
        server(Release::V40, 3).identity
    }
    fn first() -> Identity {
        server(Release::V40, 1).identity
    }
    let by_third: fn(&mut Pack) = |p| put_server(p, 0x250, &third());
    for forged in [
        case("4.0: reapply by a stranger", used_40, by_third, EventServer, 0x250),
        case("issued: reapply by a stranger", used_45, by_third, EventServer, 0x250),
        case("4.0: stranger's name", used_40, |p| p.put(0x256, b"X"), EventServer, 0x250),
        case("4.0: stranger's address", used_40, |p| p.put(0x250, b"X"), EventServer, 0x250),
        case("4.0: moved away", moved_40, |p| put_server(p, 0x2D0, &first()), EventServer, 0x2D0),
        case("converted: stranger", used_after_conversion, by_third, EventServer, 0x250),
        case("4.0: header", used_40, |p| put_server(p, 0x50, &third()), HeaderServer, 0x50),
        case("4.0: moved, header", moved_40, |p| put_server(p, 0x50, &first()), HeaderServer, 0x50),
        case("issued: header", moved_45, |p| put_server(p, 0x6C, &first()), HeaderServer, 0x6C),
        case(
            "converted: header carried over",
            converted_and_reapplied,
            |p| put_server(p, 0x6C, &third()),
            HeaderServer,
            0x6C,
        ),
    ] {
        assert_inconsistent(&forged);
    }
}

#[test]
fn defective_bit_without_its_event_or_event_without_its_bit_is_inconsistent() {
    use Rule::DefectiveBit;
    for forged in [
        case("unused and defective", unused, |p| p.put16(0x46, 2), DefectiveBit, 0x46),
        case("in order and defective", used_40, |p| p.put16(0x46, 3), DefectiveBit, 0x46),
        case("out of order, not defective", defective, |p| p.put16(0x46, 1), DefectiveBit, 0x46),
    ] {
        assert_inconsistent(&forged);
    }
}

#[test]
fn out_of_order_reapply_in_a_45_record_is_only_inconsistent() {
    for mut pack in [used_45(), used_after_conversion(), used(issued(), Release::V40)] {
        pack.put16(0x244, 20);
        pack.put16(0x246, 20);
        pack.reseal();
        let codes: Vec<_> = diagnose(&pack.bytes).findings.iter().map(Finding::code).collect();
        assert_eq!(codes, [FindingCode::InconsistentHistory; 2]);
    }
}

#[test]
fn licenses_that_a_pack_of_that_size_leads_to_are_reported() {
    let mut pack = used_40();
    renumber(&mut pack, 6, 12);
    pack.reseal();
    let findings = diagnose(&pack.bytes).findings;
    let size =
        findings.iter().find(|finding| finding.kind == FindingKind::Inconsistent(Rule::Size));
    let size = size.expect("6 to 12 by 5 licenses");
    assert_eq!((&size.expected, &size.found), (&Value::Number(11), &Value::Number(12)));
}
