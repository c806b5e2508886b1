//! Files beside a queue: what was said last of each diskette, once.

use super::put_in;
use crate::support::diskette::{Loop, Terminal};
use crate::support::scene::Scene;
use crate::support::simulator::sample;
use std::fs;

const FOUR: [&str; 4] =
    ["applied-1440.img", "out-of-order-720.img", "no-record-360.img", "unused-720.img"];
const FILES: [&str; 8] =
    ["--report", "a.html", "--csv-to", "a.csv", "--json-to", "a.jsonl", "--failed-to", "a.txt"];

fn text(scene: &Scene, name: &str) -> String {
    String::from_utf8(scene.read(name)).unwrap()
}

/// The number and the outcome of each diskette in the JSON, and the number of images in its summary.
fn diskettes(scene: &Scene) -> (Vec<(u64, String)>, u64) {
    let lines = text(scene, "a.jsonl");
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (summary, images) = lines.split_last().unwrap();
    let one = |line: &serde_json::Value| {
        let outcome = line["outcome"].as_str().unwrap().to_owned();
        (line["diskette_number"].as_u64().unwrap(), outcome)
    };
    (images.iter().map(one).collect(), summary["images"].as_u64().unwrap())
}

#[test]
fn files_of_a_queue_that_looks_have_each_diskette() {
    let scene = Scene::with(&FOUR);
    let Some(drive) = Loop::empty() else { return };
    let args = [&["inspect", "--queue"], &FILES[..]].concat();
    assert_eq!(put_in(&scene, &drive, &args, &FOUR).1, Some(1));
    let outcomes = ["convertible", "refused", "not-a-pack", "convertible"];
    let expected: Vec<_> = (1..).zip(outcomes.map(str::to_owned)).collect();
    assert_eq!(diskettes(&scene), (expected, 4));
    let csv = text(&scene, "a.csv");
    assert!(csv.contains(&format!("\ndiskette 2: {},refused,", drive.path())), "{csv}");
    assert_eq!(text(&scene, "a.txt"), "");
    let page = text(&scene, "a.html");
    assert!(
        page.contains("<b>2 images can be converted, 0 are 4.5 already, 1 is refused"),
        "{page}"
    );
    assert_eq!(page.matches("<svg").count(), 1, "{page}");
}

#[test]
fn files_of_a_queue_that_converts_have_what_was_said_last() {
    let names = ["applied-1440.img", "unused-720.img"];
    let scene = Scene::with(&names);
    let Some(drive) = Loop::empty() else { return };
    let mut terminal =
        Terminal::run(scene.command(&[&["convert", "--queue", drive.path()], &FILES[..]].concat()));
    for (name, answer) in names.into_iter().zip(["y", "n"]) {
        terminal.until("q ends: ");
        drive.insert(&scene.path(name));
        terminal.answer("");
        terminal.until("[y/N] ");
        terminal.answer(answer);
    }
    terminal.until("q ends: ");
    terminal.answer("q");
    assert_eq!(terminal.end().1, Some(0));
    let expected = vec![(1, "converted".to_owned()), (2, "convertible".to_owned())];
    assert_eq!(diskettes(&scene), (expected, 2));
    assert!(text(&scene, "a.html").contains("1 image was converted"), "{}", text(&scene, "a.html"));
}

#[test]
fn drive_whose_diskettes_failed_is_named_once() {
    let scene = Scene::with(&["applied-1440.img", "unused-720.img"]);
    let Some(drive) = Loop::empty() else { return };
    let mut terminal = Terminal::run(scene.command(&[
        "convert",
        "--queue",
        "--yes",
        "--failed-to",
        "a.txt",
        drive.path(),
    ]));
    for name in ["applied-1440.img", "unused-720.img"] {
        terminal.until("q ends: ");
        drive.insert_protected(&scene.path(name));
        terminal.answer("");
    }
    terminal.until("q ends: ");
    terminal.answer("q");
    assert_eq!(terminal.end().1, Some(3));
    assert_eq!(text(&scene, "a.txt"), format!("{}\n", drive.path()));
}

#[test]
fn file_that_is_there_is_left_and_no_diskette_is_asked_for() {
    let scene = Scene::with(&FOUR);
    let before = scene.read(FOUR[0]);
    for command in ["inspect", "convert", "plan"] {
        let options: &[&str] =
            if command == "plan" { &["--report"] } else { &["--report", "--csv-to"] };
        for option in options {
            let yes = if command == "convert" { "--yes" } else { "--no-ledger" };
            let ran = scene.run(&[command, "--queue", yes, option, FOUR[0], "/dev/loop0"]);
            assert_eq!(
                (ran.code, &*ran.stdout),
                (Some(2), ""),
                "{command} {option}: {}",
                ran.stderr
            );
        }
    }
    assert!(scene.read(FOUR[0]) == before);
}

#[test]
fn page_of_a_plan_of_a_queue_names_the_diskettes() {
    let names = ["applied-1440.img", "unused-720.img"];
    let scene = Scene::with(&names);
    let Some(drive) = Loop::empty() else { return };
    let args = ["plan", "--queue", "--report", "a.html"];
    let (shown, code) = put_in(&scene, &drive, &args, &names);
    assert_eq!(code, Some(0), "{shown}");
    let page = text(&scene, "a.html");
    assert!(page.contains("diskette 1: /dev/loop") && page.contains("diskette 2: "), "{page}");
}

/// Two diskettes of one pack: applied, and moved to another server later.
#[test]
fn diskette_of_an_earlier_state_is_a_copy_in_the_set_and_in_its_files() {
    let scene = Scene::new();
    for (name, pack) in [("early.img", sample::used_40()), ("late.img", sample::moved_40())] {
        fs::write(scene.path(name), pack.diskette()).unwrap();
    }
    let Some(drive) = Loop::empty() else { return };
    let args = [&["inspect", "--queue"], &FILES[..]].concat();
    let (shown, code) = put_in(&scene, &drive, &args, &["early.img", "late.img"]);
    let copy = "on them\n  diskette 1    the same pack as diskette 2, which counts\n";
    assert!(shown.contains(copy), "{shown}");
    assert_eq!(code, Some(0), "{shown}");
    let expected = vec![(1, "copy".to_owned()), (2, "convertible".to_owned())];
    assert_eq!(diskettes(&scene), (expected, 2));
    let json = text(&scene, "a.jsonl");
    assert!(json.contains("\"counts\":{\"path\":\"diskette 2\""), "{json}");
}
