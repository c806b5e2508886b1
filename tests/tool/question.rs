//! What a terminal shows: the question before a conversion, its progress, and names.

use crate::support::diskette::Terminal;
use crate::support::scene::Scene;

/// Runs addpack at a terminal, types `answer`, and returns what the terminal showed.
fn at_a_terminal(scene: &Scene, args: &[&str], answer: &str) -> (String, Option<i32>) {
    let mut terminal = Terminal::run_as(scene.command(args), "xterm", 0, 0);
    terminal.press(answer);
    terminal.end()
}

#[test]
fn at_a_terminal_it_asks_with_the_numbers_and_converts_after_a_yes() {
    let scene =
        Scene::with(&["unused-720.img", "applied-1440.img", "converted-unfinished-360.img"]);
    let (shown, code) = at_a_terminal(&scene, &["convert", "."], "y\n");
    let question = "About to convert 2 packs to 4.5 and finish 1 interrupted conversion, in place.";
    assert!(shown.contains(question), "{shown}");
    assert!(shown.contains("The ledger is ~/.local/state/addpack/ledger.db."), "{shown}");
    assert!(shown.contains("3 images: \x1b[32m3 converted\x1b[0m"), "{shown}");
    assert_eq!(code, Some(0));
}

#[test]
fn question_says_what_stays_as_it_is_and_which_ledger_is_kept() {
    let scene = Scene::with(&["unused-720.img", "bit-rot-360.img", "chain-loops-720.img"]);
    for (options, sentences) in [
        (&["-o", "out"][..], ["into a copy in out; the image stays as it is.", "The ledger is "]),
        (&["--no-ledger"], ["in place.", "No ledger is kept."]),
    ] {
        let args = [&["convert", "."], options].concat();
        let (shown, _) = at_a_terminal(&scene, &args, "n\n");
        for sentence in sentences.into_iter().chain(["2 images are refused and stay as they are."])
        {
            assert!(shown.contains(sentence), "{sentence}: {shown}");
        }
    }
}

#[test]
fn question_names_the_first_images_that_could_not_be_read() {
    let scene = Scene::with(&["unused-720.img"]);
    for number in 1..=4 {
        let name = format!("bad-{number}.gz");
        std::fs::write(scene.path(&name), b"\x1f\x8b\x08\x00cut off").unwrap();
    }
    let (shown, _) = at_a_terminal(&scene, &["convert", "-o", "out", "."], "n\n");
    let unread = "The records of 4 images could not be read; they may be newer states of these packs: ./bad-1.gz, \
                  ./bad-2.gz, ./bad-3.gz and 1 more (addpack inspect names all). About to";
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains(unread), "{shown}");
}

#[test]
fn before_it_asks_it_warns_of_gaps_and_twins() {
    let scene = Scene::with(&["applied-1440.img", "converted-360.img"]);
    let (shown, _) = at_a_terminal(&scene, &["convert", "."], "n\n");
    let warning = "addpack: SBSNT1 (00:A0:C9:14:C8:29): twins: ...00003 and ...00042 restore 5 to 10; only one";
    let (before, _) = shown.split_once("About to convert 1 pack").expect("the question");
    assert!(before.contains(warning), "{shown}");
    let scene = Scene::with(&["reapplied-360.img"]);
    let (shown, _) = at_a_terminal(&scene, &["convert", "."], "n\n");
    let (before, _) = shown.split_once("About to convert 1 pack").expect("the question");
    assert!(before.contains("gap: no sound pack restores 5 to 10"), "{shown}");
    let ran = scene.run(&["convert", "--yes", "."]);
    assert!(!(ran.stdout + &ran.stderr).contains("gap: "));
}

#[test]
fn anything_but_yes_changes_nothing() {
    let scene = Scene::with(&["unused-720.img"]);
    let before = scene.read("unused-720.img");
    for answer in ["n\n", "\n", "\x04", "yellow\n"] {
        let (shown, code) = at_a_terminal(&scene, &["convert", "unused-720.img"], answer);
        assert!(shown.contains("addpack: nothing was converted"), "{shown}");
        assert_eq!(code, Some(130), "{answer:?}");
    }
    assert!(before == scene.read("unused-720.img"));
}

#[test]
fn where_nothing_is_to_be_converted_it_does_not_ask() {
    let scene = Scene::with(&["converted-360.img", "out-of-order-720.img"]);
    let (shown, code) = at_a_terminal(&scene, &["convert", "."], "");
    assert!(!shown.contains("[y/N]") && shown.contains("1 refused"), "{shown}");
    assert_eq!(code, Some(1));
}

#[test]
fn names_that_a_terminal_would_obey_are_spelled_out_there() {
    let scene = Scene::new();
    scene.image("unused-720.img", "evil\x1b[2J\u{202e}.img");
    let (shown, _) = at_a_terminal(&scene, &["inspect", "."], "");
    assert!(shown.contains("evil\\u{1b}[2J\\u{202e}.img"), "{shown}");
    assert!(!shown.contains("\x1b[2J"), "{shown}");
}

#[test]
fn progress_is_shown_at_a_terminal_and_not_with_quiet() {
    let scene = Scene::with(&["unused-720.img", "applied-1440.img"]);
    let (shown, _) = at_a_terminal(&scene, &["convert", "--yes", "."], "");
    assert!(shown.contains("2/2") && shown.contains("2 converted"), "{shown}");
    let (shown, _) = at_a_terminal(&scene, &["convert", "--yes", "-q", "."], "");
    assert!(!shown.contains("2/2"), "{shown}");
}
