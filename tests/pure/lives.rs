//! Images of one serial that contradict each other: any number of them is judged in one pass over the sorted
//! states, and a few are named.

use crate::support::simulator::Random;
use addpack::record::event::Event;
use addpack::record::fields::{Bytes, FileTime, Seal, Server};
use addpack::set::{
    Access, Candidate, Condition, Contradiction, ImageNumber, PackHistory, PackId, RecordKind,
    SetDecision, VerifiedBinding, judge,
};
use std::collections::BTreeMap;

/// More than could be compared each with each while anybody waits.
const MANY: u32 = 100_000;

fn seal(number: u32) -> Seal {
    let mut bytes = [0; 20];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    Bytes(bytes)
}

fn event(number: u32) -> Event {
    let server = Server { address: Bytes([0; 6]), name: Bytes([0; 16]) };
    let (at, zero) = (FileTime(0), Bytes([0; 6]));
    Event { kind: 1, server_version: 0x0400, from: 5, to: 10, at, server, zero, seal: seal(number) }
}

fn candidate(image: ImageNumber, digest: u32, made_at: u64) -> Candidate {
    let pack = PackId { serial: Bytes([b'1'; 24]), made_at, licenses: 5 };
    let (kind, condition, access) = (RecordKind::V40, Condition::Sound, Access::InPlace);
    Candidate { pack, digest: seal(digest), image, kind, condition, access }
}

fn history(events: &[u32]) -> PackHistory {
    let events = events.iter().map(|number| event(*number)).collect();
    PackHistory { events, binding: VerifiedBinding::Bound(None), identity: seal(0) }
}

fn named(count: u32) -> Vec<ImageNumber> {
    (0..count).take(Contradiction::NAMED).collect()
}

#[test]
fn of_any_number_of_lives_of_one_pack_all_are_refused_and_ten_are_named() {
    let candidates: Vec<_> = (0..MANY).map(|image| candidate(image, image, 0)).collect();
    let all: BTreeMap<_, _> = (0..MANY).map(|life| (seal(life), history(&[7, life + 8]))).collect();
    for decision in judge(&candidates, &all, None) {
        let SetDecision::Diverged(lives) = decision else { panic!("{decision:?}") };
        assert_eq!((&lives.latest.images, lives.latest.count), (&named(MANY), MANY as usize));
        assert_eq!((lives.shared, lives.last_shared), (1, Some(event(7))));
    }
}

#[test]
fn of_any_number_of_packs_with_one_serial_all_are_refused_and_ten_are_named() {
    let candidates: Vec<_> = (0..MANY).map(|image| candidate(image, image, image.into())).collect();
    for decision in judge(&candidates, &BTreeMap::new(), None) {
        let SetDecision::SerialClash(packs) = decision else { panic!("{decision:?}") };
        assert_eq!((&packs.images, packs.count), (&named(MANY), MANY as usize));
    }
}

#[test]
fn states_in_any_order_are_distinguished_as_by_comparing_each_with_each() {
    for seed in 0..2_000 {
        let mut random = Random::new(seed);
        let states: Vec<_> = (0..=random.below(8)).map(|_| state(&mut random)).collect();
        let is_latest = |at: &usize| {
            let later = |other: &Vec<u32>| other != &states[*at] && other.starts_with(&states[*at]);
            !states.iter().any(later) && !states[..*at].contains(&states[*at])
        };
        let latest: Vec<_> = (0..states.len()).filter(is_latest).map(number).collect();
        let digest = |state| number(states.iter().position(|other| other == state).unwrap());
        let all = states.iter().map(|state| (seal(digest(state)), history(state))).collect();
        let candidates = states.iter().enumerate();
        let candidates: Vec<_> =
            candidates.map(|(at, state)| candidate(number(at), digest(state), 0)).collect();
        for (at, decision) in judge(&candidates, &all, None).into_iter().enumerate() {
            match decision {
                SetDecision::Diverged(lives) => {
                    assert_eq!(lives.latest.images, latest, "{states:?}");
                }
                SetDecision::AsItIs => assert_eq!(latest, [number(at)], "{states:?}"),
                SetDecision::Copy { of, .. } => assert_eq!(latest, [of], "{states:?}"),
                _ => panic!("{decision:?}"),
            }
        }
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).expect("few")
}

/// A state of few events, so that many are states of others.
fn state(random: &mut Random) -> Vec<u32> {
    let mut state: Vec<u32> = Vec::new();
    for _ in 0..random.below(4) {
        let before = state.last().copied().unwrap_or(0);
        state.push(before * 2 + 1 + u32::from(random.one_in(2)));
    }
    state
}
