//! What a diskette holds when it is converted is what was decided and asked about: it may read otherwise from one look to
//! the next, and another one may be put in its place.

use crate::support::diskette::{Loop, SECTOR, Terminal, drive_with, wear};
use crate::support::judge::PackImage;
use crate::support::ledger::begin_again;
use crate::support::own_process::is_own_process;
use crate::support::scene::{Ran, Scene, testdata};
use crate::support::simulator;
use addpack::ledger::Ledger;
use addpack::record::fields::FileTime;
use addpack::report::{FailureCode, Outcome, Report};
use addpack::run::{self, FinalReport, Job, Mode, RunEvent};
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

const QUESTION: &str = "[y/N] ";
const NEXT: &str = "q ends: ";
const READS_OTHERWISE: &str =
    "left as it was: it reads differently now than when it was looked at first.";
/// Where the root directory of a diskette of 1.44 MB begins.
const ROOT_1440: usize = 19;

/// addpack at a terminal, with a worn diskette in its drive; `None`, said aloud, if that is not possible here.
fn worn(scene: &Scene, args: &[&str], worn: &str) -> Option<Terminal> {
    let mut command = scene.command(args);
    wear(&mut command, worn).then(|| Terminal::run(command))
}

/// The first diskette of the queue is converted, and then the queue ends.
#[track_caller]
fn assert_converts_and_ends(mut terminal: Terminal) {
    let shown = terminal.until(NEXT);
    assert!(shown.contains("Diskette 1   converted: done now"), "{shown}");
    terminal.answer("q");
    assert_eq!(terminal.end().1, Some(0));
}

/// A word for [`wear`]: an event sector of this image fails once and then reads.
fn weak_once(image: &PackImage) -> String {
    format!("weak={}:1", simulator::record_at(&image.old) / SECTOR + 1)
}

#[test]
fn diskette_that_reads_well_at_the_second_look_is_asked_about_before_it_is_converted() {
    let image = PackImage::golden("applied-1440.img");
    for output in [&[][..], &["-o", "out"]] {
        let Some((scene, drive)) = drive_with(&image) else { return };
        let args = [&["convert", "--queue", drive.path()], output].concat();
        let Some(mut terminal) = worn(&scene, &args, &weak_once(&image)) else { return };
        terminal.until(NEXT);
        terminal.answer("");
        terminal.until(QUESTION);
        terminal.answer("n");
        let shown = terminal.until(NEXT);
        assert!(shown.contains("left as it was: you said no"), "{shown}");
        assert!(image.old == scene.read(&image.name) && !scene.path("out").exists());
        terminal.answer("");
        terminal.until(QUESTION);
        terminal.answer("y");
        assert_converts_and_ends(terminal);
    }
}

/// Its number, its image and its place in a plan would be those of what was seen first.
#[test]
fn diskette_whose_record_shows_only_at_the_second_look_is_looked_at_anew() {
    let image = PackImage::golden("applied-1440.img");
    for more in [&[][..], &["--yes"], &["--yes", "-o", "out"]] {
        let Some((scene, drive)) = drive_with(&image) else { return };
        let args = [&["convert", "--queue", "--retries", "0", drive.path()], more].concat();
        let lost = format!("weak={ROOT_1440}:{FAILING_READS}");
        let Some(mut terminal) = worn(&scene, &args, &lost) else { return };
        terminal.until(NEXT);
        terminal.answer("");
        let shown = terminal.until(NEXT);
        let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains(READS_OTHERWISE), "{shown}");
        assert!(image.old == scene.read(&image.name) && !scene.path("out").exists());
        terminal.answer("");
        if more.is_empty() {
            terminal.until(QUESTION);
            terminal.answer("y");
        }
        assert_converts_and_ends(terminal);
    }
}

/// So often the sector fails in the first look.
const FAILING_READS: usize = 2;

