//! Images that become whole after the survey, which has made no decision about them.

use super::open_claims::Crash;
use crate::support::diskette::Terminal;
use crate::support::simulator::{Pack, Release, record_at, sample};
use std::fs;

/// Where any claim is open, damaged records are looked at once more: a crash may have torn them.
#[test]
fn backup_that_is_still_being_copied_in_at_the_survey_is_not_converted_in_place_of_the_newer_image()
{
    let crash = Crash::events();
    let scene = &crash.scene;
    fs::remove_file(scene.path(crash.name)).unwrap();
    let unused = Pack::unused_40("12345-270-0000777-00001", 5, 125_411_328_000_000_000);
    let mut applied = unused.clone();
    assert!(sample::server(Release::V40, 1).apply(&mut applied));
    let (older, newer) = (unused.image(), applied.image());
    let cut = record_at(&older) + 512;
    fs::write(scene.path("a-backup.img"), &older[..cut]).unwrap();
    fs::write(scene.path("current.img"), &newer).unwrap();
    let mut terminal = Terminal::run(scene.command(&["convert", "."]));
    let asked = terminal.until("[y/N] ");
    assert!(asked.contains("About to convert 1 pack"), "{asked}");
    fs::write(scene.path("a-backup.img"), &older).unwrap();
    terminal.answer("y");
    let (shown, code) = terminal.end();
    assert!(shown.contains("its record has changed since addpack looked at it"), "{shown}");
    assert_eq!(code, Some(3), "{shown}");
    assert!(scene.read("a-backup.img") == older);
    assert!(scene.read("current.img") != newer, "it was decided on and is not converted");
}

#[test]
fn conversion_that_was_not_seen_as_unfinished_is_not_finished_without_a_decision() {
    let crash = Crash::events();
    let scene = &crash.scene;
    fs::remove_file(scene.path(crash.name)).unwrap();
    scene.image("converted-unfinished-360.img", "a.img");
    scene.image("unused-720.img", "b.img");
    let unfinished = scene.read("a.img");
    let at = unfinished.windows(8).position(|bytes| bytes == b"SBSCAP45").unwrap();
    fs::write(scene.path("a.img"), &unfinished[..at + 512]).unwrap();
    let mut terminal = Terminal::run(scene.command(&["convert", "."]));
    terminal.until("[y/N] ");
    fs::write(scene.path("a.img"), &unfinished).unwrap();
    terminal.answer("y");
    assert_eq!(terminal.end().1, Some(3));
    assert!(scene.read("a.img") == unfinished);
    scene.run(&["convert", "--yes", "."]).ends(0);
    assert!(scene.read("a.img") != unfinished);
}
