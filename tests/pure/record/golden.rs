//! The golden set: what an independent implementation says of the records in testdata/, bit for bit.

use crate::support::simulator::{sample, slot_at};
use crate::support::testdata;
use addpack::conversion::{convert, decide};
use addpack::diagnosis::{Diagnosis, Verdict, diagnose};
use addpack::record::Record;
use addpack::record::event::ServerVersion;
use addpack::record::fields::{Bytes, FileTime};
use serde_json::Value;
use std::collections::BTreeSet;

fn record(name: &str) -> Vec<u8> {
    std::fs::read(testdata("records").join(name)).unwrap()
}

fn expected() -> Value {
    serde_json::from_slice(&std::fs::read(testdata("expected.json")).unwrap()).unwrap()
}

fn outcome(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Convertible => "convertible",
        Verdict::AlreadyConverted => "already-converted",
        Verdict::UnfinishedConversion => "unfinished-conversion",
        Verdict::Issued45 => "issued-4.5",
        Verdict::Refused => "refused",
    }
}

fn codes(diagnosis: &Diagnosis) -> Vec<&'static str> {
    let mut codes: Vec<_> = diagnosis.findings.iter().map(|f| f.code().as_str()).collect();
    codes.dedup();
    codes
}

#[test]
fn every_golden_record_is_diagnosed_as_expected() {
    let expected = expected();
    let records = expected["records"].as_object().unwrap();
    assert_eq!(records.len(), 30);
    for (name, want) in records {
        let diagnosis = diagnose(&record(name));
        let version = diagnosis.record.as_ref().map(|record| record.version.as_str());
        assert_eq!(version, want["version"].as_str(), "{name}");
        assert_eq!(outcome(diagnosis.verdict), want["outcome"], "{name}");
        let want: Vec<_> =
            want["findings"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()).collect();
        assert_eq!(codes(&diagnosis), want, "{name}: {:#?}", diagnosis.findings);
    }
}

#[test]
fn every_convertible_golden_record_converts_to_the_expected_bytes() {
    let expected = expected();
    let at = FileTime::from_unix_seconds(expected["source_date_epoch"].as_i64().unwrap()).unwrap();
    let mut converted = BTreeSet::new();
    for (name, want) in expected["records"].as_object().unwrap() {
        let result = convert(&diagnose(&record(name)), at);
        assert_eq!(result.is_some(), want["outcome"] == "convertible", "{name}");
        if let Some(bytes) = result {
            assert!(bytes[..] == record(want["converts_to"].as_str().unwrap()), "{name}");
            assert_eq!(diagnose(&bytes).verdict, Verdict::AlreadyConverted, "{name}");
            converted.insert(name.clone());
        }
    }
    assert_eq!(converted.len(), 8);
}

#[test]
fn no_pack_is_converted_at_the_time_that_stands_for_none() {
    let diagnosis = diagnose(&record("unused-5.rec"));
    assert_eq!(convert(&diagnosis, FileTime(0)), None);
    assert_eq!(decide(&diagnosis, FileTime(0)), None);
    assert!(convert(&diagnosis, FileTime(1)).is_some());
}

#[test]
fn clock_that_ran_backwards_is_reported_without_a_finding() {
    assert!(diagnose(&record("clock-ran-backwards.rec")).clock_ran_backwards());
    assert!(!diagnose(&record("reapplied-in-order.rec")).clock_ran_backwards());
    // Two events at the same time are in order.
    let mut pack = sample::used_40();
    let first = pack.bytes[slot_at(0) + 8..][..8].to_vec();
    pack.put(slot_at(1) + 8, &first);
    pack.reseal();
    assert!(!diagnose(&pack.bytes).clock_ran_backwards());
}

/// Golden records of which each single-bit flip and each lost sector must be noticed.
const SOUND: [&str; 4] = ["unused-5.rec", "transferred.rec", "full-history.rec", "converted.rec"];

/// What a changed record may never be called; `converted.rec` has no events, so bytes in its event
/// area are the remnants of an unfinished conversion, by the format.
fn assert_noticed(name: &str, offset: usize, changed: &[u8]) {
    let verdict = diagnose(changed).verdict;
    let remnants = name == "converted.rec" && offset >= 0x200;
    let want = if remnants { Verdict::UnfinishedConversion } else { Verdict::Refused };
    assert_eq!(verdict, want, "{name}: byte {offset:#x}");
}

#[test]
fn every_single_bit_flip_is_noticed() {
    for name in SOUND {
        let sound = record(name);
        for bit in 0..sound.len() * 8 {
            let mut changed = sound.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_noticed(name, bit / 8, &changed);
        }
    }
}

#[test]
fn every_lost_sector_is_noticed() {
    for name in SOUND {
        let sound = record(name);
        for sector in 0..4 {
            let neighbour = sound[(sector + 1) % 4 * 512..][..512].to_vec();
            for content in [vec![0; 512], vec![0xF6; 512], neighbour] {
                let mut changed = sound.clone();
                changed[sector * 512..][..512].copy_from_slice(&content);
                if changed != sound {
                    assert_noticed(name, sector * 512, &changed);
                }
            }
        }
    }
}

#[test]
fn record_keeps_the_bytes_that_it_was_parsed_from() {
    let bytes = record("transferred.rec");
    assert_eq!(Record::parse(&bytes).unwrap().bytes()[..], bytes);
}

#[test]
fn versions_and_bytes_have_their_spelling() {
    let versions = [ServerVersion::V40, ServerVersion::V40a, ServerVersion::V45];
    assert_eq!(versions.map(ServerVersion::as_str), ["4.0", "4.0a", "4.5"]);
    assert_eq!(Bytes([0x0F, 0xA0]).to_hex(), "0fa0");
}
