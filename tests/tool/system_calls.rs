//! What an image costs in system calls: a folder may hold hundreds of thousands of them.

use crate::support::judge::{Called, PackImage, strace};
use crate::support::scene;
use crate::support::scene::Scene;
use crate::support::tools;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

#[test]
fn image_in_a_folder_that_is_looked_at_is_opened_once_and_read_once() {
    crate::support::needs!("strace");
    let pack = PackImage::golden("applied-1440.img");
    let scene = Scene::new();
    let names = ["a.img", "b.IMA", "c.dsk"];
    for (number, name) in names.into_iter().enumerate() {
        let mut image = pack.renumbered(number);
        name.clone_into(&mut image.name);
        image.put(&scene, "in");
    }
    for name in names {
        // By its name in the open folder, and by what is opened under it.
        let options = ["-f", "-P", name, "-P", &format!("in/{name}"), "-e", "trace=all"];
        let traced = strace(&scene, &options, &["inspect", "--json", "--no-ledger", "in"]);
        assert_eq!(traced.ran.stdout.matches("convertible\",\"record").count(), names.len());
        let calls = traced.calls.iter().filter(|call| !is_check_of_std(call));
        let names: Vec<_> = calls.map(|call| &*call.name).collect();
        assert_eq!(names, ["openat", "statx", "fadvise64", "pread64", "close"], "{name}");
    }
}

/// So many packs with events: `in/0.img` and so on.
fn with_applied_packs(count: usize) -> Scene {
    let pack = PackImage::golden("applied-1440.img");
    let scene = Scene::new();
    for number in 0..count {
        let mut image = pack.renumbered(number);
        image.name = format!("{number}.img");
        image.put(&scene, "in");
    }
    scene
}

/// Whether the standard library makes this call to check itself, in a build that is not for users.
fn is_check_of_std(call: &Called) -> bool {
    call.text.contains("F_GETFD")
}

#[test]
fn image_that_is_converted_is_opened_twice_and_read_twice_besides_what_is_read_back() {
    crate::support::needs!("strace");
    let scene = with_applied_packs(3);
    // By its name in the open folder, and by its path.
    let options = ["-f", "-P", "1.img", "-P", "in/1.img", "-e", "trace=all"];
    let traced = strace(&scene, &options, &["convert", "--yes", "--no-ledger", "in"]);
    traced.ran.ends(0);
    let calls = traced.calls.iter().filter(|call| !is_check_of_std(call));
    let names: Vec<_> = calls.map(|call| &*call.name).collect();
    let looked = ["openat", "statx", "fadvise64", "pread64", "close"];
    let locked = ["openat", "statx", "flock", "fstatfs", "fcntl", "pread64", "statx"];
    let past_cache = ["fcntl", "pread64", "fcntl"];
    let committed = ["pwrite64", "fdatasync", "fcntl"];
    let cleaned_up = ["pwrite64", "fdatasync"];
    let parts = [&looked[..], &locked, &committed, &past_cache, &cleaned_up, &past_cache];
    assert_eq!(names, [&parts.concat()[..], &["statx", "close"]].concat(), "{traced:?}");
}

/// A disk's tables have the times of neighbouring files in one block: it is written once for all of them.
#[test]
fn neighbours_are_written_before_the_first_of_them_is_made_durable() {
    crate::support::needs!("strace");
    let scene = with_applied_packs(4);
    let images = ["0", "1", "2", "3"].map(|number| format!("in/{number}.img"));
    let paths = images.iter().flat_map(|path| ["-P", path]);
    let options: Vec<_> =
        ["-f", "-e", "trace=pwrite64,fdatasync"].into_iter().chain(paths).collect();
    let traced = strace(&scene, &options, &["convert", "--yes", "--no-ledger", "-j1", "in"]);
    traced.ran.ends(0);
    let names: Vec<_> = traced.calls.iter().map(|call| &*call.name).collect();
    let all = [["pwrite64"; 4], ["fdatasync"; 4]].concat();
    assert_eq!(names, [&all[..], &all].concat());
}

