//! ddrescue's mapfiles: what the rescue did not read is lost, not zero.

use crate::support::diskette::{SECTOR, one};
use crate::support::judge::PackImage;
use crate::support::scene::{CONVERT, Image, Scene, outcomes};
use crate::support::simulator;
use addpack::media::Mapfile;
use assert_cmd::assert::OutputAssertExt;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::process::Command;

const NAME: &str = "applied-1440.img";

fn image() -> PackImage {
    PackImage::golden(NAME)
}

fn scene() -> Scene {
    Scene::with(&[NAME])
}

/// The first sector of the record, which has its four in one piece.
fn record_at() -> usize {
    simulator::record_at(&image().old) / SECTOR
}

/// The mapfile of a rescue that has read all of a 1,440 KB diskette but these sectors.
fn map(lost: &[usize]) -> String {
    let mut text = String::from(
        "# Mapfile. Created by GNU ddrescue version 1.27\n# Command line: ddrescue /dev/fd0 x x.map\n\
         # current_pos  current_status  current_pass\n0x00168000     +               1\n\
         #      pos        size  status\n",
    );
    let is_lost = |sector: &usize| lost.contains(sector);
    let sectors: Vec<_> = (0..2880).collect();
    for run in sectors.chunk_by(|one, next| is_lost(one) == is_lost(next)) {
        let mark = if is_lost(&run[0]) { '-' } else { '+' };
        let (start, length) = (run[0] * SECTOR, run.len() * SECTOR);
        text += &format!("{start:#010X}  {length:#010X}  {mark}\n").replace("0X", "0x");
    }
    text
}

fn put(scene: &Scene, name: &str, text: &str) {
    fs::write(scene.path(name), text).unwrap();
}

fn inspect(scene: &Scene, more: &[&str]) -> (Image, Option<i32>) {
    one(scene, &[&["inspect", "--json", NAME], more].concat())
}

/// That the image is refused because of this sector, named as one of the dump.
#[track_caller]
fn assert_refused(report: &Image, sector: usize) {
    let [finding] = report.findings.as_slice() else { panic!("{report:?}") };
    assert_eq!((report.outcome.as_str(), finding.code.as_str()), ("refused", "damaged-media"));
    assert_eq!(finding.sector, Some(sector.try_into().unwrap()));
    let message = format!(
        "sector {sector}, which the record needs, was not read by the rescue that made the image, as \
         its mapfile says; the diskette itself may be fine"
    );
    assert_eq!(finding.message, message);
    assert!(report.next_step.starts_with("read the diskette again"), "{}", report.next_step);
}

#[test]
fn mapfile_is_found_beside_its_image_by_every_name_that_it_may_bear() {
    let sector = record_at() + 1;
    for name in [
        "applied-1440.img.map",
        "applied-1440.map",
        "applied-1440.img.mapfile",
        "applied-1440.mapfile",
        "applied-1440.img.log",
        "applied-1440.log",
    ] {
        let scene = scene();
        put(&scene, name, &map(&[sector]));
        let (report, code) = inspect(&scene, &[]);
        assert_refused(&report, sector);
        assert_eq!(code, Some(1), "{name}");
        // The walk over a folder finds it too.
        let (images, summary, _) = scene.json(&["inspect", "--json", "."]);
        assert_eq!((outcomes(&images), summary.skipped), (vec!["refused"], 1), "{name}");
        assert_refused(&images[0], sector);
    }
}

#[test]
fn record_on_a_lost_sector_is_refused_and_the_image_stays_as_it_is() {
    let image = image();
    for number in 0..4 {
        let sector = record_at() + number;
        let scene = scene();
        put(&scene, "applied-1440.map", &map(&[sector]));
        for more in [&[][..], &["-o", "out"]] {
            let (report, code) = one(&scene, &[&CONVERT[..], more, &[NAME]].concat());
            assert_refused(&report, sector);
            assert_eq!(code, Some(1));
            let serial = report.record.map(|record| record.serial);
            assert_eq!(serial.is_some(), number > 0, "the header tells whose it is");
        }
        assert!(image.old == scene.read(NAME));
        assert!(!scene.path("out").exists());
    }
}

