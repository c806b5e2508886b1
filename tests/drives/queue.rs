//! `addpack convert --queue`: one diskette after another through one drive.

use crate::support::diskette::{Loop, Terminal, at_a_terminal};
use crate::support::judge::{PackImage, strace};
use crate::support::scene::{Ran, Scene};
use crate::support::simulator::sample;
use predicates::str::contains;
use std::fs;

/// The prompt for a diskette, by its number.
fn prompt(number: usize, drive: &Loop) -> String {
    format!("Diskette {number}: put it into {} and press Enter; q ends: ", drive.path())
}

/// A queue at a terminal.
struct Queue<'a> {
    drive: &'a Loop,
    terminal: Terminal,
}

impl<'a> Queue<'a> {
    fn begin(scene: &Scene, drive: &'a Loop, more: &[&str]) -> Self {
        let args = [&["convert", "--queue", drive.path()], more].concat();
        Self { drive, terminal: Terminal::run(scene.command(&args)) }
    }

    /// Waits for the prompt for this diskette; what was shown before it.
    #[track_caller]
    fn until(&mut self, number: usize) -> String {
        self.terminal.until(&prompt(number, self.drive))
    }

    fn end(mut self) -> (String, Option<i32>) {
        self.terminal.answer("q");
        self.terminal.end()
    }
}

const FIRST: &str = "
/dev/loopN
  Verdict    converted: done now, read back and verified
  Serial     12345-270-0000017-00003
  Size       5 licenses
  Version    4.5
  Made       2 Mar 1998
  Converted  23 Nov 2026 12:00 UTC
  Server     SBSNT1 (00:A0:C9:14:C8:29)
  Licenses   from 5 to 10

  Next       write 4.5 on its label: it fits 4.0 and 4.5 servers alike
  See        addpack explain converted
  Label      12345-270-0000017-00003 (4.5)
             from 5 to 10, SBSNT1 (00:A0:C9:14:C8:29)
             apply when the server has 5 licenses

";

const SUMMARY: &str = "q

3 diskettes in this queue
    1  converted              12345-270-0000017-00003  done now, read back and verified
    2  refused                12345-270-0000017-00010  it was reapplied out of order, and is corrupt
    3  converted              12345-270-0000017-00001  done now, read back and verified

In the order to apply
    1  12345-270-0000017-00003 (4.5); from 5 to 10, SBSNT1 (00:A0:C9:14:C8:29); apply when the server \
has 5 licenses

In the order to apply
    1  12345-270-0000017-00001 (4.5); adds 5 licenses, not used yet; apply after all packs that were \
used before
";

#[test]
fn each_diskette_gets_its_verdict_and_its_label_and_all_of_them_a_summary() {
    let names = ["applied-1440.img", "out-of-order-720.img", "unused-720.img"];
    let scene = Scene::with(&names);
    let Some(drive) = Loop::empty() else { return };
    let mut queue = Queue::begin(&scene, &drive, &["--yes"]);
    for (number, name) in (1..).zip(names) {
        let shown = queue.until(number);
        if number == 2 {
            let shown = shown.replace(drive.path(), "/dev/loopN");
            assert_eq!(
                shown.strip_suffix(&prompt(2, &drive).replace(drive.path(), "/dev/loopN")),
                Some(FIRST)
            );
        }
        drive.insert(&scene.path(name));
        queue.terminal.answer("");
    }
    queue.until(4);
    let (shown, code) = queue.end();
    assert_eq!(shown, SUMMARY);
    assert_eq!(code, Some(1));
    for name in ["applied-1440.img", "unused-720.img"] {
        assert!(PackImage::golden(name).new == scene.read(name), "{name}");
    }
}

#[test]
fn diskette_that_was_seen_in_this_queue_is_recognised() {
    let scene = Scene::with(&["applied-1440.img", "out-of-order-720.img"]);
    let Some(drive) = Loop::empty() else { return };
    let mut queue = Queue::begin(&scene, &drive, &["--yes"]);
    queue.until(1);
    for (number, name) in [(1, "applied-1440.img"), (2, "out-of-order-720.img")] {
        drive.insert(&scene.path(name));
        queue.terminal.answer("");
        queue.until(number + 1);
        queue.terminal.answer("");
        let shown = queue.until(number + 1);
        let seen = format!("addpack: this is diskette {number} of this queue again: nothing to do");
        assert!(shown.contains(&seen), "{shown}");
    }
    assert!(queue.end().0.contains("\n2 diskettes in this queue\n"));
}

