//! What the files of the crate import: modules only those above them (src/DESIGN.md), and no two files
//! each other.

use super::source::{Source, top_module_of};
use std::fs;
use std::path::Path;

fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The modules in the order of the table in src/DESIGN.md.
fn top_modules() -> Vec<String> {
    let design = fs::read_to_string(crate_folder().join("src/DESIGN.md")).unwrap();
    let table = design.split("## Modules").nth(1).unwrap().split("\n## ").next().unwrap();
    let name = |line: &str| Some(line.strip_prefix("| `")?.split('`').next()?.to_owned());
    table.lines().filter_map(name).collect()
}

#[test]
fn every_module_is_in_the_table() {
    let top_modules = top_modules();
    let source = Source::read(&crate_folder().join("src"));
    let mut missing: Vec<_> =
        source.files().map(top_module_of).filter(|top_module| *top_module != "lib").collect();
    missing.retain(|top_module| !top_modules.iter().any(|known| known == top_module));
    assert_eq!(missing, [""; 0], "modules that src/DESIGN.md does not name");
    assert_eq!(top_modules.first().map(String::as_str), Some("disk"));
    assert_eq!(top_modules.last().map(String::as_str), Some("cli"));
}

#[test]
fn rooms_import_only_rooms_above_them() {
    let top_modules = top_modules();
    let rank = |top_module: &str| top_modules.iter().position(|known| known == top_module);
    let source = Source::read(&crate_folder().join("src"));
    let mut wrong = Vec::new();
    for (file, imported) in source.top_modules() {
        if rank(&imported) > rank(top_module_of(&file)) && rank(top_module_of(&file)).is_some() {
            wrong.push((file, imported));
        }
    }
    assert_eq!(wrong, [], "files that import a module below their own");
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
    let top_modules: Vec<_> = source.top_modules().into_iter().collect();
    let found = |file: &str, top_module: &str| (file.to_owned(), top_module.to_owned());
    let want = [("pack/mod.rs", "disk"), ("pack/mod.rs", "record"), ("record/a.rs", "disk")];
    assert_eq!(top_modules, want.map(|(file, top_module)| found(file, top_module)));
}
