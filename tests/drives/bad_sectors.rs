//! Diskettes with bad sectors, through a drive: what is refused, what is reported, and the map of it all.

use crate::support::diskette::{Loop, SECTOR, drive_with, one};
use crate::support::judge::{PackImage, Traced, strace};
use crate::support::scene::{CONVERT, Image, Scene};
use crate::support::simulator;
use std::fs::{self, OpenOptions};

/// Loses all sectors of the diskette in a drive from this one on: a loop device does not read past
/// the end of its file.
fn lose_from(scene: &Scene, name: &str, sector: usize) {
    let image = OpenOptions::new().write(true).open(scene.path(name)).unwrap();
    image.set_len((sector * SECTOR) as u64).unwrap();
}

fn record_at(image: &PackImage) -> usize {
    simulator::record_at(&image.old) / SECTOR
}

/// The report of a run in which reads of the drive fail (`when` as strace has it).
fn failing(scene: &Scene, drive: &Loop, when: &str, args: &[&str]) -> (Image, Traced) {
    let inject = format!("inject=pread64:error=EIO:when={when}");
    let options = ["-f", "-P", drive.path(), "-e", "trace=pread64,pwrite64", "-e", &inject];
    let traced = strace(scene, &options, &[args, &[drive.path()]].concat());
    assert!(traced.is_injected(), "{when} never came about");
    let report = serde_json::from_str(traced.ran.stdout.lines().next().unwrap()).unwrap();
    (report, traced)
}

/// How often a drive is asked to examine its diskette, where all reads well.
fn reads(scene: &Scene, drive: &Loop) -> usize {
    let options = ["-f", "-P", drive.path(), "-e", "trace=pread64"];
    strace(scene, &options, &["inspect", drive.path()]).count("pread64")
}

#[test]
fn map_of_a_good_diskette_is_good_throughout() {
    for (name, [cylinders, heads, sectors]) in [
        ("unused-20-160.img", [40, 1, 8]),
        ("reapplied-360.img", [40, 2, 9]),
        ("unused-720.img", [80, 2, 9]),
        ("applied-20-1200.img", [80, 2, 15]),
        ("applied-1440.img", [80, 2, 18]),
        ("transferred-2880.img", [80, 2, 36]),
    ] {
        let Some((scene, drive)) = drive_with(&PackImage::golden(name)) else { return };
        let (report, _) = one(&scene, &["inspect", "--surface", "--json", drive.path()]);
        let surface = report.surface.expect("a surface");
        assert_eq!(
            [surface.cylinders, surface.heads, surface.sectors],
            [cylinders, heads, sectors]
        );
        let counts = [surface.good, surface.slow, surface.weak, surface.lost];
        assert_eq!(counts, [cylinders * heads * sectors, 0, 0, 0], "{name}");
        assert_eq!(surface.map, vec![".".repeat(sectors); cylinders * heads]);
        let (report, _) = one(&scene, &["inspect", "--json", drive.path()]);
        assert_eq!(report.surface, None);
    }
}

#[test]
fn lost_sectors_that_the_record_does_not_need_are_on_the_map_and_keep_nothing_from_being_done() {
    let image = PackImage::golden("applied-1440.img");
    let Some((scene, drive)) = drive_with(&image) else { return };
    // The last track of head 0, from its fifth sector on.
    let first = 79 * 36 + 4;
    lose_from(&scene, &image.name, first);
    let (report, code) = one(&scene, &["inspect", "--surface", "--json", drive.path()]);
    assert_eq!((report.outcome.as_str(), code), ("convertible", Some(0)));
    let surface = report.surface.unwrap();
    assert_eq!((surface.good, surface.lost), (first, 2880 - first));
    assert_eq!(
        surface.map[157..],
        [".".repeat(18), format!("....{}", "X".repeat(14)), "X".repeat(18)]
    );
    let shown = scene.run(&["inspect", "--surface", drive.path()]).stdout;
    let map = "  Surface    2848 good (.), 0 slow (s), 0 weak (w), 32 lost (X)
  Cylinder   Sectors of each head
       0-78  ..................  ..................
         79  ....XXXXXXXXXXXXXX  XXXXXXXXXXXXXXXXXX
";
    assert!(shown.contains(map), "{shown}");
    let (report, code) = one(&scene, &[&CONVERT[..], &[drive.path()]].concat());
    assert_eq!((report.outcome.as_str(), code), ("converted", Some(0)));
    assert!(image.new[..first * SECTOR] == scene.read(&image.name));
}

#[test]
fn lost_sector_of_the_record_is_named_and_nothing_is_written() {
    let image = PackImage::golden("applied-1440.img");
    let at = record_at(&image);
    for lost in 1..4 {
        let Some((scene, drive)) = drive_with(&image) else { return };
        lose_from(&scene, &image.name, at + lost);
        for args in [&["inspect", "--json"][..], &CONVERT] {
            let (report, code) = one(&scene, &[args, &[drive.path()]].concat());
            assert_eq!((report.outcome.as_str(), code), ("refused", Some(1)));
            let finding = &report.findings[0];
            let sector = u32::try_from(at + lost).unwrap();
            assert_eq!((finding.code.as_str(), finding.sector), ("damaged-media", Some(sector)));
            assert_eq!(
                finding.message,
                format!(
                    "sector {sector}, which the record needs, cannot be read, or reads differently each time"
                )
            );
            // The first sector tells whose it is.
            assert_eq!(report.record.unwrap().serial, "12345-270-0000017-00003");
            assert!(
                report.next_step.contains("serial 12345-270-0000017-00003"),
                "{}",
                report.next_step
            );
        }
        assert!(image.old[..(at + lost) * SECTOR] == scene.read(&image.name));
    }
}

