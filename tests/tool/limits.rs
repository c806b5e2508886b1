//! Limits that a shell sets on what a run may use: the size of files, and how many may be open.

use super::causes::images;
use crate::support::scene::{CONVERT, Ran, Scene, outcomes};
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

/// Few threads take many images at a time, and the images of two groups are open.
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

#[test]
fn reports_that_the_disk_has_no_room_for_are_said_to_be_lost_and_the_others_are_whole() {
    let scene = Scene::new();
    let folder = [&*"f".repeat(200); 3].join("/");
    fs::create_dir_all(scene.path(&folder)).unwrap();
    for number in 0..800 {
        fs::write(scene.path(&format!("{folder}/{number}.img")), "").unwrap();
    }
    let all = scene.run(&["inspect", "--json", "."]);
    assert!(all.stdout.len() > 2 << 18, "more than two blocks wait");
    // In blocks of 512 bytes: the first block that is written to the file does not fit.
    let ran = scene.run_after("ulimit -f 500", &["inspect", "--json", "."]);
    let images =
        |ran: &Ran| ran.stdout.lines().rev().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let (all, left) = (images(&all), images(&ran));
    assert!(left.len() < all.len() && left.iter().all(|line| all.contains(line)));
    assert!(ran.stderr.contains("the report could not be written: "), "{}", ran.stderr);
    ran.ends(3);
}
