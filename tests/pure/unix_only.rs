//! What is not built for Windows is named in `tests/windows/unix_only`. Only a build for Windows sees all of that; this
//! test sees on every system what was added or moved.

use std::fs;
use std::path::Path;

/// The tests, and the modules with `::` behind them, that the Rust files below `path` have on Unix alone; but not the tests
/// of such a module.
fn only_on_unix(path: &Path, named: &str, found: &mut Vec<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            only_on_unix(&entry.unwrap().path(), named, found);
        }
    } else if path.extension().is_some_and(|ending| ending == "rs") {
        let text = fs::read_to_string(path).unwrap();
        let is_whole = text.contains("\n#![cfg(unix)]\n");
        let file = format!("{}::", path.file_stem().unwrap().display());
        let is_named = named.lines().any(|line| line == file);
        let (mut is_unix, mut is_test) = (false, false);
        for line in text.lines() {
            let module = line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'));
            let function = line.strip_prefix("fn ").and_then(|rest| rest.split('(').next());
            match (module, function) {
                (Some(module), _) if is_unix || is_whole => found.push(format!("{module}::")),
                (_, Some(test)) if is_unix && is_test && !is_named => found.push(test.to_owned()),
                _ => {}
            }
            let is_attribute = line.starts_with("#[");
            is_unix =
                is_attribute && (is_unix || line.contains("(unix)") || line.contains("linux"));
            is_test = is_attribute && (is_test || line == "#[test]");
        }
    }
}

#[test]
fn everything_that_is_only_on_unix_is_named_with_its_reason() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let named = fs::read_to_string(tests.join("windows/unix_only")).unwrap();
    let mut found = Vec::new();
    for program in ["crash", "drives", "pure", "tool"] {
        only_on_unix(&tests.join(program), &named, &mut found);
    }
    assert!(found.contains(&"claims::".to_owned()), "{found:?}");
    let is_named = |name: &String| {
        named.lines().any(|line| {
            line.strip_suffix(name).is_some_and(|it| it.is_empty() || it.ends_with("::"))
        })
    };
    found.retain(|name| !is_named(name) && name != "support::");
    assert_eq!(found, [""; 0], "not named in tests/windows/unix_only");
}
