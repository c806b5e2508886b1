//! `addpack plan`: which server is meant, and which images of a set count.

use crate::support::planned::Planned;
use crate::support::planned::shelf::{Shelf, shelf};
use crate::support::scene::{Ran, Scene};
use crate::support::simulator::{Pack, Release, sample};

#[test]
fn server_is_the_one_that_most_packs_are_bound_to_or_the_one_that_is_named() {
    let shelf = shelf();
    let first = |args: &[&str]| shelf.scene.run(&[&["plan", "."], args].concat()).stdout;
    for second in [
        &["--name", "SERVER-2"][..],
        &["--address", "00-a0-c9-14-c8-02"],
        &["--address", "00:A0:C9:14:C8:02"],
        &["--name", "SERVER-2", "--address", "00-A0-C9-14-C8-02"],
    ] {
        let plan = first(second);
        assert!(plan.starts_with("SERVER-2 (00:A0:C9:14:C8:02), "), "{plan}");
    }
    assert!(first(&["--name", "OTHER"]).starts_with("a server that no pack is bound to, "));
    let mixed = first(&["--name", "OTHER", "--address", "00-A0-C9-14-C8-02"]);
    assert!(mixed.starts_with("OTHER (00:A0:C9:14:C8:02), "), "{mixed}");
}

#[test]
fn what_no_server_is_is_a_wrong_command_line() {
    let scene = Scene::with(&["unused-720.img"]);
    for wrong in [
        &["--server", "4.1"][..],
        &["--edition", "home"],
        &["--installed", "4"],
        &["--installed", "51"],
        &["--installed", "55"],
        &["--installed", "12"],
        &["--installed", "6", "--server", "4.0"],
        &["--installed", "26", "--server", "4.0"],
        &["--address", "00-00-00-00-00-00"],
        &["--address", "00-A0-C9-14-C8"],
        &["--address", "00-A0-C9-14-C8-+1"],
        &["--name", ""],
        &["--name", "SIXTEEN-LETTERS!"],
        &["--name", "A B"],
        &["--json", "--labels"],
    ] {
        let ran = scene.run(&[&["plan", "."], wrong].concat());
        assert_eq!((ran.code, &*ran.stdout), (Some(2), ""), "{wrong:?}");
        assert!(!ran.stderr.is_empty());
    }
}

#[test]
fn of_two_images_of_one_pack_the_newer_counts() {
    let mut shelf = Shelf::new();
    let old = shelf.used(&sample::server(Release::V40, 1), Pack::unused_40, 5, 5);
    shelf.put("a.img", &old);
    shelf.put("b.img", &sample::converted(&old));
    shelf.put("c.img", &old);
    let (planned, code) = shelf.plan(&["."]);
    let codes: Vec<_> = planned.steps.iter().map(|s| (&*s.path, &*s.code)).collect();
    assert_eq!(codes, [("./b.img", "restores"), ("./a.img", "copy"), ("./c.img", "copy")]);
    assert_eq!((planned.summary.reaches, code), (10, Some(0)));
    // Nobody has recorded from which of them, if from any.
    assert_eq!(planned.steps[0].converted_from, None);
    let mut moved = old.clone();
    assert!(sample::server(Release::V40, 2).transfer(&mut moved));
    shelf.put("b.img", &moved);
    let (planned, _) = shelf.plan(&["--name", "SERVER-1", "."]);
    let codes: Vec<_> = planned.steps.iter().map(|s| (&*s.path, &*s.code)).collect();
    assert_eq!(codes, [("./a.img", "copy"), ("./b.img", "other-server"), ("./c.img", "copy")]);
}

#[test]
fn pack_that_was_converted_into_a_copy_is_planned_as_that() {
    let scene = Scene::with(&["unused-720.img"]);
    scene.run(&["convert", "--yes", "-o", "out", "unused-720.img"]).ends(0);
    let ran = scene.run(&["plan", "--json", "unused-720.img"]);
    let planned = Planned::read(&ran.stdout);
    let step = &planned.steps[0];
    assert_eq!((&*step.code, &*step.action), ("adds", "apply"));
}

#[test]
fn what_fails_is_reported_and_what_is_no_pack_is_left_out() {
    let scene = Scene::with(&["unused-720.img", "no-record-360.img"]);
    let ran = scene.run(&["plan", "--json", "."]);
    assert_eq!((Planned::read(&ran.stdout).steps.len(), ran.code), (1, Some(0)));
    let ran = scene.run(&["plan", "--json", ".", "gone.img"]);
    let stderr = "addpack: gone.img: there is no such file or folder; next: check the path\n";
    assert_eq!((&*ran.stderr, ran.code), (stderr, Some(3)));
    assert_eq!(Planned::read(&ran.stdout).steps.len(), 1);
    let ran = scene.run(&["plan", "--json", "no-record-360.img"]);
    let stderr =
        "addpack: no-record-360.img: a diskette without ADDPACK.DAT in its root directory\n";
    assert_eq!((&*ran.stderr, ran.code), (stderr, Some(1)));
}

#[test]
fn plan_writes_nothing() {
    let shelf = shelf();
    let names = || std::fs::read_dir(shelf.scene.path("")).unwrap().count();
    let (before, count) = (shelf.scene.read("b.img"), names());
    shelf.scene.run(&["plan", "."]);
    assert!(before == shelf.scene.read("b.img") && !shelf.scene.ledger().exists());
    assert_eq!(names(), count);
}

#[test]
fn closed_pipe_is_no_error() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    Ran::of(shelf().scene.command(&["plan", "."]).stdout(writer)).is(1, "", "");
}

#[test]
fn path_that_leads_nowhere_gets_an_error_and_no_plan() {
    let scene = Scene::with(&["unused-720.img"]);
    let stderr = "addpack: gone: there is no such file or folder; next: check the path\n";
    scene.run(&["plan", "gone"]).is(3, "", stderr);
    scene.run(&["plan", "--all", "gone"]).is(3, "", stderr);
    assert!(scene.run(&["plan", "gone", "."]).stdout.contains("What now"));
}

#[test]
fn picture_counts_each_refused_pack_that_states_what_it_restores() {
    let images =
        ["bit-rot-360.img", "converted-360.img", "foreign-server-720.img", "out-of-order-720.img"];
    let ran = Scene::with(&images).run(&["plan", "."]);
    assert_eq!(ran.stdout.matches("  |xxxxxxx|\n").count(), 3, "{}", ran.stdout);
    assert!(ran.stdout.contains("Do not apply (3)"), "{}", ran.stdout);
}
