//! Old or new, and the ledger agrees: addpack killed before each write and each sync, on the image
//! and on the ledger, and one ordinary run afterwards.

use crate::support::judge::{PackImage, Point, State, strace};
use crate::support::ledger::{count, states};
use crate::support::scene::Scene;
use std::collections::BTreeSet;
use std::fmt::Debug;

const CONVERT: [&str; 6] = ["convert", "--yes", "--json", "-j", "1", "in"];
const COPY: [&str; 8] = ["convert", "--yes", "--json", "-j", "1", "-o", "out", "in"];
const CALLS: [&str; 5] = ["pwrite64", "fdatasync", "fsync", "ftruncate", "unlink"];

/// A pack with events, and one without.
fn images() -> [PackImage; 2] {
    [PackImage::full_history(), PackImage::golden("unused-20-160.img")]
}

/// A folder with the image, and a ledger with an earlier conversion where one is wanted.
fn set(image: &PackImage, earlier: bool) -> Scene {
    let scene = Scene::new();
    if earlier {
        PackImage::golden("reapplied-360.img").put(&scene, "before");
        scene.run(&["convert", "--yes", "before"]).ends(0);
    }
    image.put(&scene, "in");
    scene
}

/// Every write and sync of such a run, counted by a first one.
fn points(image: &PackImage, earlier: bool, args: &[&str]) -> Vec<Point> {
    let trace = format!("trace={}", CALLS.join(","));
    let traced = strace(&set(image, earlier), &["-e", &trace], args);
    traced.ran.ends(0);
    let syncs = traced.count("fdatasync") + traced.count("fsync");
    assert!(syncs >= 3, "the claim, the image, and that it is done: {traced:?}");
    assert!(traced.count("pwrite64") >= 5, "{traced:?}");
    let all =
        |call: &&'static str| (1..=traced.count(call)).map(|n| (*call, n)).collect::<Vec<_>>();
    CALLS.iter().flat_map(all).map(|(call, when)| Point::first_thread(call, when)).collect()
}

/// Each pack is in the ledger once and done, and the files hold what it says.
#[track_caller]
pub(crate) fn assert_ledger_agrees(scene: &Scene, packs: usize, point: &dyn Debug) {
    assert_eq!(states(&scene.ledger()), vec!["done"; packs], "{point:?}");
    scene.run(&["ledger", "check"]).at(&point).code(0);
}

#[test]
fn killed_before_each_write_and_sync_the_pack_is_old_or_new_and_one_run_completes_it() {
    crate::support::needs!("strace");
    let mut seen = BTreeSet::new();
    for image in images() {
        for earlier in [false, true] {
            for point in points(&image, earlier, &CONVERT) {
                let scene = set(&image, earlier);
                point.kill(&scene, &CONVERT);
                let path = format!("in/{}", image.name);
                seen.insert(image.state(&scene.read(&path)));
                let ran = scene.run(&CONVERT);
                ran.at(&point).code(0);
                assert!(scene.read(&path) == image.new, "{point:?}");
                assert_ledger_agrees(&scene, if earlier { 2 } else { 1 }, &point);
            }
        }
    }
    assert_eq!(seen, BTreeSet::from([State::Old, State::Unfinished, State::New]));
}

#[test]
fn killed_before_each_write_and_sync_a_copy_is_whole_or_absent_and_one_run_completes_it() {
    crate::support::needs!("strace");
    for image in images() {
        for point in points(&image, false, &COPY) {
            let scene = set(&image, false);
            point.kill(&scene, &COPY);
            let (source, copy) = (format!("in/{}", image.name), format!("out/{}", image.name));
            assert!(scene.read(&source) == image.old, "{point:?}");
            assert!(!scene.path(&copy).exists() || scene.read(&copy) == image.new, "{point:?}");
            let ran = scene.run(&COPY);
            ran.at(&point).code(0);
            assert!(scene.read(&copy) == image.new, "{point:?}");
            assert_ledger_agrees(&scene, 1, &point);
        }
    }
}

#[test]
fn killed_in_a_group_every_pack_is_old_or_new_and_one_run_completes_all() {
    crate::support::needs!("strace");
    let packs: Vec<_> = (0..5).map(|n| PackImage::full_history().renumbered(n)).collect();
    let name = |number: usize| format!("in/{number}.img");
    let put = || {
        let scene = Scene::new();
        std::fs::create_dir(scene.path("in")).unwrap();
        for (number, pack) in packs.iter().enumerate() {
            std::fs::write(scene.path(&name(number)), &pack.old).unwrap();
        }
        scene
    };
    for call in ["pwrite64", "fdatasync"] {
        for number in 0..packs.len() {
            let (scene, point) = (put(), Point::on(&name(number), call));
            point.kill(&scene, &CONVERT);
            for (number, pack) in packs.iter().enumerate() {
                pack.state(&scene.read(&name(number)));
            }
            let ran = scene.run(&CONVERT);
            ran.at(&point).code(0);
            for (number, pack) in packs.iter().enumerate() {
                assert!(scene.read(&name(number)) == pack.new, "{point:?}: {number}");
            }
            assert_ledger_agrees(&scene, 5, &point);
        }
    }
}

#[test]
fn ledger_on_a_full_or_failing_disk_stops_a_run_before_the_image_is_touched() {
    crate::support::needs!("strace");
    let image = PackImage::full_history();
    let mut reported = 0;
    for (error, says) in [("ENOSPC", "full"), ("EIO", "failed")] {
        for when in 1..8 {
            let scene = set(&image, true);
            let inject = format!("inject=pwrite64:error={error}:when={when}+");
            let files =
                ["", "-wal", "-shm"].map(|end| format!("{}{end}", scene.ledger().display()));
            let mut options = vec!["-e", "trace=pwrite64", "-e", &inject];
            options.extend(files.iter().flat_map(|file| ["-P", file]));
            let traced = strace(&scene, &options, &CONVERT);
            if !traced.is_injected() {
                continue;
            }
            let held = scene.read(&format!("in/{}", image.name));
            let (code, stderr) = (traced.ran.code, &traced.ran.stderr);
            if image.state(&held) == State::Old {
                assert!(code == Some(3) && stderr.contains(says), "{error} {when}: {traced:?}");
                reported += 1;
            } else {
                // Claimed, and converted: only that it is done could not be written any more.
                assert!(when > 1 && image.state(&held) == State::New, "{error} {when}");
            }
            let ran = scene.run(&CONVERT);
            ran.at(&(error, when)).code(0);
            assert!(scene.read(&format!("in/{}", image.name)) == image.new);
        }
    }
    assert!(reported >= 4, "{reported}");
}

#[test]
fn claim_that_was_taken_up_and_failed_still_holds() {
    crate::support::needs!("strace");
    let image = PackImage::full_history();
    let path = format!("in/{}", image.name);
    let scene = set(&image, false);
    Point::on(&path, "pwrite64").kill(&scene, &CONVERT);
    let begun = || count(&scene.ledger(), "begun");
    assert_eq!(begun(), 1);
    let inject = "inject=pwrite64:error=EIO:when=1";
    let options = ["-f", "-P", &path, "-e", "trace=pwrite64", "-e", inject];
    strace(&scene, &options, &CONVERT).ran.ends(3);
    assert_eq!((begun(), image.state(&scene.read(&path))), (1, State::Old));
    image.put(&scene, "copies");
    let ran = scene.run(&["convert", "--yes", "copies"]);
    assert!(ran.code == Some(1) && ran.stdout.contains("copy-of-converted"), "{ran:?}");
    scene.run(&CONVERT).ends(0);
    assert!(scene.read(&path) == image.new);
}
