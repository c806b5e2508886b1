//! Old or new: killed, failed, pulled out, stopped or raced at every moment.

#[path = "../support/mod.rs"]
mod support;

mod changed_meanwhile;
mod claims;
mod every_call;
mod every_moment;
mod failing_calls;
mod killed_copying;
mod killed_in_container;
mod killed_in_place;
mod killed_sets;
mod killed_with_ledger;
mod medium_errors;
mod open_claims;
mod power_cut;
mod pulled_out;
mod rival_processes;
mod signals;

#[test]
fn every_file_is_declared() {
    support::folder::assert_every_file_is_declared("crash", "main.rs");
}
