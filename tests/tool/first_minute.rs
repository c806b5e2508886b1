//! What somebody sees who types addpack for the first time, and mistypes the rest.

use crate::support::scene::{Ran, Scene};

/// What a failed image's card says: its verdict and its next step, each on one line.
fn verdict_and_next(ran: &Ran) -> (String, String) {
    let field = |name: &str| {
        let after =
            ran.stdout.split_once(name).unwrap_or_else(|| panic!("{name} in {}", ran.stdout)).1;
        let lines = after.lines().enumerate();
        let of_field = lines.take_while(|(at, line)| *at == 0 || line.starts_with("             "));
        let words = of_field.flat_map(|(_, line)| line.split_whitespace());
        words.collect::<Vec<_>>().join(" ")
    };
    (field("\n  Verdict "), field("\n  Next "))
}

#[test]
fn addpack_alone_shows_the_first_commands_the_drives_and_the_ledger() {
    let scene = Scene::with(&["unused-720.img", "applied-1440.img"]);
    let ran = scene.run(&[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    for command in [
        "inspect FOLDER",
        "plan FOLDER",
        "convert -o converted FOLDER",
        "replace FOLDER -o request.txt",
    ] {
        assert!(ran.stdout.contains(&format!("  addpack {command}\n")), "{}", ran.stdout);
    }
    let ledger = match scene.ledger().to_str() {
        Some(path) if cfg!(windows) => format!("Ledger: {}, ", path.replace('\\', "/")),
        _ => "Ledger: ~/.local/state/addpack/ledger.db, ".to_owned(),
    };
    assert!(ran.stdout.contains(&format!("{ledger}not made yet\n")), "{}", ran.stdout);
    scene.convert(&["."]);
    let stdout = scene.run(&[]).stdout;
    assert!(
        stdout.contains(&format!("{ledger}2 conversions, the last on 23 Nov 2026\n")),
        "{stdout}"
    );
    let mut lines = stdout.lines().filter(|line| !line.starts_with("Ledger: "));
    assert!(lines.all(|line| line.len() <= 80), "{stdout}");
}

#[test]
fn first_word_that_is_a_path_is_inspected() {
    let scene = Scene::with(&["unused-720.img"]);
    scene.image("applied-1440.img", "plans/a.img");
    for (short, long) in [
        (&["unused-720.img"][..], &["inspect", "unused-720.img"][..]),
        (&["plans"], &["inspect", "plans"]),
        (&["plans/", "--json"], &["inspect", "plans/", "--json"]),
        (&["-q", "--color", "never", ".", "--jobs", "1"], &["inspect", ".", "--jobs", "1"]),
        (&["no/such.img"], &["inspect", "no/such.img"]),
    ] {
        let (short, long) = (scene.run(short), scene.run(long));
        assert_eq!((short.stdout, short.code), (long.stdout, long.code));
    }
}

#[test]
fn first_word_that_is_nearly_a_path_is_answered_with_it() {
    let scene = Scene::new();
    scene.image("unused-720.img", "images/a.img");
    let ran = scene.run(&["imges"]);
    let next = "check the path; did you mean images?";
    assert_eq!((ran.code, &*verdict_and_next(&ran).1), (Some(3), next));
}

#[test]
fn misspelt_command_is_a_wrong_command_line() {
    let ran = Scene::with(&["unused-720.img"]).run(&["inspct", "unused-720.img"]);
    ran.ends(2);
    assert!(ran.stderr.contains("a similar subcommand exists: 'inspect'"), "{}", ran.stderr);
}

#[test]
fn help_and_version_are_commands_too() {
    let scene = Scene::new();
    assert_eq!(scene.run(&["help"]).stdout, scene.run(&["--help"]).stdout);
    assert_eq!(scene.run(&["help", "convert"]).stdout, scene.run(&["convert", "--help"]).stdout);
    let ran = scene.run(&["version"]);
    let names: Vec<_> = ran.stdout.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(names, ["addpack", "commit", "target", "features"], "{}", ran.stdout);
    ran.ends(0);
}

#[test]
fn quiet_and_color_are_taken_before_and_after_the_command() {
    let scene = Scene::with(&["unused-720.img"]);
    let after = scene.run(&["inspect", "unused-720.img", "-q", "--color", "always"]);
    let before = scene.run(&["-q", "--color", "always", "inspect", "unused-720.img"]);
    assert!(after.stdout.contains('\x1b'), "{}", after.stdout);
    assert_eq!(before.stdout, after.stdout);
}

#[test]
fn misspelt_path_and_code_name_what_is_similar() {
    let scene = Scene::with(&["unused-720.img"]);
    scene.image("applied-1440.img", "images/sbs1/a.img");
    for (typed, meant) in [
        ("unused-72.img", "unused-720.img"),
        ("images/sbs2/a.img", "images/sbs1/a.img"),
        ("image/", "images/"),
    ] {
        let ran = scene.run(&["inspect", typed]);
        let next = format!("check the path; did you mean {meant}?");
        assert_eq!(verdict_and_next(&ran).1, next);
        ran.ends(3);
    }
    assert_eq!(verdict_and_next(&scene.run(&["inspect", "xyzzy/a"])).1, "check the path");
    let ran = scene.run(&["explain", "out-of-oder-reapply"]);
    let message = "addpack: there is no code 'out-of-oder-reapply'. Did you mean out-of-order-reapply? \
                   addpack explain lists them all\n";
    ran.is(2, "", message);
}

#[test]
fn pattern_drive_letter_and_missing_drive_have_sentences_of_their_own() {
    let scene = Scene::with(&["unused-720.img"]);
    let (verdict, next) = verdict_and_next(&scene.run(&["inspect", "disks/*.img"]));
    let why = if cfg!(windows) { "no file matches the pattern" } else { "is a pattern" };
    assert!(verdict.contains(why), "{verdict}");
    assert!(next.starts_with("name the folder instead"), "{next}");
    for letter in ["A:", "b:\\"] {
        let ran = scene.run(&[letter]);
        let (verdict, _) = verdict_and_next(&ran);
        let is_reported = if cfg!(windows) {
            verdict.starts_with("failed: there is no drive ")
        } else {
            verdict.ends_with("is a drive letter, and this is not Windows")
        };
        assert!(is_reported, "{verdict}");
    }
    let (verdict, next) = verdict_and_next(&scene.run(&["inspect", "/dev/fd99"]));
    assert_eq!(verdict, "failed: there is no drive /dev/fd99");
    assert!(next.contains("drive"), "{next}");
}

#[test]
fn help_ends_with_the_commands_and_suggests_one_for_a_misspelt_one() {
    let scene = Scene::new();
    let help = scene.run(&["help"]).stdout;
    let last: Vec<_> = help.trim_end().lines().rev().take(22).collect();
    assert!(last.contains(&"Commands:") && last[0].starts_with("  help "), "{help}");
    let ran = scene.run(&["help", "inpect"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("tip: a similar subcommand exists: 'inspect'"), "{}", ran.stderr);
}
