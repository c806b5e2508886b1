//! What a terminal of a given size shows.

use crate::support::diskette::{Terminal, under_strace};
use crate::support::judge::PackImage;
use crate::support::judges::needs;
use crate::support::scene::Scene;
use crate::support::simulator::record_at;
use crate::support::testdata;

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
    for (columns, least, most) in
        [(40, 50, 58), (60, 50, 58), (80, 70, 78), (92, 80, 90), (200, 92, 100)]
    {
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

/// Lines that are wider than a terminal of 80 columns, but for commands to paste and paths, which are never broken.
fn wide_lines(text: &str) -> Vec<&str> {
    let is_broken = |line: &&str| {
        let is_command = line.trim_start().starts_with("addpack ") && line.starts_with("  ");
        let is_path = !line.trim_start().trim_start_matches("-> ").contains(' ');
        line.chars().count() > 80 && !is_command && !is_path
    };
    text.lines().filter(is_broken).collect()
}

/// All sample images in a folder, twins and conflicts among them, and a file of a format that is not read.
fn samples() -> Scene {
    let scene = Scene::new();
    for image in std::fs::read_dir(testdata("images")).unwrap() {
        let name = image.unwrap().file_name().into_string().unwrap();
        scene.image(&name, &format!("images/{name}"));
    }
    std::fs::write(scene.path("images/a.7z"), b"7z\xbc\xaf\x27\x1c\0\x04").unwrap();
    scene
}

#[test]
fn no_command_shows_a_line_that_is_wider_than_the_terminal() {
    let scene = samples();
    let commands: &[&[&str]] = &[
        &[],
        &["inspect", "images"],
        &["inspect", "--list", "images"],
        &["inspect", "images", "images"],
        &["convert", "images"],
        &["convert", "-o", "out", "images"],
        &["convert", "--dry-run", "images"],
        &["plan", "images"],
        &["plan", "--installed", "50", "images"],
        &["plan", "--all", "images"],
        &["plan", "--labels", "images"],
        &["replace", "images"],
        &["convert", "--yes", "-o", "out", "images"],
        &["convert", "--yes", "-o", "out", "images"],
        &["inspect", "images"],
        &["plan", "images"],
        &["ledger"],
        &["ledger", "check"],
        &["ledger", "show", "12345-270-0000017-00003"],
        &["ledger", "release", "12345-270-0000017-00003"],
        &["explain"],
        &["explain", "damaged-media", "gap"],
        &["version"],
        &["inspect", "imges"],
        &["plan", "--all", "images", "-o", "plans"],
        &["plan", "--all", "images", "-o", "plans"],
        &["help"],
        &["help", "inspect"],
        &["help", "convert"],
        &["help", "plan"],
        &["help", "replace"],
        &["help", "ledger"],
        &["help", "selftest"],
    ];
    for args in commands {
        let is_silent = args.contains(&"--yes") || args.contains(&"--dry-run");
        let asks = args.first() == Some(&"convert") && !is_silent;
        let args = [&["-q", "--color", "never"], *args].concat();
        let mut terminal = Terminal::run_sized(scene.command(&args), 24, 80);
        if asks {
            terminal.until("[y/N] ");
            terminal.answer("n");
        }
        let text = terminal.all();
        assert_eq!(wide_lines(&text), [""; 0], "{args:?}: {text}");
    }
    for plan in std::fs::read_dir(scene.path("plans")).unwrap() {
        let text = std::fs::read_to_string(plan.unwrap().path()).unwrap();
        assert_eq!(wide_lines(&text), [""; 0], "{text}");
    }
    for image in std::fs::read_dir(scene.path("images")).unwrap() {
        let name = format!("images/{}", image.unwrap().file_name().into_string().unwrap());
        let card = shown(&scene, 24, 80, &["inspect", "--color", "never", &name]);
        assert_eq!(wide_lines(&card), [""; 0], "{card}");
    }
}

#[test]
fn list_ends_with_what_comes_next_and_then_the_numbers() {
    let scene = samples();
    let text = shown(&scene, 24, 80, &["-q", "inspect", "--color", "never", "images"]);
    let seen: Vec<_> = text.lines().rev().take(23).collect();
    let counts = seen.iter().position(|line| line.starts_with("19 images: ")).expect(&text);
    assert!(counts <= 2, "{text}");
    let commands = [
        "  addpack convert -o converted images     converts 7 images into copies",
        "  addpack replace images -o request.txt   asks for 8 replacements",
        "  addpack plan --all images -o plans      writes a plan for each server",
    ];
    assert!(commands.iter().all(|command| seen.contains(command)), "{text}");
    let converted = ["-q", "convert", "--yes", "--color", "never", "images/unused-720.img", "."];
    let text = shown(&scene, 24, 80, &converted);
    assert!(text.contains("\nWhat now\n  addpack replace "), "{text}");
    assert!(text.contains("  addpack plan --all --labels "), "{text}");
}

#[test]
fn inspect_and_plan_offer_the_same_conversion() {
    let scene = samples();
    let offered = |args: &[&str]| {
        let text = shown(&scene, 24, 200, &[&["-q", "--color", "never"], args].concat());
        let line = text.lines().find(|line| line.starts_with("  addpack convert ")).expect(&text);
        line.trim().split("   ").next().unwrap().to_owned()
    };
    let command = "addpack convert -o converted images";
    for args in [&["inspect", "images"][..], &["plan", "images"], &["plan", "--all", "images"]] {
        assert_eq!(offered(args), command, "{args:?}");
    }
}

/// No command writes over what is there, so none that is offered does.
#[test]
fn commands_to_paste_name_files_that_are_not_there_yet() {
    let scene = samples();
    let commands = |text: &str| -> Vec<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix("  addpack "));
        lines.map(|line| line.split("   ").next().unwrap().to_owned()).collect()
    };
    for round in ["", "-2", "-3"] {
        let offered = commands(&shown(&scene, 24, 200, &["-q", "inspect", "images"]));
        assert!(offered.contains(&format!("replace images -o request{round}.txt")), "{offered:?}");
        assert!(offered.contains(&format!("plan --all images -o plans{round}")), "{offered:?}");
        let planned = commands(&shown(&scene, 24, 200, &["-q", "plan", "images"]));
        assert!(planned.contains(&format!("replace images -o request{round}.txt")), "{planned:?}");
        for command in offered.iter().filter(|command| !command.starts_with("convert")) {
            let ran = scene.run(&command.split(' ').collect::<Vec<_>>());
            assert!(matches!(ran.code, Some(0 | 1)), "{command}: {}", ran.stderr);
        }
    }
}