#[test]
fn diskette_that_failed_is_tried_again() {
    let image = PackImage::golden("applied-1440.img");
    let scene = Scene::new();
    image.put(&scene, "");
    let Some(drive) = Loop::empty() else { return };
    let mut queue = Queue::begin(&scene, &drive, &["--yes"]);
    queue.until(1);
    drive.insert_protected(&scene.path(&image.name));
    queue.terminal.answer("");
    let shown = queue.until(2);
    assert!(
        shown.contains("failed: write-protected:") && shown.contains("slide the tab"),
        "{shown}"
    );
    drive.insert(&scene.path(&image.name));
    queue.terminal.answer("");
    let shown = queue.until(2);
    assert!(shown.contains("converted: done now"), "{shown}");
    assert!(image.new == scene.read(&image.name));
    assert_eq!(queue.end().1, Some(0));
}

#[test]
fn diskette_that_was_weak_is_tried_again() {
    let image = PackImage::golden("applied-1440.img");
    let scene = Scene::new();
    image.put(&scene, "");
    let Some(drive) = Loop::with(&scene.path(&image.name)) else { return };
    let path = drive.path();
    let reads = |args: &[&str]| strace(&scene, &["-f", "-P", path], args).count("pread64");
    // It is looked at twice; the last eight reads are of the record. The first of them fails.
    let when = 2 * reads(&["inspect", path]) - 8;
    let inject = format!("inject=pread64:error=EIO:when={when}");
    let args = ["convert", "--queue", "--yes", path];
    let terminal = at_a_terminal(&scene, &["-P", path, "-e", &inject], &args);
    let mut queue = Queue { drive: &drive, terminal };
    queue.until(1);
    queue.terminal.answer("");
    let shown = queue.until(2);
    assert!(shown.contains("refused: a sound record on a weak sector"), "{shown}");
    queue.terminal.answer("");
    let shown = queue.until(2);
    assert!(shown.contains("converted: done now"), "{shown}");
    assert!(image.new == scene.read(&image.name));
    assert_eq!(queue.end().1, Some(0));
}

#[test]
fn each_diskette_is_asked_about_and_one_that_is_refused_by_hand_may_come_again() {
    let image = PackImage::golden("applied-1440.img");
    let scene = Scene::new();
    image.put(&scene, "");
    let Some(drive) = Loop::with(&scene.path(&image.name)) else { return };
    let mut queue = Queue::begin(&scene, &drive, &[]);
    queue.until(1);
    queue.terminal.answer("");
    let shown = queue.terminal.until("[y/N] ");
    let about = format!(
        "\n{}: serial 12345-270-0000017-00003, 5 licenses, server SBSNT1 (00:A0:C9:14:C8:29), from 5 \
         to 10; 1 event, the last on 1 Apr 1998\nThe ledger is ~/.local/state/addpack/ledger.db.\nConvert it to \
         4.5? There is no way back to 4.0. [y/N] ",
        drive.path()
    );
    assert_eq!(shown, about);
    queue.terminal.answer("n");
    queue.until(2);
    assert!(image.old == scene.read(&image.name));
    queue.terminal.answer("");
    queue.terminal.until("[y/N] ");
    queue.terminal.answer("y");
    queue.until(2);
    assert!(image.new == scene.read(&image.name));
    assert_eq!(queue.end().1, Some(0));
}

#[test]
fn diskette_that_was_changed_behind_a_question_of_the_queue_is_not_written() {
    let (image, other) = ("applied-1440.img", "unused-720.img");
    let scene = Scene::with(&[image, other]);
    let Some(drive) = Loop::with(&scene.path(image)) else { return };
    let mut queue = Queue::begin(&scene, &drive, &[]);
    queue.until(1);
    queue.terminal.answer("");
    queue.terminal.until("[y/N] ");
    drive.insert(&scene.path(other));
    queue.terminal.answer("y");
    let shown = queue.until(2);
    assert!(shown.contains("failed: another diskette was put in its place"), "{shown}");
    for name in [image, other] {
        assert!(PackImage::golden(name).old == scene.read(name), "{name}");
    }
    assert_eq!(queue.end().1, Some(3));
}

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
    let (typed, mut keyboard) = std::io::pipe().unwrap();
    std::io::Write::write_all(&mut keyboard, b"\n").unwrap();
    drop(keyboard);
    let ended = contains("\n1 diskette in this queue\n    1  converted ");
    Ran::of(command.stdin(typed)).assert().code(0).stdout(ended);
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

