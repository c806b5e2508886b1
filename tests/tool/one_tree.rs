//! A tree of everything: what `inspect` says would be converted is what is asked about and converted, in place
//! and into copies.

use crate::support::diskette::Terminal;
use crate::support::judge::PackImage;
use crate::support::scene::{Image, Scene, outcomes};
use crate::support::simulator::image_of;
use crate::support::simulator::{Pack, Release, sample};
use crate::support::{tools, write};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

const MADE_AT: u64 = 125_411_328_000_000_000;

fn unused(number: u16) -> Pack {
    Pack::unused_40(&format!("12345-270-0000777-{number:05}"), 5, MADE_AT)
}

fn applied(number: u16) -> Pack {
    let mut pack = unused(number);
    assert!(sample::server(Release::V40, 1).apply(&mut pack));
    pack
}

fn spoilt(mut pack: Pack) -> Pack {
    sample::spoil(&mut pack, true);
    pack
}

fn put(scene: &Scene, name: &str, bytes: &[u8]) {
    let path = scene.path(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn put_pack(scene: &Scene, name: &str, pack: &Pack) {
    put(scene, name, &pack.image());
}

/// An `ImageDisk` dump of a golden image.
fn put_dump(scene: &Scene, name: &str, image: &str) -> PackImage {
    let image = PackImage::golden(image);
    put(scene, name, &write::imd::dump(&write::diskette(&image.old)));
    image
}

/// Copies, an earlier state, dumps, gzip files, one with another name, an archive, hard links, a file that is
/// marked read-only, corrupt and rotten packs, an interrupted conversion, and one that is done.
fn tree() -> Scene {
    let scene = Scene::new();
    put_pack(&scene, "in/1.img", &applied(1));
    put_pack(&scene, "in/copy.img", &applied(1));
    put_pack(&scene, "in/backup/early.img", &unused(1));
    put_pack(&scene, "in/late.img", &spoilt(applied(1)));
    put_dump(&scene, "in/alone.imd", "reapplied-360.img");
    put_dump(&scene, "in/same.imd", "unused-720.img");
    scene.image("unused-720.img", "in/same.img");
    for (name, number) in [("in/2.img", 2), ("in/3.img", 3)] {
        put_pack(&scene, name, &applied(number));
        put(&scene, &format!("{name}.gz"), &tools::gzip(&scene.path(name), &[]));
        fs::remove_file(scene.path(name)).unwrap();
    }
    fs::hard_link(scene.path("in/3.img.gz"), scene.path("elsewhere.gz")).unwrap();
    for (name, pack) in [("4.img", unused(4)), ("5.img", unused(5)), ("6.img", spoilt(unused(6)))] {
        put_pack(&scene, &format!("in/{name}"), &pack);
    }
    let members = ["4.img", "5.img", "6.img"];
    tools::zip(&scene.path("in"), &[], &members);
    for name in members {
        fs::remove_file(scene.path(&format!("in/{name}"))).unwrap();
    }
    put_pack(&scene, "in/7.img", &unused(7));
    fs::hard_link(scene.path("in/7.img"), scene.path("in/7-too.img")).unwrap();
    put_pack(&scene, "in/8.img", &applied(8));
    fs::set_permissions(scene.path("in/8.img"), Permissions::from_mode(0o444)).unwrap();
    let mut rotten = applied(9);
    rotten.bytes[0x90] ^= 1;
    put_pack(&scene, "in/9.img", &rotten);
    let (old, new) = (applied(10), sample::converted(&applied(10)));
    put(&scene, "in/10.img", &image_of(&[&new.bytes[..512], &old.bytes[512..]].concat()));
    put_pack(&scene, "in/11.img", &sample::converted(&unused(11)));
    put(&scene, "in/12.gz", b"\x1f\x8b\x08\x00cut off");
    scene
}

/// How many images have this outcome.
fn count(images: &[Image], outcome: &str) -> usize {
    images.iter().filter(|image| image.outcome == outcome).count()
}

fn with_code(images: &[Image], code: &str) -> usize {
    let is_it = |image: &&Image| image.error.as_ref().is_some_and(|error| error.code == code);
    images.iter().filter(is_it).count()
}

/// What is asked before a conversion. The answer is no.
fn question(scene: &Scene, args: &[&str]) -> String {
    let mut terminal = Terminal::run(scene.command(&[&["convert"], args].concat()));
    let asked = terminal.until("[y/N] ");
    terminal.answer("n");
    assert_eq!(terminal.end().1, Some(130));
    asked[asked.find("About to").unwrap()..].to_owned()
}

/// The images of a report. That one of them has two names is said beside it.
fn reports(scene: &Scene, args: &[&str]) -> (Vec<Image>, Option<i32>) {
    let ran = scene.run(&[args, &["--json"]].concat());
    assert_eq!(ran.stderr, "addpack: in/7.img is the same as in/7-too.img, handled once\n");
    let lines = ran.stdout.lines().filter(|line| line.starts_with("{\"type\":\"image\""));
    (lines.map(|line| serde_json::from_str(line).unwrap()).collect(), ran.code)
}

#[test]
fn inspect_counts_what_is_converted_in_place_and_into_copies() {
    crate::support::needs!("zip", "unzip");
    let scene = tree();
    let (seen, _) = reports(&scene, &["inspect", "in"]);
    let convertible = count(&seen, "convertible");
    let is_in_place =
        |image: &&Image| image.outcome == "convertible" && image.in_place == Some(true);
    let in_place = seen.iter().filter(is_in_place).count();
    let finish = count(&seen, "unfinished-conversion");
    assert_eq!((convertible, in_place, finish), (9, 7, 1), "{seen:?}");
    let asked = question(&scene, &["in"]);
    let about = "About to convert 7 packs to 4.5 and finish 1 interrupted conversion, in place.\n2 packs \
                 can only be converted into copies";
    assert!(asked.starts_with(about), "{asked}");
    let asked = question(&scene, &["-o", "out", "in"]);
    let about = "About to convert 9 packs to 4.5 and finish 1 interrupted conversion, into copies";
    assert!(asked.starts_with(about), "{asked}");

    let (tried, code) = reports(&scene, &["convert", "--dry-run", "in"]);
    assert_eq!((count(&tried, "convertible"), code), (in_place - 1, Some(3)), "{tried:?}");
    let failed = ["needs-output", "write-protected"].map(|error| with_code(&tried, error));
    assert_eq!(failed, [convertible - in_place, 1], "{tried:?}");
    let into_copies = tree();
    let (done, _) = reports(&scene, &["convert", "--yes", "in"]);
    assert_eq!(count(&done, "converted"), in_place - 1 + finish, "{done:?}");
    assert_eq!(["needs-output", "write-protected"].map(|error| with_code(&done, error)), failed);

    let copying = ["-o", "out", "in"];
    let (tried, _) = reports(&into_copies, &[&["convert", "--dry-run"], &copying[..]].concat());
    let (done, _) = reports(&into_copies, &[&["convert", "--yes"], &copying[..]].concat());
    assert_eq!(count(&tried, "convertible") + finish, convertible + finish, "{tried:?}");
    assert_eq!(count(&done, "converted"), convertible + finish, "{done:?}");
    // What is neither changed nor tried keeps the answer that it had.
    for outcome in ["copy", "refused", "already-converted", "not-a-pack"] {
        let counts = [&seen, &tried, &done].map(|images| count(images, outcome));
        assert_eq!(counts, [count(&seen, outcome); 3], "{outcome}");
    }
}

#[test]
fn dump_is_convertible_and_not_in_place_and_a_copy_of_it_is_made() {
    let scene = Scene::new();
    let images = [("in/a.imd", "unused-720.img"), ("in/b.imd", "reapplied-360.img")]
        .map(|(name, image)| put_dump(&scene, name, image));
    fs::copy(
        crate::support::scene::testdata("containers/applied-1440.td0"),
        scene.path("in/c.td0"),
    )
    .unwrap();
    let dumps = ["in/a.imd", "in/b.imd", "in/c.td0"];
    let before = dumps.map(|name| scene.read(name));
    let (seen, _, code) = scene.json(&["inspect", "--json", "in"]);
    assert_eq!((outcomes(&seen), code), (vec!["convertible"; 3], Some(0)));
    for image in &seen {
        assert_eq!(image.in_place, Some(false));
        assert!(image.next_step.contains("addpack convert -o DIR"), "{}", image.next_step);
    }
    for args in
        [&["convert", "--dry-run", "--json", "in"][..], &["convert", "--yes", "--json", "in"]]
    {
        let (images, _, code) = scene.json(args);
        assert_eq!((with_code(&images, "needs-output"), code), (3, Some(3)), "{args:?}");
        assert_eq!(outcomes(&images), ["failed"; 3]);
    }
    let (images_done, _, code) = scene.convert(&["-o", "out", "in"]);
    assert_eq!((outcomes(&images_done), code), (vec!["converted"; 3], Some(0)));
    for (image, copy) in images.iter().zip(["out/a.img", "out/b.img"]) {
        assert!(scene.read(copy) == image.new, "{copy}");
    }
    assert!(scene.read("out/c.img") == PackImage::golden("applied-1440.img").new);
    assert!(dumps.map(|name| scene.read(name)) == before);
}

#[test]
fn question_names_the_pack_that_is_converted_and_not_one_that_the_list_leaves_out() {
    let scene = Scene::new();
    for number in 1..=3 {
        put_pack(&scene, &format!("in/{number}.img"), &applied(number));
    }
    let report = scene.run(&["inspect", "--json", "in"]).stdout;
    let lines: Vec<_> = report.lines().collect();
    put(&scene, "one.jsonl", [lines[1], lines[3]].join("\n").as_bytes());
    let mut terminal = Terminal::run(scene.command(&["convert", "--only-as", "one.jsonl", "in"]));
    let asked = terminal.until("[y/N] ");
    terminal.answer("n");
    terminal.end();
    let about = "in/2.img: serial 12345-270-0000777-00002, 5 licenses, server SERVER-1";
    assert!(asked.contains(about) && asked.contains("1 event, the last on "), "{asked}");
    assert!(!asked.contains("in/3.img"), "{asked}");
}
