//! Old or new, for containers: addpack killed before each call that writes one, and each of them made
//! to fail, by strace.

use crate::support::judge::{PackImage, Point, Threads, strace};
use crate::support::scene;
use crate::support::scene::{Scene, outcomes};
use crate::support::tools;
use sha1::{Digest, Sha1};
use std::collections::BTreeSet;

pub(super) const CONVERT: [&str; 4] = ["convert", "--yes", "--json", "in"];
/// Calls that make the new file, give it its name, and make both durable.
const CALLS: [&str; 7] =
    ["copy_file_range", "write", "fchmod", "fsync", "rename", "renameat", "renameat2"];

/// A container with some packs: how to make it, and what it holds.
pub(super) struct Packed {
    pub(super) path: &'static str,
    images: Vec<PackImage>,
}

pub(super) fn compressed() -> Packed {
    Packed { path: "in/disk.img.gz", images: vec![PackImage::golden("reapplied-360.img")] }
}

pub(super) fn archive() -> Packed {
    let golden = PackImage::golden("reapplied-360.img");
    let image = |number| PackImage { name: format!("{number}.img"), ..golden.renumbered(number) };
    Packed { path: "in/packs.zip", images: (1..=4).map(image).collect() }
}

impl Packed {
    pub(super) fn put(&self, scene: &Scene) {
        let _ = std::fs::remove_dir_all(scene.path("in"));
        let _ = std::fs::remove_dir_all(scene.path("work"));
        for image in &self.images {
            image.put(scene, "work");
        }
        std::fs::create_dir(scene.path("in")).unwrap();
        let work = scene.path("work");
        if self.path.ends_with("gz") {
            let bytes = tools::gzip(&work.join(&self.images[0].name), &[]);
            std::fs::write(scene.path(self.path), bytes).unwrap();
        } else {
            std::fs::write(work.join("README.TXT"), "bought in 1999\n".repeat(9000)).unwrap();
            let mut names: Vec<_> = self.images.iter().map(|image| &*image.name).collect();
            names.insert(2, "README.TXT");
            std::fs::rename(tools::zip(&work, &[], &names), scene.path(self.path)).unwrap();
        }
    }

    /// Whether each of its packs is new, by the judgement of unzip or gzip.
    pub(super) fn state(&self, scene: &Scene) -> Vec<bool> {
        self.state_at(scene, self.path)
    }

    /// The same, where it is at another path.
    pub(super) fn state_at(&self, scene: &Scene, path: &str) -> Vec<bool> {
        let path = scene.path(path);
        let is_new = |image: &PackImage| {
            let held = if self.path.ends_with("gz") {
                tools::gzip(&path, &["-d"])
            } else {
                tools::unzip(&path, &image.name)
            };
            assert!(held == image.old || held == image.new, "{}", image.name);
            held == image.new
        };
        self.images.iter().map(is_new).collect()
    }

    /// The path that the new file has on its way into the container's place.
    pub(super) fn temporary(&self, scene: &Scene) -> String {
        let path = std::fs::canonicalize(scene.path(self.path)).unwrap();
        let place = [b"addpack, on the way to ", path.as_os_str().as_encoded_bytes()].concat();
        let digest: [u8; 20] = Sha1::digest(place).into();
        let name = digest.map(|byte| format!("{byte:02x}")).concat();
        let temporary = path.with_file_name(format!(".addpack-{}.tmp", &name[..24]));
        temporary.into_os_string().into_string().unwrap()
    }

    /// One ordinary run makes it complete, and leaves nothing beside it.
    fn complete(&self, scene: &Scene) {
        let ran = scene.run(&CONVERT);
        ran.ends(0);
        let good = ["converted", "already-converted"].map(|o| format!("\"outcome\":\"{o}\""));
        let reports: Vec<_> = ran.stdout.lines().filter(|l| l.contains("\"image\"")).collect();
        assert_eq!(reports.len(), self.images.len(), "{ran:?}");
        assert!(reports.iter().all(|report| good.iter().any(|g| report.contains(g))), "{ran:?}");
        assert!(self.state(scene).iter().all(|new| *new));
        assert_eq!(std::fs::read_dir(scene.path("in")).unwrap().count(), 1);
        let said = match self.images.len() {
            1 => "1 of 1 conversion is as the ledger says\n".to_owned(),
            packs => format!("{packs} of {packs} conversions are as the ledger says\n"),
        };
        scene.run(&["ledger", "check"]).is(0, &said, "");
    }
}

