//! A ledger that others made: who may read it, who may write it, and what is left as it was.

use crate::support::scene::{CONVERT, Ran, Scene, Summary};
use rusqlite::Connection;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

/// A pack converted by its owner, and a copy of it as it was.
fn converted_pack_and_copy() -> Scene {
    let scene = Scene::with(&["applied-1440.img"]);
    set_mode(&scene.image("applied-1440.img", "copy.img"), 0o666);
    assert_eq!(scene.convert(&["applied-1440.img"]).2, Some(0));
    scene
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

pub(super) fn files_beside(ledger: &Path) -> Vec<String> {
    let entries = fs::read_dir(ledger.parent().unwrap()).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What only reads, reads; what converts says why it does not.
fn assert_only_read(scene: &Scene) {
    let folder = scene.ledger().parent().unwrap().to_owned();
    let before = files_beside(&scene.ledger());
    set_mode(&folder, 0o555);
    let ran = scene.run_without_rights(&["inspect", "--json", "copy.img"]);
    assert!(ran.stdout.contains("copy-of-converted"), "{}{}", ran.stdout, ran.stderr);
    ran.ends(1);
    let ran = scene.run_without_rights(&["ledger"]);
    assert!(ran.stdout.contains("applied-1440.img") && ran.code == Some(0), "{}", ran.stderr);
    let ran = scene.run_without_rights(&["convert", "--dry-run", "--json", "copy.img"]);
    assert!(ran.stdout.contains("copy-of-converted"), "{}{}", ran.stdout, ran.stderr);
    let ran = scene.run_without_rights(&[&CONVERT[..], &["copy.img"]].concat());
    assert!(ran.stderr.contains("may not be written"), "{}", ran.stderr);
    ran.ends(3);
    assert_eq!(files_beside(&scene.ledger()), before);
    set_mode(&folder, 0o755);
}

#[test]
fn ledger_of_another_user_is_read() {
    let scene = converted_pack_and_copy();
    assert_eq!(files_beside(&scene.ledger()), ["ledger.db"]);
    set_mode(&scene.ledger(), 0o444);
    assert_only_read(&scene);
}

#[test]
fn ledger_of_another_user_is_read_with_what_its_log_holds() {
    let scene = converted_pack_and_copy();
    let _owner = change_in_the_log(&scene);
    assert_only_read(&scene);
    let ran = scene.run_without_rights(&["ledger"]);
    assert!(ran.stdout.contains("in-the-log/applied-1440.img"), "{}", ran.stdout);
}

#[test]
fn ledger_of_another_user_is_read_through_a_link_with_what_its_log_holds() {
    let scene = converted_pack_and_copy();
    let _owner = change_in_the_log(&scene);
    symlink(scene.ledger(), scene.path("link.db")).unwrap();
    let ran = scene.run_without_rights(&["ledger", "--ledger", "link.db"]);
    assert!(ran.stdout.contains("in-the-log/applied-1440.img"), "{}{}", ran.stdout, ran.stderr);
}

/// A run of its owner's under way in a ledger that others may only read: what it has changed is in the log alone.
fn change_in_the_log(scene: &Scene) -> Connection {
    let owner = Connection::open(scene.ledger()).unwrap();
    let change = "UPDATE conversion SET path = 'in-the-log/applied-1440.img'";
    owner.execute_batch(&format!("PRAGMA wal_autocheckpoint = 0; {change}")).unwrap();
    let log = scene.ledger().with_file_name("ledger.db-wal");
    assert!(fs::metadata(log).unwrap().len() > 0);
    for name in files_beside(&scene.ledger()) {
        set_mode(&scene.ledger().with_file_name(name), 0o444);
    }
    owner
}

#[test]
fn reader_leaves_nothing_beside_a_ledger_that_keeps_its_owner_from_writing() {
    let scene = converted_pack_and_copy();
    // The folder is everybody's, as for a ledger that a group shares; the ledger is its owner's.
    set_mode(&scene.ledger(), 0o644);
    set_mode(scene.ledger().parent().unwrap(), 0o777);
    for args in [&["inspect", "copy.img"][..], &["plan", "copy.img"], &["ledger"]] {
        let ran = scene.run_without_rights(args);
        assert_eq!(ran.stderr, "", "{args:?}");
        assert_eq!(files_beside(&scene.ledger()), ["ledger.db"], "{args:?}");
    }
    scene.image("unused-720.img", "unused.img");
    assert_eq!(scene.convert(&["unused.img"]).2, Some(0));
}

#[test]
fn file_of_another_user_beside_a_ledger_is_named_with_what_to_do_about_it() {
    let scene = converted_pack_and_copy();
    set_mode(&scene.ledger(), 0o666);
    set_mode(scene.ledger().parent().unwrap(), 0o777);
    let index = scene.ledger().with_file_name("ledger.db-shm");
    fs::write(&index, vec![0; 32768]).unwrap();
    set_mode(&index, 0o644);
    if !rustix::process::geteuid().is_root() {
        set_mode(&index, 0o444);
    }
    let ran = scene.run_without_rights(&[&CONVERT[..], &["copy.img"]].concat());
    assert!(ran.stderr.contains("another user's file beside it"), "{}", ran.stderr);
    assert!(ran.stderr.contains("/ledger.db-shm)"), "{}", ran.stderr);
    ran.ends(3);
}

#[test]
fn copy_of_a_ledger_that_cannot_be_made_is_told_apart_from_the_ledger() {
    let scene = converted_pack_and_copy();
    let _owner = change_in_the_log(&scene);
    let mut command = scene.command_without_rights(&["plan", "copy.img"]);
    let ran = Ran::of(command.env("TMPDIR", scene.path("no-such-folder")));
    assert!(
        ran.stderr.contains("name a folder with room for such files in TMPDIR"),
        "{}",
        ran.stderr
    );
    ran.ends(3);
}

#[test]
fn command_about_the_ledger_alone_is_not_told_to_do_without_it() {
    let scene = Scene::new();
    fs::write(scene.path("other"), "no database").unwrap();
    for args in [&["ledger", "--json"][..], &["ledger", "check"], &["ledger", "show", "00003"]] {
        let ran = scene.run(&[args, &["--ledger", "other"]].concat());
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(said.contains("is not a ledger") && !said.contains("--no-ledger"), "{said}");
        ran.ends(3);
    }
}

#[test]
fn every_verb_without_rights_says_what_it_may_not_and_changes_nothing() {
    if !rustix::process::geteuid().is_root() {
        // Only root can make files that are another user's.
        return;
    }
    let scene = converted_pack_and_copy();
    for name in ["refused.img", "unused.img", "folder/other.img"] {
        let from = if name == "refused.img" { "out-of-order-720.img" } else { "unused-720.img" };
        set_mode(&scene.image(from, name), 0o644);
    }
    let folder = scene.ledger().parent().unwrap().to_owned();
    for (path, mode) in [(scene.ledger(), 0o444), (folder, 0o555), (scene.path("folder"), 0o555)] {
        set_mode(&path, mode);
    }
    let serial = "12345-270-0000017-00003";
    let contents = || {
        let images = ["applied-1440.img", "refused.img", "unused.img", "folder/other.img"];
        let images: Vec<_> = images.iter().map(|name| scene.read(name)).collect();
        (images, files_beside(&scene.ledger()), files_beside(&scene.path("copy.img")))
    };
    let before = contents();
    let (reads, ledger) = ("", "may not be written");
    let verbs: [(&[&str], i32, &str); 16] = [
        (&["inspect", "unused.img"], 0, reads),
        (&["inspect", "."], 1, reads),
        (&["plan", "."], 1, reads),
        (&["plan", "--all", "."], 1, reads),
        (&["plan", "--all", "-o", "plans", "."], 3, "plans"),
        (&["replace", "."], 0, reads),
        (&["replace", ".", "-o", "request.txt"], 3, "request.txt"),
        (&["convert", "--dry-run", "unused.img"], 3, "belongs to another user"),
        (&["convert", "--yes", "unused.img"], 3, ledger),
        (&["convert", "--yes", "--no-ledger", "unused.img"], 3, "belongs to another user"),
        (&["convert", "--yes", "-o", "out", "unused.img"], 3, ledger),
        (&["convert", "--yes", "--no-ledger", "-o", "out", "unused.img"], 3, "out"),
        (&["ledger"], 0, reads),
        (&["ledger", "show", serial], 0, reads),
        (&["ledger", "check"], 0, reads),
        (&["ledger", "release", "--yes", serial], 3, ledger),
    ];
    let is_wrong = |(args, code, says): &(&[&str], i32, &str)| {
        let ran = scene.run_without_rights(args);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        let is_right = said.contains(says) && ran.code == Some(*code);
        (!is_right).then(|| format!("{args:?}: {:?} {said}", ran.code))
    };
    let wrong: Vec<_> = verbs.iter().filter_map(is_wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(contents() == before);
    for path in [scene.ledger().parent().unwrap(), &scene.path("folder")] {
        set_mode(path, 0o755);
    }
}

#[test]
fn ledger_of_another_user_is_read_with_what_a_killed_run_has_left_beside_it() {
    let scene = Scene::with(&["unused-720.img", "applied-1440.img"]);
    set_mode(&scene.image("applied-1440.img", "copy.img"), 0o666);
    scene.convert(&["unused-720.img"]);
    // As long as another program reads the ledger, what is written stays in the log.
    let reader = Connection::open(scene.ledger()).unwrap();
    let read = reader.query_row("SELECT count(*) FROM conversion", [], |row| row.get(0));
    assert_eq!(read, Ok(1));
    scene.convert(&["applied-1440.img"]);
    let killed = ["ledger.db", "ledger.db-wal"].map(|name| {
        let path = scene.ledger().with_file_name(name);
        let bytes = fs::read(&path).unwrap();
        (path, bytes)
    });
    drop(reader);
    for (path, bytes) in killed {
        fs::write(&path, bytes).unwrap();
        set_mode(&path, 0o444);
    }
    assert_eq!(files_beside(&scene.ledger()), ["ledger.db", "ledger.db-wal"]);
    assert_only_read(&scene);
    // Without the right to read the log, it is not passed over.
    set_mode(&scene.ledger().with_file_name("ledger.db-wal"), 0o000);
    let ran = scene.run_without_rights(&["convert", "--dry-run", "copy.img"]);
    assert!(ran.stderr.contains("you may not read it"), "{}", ran.stderr);
    ran.ends(3);
}

#[test]
fn ledger_that_only_its_owner_may_write_is_named_as_what_may_not_be_written() {
    let scene = converted_pack_and_copy();
    set_mode(&scene.ledger(), 0o644);
    let ran = scene.run_without_rights(&[&CONVERT[..], &["copy.img"]].concat());
    assert!(ran.stderr.contains("it may not be written"), "{}", ran.stderr);
    assert!(ran.stderr.contains("(permission denied)"), "{}", ran.stderr);
    ran.ends(3);
}

#[test]
fn ledger_that_is_to_be_made_where_nothing_may_be_written_is_reported_by_its_folder() {
    let scene = converted_pack_and_copy();
    let ledgers = [
        ("new.db", "its folder may not be written"),
        ("new/folder/ledger.db", "its folder is not there, and cannot be made"),
    ];
    for (ledger, why) in ledgers {
        let ran =
            scene.run_without_rights(&[&CONVERT[..], &["--ledger", ledger, "copy.img"]].concat());
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
        assert!(ran.stderr.contains("(permission denied)"), "{}", ran.stderr);
        ran.ends(3);
    }
}

#[test]
fn without_a_readable_ledger_inspect_goes_on_and_deciding_fails() {
    let scene = converted_pack_and_copy();
    set_mode(&scene.ledger(), 0o000);
    let ran = scene.run_without_rights(&["inspect", "--json", "copy.img"]);
    assert!(ran.stdout.contains("\"outcome\":\"convertible\""), "{}", ran.stdout);
    assert!(ran.stderr.contains("you may not read it"), "{}", ran.stderr);
    assert!(ran.stderr.contains("Copies of packs that were converted before cannot be recognized"));
    let summary: Summary = serde_json::from_str(ran.stdout.lines().last().unwrap()).unwrap();
    assert_eq!((ran.code, summary.error.unwrap().code.as_str()), (Some(0), "ledger-error"));
    let commands: [&[&str]; 5] = [
        &["convert", "--dry-run", "--json", "copy.img"],
        &["convert", "--yes", "--json", "copy.img"],
        &["plan", "--json", "copy.img"],
        &["replace", "--json", "copy.img"],
        &["ledger", "--json"],
    ];
    for command in commands {
        let ran = scene.run_without_rights(command);
        assert!(ran.stderr.contains("you may not read it"), "{command:?}: {}", ran.stderr);
        ran.at(&command).code(3);
        let summary: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(summary["type"], "summary", "{command:?}");
        assert_eq!(summary["error"]["code"], "ledger-error", "{command:?}");
        assert_eq!(summary["exit_code"], 3, "{command:?}");
    }
}

#[test]
fn ledger_is_made_with_all_that_the_mask_allows() {
    let scene = Scene::with(&["unused-720.img"]);
    scene.run_after("umask 007", &[&CONVERT[..], &["unused-720.img"]].concat()).ends(0);
    assert_eq!(fs::metadata(scene.ledger()).unwrap().permissions().mode() & 0o777, 0o660);
}
