//! `-o`, whole or not at all: addpack killed before each system call that makes a copy, and each of
//! them made to fail, by strace.

use crate::support::judge;
use crate::support::judge::{PackImage, Point, strace};
use crate::support::scene;
use crate::support::scene::Scene;
use std::collections::BTreeMap;
use std::fs;

pub(crate) const CONVERT: [&str; 7] =
    ["convert", "--yes", "--json", "--no-ledger", "-o", "out", "in"];
/// Whatever may write a file or give it a name. A question mark: not every machine has the call.
const CALLS: &str = "openat,?open,?mkdir,mkdirat,flock,copy_file_range,?sendfile,splice,write,\
                     pwrite64,?chmod,fchmod,fchmodat,ftruncate,fallocate,fsync,fdatasync,?rename,\
                     ?renameat,renameat2,?link,linkat,?unlink,unlinkat,close";

pub(crate) fn image() -> PackImage {
    PackImage::golden("reapplied-360.img")
}

/// A folder with the image in it, and nothing converted yet.
pub(crate) fn fresh(image: &PackImage) -> Scene {
    let scene = Scene::new();
    image.put(&scene, "in");
    scene
}

/// What lies in the folder of copies.
pub(crate) fn copies(scene: &Scene) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = fs::read_dir(scene.path("out")) else { return BTreeMap::new() };
    let copy = |entry: fs::DirEntry| {
        (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
    };
    entries.map(|entry| copy(entry.unwrap())).collect()
}

/// The input is as it was; the target is whole or absent, and there is nothing beside it. Whether the
/// target is there.
pub(crate) fn check_whole(scene: &Scene, image: &PackImage) -> bool {
    assert!(scene.read(&format!("in/{}", image.name)) == image.old, "the input was changed");
    assert_eq!(fs::read_dir(scene.path("in")).unwrap().count(), 1);
    let mut copies = copies(scene);
    let copy = copies.remove(&image.name);
    assert!(copy.as_ref().is_none_or(|copy| *copy == image.new), "the copy is not whole");
    assert!(copies.is_empty(), "{:?}", copies.keys());
    copy.is_some()
}

/// The next run succeeds.
fn complete(scene: &Scene, image: &PackImage, is_there: bool) {
    let (reports, _, code) = scene.json(&CONVERT);
    let outcome = if is_there { "already-converted" } else { "converted" };
    assert_eq!((&*reports[0].outcome, code), (outcome, Some(0)), "{reports:?}");
    assert!(check_whole(scene, image));
}

/// Every call of a run, in the order in which each comes: its name, and which one it is.
fn points(image: &PackImage) -> Vec<Point> {
    let scene = fresh(image);
    let traced = strace(&scene, &["-e", &format!("trace={CALLS}")], &CONVERT);
    assert!(check_whole(&scene, image));
    let mut counts = BTreeMap::new();
    let count = |name: &String| {
        let count: &mut usize = counts.entry(name.clone()).or_default();
        *count += 1;
        *count
    };
    let names: Vec<_> = traced.calls.iter().map(|call| &call.name).collect();
    for needed in ["openat", "pwrite64", "fdatasync", "linkat", "fsync"] {
        assert!(names.iter().any(|name| *name == needed), "no {needed} in {names:?}");
    }
    names.iter().copied().zip(names.iter().copied().map(count)).map(as_point).collect()
}

fn as_point((call, when): (&String, usize)) -> Point {
    Point::first_thread(call, when)
}

#[test]
fn copy_killed_before_each_call_is_whole_or_absent_and_the_next_run_makes_it() {
    crate::support::needs!("strace");
    let image = image();
    let mut absent = 0;
    let points = points(&image);
    for point in &points {
        let scene = fresh(&image);
        point.kill(&scene, &CONVERT);
        let is_there = check_whole(&scene, &image);
        absent += usize::from(!is_there);
        complete(&scene, &image, is_there);
    }
    assert!(absent > 5 && absent < points.len(), "{absent}");
}

