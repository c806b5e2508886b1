//! What is so on Windows alone: patterns that the program expands, letters in whatever case, names of
//! devices, names that are no text, attributes, drives that have letters.

use crate::support::scene::{CONVERT, Image, Ran, Scene, outcomes};
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const HIDDEN: u32 = 2;
const NORMAL: u32 = 0x80;

fn paths(images: &[Image]) -> Vec<&str> {
    images.iter().map(|image| image.path.as_str()).collect()
}

fn code(image: &Image) -> &str {
    image.error.as_ref().map_or("", |error| &error.code)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn patterns_are_expanded_and_brackets_are_none() {
    let scene = Scene::new();
    for (number, name) in ["disk1.img", "disk2.img", "disk[1].img"].into_iter().enumerate() {
        scene.pack(u32::try_from(number).unwrap(), name);
    }
    for (pattern, found) in [
        ("disk?.img", &["disk1.img", "disk2.img"][..]),
        ("*2.IMG", &["disk2.img"]),
        ("disk[1].img", &["disk[1].img"]),
        ("*", &["disk1.img", "disk2.img", "disk[1].img"]),
    ] {
        let (images, _, exit) = scene.json(&["inspect", "--json", pattern]);
        assert_eq!((paths(&images), exit), (found.to_vec(), Some(0)), "{pattern}");
    }
    let ran = scene.run(&["inspect", "*.ima"]);
    assert!(ran.stdout.contains("no file matches the pattern *.ima"), "{}", ran.stdout);
    assert_eq!(ran.code, Some(3));
}

#[test]
fn names_that_differ_in_case_are_one_file_under_o() {
    let scene = Scene::new();
    scene.pack(1, "one/disk.img");
    scene.pack(2, "two/DISK.IMG");
    for mode in ["--dry-run", "--yes"] {
        let (images, _, exit) = scene.json(&["convert", mode, "--json", "-o", "out", "one", "two"]);
        let codes: Vec<_> = images.iter().map(code).collect();
        assert_eq!((codes, exit), (vec!["", "exists"], Some(3)), "{mode}");
    }
    assert_eq!(fs::read_dir(scene.path("out")).unwrap().count(), 1);
}

#[test]
fn read_only_image_is_left_alone_and_its_copy_is_read_only() {
    let scene = Scene::new();
    scene.pack(1, "in/disk.img");
    scene.write_protect("in/disk.img");
    let before = scene.read("in/disk.img");
    assert_eq!(code(&scene.convert(&["in"]).0[0]), "write-protected");
    assert_eq!(outcomes(&scene.convert(&["-o", "out", "in"]).0), ["converted"]);
    assert!(before == scene.read("in/disk.img") && before != scene.read("out/disk.img"));
    assert!(fs::metadata(scene.path("out/disk.img")).unwrap().permissions().readonly());
}

#[test]
fn attributes_stay_in_place_and_where_a_file_is_replaced() {
    let scene = Scene::new();
    let image = fs::read(scene.pack(1, "packed.img")).unwrap();
    for (name, bytes) in [("raw.img", image.clone()), ("packed.img.gz", gzip(&image))] {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).attributes(HIDDEN);
        options.open(scene.path(name)).unwrap().write_all(&bytes).unwrap();
        let attributes = || fs::metadata(scene.path(name)).unwrap().file_attributes() & !NORMAL;
        let before = attributes();
        let (images, ..) = scene.convert(&["--no-ledger", name]);
        assert_eq!(outcomes(&images), ["converted"], "{name}");
        assert_eq!(attributes(), before, "{name}");
        assert!(scene.read(name) != bytes, "{name}");
    }
}

#[test]
fn file_with_several_names_is_handled_once_and_an_archive_with_two_is_not_replaced() {
    let scene = Scene::new();
    let image = fs::read(scene.pack(1, "disk.img")).unwrap();
    let second_name =
        |of: &str, name: &str| fs::hard_link(scene.path(of), scene.path(name)).unwrap();
    second_name("disk.img", "second.img");
    let ran = scene.run(&["inspect", "disk.img", "DISK.IMG", r".\disk.img", "SECOND.img"]);
    for again in ["DISK.IMG", "./disk.img", "SECOND.img"] {
        let said = format!("{again} (the same as disk.img, handled once)\n");
        assert!(ran.stdout.contains(&said), "{}", ran.stdout);
    }
    assert_eq!(outcomes(&scene.convert(&["disk.img"]).0), ["converted"]);
    assert!(scene.read("second.img") == scene.read("disk.img") && scene.read("disk.img") != image);
    fs::write(scene.path("packed.gz"), gzip(&image)).unwrap();
    second_name("packed.gz", "second.gz");
    let (images, ..) = scene.convert(&["--no-ledger", "packed.gz"]);
    assert_eq!(code(&images[0]), "needs-output");
    assert_eq!(scene.read("packed.gz"), gzip(&image));
    let (images, ..) = scene.convert(&["--no-ledger", "-o", "out", "packed.gz"]);
    assert_eq!(outcomes(&images), ["converted"]);
}

#[test]
fn file_that_another_program_lets_go_of_within_two_seconds_is_converted() {
    let scene = Scene::with(&["unused-720.img"]);
    let held = scene.hold("unused-720.img");
    let mut command = scene.command(&[&CONVERT[..], &["unused-720.img"]].concat());
    let run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(1));
    drop(held);
    let ran = Ran::with(run.wait_with_output().unwrap());
    assert_eq!((&*ran.stderr, ran.code), ("", Some(0)));
}

