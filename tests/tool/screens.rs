//! What a terminal of a given size shows.

use crate::support::diskette::Terminal;
use crate::support::judge::PackImage;
use crate::support::scene::Scene;
use crate::support::simulator::record_at;

fn shown(scene: &Scene, rows: u16, columns: u16, args: &[&str]) -> String {
    let (shown, _) = Terminal::run_sized(scene.command(args), rows, columns).end();
    shown
}

fn widest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap()
}

#[test]
fn verdict_of_a_card_is_among_the_last_lines_of_a_small_terminal() {
    let scene = Scene::new();
    std::fs::write(scene.path("full.img"), &PackImage::full_history().old).unwrap();
    let args = ["inspect", "--color", "never", "full.img"];
    for (rows, is_first) in [(24, false), (60, true)] {
        let text = shown(&scene, rows, 80, &args);
        let at = text.lines().position(|line| line.starts_with("  Verdict ")).expect("a verdict");
        assert_eq!(at == 1, is_first, "{text}");
        let seen = text.lines().count().saturating_sub(usize::from(rows) - 1);
        assert!(at >= seen, "the verdict has scrolled away: {text}");
    }
}

#[test]
fn prose_is_as_wide_as_the_terminal_up_to_100_columns() {
    let scene = Scene::with(&["post-upgrade-720.img"]);
    let args = ["explain", "damaged-media"];
    for (columns, least, most) in [(40, 70, 78), (80, 70, 78), (92, 80, 90), (200, 92, 100)] {
        let width = widest(&shown(&scene, 50, columns, &args));
        assert!((least..=most).contains(&width), "{columns}: {width}");
    }
    let reasons = shown(&scene, 50, 80, &["inspect", "."]);
    let (_, reasons) = reasons.split_once("Refused").expect("a reason");
    assert!(widest(reasons) <= 80, "{reasons}");
}

#[test]
fn one_damaged_count_makes_no_endless_card() {
    let scene = Scene::with(&["unused-720.img"]);
    let mut image = scene.read("unused-720.img");
    let at = record_at(&image);
    image[at + 0x44] = 0xFF;
    image[at + 0x200..at + 0x800].fill(0xA5);
    std::fs::write(scene.path("unused-720.img"), image).unwrap();
    let ran = scene.run(&["inspect", "unused-720.img"]);
    assert!(ran.stdout.lines().count() < 100, "{}", ran.stdout);
    assert!(
        ran.stdout.contains("more; addpack inspect --json lists all of them"),
        "{}",
        ran.stdout
    );
}

#[test]
fn no_line_of_a_card_is_wider_than_the_terminal() {
    let scene = Scene::with(&["out-of-order-720.img", "transferred-2880.img"]);
    for name in ["out-of-order-720.img", "transferred-2880.img"] {
        let card = shown(&scene, 50, 80, &["inspect", "--color", "never", name]);
        assert!(widest(&card) <= 80, "{card}");
    }
}

#[test]
fn no_line_breaks_inside_a_path_with_spaces() {
    let scene = Scene::new();
    let folder = "a folder with quite a long name/and one in it";
    scene.image("unused-720.img", &format!("{folder}/the first image.img"));
    scene.image("unused-720.img", "second.img");
    scene.convert(&[&format!("{folder}/the first image.img")]);
    let path = format!("{folder}/the first image.img\"");
    for args in [["inspect", "second.img"], ["inspect", "."]] {
        let ran = scene.run(&args);
        assert!(ran.stdout.contains(&path), "{}", ran.stdout);
        let screen = shown(&scene, 50, 80, &args);
        // A terminal breaks what is wider than itself; the text has no line break there.
        assert!(screen.contains(&path), "{screen}");
    }
}
