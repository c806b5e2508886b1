//! Old or new: killed, failed, pulled out, stopped or raced at every moment.

#[path = "../support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
mod archive_memory;
#[cfg(unix)]
mod changed_meanwhile;
#[cfg(unix)]
mod claims;
#[cfg(unix)]
mod copy_places;
#[cfg(unix)]
mod every_call;
mod every_moment;
#[cfg(unix)]
mod failing_calls;
#[cfg(unix)]
mod groups;
#[cfg(unix)]
mod killed_copying;
#[cfg(unix)]
mod killed_in_container;
#[cfg(unix)]
mod killed_in_place;
#[cfg(unix)]
mod killed_sets;
#[cfg(unix)]
mod killed_with_ledger;
#[cfg(unix)]
mod large_archives;
#[cfg(unix)]
mod ledger_without_locks;
#[cfg(unix)]
mod medium_errors;
#[cfg(unix)]
mod migrations;
#[cfg(unix)]
mod moved_images;
mod open_claims;
mod other_images;
#[cfg(unix)]
mod power_cut;
mod pulled_out;
#[cfg(unix)]
mod released;
#[cfg(unix)]
mod rival_processes;
#[cfg(unix)]
mod settled;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod undecided;

#[test]
fn every_file_is_declared() {
    support::folder::assert_every_file_is_declared("crash", "main.rs");
}
