//! `addpack ledger` and its commands: what they show, and what they check.

use crate::support::ledger::{number, states};
use crate::support::scene::Scene;

#[test]
fn done_conversions_keep_no_records_and_can_be_queried() {
    let scene = Scene::with(&["unused-720.img", "applied-1440.img"]);
    scene.convert(&["."]);
    let ledger = scene.ledger();
    assert_eq!(states(&ledger), ["done"; 2]);
    assert_eq!(number(&ledger, "SELECT count(*) FROM journal"), 0);
    assert_eq!(number(&ledger, "SELECT min(converted_at) FROM conversion"), 1_795_435_200);
    assert_eq!(number(&ledger, "PRAGMA user_version"), 5);
}

const CHECKED: &str = "\
12345-270-0000017-00003: PATH/applied-1440.img does not hold the converted pack
12345-270-0000017-00001: PATH/unused-720.img is gone
1 of 3 conversions are as the ledger says
";

#[test]
fn check_reports_what_the_converted_files_hold() {
    let scene = Scene::with(&["unused-720.img", "applied-1440.img", "reapplied-360.img"]);
    scene.convert(&["."]);
    scene.run(&["ledger", "check"]).is(0, "3 of 3 conversions are as the ledger says\n", "");
    std::fs::remove_file(scene.path("unused-720.img")).unwrap();
    scene.image("applied-1440.img", "applied-1440.img");
    let folder = scene.path("");
    let ran = scene.run(&["ledger", "check"]);
    let path = folder.to_str().unwrap().replace('\\', "/");
    let path = path.trim_end_matches('/');
    assert_eq!((ran.stdout.replace(path, "PATH").as_str(), ran.code), (CHECKED, Some(1)));
}

#[test]
fn check_reports_a_clean_up_that_is_not_finished() {
    let scene = Scene::with(&["reapplied-360.img"]);
    let before = scene.read("reapplied-360.img");
    scene.convert(&["."]);
    let mut image = scene.read("reapplied-360.img");
    let at = (0..image.len()).rfind(|&at| before[at] != image[at]).unwrap();
    image[at] = before[at];
    std::fs::write(scene.path("reapplied-360.img"), image).unwrap();
    let ran = scene.run(&["ledger", "check"]);
    assert!(ran.stdout.contains("its clean-up is not finished"), "{}", ran.stdout);
    assert!(
        ran.stdout.ends_with("0 of 1 conversion is as the ledger says\n") && ran.code == Some(1)
    );
    scene.convert(&["."]);
    scene.run(&["ledger", "check"]).is(0, "1 of 1 conversion is as the ledger says\n", "");
}

const SHOWN: &str = "\
Serial      12345-270-0000017-00001
Size        5 licenses
State       done: PATH/out/unused-720.img holds the converted pack
Converted   23 Nov 2026 12:00 UTC
Image       PATH/unused-720.img
Into        PATH/out/unused-720.img
4.0 record  SHA-1 5dee90325ba66f41b64dc04c14388ac4179fde03
4.5 record  SHA-1 8cb5ee6f01a0a0d14b4b1a9d1a9a0fb6e0a5a0b0
";

#[test]
fn list_and_show_report_what_was_converted() {
    let scene = Scene::with(&["unused-720.img"]);
    scene.convert(&["-o", "out", "."]);
    let path = scene.path("");
    let path = path.to_str().unwrap().replace('\\', "/").trim_end_matches('/').to_owned();
    let output = |args: &[&str]| scene.run(args).stdout.replace(&path, "PATH");
    let serial = "12345-270-0000017-00001";
    assert_eq!(
        output(&["ledger"]),
        format!(
            "state     serial                   licenses  converted (UTC)    image -> copy\n\
             done      {serial}         5  23 Nov 2026 12:00  \
             PATH/unused-720.img -> PATH/out/unused-720.img\n"
        )
    );
    let lines = |text: &str| text.lines().take(7).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&output(&["ledger", "show", serial])), lines(SHOWN));
    let row: serde_json::Value = serde_json::from_str(&output(&["ledger", "--json"])).unwrap();
    assert_eq!((row["serial"].as_str(), row["state"].as_str()), (Some(serial), Some("done")));
    let csv = output(&["ledger", "list", "--csv"]);
    let head =
        "serial,licenses,state,converted_at,met_converted,path,target,old_digest,new_digest\n";
    assert!(csv.starts_with(head), "{csv}");
    assert_eq!(csv.lines().count(), 2);
    let none = scene.run(&["ledger", "show", "x\x1b"]);
    none.is(2, "", "addpack: serial x\\u{1b} is not in the ledger\n");
}

