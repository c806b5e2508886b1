//! The folders of the tests: a file that no `mod` names is a test that nobody runs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Asserts that the modules declared in `root`, and in the folders below it, are the files there.
#[track_caller]
pub(crate) fn assert_every_file_is_declared(folder: &str, root: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    check(&folder, root);
}

#[track_caller]
fn check(folder: &Path, root: &str) {
    let text = fs::read_to_string(folder.join(root)).unwrap();
    let declared: BTreeSet<_> = declared_modules(&text);
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            check(&path, "mod.rs");
            found.insert(name);
        } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with(root) {
            found.insert(name);
        }
    }
    assert_eq!(declared, found, "the modules that {} declares", folder.join(root).display());
}

/// The modules declared in a file; not those that lie elsewhere, by a `#[path]`.
fn declared_modules(text: &str) -> BTreeSet<String> {
    let above = std::iter::once("").chain(text.lines());
    let lines = above.zip(text.lines()).filter(|(above, _)| !above.starts_with("#[path"));
    lines.filter_map(|(_, line)| declared_module(line)).collect()
}

/// The name in `mod name;`, with whatever visibility.
fn declared_module(line: &str) -> Option<String> {
    let (before, name) = line.strip_suffix(';')?.split_once("mod ")?;
    (before.is_empty() || before.starts_with("pub")).then(|| name.to_owned())
}
