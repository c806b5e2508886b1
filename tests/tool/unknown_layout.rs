//! A diskette of a layout that is not known may be a genuine one: it is left alone, and nobody is asked to replace it.

use crate::support::scene::Scene;
use crate::support::simulator::{Random, image_of, sample};

/// The record of a diskette as a stranger's program may have written it.
fn strange(seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut record: Vec<_> = (0..2048).map(|_| random.byte()).collect();
    record[..8].copy_from_slice(b"MSSBSLIC");
    record
}

/// Two diskettes of unknown layout and one whose magic is damaged.
fn scene() -> Scene {
    let scene = Scene::new();
    for (seed, name) in [(1, "genuine-1.img"), (2, "genuine-2.img")] {
        let mut image = image_of(&strange(seed));
        image.resize(163_840, 0);
        std::fs::write(scene.path(name), image).unwrap();
    }
    let mut damaged = sample::used_40().bytes;
    damaged[..8].copy_from_slice(b"SBSCAP4\0");
    std::fs::write(scene.path("damaged.img"), image_of(&damaged)).unwrap();
    scene
}

const CARD: &str = "\
genuine-1.img
  Verdict    refused: its ADDPACK.DAT has a layout that addpack does not know;
             it may be a genuine diskette, and is left alone

  Found
    damaged-record: ADDPACK.DAT has a layout that addpack does not know,
    perhaps that of a genuine diskette
      at offset  0x000
      expected   SBSCAP40 or SBSCAP45
      found      4d535342534c4943

  Next       nothing: it is left alone, since it may be a genuine diskette
             (addpack explain damaged-record)
  See        addpack explain damaged-record
";

#[test]
fn card_says_that_the_layout_is_not_known_and_asks_for_nothing() {
    scene().run(&["inspect", "genuine-1.img"]).is(1, CARD, "");
}

#[test]
fn file_that_is_shorter_than_a_record_is_of_unknown_layout_too() {
    let scene = Scene::new();
    let mut image = image_of(&strange(1));
    let entry = image.windows(11).position(|name| name == b"ADDPACK DAT").unwrap();
    image[entry + 28..entry + 32].copy_from_slice(&2000_u32.to_le_bytes());
    std::fs::write(scene.path("short.img"), &image).unwrap();
    let next = |name: &str| scene.json(&["inspect", "--json", name]).0.remove(0).next_step;
    assert!(next("short.img").starts_with("nothing: "));
    let record = image.windows(8).position(|magic| magic == b"MSSBSLIC").unwrap();
    image[record..record + 8].copy_from_slice(b"SBSCAP40");
    std::fs::write(scene.path("ours.img"), &image).unwrap();
    assert!(next("ours.img").contains("ask for a replacement"));
}

#[test]
fn programs_are_told_which_damaged_record_is_of_unknown_layout() {
    let (images, summary, code) = scene().json(&["inspect", "--json", "."]);
    let told: Vec<_> = images
        .iter()
        .map(|image| {
            let finding = &image.findings[0];
            let asks = image.next_step.contains("replacement");
            (&*image.outcome, &*finding.code, finding.unknown_layout, finding.kb.len(), asks)
        })
        .collect();
    let unknown = ("refused", "damaged-record", Some(true), 0, false);
    assert_eq!(told, [("refused", "damaged-record", None, 1, true), unknown, unknown]);
    assert_eq!((summary.outcomes["refused"], code), (3, Some(1)));
}

#[test]
fn conversion_does_not_take_them_for_newer_states_of_other_packs() {
    let scene = scene();
    let unread = || scene.json(&["convert", "--dry-run", "--json", "."]).1.unread;
    assert_eq!(unread(), 1);
    std::fs::remove_file(scene.path("damaged.img")).unwrap();
    assert_eq!(unread(), 0);
}

#[test]
fn folder_lists_them_with_nothing_to_do() {
    let shown = scene().run(&["inspect", "."]).stdout;
    let next = "    next: nothing: it is left alone, since it may be a genuine diskette\n";
    assert!(
        shown.contains(next) && shown.contains("    next: as for ./genuine-1.img\n"),
        "{shown}"
    );
}

