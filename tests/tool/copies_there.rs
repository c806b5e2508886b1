//! Copies that are at their targets before a run makes them.

use crate::support::ledger::states;
use crate::support::scene::{Scene, outcomes};
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
    let (images, ..) = scene.convert(&["-o", "moved", "applied-1440.img"]);
    assert_eq!(outcomes(&images), ["already-converted"]);
    scene.run(&["ledger", "check"]).is(0, AS_IT_SAYS, "");
    assert_eq!(states(&scene.ledger()), ["done"]);
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
