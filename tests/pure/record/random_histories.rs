//! Random histories: what simulated servers did with a pack is what its diagnosis says, exactly.
//!
//! `ADDPACK_HISTORIES` raises their number; a failure names the seed of its history.

use crate::support::simulator::{Deed, Event, Format, Pack, World, digest, histories, slot_at};
use addpack::conversion::convert;
use addpack::diagnosis::{Diagnosis, Finding, FindingKind, Value, Verdict, diagnose};
use addpack::record::event::Event as FoundEvent;
use addpack::record::fields::FileTime;
use std::collections::BTreeMap;

/// How often each outcome was seen.
type Tally = BTreeMap<&'static str, usize>;

fn is_spoilt(deed: Deed) -> bool {
    matches!(deed, Deed::PostUpgrade { .. })
}

/// Slots of the events that `wanted` says yes to.
fn slots(pack: &Pack, wanted: fn(Deed) -> bool) -> Vec<usize> {
    let log = pack.log.iter().enumerate();
    log.filter(|(_, done)| wanted(done.deed)).map(|(slot, _)| slot).collect()
}

fn is_the_event(found: &FoundEvent, done: &Event) -> bool {
    found.kind == done.kind
        && found.server_version == done.version
        && (found.from, found.to, found.at.0) == (done.from, done.to, done.at)
        && found.server.address.0 == done.server.address
        && found.server.name_text() == Some(&*done.server.name)
}

/// Asserts that a finding is the one of the event in `slot`, with all its evidence.
fn assert_finding_reports(finding: &Finding, pack: &Pack, slot: usize) {
    assert_eq!(finding.slot, Some(slot));
    assert_eq!(finding.offset, Some(slot_at(slot)));
    let done = &pack.log[slot];
    match &finding.kind {
        FindingKind::PostUpgrade(event) => {
            assert!(is_spoilt(done.deed), "{done:?}");
            assert!(is_the_event(event, &done.event), "{event:?}, and truly {done:?}");
        }
        FindingKind::OutOfOrder { event, from, to } => {
            let truth = pack.binding.as_ref().expect("a bound pack");
            assert_eq!(done.deed, Deed::OutOfOrder);
            assert!(is_the_event(event, &done.event), "{event:?}, and truly {done:?}");
            assert_eq!((*from, *to), (truth.from, truth.to));
            assert_eq!(finding.expected, Value::Number(truth.from.into()));
            assert_eq!(finding.found, Value::Number(done.event.from.into()));
        }
        other => panic!("{other:?} where truly {done:?}"),
    }
}

fn expected_verdict(pack: &Pack, findings: usize) -> Verdict {
    match pack.format {
        _ if findings > 0 => Verdict::Refused,
        Format::V40 => Verdict::Convertible,
        Format::Issued45 => Verdict::Issued45,
        Format::Converted45 => Verdict::AlreadyConverted,
    }
}

/// Asserts that the diagnosis of a pack says what was done with it, no less and no more.
fn assert_diagnosed(pack: &Pack, tally: &mut Tally) -> Diagnosis {
    let diagnosis = diagnose(&pack.bytes);
    let spoilt = slots(pack, is_spoilt);
    let out_of_order = slots(pack, |deed| deed == Deed::OutOfOrder);
    let codes: Vec<_> = diagnosis.findings.iter().map(|f| f.code().as_str()).collect();
    let mut expected = vec!["post-upgrade-reapply"; spoilt.len()];
    expected.resize(spoilt.len() + out_of_order.len(), "out-of-order-reapply");
    assert_eq!(codes, expected, "{:?}", diagnosis.findings);
    for (finding, slot) in diagnosis.findings.iter().zip(spoilt.iter().chain(&out_of_order)) {
        assert_finding_reports(finding, pack, *slot);
    }
    assert_eq!(diagnosis.verdict, expected_verdict(pack, expected.len()));
    assert_events_shown(&diagnosis, pack, spoilt.len());
    count_outcome(pack, (spoilt.len(), out_of_order.len()), tally);
    diagnosis
}