#[test]
fn conversion_of_a_compressed_file_killed_before_each_call_leaves_old_or_new() {
    crate::support::needs!("strace", "zip", "unzip");
    let packed = compressed();
    let scene = Scene::new();
    packed.put(&scene);
    let trace = format!("trace={}", CALLS.join(","));
    let traced = strace(&scene, &["-e", &trace], &CONVERT);
    let mut seen = BTreeSet::new();
    for call in CALLS {
        for when in 1..=traced.count(call) {
            let scene = Scene::new();
            packed.put(&scene);
            let point = Point::first_thread(call, when);
            point.kill(&scene, &CONVERT);
            let state = packed.state(&scene);
            let (reports, _, _) = scene.json(&["inspect", "--json", "in"]);
            let wanted = if state[0] { "already-converted" } else { "convertible" };
            assert_eq!(outcomes(&reports), [wanted], "{point:?}");
            seen.insert(state);
            packed.complete(&scene);
        }
    }
    assert_eq!(seen, BTreeSet::from([vec![false], vec![true]]));
}

#[test]
fn conversion_of_an_archive_killed_before_each_call_leaves_each_pack_old_or_new() {
    crate::support::needs!("strace", "zip", "unzip");
    let packed = archive();
    let mut seen = BTreeSet::new();
    for call in CALLS {
        for when in 1..=4 {
            let scene = Scene::new();
            packed.put(&scene);
            let point = Point {
                call: call.to_owned(),
                when,
                threads: Threads::All,
                path: Some(packed.temporary(&scene)),
            };
            let killed = point.try_kill(&scene, &CONVERT).signal == Some(9);
            seen.insert((call, killed));
            packed.state(&scene);
            packed.complete(&scene);
        }
    }
    let killed: Vec<_> = seen.iter().filter(|(_, killed)| *killed).map(|(call, _)| call).collect();
    assert!(killed.contains(&&"fsync") && killed.len() >= 4, "{seen:?}");
}

#[test]
fn file_that_a_killed_run_has_left_goes_with_the_next_run_that_settles_its_claim() {
    crate::support::needs!("strace", "zip", "unzip");
    for packed in [compressed(), archive()] {
        let scene = Scene::new();
        packed.put(&scene);
        scene.image("unused-720.img", "elsewhere/a.img");
        let inode = std::os::unix::fs::MetadataExt::ino(
            &std::fs::metadata(scene.path(packed.path)).unwrap(),
        );
        let alike = scene.path(&format!("in/.addpack-{inode}.tmp"));
        std::fs::write(&alike, "a user's").unwrap();
        let temporary = packed.temporary(&scene);
        let point = Point {
            call: "rename".to_owned(),
            when: 1,
            threads: Threads::All,
            path: Some(temporary.clone()),
        };
        point.kill(&scene, &CONVERT);
        assert!(std::fs::exists(&temporary).unwrap());
        assert!(packed.state(&scene).iter().all(|new| !new));
        let ran = scene.run(&["convert", "--yes", "elsewhere"]);
        ran.ends(0);
        assert!(!std::fs::exists(&temporary).unwrap());
        assert_eq!(std::fs::read(&alike).unwrap(), b"a user's");
        std::fs::remove_file(alike).unwrap();
        scene.run(&CONVERT).ends(0);
        assert!(packed.state(&scene).iter().all(|new| *new));
    }
}

#[test]
fn packs_of_an_archive_are_written_together() {
    crate::support::needs!("strace", "zip", "unzip");
    let packed = archive();
    let scene = Scene::new();
    packed.put(&scene);
    let traced = strace(&scene, &["-f", "-e", "trace=rename,renameat,renameat2"], &CONVERT);
    assert_eq!(traced.calls.len(), 1, "{:?}", traced.calls);
    packed.complete(&scene);
}

