//! What the files of the crate import: rooms only those above them (src/DESIGN.md), and no two files
//! each other.

use super::source::{Source, room_of};
use std::fs;
use std::path::Path;

fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rooms in the order of the table in src/DESIGN.md.
fn rooms() -> Vec<String> {
    let design = fs::read_to_string(crate_folder().join("src/DESIGN.md")).unwrap();
    let table = design.split("## Rooms").nth(1).unwrap().split("\n## ").next().unwrap();
    let name = |line: &str| Some(line.strip_prefix("| `")?.split('`').next()?.to_owned());
    table.lines().filter_map(name).collect()
}

#[test]
fn every_room_is_in_the_table() {
    let rooms = rooms();
    let source = Source::read(&crate_folder().join("src"));
    let mut missing: Vec<_> = source.files().map(room_of).filter(|room| *room != "lib").collect();
    missing.retain(|room| !rooms.iter().any(|known| known == room));
    assert_eq!(missing, [""; 0], "rooms that src/DESIGN.md does not name");
    assert_eq!(rooms.first().map(String::as_str), Some("disk"));
    assert_eq!(rooms.last().map(String::as_str), Some("cli"));
}

#[test]
fn rooms_import_only_rooms_above_them() {
    let rooms = rooms();
    let rank = |room: &str| rooms.iter().position(|known| known == room);
    let source = Source::read(&crate_folder().join("src"));
    let mut wrong = Vec::new();
    for (file, imported) in source.rooms() {
        if rank(&imported) > rank(room_of(&file)) && rank(room_of(&file)).is_some() {
            wrong.push((file, imported));
        }
    }
    assert_eq!(wrong, [], "files that import a room below their own");
}

#[test]
fn no_two_files_import_each_other() {
    let source = Source::read(&crate_folder().join("src"));
    assert_eq!(source.loops(), [], "files that import each other");
}

#[test]
fn loop_of_three_files_is_found() {
    let source = Source::of(&[
        ("cli/a.rs", "use super::b::B;"),
        ("cli/b.rs", "use super::c::C;"),
        ("cli/c.rs", "use super::a::A;"),
        ("cli/d.rs", "use super::a::A;"),
        ("cli/mod.rs", "mod a;\nmod b;\nmod c;\nmod d;"),
    ]);
    let pair = |one: &str, other: &str| (format!("cli/{one}.rs"), format!("cli/{other}.rs"));
    assert_eq!(source.loops(), [pair("a", "b"), pair("a", "c"), pair("b", "c")]);
}

#[test]
fn loop_and_wrong_room_are_found() {
    let source = Source::of(&[
        ("disk/mod.rs", "mod flaw;\npub use flaw::Flaw;\npub struct Sector;"),
        ("disk/flaw.rs", "use super::Sector;\npub struct Flaw;"),
        ("record/a.rs", "use crate::disk::Flaw;\nuse super::b::{self, C};"),
        ("record/b.rs", "fn f() -> super::a::A { todo!() }"),
        ("record/mod.rs", "mod a;\nmod b;\n// use crate::pack::nothing;"),
        ("pack/mod.rs", "use crate::{disk::{Flaw, Sector}, record};"),
    ]);
    assert_eq!(source.loops(), [("record/a.rs".to_owned(), "record/b.rs".to_owned())]);
    let rooms: Vec<_> = source.rooms().into_iter().collect();
    let found = |file: &str, room: &str| (file.to_owned(), room.to_owned());
    let want = [("pack/mod.rs", "disk"), ("pack/mod.rs", "record"), ("record/a.rs", "disk")];
    assert_eq!(rooms, want.map(|(file, room)| found(file, room)));
}
