//! Random damage after random histories: it is noticed, and costs no more evidence than it touches.
//!
//! `ADDPACK_HISTORIES` raises their number; a failure names the seed of its history.

use crate::support::simulator::{
    Deed, EVENT_FIELDS, FIELDS_40, FIELDS_45, Format, Pack, Random, World, histories, slot_at,
};
use addpack::diagnosis::{Diagnosis, Finding, FindingCode, Verdict, diagnose};
use std::ops::Range;

/// How often something was seen that a test wants to see often.
#[derive(Debug, Default)]
struct Tally {
    damaged: usize,
    remnants: usize,
    kept: usize,
    lost: usize,
}

/// Asserts that changed bytes are not taken for sound ones.
fn assert_noticed(pack: &Pack, bytes: &[u8], tally: &mut Tally) -> Diagnosis {
    let diagnosis = diagnose(bytes);
    let is_header_whole = bytes[..512] == pack.bytes[..512];
    let are_remnants = pack.format == Format::Converted45 && pack.count() == 0 && is_header_whole;
    let want = if are_remnants { Verdict::UnfinishedConversion } else { Verdict::Refused };
    assert_eq!(diagnosis.verdict, want, "{:?}", diagnosis.findings);
    assert_eq!(diagnosis.findings.is_empty(), are_remnants);
    tally.damaged += usize::from(!are_remnants);
    tally.remnants += usize::from(are_remnants);
    diagnosis
}

/// Turns some packs into converted ones, so that these are damaged too.
fn convert_some(world: &mut World) {
    for number in 0..world.packs.len() {
        let at = world.any_time();
        let pack = &world.packs[number];
        let all_known = pack
            .log
            .iter()
            .all(|done| matches!(done.deed, Deed::Applied | Deed::Reapplied | Deed::Transferred));
        if pack.format == Format::V40 && all_known && world.random.one_in(2) {
            let converted = pack.converted(at);
            world.replace(number, converted);
        }
    }
    let steps = world.random.below(12);
    world.live(steps);
}

#[test]
fn up_to_eight_flipped_bits_never_pass_for_sound() {
    let mut tally = Tally::default();
    for seed in 0..histories(2_000) {
        let mut world = World::lived(seed);
        convert_some(&mut world);
        for _ in 0..8 {
            let pack = &world.packs[world.random.below(world.packs.len())];
            let mut bytes = pack.bytes.clone();
            // Half of the time where something stands, so that not only zero bytes are hit.
            let end = if world.random.one_in(2) { 2048 } else { slot_at(pack.log.len()) };
            for _ in 0..=world.random.below(8) {
                bytes[world.random.below(end)] ^= 1 << world.random.below(8);
            }
            if bytes != pack.bytes {
                assert_noticed(pack, &bytes, &mut tally);
            }
        }
    }
    assert!(tally.damaged > 10_000 && tally.remnants > 400, "{tally:?}");
}

/// A random field of the header or of an event, or a whole slot.
fn any_field(random: &mut Random, pack: &Pack) -> Range<usize> {
    let slot = slot_at(random.below((pack.log.len() + 1).min(24)));
    let (at, size) = match random.below(8) {
        0..4 if pack.format == Format::V40 => random.pick(&FIELDS_40),
        0..4 => random.pick(&FIELDS_45),
        4..7 => {
            let (at, size) = random.pick(&EVENT_FIELDS);
            (slot + at, size)
        }
        _ => (slot, 64),
    };
    at..at + size
}

/// Other bytes for a field: noise, all the same, a small number, or what stands in another slot.
fn overwrite(random: &mut Random, field: &mut [u8]) {
    match random.below(4) {
        0 => field.fill(0),
        1 => field.fill(0xFF),
        2 => {
            field.fill(0);
            field[0] = random.byte() % 32;
        }
        _ => field.fill_with(|| random.byte()),
    }
}

