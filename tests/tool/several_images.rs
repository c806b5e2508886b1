//! Several images of one pack: which one counts, and what every command makes of the others.

use crate::support::planned::Planned;
use crate::support::scene::{Image, Scene, outcomes};
use crate::support::simulator::{Pack, Release, Server, sample};
use std::fs;

const MADE_AT: u64 = 125_411_328_000_000_000;

fn serial(number: u16) -> String {
    format!("12345-270-0000777-{number:05}")
}

fn put(scene: &Scene, name: &str, pack: &Pack) {
    let path = scene.path(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, pack.image()).unwrap();
}

/// An unused pack, the same applied on server 1, and the same transferred to server 2.
fn life(number: u16) -> [Pack; 3] {
    let unused = Pack::unused_40(&serial(number), 5, MADE_AT);
    let mut applied = unused.clone();
    assert!(sample::server(Release::V40, 1).apply(&mut applied));
    let mut moved = applied.clone();
    assert!(sample::server(Release::V40, 2).transfer(&mut moved));
    [unused, applied, moved]
}

fn spoilt(pack: &Pack, server: &mut Server) -> Pack {
    let mut spoilt = pack.clone();
    assert!(server.spoil(&mut spoilt, true));
    spoilt
}

fn codes(images: &[Image]) -> Vec<&str> {
    images.iter().map(|image| image.findings.first().map_or("", |f| f.code.as_str())).collect()
}

#[test]
fn the_latest_state_is_converted_and_planned_whatever_the_order_of_the_paths() {
    let scene = Scene::new();
    for number in 0..3 {
        let [_, applied, moved] = life(number);
        put(&scene, &format!("backup-1998/{number}.img"), &applied);
        put(&scene, &format!("current/{number}.img"), &moved);
    }
    let planned = Planned::read(&scene.run(&["plan", "--json", "."]).stdout);
    let applied = planned.steps.iter().filter(|step| step.action != "turn-away");
    assert!(applied.clone().all(|step| step.path.starts_with("./current/")), "{planned:?}");
    for folders in [["backup-1998", "current"], ["current", "backup-1998"]] {
        let (images, _, code) = scene.json(&[&["inspect", "--json"][..], &folders].concat());
        assert_eq!(code, Some(0));
        for image in images {
            let is_old = image.path.starts_with("backup");
            assert_eq!(image.outcome, if is_old { "copy" } else { "convertible" });
            let counts = image.counts.map(|counts| (counts.path, counts.relation));
            let newer = image.path.replace("backup-1998", "current");
            assert_eq!(counts, is_old.then(|| (newer, "earlier".to_owned())));
        }
    }
    let (images, _, code) = scene.convert(&["backup-1998", "current"]);
    let (copy, converted) = ("copy", "converted");
    assert_eq!(outcomes(&images), [copy, copy, copy, converted, converted, converted]);
    assert_eq!(code, Some(0));
}

#[test]
fn used_image_is_converted_and_the_unused_one_before_it_is_a_copy() {
    let scene = Scene::new();
    let [unused, applied, _] = life(1);
    put(&scene, "a.img", &unused);
    put(&scene, "b.img", &applied);
    put(&scene, "c.img", &applied);
    let (images, ..) = scene.convert(&["."]);
    assert_eq!(outcomes(&images), ["copy", "converted", "copy"]);
    let lines = scene.run(&["inspect", "--no-ledger", "."]).stdout;
    assert!(lines.contains("./a.img (an earlier state of ./b.img, which counts)\n"), "{lines}");
    let relation = |image: &Image| image.counts.as_ref().unwrap().relation.clone();
    assert_eq!((relation(&images[0]), relation(&images[2])), ("earlier".into(), "same".into()));
}

#[test]
fn refused_image_alone_names_the_sound_copy_if_the_ledger_has_its_pack_converted() {
    let scene = Scene::new();
    let [_, applied, _] = life(1);
    put(&scene, "sound.img", &applied);
    put(&scene, "late.img", &spoilt(&applied, &mut sample::server(Release::V45, 1)));
    let next_step = || {
        let (images, _, code) = scene.json(&["inspect", "--json", "late.img"]);
        assert_eq!((outcomes(&images), code), (vec!["refused"], Some(1)));
        images[0].next_step.clone()
    };
    assert!(next_step().starts_with("ask for a replacement"), "{}", next_step());
    assert_eq!(scene.convert(&["-o", "out", "sound.img"]).2, Some(0));
    assert!(next_step().contains("out/sound.img, which is sound"), "{}", next_step());
    let request = scene.run(&["replace", "late.img"]);
    assert!(request.stderr.contains("out/sound.img"), "{}{}", request.stdout, request.stderr);
    // The ledger alone is no proof: the copy must be there, and be that pack.
    put(&scene, "out/sound.img", &life(2)[1]);
    assert!(next_step().starts_with("ask for a replacement"), "{}", next_step());
    std::fs::remove_file(scene.path("out/sound.img")).unwrap();
    assert!(next_step().starts_with("ask for a replacement"), "{}", next_step());
}

