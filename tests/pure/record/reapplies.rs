//! Reapplies that spoil a pack, at the edges: full records, one after the other, and with damage.

use crate::support::simulator::sample::{
    converted, defective, full, issued, reapply, reapply_out_of_order, server, unused, used_40,
};
use crate::support::simulator::{Pack, Release, slot_at};
use FindingCode::{DamagedRecord, OutOfOrderReapply};
use addpack::diagnosis::{Diagnosis, FindingCode, Verdict, diagnose};

/// Code, slot and offset of each finding.
type Found = Vec<(FindingCode, Option<usize>, Option<usize>)>;

fn places(diagnosis: &Diagnosis) -> Found {
    diagnosis.findings.iter().map(|f| (f.code(), f.slot, f.offset)).collect()
}

/// A finding about a whole event.
pub(super) fn event(code: FindingCode, slot: usize) -> (FindingCode, Option<usize>, Option<usize>) {
    (code, Some(slot), Some(slot_at(slot)))
}

/// An event's seal that does not verify.
pub(super) fn bad_seal(slot: usize) -> (FindingCode, Option<usize>, Option<usize>) {
    (DamagedRecord, Some(slot), Some(slot_at(slot) + 44))
}

pub(super) const BAD_HEADER_SEAL: (FindingCode, Option<usize>, Option<usize>) =
    (DamagedRecord, None, Some(0x70));

pub(super) fn assert_found(
    pack: &Pack,
    want: &[(FindingCode, Option<usize>, Option<usize>)],
) -> Diagnosis {
    let diagnosis = diagnose(&pack.bytes);
    assert_eq!(places(&diagnosis), want, "{:#?}", diagnosis.findings);
    diagnosis
}

#[test]
fn pack_whose_24_slots_are_all_used_is_sound_and_takes_no_more() {
    for (pack, want) in [
        (full(unused()), Verdict::Convertible),
        (full(issued()), Verdict::Issued45),
        (full(converted(&unused())), Verdict::AlreadyConverted),
    ] {
        let diagnosis = assert_found(&pack, &[]);
        assert_eq!(diagnosis.verdict, want);
        assert_eq!(diagnosis.shown_events(), 0..24);
        let mut again = pack.clone();
        assert!(!server(Release::V40, 1).reapply(&mut again));
        assert!(!server(Release::V45, 1).spoil(&mut again, true));
        assert_eq!(again.bytes, pack.bytes);
    }
}

#[test]
fn count_raised_past_the_last_slot_is_damage() {
    let mut pack = full(unused());
    pack.put16(0x44, 25);
    assert_found(&pack, &[(DamagedRecord, None, Some(0x44))]);
}

#[test]
fn out_of_order_reapplies_are_all_found_with_sound_ones_between_them() {
    let mut pack = defective();
    reapply(&mut pack, &mut server(Release::V40, 1));
    reapply_out_of_order(&mut pack);
    assert_found(&pack, &[event(OutOfOrderReapply, 2), event(OutOfOrderReapply, 4)]);
}

#[test]
fn apply_damaged_before_an_out_of_order_reapply_is_found_after_it() {
    for offset in [0x204, 0x206, 0x208, 0x22B] {
        let mut pack = defective();
        pack.bytes[offset] ^= 8;
        let diagnosis = diagnose(&pack.bytes);
        let reported = places(&diagnosis);
        assert_eq!(reported[0], event(OutOfOrderReapply, 2), "{offset:#x}");
        assert!(reported.contains(&bad_seal(0)), "{offset:#x}: {reported:?}");
        assert!(reported[1..].iter().all(|t| (t.0, t.1) == (DamagedRecord, Some(0))));
    }
}

#[test]
fn seal_of_the_apply_damaged_costs_the_next_event_and_no_more() {
    let mut pack = defective();
    pack.bytes[0x22C] ^= 1;
    assert_found(&pack, &[event(OutOfOrderReapply, 2), bad_seal(0), bad_seal(1)]);
}

#[test]
fn header_from_damaged_makes_no_reapply_out_of_order() {
    let mut pack = used_40();
    pack.put16(0x48, 20);
    assert_found(&pack, &[BAD_HEADER_SEAL]);
    let mut pack = defective();
    pack.put16(0x48, 20);
    assert_found(&pack, &[event(OutOfOrderReapply, 2), BAD_HEADER_SEAL]);
}

#[test]
fn two_flipped_bits_make_no_reapply_out_of_order() {
    let sound = used_40();
    let flip = |pack: &mut Pack, bit: usize| pack.bytes[bit / 8] ^= 1 << (bit % 8);
    for in_header in 0x48 * 8..0x4A * 8 {
        for in_apply in slot_at(0) * 8..slot_at(1) * 8 {
            let mut pack = sound.clone();
            flip(&mut pack, in_header);
            flip(&mut pack, in_apply);
            let findings = diagnose(&pack.bytes).findings;
            let is_damage = findings.iter().all(|finding| finding.code() == DamagedRecord);
            assert!(is_damage && !findings.is_empty(), "{in_header} {in_apply}: {findings:#?}");
        }
    }
}

/// Packs whose apply event is sealed and breaks the rule of one of its fields.
fn with_unruly_applies(pack: &Pack) -> Vec<Pack> {
    let fields: [(usize, &[u8]); 4] =
        [(0x202, &[0x07]), (0x210, &[0; 6]), (0x216, b" "), (0x226, &[1])];
    let spoilt = |(at, bytes): (usize, &[u8])| {
        let mut pack = pack.clone();
        pack.put(at, bytes);
        pack.put16(0x204, 15);
        pack.reseal();
        pack
    };
    fields.into_iter().map(spoilt).collect()
}

#[test]
fn reapply_is_held_against_the_header_where_a_field_of_the_apply_breaks_its_rule() {
    for mut pack in with_unruly_applies(&used_40()) {
        let findings = diagnose(&pack.bytes).findings;
        assert!(findings.iter().all(|f| f.code() != OutOfOrderReapply), "{findings:#?}");
        pack.put16(0x48, 20);
        pack.seal_header();
        assert_eq!(places(&diagnose(&pack.bytes))[0], event(OutOfOrderReapply, 1));
    }
}

#[test]
fn reapply_is_held_against_nothing_where_neither_the_apply_nor_the_header_is_borne_out() {
    for pack in with_unruly_applies(&defective()) {
        let mut unsealed = pack.clone();
        unsealed.bytes[0x70] ^= 1;
        let mut unbound = pack.clone();
        unbound.put16(0x46, 0);
        unbound.seal_header();
        let mut without_count = pack;
        without_count.put16(0x44, 25);
        without_count.seal_header();
        for pack in [unsealed, unbound, without_count] {
            let findings = diagnose(&pack.bytes).findings;
            assert!(findings.iter().all(|f| f.code() != OutOfOrderReapply), "{findings:#?}");
        }
    }
}

#[test]
fn out_of_order_reapply_that_is_damaged_itself_is_only_damage() {
    let mut pack = defective();
    pack.put16(0x286, 21);
    assert_found(&pack, &[bad_seal(2)]);
}

#[test]
fn out_of_order_reapply_past_the_count_is_only_damage() {
    let mut pack = defective();
    pack.put16(0x44, 2);
    assert_found(&pack, &[BAD_HEADER_SEAL, (DamagedRecord, Some(2), Some(0x280))]);
}
