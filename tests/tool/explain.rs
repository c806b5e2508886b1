//! `addpack explain`, `--help` and `--version`.

use crate::support::scene::Scene;

const IN_USE: &str = "\
in-use (error)

What it means
  Another program holds the image's lock, or the drive.

How it comes about
  Another addpack is converting it right now, or an emulator has it open.

What to do
  Wait for the other program to end, or close it, and run addpack again.
";

#[test]
fn one_code_is_explained() {
    Scene::new().run(&["explain", "in-use"]).is(0, IN_USE, "");
}

#[test]
fn for_programs_each_code_is_an_object() {
    let scene = Scene::new();
    let one = scene.run(&["explain", "--json", "in-use"]);
    let object: serde_json::Value = serde_json::from_str(&one.stdout).unwrap();
    assert_eq!((&object["type"], &object["kind"]), (&"code".into(), &"error".into()));
    assert_eq!(object["meaning"], "Another program holds the image's lock, or the drive.");
    let all = scene.run(&["explain", "--json"]);
    assert!(all.stdout.lines().count() > 40 && all.stdout.contains(&one.stdout));
    scene.run(&["explain", "--json", "x"]).is(
        2,
        "",
        "addpack: there is no code 'x'. addpack explain lists them all\n",
    );
}

#[test]
fn without_a_code_all_are_listed() {
    let ran = Scene::new().run(&["explain"]);
    for code in
        ["convertible", "post-upgrade-reapply", "damaged-media", "write-protected", "behind-gap"]
    {
        assert!(ran.stdout.lines().any(|line| line.trim_start().starts_with(code)), "{code}");
    }
    ran.ends(0);
}

#[test]
fn unknown_code_is_a_wrong_command_line() {
    let stderr = "addpack: there is no code 'x\\u{1b}'. addpack explain lists them all\n";
    Scene::new().run(&["explain", "x\x1b"]).is(2, "", stderr);
}

#[test]
fn every_command_has_a_short_and_a_long_help_and_the_long_one_an_example() {
    let scene = Scene::new();
    for command in ["inspect", "convert", "plan", "replace", "explain"] {
        let (short, long) = (scene.run(&[command, "-h"]), scene.run(&[command, "--help"]));
        assert!(short.stdout.len() < long.stdout.len(), "{command}");
        assert!(long.stdout.contains(&format!("  addpack {command}")), "{}", long.stdout);
        assert_eq!((short.code, long.code), (Some(0), Some(0)));
    }
    let version = format!("addpack {}\n", env!("CARGO_PKG_VERSION"));
    scene.run(&["--version"]).is(0, &version, "");
}
