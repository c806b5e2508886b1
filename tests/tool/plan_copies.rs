//! `addpack plan` after `addpack convert -o`: the copies that the ledger knows stand for their images.

use crate::support::planned::Planned;
use crate::support::planned::shelf::Shelf;
use crate::support::scene::Scene;
use crate::support::simulator::{Pack, Release, sample};

/// In `in`: two used packs and an unused one, converted into copies in `out`.
fn converted() -> Scene {
    let mut shelf = Shelf::new();
    std::fs::create_dir(shelf.scene.path("in")).unwrap();
    for from in [5, 10] {
        let pack = shelf.used(&sample::server(Release::V40, 1), Pack::unused_40, from, 5);
        shelf.put(&format!("in/{from:02}.img"), &pack);
    }
    let unused = shelf.unused(Pack::unused_40, 5);
    shelf.put("in/unused.img", &unused);
    let ran = shelf.scene.run(&["convert", "--yes", "-o", "out", "in"]);
    ran.ends(0);
    shelf.scene
}

fn plan(scene: &Scene, paths: &[&str]) -> (Planned, Option<i32>) {
    let ran = scene.run(&[&["plan", "--json"], paths].concat());
    (Planned::read(&ran.stdout), ran.code)
}

#[test]
fn plan_reaches_the_same_licenses_over_the_images_their_copies_and_both() {
    let scene = converted();
    for paths in [&["in"][..], &["out"], &["in", "out"], &["out", "in"]] {
        let (planned, code) = plan(&scene, paths);
        assert_eq!((planned.summary.reaches, code), (20, Some(0)), "{paths:?}");
        let applied: Vec<_> = planned.steps.iter().filter(|step| step.from.is_some()).collect();
        assert_eq!(applied.len(), 3);
        for step in applied {
            assert!(step.action == "apply" && step.path.contains("out/"), "{step:?}");
            let source = step.converted_from.as_deref();
            assert_eq!(source.is_some(), paths.contains(&"in"), "{step:?}");
            assert!(source.is_none_or(|source| source.starts_with("in/")), "{step:?}");
        }
    }
    let text = scene.run(&["plan", "in"]).stdout;
    assert!(text.contains("out/05.img  (converted from in/05.img)"), "{text}");
}

#[test]
fn no_unused_pack_takes_the_place_of_one_whose_copy_is_gone() {
    let scene = converted();
    std::fs::remove_file(scene.path("out/05.img")).unwrap();
    let (planned, code) = plan(&scene, &["in"]);
    let codes: Vec<_> = planned.steps.iter().map(|step| (&*step.code, step.from)).collect();
    assert_eq!(codes, [("copy-missing", None), ("behind-gap", None), ("behind-gap", None)]);
    assert!(planned.steps[0].path.ends_with("out/05.img"), "{:?}", planned.steps[0]);
    assert_eq!((planned.summary.reaches, &*planned.gaps, code), (5, &[(5, 10)][..], Some(1)));
    let text = scene.run(&["plan", "in"]).stdout;
    assert!(text.contains("its converted\n  copy is gone"), "{text}");
    let ran = scene.run(&["convert", "--yes", "-o", "out", "in"]);
    ran.ends(0);
    let (planned, code) = plan(&scene, &["in"]);
    assert_eq!((planned.summary.reaches, code), (20, Some(0)));
}

#[test]
fn pack_that_was_converted_in_place_was_not_converted_from_its_copy() {
    let scene = Scene::with(&["applied-1440.img", "fragmented-1440.img"]);
    scene.run(&["convert", "--yes", "."]).ends(0);
    let ran = scene.run(&["plan", "."]);
    assert!(
        ran.stdout.contains("  apply  ") && !ran.stdout.contains("converted from"),
        "{}",
        ran.stdout
    );
    scene.run(&["plan", "--no-ledger", "."]).ends(0);
}

#[test]
fn copy_of_a_pack_that_was_converted_elsewhere_is_no_twin() {
    let scene = Scene::with(&["applied-1440.img", "converted-360.img"]);
    std::fs::copy(scene.path("applied-1440.img"), scene.path("copy.img")).unwrap();
    let twins = "Twins\n  5 to 10: restored by ";
    let ran = scene.run(&["plan", "copy.img", "converted-360.img"]);
    assert!(ran.stdout.contains(twins), "{ran:?}");
    scene.run(&["convert", "--yes", "applied-1440.img"]).ends(0);
    let ran = scene.run(&["plan", "copy.img", "converted-360.img"]);
    assert!(ran.stdout.contains("copy.img") && !ran.stdout.contains("Twins"), "{ran:?}");
}
