//! Diskettes of which nothing can be read: each has its number, is in every end of the queue, and counts as failed.

use super::{KEEP, looked_at, put_in, squeezed};
use crate::support::diskette::{Loop, Terminal, wear};
use crate::support::scene::Scene;

/// The diskette that the drive cannot read is the one of 720 KB.
const WORN: &str = "dead=0 only=737280";
const NAMES: [&str; 3] = ["applied-1440.img", "unused-720.img", "no-record-360.img"];

/// Puts in diskettes, typing something before Enter; all that was shown, and the exit code. `None`, said aloud, if nothing
/// can be made worn here.
fn put_in_worn(
    scene: &Scene,
    drive: &Loop,
    args: &[&str],
    diskettes: &[(&str, &str)],
) -> Option<(String, Option<i32>)> {
    let mut command = scene.command(&[args, &[drive.path()]].concat());
    if !wear(&mut command, WORN) {
        return None;
    }
    let mut terminal = Terminal::run(command);
    let mut shown = String::new();
    for (name, typed) in diskettes {
        shown += &terminal.until("q ends: ");
        drive.insert(&scene.path(name));
        terminal.answer(typed);
    }
    shown += &terminal.until("q ends: ");
    terminal.answer("q");
    let (rest, code) = terminal.end();
    Some((squeezed(&(shown + &rest)), code))
}

fn three() -> [(&'static str, &'static str); 3] {
    NAMES.map(|name| (name, ""))
}

/// What failed, and what to do about it.
const ADVICE: [&str; 5] = [
    "nothing on the diskette can be read",
    "in another drive",
    "ddrescue",
    "replacement",
    "type 2",
];

#[test]
fn diskette_of_which_nothing_reads_has_its_number_in_the_end_of_every_queue_and_in_the_exit_code() {
    for (args, row) in [
        (&["inspect", "--queue"][..], "\n\nNot read\ndiskette 2 nothing on the diskette"),
        (&["convert", "--queue", "--yes"], "\n2 - failed: nothing on the diskette"),
        (&["plan", "--queue"], "addpack: diskette 2: nothing on the diskette"),
        (&["replace", "--queue", "--keep", "box"], "addpack: diskette 2: nothing on the diskette"),
    ] {
        let scene = Scene::with(&NAMES);
        let Some(drive) = Loop::empty() else { return };
        let Some((shown, code)) = put_in_worn(&scene, &drive, args, &three()) else { return };
        assert!(shown.contains("Diskette 3: put it into"), "{shown}");
        let end = shown.rfind("q ends: ").map(|at| &shown[at..]).unwrap();
        assert!(end.contains(row), "{shown}");
        let end = end.replace('\n', " ");
        assert!(ADVICE.iter().all(|part| end.contains(part)), "{shown}");
        assert_eq!(code, Some(3), "{shown}");
    }
}

#[test]
fn diskette_of_which_nothing_reads_is_failed_in_json() {
    for command in [&["inspect", "--queue"][..], &["convert", "--queue", "--yes"]] {
        let scene = Scene::with(&NAMES);
        let Some(drive) = Loop::empty() else { return };
        let args = [command, &["--json-to", "all.jsonl"]].concat();
        if put_in_worn(&scene, &drive, &args, &three()).is_none() {
            return;
        }
        let json = String::from_utf8(scene.read("all.jsonl")).unwrap();
        let lines: Vec<serde_json::Value> =
            json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let [_, unreadable, _, summary] = &*lines else { panic!("{json}") };
        assert_eq!(unreadable["diskette_number"], 2, "{json}");
        assert_eq!(unreadable["outcome"], "failed", "{json}");
        let counts = (&summary["images"], &summary["outcomes"]["failed"]);
        assert_eq!(counts, (&3.into(), &1.into()), "{json}");
        assert_eq!(summary["exit_code"], 3, "{json}");
    }
}

/// Another drive reads it: whoever types its number gives it that, also in a later queue.
#[test]
fn diskette_of_which_nothing_reads_keeps_its_number_for_a_later_queue() {
    let scene = Scene::with(&NAMES);
    let Some(drive) = Loop::empty() else { return };
    let Some((_, code)) = put_in_worn(&scene, &drive, &KEEP, &three()[..2]) else { return };
    assert_eq!(code, Some(3));
    // The number is not given to another one, and nobody takes the box for complete.
    let (shown, code) = put_in(&scene, &drive, &KEEP, &[NAMES[2]]);
    assert!(
        shown.contains(
            "diskette 2 could not be read in an earlier queue. When you put it in again, type 2"
        ),
        "{shown}"
    );
    assert!(squeezed(&shown).contains("\nDiskette 3 not-a-pack"), "{shown}");
    assert_eq!(code, Some(3), "{shown}");
    let mut terminal = Terminal::run(scene.command(&[&KEEP[..], &[drive.path()]].concat()));
    drive.insert(&scene.path(NAMES[1]));
    for (typed, said) in
        [("7", "no diskette has the number 7 yet"), ("2", "\nDiskette 2   convert")]
    {
        terminal.until("q ends: ");
        terminal.answer(typed);
        terminal.until(said);
    }
    terminal.until("Diskette 4: ");
    terminal.until("q ends: ");
    terminal.answer("q");
    let (shown, code) = terminal.end();
    assert!(squeezed(&shown).contains("2 packs and 1 other diskette; 3 images in box"), "{shown}");
    // The one without a pack.
    assert_eq!(code, Some(1), "{shown}");
}

