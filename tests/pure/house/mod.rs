//! The house: what holds of the files of the project.

mod imports;
mod opened;
mod source;

use crate::support::folder::assert_every_file_is_declared;
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_test_file_is_declared() {
    assert_every_file_is_declared("support", "mod.rs");
    assert_every_file_is_declared("real_driver", "mod.rs");
}

#[test]
fn there_are_four_test_programs() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let names = std::fs::read_dir(tests).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().path()).collect();
    let programs: BTreeSet<_> = names
        .iter()
        .filter(|path| {
            path.extension().is_some_and(|it| it == "rs") || path.join("main.rs").exists()
        })
        .map(|path| path.file_name().unwrap().to_str().unwrap())
        .collect();
    assert_eq!(programs, BTreeSet::from(["crash", "drives", "pure", "tool"]));
}
