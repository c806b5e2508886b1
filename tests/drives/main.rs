//! Diskettes in drives: loop devices in their place, and the Linux floppy driver in QEMU.

#![cfg(unix)]

#[path = "../support/mod.rs"]
mod support;

use assert_cmd::assert::{Assert, OutputAssertExt};
use predicates::str::{contains, ends_with};
use std::process::Command;

mod asked;
mod bad_sectors;
mod commands;
mod dialogs;
mod found;
mod guards;
mod mapfiles;
mod queue;
mod reading;
#[path = "../real_driver/mod.rs"]
mod real_driver;
mod torn_sectors;

#[test]
fn every_file_is_declared() {
    support::folder::assert_every_file_is_declared("drives", "main.rs");
}

/// A test of this program in a process of its own that finds no other program.
fn run_alone(test: &str, variable: &str) -> Assert {
    let mut alone = Command::new(std::env::current_exe().unwrap());
    alone.args(["--exact", test]).env("PATH", "/nowhere");
    alone.env_remove("ADDPACK_LOOPS").env("ADDPACK_JUDGES", variable).assert()
}

#[test]
fn skipped_tests_are_counted_at_the_end_and_fail_where_none_has_to_be() {
    let test = "mapfiles::map_of_a_real_rescue_is_understood";
    let why = "not installed: [\"gddrescue\"]";
    run_alone(test, "")
        .success()
        .stderr(contains(format!("SKIPPED {test}: {why}\n")))
        .stderr(ends_with(format!("SKIPPED in all: 1 for this: {why}\n")));
    run_alone(test, "require").failure().stdout(contains(why));
}