/// Converts a folder of kept images' diskettes: the prompt for those that are left.
fn prompt_for(serials: &[&str], drive: &Loop) -> String {
    let list = serials.join("\n  ");
    let (count, which) = match serials.len() {
        1 => ("1 diskette is left to convert".to_owned(), "it"),
        many => (format!("{many} diskettes are left to convert"), "any of them"),
    };
    format!("{count}:\n  {list}\nPut {which} into {} and press Enter; q ends: ", drive.path())
}

#[test]
fn an_image_of_each_diskette_is_kept_before_it_is_converted() {
    let names = ["applied-1440.img", "no-record-360.img"];
    let scene = Scene::with(&names);
    let Some(drive) = Loop::empty() else { return };
    let mut queue = Queue::begin(&scene, &drive, &["--yes", "--keep", "box"]);
    for (number, name) in (1..).zip(names) {
        queue.until(number);
        drive.insert(&scene.path(name));
        queue.terminal.answer("");
    }
    queue.until(3);
    assert_eq!(queue.end().1, Some(1));
    let kept = |name: &str| scene.read(&format!("box/{name}"));
    assert!(kept("12345-270-0000017-00003-1-event.img") == PackImage::golden(names[0]).old);
    assert!(kept("diskette-2.img") == scene.read(names[1]));
    assert!(scene.read(names[0]) == PackImage::golden(names[0]).new);
}

#[test]
fn nothing_is_written_to_a_diskette_whose_image_cannot_be_kept() {
    let scene = Scene::with(&["applied-1440.img"]);
    let Some(drive) = Loop::with(&scene.path("applied-1440.img")) else { return };
    let mut queue = Queue::begin(&scene, &drive, &["--yes", "--keep", "/dev/null/box"]);
    queue.until(1);
    queue.terminal.answer("");
    let shown = queue.until(2);
    assert!(shown.contains("failed:") && shown.contains("/dev/null/box"), "{shown}");
    assert!(scene.read("applied-1440.img") == PackImage::golden("applied-1440.img").old);
    assert_eq!(queue.end().1, Some(3));
}

#[test]
fn diskettes_of_a_set_are_asked_for_by_serial_in_any_order() {
    let (first, second) = ("12345-270-0000017-00001", "12345-270-0000017-00003");
    let names =
        ["applied-1440.img", "unused-720.img", "fragmented-1440.img", "out-of-order-720.img"];
    let scene = Scene::with(&names);
    fs::create_dir(scene.path("box")).unwrap();
    for name in ["applied-1440.img", "unused-720.img", "out-of-order-720.img"] {
        fs::copy(scene.path(name), scene.path("box").join(name)).unwrap();
    }
    let Some(drive) = Loop::empty() else { return };
    let mut queue = Queue::begin(&scene, &drive, &["--yes", "--plan", "box"]);
    queue.terminal.until(&prompt_for(&[first, second], &drive));
    for (name, shown, left) in [
        ("out-of-order-720.img", "is not one of those to convert in box", &[first, second][..]),
        ("applied-1440.img", "converted: done now", &[first]),
        ("fragmented-1440.img", "is not one of those to convert in box", &[first]),
    ] {
        drive.insert(&scene.path(name));
        queue.terminal.answer("");
        let said = queue.terminal.until(&prompt_for(left, &drive));
        assert!(said.contains(shown), "{said}");
    }
    drive.insert(&scene.path("unused-720.img"));
    queue.terminal.answer("");
    // All are done, so nothing more is asked for.
    let (said, code) = queue.terminal.end();
    assert!(said.contains("4 diskettes in this queue"), "{said}");
    assert_eq!(code, Some(1));
    for name in ["applied-1440.img", "unused-720.img"] {
        assert!(PackImage::golden(name).new == scene.read(name), "{name}");
    }
}

