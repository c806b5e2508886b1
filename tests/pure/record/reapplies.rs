//! Reapplies that spoil a pack, at the edges: full records, one after the other, and with damage.

use crate::support::simulator::sample::{
    converted, defective, full, issued, reapply, reapply_out_of_order, server, spoil, unused, used,
    used_40,
};
use crate::support::simulator::{Pack, Release, slot_at};
use FindingCode::{DamagedRecord, OutOfOrderReapply, PostUpgradeReapply};
use addpack::diagnosis::{Diagnosis, Finding, FindingCode, Verdict, diagnose};

/// Code, slot and offset of each finding.
type Told = Vec<(FindingCode, Option<usize>, Option<usize>)>;

fn told(diagnosis: &Diagnosis) -> Told {
    diagnosis.findings.iter().map(|f| (f.code(), f.slot, f.offset)).collect()
}

/// A finding about a whole event.
fn event(code: FindingCode, slot: usize) -> (FindingCode, Option<usize>, Option<usize>) {
    (code, Some(slot), Some(slot_at(slot)))
}

/// An event's seal that does not verify.
fn bad_seal(slot: usize) -> (FindingCode, Option<usize>, Option<usize>) {
    (DamagedRecord, Some(slot), Some(slot_at(slot) + 44))
}

const BAD_HEADER_SEAL: (FindingCode, Option<usize>, Option<usize>) =
    (DamagedRecord, None, Some(0x70));

fn assert_told(pack: &Pack, want: &[(FindingCode, Option<usize>, Option<usize>)]) -> Diagnosis {
    let diagnosis = diagnose(&pack.bytes);
    assert_eq!(told(&diagnosis), want, "{:#?}", diagnosis.findings);
    diagnosis
}

/// A 4.0 pack with this many events.
fn with_events(count: usize) -> Pack {
    let mut pack = unused();
    let mut server = server(Release::V40, 1);
    assert!(server.apply(&mut pack));
    for _ in 1..count {
        reapply(&mut pack, &mut server);
    }
    pack
}

#[test]
fn pack_whose_24_slots_are_all_used_is_sound_and_takes_no_more() {
    for (pack, want) in [
        (full(unused()), Verdict::Convertible),
        (full(issued()), Verdict::Issued45),
        (full(converted(&unused())), Verdict::AlreadyConverted),
    ] {
        let diagnosis = assert_told(&pack, &[]);
        assert_eq!(diagnosis.verdict, want);
        assert_eq!(diagnosis.shown_events(), 0..24);
        let mut again = pack.clone();
        assert!(!server(Release::V40, 1).reapply(&mut again));
        assert!(!server(Release::V45, 1).spoil(&mut again, true));
        assert_eq!(again.bytes, pack.bytes);
    }
}

#[test]
fn post_upgrade_reapply_is_told_in_every_slot_up_to_the_last() {
    for count in 1..24 {
        for raises_count in [false, true] {
            let mut pack = with_events(count);
            spoil(&mut pack, raises_count);
            let diagnosis = assert_told(&pack, &[event(PostUpgradeReapply, count)]);
            assert_eq!(diagnosis.shown_events(), 0..count + 1);
        }
    }
}

#[test]
fn count_raised_past_the_last_slot_is_damage() {
    let mut pack = full(unused());
    pack.put16(0x44, 25);
    assert_told(&pack, &[(DamagedRecord, None, Some(0x44))]);
}

#[test]
fn post_upgrade_reapply_of_an_unused_pack_is_told() {
    for raises_count in [false, true] {
        let mut pack = unused();
        spoil(&mut pack, raises_count);
        assert_told(&pack, &[event(PostUpgradeReapply, 0)]);
    }
}

#[test]
fn post_upgrade_reapply_after_an_out_of_order_one_is_told_before_it() {
    for raises_count in [false, true] {
        let mut pack = defective();
        spoil(&mut pack, raises_count);
        let want = [event(PostUpgradeReapply, 3), event(OutOfOrderReapply, 2)];
        let diagnosis = assert_told(&pack, &want);
        assert_eq!((diagnosis.history, diagnosis.post_upgrade), (0..3, 3..4));
    }
}

#[test]
fn out_of_order_reapplies_are_all_told_with_sound_ones_between_them() {
    let mut pack = defective();
    reapply(&mut pack, &mut server(Release::V40, 1));
    reapply_out_of_order(&mut pack);
    assert_told(&pack, &[event(OutOfOrderReapply, 2), event(OutOfOrderReapply, 4)]);
}