#[test]
fn sound_image_stands_in_for_a_later_one_that_is_corrupt() {
    let scene = Scene::new();
    let [_, applied, _] = life(1);
    put(&scene, "early.img", &applied);
    put(&scene, "late.img", &spoilt(&applied, &mut sample::server(Release::V45, 1)));
    let (images, _, code) = scene.json(&["inspect", "--json", "."]);
    assert_eq!((outcomes(&images), code), (vec!["convertible", "refused"], Some(1)));
    assert!(images[1].notes.iter().any(|note| note.code == "sound-image"), "{images:?}");
    assert!(images[1].next_step.contains("./early.img"), "{}", images[1].next_step);
    let request = scene.run(&["replace", "."]);
    let left_out = "addpack: ./late.img is left out of the request: a sound image of this pack: ./early.img; \
                    do not use this diskette\naddpack: there is nothing to ask for\n";
    assert_eq!((&*request.stdout, &*request.stderr), ("", left_out));
    assert_eq!(outcomes(&scene.convert(&["."]).0), ["converted", "refused"]);
}

#[test]
fn sound_image_with_a_binding_that_is_no_longer_so_is_refused() {
    let scene = Scene::new();
    let [_, applied, moved] = life(1);
    put(&scene, "early.img", &applied);
    put(&scene, "late.img", &spoilt(&moved, &mut sample::server(Release::V45, 2)));
    let (images, ..) = scene.convert(&["."]);
    assert_eq!(outcomes(&images), ["refused", "refused"]);
    assert_eq!(codes(&images), ["newer-state-refused", "post-upgrade-reapply"]);
    assert_eq!(images[0].findings[0].images, ["./late.img"]);
    // The pack is asked for once.
    let request = scene.run(&["replace", "--json", "."]);
    assert_eq!(request.stdout.matches("\"path\":\"./late.img\"").count(), 1, "{}", request.stdout);
    assert_eq!(request.stdout.lines().count(), 2, "{}", request.stdout);
    assert!(
        request.stderr.contains("./early.img is left out of the request"),
        "{}",
        request.stderr
    );
}

#[test]
fn two_lives_of_a_pack_are_refused_and_so_are_two_packs_with_one_serial() {
    let scene = Scene::new();
    let [unused, applied, moved] = life(1);
    let mut other = applied.clone();
    sample::reapply(&mut other, &mut sample::server(Release::V40, 1));
    for (name, pack) in [("a.img", &unused), ("b.img", &moved), ("c.img", &other)] {
        put(&scene, name, pack);
    }
    let (images, ..) = scene.convert(&["."]);
    assert_eq!(codes(&images), ["diverged-copies"; 3]);
    assert_eq!(images[0].findings[0].images, ["./b.img", "./c.img"]);
    assert!(images[0].findings[0].message.contains("number 1"), "{images:?}");
    let clash = Scene::new();
    put(&clash, "a.img", &Pack::unused_40(&serial(1), 5, MADE_AT));
    put(&clash, "b.img", &Pack::unused_40(&serial(1), 20, MADE_AT));
    let (images, _, code) = clash.convert(&["."]);
    assert_eq!((codes(&images), code), (vec!["serial-clash"; 2], Some(1)));
    // None of them is asked for: which image is the pack, a person must find out.
    for scene in [scene, clash] {
        let request = scene.run(&["replace", "."]);
        assert!(request.stdout.is_empty(), "{}", request.stdout);
        assert!(
            request.stderr.contains("./b.img is left out of the request"),
            "{}",
            request.stderr
        );
        let plan = scene.run(&["plan", "."]).stdout;
        assert!(!plan.contains("addpack replace"), "{plan}");
    }
}

#[test]
fn folder_of_copies_is_a_set_that_can_be_used() {
    let scene = Scene::new();
    let [_, applied, _] = life(1);
    put(&scene, "in/used.img", &applied);
    put(&scene, "in/converted.img", &sample::converted(&life(2)[0]));
    put(&scene, "in/issued.img", &Pack::issued_45(&serial(3), 5, MADE_AT));
    let reaches = |paths: &[&str]| {
        let ran = scene.run(&[&["plan", "--json", "--name", "SERVER-1"], paths].concat());
        let last = ran.stdout.lines().last().unwrap().to_owned();
        let summary: serde_json::Value = serde_json::from_str(&last).unwrap();
        summary["reaches"].as_u64().unwrap_or_else(|| panic!("{last} {}", ran.stderr))
    };
    let before = reaches(&["in"]);
    let (images, _, code) = scene.convert(&["-o", "out", "in"]);
    assert_eq!(outcomes(&images), ["already-converted", "issued-4.5", "converted"]);
    assert!(images.iter().all(|image| image.output.is_some()) && code == Some(0));
    let elsewhere = scene.run(&["convert", "--yes", "-o", "out2", "in"]);
    assert!(elsewhere.stdout.contains("in/used.img (the copy is "), "{}", elsewhere.stdout);
    assert!(!scene.path("out2/used.img").exists() && elsewhere.code == Some(0));
    assert!(scene.read("out/issued.img") == scene.read("in/issued.img"));
    for paths in [&["in"][..], &["out"], &["in", "out"], &["out", "in"]] {
        assert_eq!(reaches(paths), before, "{paths:?}");
    }
    let (again, _, code) = scene.convert(&["-o", "out", "in"]);
    assert_eq!(outcomes(&again), ["already-converted", "issued-4.5", "already-converted"]);
    assert_eq!(code, Some(0));
    fs::remove_file(scene.path("out/used.img")).unwrap();
    scene.run(&["plan", "in"]).ends(1);
}

