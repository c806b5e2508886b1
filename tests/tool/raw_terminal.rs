//! What strangers' disks and file names say reaches no terminal raw: every verb, at a terminal, with its questions,
//! its progress and its errors.

use crate::support::disk::layout::KB_360;
use crate::support::disk::{self, Disk};
use crate::support::diskette::Terminal;
use crate::support::scene::Scene;
use crate::support::simulator::{Pack, Release, Server, sample};
use crate::support::tools;
use rusqlite::Connection;
use std::fs;

/// All that a terminal obeys or hides: ESC, DEL, C1, marks of direction.
const HOSTILE: &str = "\u{1b}[2Jx\u{7f}\u{9b}2J\u{85}\u{202e}\u{2066}\u{61c}\u{200f}";

/// What a terminal would obey, or hide text by, with what stands around it. What addpack itself says to a terminal
/// are colors, and lines of progress that are written anew.
fn raw_in(shown: &str) -> Option<&str> {
    let is_raw = |(at, char): &(usize, char)| match char {
        '\u{1b}' => !is_own(&shown[at + 1..]),
        '\n' | '\r' | '\t' => false,
        '\u{61c}' | '\u{200e}'..='\u{200f}' => true,
        _ => char.is_control() || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'),
    };
    let (at, _) = shown.char_indices().find(is_raw)?;
    let start = shown[..at].char_indices().rev().nth(60).map_or(0, |(at, _)| at);
    Some(&shown[start..])
}

/// Whether this, behind an ESC, is a color, or clears the line.
fn is_own(behind: &str) -> bool {
    let parameters = |c: char| c.is_ascii_digit() || c == ';';
    let end = behind.strip_prefix('[').map(|text| text.trim_start_matches(parameters));
    end.is_some_and(|end| end.starts_with('m') || end.starts_with('K'))
}

/// A pack that is bound to a server with such a name, under another seal where that is to be sound.
fn named_server(number: u32) -> Pack {
    let mut server = Server::install(Release::V40, [2; 6], "SRV", 125_411_328_000_000_000);
    let mut pack =
        Pack::unused_40(&format!("12345-270-0000778-{number:05}"), 5, 125_411_328_000_000_000);
    assert!(server.apply(&mut pack));
    let name = pack.map().name;
    pack.put(name, b"\x1b[2J\x7f\x9b2J\x85");
    pack.put(0x200 + 22, b"\x1b[2J\x7f\x9b2J\x85");
    pack.reseal();
    pack
}

/// A set with hostile names of files, members and folders, serials, servers, labels and files on diskettes.
fn hostile() -> Scene {
    let scene = Scene::new();
    let folder = format!("in{HOSTILE}");
    scene.pack(1, &format!("{folder}/a{HOSTILE}.img"));
    scene.pack(1, &format!("{folder}/copy{HOSTILE}.img"));
    fs::write(scene.path(&format!("{folder}/server.img")), named_server(1).image()).unwrap();
    let mut serial = Pack::unused_40("12345-270-0000778-00002", 5, 125_411_328_000_000_000);
    serial.put(0x00C, b"\x1b[2J\x7f\x9b2J\x85");
    serial.reseal();
    fs::write(scene.path(&format!("{folder}/serial.img")), serial.image()).unwrap();
    let mut spoilt = sample::used_40();
    sample::spoil(&mut spoilt, true);
    fs::write(scene.path(&format!("{folder}/spoilt{HOSTILE}.img")), spoilt.image()).unwrap();
    fs::write(scene.path(&format!("{folder}/cut{HOSTILE}.gz")), b"\x1f\x8b\x08\x00cut").unwrap();
    fs::write(scene.path(&format!("{folder}/letter{HOSTILE}.{HOSTILE}")), b"Dear Sir").unwrap();
    let member = format!("member{HOSTILE}.img");
    scene.pack(7, &member);
    let archive = tools::zip(&scene.path(""), &[], &[&member]);
    fs::remove_file(scene.path(&member)).unwrap();
    fs::rename(archive, scene.path(&format!("{folder}/packs{HOSTILE}.zip"))).unwrap();
    let mut other = Disk::new(KB_360);
    other.add("README.TXT", b"nothing");
    other.entry(0)[..8].copy_from_slice(b"\x1b[2J\x7f\x9b\x85\x01");
    other.add_entry(*b"\x1b[2J\x7f\x9b\x85\x01VOL", disk::LABEL, 0, 0);
    other.bytes[3..11].copy_from_slice(b"\x1b[2J\x7f\x9b\x85\x01");
    fs::write(scene.path("other.img"), &other.bytes).unwrap();
    scene
}

/// What is asked, and what is said to that.
type Answer = (&'static str, &'static str);

