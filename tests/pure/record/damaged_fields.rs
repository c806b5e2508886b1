//! Fields outside their rules and reserved bytes that are not zero, each with all seals renewed:
//! damage at exactly that offset, even where every seal verifies.

use crate::support::simulator::sample::{
    bound_after_conversion, converted_and_reapplied, full, issued, reapply, server, unused,
    used_40, used_45, used_after_conversion,
};
use crate::support::simulator::{Pack, Release};
use addpack::diagnosis::{Finding, FindingCode, Verdict, diagnose};

/// Asserts that a pack with these bytes at an offset, and new seals, is damaged there and only
/// there. A field's rule and the history's may be broken at once.
fn assert_damaged_at(pack: &Pack, (offset, bytes): (usize, &[u8]), damage_at: usize) {
    assert_eq!(diagnose(&pack.bytes).findings, [], "before");
    let mut pack = pack.clone();
    pack.put(offset, bytes);
    pack.reseal();
    // Where a seal covers it, the change may stand in what is sealed, but never in a seal.
    assert_eq!(pack.bytes[offset..offset + bytes.len()], *bytes, "written over by a seal");
    let diagnosis = diagnose(&pack.bytes);
    let (damage, others): (Vec<_>, Vec<_>) =
        diagnosis.findings.iter().partition(|f| f.code() == FindingCode::DamagedRecord);
    let offsets: Vec<_> = damage.iter().map(|finding| finding.offset).collect();
    assert_eq!(offsets, [Some(damage_at)], "{offset:#x} {bytes:x?}: {damage:#?}");
    assert!(
        others.iter().all(|finding| finding.code() == FindingCode::InconsistentHistory),
        "{offset:#x} {bytes:x?}: {others:#?}"
    );
    assert_eq!(diagnosis.verdict, Verdict::Refused);
    if offset >= 0x200 {
        let slot = (offset - 0x200) / 64;
        assert!(damage.iter().all(|finding| finding.slot == Some(slot)));
    }
}

/// Sets each byte of reserved areas, from their starts to their ends, in turn.
fn assert_reserved(pack: &Pack, areas: &[(usize, usize)]) {
    for offset in areas.iter().flat_map(|&(start, end)| start..end) {
        for byte in [0x01, 0x80] {
            assert_damaged_at(pack, (offset, &[byte]), offset);
        }
    }
}

/// A field of 16 bytes that starts with `text`.
fn name(text: &[u8]) -> [u8; 16] {
    let mut field = [0; 16];
    field[..text.len()].copy_from_slice(text);
    field
}

/// Names that break the rule: empty, blank, a character past 0x7E, text behind the end, no end.
const BAD_NAMES: [&[u8]; 8] =
    [b"", b"A B", b" A", b"A\x7F", b"\xC4RGER", b"A\0B", b"\0A", b"ABCDEFGHIJKLMNOP"];

#[test]
fn fields_of_the_identity_outside_their_rules_are_damage_there() {
    let unused = unused();
    for pack in [&unused, &issued()] {
        for value in [0, 2, 0x0100, u16::MAX] {
            assert_damaged_at(pack, (0x008, &value.to_le_bytes()), 0x008);
        }
        for value in [0, 512, 2047, 2049, 0x0008] {
            assert_damaged_at(pack, (0x00A, &u16::to_le_bytes(value)), 0x00A);
        }
        for (offset, byte) in [(0x00C, b'A'), (0x011, b'0'), (0x015, b' '), (0x01D, 0), (0x022, 0)]
        {
            assert_damaged_at(pack, (offset, &[byte]), 0x00C);
        }
        assert_damaged_at(pack, (0x023, b"0"), 0x00C);
        assert_damaged_at(pack, (0x00C, &[0; 24]), 0x00C);
        for value in [0, 1, 4, 6, 10, 25, 0x0500, u16::MAX] {
            assert_damaged_at(pack, (0x024, &value.to_le_bytes()), 0x024);
        }
        assert_damaged_at(pack, (0x028, &[0; 8]), 0x028);
    }
}

#[test]
fn fields_of_the_origin_outside_their_rules_are_damage_there() {
    for value in [2_u16, 0x0100, u16::MAX] {
        assert_damaged_at(&issued(), (0x026, &value.to_le_bytes()), 0x026);
        assert_damaged_at(&used_45(), (0x026, &value.to_le_bytes()), 0x026);
        assert_damaged_at(&bound_after_conversion(), (0x026, &value.to_le_bytes()), 0x026);
    }
    for offset in 0x030..0x04C {
        let field = if offset < 0x038 { 0x030 } else { 0x038 };
        assert_damaged_at(&issued(), (offset, &[1]), field);
    }
}

#[test]
fn reserved_bytes_of_a_header_are_damage_where_they_are_not_zero() {
    let areas_40 = [(0x026, 0x028), (0x04C, 0x050), (0x066, 0x070), (0x084, 0x200)];
    for pack in [unused(), used_40()] {
        assert_reserved(&pack, &areas_40);
    }
    let areas_45 = [(0x04C, 0x050), (0x082, 0x084), (0x098, 0x200)];
    for pack in [issued(), used_45(), bound_after_conversion(), converted_and_reapplied()] {
        assert_reserved(&pack, &areas_45);
    }
}

