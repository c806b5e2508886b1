//! `addpack convert --queue`: what each diskette gets.

use super::{Queue, prompt};
use crate::support::diskette::{Loop, Terminal, at_a_terminal};
use crate::support::judge::{PackImage, strace};
use crate::support::scene::Scene;

const FIRST: &str = "
Diskette 1   converted: done now, read back and verified
  Label      12345-270-0000017-00003 (4.5)
             from 5 to 10, SBSNT1 (00:A0:C9:14:C8:29)

";

const SECOND: &str = "
Diskette 2   refused: it was reapplied out of order, and is corrupt
  Pack       12345-270-0000017-00010, from 5 to 10 on SBSNT1; 2 events, the
             last on 1 Apr 1999
  Found      reapplied out of order on 1 Apr 1999: the server had 10 licenses,
             the pack restores 5 to 10
  See        addpack explain out-of-order-reapply

";

const SUMMARY: &str = "q

3 diskettes in this queue
    1  12345-270-0000017-00003  converted: done now, read back and verified
    2  12345-270-0000017-00010  refused: it was reapplied out of order, and is corrupt
    3  12345-270-0000017-00001  converted: done now, read back and verified

SBSNT1 (00:A0:C9:14:C8:29): apply in this order (15 licenses at the end)
    1  diskette 1    5 to 10   ...00003   as it is
    2  diskette 3    10 to 15  ...00001   as it is

Do not apply: write DO NOT APPLY on them
  diskette 2    ...00010   reapplied out of order

What now
  addpack replace --queue /dev/loopN --keep box -o request.txt   writes the letter for those that are refused
";

#[test]
fn each_diskette_gets_its_verdict_and_its_label_and_all_of_them_a_summary() {
    let names = ["applied-1440.img", "out-of-order-720.img", "unused-720.img"];
    let scene = Scene::with(&names);
    let Some(drive) = Loop::empty() else { return };
    let mut queue = Queue::begin(&scene, &drive, &["--yes"]);
    let shown = (1..).zip(names).map(|(number, name)| queue.put_in(number, &scene.path(name)));
    let shown: Vec<_> = shown.collect();
    assert_eq!(shown[1], format!("{FIRST}{}", prompt(2, &drive)));
    assert_eq!(shown[2], format!("{SECOND}{}", prompt(3, &drive)));
    queue.until(4);
    let (shown, code) = queue.end();
    assert_eq!(shown.replace(drive.path(), "/dev/loopN"), SUMMARY);
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
        shown.contains("Diskette 1   failed: write-protected:") && shown.contains("slide the tab"),
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
    assert!(shown.contains("Diskette 1   refused: a sound record on a weak sector"), "{shown}");
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
    let about = "\nDiskette 1: serial 12345-270-0000017-00003, 5 licenses, server SBSNT1 (00:A0:C9:14:C8:29), from 5 \
         to 10; 1 event, the last on 1 Apr 1998\nThe ledger is ~/.local/state/addpack/ledger.db.\nConvert it to \
         4.5? There is no way back to 4.0. [y/N] ";
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
    assert!(
        shown.contains("Diskette 1   failed: another diskette was put in its place"),
        "{shown}"
    );
    for name in [image, other] {
        assert!(PackImage::golden(name).old == scene.read(name), "{name}");
    }
    assert_eq!(queue.end().1, Some(3));
}

#[test]
fn an_image_of_each_diskette_is_kept_before_it_is_converted() {
    let names = ["applied-1440.img", "no-record-360.img"];
    let scene = Scene::with(&names);
    let Some(drive) = Loop::empty() else { return };
    let mut queue = Queue::begin(&scene, &drive, &["--yes", "--keep", "box"]);
    for (number, name) in (1..).zip(names) {
        queue.put_in(number, &scene.path(name));
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
    assert!(shown.contains("Diskette 1   failed: ") && shown.contains("/dev/null/box"), "{shown}");
    assert!(scene.read("applied-1440.img") == PackImage::golden("applied-1440.img").old);
    assert_eq!(queue.end().1, Some(3));
}

#[test]
fn copies_of_a_queue_are_named_by_serial_and_the_diskettes_stay() {
    let names = ["applied-1440.img", "unused-720.img"];
    let scene = Scene::with(&names);
    let Some(drive) = Loop::empty() else { return };
    let mut queue = Queue::begin(&scene, &drive, &["--yes", "-o", "out"]);
    for (number, name) in (1..).zip(names) {
        queue.put_in(number, &scene.path(name));
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
    assert!(shown.contains("Diskette 1   convertible: "), "{shown}");
    assert_eq!(queue.end().1, Some(0));
    assert!(scene.read("applied-1440.img") == PackImage::golden("applied-1440.img").old);
}