#[test]
fn zeros_that_the_rescue_has_filled_in_are_no_record() {
    // The events of the record, lost and filled up: by the bytes, a record that is damaged.
    let scene = scene();
    let at = record_at() + 1;
    let file = File::options().write(true).open(scene.path(NAME)).unwrap();
    file.write_all_at(&[0; 3 * SECTOR], (at * SECTOR) as u64).unwrap();
    assert_eq!(inspect(&scene, &[]).0.findings[0].code, "damaged-record");
    put(&scene, "applied-1440.map", &map(&[at, at + 1, at + 2]));
    assert_refused(&inspect(&scene, &[]).0, at);
}

#[test]
fn lost_sectors_elsewhere_are_a_note_and_keep_nothing_from_being_done() {
    let image = image();
    for (lost, words) in [
        (&[1][..], "sector 1: not read by the rescue, as its mapfile says"),
        (&[0, 100, 2879], "sectors 0, 100, 2879: not read by the rescue, as its mapfile says"),
        (
            &[100, 101, 102, 103, 104, 105, 106, 107, 108],
            "9 sectors from 100 on: not read by the rescue, as its mapfile says",
        ),
    ] {
        let scene = scene();
        put(&scene, "applied-1440.map", &map(lost));
        let (report, code) = one(&scene, &[&CONVERT[..], &[NAME]].concat());
        assert_eq!((report.outcome.as_str(), code), ("converted", Some(0)));
        let note = report.notes.last().unwrap();
        assert_eq!((note.code.as_str(), note.message.as_str()), ("flawed-sectors", words));
        assert!(image.new == scene.read(NAME));
    }
}

#[test]
fn lost_sector_of_the_directory_is_the_reason_where_the_entry_stands_in_it() {
    let scene = scene();
    put(&scene, "applied-1440.map", &map(&[19]));
    assert_refused(&inspect(&scene, &[]).0, 19);
}

#[test]
fn lost_sectors_are_on_the_map() {
    let scene = scene();
    put(&scene, "applied-1440.map", &map(&[0, 2879]));
    let surface = inspect(&scene, &["--surface"]).0.surface.unwrap();
    assert_eq!((surface.good, surface.lost), (2878, 2));
    assert_eq!(surface.map[0], format!("X{}", ".".repeat(17)));
    assert_eq!(surface.map[159], format!("{}X", ".".repeat(17)));
}

#[test]
fn file_that_ddrescue_did_not_sign_is_no_mapfile() {
    let sector = record_at();
    for text in ["", "converted on Monday\n", &map(&[sector]).replace("ddrescue", "another")] {
        let scene = scene();
        put(&scene, "applied-1440.log", text);
        put(&scene, "applied-1440.map", text);
        assert_eq!(inspect(&scene, &[]).0.outcome, "convertible");
    }
    // The next name is tried.
    let scene = scene();
    put(&scene, "applied-1440.map", "a picture of the office\n");
    put(&scene, "applied-1440.log", &map(&[sector]));
    assert_refused(&inspect(&scene, &[]).0, sector);
}

#[test]
fn log_of_an_old_ddrescue_is_a_mapfile() {
    let sector = record_at();
    let old = map(&[sector])
        .replace(
            "# Mapfile. Created by GNU ddrescue version 1.27",
            "# Rescue Logfile. Created by GNU ddrescue version 1.17",
        )
        .replace("0x00168000     +               1", "0x00168000     +");
    let scene = scene();
    put(&scene, "applied-1440.log", &old);
    assert_refused(&inspect(&scene, &[]).0, sector);
}

#[test]
fn mapfile_that_is_named_counts_whatever_it_is_called_and_stands_before_one_beside() {
    let sector = record_at();
    let scene = scene();
    put(&scene, "rescue.txt", &map(&[sector]));
    put(&scene, "applied-1440.map", &map(&[]));
    assert_refused(&inspect(&scene, &["--mapfile", "rescue.txt"]).0, sector);
    assert_eq!(inspect(&scene, &[]).0.outcome, "convertible");
}

