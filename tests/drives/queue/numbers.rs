//! Queues with the same folder: each diskette keeps its number, and is what became of it.

use super::{KEEP, looked_at, prompt, put_in, squeezed};
use crate::support::diskette::{Loop, Terminal};
use crate::support::judge::PackImage;
use crate::support::scene::Scene;
use crate::support::simulator::sample;
use std::fs;
use std::path::Path;

#[test]
fn a_new_queue_goes_on_with_the_numbers_and_the_set_of_the_last_one() {
    let scene = Scene::with(&["applied-1440.img", "unused-720.img"]);
    let Some(drive) = Loop::with(&scene.path("applied-1440.img")) else { return };
    for (number, name) in [(1, "applied-1440.img"), (2, "unused-720.img")] {
        let args = [&KEEP[..], &[drive.path()]].concat();
        let mut terminal = Terminal::run(scene.command(&args));
        terminal.until(&prompt(number, &drive));
        drive.insert(&scene.path(name));
        terminal.answer("");
        terminal.until(&prompt(number + 1, &drive));
        terminal.answer("q");
        let (shown, code) = terminal.end();
        assert!(shown.contains(&format!("{number}  diskette {number}")), "{shown}");
        assert_eq!(code, Some(0));
    }
}

/// The diskette is looked at, converted, and looked at again, from a copy of the folder with other file times.
#[test]
fn diskettes_that_were_converted_in_the_drive_count_as_converted_and_keep_their_numbers() {
    let (name, other) = ("applied-1440.img", "unused-720.img");
    let Some((scene, drive)) = looked_at(&[name, other]) else { return };
    for folder in ["box", "copied"] {
        let again = ["inspect", "--queue", "--keep", folder];
        if folder == "box" {
            drive.insert(&scene.path(name));
            scene.run(&["convert", "--yes", drive.path()]).ends(0);
        } else {
            copy_backwards(&scene.path("box"), &scene.path("copied"));
        }
        for names in [&[][..], &[name], &[]] {
            let (shown, code) = put_in(&scene, &drive, &again, names);
            let shown = squeezed(&shown);
            assert!(shown.contains("1 diskette 1 5 to 10 ...00003 as it is"), "{shown}");
            assert!(shown.contains("2 diskette 2 10 to 15 ...00001 convert first"), "{shown}");
            assert!(!shown.contains("DO NOT APPLY"), "{shown}");
            assert_eq!(code, Some(0));
        }
    }
}

/// Copies a folder, file by file in the opposite order, so that what was made last is the oldest.
fn copy_backwards(from: &Path, to: &Path) {
    let mut names: Vec<_> = fs::read_dir(from).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.sort();
    fs::create_dir(to).unwrap();
    for name in names.into_iter().rev() {
        fs::write(to.join(&name), fs::read(from.join(&name)).unwrap()).unwrap();
    }
}

/// Its image is the same as that of the diskette that was converted, and it keeps its own number.
#[test]
fn a_copy_of_a_converted_diskette_is_never_to_be_applied() {
    let name = "applied-1440.img";
    let Some((scene, drive)) = looked_at(&[name]) else { return };
    put_in(&scene, &drive, &["convert", "--queue", "--yes", "--plan", "box"], &[name]);
    fs::write(scene.path("copy.img"), PackImage::golden(name).old).unwrap();
    for names in [&["copy.img"][..], &["copy.img"], &[]] {
        let shown = squeezed(&put_in(&scene, &drive, &KEEP, names).0);
        let both = [
            "1 diskette 1 5 to 10 ...00003 as it is",
            "write DO NOT APPLY on them\ndiskette 2 ...00003 a copy of a converted pack",
        ];
        assert!(both.iter().all(|part| shown.contains(part)), "{shown}");
    }
    let list = String::from_utf8(scene.read("box/addpack-diskettes.txt")).unwrap();
    let image = "12345-270-0000017-00003-1-event.img";
    assert!(list.ends_with(&format!("\n1 {image}\n2 {image} copy\n")), "{list}");
}

