//! The ledger's file: which one, and what is wrong with it.

use crate::support::ledger::{number, open};
use crate::support::scene::{CONVERT, Scene, Summary, outcomes};
use rusqlite::Connection;

/// Nothing is touched, and one line on standard error says why.
fn assert_unusable(scene: &Scene, says: &str) {
    let before = scene.read("unused-720.img");
    let ran = scene.run(&[&CONVERT[..], &["unused-720.img"]].concat());
    assert!(ran.stderr.contains(says) && ran.stderr.lines().count() == 1, "{}", ran.stderr);
    assert!(
        ran.stderr
            .ends_with("Nothing was converted: every conversion is entered in the ledger first\n"),
        "{}",
        ran.stderr
    );
    let summary: Summary = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, summary.images, summary.complete), (Some(3), 0, false));
    assert!(summary.error.is_some_and(|error| error.message.contains(says)));
    assert!(!ran.stderr.contains("SELECT"), "{}", ran.stderr);
    assert!(before == scene.read("unused-720.img"));
}

#[test]
fn ledger_that_cannot_be_used_is_reported_before_any_image_is_touched() {
    let scene = Scene::with(&["unused-720.img"]);
    std::fs::create_dir_all(scene.ledger().parent().unwrap()).unwrap();
    std::fs::write(scene.ledger(), "no database, but long enough to be taken for one").unwrap();
    assert_unusable(&scene, "this file is not a ledger");
    std::fs::remove_file(scene.ledger()).unwrap();
    std::fs::create_dir(scene.ledger()).unwrap();
    assert_unusable(&scene, "a ledger is a regular file");
    std::fs::remove_dir(scene.ledger()).unwrap();
    Connection::open(scene.ledger()).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert_unusable(&scene, "this file is not a ledger");
}

#[test]
fn newer_damaged_or_full_ledger_is_reported_before_any_image_is_touched() {
    let scene = Scene::with(&["unused-720.img", "applied-1440.img"]);
    scene.convert(&["applied-1440.img"]);
    let change = |sql| Connection::open(scene.ledger()).unwrap().execute_batch(sql).unwrap();
    change("PRAGMA user_version = 6");
    assert_unusable(&scene, "a newer addpack wrote it");
    change("PRAGMA user_version = 0");
    assert_unusable(&scene, "this file is not a ledger");
    change("PRAGMA user_version = 5");
    // A page in the middle overwritten: the table itself.
    let sound = std::fs::read(scene.ledger()).unwrap();
    let mut damaged = sound.clone();
    damaged[4096..].fill(0x5A);
    std::fs::write(scene.ledger(), damaged).unwrap();
    assert_unusable(&scene, "it is damaged");
    std::fs::write(scene.ledger(), sound).unwrap();
    assert_eq!(outcomes(&scene.convert(&["unused-720.img"]).0), ["converted"]);
}

#[test]
fn mode_that_forbids_writing_holds_for_the_ledger_too() {
    let scene = Scene::with(&["unused-720.img", "applied-1440.img"]);
    scene.convert(&["applied-1440.img"]);
    scene.write_protect(scene.ledger());
    assert_unusable(&scene, "it may not be written");
    // Reading it is no writing.
    let (images, ..) = scene.json(&["inspect", "--json", "."]);
    assert_eq!(outcomes(&images), ["already-converted", "convertible"]);
}

#[cfg(unix)]
#[test]
fn names_that_sqlite_has_for_itself_are_files_like_any_other() {
    for name in [":memory:", "file::memory:", "file:x.db?mode=memory"] {
        let scene = Scene::new();
        scene.pack(1, "a.img");
        scene.pack(1, "b.img");
        for (image, outcome) in [("a.img", "converted"), ("b.img", "refused")] {
            assert_eq!(outcomes(&scene.convert(&["--ledger", name, image]).0), [outcome], "{name}");
        }
        assert!(scene.path(name).exists(), "{name}");
    }
}

#[test]
fn ledger_that_was_named_must_be_there_to_be_looked_into() {
    let scene = Scene::new();
    for args in [&["check"][..], &["list"], &["show", "1"], &["release", "--yes", "1"]] {
        let ran = scene.run(&[&["ledger", "--ledger", "typo.db"], args].concat());
        ran.is(2, "", "addpack: there is no ledger typo.db\n");
    }
    assert!(!scene.path("typo.db").exists());
    let head =
        "serial,licenses,state,converted_at,met_converted,path,target,old_digest,new_digest\n";
    scene.run(&["ledger", "--csv"]).is(0, head, "");
}

#[test]
fn tables_that_are_missing_are_reported_as_damage() {
    let scene = Scene::with(&["unused-720.img"]);
    std::fs::create_dir_all(scene.ledger().parent().unwrap()).unwrap();
    let bare = "PRAGMA application_id = 1095781447; PRAGMA user_version = 1; CREATE TABLE t (x)";
    Connection::open(scene.ledger()).unwrap().execute_batch(bare).unwrap();
    assert_unusable(&scene, "it is damaged");
}

#[test]
fn records_in_the_journal_of_no_conversion_that_is_begun_are_reported_and_kept() {
    let lost = "DELETE FROM conversion; INSERT INTO journal VALUES (1, x'01', x'02')";
    let released =
        "UPDATE conversion SET released = id; INSERT INTO journal VALUES (1, x'01', x'02')";
    for damage in [lost, released] {
        let scene = Scene::with(&["unused-720.img", "applied-1440.img"]);
        scene.convert(&["applied-1440.img"]);
        open(&scene.ledger()).execute_batch(damage).unwrap();
        assert_unusable(&scene, "it is damaged, addpack ledger check says where");
        let ran = scene.run(&["plan", "unused-720.img"]);
        assert!(ran.stderr.contains("it is damaged") && ran.stdout.is_empty(), "{ran:?}");
        let ran = scene.run(&["inspect", "unused-720.img"]);
        assert!(ran.stderr.contains("it is damaged") && ran.code == Some(0), "{ran:?}");
        let ran = scene.run(&["ledger", "check"]);
        let said = "ledger: its journal has the records of conversion 1, which is not in the ledger or was \
                    released; restore the ledger from a backup\n";
        assert!(ran.stdout.starts_with(said), "{}", ran.stdout);
        ran.ends(1);
        let kept = "SELECT count(*) FROM journal WHERE old_record = x'01' AND new_record = x'02'";
        assert_eq!(number(&scene.ledger(), kept), 1);
    }
}

#[test]
fn runs_that_write_nothing_make_no_ledger() {
    let scene = Scene::with(&["unused-720.img"]);
    scene.run(&["inspect", "."]);
    scene.run(&["convert", "--dry-run", "."]);
    scene.run(&["convert", "--yes", "--no-ledger", "."]);
    scene.run(&["ledger"]).is(0, "the ledger is empty\n", "");
    assert!(!scene.ledger().exists());
}

#[test]
fn ledger_can_be_named_by_option_and_by_environment() {
    let scene = Scene::with(&["unused-720.img", "applied-1440.img"]);
    scene.convert(&["--ledger", "my/own.db", "unused-720.img"]);
    assert!(scene.path("my/own.db").exists() && !scene.ledger().exists());
    let mut command = scene.command(&[&CONVERT[..], &["applied-1440.img"]].concat());
    assert!(command.env("ADDPACK_LEDGER", "my/own.db").status().unwrap().success());
    let listed = scene.run(&["ledger", "--ledger", "my/own.db"]);
    assert_eq!(listed.stdout.lines().count(), 1 + 2, "{}", listed.stdout);
}
