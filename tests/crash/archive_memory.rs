//! An archive takes little memory, however many packs are in it, and however many threads there are.

use super::large_archives::{ARCHIVE, Before, archive, assert_complete, prepare};
use crate::support::judge::PackImage;
use crate::support::scene::Scene;
use crate::support::tools;
use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

/// Packs in an archive whose members wait for each other, and the most memory that a run takes for all of that.
const VERY_MANY: usize = 10_000;
const MOST: u64 = 64 << 20;

/// The most memory that a run of addpack held, in bytes. What the system says of a program that has ended includes the
/// memory of the one that began it: these tests, which may take more.
#[track_caller]
fn peak(scene: &Scene, args: &[&str], code: i32) -> u64 {
    let mut child = scene.command(args).stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let status = fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        // It only grows, but for the moment when the child becomes addpack.
        peak = kib.map_or(peak, |kib| kib.trim().parse().unwrap());
        if let Some(ended) = child.try_wait().unwrap() {
            assert_eq!(ended.code(), Some(code), "{args:?}");
            assert!(peak > 0, "{args:?}: it ended before its memory was looked at");
            return peak << 10;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// What looks at an archive or changes it, however many threads there may be, and its exit code.
const RUNS: [(&[&str], i32); 4] = [
    (&["inspect", "--json", "-j", "64", "in"], 0),
    // All packs are for one step of one server.
    (&["plan", "-j", "64", "in"], 1),
    (&["convert", "--yes", "--json", "-j", "64", "-o", "out", "in"], 0),
    (&["convert", "--yes", "--json", "-j", "64", "in"], 0),
];

#[test]
fn archive_of_very_many_packs_takes_little_memory() {
    crate::support::needs!("strace", "zip");
    let scene = archive(VERY_MANY);
    // What a killed run has left takes more memory than the same without it. So many copies would take longer than all
    // the rest.
    prepare(&scene, Before::Claimed);
    for (args, code) in RUNS.into_iter().filter(|(args, _)| !args.contains(&"-o")) {
        let peak = peak(&scene, args, code);
        assert!(peak <= MOST, "{args:?}: {} KiB", peak >> 10);
    }
    assert_complete(&scene, VERY_MANY);
}

#[test]
fn members_of_a_large_archive_are_expanded_one_after_the_other() {
    crate::support::needs!("zip");
    let scene = Scene::new();
    let image = PackImage::golden("applied-1440.img");
    for number in 0..80 {
        let pack = PackImage { name: format!("{number:05}.img"), ..image.renumbered(number) };
        pack.put(&scene, "work");
    }
    let made = tools::zip(&scene.path("work"), &["-1", "-r", "-X"], &["."]);
    fs::create_dir(scene.path("in")).unwrap();
    fs::rename(made, scene.path(ARCHIVE)).unwrap();
    for (args, code) in RUNS {
        let args = [args, &["--no-ledger"]].concat();
        let peak = peak(&scene, &args, code);
        assert!(peak <= MOST / 2, "{args:?}: {} KiB", peak >> 10);
    }
}