/// The ledger has absolute paths.
#[test]
fn working_folder_is_asked_for_once_however_many_images_are_converted() {
    crate::support::needs!("strace");
    let counts = [1, 9].map(|images| {
        let scene = with_applied_packs(images);
        let traced = strace(&scene, &["-f", "-e", "trace=getcwd"], &["convert", "--yes", "in"]);
        traced.ran.ends(0);
        traced.count("getcwd")
    });
    assert_eq!(counts[0], counts[1]);
}

/// Images in the cache are looked at by one thread: only those that are waited for get more.
#[test]
fn report_is_the_same_by_one_thread_and_by_four_that_wait_for_a_slow_disk() {
    crate::support::needs!("strace");
    let pack = PackImage::golden("reapplied-360.img").cut_short();
    let scene = Scene::new();
    for number in 0..100 {
        // Of every third pack there are two images.
        let mut image = pack.renumbered(number % 75);
        image.name = format!("{number}.img");
        image.put(&scene, "in");
    }
    let slow = ["-f", "-e", "trace=pread64,clone3", "-e", "inject=pread64:delay_enter=2000"];
    for form in ["--json", "--list"] {
        let [one, four] = ["1", "4"].map(|threads| {
            strace(&scene, &slow, &["inspect", form, "-j", threads, "--no-ledger", "in"])
        });
        assert_eq!((&one.ran.stdout, one.ran.code), (&four.ran.stdout, four.ran.code));
        assert!(four.count("clone3") >= one.count("clone3") + 3, "the other three threads");
    }
}

/// What is written is read back from the disk also where that must not bypass the cache: its page is dropped before.
#[test]
fn page_that_cannot_be_read_past_the_cache_is_dropped_and_read_anew() {
    crate::support::needs!("strace");
    let scene = Scene::with(&["reapplied-360.img"]);
    // The call that makes a file bypass the cache.
    let fault = "inject=fcntl:error=EINVAL:when=1+";
    let trace = "trace=fcntl,fadvise64,pread64,pwrite64,fdatasync";
    let path = scene.path("reapplied-360.img");
    let options = ["-f", "-P", path.to_str().unwrap(), "-e", trace, "-e", fault];
    let convert = ["convert", "--yes", "--no-ledger", path.to_str().unwrap()];
    let traced = strace(&scene, &options, &convert);
    traced.ran.ends(0);
    let names = traced.calls.iter().filter(|call| !is_check_of_std(call)).map(|call| &*call.name);
    let calls: Vec<_> = names.skip_while(|name| *name != "pwrite64").collect();
    let read_back = ["pwrite64", "fdatasync", "fcntl", "fadvise64", "pread64"];
    assert_eq!(calls, [read_back, read_back].concat(), "{traced:?}");
    let dropped = traced.calls.iter().filter(|call| call.text.contains("POSIX_FADV_DONTNEED"));
    let pages: Vec<_> = dropped.map(|call| call.text.split(", ").nth(1).unwrap()).collect();
    assert!(pages.iter().all(|start| start.parse::<u64>().unwrap() % 4096 == 0), "{pages:?}");
    assert_eq!(pages.len(), 2);
}

#[test]
fn images_in_small_archives_are_looked_at_by_several_threads() {
    crate::support::needs!("strace", "zip");
    let pack = PackImage::golden("reapplied-360.img");
    let scene = Scene::new();
    fs::create_dir(scene.path("in")).unwrap();
    for number in 0..40 {
        let mut image = pack.renumbered(number);
        image.name = format!("{number}.img");
        image.put(&scene, "raw");
        let zip = tools::zip(&scene.path("raw"), &[], &[&image.name]);
        fs::rename(zip, scene.path(&format!("in/{number}.imz"))).unwrap();
    }
    let slow = ["-f", "-e", "trace=pread64,clone3", "-e", "inject=pread64:delay_enter=2000"];
    let traced = strace(&scene, &slow, &["inspect", "--json", "-j4", "--no-ledger", "in"]);
    assert_eq!(traced.ran.stdout.matches("\"outcome\":\"convertible\"").count(), 40);
    assert!(traced.count("clone3") >= 3, "{}", traced.count("clone3"));
}

