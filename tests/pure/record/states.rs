//! The state of a record and what it is bound to, as far as its seals vouch for them; whether it takes part in its
//! pack's set.

use crate::support::simulator::{Pack, sample, slot_at};
use addpack::diagnosis::diagnose;
use addpack::record::{Binding, Record};
use addpack::set::{Access, Candidate, PackHistory, VerifiedBinding};

/// Where a 4.0 record has its event count, and the licenses before its first apply.
const COUNT: usize = 0x44;
const FROM: usize = 0x48;

/// A pack that was applied on server 1, transferred to server 2, and reapplied on both: four events.
fn pack() -> Pack {
    sample::moved_40()
}

/// Makes the seal of this event wrong.
fn spoil(pack: &mut Pack, slot: usize) {
    pack.bytes[slot_at(slot) + 8] ^= 1;
}

/// How many events are the state of the record, and the number of the server that it is bound to.
fn state(pack: &Pack) -> (usize, Option<u8>) {
    let PackHistory { events, binding, .. } = PackHistory::of(&Record::parse(&pack.bytes).unwrap());
    let server = match binding {
        VerifiedBinding::Bound(Some(Binding { server, .. })) => Some(server.address.0[5]),
        VerifiedBinding::Bound(None) | VerifiedBinding::Unknown => None,
    };
    (events.len(), server)
}

#[test]
fn header_whose_seal_verifies_vouches_for_all_its_events() {
    assert_eq!(state(&pack()), (4, Some(2)));
    for slot in 0..3 {
        let mut pack = pack();
        spoil(&mut pack, slot);
        assert_eq!(state(&pack), (4, Some(2)), "{slot}");
    }
}

#[test]
fn where_the_header_is_damaged_the_events_from_the_first_on_count_whose_seals_verify() {
    for (at, value) in [(COUNT, 2), (COUNT, 25), (FROM, 6)] {
        let damaged = || {
            let mut pack = pack();
            pack.put16(at, value);
            pack
        };
        assert_eq!(state(&damaged()), (4, Some(2)), "{at:#x}: {value}");
        // The binding is that of the last one, also behind a damaged one.
        for slot in 0..3 {
            let mut pack = damaged();
            spoil(&mut pack, slot);
            assert_eq!(state(&pack), (slot, Some(2)), "{at:#x}: {value}, event {slot}");
        }
        let mut pack = damaged();
        spoil(&mut pack, 2);
        spoil(&mut pack, 3);
        assert_eq!(state(&pack), (2, Some(1)), "{at:#x}: {value}");
    }
}

#[test]
fn record_takes_part_in_the_set_of_its_pack_where_its_identity_seal_verifies() {
    let takes_part =
        |pack: &Pack| Candidate::of(&diagnose(&pack.bytes), 0, Access::InPlace).is_some();
    let (mut other_event, mut other_serial) = (pack(), pack());
    spoil(&mut other_event, 1);
    other_serial.bytes[0x0C] ^= 1;
    assert!(takes_part(&pack()) && takes_part(&other_event));
    assert!(!takes_part(&other_serial));
}
