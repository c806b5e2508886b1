//! `addpack selftest`: what it says of a good disk, and that it notices what is missing.

use crate::support::scene::{Ran, Scene};
use assert_cmd::cargo::cargo_bin;
use std::process::Command;

/// The lines on killed runs, and the numbers in them: steps, old or new, packs, converted, packs.
fn killed(stdout: &str) -> Vec<Vec<u64>> {
    let lines = stdout.lines().filter(|line| line.trim_start().starts_with("killed, "));
    let numbers = |line: &str| {
        let digits = line.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
        digits.map(|number| number.parse().unwrap()).collect()
    };
    lines.map(numbers).collect()
}

#[test]
fn on_a_good_disk_all_that_the_promises_need_works() {
    let scene = Scene::new();
    let ran = scene.run(&["selftest", "."]);
    assert_eq!((ran.stderr.as_str(), ran.code), ("", Some(0)), "{}", ran.stdout);
    assert!(ran.stdout.contains("a power cut"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("MISSING"), "{}", ran.stdout);
    let killed = killed(&ran.stdout);
    assert_eq!(killed.len(), 3, "{}", ran.stdout);
    for numbers in killed {
        let [steps, old_or_new, packs, converted, of] = numbers[..] else {
            panic!("{}", ran.stdout)
        };
        assert!(steps >= 6, "{}", ran.stdout);
        assert_eq!((old_or_new, converted, packs, of), (packs, packs, 2 * steps, packs));
    }
    // Nothing of it is left.
    assert_eq!(std::fs::read_dir(scene.path("")).unwrap().count(), 0);
}

#[test]
fn what_a_promise_needs_and_is_missing_ends_with_1() {
    let scene = Scene::new();
    for (call, error, line) in [
        ("flock", "ENOLCK", "locks"),
        ("rename", "EPERM", "renames over a file"),
        ("linkat", "EPERM", "new names, never over one"),
        ("fdatasync", "EIO", "killed, in place"),
    ] {
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e"]);
        command.arg(format!("inject={call}:error={error}"));
        command.arg(cargo_bin!("addpack")).args(["selftest", "."]).current_dir(scene.path(""));
        let ran = Ran::of(&mut command);
        let mut missing = ran.stdout.lines().filter(|line| line.contains("MISSING"));
        assert!(missing.any(|found| found.trim_start().starts_with(line)), "{call}: {ran:?}");
        assert_eq!(ran.code, Some(1), "{call}: {ran:?}");
    }
}

#[test]
fn folder_that_is_not_there_is_a_wrong_command_line() {
    let ran = Scene::new().run(&["selftest", "nowhere"]);
    assert_eq!((ran.stdout.as_str(), ran.code), ("", Some(2)));
    assert!(ran.stderr.starts_with("addpack: nowhere: no folder can be made there"), "{ran:?}");
}
