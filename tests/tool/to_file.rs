//! Reports that are written to files, lists of paths, and the summary that a terminal shows of many images.

#[cfg(unix)]
use crate::support::diskette::Terminal;
#[cfg(unix)]
use crate::support::planned::shelf::Shelf;
use crate::support::scene::Scene;
#[cfg(unix)]
use crate::support::simulator::{Pack, Release, sample};

/// Sound, refused and unreadable images, and a copy.
fn mixed() -> Scene {
    let names =
        ["applied-1440.img", "issued-4.5-360.img", "out-of-order-720.img", "bit-rot-360.img"];
    let scene = Scene::with(&names);
    std::fs::copy(scene.path("applied-1440.img"), scene.path("copy.img")).unwrap();
    std::fs::write(scene.path("broken.img.gz"), b"\x1f\x8b\x08\0\0\0\0\0\0\xff cut short").unwrap();
    scene
}

#[test]
fn files_have_what_the_screen_would_have() {
    let scene = mixed();
    let args =
        ["inspect", ".", "--json-to", "a.jsonl", "--csv-to", "a.csv", "--failed-to", "a.txt"];
    let json = scene.run(&["inspect", "--json", "."]).stdout;
    let ran = scene.run(&args);
    ran.ends(3);
    assert_eq!(scene.text("a.jsonl"), json);
    let csv = scene.text("a.csv");
    assert_eq!(csv.lines().count(), json.lines().count());
    assert!(csv.starts_with("path,outcome,serial,"), "{csv}");
    assert!(csv.contains("\n./copy.img,copy,") && csv.contains(",out-of-order-reapply,"), "{csv}");
    assert_eq!(scene.text("a.txt"), "./broken.img.gz\n");
}

/// A run whose output nobody reads, or that a full disk does not take, and the files that it writes as well.
#[cfg(unix)]
#[test]
fn files_are_whole_whatever_becomes_of_standard_output() {
    use crate::support::scene::Ran;
    let scene = Scene::new();
    // Their lines are more than is kept until there is enough to be written at once.
    for number in 0..300 {
        scene.pack(number, &format!("in/{number}.img"));
    }
    let verbs: [&[&str]; 3] = [
        &["inspect", "--json", "in"],
        &["convert", "--dry-run", "--json", "in"],
        &["convert", "--yes", "--json", "-o", "out", "in"],
    ];
    for (number, verb) in verbs.iter().enumerate() {
        for (name, code) in [("closed", 0), ("full", 3)] {
            let file = |kind: &str| format!("{number}-{name}.{kind}");
            let (csv, json) = (file("csv"), file("json"));
            let args = [*verb, &["--csv-to", &csv, "--json-to", &json]].concat();
            let mut command = scene.command(&args);
            if name == "full" {
                command.stdout(std::fs::File::options().write(true).open("/dev/full").unwrap());
            } else {
                command.stdout(std::io::pipe().unwrap().1);
            }
            Ran::of(&mut command).at(&args).code(code);
            assert_eq!(scene.text(&csv).lines().count(), 301, "{args:?}");
            assert_eq!(scene.text(&json).lines().count(), 301, "{args:?}");
        }
    }
    let plan = ["plan", "in", "--report", "page.html"];
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    Ran::of(scene.command(&plan).stdout(full)).at(&plan).code(3);
    assert!(scene.text("page.html").contains("</html>"));
}

#[cfg(unix)]
#[test]
fn file_that_cannot_be_written_costs_none_of_the_others() {
    let scene = mixed();
    let files = ["--json-to", "a.json", "--csv-to", "a.csv", "--report", "a.html"];
    // In blocks of 512 bytes.
    let ran = scene.run_after("ulimit -f 6", &[&["inspect", "."][..], &files].concat());
    assert!(ran.stderr.contains("could not be written: a.json: "), "{}", ran.stderr);
    assert!(!scene.path("a.json").exists() && !scene.path("a.html").exists());
    assert_eq!(scene.text("a.csv").lines().count(), 7);
    ran.ends(3);
}

#[test]
fn existing_file_is_never_written_over_and_nothing_is_begun() {
    let scene = mixed();
    let before = scene.read("applied-1440.img");
    for option in ["--report", "--csv-to", "--json-to", "--failed-to"] {
        let ran = scene.run(&["convert", "--yes", option, "bit-rot-360.img", "."]);
        assert_eq!((ran.code, &*ran.stdout), (Some(2), ""), "{option}");
    }
    let ran = scene.run(&["inspect", ".", "--csv-to", "one", "--json-to", "one"]);
    assert_eq!((ran.code, scene.path("one").exists()), (Some(2), false));
    assert!(before == scene.read("applied-1440.img"));
}

#[test]
fn file_that_cannot_be_written_is_reported_before_anything_is_converted() {
    let scene = mixed();
    let before = scene.read("applied-1440.img");
    for option in ["--report", "--csv-to", "--json-to", "--failed-to"] {
        let ran = scene.run(&["convert", "--yes", option, "gone/file", "."]);
        assert_eq!((ran.code, &*ran.stdout), (Some(2), ""), "{option}");
        assert_eq!(ran.stderr, format!("addpack: {option}: there is no folder gone\n"));
        #[cfg(unix)]
        {
            let ran = scene.run_without_rights(&["convert", "--yes", option, "file", "."]);
            assert_eq!((ran.code, &*ran.stdout), (Some(3), ""), "{option}");
            assert!(ran.stderr.ends_with(&format!("{option} file: permission denied\n")));
        }
    }
    assert!(before == scene.read("applied-1440.img"));
}

