//! The ledger: one time across copies, and its own commands.

use crate::support::ledger::states;
use crate::support::scene::{CONVERT, Image, Scene, outcomes};
use std::path::Path;
use std::process::Child;

#[test]
fn second_copy_is_refused_with_when_and_where() {
    let scene = Scene::with(&["applied-1440.img"]);
    scene.image("applied-1440.img", "copy.img");
    scene.convert(&["applied-1440.img"]);
    let before = scene.read("copy.img");
    let (images, _, code) = scene.convert(&["copy.img"]);
    assert_eq!((outcomes(&images), code), (vec!["refused"], Some(1)));
    let finding = &images[0].findings[0];
    assert_eq!(finding.code, "copy-of-converted");
    let copy = finding.copy_of.as_ref().unwrap();
    assert_eq!(copy.converted_at, "2026-11-23T12:00:00Z");
    assert_eq!(Path::new(&copy.path), scene.path("applied-1440.img"));
    assert_eq!(copy.target, None);
    assert!(images[0].next_step.starts_with("use the converted one"), "{}", images[0].next_step);
    assert!(before == scene.read("copy.img"));
}

#[test]
fn of_a_ledger_and_none_the_last_counts() {
    let scene = Scene::with(&["applied-1440.img"]);
    for (options, is_made) in [
        (["--ledger", "one.db", "--no-ledger"], false),
        (["--no-ledger", "--ledger", "one.db"], true),
    ] {
        let arguments = [&["convert", "--yes", "-o", "out"], &options[..], &["applied-1440.img"]];
        scene.run(&arguments.concat()).at(&options).code(0);
        assert_eq!(scene.path("one.db").exists(), is_made, "{options:?}");
    }
    assert!(!scene.ledger().exists());
}

#[test]
fn same_image_again_is_already_converted() {
    let scene = Scene::with(&["applied-1440.img"]);
    scene.convert(&["-o", "out", "applied-1440.img"]);
    // Into the same folder, into another, in place: the pack is converted, and once is enough.
    for more in [&["-o", "out"][..], &["-o", "other"], &[]] {
        let (images, _, code) = scene.convert(&[more, &["applied-1440.img"]].concat());
        assert_eq!((outcomes(&images), code), (vec!["already-converted"], Some(0)), "{more:?}");
        assert!(images[0].output.as_deref().unwrap().ends_with("out/applied-1440.img"));
    }
    assert!(!scene.path("other/applied-1440.img").exists());
}

#[test]
fn image_that_was_converted_into_a_copy_keeps_its_own_version_and_is_not_to_be_used() {
    let scene = Scene::with(&["applied-1440.img"]);
    let converting = scene.run(&["convert", "--yes", "-o", "out", "applied-1440.img"]).stdout;
    let inspecting = scene.run(&["inspect", "applied-1440.img"]).stdout;
    for shown in [&converting, &inspecting] {
        let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains("this image is not converted itself: do not use it"), "{shown}");
        assert!(!shown.contains("Version 4.5 Made"), "{shown}");
    }
    assert!(inspecting.contains("  Version    4.0; its copy is 4.5\n"), "{inspecting}");
    let (images, _, code) = scene.json(&["inspect", "--json", "applied-1440.img"]);
    assert_eq!((outcomes(&images), code), (vec!["already-converted"], Some(0)));
    assert_eq!(images[0].record.as_ref().unwrap().version, "4.0");
}

#[test]
fn copy_of_an_image_that_was_converted_into_a_copy_is_converted_in_that() {
    let scene = Scene::with(&["applied-1440.img"]);
    scene.image("applied-1440.img", "copy.img");
    scene.convert(&["-o", "out", "applied-1440.img"]);
    let before = scene.read("copy.img");
    let (images, _, code) = scene.convert(&["copy.img"]);
    assert_eq!((outcomes(&images), code), (vec!["already-converted"], Some(0)));
    let target = scene.path("out/applied-1440.img");
    assert_eq!(images[0].output.as_deref().map(Path::new), Some(&*target));
    assert!(before == scene.read("copy.img"));
}

#[test]
fn old_backup_over_a_converted_image_is_a_copy_until_it_is_released() {
    let scene = Scene::with(&["applied-1440.img"]);
    scene.convert(&["."]);
    scene.image("applied-1440.img", "applied-1440.img");
    assert_eq!(outcomes(&scene.convert(&["."]).0), ["refused"]);
    let serial = "12345-270-0000017-00003";
    let ran = scene.run(&["ledger", "release", "--yes", serial]);
    ran.is(0, &format!("{serial} is released: a copy of it can be converted\n"), "");
    assert_eq!(outcomes(&scene.convert(&["."]).0), ["converted"]);
}

#[test]
fn of_100_copies_the_first_is_converted_and_99_are_copies() {
    for more in [&[][..], &["--no-ledger"]] {
        let scene = Scene::new();
        for number in 0..100 {
            scene.pack(7, &format!("{number:02}.img"));
        }
        let (images, summary, code) = scene.convert(&[&["-j", "4", "."], more].concat());
        assert_eq!((images[0].outcome.as_str(), code), ("converted", Some(0)));
        assert_eq!(summary.outcomes["copy"], 99);
        let named = |image: &Image| image.counts.as_ref().unwrap().path.clone();
        assert!(images[1..].iter().all(|image| named(image).ends_with("/00.img")));
    }
}