#[test]
fn reserved_bytes_of_events_and_unused_slots_are_damage_where_they_are_not_zero() {
    let in_events = [(0x226, 0x22C), (0x266, 0x26C)];
    let behind = [(0x280, 0x2C0), (0x7C0, 0x800)];
    for pack in [used_40(), used_45(), used_after_conversion()] {
        assert_reserved(&pack, &in_events);
        assert_reserved(&pack, &behind);
    }
    for pack in [unused(), issued()] {
        assert_reserved(&pack, &[(0x200, 0x240), (0x7C0, 0x800)]);
    }
    assert_reserved(&converted_and_reapplied(), &[(0x226, 0x22C), (0x240, 0x280)]);
}

#[test]
fn event_count_past_24_is_damage_there() {
    for (pack, at) in [(full(unused()), 0x44), (full(issued()), 0x64)] {
        for count in [25_u16, 255, 0x1800, u16::MAX] {
            assert_damaged_at(&pack, (at, &count.to_le_bytes()), at);
        }
    }
}

#[test]
fn unknown_status_bits_are_damage_there() {
    for (pack, at, known) in [(used_40(), 0x46, 2), (used_45(), 0x66, 1), (issued(), 0x66, 1)] {
        let status = pack.get16(at);
        for bit in known..16 {
            assert_damaged_at(&pack, (at, &(status | 1 << bit).to_le_bytes()), at);
        }
    }
}

#[test]
fn binding_of_an_unbound_pack_is_damage_there() {
    for (pack, from) in [(unused(), 0x048), (issued(), 0x068)] {
        assert_damaged_at(&pack, (from, &[5, 0]), from);
        assert_damaged_at(&pack, (from + 2, &[0, 1]), from + 2);
        let address = pack.map().address;
        assert_damaged_at(&pack, (address, &[0, 0xA0]), address + 1);
        assert_damaged_at(&pack, (pack.map().name, b"A"), pack.map().name);
        assert_damaged_at(&pack, (pack.map().name + 15, b"A"), pack.map().name + 15);
    }
}

#[test]
fn server_outside_its_rule_is_damage_in_the_header_and_in_each_event() {
    for pack in [used_40(), used_45(), converted_and_reapplied()] {
        let events = (0..pack.count()).map(|slot| 0x210 + slot * 64);
        for address in events.chain([pack.map().address]) {
            assert_damaged_at(&pack, (address, &[0; 6]), address);
            for bad in BAD_NAMES {
                assert_damaged_at(&pack, (address + 6, &name(bad)), address + 6);
            }
        }
    }
}

#[test]
fn unknown_kind_or_server_version_of_an_event_is_damage_there() {
    for pack in [used_40(), used_45(), used_after_conversion()] {
        for slot in [0x200, 0x240] {
            for kind in [0_u16, 4, 0x0100, u16::MAX] {
                assert_damaged_at(&pack, (slot, &kind.to_le_bytes()), slot);
            }
            for version in [0_u16, 0x0402, 0x0404, 0x0406, 0x0500, 0x0004] {
                // A server that no one knows seals without a suffix, as the first ones did.
                assert_damaged_at(&pack, (slot + 2, &version.to_le_bytes()), slot + 2);
            }
        }
    }
}

#[test]
fn record_of_another_length_or_magic_is_damaged() {
    for pack in [used_40(), bound_after_conversion()] {
        let mut longer = pack.bytes.clone();
        longer.push(0);
        for bytes in [&[][..], &pack.bytes[..512], &pack.bytes[..2047], &longer] {
            let diagnosis = diagnose(bytes);
            let codes: Vec<_> = diagnosis.findings.iter().map(Finding::code).collect();
            assert_eq!(codes, [FindingCode::DamagedRecord], "{} bytes", bytes.len());
            assert_eq!(diagnosis.verdict, Verdict::Refused);
        }
        for magic in [b"SBSCAP4\0", b"sbscap40", b"SBSCAP50", b"\0\0\0\0\0\0\0\0"] {
            assert_damaged_at(&pack, (0, magic), 0);
        }
    }
}

#[test]
fn values_at_the_edge_of_their_rules_are_sound() {
    for licenses in [5, 20] {
        for text in ["!", "~~~~~~~~~~~~~~~"] {
            let mut pack = Pack::unused_40("00000-000-0000000-00000", licenses, 1);
            let mut server = server(Release::V40a, 1);
            server.identity.name = text.to_owned();
            server.identity.address = [0, 0, 0, 0, 0, 1];
            server.clock = 0;
            assert!(server.apply(&mut pack));
            server.clock = u64::MAX - u64::from(u32::MAX) * 1000;
            reapply(&mut pack, &mut server);
            assert_eq!(diagnose(&pack.bytes).verdict, Verdict::Convertible);
        }
    }
    let latest = Pack::unused_40("99999-999-9999999-99999", 5, u64::MAX);
    assert_eq!(diagnose(&latest.bytes).verdict, Verdict::Convertible);
}

#[test]
fn seal_of_the_identity_is_held_against_it_even_where_the_header_fits() {
    for pack in [unused(), issued()] {
        let at = pack.map().identity_seal;
        let mut pack = pack;
        pack.bytes[at] ^= 1;
        pack.seal_header();
        let findings = diagnose(&pack.bytes).findings;
        let offsets: Vec<_> = findings.iter().map(|finding| finding.offset).collect();
        assert_eq!(offsets, [Some(at)], "{findings:#?}");
    }
}
