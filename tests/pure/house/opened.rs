//! Who opens files: the locks of the ledger depend on it.

use std::fs;
use std::path::{Path, PathBuf};

/// Calls that open a file, which is closed sooner or later.
const OPENS: [&str; 5] =
    ["File::open(", "OpenOptions::new()", "fs::read(", "fs::read_to_string(", "::open_to_read("];
/// What keeps a file open that SQLite has open.
const CHECK: &str = "unless_open_in_sqlite";
/// Calls that check it themselves, or open no file.
const CHECKED: [&str; 2] = ["OpenFile::open(", "Ledger::open_to_read("];
/// Who opens files that no user has named, and the ledger before SQLite does; and the check itself.
const OTHERS: [&str; 5] = ["platform/", "ledger/", "files/", "cli/commands/selftest/", "build.rs"];

/// The lines of a file that open another one without the check, which is in the same line or in the next one.
fn unchecked(name: &str, text: &str) -> Vec<String> {
    let text = text.split("\nmod tests {").next().unwrap();
    let lines: Vec<_> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let opens = |line: &str| {
        let line = CHECKED.iter().fold(line.to_owned(), |line, checked| line.replace(checked, ""));
        OPENS.iter().any(|open| line.contains(open))
    };
    let is_checked = |at: usize| lines[at..].iter().take(2).any(|line| line.contains(CHECK));
    let found = (0..lines.len()).filter(|at| opens(lines[*at]) && !is_checked(*at));
    found.map(|at| format!("{name}: {}", lines[at].trim())).collect()
}

fn unchecked_below(folder: &Path, prefix: &str) -> Vec<String> {
    let found = |path: PathBuf| {
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            unchecked_below(&path, &format!("{name}/"))
        } else if path.extension().is_some_and(|it| it == "rs")
            && !OTHERS.iter().any(|other| name.starts_with(other))
        {
            unchecked(&name, &fs::read_to_string(&path).unwrap())
        } else {
            Vec::new()
        }
    };
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).flat_map(found).collect()
}

#[test]
fn what_a_user_names_is_opened_only_if_sqlite_does_not_have_it_open() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert_eq!(unchecked_below(&source, ""), [""; 0]);
    let text = "File::open(one)?;\nlet other;\nFile::open(two)\n.and_then(unless_open_in_sqlite)";
    assert_eq!(unchecked("a.rs", text), ["a.rs: File::open(one)?;"]);
}
