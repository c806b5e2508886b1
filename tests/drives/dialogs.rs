//! What is asked of those who hold the diskettes: one, one after another, and one that was pulled out.

use crate::support::diskette::{Loop, Terminal, at_a_terminal};
use crate::support::judge::{PackImage, State};
use crate::support::scene::Scene;

const ASK_BACK: &str = "q gives up: ";
const CONFIRM: &str = "[y/N] ";

/// A scene with diskettes, and a drive with the first of them.
fn drive_with(images: &[&PackImage]) -> Option<(Scene, Loop)> {
    let scene = Scene::new();
    for image in images {
        image.put(&scene, "");
    }
    let drive = Loop::with(&scene.path(&images[0].name))?;
    Some((scene, drive))
}

fn convert(scene: &Scene, drive: &Loop) -> Terminal {
    Terminal::run(scene.command(&["convert", drive.path()]))
}

/// addpack at a terminal, where a call on the drive fails (`fault` as strace has it).
fn failing(scene: &Scene, drive: &Loop, args: &[&str], fault: &str) -> Terminal {
    at_a_terminal(scene, &["-P", drive.path(), "-e", &format!("inject={fault}")], args)
}

/// Nothing is known of the other packs of its server.
#[test]
fn one_diskette_is_no_set_with_a_gap() {
    let image = PackImage::golden("reapplied-360.img");
    let Some((scene, drive)) = drive_with(&[&image]) else { return };
    let mut terminal = convert(&scene, &drive);
    let asked = terminal.until(CONFIRM);
    assert!(asked.contains("from 10 to 15") && !asked.contains("gap"), "{asked}");
    terminal.answer("y");
    let (shown, code) = terminal.end();
    assert!(!shown.contains("gap") && code == Some(0), "{shown}");
    image.put(&scene, "");
    let ran = scene.run(&["inspect", drive.path()]);
    let found = format!("on\n    a diskette in {}\n", drive.path());
    assert!(ran.stdout.contains(&found) && !ran.stdout.contains("gap"), "{ran:?}");
}

#[test]
fn question_shows_serial_size_and_server_and_no_leaves_the_diskette() {
    let image = PackImage::golden("applied-1440.img");
    let Some((scene, drive)) = drive_with(&[&image]) else { return };
    for answer in ["n", "", "yellow"] {
        let mut terminal = convert(&scene, &drive);
        let asked = terminal.until(CONFIRM);
        let about = format!(
            "{}: serial 12345-270-0000017-00003, 5 licenses, server SBSNT1 (00:A0:C9:14:C8:29), from \
             5 to 10; 1 event, the last on 1 Apr 1998\nAbout to convert 1 pack to 4.5, in \
             place.\nThere is no way back to 4.0. The ledger is \
             ~/.local/state/addpack/ledger.db.\nGo on? [y/N] ",
            drive.path()
        );
        assert_eq!(asked, about);
        terminal.answer(answer);
        let (shown, code) = terminal.end();
        assert!(shown.ends_with("addpack: nothing was converted\n"), "{shown}");
        assert_eq!(code, Some(130));
    }
    assert!(image.old == scene.read(&image.name));
    let mut terminal = convert(&scene, &drive);
    terminal.until(CONFIRM);
    terminal.answer("yes");
    assert_eq!(terminal.end().1, Some(0));
    assert!(image.new == scene.read(&image.name));
}

#[test]
fn diskette_that_was_changed_while_the_question_was_open_is_not_written() {
    let asked_about = PackImage::golden("applied-1440.img");
    for other in ["transferred-2880.img", "unused-720.img"].map(PackImage::golden) {
        let Some((scene, drive)) = drive_with(&[&asked_about, &other]) else { return };
        let mut terminal = convert(&scene, &drive);
        terminal.until(CONFIRM);
        drive.insert(&scene.path(&other.name));
        terminal.answer("y");
        let (shown, code) = terminal.end();
        assert!(
            shown.contains("failed: another diskette was put in its place: it was not"),
            "{shown}"
        );
        assert_eq!(code, Some(3));
        assert!(asked_about.old == scene.read(&asked_about.name));
        assert!(other.old == scene.read(&other.name));
    }
}

#[test]
fn diskette_that_was_pulled_out_while_the_question_was_open_is_missed() {
    let image = PackImage::golden("applied-1440.img");
    let Some((scene, drive)) = drive_with(&[&image]) else { return };
    let mut terminal = convert(&scene, &drive);
    terminal.until(CONFIRM);
    drive.eject();
    terminal.answer("y");
    let (shown, code) = terminal.end();
    assert!(shown.contains("failed: there is no diskette in the drive"), "{shown}");
    assert_eq!(code, Some(3));
    assert!(image.old == scene.read(&image.name));
}

/// The writes of a conversion with events in three sectors: the commit sector, and three zeroes.
const WRITES: [(&str, State); 4] = [
    ("pwrite64:error=EIO:when=1", State::Old),
    ("pwrite64:error=EIO:when=2", State::Unfinished),
    ("pwrite64:error=EIO:when=3", State::Unfinished),
    ("pwrite64:error=ENOMEDIUM:when=4", State::Unfinished),
];

