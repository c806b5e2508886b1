//! Queues of worn diskettes: what is lost in an image stands beside it, and an error is not taken for another diskette.

use super::{prompt, squeezed};
use crate::support::diskette::{Loop, SECTOR, Terminal, wear};
use crate::support::judge::PackImage;
use crate::support::judges::needs;
use crate::support::scene::{Ran, Scene};
use crate::support::simulator;
use std::process::Command;

const NAME: &str = "applied-1440.img";
const KEPT: &str = "box/12345-270-0000017-00003-1-event";

/// Puts in the one diskette, worn, once; all that was shown, and the exit code.
fn put_in(scene: &Scene, drive: &Loop, args: &[&str], worn: &str) -> Option<(String, Option<i32>)> {
    let mut command = scene.command(&[args, &["--keep", "box", drive.path()]].concat());
    if !wear(&mut command, worn) {
        return None;
    }
    let mut terminal = Terminal::run(command);
    terminal.until(&prompt(1, drive));
    terminal.answer("");
    let shown = terminal.until("q ends: ");
    terminal.answer("q");
    let (rest, code) = terminal.end();
    Some((shown + &rest, code))
}

const COMMANDS: [&[&str]; 2] = [&["inspect", "--queue"], &["convert", "--queue", "--yes"]];

/// The image with zeros for these sectors.
fn without(image: &[u8], sectors: &[usize]) -> Vec<u8> {
    let mut image = image.to_vec();
    for sector in sectors {
        image[sector * SECTOR..][..SECTOR].fill(0);
    }
    image
}

#[test]
fn sectors_that_an_image_has_lost_stand_in_a_mapfile_that_ddrescue_reads() {
    let image = PackImage::golden(NAME);
    for args in COMMANDS {
        let scene = Scene::with(&[NAME]);
        let Some(drive) = Loop::with(&scene.path(NAME)) else { return };
        let Some((shown, code)) = put_in(&scene, &drive, args, "lost=1000 lost=2000 lost=2001")
        else {
            return;
        };
        let said = format!("diskette 1: 3 sectors could not be read; {KEPT}.map says which");
        assert!(squeezed(&shown).replace('\n', " ").contains(&said), "{shown}");
        assert_eq!(code, Some(0), "{shown}");
        let kept = scene.read(&format!("{KEPT}.img"));
        assert!(kept == without(&image.old, &[1000, 2000, 2001]));
        needs!("gddrescue");
        let mut log = Command::new("ddrescuelog");
        log.args(["--list-blocks=-", "--block-size=512", &format!("{KEPT}.map")]);
        let output = log.current_dir(scene.path("")).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "1000\n2000\n2001\n");
    }
}

/// Every command knows a kept image's mapfile, and that what it lost is not zeros.
#[test]
fn kept_image_that_has_lost_a_part_of_the_record_is_refused() {
    let at = simulator::record_at(&PackImage::golden(NAME).old) / SECTOR;
    for args in COMMANDS {
        let scene = Scene::with(&[NAME]);
        let Some(drive) = Loop::with(&scene.path(NAME)) else { return };
        let worn = format!("lost={}", at + 1);
        let Some((shown, code)) = put_in(&scene, &drive, args, &worn) else { return };
        let found = format!("sector {}, which the record needs, cannot be read", at + 1);
        assert!(squeezed(&shown).replace('\n', " ").contains(&found), "{shown}");
        assert_eq!(code, Some(1), "{shown}");
        let ran = scene.run(&["inspect", "box"]);
        let why = format!("sector {}, which the record needs, was not read by the rescue", at + 1);
        assert!(squeezed(&ran.stdout).replace('\n', " ").contains(&why), "{ran:?}");
        assert!(
            ran.stdout.contains("1 image: 1 refused; 2 other files: 1 .map, 1 .txt"),
            "{ran:?}"
        );
        assert!(scene.read(NAME) == PackImage::golden(NAME).old);
    }
}

/// The digest of an image is of its file; where there is none, the letter says how to make one.
#[test]
fn request_for_a_diskette_with_lost_sectors_names_the_digest_of_its_image() {
    let at = simulator::record_at(&PackImage::golden(NAME).old) / SECTOR;
    let scene = Scene::with(&[NAME]);
    let Some(drive) = Loop::with(&scene.path(NAME)) else { return };
    let worn = format!("lost={}", at + 1);
    if put_in(&scene, &drive, COMMANDS[0], &worn).is_none() {
        return;
    }
    let ran = scene.run(&["replace", "box"]);
    assert!(ran.stdout.contains(&format!("Image     {KEPT}.img\n   SHA-1     ")), "{ran:?}");
    ran.ends(0);
    let mut command = scene.command(&["replace", drive.path()]);
    wear(&mut command, &worn);
    let ran = Ran::of(&mut command);
    let no_digest = format!(
        "its digest could not be taken: sector {} is unreadable; addpack replace --queue DRIVE --keep DIR takes it \
         from an image that it makes\n",
        at + 1
    );
    assert!(ran.stderr.contains(&no_digest), "{ran:?}");
    ran.ends(3);
}

/// The record read well at the first look, and then no more.
#[test]
fn record_that_reads_no_more_while_its_image_is_kept_is_an_error_of_the_diskette() {
    let at = simulator::record_at(&PackImage::golden(NAME).old) / SECTOR;
    for args in COMMANDS {
        for (worn, said) in [
            (format!("lost={at}:2"), format!("reading it failed: sector {at} is unreadable")),
            (format!("lost={}:2", at + 2), format!("sector {} is unreadable", at + 2)),
            ("dead=100".to_owned(), "the diskette stopped answering".to_owned()),
        ] {
            let scene = Scene::with(&[NAME]);
            let Some(drive) = Loop::with(&scene.path(NAME)) else { return };
            let Some((shown, code)) = put_in(&scene, &drive, args, &worn) else { return };
            let shown = squeezed(&shown).replace('\n', " ");
            assert!(
                shown.contains(&said) && !shown.contains("another diskette"),
                "{worn}: {shown}"
            );
            assert_eq!(code, Some(3), "{worn}: {shown}");
            assert!(scene.read(NAME) == PackImage::golden(NAME).old);
            assert!(!scene.path("box").exists(), "{worn}");
        }
    }
}

/// It reads at the first look and is lost when it is to be changed.
#[test]
fn record_that_reads_no_more_before_it_is_written_is_an_error_of_the_diskette() {
    let at = simulator::record_at(&PackImage::golden(NAME).old) / SECTOR;
    let scene = Scene::with(&[NAME]);
    let Some(drive) = Loop::with(&scene.path(NAME)) else { return };
    let mut command = scene.command(&["convert", "--yes", drive.path()]);
    if !wear(&mut command, &format!("lost={}:2", at + 1)) {
        return;
    }
    let ran = Ran::of(&mut command);
    let found = format!("sector {}, which the record needs, cannot be read", at + 1);
    assert!(squeezed(&ran.stdout).replace('\n', " ").contains(&found), "{ran:?}");
    ran.ends(1);
    assert!(scene.read(NAME) == PackImage::golden(NAME).old);
}