#[test]
fn dry_run_and_inspect_foresee_copies_and_twins() {
    let scene = Scene::with(&["unused-720.img"]);
    scene.pack(1, "a.img");
    scene.pack(1, "b.img");
    scene.convert(&["unused-720.img"]);
    scene.image("unused-720.img", "copy.img");
    let (dry, _, code) = scene.json(&["convert", "--dry-run", "--json", "."]);
    assert_eq!(outcomes(&dry), ["convertible", "copy", "copy", "already-converted"]);
    assert_eq!(code, Some(0));
    let (seen, ..) = scene.json(&["inspect", "--json", "."]);
    assert_eq!(seen, dry);
    assert_eq!(seen[1].counts.as_ref().unwrap().path, "./a.img");
    let (real, ..) = scene.convert(&["."]);
    assert_eq!(outcomes(&real), ["converted", "copy", "copy", "already-converted"]);
}

#[test]
fn of_32_processes_over_the_same_200_images_one_converts_each_pack() {
    let scene = Scene::new();
    for number in 0..200 {
        scene.pack(number, &format!("{number:03}.img"));
    }
    let start = |_| {
        let mut command = scene.command(&[&CONVERT[..], &["."]].concat());
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        command.spawn().unwrap()
    };
    let rivals: Vec<Child> = (0..32).map(start).collect();
    let mut converted = vec![0; 200];
    for rival in rivals {
        let output = rival.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let stdout = String::from_utf8(output.stdout).unwrap();
        let (_, images) = stdout.trim_end().rsplit_once('\n').map(|(a, b)| (b, a)).unwrap();
        for (number, line) in images.lines().enumerate() {
            let image: Image = serde_json::from_str(line).unwrap();
            match image.outcome.as_str() {
                "converted" => converted[number] += 1,
                "already-converted" => {}
                _ => assert_eq!(image.error.as_ref().unwrap().code, "in-use", "{image:?}"),
            }
        }
    }
    assert_eq!(converted, vec![1; 200]);
    assert_eq!(states(&scene.ledger()), ["done"; 200]);
    scene.run(&["ledger", "check"]).is(0, "200 of 200 conversions are as the ledger says\n", "");
}

#[test]
fn of_two_copies_in_two_processes_one_is_converted() {
    for _ in 0..20 {
        let scene = Scene::new();
        scene.pack(3, "a.img");
        scene.pack(3, "b.img");
        let start = |name: &&str| {
            let mut command = scene.command(&[&CONVERT[..], &[name]].concat());
            command.stdout(std::process::Stdio::piped()).spawn().unwrap()
        };
        let rivals: Vec<Child> = ["a.img", "b.img"].iter().map(start).collect();
        let mut outcomes: Vec<String> = rivals
            .into_iter()
            .map(|rival| {
                let output = rival.wait_with_output().unwrap();
                let stdout = String::from_utf8(output.stdout).unwrap();
                let image: Image = serde_json::from_str(stdout.lines().next().unwrap()).unwrap();
                image.error.map_or(image.outcome, |error| error.code)
            })
            .collect();
        outcomes.sort();
        assert_eq!(outcomes[0], "converted", "{outcomes:?}");
        assert!(["refused", "in-use"].contains(&outcomes[1].as_str()), "{outcomes:?}");
    }
}

#[test]
fn converted_pack_that_is_met_is_entered_and_its_copies_are_reported() {
    let scene = Scene::new();
    scene.pack(5, "a.img");
    scene.pack(5, "0-twin.img");
    scene.run(&["convert", "--yes", "--no-ledger", "a.img"]);
    // In the order of the names the copy comes first; the converted one is known all the same.
    let (dry, _, code) = scene.json(&["convert", "--dry-run", "--json", "."]);
    assert_eq!((outcomes(&dry), code), (vec!["copy", "already-converted"], Some(0)));
    let (seen, ..) = scene.json(&["inspect", "--json", "."]);
    assert_eq!(seen, dry);
    let (images, _, code) = scene.convert(&["."]);
    assert_eq!((outcomes(&images), code), (vec!["copy", "already-converted"], Some(0)));
    assert_eq!(states(&scene.ledger()), ["done"]);
    scene.run(&["ledger", "check"]).is(0, "1 of 1 conversion is as the ledger says\n", "");
}

#[test]
fn copy_that_is_gone_is_made_again_with_the_same_bytes() {
    let scene = Scene::with(&["applied-1440.img"]);
    scene.convert(&["-o", "out", "applied-1440.img"]);
    let copy = scene.read("out/applied-1440.img");
    std::fs::remove_dir_all(scene.path("out")).unwrap();
    let (seen, ..) = scene.json(&["inspect", "--json", "applied-1440.img"]);
    assert_eq!((&*seen[0].outcome, &*seen[0].notes[0].code), ("convertible", "copy-missing"));
    let again = [&CONVERT[..], &["-o", "else", "applied-1440.img"]].concat();
    scene.run_at("1800000000", &again).ends(0);
    assert!(copy == scene.read("else/applied-1440.img"));
    scene.run(&["ledger", "check"]).is(0, "1 of 1 conversion is as the ledger says\n", "");
}

#[cfg(unix)]
#[test]
fn pipe_in_the_place_of_a_copy_does_not_make_a_run_wait() {
    let scene = Scene::with(&["unused-720.img"]);
    std::fs::create_dir(scene.path("out")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(scene.path("out/unused-720.img")).status();
    assert!(made.unwrap().success());
    let (images, ..) = scene.convert(&["-o", "out", "unused-720.img"]);
    assert_eq!(images[0].error.as_ref().unwrap().code, "exists");
}
