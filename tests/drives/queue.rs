//! `addpack convert --queue`: one diskette after another through one drive.

use crate::support::diskette::{Loop, Terminal, at_a_terminal};
use crate::support::judge::{PackImage, strace};
use crate::support::scene::Scene;
use std::process::Stdio;

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
  Verdict    converted: converted to 4.5 now, read back and verified
  Serial     12345-270-0000017-00003
  Size       5 licenses
  Version    4.5
  Made       2 Mar 1998
  Converted  23 Nov 2026 12:00
  Server     SBSNT1 (00:A0:C9:14:C8:29)
  Licenses   from 5 to 10

  Next       nothing: a 4.5 pack fits 4.0 and 4.5 servers alike
  See        addpack explain converted
  Label      12345-270-0000017-00003 (4.5)
             from 5 to 10, SBSNT1 (00:A0:C9:14:C8:29)
             apply when the server has 5 licenses

";

const SUMMARY: &str = "q

3 diskettes in this queue
    1  converted              12345-270-0000017-00003  converted to 4.5 now, read back and verified
    2  refused                12345-270-0000017-00010  corrupt: it was reapplied out of order
    3  converted              12345-270-0000017-00001  converted to 4.5 now, read back and verified

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
    let shown = queue.until(3);
    assert!(shown.contains("converted: converted to 4.5 now"), "{shown}");
    assert!(image.new == scene.read(&image.name));
    assert_eq!(queue.end().1, Some(3));
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
    let shown = queue.until(3);
    assert!(shown.contains("converted: converted to 4.5 now"), "{shown}");
    assert!(image.new == scene.read(&image.name));
    assert_eq!(queue.end().1, Some(1));
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
         to 10\nConvert it to 4.5? There is no way back to 4.0. [y/N] ",
        drive.path()
    );
    assert_eq!(shown, about);
    queue.terminal.answer("n");
    queue.until(1);
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
    command.stdin(typed).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("\n1 diskette in this queue\n    1  converted "), "{shown}");
}

#[test]
fn queue_takes_one_drive_and_nothing_else() {
    let scene = Scene::with(&["applied-1440.img"]);
    let usage = "addpack: --queue works on one diskette drive: name it alone\n";
    for paths in [&["applied-1440.img"][..], &["."], &["/dev/null"], &["/dev/fd0", "."]] {
        let ran = scene.run(&[&["convert", "--queue", "--yes"], paths].concat());
        ran.is(2, "", usage);
    }
}