#[test]
fn mapfile_that_cannot_be_read_fails_the_image_and_nothing_is_touched() {
    let signed = "# Mapfile. Created by GNU ddrescue version 1.27\n";
    let endless = format!("{}{}", map(&[]), "#\n".repeat(600_000));
    let scene = scene();
    put(&scene, "garbage", "\0\u{1}\u{2}binary");
    put(&scene, "empty", "");
    put(&scene, "cut-off", signed);
    put(&scene, "odd", &map(&[7]).replace("  -", "  %"));
    put(&scene, "endless", &endless);
    fs::create_dir(scene.path("folder")).unwrap();
    for name in ["missing", "garbage", "empty", "cut-off", "odd", "endless", "folder"] {
        for args in [&["inspect", "--json"][..], &CONVERT, &["convert", "--dry-run", "--json"]] {
            let (report, code) = one(&scene, &[args, &["--mapfile", name, NAME]].concat());
            let error = report.error.unwrap();
            assert_eq!((error.code.as_str(), code), ("bad-mapfile", Some(3)), "{name}");
            let message = format!("the mapfile {name} cannot be read");
            assert!(error.message.starts_with(&message), "{}", error.message);
        }
    }
    assert!(image().old == scene.read(NAME));
    // One beside the image that is signed, and cut off.
    put(&scene, "applied-1440.map", signed);
    assert_eq!(inspect(&scene, &[]).0.error.unwrap().code, "bad-mapfile");
}

#[test]
fn mapfile_is_of_one_image() {
    let scene = scene();
    put(&scene, "x.map", &map(&[]));
    scene.image(NAME, "other.img");
    let usage = "addpack: --mapfile belongs to one image: name that image alone\n";
    for paths in [&["."][..], &[NAME, "other.img"]] {
        scene.run(&[&["inspect", "--mapfile", "x.map"], paths].concat()).is(2, "", usage);
    }
}

#[test]
fn mapfile_with_the_ending_of_an_image_is_not_its_own_map() {
    let scene = scene();
    put(&scene, "rescue.img.map", &map(&[]));
    fs::copy(scene.path(NAME), scene.path("rescue.img")).unwrap();
    let (images, ..) = scene.json(&["inspect", "--json", "rescue.img.map", "rescue.img"]);
    assert_eq!(outcomes(&images), ["not-a-pack", "convertible"]);
}

#[test]
fn size_of_an_image_is_not_the_size_of_what_is_remembered_of_it() {
    let scene = Scene::new();
    let file = File::create(scene.path("huge.img")).unwrap();
    file.write_all_at(&image().old, 0).unwrap();
    file.set_len(1 << 42).unwrap();
    put(&scene, "huge.map", &map(&[]));
    let (report, _) = one(&scene, &["inspect", "--json", "huge.img"]);
    assert_eq!(report.outcome, "convertible");
    assert_eq!(Mapfile::parse("0 ? 1\n0 0x200 -\n").unwrap().flaws(1 << 42).len(), 5760);
}

#[test]
fn map_of_a_real_rescue_is_understood() {
    crate::support::needs!("gddrescue");
    let scene = scene();
    // A rescue of one half: the rest is not tried.
    let args = ["-q", "-s", "737280", NAME, "half.img", "half.img.map"];
    Command::new("ddrescue").args(args).current_dir(scene.path("")).assert().success();
    File::options().write(true).open(scene.path("half.img")).unwrap().set_len(1_474_560).unwrap();
    let (report, _) = one(&scene, &["inspect", "--surface", "--json", "half.img"]);
    let surface = report.surface.unwrap();
    assert_eq!((surface.good, surface.lost), (1440, 1440));
    assert_eq!(report.outcome, "convertible");
    assert_eq!(
        report.notes[0].message,
        "1440 sectors from 1440 on: not read by the rescue, as its mapfile says"
    );
}