/// What a verb shows at a terminal.
fn shown(scene: &Scene, args: &[&str], answers: &[Answer]) -> String {
    let mut terminal = Terminal::run_as(scene.command(args), "xterm", 50, 100);
    let mut shown = String::new();
    for (question, answer) in answers {
        shown += &terminal.until(question);
        terminal.answer(answer);
    }
    shown + &terminal.end().0
}

#[test]
fn no_verb_shows_raw_names_at_a_terminal() {
    crate::support::needs!("zip", "unzip");
    let scene = hostile();
    let folder = &*format!("in{HOSTILE}");
    let one = &*format!("{folder}/a{HOSTILE}.img");
    let gone = &*format!("gone{HOSTILE}");
    let yes = [("[y/N] ", "n")];
    let verbs: [(&[&str], &[Answer]); 33] = [
        (&["inspect", folder], &[]),
        (&["inspect", "--list", folder], &[]),
        (&["inspect", one], &[]),
        (&["inspect", "other.img"], &[]),
        (&["inspect", &format!("{folder}/server.img")], &[]),
        (&["inspect", &format!("{folder}/serial.img")], &[]),
        (&["inspect", &format!("{folder}/cut{HOSTILE}.gz")], &[]),
        (&["inspect", &format!("{folder}/packs{HOSTILE}.zip:{gone}")], &[]),
        (&["inspect", gone], &[]),
        (&["inspect", "--json", folder], &[]),
        (&["inspect", "--map", gone, one], &[]),
        (&["inspect", "--report", gone, "--csv-to", one, folder], &[]),
        (&["inspect", "--files-from", gone], &[]),
        (&["convert", folder], &yes),
        (&["convert", one], &yes),
        (&["convert", "-o", gone, folder], &yes),
        (&["convert", "-o", one, folder], &[]),
        (&["convert", "--dry-run", folder], &[]),
        (&["convert", "--yes", "--only-as", gone, folder], &[]),
        (&["convert", "--yes", "--ledger", one, folder], &[]),
        (&["plan", "--ledger", gone, folder], &[]),
        (&["plan", folder], &[]),
        (&["plan", "--all", folder], &[]),
        (&["plan", "--labels", folder], &[]),
        (&["plan", "--name", gone, "--server", gone, folder], &[]),
        (&["replace", folder], &[]),
        (&["replace", "--csv", folder], &[]),
        (&["replace", "--json", folder], &[]),
        (&["replace", "-o", one, folder], &[]),
        (&["explain", gone], &[]),
        (&[gone], &[]),
        (&["ledger", "show", gone], &[]),
        (&["ledger", "release", gone], &[]),
    ];
    for (args, answers) in verbs {
        assert_eq!(raw_in(&shown(&scene, args, answers)), None, "{args:?}");
    }
}

#[test]
fn no_verb_of_the_ledger_shows_raw_names_at_a_terminal() {
    let scene = hostile();
    let folder = &*format!("in{HOSTILE}");
    let out = &*format!("out{HOSTILE}");
    shown(&scene, &["convert", "--yes", "-o", out, folder], &[]);
    let serial = "54321-270-0000001-00042";
    let gone = scene.path(out).join(format!("a{HOSTILE}.img"));
    for is_gone in [false, true] {
        if is_gone {
            fs::remove_file(&gone).unwrap();
        }
        let verbs: [&[&str]; 7] = [
            &["ledger"],
            &["ledger", "--csv"],
            &["ledger", "--json"],
            &["ledger", "show", serial],
            &["ledger", "check"],
            &["plan", folder],
            &["inspect", folder],
        ];
        for args in verbs {
            assert_eq!(raw_in(&shown(&scene, args, &[])), None, "{args:?}");
        }
    }
    // A ledger is a stranger's file as well.
    let ledger = Connection::open(scene.ledger()).unwrap();
    let sql = "UPDATE conversion SET serial = ?1 WHERE serial = ?2";
    ledger.execute(sql, rusqlite::params![HOSTILE, serial]).unwrap();
    drop(ledger);
    for (args, answers) in [
        (&["ledger"][..], &[][..]),
        (&["ledger", "check"], &[]),
        (&["ledger", "show", HOSTILE], &[]),
        (&["ledger", "release", HOSTILE], &[("[y/N] ", "y")]),
        (&["ledger", "list", "--csv"], &[]),
    ] {
        assert_eq!(raw_in(&shown(&scene, args, answers)), None, "{args:?}");
    }
}

#[test]
fn the_check_of_these_tests_can_fail() {
    assert_eq!(raw_in("\u{1b}[1m\u{1b}[31mrefused\u{1b}[0m\r\u{1b}[2K\n\tin/1.img"), None);
    for raw in ["\u{1b}[2J", "\u{1b}]0;x", "\u{7f}", "\u{9b}31m", "\u{202e}", "\u{8}", "\u{1b}"] {
        assert!(raw_in(&format!("a{raw}b")).is_some(), "{}", raw.escape_debug());
    }
}
