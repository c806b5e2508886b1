//! What the program says of a pack that is turned away: the words of the server itself.

use super::case::{Case, Disk};
use super::outline::Outline;
use crate::support::planned::Step;
use crate::support::simulator::{Came, Pack, Server};

/// Asserts that the program prints the plan that the library makes, in the words of the servers. How many
/// of them were compared.
pub(crate) fn assert_said(seed: u64) -> usize {
    let case = Case::new(seed);
    let (planned, plan) = (case.planned(), Outline::by_library(&case));
    assert_eq!(Outline::of(&planned), plan, "the program, and the library");
    let summary = &planned.summary;
    assert_eq!((summary.installed, summary.limit), (case.server.licenses, case.limit()));
    let mut server = case.server.clone();
    let mut said = 0;
    for (step, printed) in plan.steps.iter().zip(&planned.steps) {
        let disk = &case.disks[step.number];
        if step.span.is_some() {
            server.offer(case.kind, &mut disk.prepared(&server), false);
        } else if disk.refusal().is_none() {
            assert_eq!(printed.message, message(&case, disk, &server, printed), "{printed:?}");
            said += 1;
        }
    }
    said
}

/// What the server says to a sound pack that it does not take.
fn message(case: &Case, disk: &Disk, server: &Server, printed: &Step) -> String {
    let offer = |mut pack: Pack| server.clone().offer(case.kind, &mut pack, false);
    match (offer(disk.prepared(server)), offer(disk.pack.clone())) {
        (Came::Said(said), Came::Corrupt) => {
            format!(
                "{said} That is its answer to the converted pack; as a 4.0 pack, it may be corrupted."
            )
        }
        (Came::Said(said), _) => said,
        (Came::Defective, _) => already_used(disk.span().expect("a used pack")),
        other => panic!("{other:?}, and the plan says {printed:?}"),
    }
}

/// What a 4.0 server says to a used 4.0 pack when it has other licenses.
fn already_used((from, to): (u16, u16)) -> String {
    format!(
        "The server says: \"This Microsoft Small Business Server Client Add Pack disk was already used \
         to increase client licenses from {from} to {to}. This disk can only be reused to restore \
         licenses from {from} to {to} users.\" After a reinstall it may make the diskette defective."
    )
}
