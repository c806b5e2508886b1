//! What it takes to settle a claim: evidence that the image is the one that was claimed, and that what it holds has
//! reached the disk.

use super::open_claims::Crash;
use crate::support::judge::strace;
use crate::support::ledger::{begin_again, count, open, states};
use crate::support::scene::{Scene, testdata};
use crate::support::skipped::{Lack, skip};
use crate::support::tools;
use rusqlite::params;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

const IMAGE: &str = "reapplied-360.img";

fn record(name: &str) -> Vec<u8> {
    std::fs::read(testdata("records").join(name)).unwrap()
}

#[test]
fn image_that_is_complete_is_settled_at_once() {
    let crash = Crash::events();
    crash.write(0, &crash.new);
    crash.assert_settled();
}

#[test]
fn events_do_not_vouch_for_another_file_at_the_path_of_a_claim() {
    let crash = Crash::events();
    crash.write(0, &[0xF6; 512]);
    open(&crash.scene.ledger()).execute("UPDATE conversion SET inode = 1", []).unwrap();
    crash.assert_image_is_not_there();
}

#[test]
fn new_file_with_the_number_of_the_claimed_one_is_another_image() {
    let crash = Crash::events();
    let path = crash.scene.path(crash.name);
    if fs::metadata(&path).unwrap().created().is_err() {
        return skip(Lack::FileSystem, "the file system does not know when a file was made");
    }
    std::thread::sleep(Duration::from_millis(20));
    fs::copy(&path, crash.scene.path("new")).unwrap();
    fs::rename(crash.scene.path("new"), &path).unwrap();
    // A file system may give it the number of the file that was removed.
    let there = fs::metadata(&path).unwrap();
    let number = "UPDATE conversion SET device = ?1, inode = ?2";
    let number_of = params![there.dev().cast_signed(), there.ino().cast_signed()];
    open(&crash.scene.ledger()).execute(number, number_of).unwrap();
    crash.assert_image_is_not_there();
}

#[test]
fn image_whose_path_is_a_link_to_itself_is_not_called_gone() {
    let crash = Crash::events();
    let path = crash.scene.path(crash.name);
    std::fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&path, &path).unwrap();
    crash.scene.pack(9, "other.img");
    let ran = crash.scene.run(&["convert", "--yes", "other.img"]);
    assert!(ran.stderr.contains("could not be completed"), "{}", ran.stderr);
    assert!(crash.states().contains(&"begun".to_owned()));
}

#[test]
fn copy_is_not_settled_by_an_entry_that_is_no_conversion_of_ours() {
    let scene = Scene::with(&[IMAGE]);
    scene.convert(&["-o", "out", IMAGE]);
    begin_again(&scene.ledger(), &record("issued-4.5.rec"), &record("reapplied-in-order.45.rec"));
    scene.pack(9, "other.img");
    let ran = scene.run(&["convert", "--yes", "other.img"]);
    assert!(ran.stderr.contains("the ledger's entry of"), "{}", ran.stderr);
    assert_eq!(count(&scene.ledger(), "begun"), 1);
}

/// A pack that was converted, and whose claim is open again. What has to reach the disk before it is done: the image,
/// or the folder with the new name.
struct Converted {
    scene: Scene,
    durable: &'static str,
}

impl Converted {
    fn in_place() -> Self {
        let scene = Scene::with(&[IMAGE]);
        scene.convert(&[IMAGE]);
        Self { scene, durable: IMAGE }
    }

    fn in_container(name: &str) -> Self {
        let scene = Scene::new();
        let image = scene.image(IMAGE, &format!("work/{IMAGE}"));
        std::fs::create_dir(scene.path("in")).unwrap();
        let container = scene.path("in").join(name);
        if name.ends_with("gz") {
            std::fs::write(container, tools::gzip(&image, &[])).unwrap();
        } else {
            let zip = tools::zip(&scene.path("work"), &[], &[IMAGE]);
            std::fs::rename(zip, container).unwrap();
        }
        scene.convert(&["in"]);
        Self { scene, durable: "in" }
    }

    fn into_copy() -> Self {
        let scene = Scene::with(&[IMAGE]);
        scene.convert(&["-o", "out", IMAGE]);
        Self { scene, durable: "out" }
    }
}

#[test]
fn what_a_claim_is_settled_by_is_durable_though_it_looks_complete() {
    crate::support::needs!("strace", "zip", "unzip");
    let (gzip, zip) = ("disk.img.gz", "packs.zip");
    let packs = [
        Converted::in_place(),
        Converted::in_container(gzip),
        Converted::in_container(zip),
        Converted::into_copy(),
    ];
    for Converted { scene, durable } in packs {
        let [old, new] = ["reapplied-in-order.rec", "reapplied-in-order.45.rec"].map(record);
        begin_again(&scene.ledger(), &old, &new);
        scene.pack(9, "elsewhere/other.img");
        let options = ["-f", "-y", "-e", "trace=fsync,fdatasync,pwrite64"];
        let traced = strace(&scene, &options, &["convert", "--yes", "elsewhere"]);
        traced.ran.ends(0);
        let path = std::fs::canonicalize(scene.path(durable)).unwrap();
        let path = format!("<{}>", path.display());
        let on_it = |names: &[&str]| {
            let is = |at: &usize| {
                let call = &traced.calls[*at];
                names.contains(&&*call.name) && call.text.contains(&path)
            };
            (0..traced.calls.len()).find(is)
        };
        let synced = on_it(&["fsync", "fdatasync"]);
        assert!(synced.is_some(), "{durable}: {traced:?}");
        // A sync alone would write nothing where one has failed before.
        let written = on_it(&["pwrite64"]);
        assert!(durable != IMAGE || written.is_some_and(|at| Some(at) < synced), "{traced:?}");
        assert_eq!(count(&scene.ledger(), "begun"), 0);
    }
}

