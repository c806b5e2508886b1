//! The summary of very many images at a small terminal.

use crate::support::diskette::Terminal;
use crate::support::planned::shelf::Shelf;
use crate::support::scene::Scene;
use crate::support::simulator::{Pack, Release, sample};
use crate::support::testdata;

/// A folder whose name leaves no room for more on a line that names it, and a name that takes more than a line.
const FOLDER: &str = "everything-in-the-old-server-room";
const LONG_FOLDER: &str = "everything-that-was-in-the-three-cabinets-of-the-old-server-room";

/// Files in formats that are not read, by their endings.
const NOT_READ: [&str; 12] =
    ["7z", "rar", "lzh", "arj", "cab", "tar", "xz", "lzma", "bz2", "zst", "lz", "iso"];

/// Every outcome of a look, with many reasons of most, and files of many kinds that are not read.
fn everything() -> Scene {
    let shelf = Shelf::new();
    std::fs::create_dir(shelf.scene.path(FOLDER)).unwrap();
    let put = |name: String, pack: &Pack| shelf.put(&format!("{FOLDER}/{name}"), pack);
    for number in 0..210_u16 {
        let serial = format!("12345-270-0000888-{number:05}");
        let mut pack = Pack::unused_40(&serial, 5, 125_411_328_000_000_000);
        let server = u8::try_from(1 + number % 20).unwrap();
        assert!(sample::server(Release::V40, server).apply(&mut pack));
        put(format!("{number:03}.img"), &pack);
        // Another history of the same pack, and a later state that is corrupt.
        match number {
            0..7 => {
                let mut other = Pack::unused_40(&serial, 5, 125_411_328_000_000_000);
                assert!(sample::server(Release::V40, server + 1).apply(&mut other));
                put(format!("{number:03}-other.img"), &other);
            }
            7..14 => {
                sample::spoil(&mut pack, true);
                put(format!("{number:03}-later.img"), &pack);
            }
            14..20 => {
                let clash = Pack::unused_40(&serial, 20, 125_411_328_000_000_000);
                put(format!("{number:03}-clash.img"), &clash);
            }
            _ => {}
        }
    }
    let scene = shelf.scene;
    let path = |name: &str| scene.path(&format!("{FOLDER}/{name}"));
    for file in std::fs::read_dir(testdata("images")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), path(file.file_name().to_str().unwrap())).unwrap();
    }
    std::fs::write(path("not-a-pack.img"), vec![0; 368_640]).unwrap();
    std::fs::write(path("cut.gz"), b"\x1f\x8b\x08\x00cut off").unwrap();
    std::fs::write(path("cut.zip"), b"PK\x03\x04cut off").unwrap();
    std::fs::write(path("cut.imd"), b"IMD 1.18: cut off").unwrap();
    std::fs::write(path("cut.hfe"), b"HXCPICFE").unwrap();
    std::os::unix::fs::symlink("nowhere", path("gone.img")).unwrap();
    std::os::unix::fs::symlink("loop.img", path("loop.img")).unwrap();
    for ending in NOT_READ {
        std::fs::write(path(&format!("file.{ending}")), b"something else").unwrap();
    }
    for number in 0..5 {
        let ending = format!("{number}-is-an-ending-that-somebody-made-up");
        std::fs::write(path(&format!("file.{ending}")), b"something else").unwrap();
    }
    scene
}

fn shown(scene: &Scene, rows: u16, args: &[&str]) -> String {
    let args = [&["-q", "--color", "never"], args].concat();
    Terminal::run_sized(scene.command(&args), rows, 80).end().0
}

/// The rows of a terminal with 80 columns that a text takes.
fn height(text: &str) -> usize {
    text.lines().map(|line| line.chars().count().div_ceil(80).max(1)).sum()
}

#[test]
fn every_reason_and_kind_at_once_fit_the_screen_and_what_is_folded_is_said() {
    let scene = everything();
    let small = shown(&scene, 24, &["inspect", FOLDER]);
    let large = shown(&scene, 100, &["inspect", FOLDER]);
    assert!(height(&large) > 30, "not the worst case: {large}");
    // One row is the next prompt's.
    assert!(height(&small) < 24, "{} rows: {small}", height(&small));
    assert!(small.ends_with("Exit code 3: 2 images failed\n"), "{small}");
    assert!(small.contains(" others (--list)\n"), "{small}");
    let files = "  20 other files, 13 in 13 kinds of formats that are not read: see --list\n";
    assert!(small.contains(files), "{small}");
    assert!(!large.contains("--list)"), "{large}");
    for word in ["convert -o converted", "replace", "plan --all", "inspect --list"] {
        assert!(small.contains(&format!("  addpack {word} {FOLDER}")), "{word}: {small}");
    }
    std::fs::rename(scene.path(FOLDER), scene.path(LONG_FOLDER)).unwrap();
    let small = shown(&scene, 20, &["inspect", LONG_FOLDER]);
    assert!(height(&small) < 20, "{} rows: {small}", height(&small));
    let list =
        format!("What now\n  addpack inspect --list {LONG_FOLDER}\n      shows a line for each");
    assert!(small.contains(&list), "{small}");
}

#[test]
fn after_a_conversion_of_everything_the_summary_fits_the_screen() {
    let scene = everything();
    std::fs::rename(scene.path(FOLDER), scene.path(LONG_FOLDER)).unwrap();
    let text = shown(&scene, 24, &["convert", "--yes", LONG_FOLDER]);
    assert!(height(&text) < 24, "{} rows: {text}", height(&text));
    assert!(text.ends_with("Exit code 3: 2 images failed\n"), "{text}");
}