fn assert_events_shown(diagnosis: &Diagnosis, pack: &Pack, spoilt: usize) {
    let (own, all) = (pack.log.len() - spoilt, pack.log.len());
    assert_eq!(diagnosis.shown_events(), 0..all);
    assert_eq!(diagnosis.history, 0..own);
    assert_eq!(diagnosis.post_upgrade, own..all);
    let record = diagnosis.record.as_ref().expect("a record");
    for (found, done) in record.events[diagnosis.shown_events()].iter().zip(&pack.log) {
        assert!(is_the_event(found, &done.event), "{found:?}, and truly {done:?}");
    }
    let backwards = pack.log.windows(2).any(|pair| pair[1].event.at < pair[0].event.at);
    assert_eq!(diagnosis.clock_ran_backwards(), backwards);
}

fn count_outcome(pack: &Pack, findings: (usize, usize), tally: &mut Tally) {
    let mut count = |outcome| *tally.entry(outcome).or_default() += 1;
    let uncounted = Deed::PostUpgrade { counted: false };
    match (pack.format, findings) {
        (Format::V40, (0, 0)) if pack.log.is_empty() => count("convertible, unused"),
        (Format::V40, (0, 0)) => count("convertible, with events"),
        (Format::V40, (0, 1)) => count("out of order"),
        (Format::V40, (0, _)) => count("out of order, more than once"),
        (Format::V40, (1, 0)) if pack.log.len() == 1 => count("post-upgrade, unused before"),
        (Format::V40, (1, 0)) if pack.log.last().is_some_and(|done| done.deed == uncounted) => {
            count("post-upgrade, not counted");
        }
        (Format::V40, (1, 0)) => count("post-upgrade, counted"),
        (Format::V40, (_, 0)) => count("post-upgrade, more than once"),
        (Format::V40, _) => count("both"),
        (Format::Issued45, _) if pack.log.is_empty() => count("issued 4.5, unused"),
        (Format::Issued45, _) => count("issued 4.5, with events"),
        (Format::Converted45, _) if pack.log.is_empty() => count("converted, no events"),
        (Format::Converted45, _) => count("converted, with later events"),
    }
    let mut count_if = |is, what| *tally.entry(what).or_default() += usize::from(is);
    let sound = findings == (0, 0);
    let did = |deed| pack.log.iter().any(|done| done.deed == deed);
    let versions = |version| pack.log.iter().any(|done| done.event.version == version);
    let backwards = pack.log.windows(2).any(|pair| pair[1].event.at < pair[0].event.at);
    let is_40 = pack.format == Format::V40;
    count_if(sound && is_40 && did(Deed::Reapplied), "4.0, reapplied in order");
    count_if(sound && is_40 && did(Deed::Transferred), "4.0, transferred");
    count_if(sound && !is_40 && did(Deed::Reapplied), "4.5, reapplied in order");
    count_if(sound && !is_40 && did(Deed::Transferred), "4.5, transferred");
    count_if(sound && !is_40 && versions(0x0405) && versions(0x0400), "4.5, on both versions");
    count_if(sound && backwards, "sound, and the clock ran backwards");
    count_if(pack.log.len() == 24, "all slots used");
}

