//! A pack is released only if neither its converted image nor one that a crash may have torn is there.

use super::open_claims::Crash;
use crate::support::judge::strace;
use crate::support::ledger::{begin_again, open, states};
use crate::support::scene::{Ran, Scene};
use crate::support::tools::{gzip, zip};
use std::fs::{self, Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

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
    fs::remove_file(scene.ledger()).unwrap();
    scene.run(&["convert", "--yes", "-o", "out", crash.name]).ends(0);
    begin_again(&scene.ledger(), &crash.old, &crash.new);
    let out = fs::canonicalize(scene.path("out")).unwrap();
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

/// A copy of the ledger that whoever owns nothing here may write, and a release with it: who may write the ledger may not
/// be the one who may read the image.
fn release_without_rights(scene: &Scene) -> (PathBuf, Ran) {
    let ledger = scene.path("ours/ledger.db");
    let folder = ledger.parent().unwrap();
    fs::create_dir_all(folder).unwrap();
    fs::copy(scene.ledger(), &ledger).unwrap();
    set_permissions(folder, Permissions::from_mode(0o777)).unwrap();
    set_permissions(&ledger, Permissions::from_mode(0o666)).unwrap();
    let ran = scene.run_without_rights(&[&RELEASE[..], &["--ledger", "ours/ledger.db"]].concat());
    (ledger, ran)
}

#[test]
fn pack_whose_image_may_not_be_read_is_not_released() {
    let crash = Crash::events();
    crash.scene.run(&["convert", "--yes", "."]).ends(0);
    let image = crash.scene.path(crash.name);
    set_permissions(&image, Permissions::from_mode(0o000)).unwrap();
    let (ledger, ran) = release_without_rights(&crash.scene);
    is_refused(&ran, "cannot be read, and may hold the converted pack");
    assert_eq!(states(&ledger), ["done"]);
    fs::remove_file(image).unwrap();
    release_without_rights(&crash.scene).1.ends(0);
}

/// A scene in which a pack was converted in an archive or a container with this name.
fn converted_in(name: &str) -> Crash {
    let crash = Crash::events();
    let scene = &crash.scene;
    let image = scene.path(crash.name);
    if name == "a.zip" {
        fs::rename(zip(image.parent().unwrap(), &[], &[crash.name]), scene.path(name)).unwrap();
    } else {
        fs::write(scene.path(name), gzip(&image, &[])).unwrap();
    }
    fs::remove_file(image).unwrap();
    fs::remove_file(scene.ledger()).unwrap();
    scene.run(&["convert", "--yes", name]).ends(0);
    crash
}

#[test]
fn pack_whose_archive_may_not_be_read_is_not_released_whether_done_or_begun() {
    crate::support::needs!("zip");
    let crash = converted_in("a.zip");
    let archive = crash.scene.path("a.zip");
    set_permissions(&archive, Permissions::from_mode(0o000)).unwrap();
    let (ledger, ran) = release_without_rights(&crash.scene);
    is_refused(&ran, "a.zip:reapplied-360.img cannot be read, and may hold the converted pack");
    assert_eq!(states(&ledger), ["done"]);
    begin_again(&crash.scene.ledger(), &crash.old, &crash.new);
    let (ledger, ran) = release_without_rights(&crash.scene);
    is_refused(&ran, "only this ledger can repair it");
    assert_eq!(states(&ledger), ["begun"]);
    let seen = crash.scene.run_without_rights(&["inspect", "a.zip:reapplied-360.img"]);
    assert!(seen.code == Some(3) && !seen.stdout.contains("no such file"), "{seen:?}");
    fs::remove_file(archive).unwrap();
    release_without_rights(&crash.scene).1.ends(0);
}

#[test]
fn pack_whose_container_is_damaged_is_not_released_until_it_is_gone() {
    crate::support::needs!("zip");
    for (name, place) in [("a.zip", "a.zip:reapplied-360.img"), ("a.img.gz", "a.img.gz")] {
        let crash = converted_in(name);
        let whole = crash.scene.read(name);
        fs::write(crash.scene.path(name), &whole[..whole.len() - 30]).unwrap();
        let why = format!("{place} cannot be read, and may hold the converted pack");
        is_refused(&crash.scene.run(&RELEASE), &why);
        assert_eq!(crash.states(), ["done"]);
        let forced = [&RELEASE[..], &["--although-it-is-there"]].concat();
        let ran = crash.scene.run(&forced);
        assert!(ran.code == Some(0) && ran.stderr.contains(&why), "{ran:?}");
        assert_eq!(crash.states(), ["released"]);
    }
}

#[test]
fn pack_is_released_whose_archive_does_not_hold_it_any_more() {
    crate::support::needs!("zip");
    let crash = converted_in("a.zip");
    crash.scene.image("unused-720.img", "other.img");
    let folder = crash.scene.path("");
    fs::rename(zip(&folder, &[], &["other.img"]), crash.scene.path("a.zip")).unwrap();
    crash.scene.run(&RELEASE).ends(0);
}
