//! What packs live through.

use crate::support::simulator::{Pack, Random, Release, Server, sample};

const MADE_AT: u64 = 125_411_328_000_000_000;
const HOUR: u64 = 36_000_000_000;
/// When the packs were converted that are converted already.
const CONVERTED_AT: u64 = MADE_AT + 30_000 * HOUR;

/// A state of a pack's life.
pub(super) struct State {
    pub(super) pack: Pack,
    pub(super) is_sound: bool,
}

/// All states that a pack was in, and what it became.
pub(super) struct Life {
    pub(super) states: Vec<State>,
    /// States after its conversion.
    pub(super) converted: Vec<Pack>,
}

/// The serial of the pack with this number.
pub(super) fn serial(number: usize) -> String {
    format!("12345-270-0000{number:03}-00001")
}

/// One life: each state is the one before and an event more. At the end a server may spoil it, and there may be
/// a second life of an earlier state.
pub(super) fn life(random: &mut Random, number: usize) -> Life {
    let mut pack = Pack::unused_40(&serial(number), 5, MADE_AT);
    let sound = |pack: &Pack| State { pack: pack.clone(), is_sound: true };
    let mut states = vec![sound(&pack)];
    let mut at = 1;
    if !random.one_in(4) {
        let mut first = server(at, random.pick(&[5, 5, 10, 15]), 1);
        assert!(first.apply(&mut pack));
        states.push(sound(&pack));
        for hour in 2..2 + random.below(4) {
            if random.one_in(3) {
                at = 3 - at;
            }
            go_on(&mut pack, at, hour);
            states.push(sound(&pack));
        }
        if random.one_in(6) {
            let mut other = states[1 + random.below(states.len() - 1)].pack.clone();
            go_on(&mut other, at, 100);
            states.push(sound(&other));
        }
    }
    let converted = if random.one_in(6) { convert(random, &states) } else { Vec::new() };
    if random.one_in(3) {
        let mut upgraded = server(at, 5, 200);
        upgraded.upgrade();
        assert!(upgraded.spoil(&mut pack, random.one_in(2)));
        states.push(State { pack, is_sound: false });
    } else if pack.binding.is_some() && random.one_in(5) {
        assert!(server(at, 20, 200).reapply(&mut pack));
        states.push(State { pack, is_sound: false });
    }
    Life { states, converted }
}

fn server(number: u8, licenses: u16, hour: usize) -> Server {
    let mut server = sample::server(Release::V40, number);
    server.licenses = licenses;
    server.clock += hour as u64 * HOUR;
    server
}

/// Reapplies a used pack in order on the server with this number, or transfers it there.
fn go_on(pack: &mut Pack, number: u8, hour: usize) {
    let binding = pack.binding.clone().unwrap();
    let mut server = server(number, binding.from, hour);
    let is_own = binding.server == server.identity;
    assert!(if is_own { server.reapply(pack) } else { server.transfer(pack) });
}

/// The pack that one of its states was converted into, and that pack used once more.
fn convert(random: &mut Random, states: &[State]) -> Vec<Pack> {
    let first = states[random.below(states.len())].pack.converted(CONVERTED_AT);
    let mut later = first.clone();
    let mut server = sample::server(Release::V45, 1);
    if let Some(binding) = later.binding.clone() {
        (server.identity, server.licenses) = (binding.server, binding.from);
        assert!(server.reapply(&mut later));
    } else {
        assert!(server.apply(&mut later));
    }
    vec![first, later]
}