#[test]
fn post_upgrade_reapply_that_was_not_counted_is_written_over_by_the_next() {
    for raises_count in [false, true] {
        let mut pack = used_40();
        spoil(&mut pack, false);
        spoil(&mut pack, raises_count);
        assert_told(&pack, &[event(PostUpgradeReapply, 2)]);
    }
}

#[test]
fn post_upgrade_reapplies_that_were_counted_are_all_told() {
    for raises_count in [false, true] {
        let mut pack = used_40();
        spoil(&mut pack, true);
        spoil(&mut pack, true);
        spoil(&mut pack, raises_count);
        assert_told(&pack, &[2, 3, 4].map(|slot| event(PostUpgradeReapply, slot)));
    }
}

#[test]
fn header_damaged_beside_a_post_upgrade_reapply_is_told_after_it() {
    for raises_count in [false, true] {
        let mut pack = used_40();
        spoil(&mut pack, raises_count);
        for offset in [0x48, 0x4A, 0x50, 0x70] {
            let mut pack = pack.clone();
            pack.bytes[offset] ^= 4;
            assert_told(&pack, &[event(PostUpgradeReapply, 2), BAD_HEADER_SEAL]);
        }
        let mut pack = pack.clone();
        pack.bytes[0x1FF] = 1;
        let reserved = (DamagedRecord, None, Some(0x1FF));
        assert_told(&pack, &[event(PostUpgradeReapply, 2), reserved]);
    }
}

#[test]
fn count_damaged_beside_a_post_upgrade_reapply_is_told_after_it() {
    for raises_count in [false, true] {
        let mut pack = used_40();
        spoil(&mut pack, raises_count);
        pack.put16(0x44, 0x0103);
        assert_told(&pack, &[event(PostUpgradeReapply, 2), (DamagedRecord, None, Some(0x44))]);
    }
}

#[test]
fn apply_damaged_before_an_out_of_order_reapply_is_told_after_it() {
    for offset in [0x204, 0x206, 0x208, 0x22B] {
        let mut pack = defective();
        pack.bytes[offset] ^= 8;
        let diagnosis = diagnose(&pack.bytes);
        let told = told(&diagnosis);
        assert_eq!(told[0], event(OutOfOrderReapply, 2), "{offset:#x}");
        assert!(told.contains(&bad_seal(0)), "{offset:#x}: {told:?}");
        assert!(told[1..].iter().all(|t| (t.0, t.1) == (DamagedRecord, Some(0))));
    }
}

#[test]
fn seal_of_the_apply_damaged_costs_the_next_event_and_no_more() {
    let mut pack = defective();
    pack.bytes[0x22C] ^= 1;
    assert_told(&pack, &[event(OutOfOrderReapply, 2), bad_seal(0), bad_seal(1)]);
}

