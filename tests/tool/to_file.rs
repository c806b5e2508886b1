//! Reports that are written to files, lists of paths, and the summary that a terminal shows of many images.

#[cfg(unix)]
use crate::support::diskette::Terminal;
use crate::support::planned::shelf::Shelf;
use crate::support::scene::Scene;
use crate::support::simulator::{Pack, Release, sample};
use crate::support::skipped::{Lack, skip};
use std::process::Command;

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
    use crate::support::scene::Ran;
    let scene = mixed();
    let addpack = scene.command(&["inspect", ".", "--json-to", "a.json", "--csv-to", "a.csv"]);
    let mut shell = Command::new("sh");
    // In blocks of 512 bytes.
    shell.args(["-c", "ulimit -f 6; exec \"$0\" \"$@\""]).arg(addpack.get_program());
    shell.args(addpack.get_args()).args(["--report", "a.html"]).current_dir(scene.path(""));
    let ran = Ran::of(&mut shell);
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

#[test]
fn figures_of_a_page_copies_and_other_disks_are_all_images() {
    let scene = Scene::new();
    let images = crate::support::testdata("images");
    scene.run(&["inspect", images.to_str().unwrap(), "--report", "a.html"]).ends(1);
    let page = scene.text("a.html");
    let figure = |id: &str| -> usize {
        let (_, after) = page.split_once(&format!("<li id=\"{id}\"><b>")).unwrap();
        after.split_once('<').unwrap().0.parse().unwrap()
    };
    let figures: usize = ["convert", "done", "refused", "failed"].map(figure).iter().sum();
    let others = "19 images in all: besides those above, 1 is a copy of a pack that is counted above, and \
                  1 is not a pack.";
    assert!(figures == 17 && page.contains(others), "{page}");
    for remark in [
        "of 1 only the clean-up is left",
        "twins: ...00003, ...00042 and ...00044 restore 5 to 10",
        "conflict: a pack restores 5 to 25, another one 15 to 20",
        "1 of 2 servers gets all its licenses back",
        "SHA-1 of the record: ",
    ] {
        assert!(page.contains(remark), "{remark}: {page}");
    }
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

/// Images of two servers, one of which lacks a pack; and one whose server has a hostile name.
fn servers() -> Shelf {
    let mut shelf = Shelf::new();
    for (name, server, from) in [("1.img", 1, 5), ("2.img", 1, 10), ("3.img", 2, 10)] {
        let pack = shelf.used(&sample::server(Release::V40, server), Pack::unused_40, from, 5);
        shelf.put(name, &pack);
    }
    let mut hostile = sample::server(Release::V40, 3);
    "<b>&\"'</b>".clone_into(&mut hostile.identity.name);
    let pack = shelf.used(&hostile, Pack::unused_40, 5, 5);
    // Windows has no such names.
    let name = if cfg!(windows) { "&lt.img" } else { "<script>alert(1)<script>.img" };
    shelf.put(name, &pack);
    let mut server = sample::server(Release::V40, 2);
    let mut refused = shelf.used(&server, Pack::unused_40, 5, 5);
    server.licenses = 20;
    assert!(server.reapply(&mut refused));
    shelf.put("5.img", &refused);
    for size in [5, 20] {
        let unused = shelf.unused(Pack::issued_45, size);
        shelf.put(&format!("unused-{size}.img"), &unused);
    }
    shelf
}

#[test]
fn page_is_self_contained_and_text_from_disks_is_escaped() {
    let scene = servers().scene;
    let ran = scene.run(&["inspect", ".", "--report", "a.html"]);
    ran.ends(1);
    let page = String::from_utf8(scene.read("a.html")).unwrap();
    assert!(!page.contains("<script") && !page.contains("<b>&\""), "{page}");
    assert!(page.contains("&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;"), "{page}");
    for outside in ["http:", "https:", "src=", "url(", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(
        page.contains("<b>4 images can be converted, 2 are 4.5 already, 1 is refused"),
        "{page}"
    );
    assert!(page.contains("inspect . --report a.html"), "{page}");
    // On a narrow screen, where the heads of columns are not shown, each figure has its name.
    assert!(page.contains("<td class=\"number\" data-label=\"Reaches\">35</td>"), "{page}");
}

#[test]
fn page_of_a_plan_is_for_the_server_that_is_planned_for() {
    let scene = servers().scene;
    let args = ["plan", "--all", "--installed", "10", "-o", "plans", "--report", "a.html", "."];
    let ran = scene.run(&args);
    assert_eq!((ran.code, &*ran.stdout), (Some(1), ""), "{}", ran.stderr);
    let page = String::from_utf8(scene.read("a.html")).unwrap();
    assert!(page.contains("<rect class=\"has\""), "{page}");
    scene.run(&["plan", ".", "--report", "a.html"]).ends(2);
}

/// A browser; `None` where there is none, which is said.
fn browser() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found = names.into_iter().find(|name| {
        Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success())
    });
    if found.is_none() {
        skip(Lack::Browser, "there is no Chromium to show the page in (apt-get install chromium)");
    }
    found
}

/// What a browser says of a page.
fn in_browser(browser: &str, scene: &Scene, more: &[&str]) -> (String, String) {
    let page = format!("file://{}", scene.path("a.html").display());
    let profile = format!("--user-data-dir={}", scene.path("profile").display());
    let fixed =
        ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", &profile];
    let output = Command::new(browser).args(fixed).args(more).arg(&page).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (text(output.stdout), text(output.stderr))
}

#[test]
fn browser_shows_the_right_numbers_on_small_and_large_screens_and_prints_them() {
    let Some(browser) = browser() else { return };
    let scene = servers().scene;
    scene.run(&["inspect", ".", "--report", "a.html"]);
    let (dom, log) = in_browser(browser, &scene, &["--dump-dom"]);
    for (id, count) in [("convert", 4), ("done", 2), ("refused", 1), ("failed", 0)] {
        assert!(dom.contains(&format!("<li id=\"{id}\"><b>{count}</b>")), "{id}: {dom}");
    }
    assert_eq!(dom.matches("<svg").count(), 3);
    assert!(!log.contains("CONSOLE"), "{log}");
    for width in ["360", "1200"] {
        // The page is as wide as the screen: only its tables can be scrolled.
        let picture = format!("--screenshot={}", scene.path("a.png").display());
        in_browser(browser, &scene, &[&format!("--window-size={width},900"), &picture]);
        let png = scene.read("a.png");
        assert!(png.len() > 10_000, "{width}: {} bytes", png.len());
        std::fs::remove_file(scene.path("a.png")).unwrap();
    }
    let pdf = format!("--print-to-pdf={}", scene.path("a.pdf").display());
    in_browser(browser, &scene, &[&pdf, "--no-pdf-header-footer"]);
    assert!(scene.read("a.pdf").starts_with(b"%PDF"));
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
    assert!(screen.contains("PATHS stands for the paths that you named"), "{screen}");
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
