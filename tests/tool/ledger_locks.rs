//! A ledger that a run has open stays locked, whatever the run opens besides. Otherwise another program could remove the log
//! that this run goes on to write into, and with it what it claims.

use crate::support::diskette::Terminal;
use crate::support::ledger::{begin_again, open, states};
use crate::support::scene::Scene;
use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::io::Errno;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;

const KEPT: &str = "box/12345-270-0000017-00003-1-event.img";

/// A ledger with one conversion, and `box/a.img`, which is still to be converted.
fn scene_with(ledger: &str) -> Scene {
    let scene = Scene::new();
    fs::create_dir(scene.path("box")).unwrap();
    scene.pack(1, "first.img");
    scene.run(&["convert", "--yes", "--ledger", ledger, "first.img"]).ends(0);
    scene.pack(2, "box/a.img");
    scene
}

/// Makes a ledger as long as the image of a diskette of 160 KB.
fn make_as_long_as_a_diskette(ledger: &Path) {
    let db = open(ledger);
    db.execute_batch("CREATE TABLE filling (bytes)").unwrap();
    while db.query_row("PRAGMA page_count", [], |row| row.get::<_, i64>(0)).unwrap() < 40 {
        db.execute_batch("INSERT INTO filling VALUES (zeroblob(3000))").unwrap();
    }
    db.execute_batch("DROP TABLE filling").unwrap();
    drop(db);
    assert_eq!(fs::metadata(ledger).unwrap().len(), 163_840);
}

/// Whether another process has locked the file, in SQLite's way.
fn is_locked(path: &Path) -> bool {
    let file = File::options().read(true).write(true).open(path).unwrap();
    let locked = fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive);
    locked.is_err_and(|error| matches!(error, Errno::AGAIN | Errno::ACCESS))
}

/// Converts these paths and says yes; while that is asked, the ledger and the index of its log are locked. What it said.
#[track_caller]
fn assert_stays_locked(scene: &Scene, ledger: &str, paths: &[&str]) -> String {
    let args = [&["convert", "--ledger", ledger][..], paths].concat();
    let mut terminal = Terminal::run(scene.command(&args));
    let asked = terminal.until("[y/N]");
    for file in [ledger, &format!("{ledger}-shm")] {
        assert!(is_locked(&scene.path(file)), "{args:?}: {file}");
    }
    terminal.answer("y");
    (asked + &terminal.end().0).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn ledger_stays_locked_while_images_are_converted_that_a_queue_has_kept() {
    let scene = scene_with("ledger.db");
    fs::rename(scene.path("box/a.img"), scene.path(KEPT)).unwrap();
    let shown = assert_stays_locked(&scene, "ledger.db", &["box"]);
    assert!(shown.contains("Images of diskettes that a queue has kept"), "{shown}");
    assert_eq!(states(&scene.path("ledger.db")), ["done", "done"]);
}

#[test]
fn ledger_in_a_folder_of_images_stays_locked_and_is_passed_over() {
    for (ledger, is_filled) in [("box/l.db", true), ("box/l.img", true), ("box/l.img", false)] {
        let scene = scene_with(ledger);
        if is_filled {
            make_as_long_as_a_diskette(&scene.path(ledger));
        }
        fs::hard_link(scene.path(ledger), scene.path("box/other.img")).unwrap();
        assert_stays_locked(&scene, ledger, &["box"]);
        assert_eq!(states(&scene.path(ledger)), ["done", "done"], "{ledger}");
        let (images, _, code) = scene.json(&["inspect", "--json", "--ledger", ledger, "box"]);
        assert_eq!((images.len(), code), (1, Some(0)), "{ledger}");
    }
}

#[test]
fn ledger_that_is_named_as_an_image_a_map_or_an_archive_stays_locked() {
    let said = "neither an image file, a folder nor a drive";
    let cases: [(&str, &[&str], &str); 7] = [
        ("box/l.db", &["box/a.img", "box/l.db"], said),
        ("box/l.db", &["box/a.img", "box/l.db-shm"], said),
        ("box/l.img", &["box/a.img", "box/link"], said),
        ("box/l.zip", &["box/a.img", "box/l.zip/b.img"], "box/l.zip/b.img"),
        ("box/a.map", &["box"], ""),
        ("box/a.map", &["box/a.img"], ""),
        ("box/a.log", &["box/a.img", "first.img"], ""),
    ];
    for (ledger, paths, says) in cases {
        let scene = scene_with(ledger);
        symlink("l.img", scene.path("box/link")).unwrap();
        let shown = assert_stays_locked(&scene, ledger, paths);
        assert!(shown.contains(says), "{paths:?}: {shown}");
        assert_eq!(states(&scene.path(ledger)), ["done", "done"], "{paths:?}");
    }
}

#[test]
fn ledger_that_a_claim_in_it_names_as_its_image_stays_locked() {
    let scene = scene_with("l.img");
    let ledger = scene.path("l.img");
    begin_again(&ledger, b"old", b"new");
    let path = ledger.to_str().unwrap();
    open(&ledger).execute("UPDATE conversion SET path = ?1", [path]).unwrap();
    assert_stays_locked(&scene, "l.img", &["box/a.img"]);
    assert_eq!(states(&ledger), ["begun", "done"]);
}
