//! Memory and bytes written, as figures with bounds.

use crate::support::judge::{Called, PackImage, strace};
use crate::support::scene::{CONVERT, Scene, testdata};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::{Read, Write, repeat};
use std::process::Stdio;
use wait4::Wait4;

/// What everything that is expanded takes at a time, and the program beside that, at most.
const MOST: u64 = (64 + 64) << 20;

fn gzip(bytes: &mut dyn Read) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    std::io::copy(bytes, &mut encoder).unwrap();
    encoder.flush().unwrap();
    encoder.finish().unwrap()
}

/// The most memory that a run held, in bytes.
#[track_caller]
fn assert_peak(scene: &Scene, args: &[&str], code: i32) {
    let mut command = scene.command(args);
    let ended = command.stdout(Stdio::null()).spawn().unwrap().wait4().unwrap();
    assert_eq!(ended.status.code(), Some(code), "{args:?}");
    let peak = ended.rusage.maxrss;
    assert!(peak <= MOST, "{args:?}: {} MiB", peak >> 20);
}

#[test]
fn bombs_take_no_more_memory_than_the_budget() {
    let scene = Scene::new();
    fs::create_dir(scene.path("in")).unwrap();
    let bomb = gzip(&mut repeat(0).take(60_000_000));
    assert!(bomb.len() < 600_000);
    for number in 0..100 {
        fs::write(scene.path(&format!("in/{number}.img.gz")), &bomb).unwrap();
    }
    for jobs in ["1", "16"] {
        assert_peak(&scene, &["inspect", "--json", "-j", jobs, "in"], 0);
        assert_peak(&scene, &["convert", "--yes", "--json", "-j", jobs, "in"], 0);
    }
}

#[test]
fn packed_images_that_are_sound_take_no_more_memory_than_the_budget() {
    let scene = Scene::new();
    fs::create_dir(scene.path("in")).unwrap();
    let pack = PackImage::golden("applied-1440.img");
    for number in 0..300 {
        let packed = gzip(&mut &*pack.renumbered(number).old);
        fs::write(scene.path(&format!("in/{number}.img.gz")), packed).unwrap();
    }
    assert_peak(&scene, &["inspect", "--json", "-j", "16", "in"], 0);
    assert_peak(&scene, &["convert", "--yes", "--json", "-o", "out", "in"], 0);
    assert_peak(&scene, &["convert", "--yes", "--json", "in"], 0);
}

/// Bytes that a conversion writes into files below these folders.
fn written(scene: &Scene, args: &[&str], folders: &[&str]) -> u64 {
    let calls = "trace=write,pwrite64,copy_file_range,sendfile";
    let traced = strace(scene, &["-f", "-y", "-e", calls], args);
    assert_eq!(traced.ran.code, Some(0), "{}", traced.ran.stderr);
    let root = fs::canonicalize(scene.path("")).unwrap();
    let is_below = |call: &&Called| {
        let below = |folder: &&str| call.text.contains(&format!("<{}/{folder}/", root.display()));
        folders.iter().any(below)
    };
    let result = |call: &Called| call.text.rsplit_once(" = ")?.1.trim().parse::<u64>().ok();
    traced.calls.iter().filter(is_below).filter_map(result).sum()
}

#[test]
fn conversion_writes_the_record_alone_and_a_container_and_a_copy_once() {
    crate::support::needs!("strace");
    let size = fs::metadata(testdata("images/reapplied-360.img")).unwrap().len();
    let scene = Scene::new();
    scene.image("reapplied-360.img", "in/a.img");
    let raw = written(&scene, &[&CONVERT[..], &["in"]].concat(), &["in"]);
    assert!((1024..=2048).contains(&raw), "{raw} bytes in place");
    let scene = Scene::new();
    scene.image("reapplied-360.img", "in/a.img");
    let copy = written(&scene, &[&CONVERT[..], &["-o", "out", "in"]].concat(), &["in", "out"]);
    assert!((size..=size + 2048).contains(&copy), "{copy} bytes of {size} for a copy");
    let scene = Scene::new();
    let image = fs::read(testdata("images/reapplied-360.img")).unwrap();
    fs::create_dir(scene.path("in")).unwrap();
    let packed = gzip(&mut &*image);
    fs::write(scene.path("in/a.img.gz"), &packed).unwrap();
    let gz = written(&scene, &[&CONVERT[..], &["in"]].concat(), &["in"]);
    let size = packed.len() as u64;
    assert!(gz > 0 && gz <= 2 * size, "{gz} bytes of {size} for a packed image");
}