fn touch(a: &Range<usize>, b: Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// Whether the damaged `field` bears the evidence of the event in `slot`: the event itself, the seal
/// that it is chained to, or what says that there is such an event.
fn bears(pack: &Pack, field: &Range<usize>, slot: usize) -> bool {
    let previous = pack.previous_seal_at(slot);
    touch(field, slot_at(slot)..slot_at(slot + 1))
        || touch(field, previous..previous + 20)
        || touch(field, pack.map().count..pack.map().count + 2)
        || touch(field, 0..8)
}

/// Whether the damaged `field` leaves nothing that says which licenses a 4.0 pack restores: the apply
/// is chained to the identity seal, and the header's seal covers it.
fn hides_licenses(pack: &Pack, field: &Range<usize>) -> bool {
    let identity_seal = pack.previous_seal_at(0);
    touch(field, identity_seal..identity_seal + 20)
}

fn code_of(deed: Deed) -> Option<FindingCode> {
    match deed {
        Deed::PostUpgrade { .. } => Some(FindingCode::PostUpgradeReapply),
        Deed::OutOfOrder => Some(FindingCode::OutOfOrderReapply),
        Deed::Applied | Deed::Reapplied | Deed::Transferred => None,
    }
}

/// Asserts that no finding but damage was made up, and that none was lost whose evidence is whole.
fn assert_evidence(pack: &Pack, field: &Range<usize>, reported: &Diagnosis, tally: &mut Tally) {
    assert!(reported.findings.is_sorted_by_key(Finding::code), "in order of precedence");
    let truth: Vec<_> = pack.log.iter().map(|done| code_of(done.deed)).collect();
    let reported_damage = reported.findings.iter().any(|f| f.code() == FindingCode::DamagedRecord);
    for finding in reported.findings.iter().filter(|f| f.code() != FindingCode::DamagedRecord) {
        let slot = finding.slot.expect("an event's finding");
        assert_eq!(truth[slot], Some(finding.code()), "made up: {finding:?}");
    }
    for (slot, code) in truth.iter().enumerate() {
        let Some(code) = *code else { continue };
        let is_reported =
            reported.findings.iter().any(|f| f.code() == code && f.slot == Some(slot));
        // Post-upgrade events are known by standing last: one that is lost takes those before it.
        let last = if code == FindingCode::PostUpgradeReapply { truth.len() } else { slot + 1 };
        let is_known = code == FindingCode::PostUpgradeReapply || !hides_licenses(pack, field);
        let is_whole = is_known && (slot..last).all(|slot| !bears(pack, field, slot));
        assert!(is_reported || !is_whole, "lost: {code:?} in slot {slot}: {:?}", reported.findings);
        tally.kept += usize::from(is_reported);
        tally.lost += usize::from(!is_reported);
    }
    // A post-upgrade reapply may have raised the count, so another count is no damage there.
    let is_count = touch(field, pack.map().count..pack.map().count + 2);
    let is_sound_otherwise = reported.verdict == Verdict::UnfinishedConversion;
    assert!(reported_damage || is_sound_otherwise || (is_count && pack.is_spoilt()));
}

/// Whether a 4.5 server's event is wiped out that was not counted: no trace is left of it.
fn is_wiped_clean(pack: &Pack, field: &Range<usize>, bytes: &[u8]) -> bool {
    let uncounted = Deed::PostUpgrade { counted: false };
    let last = pack.log.last().filter(|done| done.deed == uncounted);
    let slot = slot_at(pack.count());
    last.is_some() && *field == (slot..slot + 64) && bytes[field.clone()] == [0; 64]
}

#[test]
fn overwritten_field_is_damage_and_hides_only_what_it_touches() {
    let mut tally = Tally::default();
    for seed in 0..histories(2_000) {
        let mut world = World::lived(seed);
        convert_some(&mut world);
        for _ in 0..8 {
            let pack = &world.packs[world.random.below(world.packs.len())];
            let field = any_field(&mut world.random, pack);
            let mut bytes = pack.bytes.clone();
            overwrite(&mut world.random, &mut bytes[field.clone()]);
            if bytes != pack.bytes && !is_wiped_clean(pack, &field, &bytes) {
                let diagnosis = assert_noticed(pack, &bytes, &mut tally);
                assert_evidence(pack, &field, &diagnosis, &mut tally);
            }
        }
    }
    assert!(tally.damaged > 8_000 && tally.remnants > 200, "{tally:?}");
    assert!(tally.kept > 800 && tally.lost > 200, "{tally:?}");
}

#[test]
fn bytes_that_are_no_record_never_panic() {
    for seed in 0..histories(2_000) {
        let mut random = Random::new(seed);
        let mut bytes = vec![0; 2048];
        bytes.fill_with(|| random.byte());
        assert_eq!(diagnose(&bytes).verdict, Verdict::Refused);
        let magic = random.pick(&[*b"SBSCAP40", *b"SBSCAP45"]);
        bytes[..8].copy_from_slice(&magic);
        assert_eq!(diagnose(&bytes).verdict, Verdict::Refused);
        let length = random.below(2048);
        assert_eq!(diagnose(&bytes[..length]).verdict, Verdict::Refused);
    }
}
