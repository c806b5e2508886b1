//! Packs with a known history, for tests that go on from there.

use super::pack::Pack;
use super::server::{Release, Server};

/// 1998-06-01.
const MADE_AT: u64 = 125_411_328_000_000_000;
const HOUR: u64 = 36_000_000_000;

/// A server with 5 licenses and a clock of its own.
pub(crate) fn server(release: Release, number: u8) -> Server {
    let address = [0x00, 0xA0, 0xC9, 0x14, 0xC8, number];
    let name = format!("SERVER-{number}");
    Server::install(release, address, &name, MADE_AT + HOUR)
}

/// An unused 4.0 pack of 5 licenses.
pub(crate) fn unused() -> Pack {
    Pack::unused_40("12345-270-0000017-00012", 5, MADE_AT)
}

/// An unused pack of 5 licenses that was issued as 4.5.
pub(crate) fn issued() -> Pack {
    Pack::issued_45("12345-270-0000045-00012", 5, MADE_AT)
}

/// The pack that `old` becomes.
pub(crate) fn converted(old: &Pack) -> Pack {
    old.converted(MADE_AT + 1000 * HOUR)
}

/// Applied on server 1 and reapplied there, both in order: 5 to 10 licenses.
pub(crate) fn used(mut pack: Pack, release: Release) -> Pack {
    let mut server = server(release, 1);
    assert!(server.apply(&mut pack));
    reapply(&mut pack, &mut server);
    pack
}

/// As `used`, then transferred to server 2 and reapplied there.
pub(crate) fn moved(pack: Pack, release: Release) -> Pack {
    let mut pack = used(pack, release);
    let mut other = server(release, 2);
    assert!(other.transfer(&mut pack));
    reapply(&mut pack, &mut other);
    pack
}

/// As `used`, and then reapplied while the server has 20 licenses: out of order, in slot 2.
pub(crate) fn defective() -> Pack {
    let mut pack = used(unused(), Release::V40);
    reapply_out_of_order(&mut pack);
    pack
}

/// Converted while bound to server 1, and then reapplied on it: one event.
pub(crate) fn converted_and_reapplied() -> Pack {
    let mut pack = converted(&used(unused(), Release::V40));
    reapply(&mut pack, &mut server(Release::V45, 1));
    pack
}

/// Reinstalls the server and reapplies the pack, which was its first one.
pub(crate) fn reapply(pack: &mut Pack, server: &mut Server) {
    server.reinstall();
    server.clock += HOUR;
    assert!(server.reapply(pack));
}

/// Reapplies a 4.0 pack of server 1 while that has 20 licenses.
pub(crate) fn reapply_out_of_order(pack: &mut Pack) {
    let mut server = server(Release::V40, 1);
    server.licenses = 20;
    assert!(server.reapply(pack));
}

/// A 4.5 server is given the 4.0 pack.
pub(crate) fn spoil(pack: &mut Pack, raises_count: bool) {
    assert!(server(Release::V45, 1).spoil(pack, raises_count));
}

pub(crate) fn used_40() -> Pack {
    used(unused(), Release::V40)
}

pub(crate) fn moved_40() -> Pack {
    moved(unused(), Release::V40)
}

pub(crate) fn used_45() -> Pack {
    used(issued(), Release::V45)
}

pub(crate) fn moved_45() -> Pack {
    moved(issued(), Release::V45)
}

/// Unused when it was converted, then used on a 4.5 server.
pub(crate) fn used_after_conversion() -> Pack {
    used(converted(&unused()), Release::V45)
}

pub(crate) fn bound_after_conversion() -> Pack {
    converted(&used_40())
}

/// Applied, and then reapplied in order until all 24 slots are used.
pub(crate) fn full(mut pack: Pack) -> Pack {
    let mut server = server(Release::V40, 1);
    assert!(server.apply(&mut pack));
    for _ in 1..24 {
        reapply(&mut pack, &mut server);
    }
    pack
}