#[test]
fn names_of_devices_are_reported_as_such() {
    let scene = Scene::new();
    for name in ["NUL", "con", "COM1.img", "sub/aux"] {
        let (images, _, exit) = scene.json(&["inspect", "--json", name]);
        assert_eq!((code(&images[0]), exit), ("not-a-file", Some(3)), "{name}");
    }
}

#[test]
fn name_that_is_no_text_is_exact_in_json() {
    let scene = Scene::new();
    let mut name = OsString::from_wide(&[0x61, 0xD800]);
    name.push(".img");
    let output = scene.command(&["inspect", "--json"]).arg(name).output().unwrap();
    let line = String::from_utf8(output.stdout).unwrap();
    let image: Image = serde_json::from_str(line.lines().next().unwrap()).unwrap();
    assert_eq!(image.path_bytes.as_deref(), Some("61eda0802e696d67"));
    assert_eq!((code(&image), output.status.code()), ("not-found", Some(3)));
}

#[test]
fn long_and_verbatim_paths_lead_to_their_images() {
    let scene = Scene::new();
    let deep = ["a", "b", "c"].map(|name| name.repeat(100)).join("/");
    fs::create_dir_all(scene.path(&deep)).unwrap();
    scene.pack(1, &format!("{deep}/dä𝄞.img"));
    // Wine makes no verbatim path of a long one.
    let folder = fs::canonicalize(scene.path("")).unwrap();
    let verbatim = format!(r"{}\{}", folder.to_str().unwrap(), deep.replace('/', r"\"));
    assert!(verbatim.starts_with(r"\\?\"), "{verbatim}");
    for folder in [".", &verbatim] {
        let (images, ..) = scene.json(&["inspect", "--json", folder]);
        assert_eq!(outcomes(&images), ["convertible"], "{folder}");
    }
    let (images, ..) = scene.convert(&["--no-ledger", "-o", "out", &verbatim]);
    assert_eq!(outcomes(&images), ["converted"]);
    assert_eq!(outcomes(&scene.convert(&["--no-ledger", &deep]).0), ["converted"]);
    assert!(scene.read("out/dä𝄞.img") == scene.read(&format!("{deep}/dä𝄞.img")));
}

#[test]
fn drive_that_is_not_there_is_reported_as_one() {
    let scene = Scene::new();
    for drive in ["B:", r"B:\", r"\\.\b:"] {
        let ran = scene.run(&["inspect", drive]);
        assert!(ran.stdout.contains("there is no drive "), "{}", ran.stdout);
        assert_eq!(ran.code, Some(3));
    }
    assert!(!Path::new("B:").exists());
}

/// Converts into copies, and presses the key as soon as the copy of this name is there.
fn stopped_at(scene: &Scene, stop: &str, key: &str, copy: &str) -> Ran {
    let convert = [&CONVERT[..], &["-j", "1", "-o", "out", "in"]].concat();
    let mut starter = Command::new(stop);
    starter.args([key, copy]);
    Ran::of(&mut scene.command_under(starter, &convert))
}

/// Presses the key in the middle of a run: what was begun is finished, and the next run does the rest.
fn assert_key_ends_what_was_begun(key: &str) {
    const PACKS: usize = 400;
    // tests/windows/check makes the program that presses the key.
    let Ok(stop) = std::env::var("ADDPACK_STOP") else {
        let _ = writeln!(std::io::stderr(), "SKIPPED Ctrl-{key}: ADDPACK_STOP names no program");
        return;
    };
    let scene = Scene::new();
    for number in 0..PACKS {
        scene.pack(u32::try_from(number).unwrap(), &format!("in/{number:03}.img"));
    }
    let ran = stopped_at(&scene, &stop, key, "out\\010.img");
    assert_eq!(ran.code, Some(130), "{}", ran.stderr);
    assert!(ran.stderr.contains("stopping after what was begun"), "{}", ran.stderr);
    let stopped = fs::read_dir(scene.path("out")).unwrap().count();
    assert!((10..PACKS).contains(&stopped), "{stopped}");
    let (images, ..) = scene.convert(&["-o", "out", "in"]);
    let done = |of: &str| outcomes(&images).iter().filter(|outcome| **outcome == of).count();
    assert_eq!((done("already-converted"), done("converted")), (stopped, PACKS - stopped));
    scene.run(&["ledger", "check"]).is(0, "400 of 400 conversions are as the ledger says\n", "");
    let mut copies = fs::read_dir(scene.path("out")).unwrap().map(|entry| entry.unwrap());
    assert!(copies.all(|copy| copy.file_name().to_string_lossy().ends_with(".img")));
}

#[test]
fn ctrl_c_ends_what_was_begun() {
    assert_key_ends_what_was_begun("c");
}

#[test]
fn ctrl_break_ends_what_was_begun() {
    assert_key_ends_what_was_begun("break");
}

#[test]
fn letter_of_a_disk_alone_is_a_wrong_command_line() {
    for command in ["inspect", "plan"] {
        let ran = Scene::new().run(&[command, "C:"]);
        assert_eq!((ran.stdout.as_str(), ran.code), ("", Some(2)));
        assert!(ran.stderr.contains(r"name a folder, such as C:/images"), "{}", ran.stderr);
    }
}
