//! `addpack convert`: in place, into copies, dry, asked and unasked.

use crate::support::scene::{EPOCH, Ran, Scene, testdata};

const CONVERTED: &str = "\
applied-1440.img
  Verdict    converted: done now, read back and verified
  Serial     12345-270-0000017-00003
  Size       5 licenses
  Version    4.5
  Made       2 Mar 1998
  Converted  23 Nov 2026 12:00 UTC
  Server     SBSNT1 (00:A0:C9:14:C8:29)
  Licenses   from 5 to 10

  Next       write 4.5 on its label: it fits 4.0 and 4.5 servers alike
  See        addpack explain converted
";

#[test]
fn one_image_is_converted_in_place_and_shown_as_a_card() {
    let scene = Scene::with(&["applied-1440.img"]);
    scene.run(&["convert", "--yes", "applied-1440.img"]).is(0, CONVERTED, "");
    let record = std::fs::read(testdata("records/applied.45.rec")).unwrap();
    let image = scene.read("applied-1440.img");
    assert!(image.windows(2048).any(|bytes| bytes == record));
}

#[test]
fn converting_twice_is_converting_once() {
    let scene = Scene::with(&["reapplied-360.img", "converted-unfinished-360.img"]);
    let (images, ..) = scene.json(&["convert", "--yes", "--json", "."]);
    assert!(images.iter().all(|image| image.outcome == "converted"), "{images:?}");
    let once = (scene.read("reapplied-360.img"), scene.read("converted-unfinished-360.img"));
    let (images, _, code) = scene.json(&["convert", "--yes", "--json", "."]);
    assert!(images.iter().all(|image| image.outcome == "already-converted"), "{images:?}");
    assert_eq!(code, Some(0));
    assert!(once == (scene.read("reapplied-360.img"), scene.read("converted-unfinished-360.img")));
}

#[test]
fn only_convertible_images_change_and_the_rest_keep_every_byte() {
    let scene = Scene::new();
    let mut before = Vec::new();
    for entry in std::fs::read_dir(testdata("images")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        scene.image(&name, &name);
        before.push((scene.read(&name), name));
    }
    let (images, summary, code) = scene.json(&["convert", "--yes", "--json", "-j", "3", "."]);
    assert_eq!((images.len(), summary.outcomes["converted"], code), (19, 7, Some(1)));
    for (bytes, name) in before {
        let image = images.iter().find(|i| i.path.ends_with(&format!("/{name}"))).unwrap();
        assert_eq!(bytes != scene.read(&name), image.outcome == "converted", "{name}");
    }
}

const WITHOUT_A_TERMINAL: &str = "addpack: convert is one-way and asks first, and there is no \
terminal to ask at: say --yes, or --dry-run\n";

#[test]
fn without_a_terminal_and_without_yes_nothing_is_touched() {
    let scene = Scene::with(&["applied-1440.img"]);
    let before = scene.read("applied-1440.img");
    scene.run(&["convert", "applied-1440.img"]).is(2, "", WITHOUT_A_TERMINAL);
    scene.run(&["convert", "-o", "out", "applied-1440.img"]).is(2, "", WITHOUT_A_TERMINAL);
    assert!(before == scene.read("applied-1440.img") && !scene.path("out").exists());
}

#[test]
fn dry_run_gives_the_verdicts_of_the_real_one_and_writes_nothing() {
    let scene = Scene::new();
    for entry in std::fs::read_dir(testdata("images")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        scene.image(&name, &name);
    }
    scene.pack(99, "protected.img");
    scene.write_protect("protected.img");
    let before = scene.read("applied-1440.img");
    let (dry, dry_summary, dry_code) = scene.json(&["convert", "--dry-run", "--json", "."]);
    assert!(before == scene.read("applied-1440.img"));
    let (real, real_summary, real_code) = scene.json(&["convert", "--yes", "--json", "."]);
    assert_eq!((dry_code, dry_summary.images), (real_code, real_summary.images));
    for (dry, real) in dry.iter().zip(&real) {
        let would = match dry.outcome.as_str() {
            "convertible" | "unfinished-conversion" => "converted",
            other => other,
        };
        assert_eq!((&dry.path, would), (&real.path, real.outcome.as_str()));
        assert_eq!(dry.error, real.error);
    }
    assert_eq!(real_summary.outcomes["failed"], 1);
}

