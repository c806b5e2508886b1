//! What an image costs in system calls: a folder may hold hundreds of thousands of them.

mod judge;
mod scene;

use judge::{PackImage, strace};
use scene::Scene;
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn image_in_a_folder_that_is_looked_at_is_opened_once_and_read_once() {
    let pack = PackImage::golden("applied-1440.img");
    let scene = Scene::new();
    let names = ["a.img", "b.IMA", "c.dsk"];
    for (number, name) in names.into_iter().enumerate() {
        let mut image = pack.renumbered(number);
        name.clone_into(&mut image.name);
        image.put(&scene, "in");
    }
    for name in names {
        let options = ["-f", "-P", &format!("in/{name}"), "-e", "trace=all"];
        let traced = strace(&scene, &options, &["inspect", "--json", "--no-ledger", "in"]);
        assert_eq!(traced.ran.stdout.matches("convertible\",\"record").count(), names.len());
        let names = traced.calls.iter().map(|call| &*call.name);
        // The standard library's own check, in a build that is not for users.
        let calls: Vec<_> = names.filter(|name| *name != "fcntl").collect();
        assert_eq!(calls, ["openat", "fadvise64", "statx", "pread64", "close"], "{name}");
    }
}

#[test]
fn interrupted_read_is_tried_again_also_where_a_container_is_told() {
    let scene = Scene::new();
    for from in ["containers/unused-720.td0", "images/unused-720.img"] {
        let to = Path::new(from).file_name().unwrap().to_str().unwrap();
        fs::copy(scene::testdata(from), scene.path(to)).unwrap();
        let inject = "inject=pread64:error=EINTR:when=1..3";
        let options = ["-f", "-P", to, "-e", "trace=pread64", "-e", inject];
        let traced = strace(&scene, &options, &["inspect", "--json", "--no-ledger", to]);
        assert!(traced.calls.iter().any(|call| call.text.contains("(INJECTED)")), "{traced:?}");
        assert!(traced.ran.stdout.contains("\"outcome\":\"convertible\""), "{traced:?}");
    }
}

/// Images are opened ahead of their turn only where that leaves enough files for everybody else.
#[test]
fn few_files_that_may_be_open_are_enough() {
    let pack = PackImage::golden("reapplied-360.img").cut_short();
    let scene = Scene::new();
    for number in 0..300 {
        let mut image = pack.renumbered(number);
        image.name = format!("{number}.img");
        image.put(&scene, &format!("in/{number}"));
    }
    let script = "ulimit -n 64; exec \"$0\" inspect --json --no-ledger \"$1\"";
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_addpack")]).arg(scene.path("in"));
    let output = shell.output().unwrap();
    let summary = String::from_utf8(output.stdout).unwrap().lines().last().unwrap().to_owned();
    assert!(summary.contains("\"outcomes\":{\"convertible\":300,"), "{summary}");
}