#[test]
fn interrupted_read_is_tried_again_also_where_a_container_is_recognized() {
    crate::support::needs!("strace");
    let scene = Scene::new();
    for from in ["containers/unused-720.td0", "images/unused-720.img"] {
        let to = Path::new(from).file_name().unwrap().to_str().unwrap();
        fs::copy(scene::testdata(from), scene.path(to)).unwrap();
        let inject = "inject=pread64:error=EINTR:when=1..3";
        let options = ["-f", "-P", to, "-e", "trace=pread64", "-e", inject];
        let traced = strace(&scene, &options, &["inspect", "--json", "--no-ledger", to]);
        assert!(traced.is_injected(), "{traced:?}");
        assert!(traced.ran.stdout.contains("\"outcome\":\"convertible\""), "{traced:?}");
    }
}

/// Images are opened ahead of their turn only where that leaves enough files for everybody else.
#[test]
fn few_files_that_may_be_open_are_enough() {
    let scene = Scene::new();
    put_images(&scene, (0..300).map(|number| format!("in/{number}")));
    let summary = inspect_with_open_files(64, &scene);
    assert!(summary.contains("\"outcomes\":{\"convertible\":300,"), "{summary}");
}

/// In each of these folders a file is opened, and then the next folder is entered.
#[test]
fn folders_are_not_held_open_however_deep_they_lie() {
    let scene = Scene::new();
    put_images(&scene, (0..600).map(|depth| format!("in{}", "/d".repeat(depth))));
    let summary = inspect_with_open_files(512, &scene);
    assert!(summary.contains("\"outcomes\":{\"convertible\":600,"), "{summary}");
}

fn put_images(scene: &Scene, folders: impl Iterator<Item = String>) {
    let pack = PackImage::golden("reapplied-360.img").cut_short();
    for (number, folder) in folders.enumerate() {
        let mut image = pack.renumbered(number);
        "a.img".clone_into(&mut image.name);
        image.put(scene, &folder);
    }
}

/// The last line of what is said of the folder `in`.
fn inspect_with_open_files(limit: u64, scene: &Scene) -> String {
    let limit = format!("ulimit -n {limit}");
    let ran = scene.run_after(&limit, &["inspect", "--json", "--no-ledger", "in"]);
    ran.stdout.lines().last().unwrap().to_owned()
}

/// The paths whose file systems a run asks about.
fn file_systems(scene: &Scene, args: &[&str]) -> Vec<String> {
    let traced = strace(scene, &["-f", "-e", "trace=statfs"], args);
    traced.ran.ends(0);
    let path = |call: &Called| call.text.split('"').nth(1).unwrap().to_owned();
    traced.calls.iter().map(path).collect()
}

/// A log must not be on a disk of the network, and SQLite keeps it beside the ledger itself.
#[test]
fn disk_that_counts_for_a_ledger_is_the_one_that_a_link_leads_to() {
    crate::support::needs!("strace");
    let scene = Scene::with(&["unused-720.img", "applied-1440.img"]);
    fs::create_dir(scene.path("links")).unwrap();
    fs::create_dir(scene.path("real")).unwrap();
    symlink("../real/ledger.db", scene.path("links/to-a-file.db")).unwrap();
    symlink("../real", scene.path("links/to-a-folder")).unwrap();
    let folder = fs::canonicalize(scene.path("real")).unwrap().into_os_string().into_string();
    for (ledger, image) in [
        ("links/to-a-folder/ledger.db", "unused-720.img"),
        ("links/to-a-file.db", "applied-1440.img"),
    ] {
        for args in [&["convert", "--yes"][..], &["inspect"]] {
            let args = [args, &["--ledger", ledger, image]].concat();
            let asked = file_systems(&scene, &args);
            assert_eq!(asked[0], *folder.as_ref().unwrap(), "{args:?}");
        }
    }
}

/// A share of Windows does not flush what is only read, so images there are opened to be changed.
#[test]
fn disk_that_counts_for_an_image_is_the_one_that_a_link_leads_to() {
    crate::support::needs!("strace");
    let scene = Scene::new();
    scene.image("converted-360.img", "real/a.img");
    symlink("real/a.img", scene.path("link.img")).unwrap();
    let asked = file_systems(&scene, &["convert", "--yes", "link.img"]);
    assert!(asked.last().unwrap().ends_with("/link.img"), "{asked:?}");
}