#[test]
fn copies_keep_their_place_and_the_images_are_left_alone() {
    let scene = Scene::new();
    scene.image("applied-1440.img", "in/deep/applied.img");
    scene.image("out-of-order-720.img", "in/refused.img");
    let before = scene.read("in/deep/applied.img");
    let (images, _, code) = scene.json(&["convert", "--yes", "--json", "-o", "out", "in"]);
    assert_eq!((images[0].outcome.as_str(), code), ("converted", Some(1)));
    assert_eq!(images[0].output.as_deref(), Some("out/deep/applied.img"));
    assert!(before == scene.read("in/deep/applied.img"));
    assert!(!scene.path("out/refused.img").exists());
    // The copy is what a conversion in place would have made.
    scene.run(&["convert", "--yes", "--no-ledger", "in/deep/applied.img"]);
    assert!(scene.read("in/deep/applied.img") == scene.read("out/deep/applied.img"));
}

#[cfg(unix)]
#[test]
fn copies_keep_their_mode() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::with(&["applied-1440.img"]);
    let permissions = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(scene.path("applied-1440.img"), permissions).unwrap();
    scene.run(&["convert", "--yes", "-o", "out", "applied-1440.img"]).ends(0);
    let copy = std::fs::metadata(scene.path("out/applied-1440.img")).unwrap();
    assert_eq!(copy.permissions().mode() & 0o7777, 0o640);
}

#[test]
fn copy_that_is_there_is_left_and_another_file_never_overwritten() {
    let scene = Scene::with(&["applied-1440.img", "unused-720.img"]);
    let args = ["convert", "--yes", "--json", "-o", "out", "applied-1440.img"];
    scene.json(&args);
    let (images, _, code) = scene.json(&args);
    assert_eq!((images[0].outcome.as_str(), code), ("already-converted", Some(0)));
    std::fs::write(scene.path("out/unused-720.img"), "precious").unwrap();
    let (images, _, code) =
        scene.json(&["convert", "--yes", "--json", "-o", "out", "unused-720.img"]);
    assert_eq!(images[0].error.as_ref().unwrap().code, "exists");
    assert_eq!((code, scene.read("out/unused-720.img")), (Some(3), b"precious".to_vec()));
}

#[test]
fn of_two_images_with_one_target_the_first_gets_it_whatever_the_workers() {
    for jobs in ["1", "4"] {
        let scene = Scene::new();
        scene.image("applied-1440.img", "a/disk.img");
        scene.image("unused-720.img", "b/disk.img");
        let all = ["-j", jobs, "--json", "-o", "out", "a/disk.img", "b/disk.img"];
        for flag in ["--dry-run", "--yes"] {
            let (images, _, code) = scene.json(&[&["convert", flag][..], &all].concat());
            assert_ne!(images[0].outcome, "failed", "{flag}");
            assert_eq!(images[1].error.as_ref().unwrap().code, "exists", "{flag}");
            assert_eq!(code, Some(3));
        }
    }
}

#[test]
fn folder_for_copies_is_not_walked_and_not_the_one_that_is_read() {
    let scene = Scene::with(&["unused-720.img"]);
    let again = "addpack: -o out: what is in it already is left out of this run\n";
    for stderr in ["", again, again] {
        let ran = scene.run(&["convert", "--yes", "--json", "-o", "out", "."]);
        assert_eq!((ran.stdout.lines().count(), &*ran.stderr), (2, stderr), "{}", ran.stdout);
    }
    let ran = scene.run(&["convert", "--yes", "-o", ".", "."]);
    ran.ends(2);
    assert!(ran.stderr.contains("that is the folder of the images"), "{}", ran.stderr);
}

#[test]
fn conversion_time_that_is_no_number_is_a_wrong_command_line() {
    let scene = Scene::with(&["unused-720.img"]);
    for time in ["tomorrow", "-1", "99999999999999999999", "253402300800"] {
        scene.run_at(time, &["convert", "--yes", "."]).at(&time).code(2);
    }
    assert!(
        scene.read("unused-720.img") == std::fs::read(testdata("images/unused-720.img")).unwrap()
    );
    assert!(EPOCH.parse::<i64>().is_ok());
}

#[test]
fn reader_that_goes_away_does_not_stop_a_conversion() {
    let scene = Scene::new();
    for number in 0..70 {
        scene.pack(number, &format!("{number:02}.img"));
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    Ran::of(scene.command(&["convert", "--yes", "."]).stdout(writer)).is(0, "", "");
    let (_, summary, _) = scene.json(&["inspect", "--json", "."]);
    assert_eq!(summary.outcomes["already-converted"], 70);
}
