//! Events that a 4.5 server wrote into a 4.0 record, and what only looks like one.

use super::reapplies::{BAD_HEADER_SEAL, assert_found, bad_seal, event};
use crate::support::simulator::sample::{
    converted, defective, issued, reapply, server, spoil, unused, used, used_40,
};
use crate::support::simulator::{Pack, Release, slot_at};
use FindingCode::{DamagedRecord, OutOfOrderReapply, PostUpgradeReapply};
use addpack::diagnosis::{Finding, FindingCode, Verdict, diagnose};

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
fn post_upgrade_reapply_is_found_in_every_slot_up_to_the_last() {
    for count in 1..24 {
        for raises_count in [false, true] {
            let mut pack = with_events(count);
            spoil(&mut pack, raises_count);
            let diagnosis = assert_found(&pack, &[event(PostUpgradeReapply, count)]);
            assert_eq!(diagnosis.shown_events(), 0..count + 1);
        }
    }
}

#[test]
fn post_upgrade_reapply_of_an_unused_pack_is_found() {
    for raises_count in [false, true] {
        let mut pack = unused();
        spoil(&mut pack, raises_count);
        assert_found(&pack, &[event(PostUpgradeReapply, 0)]);
    }
}

#[test]
fn post_upgrade_reapply_after_an_out_of_order_one_is_found_before_it() {
    for raises_count in [false, true] {
        let mut pack = defective();
        spoil(&mut pack, raises_count);
        let want = [event(PostUpgradeReapply, 3), event(OutOfOrderReapply, 2)];
        let diagnosis = assert_found(&pack, &want);
        assert_eq!((diagnosis.history, diagnosis.post_upgrade), (0..3, 3..4));
    }
}

#[test]
fn post_upgrade_reapply_that_was_not_counted_is_written_over_by_the_next() {
    for raises_count in [false, true] {
        let mut pack = used_40();
        spoil(&mut pack, false);
        spoil(&mut pack, raises_count);
        assert_found(&pack, &[event(PostUpgradeReapply, 2)]);
    }
}

#[test]
fn post_upgrade_reapplies_that_were_counted_are_all_found() {
    for raises_count in [false, true] {
        let mut pack = used_40();
        spoil(&mut pack, true);
        spoil(&mut pack, true);
        spoil(&mut pack, raises_count);
        assert_found(&pack, &[2, 3, 4].map(|slot| event(PostUpgradeReapply, slot)));
    }
}

#[test]
fn header_damaged_beside_a_post_upgrade_reapply_is_found_after_it() {
    for raises_count in [false, true] {
        let mut pack = used_40();
        spoil(&mut pack, raises_count);
        for offset in [0x48, 0x4A, 0x50, 0x70] {
            let mut pack = pack.clone();
            pack.bytes[offset] ^= 4;
            assert_found(&pack, &[event(PostUpgradeReapply, 2), BAD_HEADER_SEAL]);
        }
        let mut pack = pack.clone();
        pack.bytes[0x1FF] = 1;
        let reserved = (DamagedRecord, None, Some(0x1FF));
        assert_found(&pack, &[event(PostUpgradeReapply, 2), reserved]);
    }
}

#[test]
fn count_damaged_beside_a_post_upgrade_reapply_is_found_after_it() {
    for raises_count in [false, true] {
        let mut pack = used_40();
        spoil(&mut pack, raises_count);
        pack.put16(0x44, 0x0103);
        assert_found(&pack, &[event(PostUpgradeReapply, 2), (DamagedRecord, None, Some(0x44))]);
    }
}

#[test]
fn header_seal_over_a_post_upgrade_reapply_is_damage() {
    let mut pack = used_40();
    spoil(&mut pack, true);
    pack.seal_header();
    assert_found(&pack, &[event(PostUpgradeReapply, 2), BAD_HEADER_SEAL]);
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
    assert_found(&pack, &want);
}

#[test]
fn event_that_merely_reads_45_is_damage() {
    let mut counted = used_40();
    counted.put16(0x242, 0x0405);
    assert_found(&counted, &[bad_seal(1)]);
    let mut behind = used_40();
    let copy = behind.bytes[0x240..0x280].to_vec();
    behind.put(0x280, &copy);
    behind.put16(0x282, 0x0405);
    assert_found(&behind, &[(DamagedRecord, Some(2), Some(0x280))]);
}

#[test]
fn event_of_a_45_server_two_slots_behind_the_last_is_damage() {
    let mut pack = used_40();
    spoil(&mut pack, false);
    let event = pack.bytes[0x280..0x2C0].to_vec();
    pack.put(0x2C0, &event);
    pack.put(0x280, &[0; 64]);
    assert_found(&pack, &[(DamagedRecord, Some(3), Some(0x2C0))]);
}

#[test]
fn event_of_a_40_server_with_the_seal_of_a_45_one_is_damage() {
    for mut pack in [used_40(), used(issued(), Release::V40)] {
        pack.seal_event_with(1, b"4.5");
        pack.seal_header();
        assert_found(&pack, &[bad_seal(1)]);
    }
}

#[test]
fn event_of_a_45_server_with_the_seal_of_a_40_one_is_damage() {
    let mut pack = used_40();
    pack.put16(0x242, 0x0405);
    pack.seal_event_with(1, b"");
    pack.seal_header();
    assert_found(&pack, &[bad_seal(1)]);
    let mut pack = used(issued(), Release::V45);
    pack.seal_event_with(1, b"");
    pack.seal_header();
    assert_found(&pack, &[bad_seal(1)]);
}

#[test]
fn history_before_a_post_upgrade_reapply_is_judged_without_it() {
    for raises_count in [false, true] {
        let mut pack = used_40();
        pack.put16(0x46, 3);
        pack.seal_header();
        spoil(&mut pack, raises_count);
        let want = (FindingCode::InconsistentHistory, None, Some(0x46));
        assert_found(&pack, &[event(PostUpgradeReapply, 2), want]);
    }
}

#[test]
fn event_of_a_stranger_is_no_inconsistency_where_a_45_server_wrote_it() {
    for raises_count in [false, true] {
        let mut pack = used_40();
        let mut stranger = server(Release::V45, 9);
        stranger.licenses = 50;
        assert!(stranger.spoil(&mut pack, raises_count));
        assert_found(&pack, &[event(PostUpgradeReapply, 2)]);
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
        assert_found(&pack, &[]);
    }
}

#[test]
fn event_of_a_45_server_with_a_field_outside_its_rule_is_found_and_is_damage() {
    for raises_count in [false, true] {
        for (offset, byte) in [(0x280, 4), (0x296, b' '), (0x2A6, 1)] {
            let mut pack = used_40();
            spoil(&mut pack, raises_count);
            pack.put(offset, &[byte]);
            pack.seal_event(2);
            let damage = (DamagedRecord, Some(2), Some(offset));
            assert_found(&pack, &[event(PostUpgradeReapply, 2), damage]);
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