/// Asserts that a convertible pack becomes just the 4.5 pack that FORMAT.md says.
fn assert_converts(pack: &Pack, diagnosis: &Diagnosis, at: u64, tally: &mut Tally) -> Pack {
    let bytes = convert(diagnosis, FileTime(at)).expect("convertible");
    let converted = pack.converted(at);
    assert_eq!(bytes[0x000..0x008], *b"SBSCAP45");
    assert_eq!(bytes[0x00C..0x023], *pack.serial.as_bytes());
    assert_eq!(bytes[0x024..0x026], pack.licenses.to_le_bytes());
    assert_eq!(bytes[0x026..0x028], [1, 0]);
    assert_eq!(bytes[0x028..0x030], pack.made_at.to_le_bytes());
    assert_eq!(bytes[0x030..0x038], at.to_le_bytes());
    assert_eq!(bytes[0x038..0x04C], digest(&[&pack.bytes]));
    assert_eq!(bytes[0x064..0x068], [0, 0, u8::from(pack.binding.is_some()), 0]);
    if let Some(binding) = &pack.binding {
        assert_eq!(bytes[0x068..0x06A], binding.from.to_le_bytes());
        assert_eq!(bytes[0x06A..0x06C], binding.to.to_le_bytes());
        assert_eq!(bytes[0x06C..0x072], binding.server.address);
        assert_eq!(bytes[0x072..0x082], binding.server.padded_name());
    } else {
        assert_eq!(bytes[0x068..0x082], [0; 26]);
    }
    assert!(bytes[..] == converted.bytes, "a byte differs from the simulator's");
    let again = assert_diagnosed(&converted, tally);
    assert_eq!(convert(&again, FileTime(at)), None);
    converted
}

/// Asserts that a conversion cut off after the commit is recognised, whatever was cleaned up.
fn assert_unfinished_is_diagnosed(old: &Pack, new: &Pack) {
    for cleaned in 0..8 {
        let mut bytes = old.bytes.clone();
        bytes[..512].copy_from_slice(&new.bytes[..512]);
        for sector in (1..4).filter(|sector| cleaned >> (sector - 1) & 1 == 1) {
            bytes[sector * 512..][..512].fill(0);
        }
        let is_whole = bytes == new.bytes;
        let want = if is_whole { Verdict::AlreadyConverted } else { Verdict::UnfinishedConversion };
        let diagnosis = diagnose(&bytes);
        assert_eq!(diagnosis.verdict, want, "{:?}", diagnosis.findings);
        assert_eq!(diagnosis.findings, []);
        assert_eq!(diagnosis.shown_events(), 0..0);
    }
}

/// Lives through one history, converts what can be converted, and goes on with it.
fn live_through(seed: u64, tally: &mut Tally) {
    let mut world = World::lived(seed);
    for number in 0..world.packs.len() {
        let at = world.any_time();
        let pack = &world.packs[number];
        let diagnosis = assert_diagnosed(pack, tally);
        if diagnosis.verdict == Verdict::Convertible {
            let converted = assert_converts(pack, &diagnosis, at, tally);
            assert_unfinished_is_diagnosed(pack, &converted);
            world.replace(number, converted);
        } else {
            assert_eq!(convert(&diagnosis, FileTime(at)), None);
        }
    }
    world.live(16);
    for pack in &world.packs {
        assert_diagnosed(pack, tally);
    }
}

const OUTCOMES: [&str; 21] = [
    "convertible, unused",
    "convertible, with events",
    "out of order",
    "out of order, more than once",
    "post-upgrade, unused before",
    "post-upgrade, not counted",
    "post-upgrade, counted",
    "post-upgrade, more than once",
    "both",
    "issued 4.5, unused",
    "issued 4.5, with events",
    "converted, no events",
    "converted, with later events",
    "4.0, reapplied in order",
    "4.0, transferred",
    "4.5, reapplied in order",
    "4.5, transferred",
    "4.5, on both versions",
    "sound, and the clock ran backwards",
    "all slots used",
    "histories",
];

#[test]
fn every_random_history_is_diagnosed_as_it_was() {
    let histories = histories(2_500);
    let mut tally = Tally::new();
    for seed in 0..histories {
        live_through(seed, &mut tally);
        *tally.entry("histories").or_default() += 1;
    }
    let least = usize::try_from(histories / 50).expect("64 bits");
    for outcome in OUTCOMES {
        let times = tally.get(outcome).copied().unwrap_or_default();
        assert!(times >= least, "{outcome}: {times} of {least} at least: {tally:#?}");
    }
}
