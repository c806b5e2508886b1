//! A claim that a killed run has left open is taken up wherever its image is now, and by whatever path: the file tells,
//! not the spelling. What that run has left beside it is gone then.

use super::killed_in_container::{CONVERT, Packed, archive, compressed};
use crate::support::judge::{PackImage, Point, Threads};
use crate::support::ledger;
use crate::support::scene::{self, Scene, outcomes};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;

/// What becomes of an image at a path after the kill; the path by which it is named then.
type Move = fn(&Scene, &str) -> String;

fn stays(_: &Scene, path: &str) -> String {
    path.to_owned()
}

fn by_another_spelling(scene: &Scene, path: &str) -> String {
    fs::create_dir(scene.path("other")).unwrap();
    format!("other/../{path}")
}

fn by_a_link(scene: &Scene, path: &str) -> String {
    symlink(scene.path(path), scene.path("link")).unwrap();
    "link".to_owned()
}

fn renamed(scene: &Scene, path: &str) -> String {
    let to = path.replace("in/", "in/renamed-");
    fs::rename(scene.path(path), scene.path(&to)).unwrap();
    to
}

fn in_another_folder(scene: &Scene, path: &str) -> String {
    fs::create_dir(scene.path("other")).unwrap();
    let to = path.replace("in/", "other/");
    fs::rename(scene.path(path), scene.path(&to)).unwrap();
    to
}

fn with_its_folder(scene: &Scene, path: &str) -> String {
    fs::rename(scene.path("in"), scene.path("moved")).unwrap();
    path.replace("in/", "moved/")
}

const MOVES: [(&str, Move); 6] = [
    ("stays", stays),
    ("by another spelling", by_another_spelling),
    ("by a link", by_a_link),
    ("renamed", renamed),
    ("in another folder", in_another_folder),
    ("with its folder", with_its_folder),
];

fn kill(scene: &Scene, packed: &Packed, call: &str) {
    let path = Some(packed.temporary(scene));
    Point { call: call.to_owned(), when: 1, threads: Threads::All, path }.kill(scene, &CONVERT);
}

/// All temporaries in the scene.
fn temporaries(scene: &Scene) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![scene.path("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else if name.starts_with(".addpack-") {
                found.push(name);
            }
        }
    }
    found
}

/// The states that entries of the ledger are in.
fn states(scene: &Scene) -> BTreeSet<String> {
    ledger::states(&scene.ledger()).into_iter().collect()
}

fn only(state: &str) -> BTreeSet<String> {
    BTreeSet::from([state.to_owned()])
}

/// One ordinary run over this path completes all packs, and leaves nothing.
#[track_caller]
fn assert_completed(scene: &Scene, packed: &Packed, path: &str, case: &str) {
    let ran = scene.run(&["convert", "--yes", "--json", path]);
    assert_eq!(ran.code, Some(0), "{case}: {}{}", ran.stdout, ran.stderr);
    let state = packed.state_at(scene, path);
    assert!(state.iter().all(|new| *new), "{case}: {state:?}");
    assert_eq!(states(scene), only("done"), "{case}");
    assert_eq!(temporaries(scene), <[&str; 0]>::default(), "{case}");
    let checked = scene.run(&["ledger", "check"]);
    let is_said = checked.stdout.ends_with(" as the ledger says\n");
    assert!(is_said && checked.code == Some(0), "{case}: {checked:?}");
}

#[test]
fn claim_on_a_container_is_taken_up_wherever_it_is_after_a_kill() {
    crate::support::needs!("strace", "zip", "unzip");
    for (packed, calls) in
        [(compressed(), &["write", "fsync", "rename"][..]), (archive(), &["rename"])]
    {
        for call in calls {
            for (name, change) in MOVES {
                let case = format!("{} killed before {call}, {name}", packed.path);
                let scene = Scene::new();
                packed.put(&scene);
                kill(&scene, &packed, call);
                assert_eq!(temporaries(&scene).len(), 1, "{case}");
                assert!(packed.state(&scene).iter().all(|new| !new), "{case}");
                let path = change(&scene, packed.path);
                // Who looks says that it can be converted, and changes nothing.
                let (seen, ..) = scene.json(&["inspect", "--json", &path]);
                assert!(outcomes(&seen).iter().all(|outcome| *outcome == "convertible"), "{case}");
                assert_completed(&scene, &packed, &path, &case);
            }
        }
    }
}

