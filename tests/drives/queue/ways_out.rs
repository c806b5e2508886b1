//! How a queue ends, and what it takes.

use super::{Queue, looked_at, typed};
use crate::support::diskette::{Loop, Terminal};
use crate::support::judge::PackImage;
use crate::support::scene::{Ran, Scene};
use predicates::str::contains;

#[test]
fn empty_drive_ends_no_queue() {
    let scene = Scene::new();
    let Some(drive) = Loop::empty() else { return };
    let mut queue = Queue::begin(&scene, &drive, &[]);
    queue.until(1);
    queue.terminal.answer("");
    let shown = queue.until(1);
    assert!(shown.contains("addpack: there is no diskette in the drive\n"), "{shown}");
    let (shown, code) = queue.end();
    assert_eq!((shown.as_str(), code), ("q\n\n0 diskettes in this queue\n", Some(0)));
}

#[test]
fn queue_ends_where_nobody_types_any_more() {
    let scene = Scene::with(&["applied-1440.img"]);
    let Some(drive) = Loop::with(&scene.path("applied-1440.img")) else { return };
    let mut command = scene.command(&["convert", "--queue", "--yes", drive.path()]);
    let ended = contains("\n1 diskette in this queue\n    1  12345-270-0000017-00003  converted: ");
    Ran::of(command.stdin(typed(b"\n"))).assert().code(0).stdout(ended);
}

#[test]
fn queue_takes_one_drive_and_nothing_else() {
    let scene = Scene::with(&["applied-1440.img"]);
    let usage = "addpack: --queue works on one diskette drive: name the drive, and nothing else\n";
    for paths in [&["applied-1440.img"][..], &["."], &["/dev/null"], &["/dev/fd0", "."]] {
        let ran = scene.run(&[&["convert", "--queue", "--yes"], paths].concat());
        ran.is(2, "", usage);
    }
}

type Way = fn(&mut Terminal);

/// Ctrl-C, Ctrl-D and q, and the exit code after each.
const WAYS: [(Way, i32); 3] = [
    (|terminal| terminal.interrupt(), 130),
    (|terminal| terminal.press("\u{4}"), 0),
    (|terminal| terminal.answer("q"), 0),
];

#[test]
fn every_way_out_of_a_queue_shows_what_was_done() {
    for (way, code) in WAYS {
        let scene = Scene::with(&["unused-720.img"]);
        let Some(drive) = Loop::with(&scene.path("unused-720.img")) else { return };
        let mut queue = Queue::begin(&scene, &drive, &["--yes"]);
        queue.until(1);
        queue.terminal.answer("");
        queue.until(2);
        way(&mut queue.terminal);
        let (shown, ended) = queue.terminal.end();
        assert!(
            shown.contains(
                "\n\n1 diskette in this queue\n    1  12345-270-0000017-00001  converted: "
            ),
            "{shown}"
        );
        assert_eq!(ended, Some(code), "{shown}");
    }
}

#[test]
fn every_way_out_of_a_queue_that_looks_shows_what_was_seen() {
    for (command, seen) in [
        ("inspect", "apply in this order (10 licenses at the end)\n    1  diskette 1"),
        ("plan", "convert, then apply"),
        ("replace", "there is nothing to ask for"),
    ] {
        for (way, code) in WAYS {
            let scene = Scene::with(&["applied-1440.img"]);
            let Some(drive) = Loop::with(&scene.path("applied-1440.img")) else { return };
            let args = [command, "--queue", "--keep", "box", drive.path()];
            let mut terminal = Terminal::run(scene.command(&args));
            terminal.until("q ends: ");
            terminal.answer("");
            terminal.until("q ends: ");
            way(&mut terminal);
            let (shown, ended) = terminal.end();
            assert_eq!(ended, Some(code), "{shown}");
            // No letter is written for half of a box.
            let is_half_a_box = command == "replace" && code == 130;
            let seen = if is_half_a_box {
                "run the same command again: the images made so far are in box"
            } else {
                seen
            };
            assert!(shown.contains(seen), "{command}: {shown}");
        }
    }
}

/// The copies are named by serial, and the prompts do not get into the report.
#[test]
fn a_planned_queue_speaks_json_and_makes_copies() {
    let names = ["applied-1440.img", "unused-720.img"];
    let Some((scene, drive)) = looked_at(&names) else { return };
    drive.insert(&scene.path(names[1]));
    let args = ["convert", "--queue", "--yes", "--json", "--plan", "box", "-o", "out"];
    let mut command = scene.command(&[&args[..], &[drive.path()]].concat());
    let ran = Ran::of(command.stdin(typed(b"\nq\n")));
    ran.ends(0);
    let [image, summary] = &*ran.stdout.lines().collect::<Vec<_>>() else { panic!("{ran:?}") };
    let image: serde_json::Value = serde_json::from_str(image).unwrap();
    assert_eq!((&image["outcome"], &image["diskette_number"]), (&"converted".into(), &2.into()));
    assert!(summary.contains("\"converted\":1"), "{summary}");
    assert!(ran.stderr.contains("2 diskettes are left to convert:"), "{ran:?}");
    assert!(scene.path("out/12345-270-0000017-00001.img").exists());
    assert!(scene.read(names[1]) == PackImage::golden(names[1]).old);
}

#[test]
fn a_queue_speaks_json_and_asks_on_the_terminal() {
    let scene = Scene::with(&["applied-1440.img"]);
    let Some(drive) = Loop::with(&scene.path("applied-1440.img")) else { return };
    let mut command = scene.command(&["convert", "--queue", "--yes", "--json", drive.path()]);
    let output = command.stdin(typed(b"\nq\n")).output().unwrap();
    let lines: Vec<serde_json::Value> = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    let kinds: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["image", "summary"]);
    assert_eq!(lines[0]["outcome"], "converted");
}