#[test]
fn release_refuses_while_the_pack_is_there_and_two_conversions_are_reported() {
    let scene = Scene::new();
    let [_, applied, _] = life(1);
    put(&scene, "a.img", &applied);
    put(&scene, "copy.img", &applied);
    scene.convert(&["a.img"]);
    let release = ["ledger", "release", "--yes", &serial(1)];
    let ran = scene.run(&release);
    assert!(
        ran.code == Some(2) && ran.stderr.contains("a.img holds the converted pack"),
        "{ran:?}"
    );
    let ran = scene.run(&[&release[..], &["--although-it-is-there"]].concat());
    assert!(ran.code == Some(0) && ran.stderr.contains("two packs with one serial"), "{ran:?}");
    scene.run_at("1800000000", &["convert", "--yes", "copy.img"]).ends(0);
    let ran = scene.run(&["ledger", "check"]);
    let names_both = ["two-converted", "/a.img holds", "/copy.img; the two count as one pack"];
    assert!(
        ran.code == Some(1) && names_both.iter().all(|part| ran.stdout.contains(part)),
        "{ran:?}"
    );
    let (images, _, code) = scene.json(&["inspect", "--json", "."]);
    assert_eq!((codes(&images), code), (vec!["two-converted"; 2], Some(1)));
    assert_eq!(images[0].findings[0].images, ["./a.img", "./copy.img"]);
}

#[test]
fn images_that_were_not_read_are_counted() {
    let scene = Scene::new();
    put(&scene, "a.img", &life(1)[1]);
    fs::create_dir(scene.path("b.img")).unwrap();
    fs::write(scene.path("bad.gz"), b"\x1f\x8b\x08\x00cut off").unwrap();
    let (_, summary, _) = scene.convert(&["."]);
    assert_eq!(summary.unread, 1);
    put(&scene, "a.img", &life(2)[1]);
    let text = scene.run(&["convert", "--yes", "."]).stdout;
    assert!(text.contains("the record of 1 image could not be read"), "{text}");
}

#[test]
fn only_what_a_report_calls_convertible_is_converted() {
    let scene = Scene::new();
    for number in 0..3 {
        put(&scene, &format!("in/{number}.img"), &life(number)[1]);
    }
    let report = scene.run(&["inspect", "--json", "in"]).stdout;
    let (first, _) = report.split_once("\n{\"type\":\"image\"").unwrap();
    let summary = report.lines().last().unwrap();
    fs::write(scene.path("cut.jsonl"), &report[..report.len() - summary.len() - 1]).unwrap();
    let only = |file: &str| scene.run(&["convert", "--yes", "--json", "--only-as", file, "in"]);
    let ran = only("cut.jsonl");
    assert!(ran.code == Some(2) && ran.stderr.contains("cut off"), "{ran:?}");
    fs::write(scene.path("one.jsonl"), format!("{first}\n{summary}\n")).unwrap();
    put(&scene, "in/1.img", &life(1)[2]);
    let (images, summary, code) = {
        let ran = only("one.jsonl");
        let lines: Vec<_> = ran.stdout.lines().map(str::to_owned).collect();
        let images: Vec<Image> =
            lines[..3].iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let summary: crate::support::scene::Summary = serde_json::from_str(&lines[3]).unwrap();
        (images, summary, ran.code)
    };
    assert_eq!(outcomes(&images), ["converted", "convertible", "convertible"]);
    assert!(images[1].notes.iter().any(|note| note.code == "left-out"));
    assert_eq!((summary.left_out, code), (2, Some(0)));
    fs::write(scene.path("all.jsonl"), report).unwrap();
    // The second one is in another state than the report saw.
    let outcomes: Vec<_> = only("all.jsonl").stdout.lines().map(str::to_owned).collect();
    assert!(
        outcomes[1].contains("left-out") && outcomes[2].contains("\"converted\""),
        "{outcomes:?}"
    );
}