#[test]
fn pack_that_turns_up_is_done_once_it_is_durable_and_no_other_run_has_it() {
    crate::support::needs!("strace");
    let Converted { scene, .. } = Converted::in_place();
    let [old, new] = ["reapplied-in-order.rec", "reapplied-in-order.45.rec"].map(record);
    begin_again(&scene.ledger(), &old, &new);
    let moved = scene.path("moved/pack.img");
    std::fs::create_dir(scene.path("moved")).unwrap();
    std::fs::rename(scene.path(IMAGE), &moved).unwrap();
    // The run that has it locked may not have synced it yet, or put the old record back.
    let other = std::fs::File::open(&moved).unwrap();
    other.lock().unwrap();
    scene.run(&["convert", "--yes", "moved"]).ends(0);
    assert_eq!(states(&scene.ledger()), ["begun"]);
    drop(other);
    let options = ["-f", "-y", "-e", "trace=fsync,fdatasync"];
    let traced = strace(&scene, &options, &["convert", "--yes", "moved"]);
    traced.ran.ends(0);
    let moved = std::fs::canonicalize(moved).unwrap();
    // Its name is durable too, and that of its folder.
    for path in moved.ancestors().take(3) {
        let path = format!("<{}>", path.display());
        assert!(traced.calls.iter().any(|call| call.text.contains(&path)), "{traced:?}");
    }
    assert_eq!(states(&scene.ledger()), ["done"]);
}

/// Runs a conversion whose syncs of the file or folder at `path` all fail with this error. Its exit code.
fn convert_without_sync(scene: &Scene, args: &[&str], path: &str, error: &str) -> Option<i32> {
    let path = fs::canonicalize(scene.path(path)).unwrap();
    let fault = format!("inject=fsync,fdatasync:error={error}");
    let options = ["-f", "-P", path.to_str().unwrap(), "-e", "trace=fsync,fdatasync", "-e", &fault];
    let traced = strace(scene, &options, &[&["convert", "--yes"], args].concat());
    assert!(traced.is_injected(), "no sync of {}: {traced:?}", path.display());
    traced.ran.code
}

#[test]
fn pack_that_no_ledger_knew_is_entered_once_its_disk_holds_it_for_good() {
    crate::support::needs!("strace");
    for (name, code) in [("converted-unfinished-360.img", 3), ("converted-360.img", 0)] {
        let scene = Scene::with(&[name]);
        // Only a file system that is never written has no syncs.
        for error in ["EIO", "EINVAL"] {
            let ended = convert_without_sync(&scene, &[name], name, error);
            assert_eq!((ended, states(&scene.ledger())), (Some(code), vec![]), "{name} {error}");
        }
        if code == 0 {
            let ended = convert_without_sync(&scene, &[name], ".", "EIO");
            assert_eq!((ended, states(&scene.ledger())), (Some(0), vec![]), "name of {name}");
        }
        scene.run(&["convert", "--yes", name]).ends(0);
        assert_eq!(states(&scene.ledger()), ["done"], "{name}");
        scene.run(&["ledger", "check"]).ends(0);
    }
}

#[test]
fn backup_of_an_unfinished_image_that_was_left_as_it_is_is_a_copy() {
    let scene = Scene::with(&[IMAGE]);
    let path = scene.path(IMAGE);
    let mut image = fs::read(&path).unwrap();
    let [old, new] = ["reapplied-in-order.rec", "reapplied-in-order.45.rec"].map(record);
    let at = image.windows(512).position(|sector| sector == &old[..512]).unwrap();
    image[at..at + 512].copy_from_slice(&new[..512]);
    fs::write(&path, image).unwrap();
    scene.write_protect(IMAGE);
    scene.run(&["convert", "--yes", IMAGE]).ends(3);
    assert_eq!(states(&scene.ledger()), ["done"]);
    let check = scene.run(&["ledger", "check"]);
    assert!(
        check.code == Some(1) && check.stdout.contains("clean-up is not finished"),
        "{check:?}"
    );
    scene.image(IMAGE, "backup.img");
    let (images, _, code) = scene.convert(&["backup.img"]);
    assert_eq!((&*images[0].outcome, code), ("refused", Some(1)), "{images:?}");
}

#[test]
fn copy_that_cannot_be_made_durable_settles_no_claim() {
    crate::support::needs!("strace");
    let Converted { scene, .. } = Converted::into_copy();
    let [old, new] = ["reapplied-in-order.rec", "reapplied-in-order.45.rec"].map(record);
    begin_again(&scene.ledger(), &old, &new);
    let copy = format!("out/{IMAGE}");
    for path in [&*copy, "out"] {
        let code = convert_without_sync(&scene, &["-o", "out", IMAGE], path, "EIO");
        assert_eq!((code, states(&scene.ledger())), (Some(3), vec!["begun".to_owned()]), "{path}");
    }
    // A dry run says what it sees.
    scene.run(&["convert", "--dry-run", "-o", "out", IMAGE]).ends(0);
    scene.run(&["convert", "--yes", "-o", "out", IMAGE]).ends(0);
    assert_eq!(states(&scene.ledger()), ["done"]);
}
