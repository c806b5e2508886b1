//! The simulator against the golden set: two implementations that know nothing of each other write
//! the same bytes. What the other tests prove stands on this.

use crate::support::simulator::{Identity, Pack, Release, Server, slot_at};
use std::path::Path;

fn golden(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/records");
    std::fs::read(folder.join(name)).expect("a golden record")
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("8 bytes"))
}

fn text_at(bytes: &[u8], at: usize, size: usize) -> String {
    let text = bytes[at..at + size].iter().take_while(|byte| **byte != 0);
    text.map(|byte| char::from(*byte)).collect()
}

/// The server that wrote the event in a slot, as it was just before.
fn writer_of(bytes: &[u8], slot: usize) -> Server {
    let at = slot_at(slot);
    let release = match u16_at(bytes, at + 2) {
        0x0400 => Release::V40,
        0x0401 => Release::V40a,
        0x0405 => Release::V45,
        other => panic!("version {other:#x}"),
    };
    let address = bytes[at + 16..at + 22].try_into().expect("6 bytes");
    let identity = Identity { address, name: text_at(bytes, at + 22, 16) };
    Server { release, identity, licenses: u16_at(bytes, at + 4), clock: u64_at(bytes, at + 8) }
}

/// Lets simulated servers do again what a golden record says was done, from a new pack on.
fn replayed(bytes: &[u8]) -> Pack {
    let is_40 = bytes[..8] == *b"SBSCAP40";
    let (make, count_at): (fn(&str, u16, u64) -> Pack, _) =
        if is_40 { (Pack::unused_40, 0x44) } else { (Pack::issued_45, 0x64) };
    let mut pack = make(&text_at(bytes, 0x0C, 24), u16_at(bytes, 0x24), u64_at(bytes, 0x28));
    let used = |slot: &usize| bytes[slot_at(*slot)..slot_at(slot + 1)] != [0; 64];
    for slot in (0..24).take_while(used) {
        let mut server = writer_of(bytes, slot);
        let wrote = match u16_at(bytes, slot_at(slot)) {
            _ if is_40 && server.release == Release::V45 => {
                server.spoil(&mut pack, usize::from(u16_at(bytes, count_at)) > slot)
            }
            1 => server.apply(&mut pack),
            2 => server.reapply(&mut pack),
            3 => server.transfer(&mut pack),
            other => panic!("kind {other}"),
        };
        assert!(wrote, "slot {slot}");
    }
    pack
}

#[test]
fn simulated_servers_write_the_golden_records_bit_for_bit() {
    for name in [
        "unused-5.rec",
        "unused-20.rec",
        "applied.rec",
        "applied-20.rec",
        "reapplied-in-order.rec",
        "transferred.rec",
        "clock-ran-backwards.rec",
        "full-history.rec",
        "out-of-order.rec",
        "out-of-order-second.rec",
        "post-upgrade.rec",
        "post-upgrade-counted.rec",
        "post-upgrade-unused.rec",
        "both-reapplies.rec",
        "issued-4.5.rec",
        "issued-4.5-applied.rec",
    ] {
        let bytes = golden(name);
        assert!(replayed(&bytes).bytes == bytes, "{name}");
    }
}

#[test]
fn simulated_conversions_are_the_golden_ones_bit_for_bit() {
    for name in [
        "unused-5",
        "unused-20",
        "applied",
        "applied-20",
        "reapplied-in-order",
        "transferred",
        "clock-ran-backwards",
        "full-history",
    ] {
        let (old, new) = (golden(&format!("{name}.rec")), golden(&format!("{name}.45.rec")));
        let converted = replayed(&old).converted(u64_at(&new, 0x30));
        assert!(converted.bytes == new, "{name}");
    }
}