#[test]
fn numbers_stay_from_the_queue_that_looks_to_the_one_that_converts() {
    let names = ["unused-720.img", "out-of-order-720.img", "applied-1440.img"];
    let Some((scene, drive)) = looked_at(&names) else { return };
    scene.image("issued-4.5-360.img", "issued-4.5-360.img");
    let convert = ["convert", "--queue", "--yes", "--plan", "box"];
    let (shown, _) = put_in(&scene, &drive, &convert, &["applied-1440.img", "issued-4.5-360.img"]);
    let asked = "  1  12345-270-0000017-00001\n    3  12345-270-0000017-00003\n";
    assert!(shown.contains(asked), "{shown}");
    let end = "2 diskettes in this queue, 1 of them not of box\n    3  12345-270-0000017-00003  converted";
    assert!(shown.contains(end), "{shown}");
    // One order for the server, and the stranger is not in it.
    let order = "SBSNT1 (00:A0:C9:14:C8:29): apply in this order (15 licenses at the end)\n\
                 1 diskette 3 5 to 10 ...00003 as it is\n\
                 2 diskette 1 10 to 15 ...00001 convert first\n\n\
                 Do not apply: write DO NOT APPLY on them\n\
                 diskette 2 ...00010 reapplied out of order\n\n\
                 To convert: diskette 1 (...00001)\n\n\
                 What now\n";
    assert!(squeezed(&shown).contains(order), "{shown}");
    let go_on = format!(
        "addpack convert --queue {} --plan box 1 is left to convert: run the same command to go on",
        drive.path()
    );
    assert!(squeezed(&shown).contains(&go_on), "{shown}");
}

/// The folder's images say the same to `plan` as at the end of the queue.
#[test]
fn a_plan_of_kept_images_names_the_diskettes_that_were_converted_since() {
    let names = ["applied-1440.img", "unused-720.img"];
    let Some((scene, drive)) = looked_at(&names) else { return };
    put_in(&scene, &drive, &["convert", "--queue", "--yes", "--plan", "box"], &names[..1]);
    let plan = squeezed(&scene.run(&["plan", "box"]).stdout);
    let order = "1 apply 5 to 10 12345-270-0000017-00003 diskette 1\n\
                 2 convert, then apply 10 to 15 12345-270-0000017-00001 box/";
    assert!(plan.contains(order), "{plan}");
}

/// The other one is still to be converted: by every command, on its diskette.
#[test]
fn every_command_says_the_same_of_a_box_that_is_half_converted() {
    let names = ["applied-1440.img", "unused-720.img"];
    let Some((scene, drive)) = looked_at(&names) else { return };
    put_in(&scene, &drive, &["convert", "--queue", "--yes", "--plan", "box"], &names[..1]);
    let next = "--plan box converts 1 diskette";
    let shown = |args: &[&str]| {
        let command = scene.command(&[args, &["--color", "never", "-q", "box"]].concat());
        squeezed(&Terminal::run_sized(command, 24, 120).all())
    };
    for args in [&["inspect"][..], &["convert", "--dry-run"]] {
        let shown = shown(args);
        assert!(shown.contains("2 images: 1 convertible, 1 already-converted"), "{shown}");
        assert!(shown.contains(next), "{shown}");
    }
    assert!(shown(&["plan"]).contains(next), "{}", shown(&["plan"]));
    let mut terminal = Terminal::run(scene.command(&["convert", "box"]));
    let asked = squeezed(&terminal.until("[y/N] "));
    assert!(!asked.contains("gap") && !asked.contains("refused and"), "{asked}");
    assert!(asked.contains("About to convert 1 pack to 4.5, in place.\n"), "{asked}");
    assert!(asked.contains("convert --queue DRIVE --plan DIR"), "{asked}");
    terminal.answer("n");
    assert_eq!(terminal.end().1, Some(130));
}

/// They are the backup of 4.5 diskettes: nothing is refused, and no replacement is asked for.
#[test]
fn kept_images_are_the_converted_diskettes_to_inspect_and_its_files_as_well() {
    let names = ["applied-1440.img", "unused-720.img"];
    for first in ["inspect", "convert"] {
        let scene = Scene::with(&names);
        let Some(drive) = Loop::empty() else { return };
        if first == "inspect" {
            put_in(&scene, &drive, &KEEP, &names);
            put_in(&scene, &drive, &["convert", "--queue", "--yes", "--plan", "box"], &names);
        } else {
            put_in(&scene, &drive, &["convert", "--queue", "--yes", "--keep", "box"], &names);
        }
        let files = ["--report", "page.html", "--json-to", "all.jsonl"];
        let ran = scene.run(&[&["inspect", "box/"], &files[..]].concat());
        assert!(ran.stdout.contains("2 images: 2 already-converted"), "{ran:?}");
        for (number, name) in [(1, "00003-1-event.img"), (2, "00001-0-events.img")] {
            let line = format!("{name} (diskette {number}, converted since)\n");
            assert!(ran.stdout.contains(&line), "{ran:?}");
        }
        ran.ends(0);
        let kept = scene.read("box/12345-270-0000017-00003-1-event.img");
        for how in [&["--yes"][..], &["--dry-run"], &["--yes", "-o", "out"]] {
            let ran = scene.run(&[&["convert", "box/"], how].concat());
            let since = "00003-1-event.img (diskette 1, converted since)\n";
            assert!(ran.stdout.contains("2 images: 2 already-converted"), "{ran:?}");
            assert!(ran.stdout.contains(since), "{ran:?}");
            ran.ends(0);
        }
        assert!(scene.read("box/12345-270-0000017-00003-1-event.img") == kept);
        scene.run(&["plan", "box/", "--report", "plan.html"]).ends(0);
        for page in ["page.html", "plan.html"] {
            let page = String::from_utf8(scene.read(page)).unwrap();
            assert!(page.contains("2 are 4.5 already, 0 are refused"), "{page}");
        }
        let json = String::from_utf8(scene.read("all.jsonl")).unwrap();
        assert_eq!(json.matches("\"converted-since\"").count(), 2, "{json}");
        let plan = squeezed(&scene.run(&["plan", "--all", "box/"]).stdout);
        let order = "1 apply 5 to 10 12345-270-0000017-00003 diskette 1\n\
                     2 apply 10 to 15 12345-270-0000017-00001 diskette 2 unused\n";
        assert!(plan.contains(order), "{plan}");
    }
}