#[test]
fn pack_that_was_only_met_as_4_5_is_not_listed_as_converted_here() {
    let scene = Scene::with(&["unused-720.img", "applied-1440.img"]);
    scene.convert(&["--no-ledger", "unused-720.img"]);
    scene.convert(&["unused-720.img", "applied-1440.img"]);
    let list = scene.run(&["ledger"]).stdout;
    let lines: Vec<_> = list.lines().collect();
    assert!(lines[1].starts_with("met       12345-270-0000017-00001 "), "{list}");
    assert!(lines[2].starts_with("done      12345-270-0000017-00003 "), "{list}");
    assert!(lines[3].starts_with("met: it was 4.5 already when it was first seen"), "{list}");
    let show = scene.run(&["ledger", "show", "...00001"]).stdout;
    assert!(show.contains("\nBy          no run with this ledger: ") && !show.contains("in place"));
    let show = scene.run(&["ledger", "show", "...00003"]).stdout;
    assert!(show.contains("\nInto        in place\n"), "{show}");
    let met = |args: &[&str]| {
        let json = scene.run(args).stdout;
        let row: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
        row["met_converted"].as_bool()
    };
    assert_eq!(met(&["ledger", "--json"]), Some(true));
    assert_eq!(met(&["ledger", "show", "--json", "...00003"]), Some(false));
    let start = scene.run(&[]).stdout;
    assert!(start.contains("1 conversion, on 23 Nov 2026; 1 pack was 4.5 already"), "{start}");
}

#[test]
fn release_asks_first() {
    let scene = Scene::with(&["unused-720.img"]);
    scene.convert(&["."]);
    std::fs::remove_file(scene.path("unused-720.img")).unwrap();
    let ran = scene.run(&["ledger", "release", "12345-270-0000017-00001"]);
    let stderr = "addpack: release asks first, and there is no terminal to ask at: say --yes\n";
    ran.is(2, "", stderr);
    assert_eq!(states(&scene.ledger()), ["done"]);
}

#[test]
fn show_and_check_speak_json() {
    let scene = Scene::with(&["applied-1440.img", "unused-20-160.img"]);
    let (images, ..) = scene.convert(&["."]);
    std::fs::remove_file(scene.path("unused-20-160.img")).unwrap();
    let ran = scene.run(&["ledger", "check", "--json"]);
    assert_eq!((ran.stderr.as_str(), ran.code), ("", Some(1)));
    let lines: Vec<serde_json::Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let standings: Vec<_> = lines.iter().map(|line| line["standing"].as_str()).collect();
    assert_eq!(standings, [Some("there"), Some("gone"), None]);
    let summary = serde_json::json!({
        "type": "summary", "schema": 1, "there": 1, "wrong": 1, "elsewhere": 0, "faults": [],
        "exit_code": 1
    });
    assert_eq!(lines[2], summary);

    let serial = images[0].record.as_ref().unwrap().serial.as_str();
    let shown = scene.run(&["ledger", "show", "--json", serial]);
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown, lines[0]);
    assert!(shown["message"].as_str().unwrap().ends_with("holds the converted pack"));
}

#[test]
fn end_of_a_serial_is_enough_if_no_other_one_has_it() {
    let scene = Scene::with(&["unused-720.img", "applied-1440.img"]);
    scene.convert(&["."]);
    let whole = scene.run(&["ledger", "show", "12345-270-0000017-00003"]).stdout;
    for end in ["00003", "...00003", "3"] {
        scene.run(&["ledger", "show", end]).is(0, &whole, "");
    }
    for (typed, says) in
        [("17-0000", "17-0000 is not in"), ("...", "... is not in"), ("", " is not in")]
    {
        let ran = scene.run(&["ledger", "show", typed]);
        assert!(ran.code == Some(2) && ran.stderr.contains(says), "{}", ran.stderr);
    }
    scene.pack(13, "one.img");
    scene.pack(14, "other.img");
    scene.convert(&["one.img", "other.img"]);
    let ran = scene.run(&["ledger", "show", "00042"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("several serials"), "{}", ran.stderr);
}
