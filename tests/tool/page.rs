//! The page that `--report` writes.

use crate::support::planned::shelf::Shelf;
use crate::support::scene::Scene;
use crate::support::simulator::{Pack, Release, sample};
use crate::support::skipped::{Lack, skip};
use std::process::Command;

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
fn browser_shows_the_right_numbers_and_draws_and_prints_the_page() {
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
        // Something is drawn at each width.
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