#[test]
fn temporary_goes_with_the_next_run_although_its_archive_was_moved() {
    crate::support::needs!("strace", "zip", "unzip");
    let packed = archive();
    let scene = Scene::new();
    packed.put(&scene);
    scene.image("unused-720.img", "elsewhere/a.img");
    kill(&scene, &packed, "rename");
    let path = in_another_folder(&scene, packed.path);
    assert_eq!(temporaries(&scene).len(), 1);
    assert_eq!(scene.run(&["convert", "--yes", "elsewhere"]).code, Some(0));
    assert_eq!(temporaries(&scene), <[&str; 0]>::default());
    assert_completed(&scene, &packed, &path, "after another run");
}

#[test]
fn claim_that_is_taken_up_at_another_place_and_killed_there_is_taken_up_again() {
    crate::support::needs!("strace", "zip", "unzip");
    for packed in [compressed(), archive()] {
        let scene = Scene::new();
        packed.put(&scene);
        kill(&scene, &packed, "rename");
        let path = with_its_folder(&scene, packed.path);
        let args = ["convert", "--yes", "--json", &*path];
        Point { call: "rename".to_owned(), when: 1, threads: Threads::All, path: None }
            .kill(&scene, &args);
        // The first one's is gone, and the second one's is there.
        assert_eq!(temporaries(&scene).len(), 1);
        fs::rename(scene.path("moved"), scene.path("in")).unwrap();
        assert_completed(&scene, &packed, packed.path, packed.path);
    }
}

#[test]
fn copy_of_an_archive_after_a_kill_is_a_copy() {
    crate::support::needs!("strace", "zip", "unzip");
    let packed = archive();
    let scene = Scene::new();
    packed.put(&scene);
    kill(&scene, &packed, "rename");
    fs::copy(scene.path(packed.path), scene.path("copy.zip")).unwrap();
    let (images, _, code) = scene.json(&["inspect", "--json", "copy.zip"]);
    assert_eq!((outcomes(&images), code), (vec!["refused"; 4], Some(1)));
    assert!(images.iter().all(|image| image.findings[0].code == "copy-of-converted"));
}

/// An image that was killed in its conversion, in place, before its first write.
fn raw(scene: &Scene, args: &[&str], call: &str) -> PackImage {
    let image = PackImage { name: "a.img".to_owned(), ..PackImage::golden("reapplied-360.img") };
    image.put(scene, "in");
    let path = Some(fs::canonicalize(scene.path("in/a.img")).unwrap());
    let path = path
        .filter(|_| call == "pwrite64")
        .map(|path| path.into_os_string().into_string().unwrap());
    Point { call: call.to_owned(), when: 1, threads: Threads::All, path }.kill(scene, args);
    image
}

#[test]
fn claim_on_an_image_is_taken_up_by_whatever_path() {
    crate::support::needs!("strace");
    let by_another_name = |scene: &Scene, path: &str| {
        fs::hard_link(scene.path(path), scene.path("name")).unwrap();
        "name".to_owned()
    };
    for (name, change) in MOVES.into_iter().chain([("by another name", by_another_name as Move)]) {
        let scene = Scene::new();
        let image = raw(&scene, &["convert", "--yes", "in/a.img"], "pwrite64");
        assert_eq!(states(&scene), only("begun"));
        let path = change(&scene, "in/a.img");
        let (images, _, code) = {
            let ran = scene.run(&["convert", "--yes", "--json", &path]);
            let line = ran.stdout.lines().next().unwrap();
            let image: scene::Image = serde_json::from_str(line).unwrap();
            (image.outcome, ran.stderr, ran.code)
        };
        assert_eq!((&*images, code), ("converted", Some(0)), "{name}");
        assert!(scene.read(&path) == image.new, "{name}");
        assert_eq!(states(&scene), only("done"), "{name}");
    }
}

#[test]
fn claim_on_a_copy_of_a_packed_image_is_taken_up_by_whatever_path() {
    crate::support::needs!("strace");
    for (name, change) in MOVES {
        let packed = compressed();
        let scene = Scene::new();
        packed.put(&scene);
        let args = ["convert", "--yes", "--json", "-o", "out", "in"];
        // The first new name is the ledger's.
        Point { call: "linkat".to_owned(), when: 2, threads: Threads::All, path: None }
            .kill(&scene, &args);
        assert_eq!(states(&scene), only("begun"));
        let path = change(&scene, packed.path);
        let ran = scene.run(&["convert", "--yes", "--json", "-o", "out", &path]);
        assert_eq!(ran.code, Some(0), "{name}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("\"outcome\":\"converted\""), "{name}: {}", ran.stdout);
        assert_eq!(states(&scene), only("done"), "{name}");
    }
}