/// It was put in twice under two numbers; then its number shows.
#[test]
fn number_of_a_diskette_that_turns_out_to_be_another_one_is_free_again() {
    let scene = Scene::with(&NAMES);
    let Some(drive) = Loop::empty() else { return };
    let twice = [three()[1], three()[1], (NAMES[1], "2")];
    let Some((shown, code)) = put_in_worn(&scene, &drive, &KEEP, &twice) else { return };
    assert!(shown.contains("0 packs and 2 diskettes that could not be read"), "{shown}");
    assert_eq!(code, Some(3));
    drive.insert(&scene.path(NAMES[1]));
    let mut terminal = Terminal::run(scene.command(&[&KEEP[..], &[drive.path()]].concat()));
    for typed in ["1", "2"] {
        terminal.until("q ends: ");
        terminal.answer(typed);
    }
    terminal.until("this is diskette 1 of this queue again");
    terminal.until("q ends: ");
    terminal.answer("q");
    let (shown, code) = terminal.end();
    assert!(shown.contains("\n1 pack; 1 image in box\n"), "{shown}");
    assert_eq!(code, Some(0), "{shown}");
    let (shown, code) = put_in(&scene, &drive, &KEEP, &[]);
    assert!(!shown.contains("could not be read"), "{shown}");
    assert_eq!(code, Some(0), "{shown}");
}

/// A queue that asks for the diskettes of a folder knows their numbers, and what is on their images.
#[test]
fn diskette_of_a_plan_that_reads_no_more_fails_under_the_number_that_was_typed() {
    let Some((scene, drive)) = looked_at(&NAMES) else { return };
    let convert = ["convert", "--queue", "--yes", "--plan", "box"];
    let worn = [(NAMES[0], ""), (NAMES[1], "2")];
    let Some((shown, code)) = put_in_worn(&scene, &drive, &convert, &worn) else { return };
    assert!(
        shown.contains("\n2 diskettes in this queue\n1 12345-270-0000017-00003 converted"),
        "{shown}"
    );
    assert!(shown.contains("\n2 - failed: nothing on the diskette"), "{shown}");
    assert!(shown.contains("\nNot read\ndiskette 2 nothing on the diskette"), "{shown}");
    assert!(shown.contains("--plan box 1 is left to convert"), "{shown}");
    assert_eq!(code, Some(3), "{shown}");
    let (shown, code) = put_in(&scene, &drive, &convert, &NAMES[1..2]);
    assert!(squeezed(&shown).contains("\nDiskette 2 converted"), "{shown}");
    assert_eq!(code, Some(0), "{shown}");
}

/// It reads at the first look, and not when it is surveyed, or when it is to be converted.
#[test]
fn diskette_that_stops_reading_after_it_was_seen_stays_the_one_that_was_seen() {
    let scene = Scene::with(&NAMES[..1]);
    let Some(drive) = Loop::with(&scene.path(NAMES[0])) else { return };
    let args = ["convert", "--queue", drive.path()];
    for (reads, is_asked_about) in [(100, false), (180, true)] {
        let mut command = scene.command(&args);
        if !wear(&mut command, &format!("dead={reads}")) {
            return;
        }
        let mut terminal = Terminal::run(command);
        terminal.until("q ends: ");
        terminal.answer("");
        if is_asked_about {
            terminal.until("[y/N] ");
            terminal.answer("y");
        }
        terminal.until("q ends: ");
        terminal.answer("q");
        let (shown, code) = terminal.end();
        let row = "\n    1  12345-270-0000017-00003  failed: the diskette stopped answering";
        assert!(shown.contains(row), "{reads}: {shown}");
        assert_eq!(code, Some(3), "{shown}");
    }
}

/// A list may have come with a stranger's folder.
#[test]
fn of_very_many_diskettes_in_a_list_a_queue_names_some_and_counts_the_others() {
    let scene = Scene::with(&NAMES[..1]);
    let Some(drive) = Loop::empty() else { return };
    put_in(&scene, &drive, &KEEP, &NAMES[..1]);
    let lines = (2..=20_001).map(|number| format!("{number} unread\n")).collect::<Vec<_>>();
    let list = String::from_utf8(scene.read("box/addpack-diskettes.txt")).unwrap();
    std::fs::write(scene.path("box/addpack-diskettes.txt"), list + &lines.concat()).unwrap();
    for command in ["inspect", "plan", "replace"] {
        let args = [command, "--queue", "--keep", "box"];
        let (shown, code) = put_in(&scene, &drive, &args, &[]);
        let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        let named = "diskettes 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 19,990 more could";
        assert!(words.contains(named), "{shown}");
        assert!(words.contains("19,900 more"), "{command}: {shown}");
        assert_eq!(code, Some(3), "{command}: {shown}");
    }
}
