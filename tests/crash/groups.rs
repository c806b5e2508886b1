//! Runs over several groups of images: while one is changed, the next one is claimed.

use super::claims::convert;
use super::killed_with_ledger::assert_ledger_agrees;
use super::signals::{IMAGES, folder_of, packs};
use crate::support::judge::{Called, PackImage, Point, State, strace};
use crate::support::ledger;
use crate::support::scene::Scene;
use rusqlite::Connection;
use std::fs;

const GROUP: usize = 128;
const CONVERT: [&str; 6] = ["convert", "--yes", "--json", "-j", "4", "in"];
const COPY: [&str; 8] = ["convert", "--yes", "--json", "-j", "4", "-o", "out", "in"];

fn name(number: usize) -> String {
    format!("{number:03}.img")
}

/// A folder of packs for several groups, the last one not full.
fn folder() -> (Scene, Vec<PackImage>) {
    let packs = packs();
    (folder_of(&packs), packs)
}

/// One run completes all of it, and the ledger agrees.
#[track_caller]
fn complete(scene: &Scene, packs: &[PackImage], args: &[&str], folder: &str) {
    scene.run(args).ends(0);
    for (number, pack) in packs.iter().enumerate() {
        assert!(scene.read(&format!("{folder}/{}", name(number))) == pack.new, "{number}");
    }
    assert_ledger_agrees(scene, IMAGES, &folder);
}

#[test]
fn killed_while_the_next_group_is_claimed_every_pack_is_old_or_new_and_one_run_completes_all() {
    crate::support::needs!("strace");
    for (number, call) in [(100, "fdatasync"), (GROUP + 10, "fdatasync"), (GROUP + 10, "pwrite64")]
    {
        let (scene, packs) = folder();
        Point::on(&format!("in/{}", name(number)), call).kill(&scene, &CONVERT);
        let states = packs.iter().enumerate();
        let states: Vec<_> = states
            .map(|(number, pack)| pack.state(&scene.read(&format!("in/{}", name(number)))))
            .collect();
        // What was claimed is enough to tell each of them: nothing else was touched.
        let touched = states.iter().filter(|state| **state != State::Old).count();
        assert!(touched <= ledger::states(&scene.ledger()).len(), "{number} {call}: {touched}");
        complete(&scene, &packs, &CONVERT, "in");
    }
}

#[test]
fn killed_at_a_name_of_the_second_group_each_copy_is_whole_or_absent_and_one_run_makes_all() {
    crate::support::needs!("strace");
    let (scene, packs) = folder();
    let inject = format!("inject=linkat:signal=SIGKILL:when={}", GROUP + 10);
    let traced = strace(&scene, &["-e", "trace=linkat", "-e", &inject], &COPY);
    assert_eq!(traced.signal, Some(9), "{traced:?}");
    for (number, pack) in packs.iter().enumerate() {
        let copy = format!("out/{}", name(number));
        assert!(!scene.path(&copy).exists() || scene.read(&copy) == pack.new, "{number}");
    }
    complete(&scene, &packs, &COPY, "out");
}

#[test]
fn images_of_the_next_group_are_changed_while_a_slow_disk_holds_up_one_of_the_group_before() {
    crate::support::needs!("strace");
    let (scene, packs) = folder();
    let [slow, next] = [5, GROUP + 60].map(|number| format!("in/{}", name(number)));
    let delay = "inject=fdatasync:delay_enter=2000000:when=1";
    let options = ["-f", "-P", &slow, "-P", &next, "-e", "trace=pwrite64,fdatasync", "-e", delay];
    let traced = strace(&scene, &options, &CONVERT);
    let held_up = traced.calls.iter().find(|call| call.name == "fdatasync").unwrap();
    let meanwhile = held_up.began + 1..held_up.ended;
    let is_written = |call: &Called| call.name == "pwrite64" && meanwhile.contains(&call.began);
    assert!(traced.calls.iter().any(is_written), "{traced:?}");
    complete(&scene, &packs, &CONVERT, "in");
}

#[test]
fn group_that_the_ledger_does_not_take_is_old_and_the_one_before_it_is_converted() {
    for (args, converted) in [(&CONVERT[..], "in"), (&COPY, "out")] {
        let (scene, packs) = folder();
        scene.pack(1000, "first.img");
        scene.convert(&["first.img"]);
        let change =
            |sql: &str| Connection::open(scene.ledger()).unwrap().execute_batch(sql).unwrap();
        change(
            "CREATE TRIGGER full BEFORE INSERT ON conversion \
             WHEN (SELECT count(*) FROM conversion) > 150 BEGIN SELECT RAISE(ABORT, 'no room'); END",
        );
        let (images, _, stderr) = convert(&scene, args);
        assert!(stderr.contains("(no room)") && stderr.contains("Nothing more was"), "{stderr}");
        assert!(images.windows(2).all(|two| two[0].path < two[1].path), "{converted}");
        for (number, pack) in packs.iter().enumerate() {
            let path = format!("{converted}/{}", name(number));
            let held = scene.path(&path).exists().then(|| scene.read(&path));
            let image = images.iter().find(|image| image.path.ends_with(&name(number)));
            let outcome = image.map(|image| &*image.outcome);
            if number < GROUP {
                assert_eq!(outcome, Some("converted"), "{converted}: {number}");
                assert!(held.as_ref() == Some(&pack.new), "{converted}: {number}");
            } else {
                assert_ne!(outcome, Some("converted"), "{converted}: {number}");
                let old = Some(&pack.old).filter(|_| converted == "in");
                assert!(held.as_ref() == old, "{converted}: {number}");
            }
            if (GROUP..2 * GROUP).contains(&number) {
                let code = image.and_then(|image| image.error.as_ref()).map(|error| &*error.code);
                assert_eq!((outcome, code), (Some("failed"), Some("ledger-error")), "{number}");
            }
        }
        change("DROP TRIGGER full");
        fs::remove_file(scene.path("first.img")).unwrap();
        change("DELETE FROM conversion WHERE path LIKE '%first.img'");
        complete(&scene, &packs, args, converted);
    }
}

#[test]
fn reader_that_goes_away_leaves_every_pack_old_or_new_and_one_run_completes_all() {
    for (args, converted) in [(&CONVERT[..], "in"), (&COPY, "out")] {
        let (scene, packs) = folder();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        assert!(scene.command(args).stdout(writer).status().unwrap().success());
        for (number, pack) in packs.iter().enumerate() {
            let path = format!("{converted}/{}", name(number));
            let is_whole = |path| [&pack.old, &pack.new].contains(&&scene.read(path));
            assert!(!scene.path(&path).exists() || is_whole(&path), "{converted}: {number}");
        }
        complete(&scene, &packs, args, converted);
    }
}