#[test]
fn conversion_that_a_write_has_interrupted_goes_on_when_the_diskette_is_back() {
    let image = PackImage::full_history();
    for (fault, state) in WRITES {
        let Some((scene, drive)) = drive_with(&[&image]) else { return };
        let args = ["convert", "--yes", drive.path()];
        let mut terminal = failing(&scene, &drive, &args, fault);
        let asked = terminal.until(ASK_BACK);
        let named = match state {
            State::Old => "the pack is 4.0, as it was",
            _ => "the pack is 4.5, its clean-up is not finished",
        };
        assert!(asked.contains(named), "{fault}: {asked}");
        assert_eq!(image.state(&scene.read(&image.name)), state, "{fault}");
        terminal.answer("");
        let (shown, code) = terminal.end();
        assert!(shown.contains("converted: done now"), "{fault}: {shown}");
        assert_eq!(code, Some(0), "{fault}");
        assert!(image.new == scene.read(&image.name), "{fault}");
        let listed = scene.run(&["ledger"]).stdout;
        assert!(listed.contains("\ndone "), "{fault}: {listed}");
    }
}

#[test]
fn other_diskettes_are_left_alone_while_one_is_asked_for() {
    let image = PackImage::full_history();
    let other = PackImage::golden("reapplied-360.img");
    let Some((scene, drive)) = drive_with(&[&image, &other]) else { return };
    scene.image("no-record-360.img", "empty.img");
    let args = ["convert", "--yes", drive.path()];
    let mut terminal = failing(&scene, &drive, &args, "pwrite64:error=EIO:when=2");
    terminal.until(ASK_BACK);
    drive.insert(&scene.path(&other.name));
    terminal.answer("");
    let shown = terminal.until(ASK_BACK);
    assert!(shown.contains("this is another diskette, serial 12345-270-0000017-00004;"), "{shown}");
    drive.insert(&scene.path("empty.img"));
    terminal.answer("");
    let shown = terminal.until(ASK_BACK);
    assert!(shown.contains("a diskette without ADDPACK.DAT"), "{shown}");
    drive.eject();
    terminal.answer("");
    let shown = terminal.until(ASK_BACK);
    assert!(shown.contains("there is no diskette in the drive"), "{shown}");
    drive.insert(&scene.path(&image.name));
    terminal.answer("");
    assert_eq!(terminal.end().1, Some(0));
    assert!(image.new == scene.read(&image.name));
    assert!(other.old == scene.read(&other.name));
}

#[test]
fn whoever_gives_up_reads_the_state_and_the_next_run_finishes_it() {
    let image = PackImage::full_history();
    let Some((scene, drive)) = drive_with(&[&image]) else { return };
    let args = ["convert", "--yes", drive.path()];
    let mut terminal = failing(&scene, &drive, &args, "pwrite64:error=EIO:when=3");
    terminal.until(ASK_BACK);
    terminal.answer("q");
    let (shown, code) = terminal.end();
    assert!(shown.contains("its clean-up is not"), "{shown}");
    assert_eq!(code, Some(3));
    let ran = scene.run(&args);
    ran.ends(0);
    assert!(image.new == scene.read(&image.name));
}

/// A question, and what is said to it.
type Answer = (&'static str, &'static str);

/// A drive is named by whoever made its link.
#[test]
fn no_question_about_a_diskette_shows_raw_names() {
    let image = PackImage::golden("applied-1440.img");
    let Some((scene, drive)) = drive_with(&[&image]) else { return };
    let link = "fd\u{1b}[2J\u{7f}\u{9b}2J\u{85}\u{202e}\u{61c}";
    std::os::unix::fs::symlink(drive.path(), scene.path(link)).unwrap();
    let kept = "box\u{1b}[2J\u{7f}\u{202e}";
    let mut shown = String::new();
    let (next, last) = (("q ends: ", ""), ("q ends: ", "q"));
    let queues: [(&[&str], &[Answer]); 4] = [
        (&["convert", link], &[(CONFIRM, "n")]),
        (&["inspect", "--queue", link, "--keep", kept], &[next, last]),
        (&["convert", "--queue", link, "--plan", kept], &[last]),
        (&["convert", "--queue", link], &[next, (CONFIRM, "n"), last]),
    ];
    for (args, answers) in queues {
        let mut terminal = Terminal::run(scene.command(args));
        for (question, answer) in answers {
            shown += &terminal.until(question);
            terminal.answer(answer);
        }
        shown += &terminal.end().0;
    }
    assert!(shown.contains(r"fd\u{1b}[2J"), "{}", shown.escape_debug());
    for raw in ["\u{1b}[2J", "\u{7f}", "\u{9b}", "\u{85}", "\u{202e}", "\u{61c}"] {
        assert!(!shown.contains(raw), "{}", shown.escape_debug());
    }
}