#[test]
fn header_from_damaged_makes_no_reapply_out_of_order() {
    let mut pack = used_40();
    pack.put16(0x48, 20);
    assert_told(&pack, &[BAD_HEADER_SEAL]);
    let mut pack = defective();
    pack.put16(0x48, 20);
    assert_told(&pack, &[event(OutOfOrderReapply, 2), BAD_HEADER_SEAL]);
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
        assert_eq!(told(&diagnose(&pack.bytes))[0], event(OutOfOrderReapply, 1));
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
fn header_seal_over_a_post_upgrade_reapply_is_damage() {
    let mut pack = used_40();
    spoil(&mut pack, true);
    pack.seal_header();
    assert_told(&pack, &[event(PostUpgradeReapply, 2), BAD_HEADER_SEAL]);
}

#[test]
fn out_of_order_reapply_that_is_damaged_itself_is_only_damage() {
    let mut pack = defective();
    pack.put16(0x286, 21);
    assert_told(&pack, &[bad_seal(2)]);
}

#[test]
fn out_of_order_reapply_past_the_count_is_only_damage() {
    let mut pack = defective();
    pack.put16(0x44, 2);
    assert_told(&pack, &[BAD_HEADER_SEAL, (DamagedRecord, Some(2), Some(0x280))]);
}

#[test]
fn seal_before_a_post_upgrade_reapply_damaged_leaves_no_proof_of_it() {
    let mut pack = used_40();
    spoil(&mut pack, false);
    pack.bytes[0x26C] ^= 1;
    let codes: Vec<_> = diagnose(&pack.bytes).findings.iter().map(Finding::code).collect();
    assert!(codes.iter().all(|code| *code == DamagedRecord), "{codes:?}");
    let mut pack = used_40();
    spoil(&mut pack, false);
    pack.bytes[0x22C] ^= 1;
    let want = [event(PostUpgradeReapply, 2), bad_seal(0), bad_seal(1)];
    assert_told(&pack, &want);
}

#[test]
fn event_that_merely_reads_45_is_damage() {
    let mut counted = used_40();
    counted.put16(0x242, 0x0405);
    assert_told(&counted, &[bad_seal(1)]);
    let mut behind = used_40();
    let copy = behind.bytes[0x240..0x280].to_vec();
    behind.put(0x280, &copy);
    behind.put16(0x282, 0x0405);
    assert_told(&behind, &[(DamagedRecord, Some(2), Some(0x280))]);
}

#[test]
fn event_of_a_45_server_two_slots_behind_the_last_is_damage() {
    let mut pack = used_40();
    spoil(&mut pack, false);
    let event = pack.bytes[0x280..0x2C0].to_vec();
    pack.put(0x2C0, &event);
    pack.put(0x280, &[0; 64]);
    assert_told(&pack, &[(DamagedRecord, Some(3), Some(0x2C0))]);
}

#[test]
fn event_of_a_40_server_with_the_seal_of_a_45_one_is_damage() {
    for mut pack in [used_40(), used(issued(), Release::V40)] {
        pack.seal_event_with(1, b"4.5");
        pack.seal_header();
        assert_told(&pack, &[bad_seal(1)]);
    }
}

#[test]
fn event_of_a_45_server_with_the_seal_of_a_40_one_is_damage() {
    let mut pack = used_40();
    pack.put16(0x242, 0x0405);
    pack.seal_event_with(1, b"");
    pack.seal_header();
    assert_told(&pack, &[bad_seal(1)]);
    let mut pack = used(issued(), Release::V45);
    pack.seal_event_with(1, b"");
    pack.seal_header();
    assert_told(&pack, &[bad_seal(1)]);
}

#[test]
fn history_before_a_post_upgrade_reapply_is_judged_without_it() {
    for raises_count in [false, true] {
        let mut pack = used_40();
        pack.put16(0x46, 3);
        pack.seal_header();
        spoil(&mut pack, raises_count);
        let want = (FindingCode::InconsistentHistory, None, Some(0x46));
        assert_told(&pack, &[event(PostUpgradeReapply, 2), want]);
    }
}

#[test]
fn event_of_a_stranger_is_no_inconsistency_where_a_45_server_wrote_it() {
    for raises_count in [false, true] {
        let mut pack = used_40();
        let mut stranger = server(Release::V45, 9);
        stranger.licenses = 50;
        assert!(stranger.spoil(&mut pack, raises_count));
        assert_told(&pack, &[event(PostUpgradeReapply, 2)]);
    }
}

#[test]
fn pack_of_45_servers_is_never_post_upgrade() {
    for mut pack in [issued(), converted(&unused()), converted(&used_40())] {
        let mut server = server(Release::V45, 1);
        if pack.binding.is_none() {
            assert!(server.apply(&mut pack));
        }
        reapply(&mut pack, &mut server);
        let other = server.reapply(&mut pack);
        assert!(!other, "a 4.5 pack is left alone where the licenses are not its own");
        assert_told(&pack, &[]);
    }
}

#[test]
fn event_of_a_45_server_with_a_field_outside_its_rule_is_told_and_is_damage() {
    for raises_count in [false, true] {
        for (offset, byte) in [(0x280, 4), (0x296, b' '), (0x2A6, 1)] {
            let mut pack = used_40();
            spoil(&mut pack, raises_count);
            pack.put(offset, &[byte]);
            pack.seal_event(2);
            let damage = (DamagedRecord, Some(2), Some(offset));
            assert_told(&pack, &[event(PostUpgradeReapply, 2), damage]);
        }
    }
}

#[test]
fn event_of_a_45_server_that_is_not_the_last_makes_no_sound_pack() {
    for slot in 0..2 {
        let mut pack = used_40();
        pack.put16(slot_at(slot) + 2, 0x0405);
        pack.seal_event(slot);
        reapply(&mut pack, &mut server(Release::V40, 1));
        pack.seal_event(1);
        pack.seal_event(2);
        pack.seal_header();
        assert_eq!(diagnose(&pack.bytes).verdict, Verdict::Refused);
    }
}