/// Neither has a serial: they are known by their bytes, also to the queue that only reads their records.
#[test]
fn diskettes_without_a_record_keep_their_numbers() {
    let names = ["applied-1440.img", "no-record-360.img", "chain-loops-720.img"];
    let Some((scene, drive)) = looked_at(&names) else { return };
    let [_, bare, damaged] = names;
    let (shown, _) = put_in(&scene, &drive, &KEEP, &[damaged, bare, bare]);
    let shown = squeezed(&shown);
    for (number, image) in [(2, "box/diskette-2.img"), (3, "box/diskette-3.img")] {
        let again = format!("this is diskette {number} of an earlier queue; its image is {image}");
        assert!(shown.contains(&again), "{shown}");
    }
    assert!(shown.contains("Diskette 2 not-a-pack") && !shown.contains("Diskette 4 "), "{shown}");
    assert!(shown.contains("this is diskette 2 of this queue again: nothing to do"), "{shown}");
    assert!(shown.contains("2 packs and 1 other diskette; 3 images in box"), "{shown}");
    let convert = ["convert", "--queue", "--dry-run", "--plan", "box"];
    let (shown, _) = put_in(&scene, &drive, &convert, &[bare, damaged]);
    let shown = squeezed(&shown);
    assert!(shown.contains("\n2 diskettes in this queue\n2 - not-a-pack"), "{shown}");
    assert!(shown.contains("Not yet: keep them\ndiskette 3 - the diskette"), "{shown}");
    let list = String::from_utf8(scene.read("box/addpack-diskettes.txt")).unwrap();
    assert_eq!(list.lines().count(), 1 + names.len(), "{list}");
}

/// A server has written to it: the same pack, with the same events and more.
#[test]
fn a_diskette_whose_record_has_changed_since_keeps_its_number_and_says_what_has_changed() {
    let scene = Scene::new();
    let Some(drive) = Loop::empty() else { return };
    fs::write(scene.path("then.img"), sample::used_40().diskette()).unwrap();
    fs::write(scene.path("now.img"), sample::moved_40().diskette()).unwrap();
    put_in(&scene, &drive, &KEEP, &["then.img"]);
    let changed = "its record has changed since that image was kept: 2 events then, 4 now: a server has written to it";
    for is_new in [true, false] {
        let (shown, _) = put_in(&scene, &drive, &KEEP, &["now.img"]);
        let shown = squeezed(&shown);
        assert!(shown.contains("this is diskette 1 of an earlier queue"), "{shown}");
        assert!(shown.contains("Diskette 1 convertible"), "{shown}");
        assert_eq!(shown.contains(changed), is_new, "{shown}");
        assert!(shown.contains("\n1 pack; 1 image in box\n"), "{shown}");
    }
    let list = String::from_utf8(scene.read("box/addpack-diskettes.txt")).unwrap();
    let serial = "12345-270-0000017-00012";
    let both = format!("\n1 {serial}-2-events.img\n1 {serial}-4-events.img\n");
    assert!(list.ends_with(&both), "{list}");
}

#[test]
fn new_queue_says_which_diskettes_an_earlier_one_has_seen() {
    let Some((scene, drive)) = looked_at(&["applied-1440.img"]) else { return };
    let mut terminal = Terminal::run(scene.command(&[&KEEP[..], &[drive.path()]].concat()));
    let shown = terminal.until("Diskette 2: ");
    let earlier = "box has images of 1 diskette from earlier: diskette 1 (12345-270-0000017-00003)";
    assert!(shown.contains(earlier), "{shown}");
    drive.insert(&scene.path("applied-1440.img"));
    terminal.answer("");
    // It keeps its number, and the next one gets the next.
    let shown = terminal.until("Diskette 2: ");
    let again = "this is diskette 1 of an earlier queue; its image is box/12345-270-0000017-00003-1-event.img";
    assert!(shown.contains(again), "{shown}");
    terminal.until("q ends: ");
    terminal.answer("q");
    terminal.end();
}
