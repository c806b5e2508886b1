//! Reading a diskette at a terminal: how far it is, and that one Ctrl-C ends it and shows what was seen.

use crate::support::diskette::{Loop, Terminal, wear};
use crate::support::judge::PackImage;
use crate::support::scene::Scene;
use std::fs;
use std::time::{Duration, Instant};

const NAME: &str = "applied-1440.img";

/// addpack at a terminal of 24 rows and 80 columns, with a worn diskette in its drive.
fn at(scene: &Scene, args: &[&str], worn: &str) -> Option<Terminal> {
    let mut command = scene.command(args);
    wear(&mut command, worn).then(|| Terminal::run_as(command, "xterm", 24, 80))
}

fn drive(scene: &Scene) -> Option<Loop> {
    Loop::with(&scene.path(NAME))
}

#[test]
fn line_shows_place_flaws_retries_and_the_time_that_is_left() {
    let scene = Scene::with(&[NAME]);
    let Some(drive) = drive(&scene) else { return };
    let path = drive.path();
    let args = ["inspect", "--surface", path];
    let Some(terminal) = at(&scene, &args, "slow=20000 weak=700:2 lost=800") else { return };
    let shown = terminal.all();
    for part in [
        // From the first track on.
        &*format!("reading {path}  cylinder 1 of 80, head 0  0:00, about 0:0"),
        &*format!("{path}  cylinder 3"),
        " of 80, head 1  weak 1, lost 1  0:0",
        "  c23 h0  weak 1, lost 0  sector 800 again (",
    ] {
        assert!(shown.contains(part), "{part}: {shown:?}");
    }
    assert!(shown.contains("2878 good (.), 0 slow (s), 1 weak (w), 1 lost (X)"), "{shown:?}");
}

/// While it is read that long, each of these shows where it is, and ends at one Ctrl-C.
#[test]
fn one_interruption_ends_each_reading_after_the_sector_under_way() {
    let scene = Scene::with(&[NAME]);
    let Some(drive) = drive(&scene) else { return };
    let path = drive.path();
    let stopped = "you stopped addpack while it was reading; nothing was written";
    let all: [(&[&str], &str); 6] = [
        (&["inspect"], stopped),
        (&["convert"], stopped),
        (&["convert", "--yes", "-o", "out"], stopped),
        (&["convert", "--dry-run"], stopped),
        (&["plan"], "stopped: not all images were looked at, so there is no plan"),
        (&["replace"], "stopped: not all images were looked at, so there is no request"),
    ];
    for (args, said) in all {
        let args = [args, &[path]].concat();
        let Some(mut terminal) = at(&scene, &args, "slow=200000") else { return };
        terminal.until("cylinder 1 of 80, head 0");
        let shown = ends_at_once(terminal);
        assert!(flat(&shown).contains(said), "{args:?}: {shown}");
    }
    // In the midst of the retries, and of the map of the surface.
    for (worn, place, said) in [
        ("slow=100000 lost=0", "sector 0 again (1 of 5)", stopped),
        ("slow=20000", "cylinder 3", "the rest was not read"),
    ] {
        let Some(mut terminal) = at(&scene, &["inspect", "--surface", path], worn) else { return };
        terminal.until(place);
        let shown = ends_at_once(terminal);
        assert!(flat(&shown).contains(said), "{shown}");
    }
    assert!(scene.read(NAME) == PackImage::golden(NAME).old);
    assert!(!scene.path("out").exists() || fs::read_dir(scene.path("out")).unwrap().count() == 0);
}

/// Sends a Ctrl-C, and waits for the end: what was shown behind it.
#[track_caller]
fn ends_at_once(terminal: Terminal) -> String {
    let since = Instant::now();
    terminal.interrupt();
    let (shown, code) = terminal.end();
    assert_eq!(code, Some(130), "{shown}");
    assert!(since.elapsed() < Duration::from_secs(5), "{shown}");
    shown
}

fn flat(shown: &str) -> String {
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A second diskette is read, or its image kept: what was seen of the first one is shown.
#[test]
fn an_interruption_in_a_queue_shows_what_was_seen() {
    let [inspect, plan, convert] = [
        "SBSNT1 (00:A0:C9:14:C8:29): apply in this order (10 licenses at the end) 1 diskette 1",
        "1 convert, then apply 5 to 10 12345-270-0000017-00003 diskette 1",
        "1 12345-270-0000017-00003 converted: done now",
    ];
    for (args, said) in [
        (&["inspect", "--queue"][..], inspect),
        (&["inspect", "--queue", "--keep", "box"], inspect),
        (&["plan", "--queue"], plan),
        (&["plan", "--queue", "--keep", "box"], plan),
        (&["convert", "--yes", "--queue"], convert),
    ] {
        let scene = Scene::with(&[NAME, "unused-720.img"]);
        let Some(drive) = drive(&scene) else { return };
        let args = [args, &["--color", "never", drive.path()]].concat();
        let Some(mut terminal) = at(&scene, &args, "slow=10000") else { return };
        terminal.until("q ends: ");
        terminal.answer("");
        terminal.until("q ends: ");
        drive.insert(&scene.path("unused-720.img"));
        terminal.answer("");
        terminal.until("cylinder 1 of 80, head 0");
        let shown = ends_at_once(terminal);
        assert!(flat(&shown).contains(said), "{args:?}: {shown}");
        assert!(scene.read("unused-720.img") == PackImage::golden("unused-720.img").old);
    }
}
