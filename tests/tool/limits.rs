//! Limits that a shell sets on what a run may use: the size of files, and how many may be open.

use super::causes::images;
use crate::support::scene::{CONVERT, Ran, Scene, Summary, outcomes};
use std::fs;

#[test]
fn limit_on_the_size_of_files_fails_a_pack_and_the_run_goes_on() {
    let scene = Scene::with(&["applied-1440.img", "unused-20-160.img"]);
    let command = [&CONVERT[..], &["-o", "out", "."]].concat();
    // In blocks of 512 bytes.
    let ran = scene.run_after("ulimit -f 600", &command);
    let images = images(&ran);
    assert_eq!(
        (&outcomes(&images)[..], ran.code),
        (&["failed", "converted"][..], Some(3)),
        "{}",
        ran.stderr
    );
    assert_eq!(images[0].error.as_ref().unwrap().code, "file-size-limit");
    assert!(images[0].next_step.contains("ulimit -f"), "{}", images[0].next_step);
    assert_eq!(fs::read_dir(scene.path("out")).unwrap().count(), 1, "nothing else is left");
    scene.run(&command).ends(0);
    let new = [&CONVERT[..], &["--ledger", "new.db", "."]].concat();
    let ran = scene.run_after("ulimit -f 1", &new);
    assert!(ran.stderr.contains("raise the limit (ulimit -f)"), "{}", ran.stderr);
    ran.ends(3);
}

#[test]
fn where_few_files_may_be_open_fewer_images_are_worked_on_at_a_time() {
    for limit in ["16", "24", "40", "64"] {
        let scene = Scene::new();
        for number in 0..100 {
            scene.pack(number, &format!("in/{number}.img"));
        }
        let limit = format!("ulimit -n {limit}");
        scene.run_after(&limit, &["inspect", "in"]).at(&limit).code(0);
        let ran = scene.run_after(&limit, &[&CONVERT[..], &["-o", "out", "in"]].concat());
        ran.at(&limit).code(0);
        let ran = scene.run_after(&limit, &[&CONVERT[..], &["--no-ledger", "in"]].concat());
        ran.at(&limit).code(0);
    }
}

/// Few threads take many images at a time, and the images of three groups are open.
#[test]
fn where_files_suffice_for_a_group_that_is_just_not_full_none_is_lacking() {
    for limit in ["250", "318", "330"] {
        let scene = Scene::new();
        for number in 0..200 {
            scene.pack(number, &format!("in/{number}.img"));
        }
        let limit = format!("ulimit -n {limit}");
        for more in [&["-o", "out"][..], &["--no-ledger"]] {
            let args = [&CONVERT[..], &["-j", "2"], more, &["in"]].concat();
            scene.run_after(&limit, &args).at(&limit).code(0);
        }
    }
}

#[test]
fn request_that_the_disk_has_no_room_for_names_its_file_and_no_other() {
    let scene = Scene::with(&["out-of-order-720.img"]);
    let ran = scene.run_after("ulimit -f 1", &["replace", "--no-ledger", ".", "-o", "request.txt"]);
    ran.ends(3);
    let said = "addpack: the report could not be written: request.txt: ";
    assert!(ran.stderr.starts_with(said) && !ran.stderr.contains("tmp"), "{}", ran.stderr);
    assert_eq!(fs::read_dir(scene.path("")).unwrap().count(), 1, "nothing is left");
}

/// Folders in folders, so that what is reported of an image in them is long.
fn deep_folder(scene: &Scene) -> String {
    let folder = [&*"f".repeat(200); 10].join("/");
    fs::create_dir_all(scene.path(&folder)).unwrap();
    folder
}

/// The limit, in blocks of 512 bytes, where the first block of waiting reports does not fit into its file.
const NO_ROOM_FOR_REPORTS: &str = "ulimit -f 500";

/// Checks that reports were lost, that it is said where, and that the summary counts those that were shown.
#[track_caller]
fn lost_some_of(ran: &Ran, all: usize) {
    let shown = images(ran).len();
    assert!(0 < shown && shown < all, "{shown} of {all}");
    let folder = std::env::temp_dir();
    let said = "addpack: the report could not be written: the temporary folder ";
    assert!(ran.stderr.starts_with(&format!("{said}{}: ", folder.display())), "{}", ran.stderr);
    let summary: Summary = serde_json::from_str(ran.stdout.lines().last().unwrap()).unwrap();
    assert_eq!((summary.images, summary.exit_code), (shown as u64, 3));
    ran.ends(3);
}

#[test]
fn reports_that_the_disk_has_no_room_for_are_said_to_be_lost_and_those_before_them_are_whole() {
    let scene = Scene::new();
    let folder = deep_folder(&scene);
    for number in 0..500 {
        fs::write(scene.path(&format!("{folder}/{number}.img")), "").unwrap();
    }
    let all = scene.run(&["inspect", "--json", "."]);
    assert!(all.stdout.len() > 2 << 18, "more than two blocks wait");
    let ran = scene.run_after(NO_ROOM_FOR_REPORTS, &["inspect", "--json", "."]);
    lost_some_of(&ran, 500);
    let (shown, _) = ran.stdout.trim_end().rsplit_once('\n').unwrap();
    assert!(all.stdout.starts_with(&format!("{shown}\n")));
}

#[test]
fn no_image_gets_the_report_of_another_where_the_disk_has_no_room_for_reports() {
    let scene = Scene::new();
    let folder = deep_folder(&scene);
    let pack = |number: u32| {
        let image = scene.pack(number, &format!("{folder}/{number:03}.img"));
        // A file with holes: what lies behind the record takes no room.
        let image = fs::File::options().write(true).open(image).unwrap();
        let length = image.metadata().unwrap().len();
        image.set_len(64 << 10).unwrap();
        image.set_len(length).unwrap();
    };
    let command = [&CONVERT[..], &["--no-ledger", "."]].concat();
    (0..150).for_each(pack);
    scene.run(&command).ends(0);
    (150..160).for_each(pack);
    let ran = scene.run_after(NO_ROOM_FOR_REPORTS, &command);
    lost_some_of(&ran, 160);
    let shown: Vec<_> = images(&ran).into_iter().map(|image| (image.path, image.outcome)).collect();
    let outcome_of = |number| if number < 150 { "already-converted" } else { "converted" };
    let of = |number| (format!("./{folder}/{number:03}.img"), outcome_of(number).to_owned());
    let first = shown.len() - 10;
    let expected: Vec<_> = (0..first).chain(150..160).map(of).collect();
    assert!(shown == expected, "the first {first}, and those that were changed");
}