#[test]
fn a_set_that_was_begun_goes_on_with_what_is_left_of_it() {
    let scene = Scene::with(&["applied-1440.img", "unused-720.img"]);
    fs::create_dir(scene.path("box")).unwrap();
    for name in ["applied-1440.img", "unused-720.img"] {
        fs::copy(scene.path(name), scene.path("box").join(name)).unwrap();
    }
    let Some(drive) = Loop::with(&scene.path("applied-1440.img")) else { return };
    let ran = scene.run(&["convert", "--yes", "--no-ledger", drive.path()]);
    ran.ends(0);
    let both = ["12345-270-0000017-00001", "12345-270-0000017-00003"];
    let mut queue = Queue::begin(&scene, &drive, &["--yes", "--no-ledger", "--plan", "box"]);
    queue.terminal.until(&prompt_for(&both, &drive));
    queue.terminal.answer("");
    let said = queue.terminal.until(&prompt_for(&both[..1], &drive));
    assert!(said.contains("converted before: nothing to do"), "{said}");
    assert_eq!(queue.end().1, Some(0));
}

#[test]
fn a_diskette_that_has_changed_since_its_image_was_made_is_left_alone() {
    let scene = Scene::new();
    fs::create_dir(scene.path("box")).unwrap();
    fs::write(scene.path("box/a.img"), sample::used_40().image()).unwrap();
    let mut later = sample::moved_40().image();
    later.resize(usize::from(u16::from_le_bytes([later[0x13], later[0x14]])) * 512, 0);
    fs::write(scene.path("later.img"), &later).unwrap();
    let Some(drive) = Loop::with(&scene.path("later.img")) else { return };
    let mut queue = Queue::begin(&scene, &drive, &["--yes", "--plan", "box"]);
    queue.terminal.until("q ends: ");
    queue.terminal.answer("");
    let said = queue.terminal.until("q ends: ");
    assert!(said.contains("its record has changed since its image in box was made"), "{said}");
    assert!(scene.read("later.img") == later);
    queue.end();
}

#[test]
fn every_way_out_of_a_queue_shows_what_was_done() {
    type Way = fn(&mut Terminal);
    let ways: [(Way, i32); 3] = [
        (|terminal| terminal.interrupt(), 130),
        (|terminal| terminal.press("\u{4}"), 0),
        (|terminal| terminal.answer("q"), 0),
    ];
    for (way, code) in ways {
        let scene = Scene::with(&["unused-720.img"]);
        let Some(drive) = Loop::with(&scene.path("unused-720.img")) else { return };
        let mut queue = Queue::begin(&scene, &drive, &["--yes"]);
        queue.until(1);
        queue.terminal.answer("");
        queue.until(2);
        way(&mut queue.terminal);
        let (shown, ended) = queue.terminal.end();
        assert!(shown.contains("\n1 diskette in this queue\n    1  converted "), "{shown}");
        assert_eq!(ended, Some(code), "{shown}");
    }
}

