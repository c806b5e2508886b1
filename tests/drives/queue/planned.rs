//! `addpack convert --queue --plan`: the diskettes of a folder of images, in any order.

use super::{Queue, squeezed};
use crate::support::diskette::{Loop, at_a_terminal};
use crate::support::judge::{PackImage, strace};
use crate::support::scene::Scene;
use crate::support::simulator::sample;
use std::fs;
use std::time::Duration;

/// The prompt for those that are left, each with its number.
fn prompt_for(diskettes: &[(usize, &str)], drive: &Loop) -> String {
    let row = |(number, serial): &(usize, &str)| format!("  {number:>3}  {serial}\n");
    let rows: String = diskettes.iter().map(row).collect();
    let (count, which) = match diskettes.len() {
        1 => ("1 diskette is left to convert".to_owned(), "it"),
        many => (format!("{many} diskettes are left to convert"), "any of them"),
    };
    format!("{count}:\n{rows}Put {which} into {} and press Enter; q ends: ", drive.path())
}

#[test]
fn diskettes_of_a_set_are_asked_for_by_serial_in_any_order() {
    // Numbered by their names: no queue has made these images.
    let (first, second) = ((3, "12345-270-0000017-00001"), (1, "12345-270-0000017-00003"));
    let names =
        ["applied-1440.img", "unused-720.img", "fragmented-1440.img", "out-of-order-720.img"];
    let scene = Scene::with(&names);
    fs::create_dir(scene.path("box")).unwrap();
    for name in ["applied-1440.img", "unused-720.img", "out-of-order-720.img"] {
        fs::copy(scene.path(name), scene.path("box").join(name)).unwrap();
    }
    let Some(drive) = Loop::empty() else { return };
    let mut queue = Queue::begin(&scene, &drive, &["--yes", "--plan", "box"]);
    queue.terminal.until(&prompt_for(&[second, first], &drive));
    for (name, shown, left) in [
        ("out-of-order-720.img", "left as it was: it is not one to convert", &[second, first][..]),
        ("applied-1440.img", "Diskette 1   converted: done now", &[first]),
        ("fragmented-1440.img", "left as it was: box has no image of it", &[first]),
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
    let both = [(1, "12345-270-0000017-00003"), (2, "12345-270-0000017-00001")];
    let mut queue = Queue::begin(&scene, &drive, &["--yes", "--no-ledger", "--plan", "box"]);
    queue.terminal.until(&prompt_for(&both, &drive));
    queue.terminal.answer("");
    let said = queue.terminal.until(&prompt_for(&both[1..], &drive));
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
    let changed = "its record has changed since its image in box was kept (2 events then, 4 now: a server has written to it)";
    assert!(squeezed(&said).replace('\n', " ").contains(changed), "{said}");
    assert!(scene.read("later.img") == later);
    queue.end();
}

/// That another diskette is 4.5 already says nothing of the one that was looked at.
#[test]
fn a_diskette_that_was_exchanged_between_two_looks_is_not_crossed_off() {
    crate::support::needs!("strace");
    let (name, other) = ("applied-1440.img", "converted-360.img");
    let scene = Scene::with(&[name, other]);
    fs::create_dir(scene.path("box")).unwrap();
    fs::copy(scene.path(name), scene.path("box").join(name)).unwrap();
    let Some(drive) = Loop::with(&scene.path(name)) else { return };
    let path = drive.path();
    let opens = strace(&scene, &["-f", "-P", path], &["inspect", path]).count("open");
    // The second look waits before it opens the drive.
    let wait = format!("inject=open:delay_enter=4s:when={}", opens + 1);
    let args = ["convert", "--queue", "--yes", "--plan", "box", path];
    let terminal = at_a_terminal(&scene, &["-P", path, "-e", "trace=open", "-e", &wait], &args);
    let mut queue = Queue { drive: &drive, terminal };
    queue.terminal.until("q ends: ");
    queue.terminal.answer("");
    std::thread::sleep(Duration::from_millis(1500));
    drive.insert(&scene.path(other));
    let said = queue.terminal.until(&prompt_for(&[(1, "12345-270-0000017-00003")], &drive));
    assert!(said.contains("Diskette 1   failed: another diskette was put in its place"), "{said}");
    drive.insert(&scene.path(name));
    queue.terminal.answer("");
    let (said, code) = queue.terminal.end();
    assert!(said.contains("Diskette 1   converted: done now"), "{said}");
    assert_eq!(code, Some(0), "{said}");
    assert!(PackImage::golden(name).new == scene.read(name));
}
