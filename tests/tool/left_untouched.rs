//! What a conversion in place leaves as it was: mode, owner, inode, names, links, and all bytes but
//! the record's.

use crate::support::judge::PackImage;
use crate::support::scene::{Image, Scene};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;

fn put(image: &PackImage) -> Scene {
    let scene = Scene::new();
    image.put(&scene, "in");
    scene
}

fn image() -> PackImage {
    PackImage::golden("reapplied-360.img")
}

const PATH: &str = "in/reapplied-360.img";

fn convert(scene: &Scene, path: &str) -> (Image, Option<i32>) {
    let (mut reports, _, code) = scene.json(&["convert", "--yes", "--json", "--no-ledger", path]);
    (reports.pop().expect("a report"), code)
}

fn identity(path: &Path) -> (u64, u64, u64, u32, u32, u32) {
    let data = fs::symlink_metadata(path).unwrap();
    (data.dev(), data.ino(), data.nlink(), data.mode(), data.uid(), data.gid())
}

#[test]
fn mode_owner_inode_and_links_stay() {
    let image = image();
    for mode in [0o600, 0o640, 0o664, 0o777] {
        let scene = put(&image);
        let path = scene.path(PATH);
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        // As root: to an owner that is nobody here.
        let _ = chown(&path, Some(4321), Some(8765));
        fs::hard_link(&path, scene.path("other-name")).unwrap();
        let before = identity(&path);
        let (report, code) = convert(&scene, PATH);
        assert_eq!((&*report.outcome, code), ("converted", Some(0)), "{mode:o}");
        assert_eq!(identity(&path), before, "{mode:o}");
        assert!(scene.read(PATH) == image.new);
        assert!(scene.read("other-name") == image.new, "a hard link sees the conversion");
    }
}

#[test]
fn nothing_appears_beside_the_image() {
    let scene = put(&image());
    convert(&scene, PATH);
    let names = |folder: &str| {
        let entries = fs::read_dir(scene.path(folder)).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>()
    };
    assert_eq!(names("in"), ["reapplied-360.img"]);
    assert_eq!(names(""), ["in"]);
}

#[test]
fn symbolic_link_that_is_named_stays_one_and_its_target_is_converted() {
    let image = image();
    let scene = put(&image);
    symlink(PATH, scene.path("link")).unwrap();
    let before = identity(&scene.path(PATH));
    let (report, code) = convert(&scene, "link");
    assert_eq!((&*report.outcome, &*report.path, code), ("converted", "link", Some(0)));
    assert_eq!(fs::read_link(scene.path("link")).unwrap(), Path::new(PATH));
    assert_eq!(identity(&scene.path(PATH)), before);
    assert!(scene.read(PATH) == image.new);
}

#[test]
fn mode_that_allows_no_writing_is_write_protection() {
    let image = image();
    for mode in [0o444, 0o400, 0o555] {
        let scene = put(&image);
        let path = scene.path(PATH);
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let (before, modified) = (identity(&path), path.metadata().unwrap().modified().unwrap());
        let (report, code) = convert(&scene, PATH);
        let error = report.error.expect("an error");
        assert_eq!((&*report.outcome, &*error.code, code), ("failed", "write-protected", Some(3)));
        assert_eq!(error.message, "the file is marked read-only");
        assert!(report.next_step.contains("writable"), "{}", report.next_step);
        assert_eq!(identity(&path), before);
        assert_eq!(path.metadata().unwrap().modified().unwrap(), modified);
        assert!(scene.read(PATH) == image.old);

        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert_eq!(convert(&scene, PATH).0.outcome, "converted");
    }
}

#[test]
fn write_protection_of_a_pack_that_is_not_to_be_changed_is_no_failure() {
    let scene = Scene::with(&["converted-360.img", "issued-4.5-360.img"]);
    for (name, outcome) in
        [("converted-360.img", "already-converted"), ("issued-4.5-360.img", "issued-4.5")]
    {
        fs::set_permissions(scene.path(name), Permissions::from_mode(0o444)).unwrap();
        let (report, code) = convert(&scene, name);
        assert_eq!((&*report.outcome, code), (outcome, Some(0)));
    }
}

#[test]
fn copy_has_the_mode_of_its_image_which_stays_as_it_was() {
    let image = image();
    for mode in [0o600, 0o644, 0o444] {
        let scene = put(&image);
        let path = scene.path(PATH);
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let (before, modified) = (identity(&path), path.metadata().unwrap().modified().unwrap());
        let (_, summary, _) =
            scene.json(&["convert", "--yes", "--json", "--no-ledger", "-o", "out", PATH]);
        assert_eq!(summary.outcomes["converted"], 1, "{mode:o}");
        let copy = fs::metadata(scene.path("out/reapplied-360.img")).unwrap();
        assert_eq!((copy.mode() & 0o7777, copy.nlink()), (mode, 1));
        assert_eq!(identity(&path), before);
        assert_eq!(path.metadata().unwrap().modified().unwrap(), modified);
        assert!(scene.read(PATH) == image.old);
    }
}

#[test]
fn image_that_is_left_alone_is_not_even_opened_for_a_change_of_its_time() {
    let scene = Scene::with(&["converted-360.img", "out-of-order-720.img", "no-record-360.img"]);
    for name in ["converted-360.img", "out-of-order-720.img", "no-record-360.img"] {
        let path = scene.path(name);
        let before = (identity(&path), path.metadata().unwrap().modified().unwrap());
        let bytes = scene.read(name);
        convert(&scene, name);
        assert_eq!((identity(&path), path.metadata().unwrap().modified().unwrap()), before);
        assert!(scene.read(name) == bytes);
    }
}
