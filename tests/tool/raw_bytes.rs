//! What strangers' disks and file names say reaches nobody raw: neither a terminal nor a pipe that may end
//! at one.

use crate::support::scene::{Image, Ran, Scene};
use crate::support::simulator::{Pack, Release, Server, sample};

/// A name with all that a terminal obeys or hides: ESC, DEL, C1, a mark of direction, a line end.
const NAME: &str = "a\u{1b}[2J\u{7f}\u{9b}31m\u{202e}\u{61c}\n\"b.img";

fn assert_nothing_raw(ran: &Ran, of: &[&str]) {
    let raw = |char: char| {
        (char.is_control() && char != '\n')
            || matches!(char, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    for text in [&ran.stdout, &ran.stderr] {
        assert!(!text.contains(raw), "{of:?}: {}", text.escape_debug());
    }
    assert!(!ran.stdout.contains("\n\"b.img"), "{of:?}: {}", ran.stdout);
}

/// A refused pack whose server and file have such names.
fn hostile() -> Scene {
    let scene = Scene::new();
    let mut server = Server::install(Release::V40, [2; 6], "SRV", 125_411_328_000_000_000);
    let mut pack = sample::unused();
    assert!(server.apply(&mut pack));
    let map = pack.map();
    pack.put(map.name, b"\x1b[31m\x9b\"SRV");
    std::fs::write(scene.path(NAME), pack.image()).unwrap();
    scene
}

#[test]
fn no_report_has_raw_names_in_it() {
    let scene = hostile();
    let commands: [&[&str]; 12] = [
        &["inspect", "."],
        &["inspect", NAME],
        &["inspect", "--json", "."],
        &["inspect", "--json", "gone\u{1b}\u{202e}.img"],
        &["convert", "--yes", "."],
        &["convert", "--yes", "--json", "-o", "out\u{9b}", "."],
        &["plan", "."],
        &["plan", "--json", "."],
        &["plan", "--labels", "."],
        &["replace", "."],
        &["replace", "--csv", "."],
        &["replace", "--json", "."],
    ];
    for command in commands {
        assert_nothing_raw(&scene.run(command), command);
    }
}

#[test]
fn no_list_of_the_ledger_has_raw_names_in_it() {
    let scene = Scene::new();
    scene.pack(1, NAME);
    assert_eq!(scene.convert(&[NAME]).2, Some(0));
    for command in
        [&["ledger"][..], &["ledger", "--csv"], &["ledger", "--json"], &["ledger", "check"]]
    {
        assert_nothing_raw(&scene.run(command), command);
    }
    // For programs it is exact all the same.
    let row: serde_json::Value =
        serde_json::from_str(&scene.run(&["ledger", "--json"]).stdout).unwrap();
    assert!(row["path"].as_str().unwrap().ends_with(NAME), "{row}");
}

#[test]
fn quote_in_a_field_of_csv_is_escaped_once() {
    let scene = hostile();
    let ran = scene.run(&["replace", "--csv", "."]);
    assert!(ran.stdout.contains(r#","\x1b[31m\x9b""SRV","#), "{}", ran.stdout);
}

#[test]
fn times_past_the_year_9999_are_null_and_that_is_said() {
    let scene = Scene::new();
    let far = Pack::unused_40("12345-270-0000017-00042", 5, u64::MAX);
    std::fs::write(scene.path("far.img"), far.image()).unwrap();
    let (images, _, code) = scene.json(&["inspect", "--json", "far.img"]);
    let record = images[0].record.as_ref().unwrap();
    let is_said = |image: &Image| image.notes.iter().any(|note| note.code == "time-past-9999");
    assert_eq!((&record.made_at, is_said(&images[0]), code), (&None, true, Some(0)));
    // The last second that has a form.
    let last = Pack::unused_40("12345-270-0000017-00043", 5, 2_650_467_743_999_999_999);
    std::fs::write(scene.path("last.img"), last.image()).unwrap();
    let (images, ..) = scene.json(&["inspect", "--json", "last.img"]);
    let record = images[0].record.as_ref().unwrap();
    assert_eq!(record.made_at.as_deref(), Some("9999-12-31T23:59:59Z"));
    assert!(!is_said(&images[0]));
}