#[test]
fn sector_of_the_record_that_reads_only_when_asked_again_refuses_the_conversion() {
    let image = PackImage::golden("applied-1440.img");
    let Some((scene, drive)) = drive_with(&image) else { return };
    // The last eight reads are of the record, and one between them is elsewhere.
    let first = reads(&scene, &drive) - 8;
    for which in 0..4 {
        let (report, traced) = failing(&scene, &drive, &(first + which).to_string(), &CONVERT);
        assert_eq!((report.outcome.as_str(), traced.ran.code), ("refused", Some(1)));
        let sector = record_at(&image) + which;
        let message = format!(
            "sector {sector}, which holds a part of the record, is weak: it could be read only after retries"
        );
        assert_eq!(report.findings[0].message, message);
        assert_eq!(report.record.unwrap().serial, "12345-270-0000017-00003");
        assert_eq!(report.notes, []);
        assert_eq!(traced.count("pwrite64"), 0);
        assert!(image.old == scene.read(&image.name));
    }
}

#[test]
fn retries_say_how_often_a_sector_is_asked_for_again() {
    let image = PackImage::golden("applied-1440.img");
    let Some((scene, drive)) = drive_with(&image) else { return };
    let first = reads(&scene, &drive) - 8;
    let inspect = |retries: &'static str| ["inspect", "--json", "--retries", retries];
    let (report, _) = failing(&scene, &drive, &first.to_string(), &inspect("0"));
    assert!(report.findings[0].message.contains("cannot be read"), "{report:?}");
    let (report, _) = failing(&scene, &drive, &first.to_string(), &inspect("1"));
    assert!(report.findings[0].message.contains("is weak"), "{report:?}");
    for retries in ["-1", "1001", "many"] {
        let ran = scene.run(&["inspect", "--retries", retries, drive.path()]);
        ran.at(&retries).code(2);
    }
}

#[test]
fn sector_outside_the_record_that_reads_only_when_asked_again_is_a_note() {
    let image = PackImage::golden("applied-1440.img");
    let Some((scene, drive)) = drive_with(&image) else { return };
    // The boot sector, both copies of the FAT, the root directory.
    for sector in [0, 1, 10, 19] {
        let when = (sector + 1).to_string();
        let (report, _) = failing(&scene, &drive, &when, &["inspect", "--json"]);
        assert_eq!(report.outcome, "convertible");
        assert_eq!(report.notes[0].code, "flawed-sectors");
        let message = &report.notes[0].message;
        assert!(
            message.contains(&format!("sector {sector}: readable only after retries")),
            "{message}"
        );
    }
}

#[test]
fn diskette_with_a_lost_sector_is_not_copied_as_if_it_were_whole() {
    let image = PackImage::golden("applied-1440.img");
    let Some((scene, drive)) = drive_with(&image) else { return };
    lose_from(&scene, &image.name, 2800);
    let (report, code) = one(&scene, &[&CONVERT[..], &["-o", "out", drive.path()]].concat());
    let error = report.error.unwrap();
    assert_eq!((error.code.as_str(), code), ("io-error", Some(3)));
    assert!(error.message.ends_with("failed: sector 2800 is unreadable"), "{}", error.message);
    assert_eq!(fs::read_dir(scene.path("out")).unwrap().count(), 0);
    // The claim is taken back: the diskette itself converts.
    let (report, _) = one(&scene, &[&CONVERT[..], &[drive.path()]].concat());
    assert_eq!(report.outcome, "converted");
}

#[test]
fn diskette_of_which_nothing_reads_is_not_called_another_one() {
    let image = PackImage::golden("applied-1440.img");
    let Some((scene, drive)) = drive_with(&image) else { return };
    let (report, traced) = failing(&scene, &drive, "1+", &["inspect", "--json"]);
    assert_eq!((report.outcome.as_str(), traced.ran.code), ("failed", Some(3)));
    let error = report.error.unwrap();
    assert_eq!(error.code, "io-error");
    assert!(error.message.starts_with("nothing on the diskette can be read"), "{}", error.message);
}

#[test]
fn diskette_that_stops_answering_is_reported_and_its_state_is_not_guessed() {
    let image = PackImage::golden("reapplied-360.img");
    let Some((scene, drive)) = drive_with(&image) else { return };
    let all = reads(&scene, &drive);
    for when in 2..all + 9 {
        image.put(&scene, "");
        let (report, traced) = failing(
            &scene,
            &drive,
            &format!("{when}+"),
            &[&CONVERT[..], &["--no-ledger"]].concat(),
        );
        let error = report.error.unwrap();
        assert_eq!(error.code, "io-error", "{when}");
        traced.ran.at(&when).code(3);
        assert!(!error.message.contains("the pack is"), "{when}: {}", error.message);
        image.state(&scene.read(&image.name));
    }
}
