//! A record is of unknown layout only where nothing shows this project's: it may be a genuine diskette's.

use crate::support::simulator::sample::{
    bound_after_conversion, converted_and_reapplied, defective, full, issued, moved_45, unused,
    used_40, used_45,
};
use crate::support::simulator::{Pack, Random};
use addpack::diagnosis::{FindingCode, FindingKind, Verdict, diagnose};
use addpack::record::has_unknown_layout;

/// Bytes as a stranger's program may have written them.
fn strange(seed: u64, length: usize) -> Vec<u8> {
    let mut random = Random::new(seed);
    (0..length).map(|_| random.byte()).collect()
}

/// Whether the diagnosis says so, which must be what the function says.
#[track_caller]
fn is_unknown(bytes: &[u8]) -> bool {
    let diagnosis = diagnose(bytes);
    assert_eq!(diagnosis.verdict, Verdict::Refused);
    assert_eq!(diagnosis.findings[0].code(), FindingCode::DamagedRecord);
    let is_unknown = diagnosis.findings[0].kind == FindingKind::UnknownLayout;
    assert_eq!(is_unknown, has_unknown_layout(&bytes[..bytes.len().min(2048)]));
    is_unknown
}

/// These bytes with others from an offset on.
fn with(mut bytes: Vec<u8>, at: usize, others: &[u8]) -> Vec<u8> {
    bytes[at..at + others.len()].copy_from_slice(others);
    bytes
}

#[test]
fn bytes_in_which_nothing_is_as_in_a_record_have_an_unknown_layout() {
    for seed in 0..500 {
        assert!(is_unknown(&strange(seed, 2048)), "{seed}");
    }
    let text = b"Microsoft Client Add Pack 5 SBS\r\n".repeat(63);
    assert!(is_unknown(&text[..2048]));
    let sparse = with(vec![0; 2048], 0, b"MSSBSLIC\x01\0\0\0\x05\0\0\0");
    assert!(is_unknown(&sparse));
}

#[test]
fn half_of_a_magic_is_damage_and_less_than_half_is_not() {
    for magic in [b"SBSCAP40", b"SBSCAP45"] {
        for kept in 0..=255_u8 {
            let start: Vec<_> =
                (0..8).map(|at| if kept >> at & 1 == 1 { magic[at] } else { 1 }).collect();
            // The magics differ in one byte only, so that no other one has more in common.
            let bytes = with(strange(1, 2048), 0, &start);
            if kept != 255 {
                assert_eq!(is_unknown(&bytes), kept.count_ones() < 4, "{start:?}");
            }
        }
    }
}

#[test]
fn first_sector_of_equal_bytes_is_lost_and_damage() {
    for byte in [0x00, 0xF6, 0xE5, 0xFF, b'S'] {
        assert!(!is_unknown(&with(strange(1, 2048), 0, &[byte; 512])), "{byte:02X}");
        assert!(!is_unknown(&[byte; 2048]), "{byte:02X}");
        assert!(!is_unknown(&[byte; 100]), "{byte:02X}");
    }
    assert!(!is_unknown(&[]));
}

#[test]
fn what_else_a_header_shows_is_damage_under_any_magic() {
    for (at, part) in [(0x008, &b"\x01\0\0\x08"[..]), (0x00C, b"12345-270-0000017-00012\0")] {
        assert!(!is_unknown(&with(strange(1, 2048), at, part)), "{part:?}");
        assert!(is_unknown(&with(strange(1, 2048), at + 1, part)), "{part:?}");
    }
    for pack in [unused(), issued(), bound_after_conversion()] {
        assert!(!is_unknown(&with(pack.bytes, 0, b"\xD1\xD2\xD3\xD4\xD5\xD6\xD7\xD8")));
    }
}

/// The pack after something has written its own bytes over the first sector.
fn without_first_sector(pack: &Pack) -> Vec<u8> {
    with(pack.bytes.clone(), 0, &strange(2, 512))
}

#[test]
fn record_whose_first_sector_is_lost_is_damaged_as_long_as_an_event_is_there() {
    for pack in
        [used_40(), used_45(), moved_45(), defective(), converted_and_reapplied(), full(unused())]
    {
        let lost = without_first_sector(&pack);
        assert!(!is_unknown(&lost));
        let last = 0x200 + (pack.log.len().min(24) - 1) * 64;
        let only_last = with(lost, 0x200, &strange(3, last - 0x200));
        assert!(pack.log.len() < 2 || !is_unknown(&only_last));
    }
    for unused in [unused(), issued(), bound_after_conversion()] {
        assert!(is_unknown(&without_first_sector(&unused)), "nothing of it is left");
    }
}

#[test]
fn record_whose_sectors_are_in_another_order_is_damaged() {
    for pack in [unused(), issued(), used_40(), full(unused())] {
        for by in 1..4 {
            let mut bytes = with(pack.bytes.clone(), 1500, &strange(6, 548));
            bytes.rotate_right(by * 512);
            assert!(!is_unknown(&bytes), "{by}");
        }
    }
}

#[test]
fn event_shows_a_record_only_where_each_of_its_fields_keeps_its_rule() {
    let pack = used_40();
    let one = with(strange(4, 2048), 0x3C0, &pack.bytes[0x200..0x240]);
    assert!(!is_unknown(&one));
    // Kind, version, address, name, zero bytes; the seal tells nothing without those before it.
    for (at, bytes) in
        [(0, &b"\x04\0"[..]), (2, b"\x02\x04"), (16, &[0; 6]), (22, b"\0"), (43, b"\x01")]
    {
        assert!(is_unknown(&with(one.clone(), 0x3C0 + at, bytes)), "{at}");
    }
    assert!(!is_unknown(&with(one, 0x3C0 + 44, &[7; 20])));
}

#[test]
fn first_sector_that_a_power_cut_tore_is_damage_at_each_length() {
    for old in [unused(), used_40()] {
        let new = old.converted(125_500_000_000_000_000);
        for length in 1..512 {
            let torn = with(old.bytes.clone(), 0, &new.bytes[..length]);
            if torn != old.bytes && torn[..512] != new.bytes[..512] {
                assert!(!is_unknown(&torn), "{length}");
            }
        }
    }
}

#[test]
fn record_of_another_length_is_damaged_and_a_strange_file_of_any_length_unknown() {
    for length in [1, 8, 100, 512, 1000, 2047, 2049, 5000] {
        assert!(is_unknown(&strange(5, length.max(2))), "{length}");
        let mut ours = used_40().bytes;
        ours.resize(length.max(8), 0);
        assert!(!is_unknown(&ours), "{length}");
    }
    let findings = diagnose(&strange(5, 512)).findings;
    assert_eq!(findings.len(), 2, "the length is a finding as before: {findings:?}");
}
