//! What the ledger says of a pack's whole history, and of its own file.

use crate::support::scene::{Scene, outcomes, testdata};
use rusqlite::Connection;

const SERIAL: &str = "12345-270-0000017-00003";

#[test]
fn show_tells_each_conversion_of_a_pack_the_released_one_first() {
    let scene = Scene::with(&["applied-1440.img"]);
    scene.convert(&["."]);
    scene.image("applied-1440.img", "applied-1440.img");
    scene.run(&["ledger", "release", "--yes", SERIAL]).ends(0);
    let states = || {
        let ran = scene.run(&["ledger", "show", "--json", SERIAL]);
        ran.ends(0);
        let state = |line| {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            row["state"].as_str().unwrap().to_owned()
        };
        ran.stdout.lines().map(state).collect::<Vec<_>>()
    };
    assert_eq!(states(), ["released"]);
    assert_eq!(outcomes(&scene.convert(&["."]).0), ["converted"]);
    assert_eq!(states(), ["released", "done"]);
}

#[test]
fn check_tells_what_is_wrong_with_the_file_itself() {
    let scene = Scene::with(&["applied-1440.img"]);
    scene.convert(&["."]);
    let damage = "PRAGMA ignore_check_constraints = ON; UPDATE conversion SET released = -1";
    Connection::open(scene.ledger()).unwrap().execute_batch(damage).unwrap();
    let ran = scene.run(&["ledger", "check"]);
    let fault = "ledger: CHECK constraint failed in conversion\n";
    assert!(ran.stdout.starts_with(fault), "{}", ran.stdout);
    ran.ends(1);
}

#[test]
fn check_tells_a_copy_that_holds_another_pack_or_a_damaged_record() {
    let scene = Scene::with(&["applied-1440.img"]);
    scene.convert(&["-o", "out", "."]);
    let (path, mut damaged) =
        (scene.path("out/applied-1440.img"), scene.read("out/applied-1440.img"));
    let at = damaged.windows(8).position(|bytes| bytes == b"SBSCAP45").unwrap();
    damaged[at + 0x1FF] ^= 1;
    let other = std::fs::read(testdata("images/converted-360.img")).unwrap();
    for held in [damaged, other] {
        std::fs::write(&path, held).unwrap();
        let ran = scene.run(&["ledger", "check"]);
        assert!(ran.stdout.contains("does not hold the converted pack"), "{}", ran.stdout);
        ran.ends(1);
    }
}

#[cfg(unix)]
#[test]
fn ledger_that_cannot_be_looked_for_is_not_taken_for_none() {
    let scene = Scene::with(&["unused-720.img"]);
    let ran = scene.run(&["plan", "--ledger", "unused-720.img/ledger.db", "unused-720.img"]);
    assert!(ran.stderr.contains("unused-720.img/ledger.db"), "{}", ran.stderr);
    ran.ends(3);
}

#[test]
fn empty_file_becomes_a_ledger_and_one_of_zeros_is_none() {
    let scene = Scene::with(&["unused-720.img"]);
    for length in [50, 8192] {
        std::fs::write(scene.path("ledger.db"), vec![0; length]).unwrap();
        for command in [&["inspect"][..], &["convert", "--yes"]] {
            let ran = scene.run(&[command, &["--ledger", "ledger.db", "."]].concat());
            assert!(ran.stderr.contains("this file is not a ledger"), "{length}: {}", ran.stderr);
        }
        assert!(scene.read("ledger.db") == vec![0; length]);
    }
    std::fs::write(scene.path("ledger.db"), "").unwrap();
    assert_eq!(
        outcomes(&scene.convert(&["--ledger", "ledger.db", "unused-720.img"]).0),
        ["converted"]
    );
}