#[test]
fn request_leaves_them_out_and_says_so() {
    let scene = scene();
    let ran = scene.run(&["replace", "--json", "."]);
    let left_out = |name: &str| {
        format!(
            "addpack: {name} is left out of the request: ADDPACK.DAT has a layout that addpack does not \
             know, perhaps that of a genuine diskette\n"
        )
    };
    assert_eq!(ran.stderr, left_out("./genuine-1.img") + &left_out("./genuine-2.img"));
    assert_eq!(ran.stdout.matches("\"type\":\"replacement\"").count(), 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("\"path\":\"./damaged.img\""), "{}", ran.stdout);
    ran.ends(0);
    let nothing = left_out("genuine-2.img") + "addpack: there is nothing to ask for\n";
    scene.run(&["replace", "genuine-2.img", "-o", "request.txt"]).is(0, "", &nothing);
    assert!(!scene.path("request.txt").exists());
}

#[test]
fn box_of_them_is_counted_in_the_request_of_nothing() {
    let scene = Scene::new();
    for seed in 0..13 {
        std::fs::write(scene.path(&format!("{seed:02}.img")), image_of(&strange(seed))).unwrap();
    }
    let ran = scene.run(&["replace", "."]);
    assert_eq!((ran.code, &*ran.stdout), (Some(0), ""));
    assert_eq!(ran.stderr.matches("is left out of the request").count(), 10, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("and 3 more are left out: addpack inspect says why\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn plan_says_the_same_offers_no_request_and_has_no_label_for_them() {
    let scene = scene();
    std::fs::remove_file(scene.path("damaged.img")).unwrap();
    let shown = scene.run(&["plan", "."]).stdout;
    let left = "
Left alone: they may be genuine (2)
  ./genuine-1.img
  ./genuine-2.img
    ADDPACK.DAT has a layout that addpack does not know, perhaps that of a
    genuine diskette
";
    assert!(shown.contains(left), "{shown}");
    assert!(!shown.contains("addpack replace") && !shown.contains("Do not apply"), "{shown}");
    let of_all = scene.run(&["plan", "--all", "."]).stdout;
    assert!(of_all.starts_with("Left alone: they may be genuine (2)\n"), "{of_all}");
    assert!(!of_all.contains("Do not apply"), "{of_all}");
    assert_eq!(scene.run(&["plan", "--labels", "."]).stdout, "");
}

#[test]
fn plan_tells_programs_which_pack_is_of_unknown_layout() {
    let ran = scene().run(&["plan", "--json", "."]);
    let steps = ran.stdout.lines().filter(|line| line.contains("\"code\":\"damaged-record\""));
    let told: Vec<_> = steps
        .map(|line| (line.contains("/genuine-"), line.contains("\"unknown_layout\":true")))
        .collect();
    assert_eq!(told.len(), 3, "{}", ran.stdout);
    assert_eq!(told.iter().filter(|one| **one == (true, true)).count(), 2, "{}", ran.stdout);
    assert!(told.contains(&(false, false)), "{}", ran.stdout);
}

#[test]
fn page_counts_them_apart_from_damage() {
    let scene = scene();
    scene.run(&["inspect", ".", "--report", "a.html"]).ends(1);
    let page = scene.text("a.html");
    for row in [
        "<tr><td>The record has a layout that addpack does not know; it may be a genuine diskette \
         <small>(damaged-record of unknown layout)</small></td><td class=\"number\">2</td>\
         <td>Nothing: it is left alone</td></tr>",
        "<tr><td>The record on the diskette is damaged <small>(damaged-record)</small></td>\
         <td class=\"number\">1</td>",
    ] {
        assert!(page.contains(row), "{row}: {page}");
    }
}

#[cfg(unix)]
#[test]
fn summary_of_very_many_offers_no_request() {
    use crate::support::diskette::Terminal;
    let scene = Scene::new();
    for seed in 0..200 {
        std::fs::write(scene.path(&format!("{seed:03}.img")), image_of(&strange(seed))).unwrap();
    }
    let args = ["-q", "--color", "never", "inspect", "."];
    let summary = || Terminal::run_sized(scene.command(&args), 40, 80).end().0;
    let shown = summary();
    assert!(shown.contains("200 damaged-record of unknown layout\n"), "{shown}");
    assert!(!shown.contains("addpack replace"), "{shown}");
    let damaged = sample::defective().image();
    std::fs::write(scene.path("out-of-order.img"), damaged).unwrap();
    let shown = summary();
    assert!(shown.contains("asks for 1 replacement"), "{shown}");
}
