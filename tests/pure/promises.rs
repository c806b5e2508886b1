//! What the README promises, and the tests that hold it, as the table of DESIGN.md names them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The part of a document below this heading.
fn part(document: &str, heading: &str) -> String {
    let text = fs::read_to_string(root().join(document)).unwrap();
    let (_, rest) = text.split_once(&format!("\n## {heading}\n")).expect("the heading");
    rest.split("\n## ").next().unwrap().to_owned()
}

/// What each promise of the README begins with, in bold.
fn promises() -> BTreeSet<String> {
    let part = part("README.md", "What it promises");
    let points = part.split("\n- ").skip(1);
    let title = |point: &str| {
        let (title, _) = point.strip_prefix("**").and_then(|it| it.split_once("**")).unwrap();
        title.trim_end_matches('.').to_owned()
    };
    points.map(title).collect()
}

/// The rows of the table: a promise and the tests that hold it.
fn held() -> Vec<(String, Vec<String>)> {
    let part = part("src/DESIGN.md", "The promises, and the tests that hold them");
    let rows = part.lines().filter(|line| line.starts_with("| ")).skip(2);
    let cells = rows.map(|row| row.trim_matches(['|', ' ']).split_once(" | ").unwrap());
    cells
        .map(|(promise, tests)| {
            let names = tests.split(", ").map(|name| name.trim_matches('`').to_owned());
            (promise.to_owned(), names.collect())
        })
        .collect()
}

fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let tests = text.split("#[test]").skip(1).filter_map(|after| after.split_once("fn "));
            let names = tests.filter_map(|(_, name)| name.split_once('('));
            found.extend(names.map(|(name, _)| name.to_owned()));
        }
    }
}

#[test]
fn every_promise_of_the_readme_has_tests() {
    let rows: BTreeSet<_> = held().into_iter().map(|(promise, _)| promise).collect();
    assert_eq!(rows, promises());
}

/// The names of all tests.
fn tests() -> BTreeSet<String> {
    let mut tests = BTreeSet::new();
    functions(&root().join("tests"), &mut tests);
    tests
}

#[test]
fn every_test_that_holds_a_guard_is_there() {
    let part = part(".github/CONTRIBUTING.md", "Mutants");
    let (_, guards) = part.split_once("| guard | test |").expect("the table");
    let rows = guards.lines().filter(|line| line.starts_with("| ")).skip(1);
    let names: Vec<_> = rows.map(|row| row.rsplit('`').nth(1).expect("a test")).collect();
    let tests = tests();
    assert!(!names.is_empty());
    for name in names {
        assert!(tests.contains(name), "there is no test {name}");
    }
}

#[test]
fn every_test_that_holds_a_promise_is_there() {
    let tests = tests();
    for (promise, names) in held() {
        assert!(!names.is_empty(), "{promise}");
        for name in names {
            assert!(tests.contains(&name), "{promise}: there is no test {name}");
        }
    }
}