#[test]
fn advice_that_is_the_same_for_many_images_is_given_once() {
    let text = samples().run(&["inspect", "images"]).stdout;
    let advice = "next: read the diskette again, in another drive if there is one; if that";
    assert_eq!(text.matches(advice).count(), 1, "{text}");
    let again = "    next: as for images/chain-bad-cluster-720.img\n";
    assert_eq!(text.matches(again).count(), 3, "{text}");
}

/// What is named is counted before it is looked at, which takes a while on a slow disk.
#[test]
fn a_folder_that_is_slow_to_walk_shows_how_many_files_were_counted() {
    needs!("strace");
    let scene = Scene::new();
    for number in 0..40 {
        std::fs::create_dir_all(scene.path(&format!("images/{number}"))).unwrap();
        scene.pack(number, &format!("images/{number}/a.img"));
    }
    for command in ["inspect", "plan"] {
        let slow = ["-e", "trace=getdents64", "-e", "inject=getdents64:delay_exit=10000"];
        let command = under_strace(&scene, &slow, &[command, "images"]);
        let shown = Terminal::run_as(command, "xterm", 24, 80).all();
        let counted = shown.split("counting files: ").filter_map(|it| it.split_once('\u{1b}'));
        let counted = counted.filter_map(|(count, _)| count.trim().parse::<u32>().ok());
        assert!(counted.filter(|count| (1..40).contains(count)).count() > 2, "{shown:?}");
    }
}

#[test]
fn progress_of_a_survey_counts_no_outcomes_and_is_gone_before_the_lines() {
    let scene = Scene::new();
    for name in ["a.img", "b.img", "c.img"] {
        scene.pack(1, name);
    }
    let command = scene.command(&["inspect", "--list", "--color", "never", "."]);
    let (text, _) = Terminal::run_as(command, "xterm", 24, 80).end();
    let (_, report) = text.rsplit_once("inspecting ").expect("a progress bar");
    assert!(report.contains("./a.img"), "{text:?}");
    let is_counted = |line: &&str| line.contains("inspecting ") && line.contains(" convertible");
    assert_eq!(text.split(['\r', '\n']).find(is_counted), None, "{text:?}");
}