#[test]
fn failing_call_leaves_the_container_as_it_was_and_is_reported() {
    crate::support::needs!("strace", "zip", "unzip");
    let trials = [
        ("write", "ENOSPC", "no-space"),
        ("fsync", "EIO", "io-error"),
        ("fsync", "ENOSPC", "no-space"),
        ("fchmod", "EPERM", "not-owner"),
        ("/^rename", "EACCES", "folder-protected"),
        ("/^rename", "EROFS", "read-only-disk"),
    ];
    for (call, error, code) in trials {
        let packed = compressed();
        let scene = Scene::new();
        packed.put(&scene);
        let before = scene.read(packed.path);
        let temporary = packed.temporary(&scene);
        let inject = format!("inject={call}:error={error}");
        let options = ["-f", "-P", &temporary, "-e", "trace=all", "-e", &inject];
        let traced = strace(&scene, &options, &CONVERT);
        assert!(traced.is_injected(), "{call}: {traced:?}");
        let line = traced.ran.stdout.lines().next().unwrap();
        let report: scene::Image = serde_json::from_str(line).unwrap();
        let failed = report.error.expect(call);
        assert_eq!((&*failed.code, traced.ran.code), (code, Some(3)), "{call}: {}", failed.message);
        assert!(failed.message.ends_with("the pack is 4.0, as it was"), "{}", failed.message);
        assert!(scene.read(packed.path) == before, "{call}");
        packed.complete(&scene);
    }
}

#[test]
fn replacement_that_fails_is_tried_once_and_reported_for_every_pack_of_the_archive() {
    crate::support::needs!("strace", "zip", "unzip");
    for jobs in ["1", "4"] {
        let packed = archive();
        let scene = Scene::new();
        packed.put(&scene);
        let temporary = packed.temporary(&scene);
        let inject = "inject=write:error=ENOSPC:when=1";
        let options = ["-f", "-P", &temporary, "-e", "trace=write", "-e", inject];
        let traced = strace(&scene, &options, &[&CONVERT[..], &["--jobs", jobs]].concat());
        let failed = |line: &&str| line.contains("\"code\":\"no-space\"");
        assert_eq!(traced.ran.stdout.lines().filter(failed).count(), 4, "{traced:?}");
        assert_eq!(traced.count("write"), 1, "{traced:?}");
        assert_eq!(packed.state(&scene), [false; 4]);
        packed.complete(&scene);
    }
}

#[test]
fn name_that_is_not_durable_is_reported_and_the_pack_is_new() {
    crate::support::needs!("strace", "zip", "unzip");
    let packed = compressed();
    let scene = Scene::new();
    packed.put(&scene);
    let folder = std::fs::canonicalize(scene.path("in")).unwrap();
    let folder = folder.to_str().unwrap();
    let options = ["-f", "-P", folder, "-e", "trace=all", "-e", "inject=fsync:error=EIO"];
    let traced = strace(&scene, &options, &CONVERT);
    let line = traced.ran.stdout.lines().next().unwrap();
    let report: scene::Image = serde_json::from_str(line).unwrap();
    let message = report.error.expect("an error").message;
    assert!(message.ends_with("the pack is wholly 4.5"), "{message}");
    assert_eq!(packed.state(&scene), [true]);
    packed.complete(&scene);
}

#[test]
fn archive_whose_rights_cannot_be_read_is_not_replaced() {
    crate::support::needs!("strace");
    let packed = compressed();
    for (call, error, is_replaced) in
        [("flistxattr", "EIO", false), ("flistxattr", "EOPNOTSUPP", true), ("fchmod", "EIO", false)]
    {
        let scene = Scene::new();
        packed.put(&scene);
        let old = scene.read(packed.path);
        let inject = format!("inject={call}:error={error}");
        let trace = format!("trace={call}");
        let traced = strace(&scene, &["-f", "-e", &trace, "-e", &inject], &CONVERT);
        assert!(traced.is_injected(), "{traced:?}");
        assert_eq!(traced.ran.code, Some(if is_replaced { 0 } else { 3 }), "{call} {error}");
        assert_eq!(scene.read(packed.path) != old, is_replaced, "{call} {error}");
        assert_eq!(std::fs::read_dir(scene.path("in")).unwrap().count(), 1);
    }
}