#[test]
fn diskette_that_was_changed_behind_the_question_is_not_copied() {
    let (image, other) = ("applied-1440.img", "unused-720.img");
    let scene = Scene::with(&[image, other]);
    let Some(drive) = Loop::with(&scene.path(image)) else { return };
    let args = ["convert", "--queue", drive.path(), "-o", "out"];
    let mut terminal = Terminal::run(scene.command(&args));
    terminal.until(NEXT);
    terminal.answer("");
    terminal.until(QUESTION);
    drive.insert(&scene.path(other));
    terminal.answer("y");
    let shown = terminal.until(NEXT);
    assert!(shown.contains("failed: another diskette was put in its place"), "{shown}");
    assert!(!scene.path("out").exists());
    assert!(!scene.run(&["ledger"]).stdout.contains("12345"));
    terminal.answer("q");
    assert_eq!(terminal.end().1, Some(3));
}

/// What becomes of the one image of a job.
fn run_one(job: &Job, ledger: &mut Ledger) -> Box<Report> {
    let (mut seen, mut last) = (None, None);
    let mut hear = |event| {
        match event {
            RunEvent::Seen(report) => seen = Some(report),
            RunEvent::Final(FinalReport::AsSeen) => last = seen.take(),
            RunEvent::Final(FinalReport::Changed(report)) => last = Some(report),
            _ => {}
        }
        ControlFlow::Continue(())
    };
    run::run(job, ledger, &AtomicBool::new(false), &mut hear).unwrap();
    last.expect("a final report")
}

#[test]
fn diskette_that_nobody_was_asked_about_is_neither_converted_nor_copied() {
    let test = "diskette_that_nobody_was_asked_about_is_neither_converted_nor_copied";
    if !is_own_process(module_path!(), test) {
        return;
    }
    let image = PackImage::golden("applied-1440.img");
    let Some((scene, drive)) = drive_with(&image) else { return };
    let mut ledger = Ledger::open(&scene.path("ledger.db")).unwrap();
    let mode = Mode::Convert(FileTime::from_unix_seconds(1_000_000_000).unwrap());
    for output in [None, Some(scene.path("out"))] {
        let job = Job { output, ..Job::new(vec![drive.path().into()], mode) };
        let unasked = Job { asked_about: Some(Vec::new()), ..job };
        let report = run_one(&unasked, &mut ledger);
        assert_eq!(report.outcome, Outcome::Failed, "{report:?}");
        assert_eq!(report.failure.unwrap().code, FailureCode::Replaced);
        assert!(image.old == scene.read(&image.name) && !scene.path("out").exists());
    }
    assert!(ledger.is_empty().unwrap());
}

/// Where any claim is open, damaged records are looked at once more: a crash may have torn them.
#[test]
fn weak_diskette_that_reads_well_when_torn_records_are_looked_for_is_not_converted() {
    let image = PackImage::golden("applied-1440.img");
    for yes in [&[][..], &["--yes"]] {
        let Some((scene, drive)) = drive_with(&image) else { return };
        scene.image("reapplied-360.img", "gone.img");
        scene.convert(&["gone.img"]);
        std::fs::remove_file(scene.path("gone.img")).unwrap();
        let record = |name: &str| std::fs::read(testdata("records").join(name)).unwrap();
        let [old, new] = ["reapplied-in-order.rec", "reapplied-in-order.45.rec"].map(record);
        begin_again(&scene.ledger(), &old, &new);
        let args = [&["convert", drive.path()], yes].concat();
        let Some(terminal) = worn(&scene, &args, &weak_once(&image)) else { return };
        let (shown, code) = terminal.end();
        let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains("the diskette reads differently now than when"), "{shown}");
        assert!(shown.contains("leave it in the drive and run addpack again"), "{shown}");
        assert_eq!(code, Some(3), "{shown}");
        assert!(image.old == scene.read(&image.name));
        let ran = Ran::of(&mut scene.command(&["convert", "--yes", drive.path()]));
        ran.ends(0);
        assert!(image.new == scene.read(&image.name));
    }
}

/// It is no pack that is converted, so nothing is asked about it.
#[test]
fn diskette_that_is_45_is_copied_as_it_is_when_others_were_asked_about() {
    let scene = Scene::with(&["converted-360.img", "applied-1440.img"]);
    let Some(drive) = Loop::with(&scene.path("converted-360.img")) else { return };
    let args = ["convert", "-o", "out", drive.path(), "applied-1440.img"];
    let mut terminal = Terminal::run(scene.command(&args));
    terminal.until(QUESTION);
    terminal.answer("y");
    let (shown, code) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(std::fs::read_dir(scene.path("out")).unwrap().count(), 2, "{shown}");
}
