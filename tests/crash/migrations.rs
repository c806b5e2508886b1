//! A ledger of an older version that a killed run has left, and runs that are killed while they bring it up to date.

use super::open_claims::Crash;
use crate::support::judge::{Point, strace};
use crate::support::ledger::{make_older, number, open, states};
use crate::support::scene::Scene;
use addpack::ledger::Ledger;
use std::collections::BTreeSet;
use std::fs;

#[test]
fn claim_that_a_run_of_an_older_version_left_open_is_settled() {
    for version in 1..=4 {
        // Untouched, torn, in its clean-up, and complete.
        for (written, outcome) in [
            (0, "converted"),
            (100, "already-converted"),
            (512, "already-converted"),
            (2048, "already-converted"),
        ] {
            let crash = Crash::events();
            crash.write(0, &crash.new[..written]);
            make_older(&crash.scene.ledger(), version);
            crash.assert_mended(outcome);
            assert_eq!(number(&crash.scene.ledger(), "PRAGMA user_version"), 5);
        }
    }
}

#[test]
fn who_reads_an_older_ledger_goes_on_while_another_run_brings_it_up_to_date() {
    for (version, mode) in [(1, "WAL"), (3, "WAL"), (4, "WAL"), (1, "DELETE"), (4, "DELETE")] {
        let crash = Crash::events();
        let path = crash.scene.ledger();
        make_older(&path, version);
        open(&path).execute_batch(&format!("PRAGMA journal_mode = {mode}")).unwrap();
        let reader = Ledger::open_to_read(&path).unwrap().expect("a ledger");
        drop(Ledger::open(&path).unwrap());
        assert_eq!(number(&path, "PRAGMA user_version"), 5);
        let begun = reader.begun().unwrap();
        assert_eq!((begun.len(), reader.entry(begun[0].id).unwrap().is_some()), (1, true));
    }
}

const CONVERT: [&str; 6] = ["convert", "--yes", "--json", "-j", "1", "."];
const CALLS: [&str; 5] = ["pwrite64", "fdatasync", "fsync", "ftruncate", "unlink"];

/// A ledger of version 4 with a conversion that is done, one that was released, and one that is begun, of a torn image.
fn older() -> Crash {
    let crash = Crash::events();
    for number in [1, 2] {
        crash.scene.pack(number, &format!("{number}.img"));
    }
    crash.scene.run(&["convert", "--yes", "1.img", "2.img"]).ends(0);
    fs::remove_file(crash.scene.path("2.img")).unwrap();
    crash.scene.run(&["ledger", "release", "--yes", "54321-270-0000002-00042"]).ends(0);
    crash.write(0, &crash.new[..100]);
    make_older(&crash.scene.ledger(), 4);
    crash
}

/// The entries as the ledger lists them, whatever its version.
fn listed(scene: &Scene) -> String {
    let ran = scene.run(&["ledger", "--json"]);
    ran.ends(0);
    ran.stdout
}

#[test]
fn killed_while_a_ledger_is_brought_up_to_date_it_is_the_old_one_or_the_new_one() {
    crate::support::needs!("strace");
    let trace = format!("trace={}", CALLS.join(","));
    let traced = strace(&older().scene, &["-e", &trace], &CONVERT);
    traced.ran.ends(0);
    let mut seen = BTreeSet::new();
    for call in CALLS {
        for when in 1..=traced.count(call) {
            let point = Point::first_thread(call, when);
            let crash = older();
            let before = listed(&crash.scene);
            point.kill(&crash.scene, &CONVERT);
            let after = listed(&crash.scene);
            // The claim may be settled by then.
            let is_same = after == before || after == before.replace("\"begun\"", "\"done\"");
            assert!(is_same, "{point:?}: {before}{after}");
            let version = number(&crash.scene.ledger(), "PRAGMA user_version");
            seen.insert((version, after == before));
            crash.scene.run(&CONVERT).at(&point).code(0);
            assert!(crash.record(crash.name) == crash.new, "{point:?}");
            assert_eq!(states(&crash.scene.ledger()), ["done", "done", "released"], "{point:?}");
        }
    }
    assert_eq!(seen, BTreeSet::from([(4, true), (5, false), (5, true)]));
}