#[test]
fn copies_of_several_images_killed_before_any_call_are_whole_or_absent() {
    crate::support::needs!("strace");
    let images = ["reapplied-360.img", "unused-20-160.img"].map(PackImage::golden);
    for call in ["copy_file_range", "pwrite64", "fdatasync", "linkat", "close"] {
        for when in 1..=2 {
            let scene = Scene::new();
            for image in &images {
                image.put(&scene, "in");
            }
            let point = Point { threads: judge::Threads::All, ..Point::first_thread(call, when) };
            // Each thread's calls are counted: the second need not come about.
            point.try_kill(&scene, &CONVERT);
            for image in &images {
                assert!(scene.read(&format!("in/{}", image.name)) == image.old);
                let copy = copies(&scene).remove(&image.name);
                assert!(copy.is_none_or(|copy| copy == image.new), "{point:?}");
            }
            let (_, _, code) = scene.json(&CONVERT);
            assert_eq!(code, Some(0));
            assert!(images.iter().all(|image| copies(&scene)[&image.name] == image.new));
        }
    }
}

#[test]
fn copy_is_durable_before_it_has_its_name_and_the_name_before_it_is_reported() {
    crate::support::needs!("strace");
    let image = image();
    let scene = fresh(&image);
    let traced =
        strace(&scene, &["-y", "-e", "trace=pwrite64,fdatasync,fsync,linkat,write"], &CONVERT);
    let index = |name: &str, text: &str| {
        let call = traced.calls.iter().position(|c| c.name == name && c.text.contains(text));
        call.unwrap_or_else(|| panic!("no {name} of {text}: {:?}", traced.calls))
    };
    let last_write = traced.calls.iter().rposition(|call| call.name == "pwrite64").unwrap();
    let out = format!("{}>", scene.path("out").canonicalize().unwrap().display());
    let steps = [
        last_write,
        index("fdatasync", "(deleted)"),
        index("linkat", &image.name),
        index("fsync", &out),
        index("write", "{"),
    ];
    assert!(steps.is_sorted(), "{:?}", traced.calls);
}

/// A file system that knows no files without a name.
pub(crate) const NAMED: [&str; 9] = [
    "-f",
    "-P",
    "out",
    "-P",
    "out/reapplied-360.img",
    "-e",
    "trace=?open,openat,renameat2",
    "-e",
    "inject=?open,openat:error=EOPNOTSUPP:when=1",
];

#[test]
fn where_every_file_has_a_name_a_killed_run_leaves_one_that_goes_with_the_next() {
    crate::support::needs!("strace");
    let image = image();
    let scene = fresh(&image);
    fs::create_dir(scene.path("out")).unwrap();
    let users = scene.path("out/.addpack-0123456789abcdef01234567.tmp");
    fs::write(&users, b"a user's").unwrap();
    for _ in 0..2 {
        let kill = ["-e", "inject=renameat2:signal=SIGKILL:when=1"];
        let traced = strace(&scene, &[&NAMED[..], &kill].concat(), &CONVERT);
        assert_eq!((traced.signal, copies(&scene).len()), (Some(9), 2), "{traced:?}");
    }
    // The folder's sync fails as well, in another thread.
    strace(&scene, &NAMED, &CONVERT);
    assert!(copies(&scene)[&image.name] == image.new);
    assert_eq!((copies(&scene).len(), fs::read(users).unwrap()), (2, b"a user's".to_vec()));
}

/// NFS locks a file to be changed only by a handle that may write it.
#[test]
fn what_a_killed_run_left_among_copies_goes_with_the_next_also_where_their_folder_was_moved() {
    crate::support::needs!("strace");
    let image = image();
    for moved in ["moved", "away/out"] {
        let scene = fresh(&image);
        fs::create_dir_all(scene.path("out")).unwrap();
        let to = |out| ["convert", "--yes", "-o", out, "in"];
        let kill = ["-e", "inject=renameat2:signal=SIGKILL:when=1"];
        let traced = strace(&scene, &[&NAMED[..], &kill].concat(), &to("out"));
        assert_eq!((traced.signal, copies(&scene).len()), (Some(9), 1), "{traced:?}");
        fs::create_dir_all(scene.path("away")).unwrap();
        fs::rename(scene.path("out"), scene.path(moved)).unwrap();
        scene.run(&to(moved)).ends(0);
        assert!(scene.read(&format!("{moved}/{}", image.name)) == image.new);
        assert_eq!(fs::read_dir(scene.path(moved)).unwrap().count(), 1, "{moved}");
    }
}

