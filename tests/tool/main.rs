//! The built program as people use it: what it says, to the letter, and what it leaves behind.

#[path = "../support/mod.rs"]
mod support;

#[cfg(unix)]
mod bounds;
#[cfg(unix)]
mod causes;
#[cfg(unix)]
mod containers;
mod convert;
mod copies_there;
mod environment;
mod explain;
mod first_minute;
mod inspect;
mod inspect_json;
mod kept_images;
mod ledger;
mod ledger_commands;
mod ledger_file;
mod ledger_history;
#[cfg(unix)]
mod ledger_locks;
#[cfg(unix)]
mod left_untouched;
#[cfg(unix)]
mod limits;
#[cfg(unix)]
mod not_a_ledger;
mod older_ledgers;
#[cfg(unix)]
mod one_screen;
#[cfg(unix)]
mod one_tree;
#[cfg(unix)]
mod packaging;
mod page;
mod plan;
mod plan_all;
mod plan_copies;
mod plan_sets;
mod plan_truth;
#[cfg(unix)]
mod question;
mod random_plans;
#[cfg(unix)]
mod raw_bytes;
#[cfg(unix)]
mod raw_terminal;
mod replace;
mod schema;
#[cfg(unix)]
mod screens;
mod selftest;
#[cfg(unix)]
mod server_counts;
mod sets;
mod several_images;
#[cfg(unix)]
mod shared_ledger;
#[cfg(target_os = "linux")]
mod straight_lines;
#[cfg(unix)]
mod system_calls;
mod to_file;
mod unknown_layout;
#[cfg(windows)]
mod windows;

#[test]
fn every_file_is_declared() {
    support::folder::assert_every_file_is_declared("tool", "main.rs");
}
