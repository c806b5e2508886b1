//! Causes of failures that need different remedies, by the code and the next step that each has.

use crate::support::scene::{CONVERT, Image, Ran, Scene};
use crate::support::skipped::{Lack, skip};
use rustix::fs::{Gid, Uid};
use sha1::{Digest, Sha1};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::process::Command;

const NOBODY: u32 = 65534;

fn set_mode(scene: &Scene, name: &str, mode: u32) {
    fs::set_permissions(scene.path(name), Permissions::from_mode(mode)).unwrap();
}

fn mode(scene: &Scene, name: &str) -> u32 {
    fs::metadata(scene.path(name)).unwrap().mode() & 0o7777
}

pub(super) fn images(ran: &Ran) -> Vec<Image> {
    let lines: Vec<_> = ran.stdout.lines().collect();
    let images = lines[..lines.len() - 1].iter();
    images.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The code and the next step of the one image of a run.
#[track_caller]
fn cause(ran: &Ran) -> (String, String) {
    let image = images(ran).pop().unwrap_or_else(|| panic!("{}", ran.stderr));
    let error = image.error.unwrap_or_else(|| panic!("{}", image.outcome));
    (error.code, image.next_step)
}

/// Makes a file one of the user who has no rights.
fn give_to_nobody(scene: &Scene, name: &str) {
    if rustix::process::geteuid().is_root() {
        let nobody = (Some(Uid::from_raw(NOBODY)), Some(Gid::from_raw(NOBODY)));
        rustix::fs::chown(scene.path(name), nobody.0, nobody.1).unwrap();
    }
}

/// A packed image at that name.
fn packed(scene: &Scene, name: &str) {
    let gz = crate::support::tools::gzip(&scene.image("applied-1440.img", "unpacked"), &["-c"]);
    let path = scene.path(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, gz).unwrap();
}

#[test]
fn copy_gets_no_rights_that_a_copy_would_not_get() {
    let scene = Scene::with(&["unused-720.img"]);
    set_mode(&scene, "unused-720.img", 0o6777);
    let command = [&CONVERT[..], &["-o", "out", "unused-720.img"]].concat();
    scene.run_after("umask 027", &command).ends(0);
    assert_eq!(mode(&scene, "out/unused-720.img"), 0o750);
    // In place, everything stays.
    let command = [&CONVERT[..], &["unused-720.img", "--no-ledger"]].concat();
    scene.run_after("umask 027", &command).ends(0);
    assert_eq!(mode(&scene, "unused-720.img"), 0o6777);
}

#[test]
fn image_keeps_rights_that_the_system_takes_from_a_file_that_is_written_to() {
    let scene = Scene::with(&["applied-1440.img", "reapplied-360.img"]);
    let command = |name| [&CONVERT[..], &["--no-ledger", name]].concat();
    // As its owner, who is not root.
    give_to_nobody(&scene, "applied-1440.img");
    set_mode(&scene, "applied-1440.img", 0o6755);
    scene.run_without_rights(&command("applied-1440.img")).ends(0);
    assert_eq!(mode(&scene, "applied-1440.img"), 0o6755);
    if rustix::process::geteuid().is_root() {
        // Another user could not give them back.
        set_mode(&scene, "reapplied-360.img", 0o6777);
        let before = scene.read("reapplied-360.img");
        let (code, _) = cause(&scene.run_without_rights(&command("reapplied-360.img")));
        assert_eq!((&*code, mode(&scene, "reapplied-360.img")), ("not-owner", 0o6777));
        assert!(before == scene.read("reapplied-360.img"));
    }
}

#[test]
fn paths_that_lead_nowhere_have_causes_of_their_own() {
    let scene = Scene::with(&["unused-720.img"]);
    symlink("loop.img", scene.path("loop.img")).unwrap();
    let long = "x".repeat(300) + ".img";
    let paths = [
        ("loop.img", "link-loop"),
        (&*long, "name-too-long"),
        ("unused-720.img/in-a-file.img", "not-found"),
    ];
    for (name, code) in paths {
        let (found, next) = cause(&scene.run(&["inspect", "--json", name]));
        assert_eq!(found, code);
        assert!(!next.contains("check the disk"), "{next}");
    }
}

#[test]
fn folder_where_no_copy_can_be_made_is_named_and_not_the_image() {
    let scene = Scene::with(&["unused-720.img"]);
    symlink("loop", scene.path("loop")).unwrap();
    let long = "x".repeat(300);
    let folders = [
        ("loop/out", "link-loop"),
        (&*long, "name-too-long"),
        ("unused-720.img/out", "folder-protected"),
        ("/proc/out", "folder-protected"),
    ];
    for (folder, code) in folders {
        let command = [&CONVERT[..], &["--no-ledger", "-o", folder, "unused-720.img"]].concat();
        let image = images(&scene.run(&command)).pop().unwrap();
        let error = image.error.unwrap();
        assert_eq!(error.code, code);
        assert!(error.message.contains(&format!("{folder}/unused-720.img")), "{}", error.message);
        assert!(image.next_step.starts_with("choose a"));
        assert!(image.next_step.contains("folder for the copy"), "{}", image.next_step);
    }
}

#[test]
fn folder_that_takes_new_names_alone_is_not_another_users_file() {
    let scene = Scene::new();
    packed(&scene, "folder/a.img.gz");
    let folder = scene.path("folder");
    let attribute = |change| Command::new("chattr").arg(change).arg(&folder).status();
    if !attribute("+a").is_ok_and(|status| status.success()) {
        return skip(Lack::FileSystem, "chattr +a takes root and a file system that has it");
    }
    let before = scene.read("folder/a.img.gz");
    let ran = scene.run(&[&CONVERT[..], &["--no-ledger", "folder/a.img.gz"]].concat());
    let left = fs::read_dir(&folder).unwrap().count();
    assert!(attribute("-a").unwrap().success());
    assert_eq!((&*cause(&ran).0, left), ("immutable", 1), "{ran:?}");
    assert!(before == scene.read("folder/a.img.gz"));
}

#[test]
fn folder_that_may_not_be_written_is_not_the_file() {
    let scene = Scene::new();
    packed(&scene, "folder/a.img.gz");
    set_mode(&scene, "folder/a.img.gz", 0o666);
    give_to_nobody(&scene, "folder/a.img.gz");
    set_mode(&scene, "folder", 0o555);
    let before = scene.read("folder/a.img.gz");
    for mode in ["--yes", "--dry-run"] {
        let command = ["convert", mode, "--json", "--no-ledger", "folder/a.img.gz"];
        let (code, next) = cause(&scene.run_without_rights(&command));
        assert_eq!(code, "folder-protected");
        assert!(next.contains("make the folder writable"), "{next}");
    }
    // Whoever only looks reads that it takes -o.
    let ran = scene.run_without_rights(&["inspect", "--json", "folder/a.img.gz"]);
    let image: serde_json::Value =
        serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap();
    assert_eq!((&image["outcome"], &image["in_place"]), (&"convertible".into(), &false.into()));
    let command = ["convert", "--yes", "--json", "--no-ledger", "-o", "folder", "unpacked"];
    let (code, next) = cause(&scene.run_without_rights(&command));
    assert_eq!(
        (&*code, &*next),
        ("folder-protected", "choose a folder for the copy that you may write to")
    );
    set_mode(&scene, "folder", 0o755);
    assert!(before == scene.read("folder/a.img.gz"));
}

#[test]
fn container_of_another_user_keeps_its_owner() {
    if !rustix::process::geteuid().is_root() {
        // Only root can make a file that is another user's.
        return;
    }
    let scene = Scene::new();
    packed(&scene, "folder/a.img.gz");
    set_mode(&scene, "folder/a.img.gz", 0o666);
    set_mode(&scene, "folder", 0o777);
    for mode in ["--yes", "--dry-run"] {
        let command = ["convert", mode, "--json", "--no-ledger", "folder/a.img.gz"];
        let (code, next) = cause(&scene.run_without_rights(&command));
        assert_eq!(code, "not-owner");
        assert!(next.contains("as its owner or as root"), "{next}");
    }
    // So does a raw image that its owner has not given others the right to write.
    set_mode(&scene, "unpacked", 0o644);
    let ran = scene.run_without_rights(&[&CONVERT[..], &["--no-ledger", "unpacked"]].concat());
    assert_eq!(cause(&ran).0, "not-owner");
    set_mode(&scene, "unpacked", 0o444);
    let ran = scene.run_without_rights(&[&CONVERT[..], &["--no-ledger", "unpacked"]].concat());
    assert_eq!(cause(&ran).0, "write-protected");
}

#[test]
fn incomplete_request_is_not_written() {
    let scene = Scene::with(&["out-of-order-720.img", "bit-rot-360.img"]);
    set_mode(&scene, "", 0o777);
    set_mode(&scene, "bit-rot-360.img", 0o000);
    std::fs::create_dir(scene.path("out")).unwrap();
    set_mode(&scene, "out", 0o777);
    for output in [&["-o", "out/request.txt"][..], &[]] {
        let ran = scene.run_without_rights(&[&["replace", "."], output].concat());
        assert_eq!((ran.code, &*ran.stdout), (Some(3), ""));
        assert!(ran.stderr.contains("bit-rot-360.img: "), "{}", ran.stderr);
        assert!(ran.stderr.contains("no request was written"), "{}", ran.stderr);
        assert!(!scene.path("out/request.txt").exists());
    }
    set_mode(&scene, "bit-rot-360.img", 0o444);
    let ran = scene.run(&["replace", ".", "-o", "request.txt"]);
    assert_eq!((ran.code, scene.path("request.txt").exists()), (Some(0), true), "{}", ran.stderr);
}

#[test]
fn folder_that_an_attribute_keeps_from_changes_is_not_another_users_file() {
    crate::support::needs!("strace");
    let scene = Scene::new();
    packed(&scene, "folder/a.img.gz");
    let folder = fs::canonicalize(scene.path("folder")).unwrap();
    let options = [
        "-f",
        "-P",
        folder.to_str().unwrap(),
        "-e",
        "trace=all",
        "-e",
        "inject=/access:error=EPERM",
    ];
    let args = [&CONVERT[..], &["--no-ledger", "folder/a.img.gz"]].concat();
    let (code, next) = cause(&crate::support::judge::strace(&scene, &options, &args).ran);
    assert_eq!(code, "immutable");
    assert!(next.contains("chattr -i"), "{next}");
}

/// What keeps a user without rights from each thing is said in words.
#[test]
fn causes_of_the_system_have_words_and_no_number() {
    let scene = Scene::with(&["unused-720.img", "out-of-order-720.img", "applied-1440.img"]);
    fs::create_dir(scene.path("locked")).unwrap();
    fs::write(scene.path("list"), "unused-720.img\n").unwrap();
    fs::write(scene.path("applied-1440.map"), "0 ? 1\n").unwrap();
    for name in ["locked", "list", "unused-720.img", "applied-1440.map"] {
        set_mode(&scene, name, 0o700);
    }
    let verbs: [&[&str]; 15] = [
        &["inspect", "locked"],
        &["inspect", "unused-720.img"],
        &["inspect", "--json", "unused-720.img", "locked"],
        &["inspect", "--mapfile", "applied-1440.map", "applied-1440.img"],
        &["inspect", "--files-from", "list"],
        &["inspect", "--files-from", "locked"],
        &["inspect", "--report", "page.html", "."],
        &["convert", "--yes", "--only-as", "list", "."],
        &["convert", "--yes", "--no-ledger", "applied-1440.img"],
        &["convert", "--yes", "--no-ledger", "-o", "out", "applied-1440.img"],
        &["plan", "--all", "-o", "plans", "."],
        &["replace", ".", "-o", "request.txt"],
        &["selftest", "."],
        &["man", "pages"],
        &["ledger", "--ledger", "list"],
    ];
    for args in verbs {
        let ran = scene.run_without_rights(args);
        let said = ran.stdout + &ran.stderr;
        assert!(ran.code != Some(0) && !said.contains("os error"), "{args:?}: {said}");
        assert!(
            said.to_lowercase().contains("permission") || said.contains("belongs to"),
            "{said}"
        );
    }
}

#[test]
fn folder_that_cannot_be_listed_is_counted_as_a_folder_and_not_as_an_image() {
    let scene = Scene::with(&["unused-720.img"]);
    fs::create_dir(scene.path("locked")).unwrap();
    set_mode(&scene, "locked", 0o700);
    let ran = scene.run_without_rights(&["inspect", "."]);
    assert!(ran.stdout.contains("  ./locked (a folder)\n"), "{}", ran.stdout);
    let counts = "\n1 image: 1 convertible; 1 folder could not be listed\n";
    assert!(ran.stdout.contains(counts) && ran.code == Some(3), "{}", ran.stdout);
    let ran = scene.run_without_rights(&["inspect", "--json", "."]);
    let kinds: Vec<_> = ran.stdout.lines().filter_map(|line| line.split('"').nth(3)).collect();
    assert_eq!(kinds, ["folder", "image", "summary"]);
    assert!(
        ran.stdout.contains("\"images\":1,")
            && ran.stdout.contains("\"failed\":0},\"unlisted\":1,")
    );
    let ran = scene.run_without_rights(&["inspect", "locked"]);
    assert_eq!(
        (ran.stderr.as_str(), ran.code),
        ("", Some(3)),
        "no image was found, but nobody looked"
    );
}

/// As `sudo addpack` leaves it when it is killed.
#[test]
fn leftover_that_this_user_may_not_open_is_in_the_way_of_nobody() {
    let scene = Scene::new();
    packed(&scene, "in/a.img.gz");
    let path = fs::canonicalize(scene.path("in/a.img.gz")).unwrap();
    let place = [b"addpack, on the way to ", path.as_os_str().as_encoded_bytes()].concat();
    let digest: [u8; 20] = Sha1::digest(place).into();
    let digest = digest.map(|byte| format!("{byte:02x}")).concat();
    let leftover = format!("in/.addpack-{}.tmp", &digest[..24]);
    fs::write(scene.path(&leftover), "left").unwrap();
    set_mode(&scene, &leftover, 0);
    for name in ["in", "in/a.img.gz"] {
        give_to_nobody(&scene, name);
    }
    let args = [&CONVERT[..], &["--no-ledger", "in/a.img.gz"]].concat();
    let ran = scene.run_without_rights(&args);
    assert_eq!((&*images(&ran)[0].outcome, ran.code), ("converted", Some(0)), "{ran:?}");
    assert_eq!(fs::read_dir(scene.path("in")).unwrap().count(), 2);
}
