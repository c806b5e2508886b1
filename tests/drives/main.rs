//! Diskettes in drives: loop devices in their place, and the Linux floppy driver in QEMU.

#![cfg(unix)]

#[path = "../support/mod.rs"]
mod support;

mod bad_sectors;
mod commands;
mod dialogs;
mod found;
mod guards;
mod mapfiles;
mod queue;
mod queue_files;
#[path = "../real_driver/mod.rs"]
mod real_driver;
mod torn_sectors;

#[test]
fn every_file_is_declared() {
    support::folder::assert_every_file_is_declared("drives", "main.rs");
}