/// Runs with a fault, which must come about. The error's code and message.
fn failure(scene: &Scene, fault: &str) -> scene::CodeAndMessage {
    let inject = format!("inject={fault}");
    let traced = strace(scene, &["-e", "trace=all", "-e", &inject], &CONVERT);
    assert!(traced.is_injected(), "{fault}");
    traced.ran.at(&fault).code(3);
    let line = traced.ran.stdout.lines().next().unwrap();
    let report: scene::Image = serde_json::from_str(line).unwrap();
    assert_eq!(report.outcome, "failed", "{fault}");
    report.error.expect(fault)
}

#[test]
fn copy_that_fails_is_reported_and_leaves_nothing_behind() {
    crate::support::needs!("strace");
    let image = image();
    for (fault, code) in [
        ("pwrite64:error=ENOSPC:when=1", "no-space"),
        ("pwrite64:error=EIO:when=2", "io-error"),
        ("copy_file_range:error=ENOSPC:when=1", "no-space"),
        ("fdatasync:error=EIO:when=1", "io-error"),
        ("fdatasync:error=EDQUOT:when=1", "no-space"),
        ("linkat:error=EIO:when=1", "io-error"),
        ("linkat:error=ENOSPC:when=1", "no-space"),
    ] {
        let scene = fresh(&image);
        let error = failure(&scene, fault);
        assert_eq!(error.code, code, "{fault}: {error:?}");
        assert!(error.message.contains(&format!("out/{}", image.name)), "{fault}: {error:?}");
        assert!(!check_whole(&scene, &image), "{fault}");
        assert_eq!(copies(&scene).len(), 0, "{fault}");
        complete(&scene, &image, false);
    }
}

#[test]
fn copy_whose_name_may_not_be_durable_is_reported() {
    crate::support::needs!("strace");
    // The syncs are those of the folder that holds -o's, and of -o's own.
    for when in ["2", "1+", "1"] {
        let image = image();
        let scene = fresh(&image);
        let error = failure(&scene, &format!("fsync:error=EIO:when={when}"));
        assert_eq!(error.code, "io-error", "{error:?}");
        assert!(check_whole(&scene, &image));
        complete(&scene, &image, true);
    }
}

#[test]
fn folder_of_copies_that_cannot_be_written_is_named() {
    crate::support::needs!("strace");
    let image = image();
    for fault in ["?mkdir,mkdirat:error=EROFS", "linkat:error=EROFS"] {
        let scene = fresh(&image);
        let error = failure(&scene, fault);
        assert_eq!(error.code, "read-only-disk", "{error:?}");
        assert!(error.message.contains("out"), "{error:?}: names neither the copy nor its folder");
        complete(&scene, &image, false);
    }
}

/// The run that made it may have died before it was durable.
#[test]
fn copy_that_is_there_and_cannot_be_made_durable_is_not_reported_as_done() {
    crate::support::needs!("strace");
    let image = image();
    for file in ["out", "out/reapplied-360.img"] {
        let scene = fresh(&image);
        scene.run(&CONVERT).ends(0);
        let path = fs::canonicalize(scene.path(file)).unwrap();
        let options =
            ["-f", "-P", path.to_str().unwrap(), "-e", "inject=fsync,fdatasync:error=EIO"];
        let traced = strace(&scene, &options, &CONVERT);
        assert!(traced.is_injected(), "{file}");
        assert!(traced.ran.stdout.contains("\"outcome\":\"failed\""), "{file}: {:?}", traced.ran);
        traced.ran.ends(3);
        complete(&scene, &image, true);
    }
}
