//! A pack is released only if neither its converted image nor one that a crash may have torn is there.

use super::open_claims::Crash;
use crate::support::judge::strace;
use crate::support::ledger::{begin_again, open, states};
use crate::support::scene::{Ran, Scene};
use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;

const SERIAL: &str = "12345-270-0000017-00004";
const RELEASE: [&str; 4] = ["ledger", "release", "--yes", SERIAL];

#[track_caller]
fn is_refused(ran: &Ran, why: &str) {
    assert!(ran.code == Some(2) && ran.stderr.contains(why), "{ran:?}");
}

#[test]
fn conversion_that_was_interrupted_and_cannot_be_finished_is_not_released() {
    let crash = Crash::events();
    crash.write(0, &crash.new[..512]);
    crash.scene.write_protect(crash.name);
    is_refused(&crash.scene.run(&RELEASE), "/reapplied-360.img holds the converted pack");
    assert_eq!(crash.states(), ["begun"]);
    let forced = [&RELEASE[..], &["--although-it-is-there"]].concat();
    let ran = crash.scene.run(&forced);
    assert!(ran.code == Some(0) && ran.stderr.contains("two packs with one serial"), "{ran:?}");
}

/// Only the claim can repair it.
#[test]
fn torn_pack_that_cannot_be_repaired_now_is_not_released() {
    let crash = Crash::events();
    crash.write(0, &crash.new[..100]);
    crash.scene.write_protect(crash.name);
    let why = "could not be completed: the file is marked read-only";
    is_refused(&crash.scene.run(&RELEASE), why);
    let image = crash.scene.path(crash.name);
    set_permissions(&image, Permissions::from_mode(0o644)).unwrap();
    crash.assert_mended("already-converted");
}

#[test]
fn unfinished_conversion_of_another_ledger_is_not_released() {
    let scene = Scene::with(&["converted-unfinished-360.img"]);
    scene.write_protect("converted-unfinished-360.img");
    scene.run(&["convert", "--yes", "."]).ends(3);
    assert_eq!(states(&scene.ledger()), ["done"]);
    let listed = scene.run(&["ledger", "--json"]).stdout;
    let serial = listed.split("\"serial\":\"").nth(1).unwrap().split('"').next().unwrap();
    is_refused(&scene.run(&["ledger", "release", "--yes", serial]), "holds the converted pack");
}

#[test]
fn copy_that_could_not_be_made_durable_is_not_released() {
    crate::support::needs!("strace");
    let crash = Crash::events();
    let scene = &crash.scene;
    std::fs::remove_file(scene.ledger()).unwrap();
    scene.run(&["convert", "--yes", "-o", "out", crash.name]).ends(0);
    begin_again(&scene.ledger(), &crash.old, &crash.new);
    let out = std::fs::canonicalize(scene.path("out")).unwrap();
    let options = ["-f", "-P", out.to_str().unwrap(), "-e", "inject=fsync:error=EIO"];
    let traced = strace(scene, &options, &RELEASE);
    assert!(traced.is_injected());
    is_refused(&traced.ran, "/out/reapplied-360.img holds the converted pack");
    assert_eq!(states(&scene.ledger()), ["begun"]);
    let entries: i64 = open(&scene.ledger())
        .query_row("SELECT COUNT(*) FROM journal", [], |row| row.get(0))
        .unwrap();
    assert_eq!(entries, 1);
}

#[test]
fn pack_whose_image_may_not_be_read_is_not_released() {
    let crash = Crash::events();
    crash.scene.run(&["convert", "--yes", "."]).ends(0);
    let image = crash.scene.path(crash.name);
    set_permissions(&image, Permissions::from_mode(0o000)).unwrap();
    // Whoever may write the ledger may not be the one who may read the image.
    let ledger = crash.scene.path("ours/ledger.db");
    let folder = ledger.parent().unwrap();
    std::fs::create_dir(folder).unwrap();
    std::fs::copy(crash.scene.ledger(), &ledger).unwrap();
    set_permissions(folder, Permissions::from_mode(0o777)).unwrap();
    set_permissions(&ledger, Permissions::from_mode(0o666)).unwrap();
    let release = [&RELEASE[..], &["--ledger", "ours/ledger.db"]].concat();
    is_refused(
        &crash.scene.run_without_rights(&release),
        "cannot be read, and may hold the converted pack",
    );
    assert_eq!(states(&ledger), ["done"]);
    std::fs::remove_file(image).unwrap();
    crash.scene.run_without_rights(&release).ends(0);
}