#[test]
fn a_queue_speaks_json_and_asks_on_the_terminal() {
    let scene = Scene::with(&["applied-1440.img"]);
    let Some(drive) = Loop::with(&scene.path("applied-1440.img")) else { return };
    let mut command = scene.command(&["convert", "--queue", "--yes", "--json", drive.path()]);
    let (typed, mut keyboard) = std::io::pipe().unwrap();
    std::io::Write::write_all(&mut keyboard, b"\nq\n").unwrap();
    drop(keyboard);
    let output = command.stdin(typed).output().unwrap();
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

#[test]
fn copies_of_a_queue_are_named_by_serial_and_the_diskettes_stay() {
    let names = ["applied-1440.img", "unused-720.img"];
    let scene = Scene::with(&names);
    let Some(drive) = Loop::empty() else { return };
    let mut queue = Queue::begin(&scene, &drive, &["--yes", "-o", "out"]);
    for (number, name) in (1..).zip(names) {
        queue.until(number);
        drive.insert(&scene.path(name));
        queue.terminal.answer("");
    }
    queue.until(3);
    assert_eq!(queue.end().1, Some(0));
    for (name, serial) in names.iter().zip(["12345-270-0000017-00003", "12345-270-0000017-00001"]) {
        let image = PackImage::golden(name);
        assert!(scene.read(&format!("out/{serial}.img")) == image.new, "{name}");
        assert!(scene.read(name) == image.old, "{name}");
    }
    let args = ["inspect", "--queue", drive.path()];
    let mut terminal = Terminal::run(scene.command(&args));
    terminal.until(&prompt(1, &drive));
    drive.insert(&scene.path(names[1]));
    terminal.answer("");
    let shown = terminal.until(&prompt(2, &drive));
    assert!(
        shown.contains(
            "Label      DO NOT USE 12345-270-0000017-00001\n             converted into "
        ),
        "{shown}"
    );
    assert!(!shown.contains("(4.5)"), "{shown}");
}

#[test]
fn a_dry_run_of_a_queue_writes_nothing() {
    let scene = Scene::with(&["applied-1440.img"]);
    let Some(drive) = Loop::with(&scene.path("applied-1440.img")) else { return };
    let mut queue = Queue::begin(&scene, &drive, &["--dry-run"]);
    queue.until(1);
    queue.terminal.answer("");
    let shown = queue.until(2);
    assert!(shown.contains("convertible:"), "{shown}");
    assert_eq!(queue.end().1, Some(0));
    assert!(scene.read("applied-1440.img") == PackImage::golden("applied-1440.img").old);
}

/// A used pack, one reapplied out of order, a blank diskette and an unused pack, looked at one after another.
fn look_at_four(scene: &Scene, drive: &Loop, command: &[&str]) -> (String, Option<i32>) {
    let args = [command, &[drive.path()]].concat();
    let mut terminal = Terminal::run(scene.command(&args));
    let names = ["applied-1440.img", "out-of-order-720.img", "no-record-360.img", "unused-720.img"];
    for (number, name) in (1..).zip(names) {
        terminal.until(&prompt(number, drive));
        drive.insert(&scene.path(name));
        terminal.answer("");
    }
    terminal.until(&prompt(5, drive));
    terminal.answer("q");
    terminal.end()
}

fn four() -> Scene {
    Scene::with(&[
        "applied-1440.img",
        "out-of-order-720.img",
        "no-record-360.img",
        "unused-720.img",
    ])
}

#[test]
fn looking_at_a_queue_ends_with_the_order_what_not_to_apply_and_what_to_do_now() {
    let scene = four();
    let Some(drive) = Loop::empty() else { return };
    let (shown, code) = look_at_four(&scene, &drive, &["inspect", "--queue"]);
    let expected = format!(
        "q

3 packs and 1 other diskette

SBSNT1 (00:A0:C9:14:C8:29): apply in this order (15 licenses at the end)
    1  diskette 1    5 to 10   ...00003   convert first
    2  diskette 4    10 to 15  ...00001   convert first

Do not apply: write DO NOT APPLY on them
  diskette 2    ...00010   reapplied out of order

Left alone, since they hold no pack: diskette 3

What now
  addpack convert --queue {drive}                           converts them one after another
  addpack replace --queue {drive} --keep box -o request.txt   writes the letter for those that are refused
",
        drive = drive.path()
    );
    assert_eq!(squeezed(&shown), squeezed(&expected));
    assert_eq!(code, Some(1));
}

/// The text with one space where there are several.
fn squeezed(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_set_of_a_queue_is_that_of_the_images_it_keeps() {
    let scene = four();
    let Some(drive) = Loop::empty() else { return };
    let (shown, _) = look_at_four(&scene, &drive, &["inspect", "--queue", "--keep", "box"]);
    assert!(shown.contains("their images are in box"), "{shown}");
    let convert = format!("addpack convert --queue {} --plan box", drive.path());
    assert!(
        shown.contains(&convert) && shown.contains("addpack replace box -o request.txt"),
        "{shown}"
    );
    let plan = scene.run(&["plan", "box"]);
    for (order, serial) in [(1, "12345-270-0000017-00003"), (2, "12345-270-0000017-00001")] {
        let line = plan.stdout.lines().find(|line| line.contains(serial)).expect(serial);
        assert!(line.trim_start().starts_with(&order.to_string()), "{}", plan.stdout);
    }
}

#[test]
fn a_new_queue_goes_on_with_the_numbers_and_the_set_of_the_last_one() {
    let scene = Scene::with(&["applied-1440.img", "unused-720.img"]);
    let Some(drive) = Loop::with(&scene.path("applied-1440.img")) else { return };
    for (number, name) in [(1, "applied-1440.img"), (2, "unused-720.img")] {
        let args = ["inspect", "--queue", "--keep", "box", drive.path()];
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

#[test]
fn a_plan_of_a_queue_names_the_diskettes_by_number() {
    let scene = four();
    let Some(drive) = Loop::empty() else { return };
    let (shown, code) = look_at_four(&scene, &drive, &["plan", "--queue"]);
    assert!(shown.contains("12345-270-0000017-00003  diskette 1"), "{shown}");
    assert!(shown.contains("  diskette 2\n"), "{shown}");
    assert_eq!(code, Some(1));
}

#[test]
fn a_request_of_a_queue_names_the_digests_of_the_images_that_are_kept() {
    let scene = four();
    let Some(drive) = Loop::empty() else { return };
    let ran = scene.run(&["replace", "--queue", drive.path()]);
    assert!(ran.code == Some(2) && ran.stderr.contains("--keep DIR"), "{ran:?}");
    let (_, code) =
        look_at_four(&scene, &drive, &["replace", "--queue", "--keep", "box", "-o", "request.txt"]);
    assert_eq!(code, Some(0));
    let request = String::from_utf8(scene.read("request.txt")).unwrap();
    assert!(request.contains("12345-270-0000017-00010"), "{request}");
}

#[test]
fn diskettes_that_were_converted_in_the_drive_count_as_converted_and_keep_their_numbers() {
    let name = "applied-1440.img";
    let scene = Scene::with(&[name]);
    let Some(drive) = Loop::with(&scene.path(name)) else { return };
    let inspect = ["inspect", "--queue", "--keep", "box", drive.path()];
    let mut terminal = Terminal::run(scene.command(&inspect));
    terminal.until(&prompt(1, &drive));
    terminal.answer("");
    terminal.until(&prompt(2, &drive));
    terminal.answer("q");
    terminal.end();
    // The conversions of these tests are at a time of their own.
    let kept = scene.path("box/12345-270-0000017-00003-1-event.img");
    let before = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    fs::File::options().write(true).open(kept).unwrap().set_modified(before).unwrap();
    drive.insert(&scene.path(name));
    scene.run(&["convert", "--yes", drive.path()]).ends(0);
    drive.insert(&scene.path(name));
    for is_put_in in [false, true, false] {
        let mut terminal = Terminal::run(scene.command(&inspect));
        terminal.until(&prompt(2, &drive));
        if is_put_in {
            drive.insert(&scene.path(name));
            terminal.answer("");
            let said = terminal.until(&prompt(2, &drive));
            assert!(said.contains("this is diskette 1 of an earlier queue"), "{said}");
        }
        terminal.answer("q");
        let (shown, code) = terminal.end();
        let shown = squeezed(&shown);
        assert!(shown.contains("1 diskette 1 5 to 10 ...00003 as it is"), "{shown}");
        assert!(!shown.contains("DO NOT APPLY") && !shown.contains("Not needed"), "{shown}");
        assert_eq!(code, Some(0));
    }
    // A copy of the diskette as it was is another diskette, although its image is the same.
    fs::remove_file(scene.path("box/12345-270-0000017-00003-0-events.img")).unwrap();
    fs::write(scene.path("copy.img"), PackImage::golden(name).old).unwrap();
    let mut terminal = Terminal::run(scene.command(&inspect));
    terminal.until(&prompt(2, &drive));
    drive.insert(&scene.path("copy.img"));
    terminal.answer("");
    terminal.until(&prompt(3, &drive));
    terminal.answer("q");
    let shown = squeezed(&terminal.end().0);
    let both =
        ["1 diskette 1 5 to 10 ...00003 as it is", "DO NOT APPLY on them\ndiskette 2 a sound"];
    assert!(both.iter().all(|part| shown.contains(part)), "{shown}");
}
