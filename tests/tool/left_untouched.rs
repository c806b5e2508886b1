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

const ACCESS_LIST: &str = "system.posix_acl_access";

/// An access list, as the system keeps it: of the owner, of user 4321, of the group, of what is granted at most, of all
/// others.
fn access_list(rights: [u16; 5]) -> Vec<u8> {
    let whom = [(1_u16, u32::MAX), (2, 4321), (4, u32::MAX), (0x10, u32::MAX), (0x20, u32::MAX)];
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for ((kind, id), rights) in whom.into_iter().zip(rights) {
        bytes.extend([kind.to_le_bytes(), rights.to_le_bytes()].concat());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

fn set_list(path: &Path, name: &str, list: &[u8]) {
    rustix::fs::setxattr(path, name, list, rustix::fs::XattrFlags::empty()).unwrap();
}

fn list_of(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 1000];
    match rustix::fs::getxattr(path, ACCESS_LIST, &mut bytes[..]) {
        Ok(length) => Some(bytes[..length].to_vec()),
        Err(error) => {
            assert_eq!(error, rustix::io::Errno::NODATA);
            None
        }
    }
}

#[test]
fn archive_that_is_replaced_has_the_rights_of_the_old_one_and_not_those_of_new_files_in_its_folder()
{
    for own in [None, Some(access_list([6, 4, 0, 4, 0]))] {
        let scene = Scene::new();
        let image = scene.image("applied-1440.img", "unpacked");
        fs::create_dir(scene.path("in")).unwrap();
        let packed = scene.path("in/a.img.gz");
        fs::write(&packed, crate::support::tools::gzip(&image, &["-c"])).unwrap();
        fs::set_permissions(&packed, Permissions::from_mode(0o664)).unwrap();
        if let Some(own) = &own {
            set_list(&packed, ACCESS_LIST, own);
        }
        let of_folder = access_list([7, 6, 0, 7, 0]);
        set_list(&scene.path("in"), "system.posix_acl_default", &of_folder);
        let before = identity(&packed);
        let (report, code) = convert(&scene, "in/a.img.gz");
        assert_eq!((&*report.outcome, code), ("converted", Some(0)));
        let after = identity(&packed);
        assert!(before.1 != after.1 && before.3 == after.3, "{before:?} {after:?}");
        assert_eq!(list_of(&packed), own);
        // A copy is like any new file there.
        fs::set_permissions(&image, Permissions::from_mode(0o666)).unwrap();
        fs::write(scene.path("in/new"), "").unwrap();
        convert_into(&scene, "in");
        assert_eq!(list_of(&scene.path("in/unpacked")), list_of(&scene.path("in/new")));
    }
}

fn convert_into(scene: &Scene, folder: &str) {
    let args = ["convert", "--yes", "--json", "--no-ledger", "-o", folder, "unpacked"];
    let (_, summary, _) = scene.json(&args);
    assert_eq!(summary.outcomes["converted"], 1);
}
