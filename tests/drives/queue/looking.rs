//! Queues that only look: `inspect`, `plan` and `replace`.

use super::{KEEP, prompt, put_in, squeezed, typed};
use crate::support::diskette::{Loop, Terminal};
use crate::support::scene::{Ran, Scene};
use crate::support::simulator::{Random, record_at};

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

To convert: diskettes 1 (...00003) and 4 (...00001)

What now
  addpack convert --queue {drive}                           converts them one after another
  addpack replace --queue {drive} --keep box -o request.txt   writes the letter for those that are refused
",
        drive = drive.path()
    );
    assert_eq!(squeezed(&shown), squeezed(&expected));
    assert_eq!(code, Some(1));
}

#[test]
fn diskette_of_unknown_layout_is_left_alone_and_nothing_is_to_be_written_on_it() {
    let scene = Scene::with(&["unused-720.img"]);
    let mut image = scene.read("unused-720.img");
    let at = record_at(&image);
    image[at..at + 512].fill_with({
        let mut random = Random::new(1);
        move || random.byte()
    });
    std::fs::write(scene.path("genuine.img"), image).unwrap();
    let Some(drive) = Loop::empty() else { return };
    let (shown, code) = put_in(&scene, &drive, &KEEP, &["genuine.img"]);
    let shown = squeezed(&shown);
    let left = "Left alone: they may be genuine\ndiskette 1 - its layout is not known";
    assert!(shown.contains(left), "{shown}");
    assert!(!shown.contains("DO NOT APPLY") && !shown.contains("addpack replace"), "{shown}");
    assert_eq!(code, Some(1));
}

#[test]
fn the_set_of_a_queue_is_that_of_the_images_it_keeps() {
    let scene = four();
    let Some(drive) = Loop::empty() else { return };
    let (shown, _) = look_at_four(&scene, &drive, &KEEP);
    assert!(shown.contains("4 images in box"), "{shown}");
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
fn a_plan_of_a_queue_names_the_diskettes_by_number_and_its_commands_name_the_box() {
    let scene = four();
    let Some(drive) = Loop::empty() else { return };
    let (shown, code) = look_at_four(&scene, &drive, &["plan", "--queue", "--keep", "box"]);
    assert!(shown.contains("12345-270-0000017-00003  diskette 1"), "{shown}");
    assert!(shown.contains("  diskette 2  12345-270-0000017-00010\n"), "{shown}");
    assert_eq!(code, Some(1));
    let what_now = format!(
        "addpack convert --queue {} --plan box converts 2 diskettes of this plan\n\
         addpack replace box -o request.txt asks for 1 replacement\n\
         addpack plan --labels --address=00:A0:C9:14:C8:29 --name=SBSNT1 box prints the labels\n",
        drive.path()
    );
    assert!(squeezed(&shown).contains(&what_now), "{shown}");
}

/// Where no image is kept, the diskettes must be put in again: no command is for the one in the drive alone.
#[test]
fn commands_after_a_plan_of_diskettes_without_images_are_queues() {
    let scene = four();
    let Some(drive) = Loop::empty() else { return };
    let shown = squeezed(&look_at_four(&scene, &drive, &["plan", "--queue"]).0);
    let drive = drive.path();
    for command in [
        format!("addpack convert --queue {drive} "),
        format!("addpack replace --queue {drive} --keep box -o request.txt "),
        format!("--name=SBSNT1 --queue {drive} "),
    ] {
        assert!(shown.contains(&command), "{command}: {shown}");
    }
}

/// A used pack of one server and one of another, each behind a pack that is not there.
#[test]
fn packs_behind_a_missing_one_are_kept_and_servers_with_as_many_packs_are_all_planned() {
    let names = ["reapplied-360.img", "transferred-2880.img"];
    let scene = Scene::with(&names);
    let Some(drive) = Loop::empty() else { return };
    let (shown, code) = put_in(&scene, &drive, &KEEP, &names);
    assert_eq!(code, Some(0), "{shown}");
    let shown = squeezed(&shown);
    assert!(!shown.contains("DO NOT APPLY"), "{shown}");
    let end = "SBSNT1 (00:A0:C9:14:C8:29): none of these diskettes can be applied yet\n\
               missing: what restores 5 to 10\n\n\
               OFFICE-2 (00:60:08:0B:5E:11): none of these diskettes can be applied yet\n\
               missing: what restores 5 to 15\n\n\
               Not yet: keep them\n\
               diskette 1 ...00004 a pack before it is missing: apply it when the server has 10 licenses\n\
               diskette 2 ...00006 a pack before it is missing: apply it when the server has 15 licenses\n";
    assert!(shown.contains(end), "{shown}");
    let (shown, code) = put_in(&scene, &drive, &["plan", "--queue", "--keep", "box"], &[]);
    assert!(shown.contains("SBSNT1 (00") && shown.contains("OFFICE-2 (00"), "{shown}");
    assert_eq!(code, Some(1), "{shown}");
    let ran = scene.run(&["plan", "box"]);
    assert!(ran.stderr.contains("to plan for all of them: addpack plan --all box"), "{ran:?}");
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

/// At a terminal, no line is cut, each diskette begins with its verdict, and an empty line comes before each prompt.
#[test]
fn a_queue_fits_80_columns() {
    let names = [
        "transferred-2880.img",
        "out-of-order-720.img",
        "no-record-360.img",
        "chain-loops-720.img",
    ];
    let scene = Scene::with(&names);
    let Some(drive) = Loop::empty() else { return };
    for command in ["inspect", "convert"] {
        let args = [command, "--queue", "--keep", command, "--no-ledger", drive.path()];
        let mut terminal = Terminal::run_sized(scene.command(&args), 24, 80);
        let mut shown = String::new();
        for name in names {
            shown += &terminal.until("q ends: ");
            drive.insert(&scene.path(name));
            terminal.answer("");
            if command == "convert" && name == names[0] {
                shown += &terminal.until("[y/N] ");
                terminal.answer("n");
            }
        }
        shown += &terminal.until("q ends: ");
        terminal.answer("q");
        shown += &terminal.end().0;
        let long: Vec<_> = shown.lines().filter(|line| line.chars().count() > 80).collect();
        assert_eq!(long, [""; 0], "{shown}");
        assert_eq!(shown.matches("Write on the label of each diskette").count(), 1, "{shown}");
        assert_eq!(shown.matches("\n\nDiskette ").count(), names.len(), "{shown}");
        assert!(!shown.contains("\n\n\n"), "{shown}");
        for (number, name) in (1..).zip(names) {
            let first = format!("\nDiskette {number}   ");
            assert!(shown.contains(&first), "{name}: {shown}");
        }
    }
}

/// Where nobody is at the terminal, each prompt has a line of its own.
#[test]
fn prompts_that_are_answered_by_a_pipe_do_not_run_into_each_other() {
    let scene = Scene::with(&["applied-1440.img"]);
    let Some(drive) = Loop::with(&scene.path("applied-1440.img")) else { return };
    let mut command = scene.command(&["inspect", "--queue", drive.path()]);
    let ran = Ran::of(command.stdin(typed(b"\n\nq\n")));
    let again = "addpack: this is diskette 1 of this queue again: nothing to do\n\n";
    let first = prompt(1, &drive);
    let second = prompt(2, &drive);
    assert_eq!(ran.stderr, format!("{first}\n\n{second}\n{again}{second}\n"));
}
