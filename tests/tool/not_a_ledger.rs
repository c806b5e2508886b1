//! Files that are named as the ledger and are none: they are left as they were.

use super::shared_ledger::files_beside;
use crate::support::scene::Scene;
use rusqlite::Connection;
use std::fs;
use std::path::Path;

#[test]
fn database_of_another_program_is_left_as_it_was() {
    for mode in ["DELETE", "WAL"] {
        let scene = Scene::with(&["unused-720.img"]);
        let foreign = scene.path("foreign.db");
        let db = Connection::open(&foreign).unwrap();
        let sql =
            format!("PRAGMA journal_mode = {mode}; CREATE TABLE t (x); PRAGMA user_version = 1");
        db.execute_batch(&sql).unwrap();
        // A program that was killed: what it wrote last is in the log alone.
        let log = scene.path("foreign.db-wal");
        let killed = fs::read(&log).ok();
        drop(db);
        if let Some(killed) = &killed {
            fs::write(&log, killed).unwrap();
        }
        let (before, beside) = (scene.read("foreign.db"), files_beside(&foreign));
        for command in [&["inspect"][..], &["convert", "--yes"], &["convert", "--dry-run"]] {
            let ran = scene.run(&[command, &["--ledger", "foreign.db", "unused-720.img"]].concat());
            assert!(ran.stderr.contains("this file is not a ledger"), "{}", ran.stderr);
        }
        assert!(scene.read("foreign.db") == before);
        assert_eq!(files_beside(&foreign), beside);
    }
}

#[test]
fn only_regular_files_are_ledgers() {
    let scene = Scene::with(&["unused-720.img"]);
    rustix::fs::mkfifoat(rustix::fs::CWD, scene.path("pipe"), 0o666.into()).unwrap();
    for special in ["pipe", "/dev/null", "."] {
        for command in [&["inspect"][..], &["convert", "--yes"], &["ledger"]] {
            let images: &[&str] = if command == ["ledger"] { &[] } else { &["unused-720.img"] };
            let ran = scene.run(&[command, &["--ledger", special], images].concat());
            assert!(ran.stderr.contains("a ledger is a regular file"), "{special}: {}", ran.stderr);
        }
    }
    assert_eq!(files_beside(&scene.path("pipe")), ["pipe", "unused-720.img"]);
    assert!(!Path::new("/dev/null-journal").exists());
}
