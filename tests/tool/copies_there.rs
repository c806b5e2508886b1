//! Copies that are at their targets before a run makes them.

use crate::support::ledger::states;
use crate::support::scene::{EPOCH, Image, Scene, outcomes};
use crate::support::simulator::{Pack, Release, sample};
use std::fs;

const AS_IT_SAYS: &str = "1 of 1 conversion is as the ledger says\n";

#[test]
fn copy_that_a_run_without_the_ledger_has_made_is_entered_and_the_image_not_converted_again() {
    let scene = Scene::with(&["applied-1440.img"]);
    scene.convert(&["--no-ledger", "-o", "out", "applied-1440.img"]);
    let dry_run = ["convert", "--dry-run", "--json", "-o", "out", "applied-1440.img"];
    assert_eq!(outcomes(&scene.json(&dry_run).0), ["already-converted"]);
    assert!(!scene.ledger().exists(), "a dry run enters nothing");
    let before = scene.read("applied-1440.img");
    for more in [&["-o", "out"][..], &[]] {
        let (images, _, code) = scene.convert(&[more, &["applied-1440.img"]].concat());
        assert_eq!((outcomes(&images), code), (vec!["already-converted"], Some(0)), "{more:?}");
        assert!(images[0].output.as_deref().unwrap().ends_with("out/applied-1440.img"));
        assert!(scene.read("applied-1440.img") == before, "{more:?}");
        scene.run(&["ledger", "check"]).is(0, AS_IT_SAYS, "");
    }
    let listed = scene.run(&["ledger"]).stdout.replace('\\', "/");
    assert!(listed.contains("/out/applied-1440.img\n"), "{listed}");
}

#[test]
fn copy_of_an_interrupted_conversion_takes_its_place_in_the_ledger() {
    let scene = Scene::with(&["converted-unfinished-360.img"]);
    let args = ["-o", "out", "converted-unfinished-360.img"];
    scene.convert(&[&["--no-ledger"], &args[..]].concat());
    assert_eq!(outcomes(&scene.convert(&args).0), ["already-converted"]);
    scene.run(&["ledger", "check"]).is(0, AS_IT_SAYS, "");
}

#[test]
fn copy_that_was_moved_is_found_where_it_would_be_made() {
    let scene = Scene::with(&["applied-1440.img"]);
    scene.convert(&["-o", "out", "applied-1440.img"]);
    fs::rename(scene.path("out"), scene.path("moved")).unwrap();
    let args = ["convert", "--yes", "--json", "-o", "moved", "applied-1440.img"];
    for more in [&["--dry-run"][..], &[]] {
        assert_found(&scene.json(&[&args, more].concat()).0, "moved/applied-1440.img");
    }
    scene.run(&["ledger", "check"]).is(0, AS_IT_SAYS, "");
    assert_eq!(states(&scene.ledger()), ["done"]);
}

/// Checks that the one image is converted into this copy, and nothing is said of a copy that is missing.
#[track_caller]
fn assert_found(images: &[Image], copy: &str) {
    assert_eq!(outcomes(images), ["already-converted"]);
    assert!(images[0].output.as_deref().unwrap().ends_with(copy), "{:?}", images[0].output);
    assert_eq!(images[0].notes, []);
}

/// What conversions here make of a pack.
fn converted(old: &Pack) -> Pack {
    let seconds: u64 = EPOCH.parse().unwrap();
    old.converted((seconds + 11_644_473_600) * 10_000_000)
}

#[test]
fn copy_that_was_used_and_moved_is_entered_where_it_is() {
    let scene = Scene::new();
    let (old, used) = (sample::unused(), sample::used(converted(&sample::unused()), Release::V45));
    fs::write(scene.path("x.img"), old.diskette()).unwrap();
    scene.convert(&["-o", "out", "x.img"]);
    fs::write(scene.path("out/x.img"), used.diskette()).unwrap();
    fs::rename(scene.path("out"), scene.path("moved")).unwrap();
    for more in [&["-o", "moved"][..], &[]] {
        let (images, ..) = scene.convert(&[more, &["x.img"]].concat());
        assert_found(&images, "moved/x.img");
    }
    scene.run(&["ledger", "check"]).is(0, AS_IT_SAYS, "");
    assert_eq!(states(&scene.ledger()), ["done"]);
    assert!(scene.read("x.img") == old.diskette() && scene.read("moved/x.img") == used.diskette());
}

#[test]
fn copy_of_another_conversion_takes_the_place_of_one_that_is_gone() {
    let scene = Scene::with(&["applied-1440.img"]);
    scene.convert(&["-o", "out", "applied-1440.img"]);
    fs::remove_dir_all(scene.path("out")).unwrap();
    let elsewhere = ["convert", "--yes", "--no-ledger", "-o", "other", "applied-1440.img"];
    scene.run_at("1800000000", &elsewhere).ends(0);
    for more in [&["-o", "other"][..], &[]] {
        let (images, ..) = scene.convert(&[more, &["applied-1440.img"]].concat());
        assert_found(&images, "other/applied-1440.img");
    }
    scene.run(&["ledger", "check"]).is(0, AS_IT_SAYS, "");
}

/// The ledger knows what the conversion made, although no image holds that any more.
#[test]
fn copy_that_was_used_before_it_was_entered_is_made_again_if_it_is_lost() {
    let old = sample::used_40();
    let new = converted(&old);
    let unfinished = Pack { bytes: [&new.bytes[..512], &old.bytes[512..]].concat(), ..new.clone() };
    let mut used = new.clone();
    sample::reapply(&mut used, &mut sample::server(Release::V45, 1));
    for image in [&old, &unfinished] {
        let scene = Scene::new();
        fs::write(scene.path("x.img"), image.diskette()).unwrap();
        scene.convert(&["--no-ledger", "-o", "out", "x.img"]);
        assert!(scene.read("out/x.img") == new.diskette());
        fs::write(scene.path("out/x.img"), used.diskette()).unwrap();
        assert_found(&scene.convert(&["-o", "out", "x.img"]).0, "out/x.img");
        fs::remove_dir_all(scene.path("out")).unwrap();
        fs::write(scene.path("x.img"), old.diskette()).unwrap();
        for (more, outcome) in [(&["--dry-run"][..], "convertible"), (&[], "converted")] {
            let ran = scene.run_at("1800000000", &[&["convert", "--yes", "x.img"], more].concat());
            assert!(ran.code == Some(0) && ran.stdout.contains(outcome), "{ran:?}");
        }
        assert!(scene.read("x.img") == new.diskette(), "it was not made with the same bytes");
    }
}

/// A copy of a 4.5 image is not what counts in place of that.
#[test]
fn copy_of_a_converted_image_leaves_that_image_in_the_ledger() {
    let scene = Scene::with(&["converted-360.img", "issued-4.5-360.img"]);
    let args = ["-o", "out", "converted-360.img", "issued-4.5-360.img"];
    for _ in 0..2 {
        let (images, _, code) = scene.convert(&args);
        assert_eq!((outcomes(&images), code), (vec!["already-converted", "issued-4.5"], Some(0)));
        assert!(!scene.run(&["ledger"]).stdout.replace('\\', "/").contains("/out/"));
    }
}