#[cfg(unix)]
#[test]
fn list_of_failed_images_can_name_one_with_a_line_break() {
    let scene = mixed();
    let name = "line\nbreak.img.gz";
    std::fs::rename(scene.path("broken.img.gz"), scene.path(name)).unwrap();
    let ran = scene.run(&["inspect", ".", "--failed-to", "a.txt"]);
    assert_eq!((ran.code, scene.path("a.txt").exists()), (Some(3), false));
    assert!(ran.stderr.contains("write the list with -0"), "{}", ran.stderr);
    scene.run(&["inspect", ".", "-0", "--failed-to", "a.txt"]);
    assert_eq!(scene.read("a.txt"), format!("./{name}\0").as_bytes());
    let ran = scene.run(&["inspect", "--json", "-0", "--files-from", "a.txt"]);
    assert_eq!((ran.stdout.lines().count(), ran.code), (2, Some(3)));
}

#[test]
fn failed_images_are_tried_again_from_their_list() {
    let scene = mixed();
    scene.run(&["inspect", ".", "--failed-to", "failed.txt"]).ends(3);
    let ran = scene.run(&["inspect", "--json", "--files-from", "failed.txt"]);
    assert_eq!((ran.stdout.lines().count(), ran.code), (2, Some(3)));
    std::fs::write(scene.path("list"), "applied-1440.img\nissued-4.5-360.img\r\n\n").unwrap();
    let ran = scene.run(&["inspect", "--json", "--files-from", "list"]);
    assert_eq!((ran.stdout.lines().count(), ran.code), (3, Some(0)));
    std::fs::write(scene.path("none"), "").unwrap();
    let ran = scene.run(&["inspect", "--json", "--files-from", "none"]);
    assert_eq!((ran.stdout.lines().count(), ran.code), (1, Some(0)));
    scene.run(&["inspect", "--files-from", "gone"]).ends(2);
}

/// More images than a screen has lines.
#[cfg(unix)]
fn many() -> Scene {
    let mut shelf = Shelf::new();
    for number in 0..210 {
        let server = sample::server(Release::V40, 1 + number % 20);
        let from = 5 + 5 * u16::from(number % 3);
        let pack = shelf.used(&server, Pack::unused_40, from, 5);
        shelf.put(&format!("{number:03}.img"), &pack);
    }
    let mut refused = shelf.used(&sample::server(Release::V40, 1), Pack::unused_40, 5, 5);
    sample::reapply_out_of_order(&mut refused);
    shelf.put("refused.img", &refused);
    shelf.scene
}

#[cfg(unix)]
#[test]
fn terminal_shows_many_images_on_one_screen_and_a_pipe_each() {
    let scene = many();
    let shown = |args: &[&str]| Terminal::run_sized(scene.command(args), 24, 80).end().0;
    let screen = shown(&["inspect", "--color", "never", "."]);
    let summary = screen.split_once("211 images with packs of 20 servers").expect(&screen).1;
    assert!(summary.lines().count() <= 24, "{summary}");
    for line in [
        "nothing was changed",
        "     210  convertible",
        "       1  refused                1 out-of-order-reapply",
        "What now",
        "addpack replace . -o request.txt",
        "Exit code 1: 1 image is refused",
    ] {
        assert!(summary.contains(line), "{line}: {summary}");
    }
    let list = shown(&["inspect", "--color", "never", "--list", "."]);
    assert!(list.contains("./000.img") && list.contains("./209.img"), "{list}");
    let pipe = scene.run(&["inspect", "."]).stdout;
    assert!(pipe.contains("./000.img") && pipe.contains("10 of 20 servers shown"), "{pipe}");
}

/// Commands to paste that name each of very many paths would be no help.
#[cfg(unix)]
#[test]
fn commands_name_a_list_or_many_paths_as_they_were_named() {
    let scene = many();
    let names: Vec<_> = (0..210).map(|number| format!("{number:03}.img")).collect();
    std::fs::write(scene.path("my list"), names.join("\n")).unwrap();
    let shown = |args: &[&str]| {
        let args = [&["inspect", "--color", "never"], args].concat();
        Terminal::run_sized(scene.command(&args), 24, 80).end().0
    };
    let all: Vec<_> = names.iter().map(String::as_str).collect();
    let screen = shown(&all);
    assert!(screen.contains("  addpack convert -o converted PATHS   converts 210"), "{screen}");
    assert!(screen.contains("PATHS stands for the same paths as in this run"), "{screen}");
    for few in [2, 8] {
        let screen = shown(&all[..few]);
        let named = all[..few].join(" ");
        assert!(screen.contains(&format!("  addpack convert -o converted {named}")), "{screen}");
    }
    let screen = shown(&["refused.img", "--files-from", "my list"]);
    let listed = "  addpack replace refused.img --files-from 'my list' -o request.txt";
    assert!(screen.contains(listed) && !screen.contains("PATHS"), "{screen}");
    assert!(screen.contains("\n  To hand on: --report FILE.html, a page;"), "{screen}");
}

#[test]
fn files_that_are_written_are_named_in_a_pipe_too_unless_it_is_to_be_quiet() {
    let scene = Scene::with(&["unused-720.img"]);
    let files = ["--report", "a.html", "--csv-to", "a.csv", "--json-to", "a.jsonl"];
    let run = |scene: &Scene, quiet: &[&str]| {
        let ran = scene.run(&[quiet, &["inspect", "."], &files].concat());
        files
            .iter()
            .skip(1)
            .step_by(2)
            .for_each(|file| std::fs::remove_file(scene.path(file)).unwrap());
        ran.stderr
    };
    assert_eq!(run(&scene, &[]), "a.jsonl was written\na.csv was written\na.html was written\n");
    assert_eq!(run(&scene, &["-q"]), "");
}
