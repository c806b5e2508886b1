//! Diskettes in drives, as the command line sees them: loop devices in the place of drives.

use crate::support::diskette::{Loop, drive_with, one};
use crate::support::judge::PackImage;
use crate::support::scene::{CONVERT, Image, Scene, outcomes};

fn golden_images() -> Vec<PackImage> {
    let mut images = ["unused-20-160.img", "reapplied-360.img", "unused-720.img"]
        .into_iter()
        .chain(["applied-20-1200.img", "fragmented-1440.img", "transferred-2880.img"])
        .map(PackImage::golden)
        .collect::<Vec<_>>();
    images.push(PackImage::full_history());
    images
}

#[test]
fn diskette_is_what_its_image_is() {
    for image in golden_images() {
        let Some((scene, drive)) = drive_with(&image) else { return };
        let (on_drive, code) = one(&scene, &["inspect", "--json", drive.path()]);
        assert_eq!((on_drive.path.as_str(), code), (drive.path(), Some(0)));
        let (as_file, _) = one(&scene, &["inspect", "--json", &image.name]);
        // A diskette is converted where it is, an image into a copy.
        let step = format!("addpack convert {} (one way; asks first)", drive.path());
        assert_eq!(on_drive.next_step, step);
        let step = format!("-o converted {} (asks first; the image stays)", image.name);
        assert_eq!(as_file.next_step, format!("addpack convert {step}"));
        let plan = scene.run(&["plan", drive.path()]).stdout;
        // A pack behind a gap is not converted for a plan.
        let is_planned = !plan.contains("\nGaps\n");
        let command = format!("  addpack convert {} ", drive.path());
        assert_eq!(plan.contains(&command), is_planned, "{plan}");
        let (path, next_step) = (as_file.path.clone(), as_file.next_step.clone());
        assert_eq!(Image { path, next_step, ..on_drive }, as_file);
        assert!(image.old == scene.read(&image.name));
    }
}

#[test]
fn diskette_is_converted_as_its_image_is_and_only_once() {
    for image in golden_images() {
        let Some((scene, drive)) = drive_with(&image) else { return };
        for outcome in ["converted", "already-converted"] {
            let (report, code) = one(&scene, &["convert", "--yes", "--json", drive.path()]);
            assert_eq!((report.outcome.as_str(), code), (outcome, Some(0)), "{report:?}");
            assert!(image.new == scene.read(&image.name), "{}: {outcome}", image.name);
        }
    }
}

#[test]
fn copy_of_a_converted_diskette_is_refused() {
    let image = PackImage::golden("applied-1440.img");
    let Some((scene, drive)) = drive_with(&image) else { return };
    one(&scene, &["convert", "--yes", "--json", drive.path()]);
    std::fs::write(scene.path("copy.img"), &image.old).unwrap();
    drive.insert(&scene.path("copy.img"));
    let (report, code) = one(&scene, &["convert", "--yes", "--json", drive.path()]);
    assert_eq!((report.findings[0].code.as_str(), code), ("copy-of-converted", Some(1)));
    assert!(image.old == scene.read("copy.img"));
}

#[test]
fn without_yes_and_a_terminal_a_diskette_is_not_touched() {
    let image = PackImage::golden("applied-1440.img");
    let Some((scene, drive)) = drive_with(&image) else { return };
    scene.run(&["convert", drive.path()]).ends(2);
    scene.run(&["convert", "--dry-run", drive.path()]).ends(0);
    assert!(image.old == scene.read(&image.name));
}

#[test]
fn copy_of_a_diskette_is_a_whole_image_and_the_diskette_stays_as_it_was() {
    for image in golden_images() {
        let Some((scene, drive)) = drive_with(&image) else { return };
        let (report, code) = one(&scene, &[&CONVERT[..], &["-o", "out", drive.path()]].concat());
        assert_eq!((report.outcome.as_str(), code), ("converted", Some(0)), "{report:?}");
        let copy = report.output.unwrap();
        let serial = report.record.unwrap().serial;
        assert_eq!(copy, format!("out/{serial}.img"));
        assert!(image.new == scene.read(&copy), "{}", image.name);
        assert!(image.old == scene.read(&image.name), "{}", image.name);
        let (report, _) = one(&scene, &[&CONVERT[..], &["-o", "out", drive.path()]].concat());
        assert_eq!(report.outcome, "already-converted");
    }
}

#[test]
fn drives_in_a_folder_are_not_walked_into() {
    let scene = Scene::with(&["unused-720.img"]);
    let Some(drive) = Loop::with(&scene.path("unused-720.img")) else { return };
    std::os::unix::fs::symlink(drive.path(), scene.path("drive.img")).unwrap();
    let (images, summary, _) = scene.json(&["inspect", "--json", "."]);
    assert_eq!((outcomes(&images), summary.skipped), (vec!["convertible"], 1));
    // A link that is named is followed.
    let (report, _) = one(&scene, &["inspect", "--json", "drive.img"]);
    assert_eq!(report.outcome, "convertible");
}

#[test]
fn ledger_is_checked_by_the_diskette_that_is_in_the_drive() {
    let image = PackImage::golden("applied-1440.img");
    let Some((scene, drive)) = drive_with(&image) else { return };
    scene.run(&["convert", "--yes", drive.path()]);
    scene.run(&["ledger", "check"]).is(0, "1 of 1 conversion is as the ledger says\n", "");
    let other = PackImage::golden("unused-720.img");
    other.put(&scene, "");
    drive.insert(&scene.path(&other.name));
    let expected = format!(
        "12345-270-0000017-00003: the converted diskette is not in {} now\n1 conversion is on \
         diskettes that are not in the drive; none is wrong\n",
        drive.path()
    );
    scene.run(&["ledger", "check"]).is(0, &expected, "");
}

#[test]
fn a_copy_of_a_converted_diskette_names_the_label_of_that_one() {
    let image = PackImage::golden("applied-1440.img");
    let Some((scene, drive)) = drive_with(&image) else { return };
    std::fs::write(scene.path("copy.img"), &image.old).unwrap();
    one(&scene, &[&CONVERT[..], &[drive.path()]].concat());
    drive.insert(&scene.path("copy.img"));
    for path in [drive.path(), "copy.img"] {
        let shown =
            scene.run(&["inspect", path]).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        let holder = "use the converted one, the diskette whose label says 12345-270-0000017-00003";
        assert!(shown.contains(holder), "{shown}");
    }
}
