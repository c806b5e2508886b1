//! Patterns such as `*.img`, which the shells of Windows do not expand. Only `*` and `?` are special: no file
//! name there can contain them, but `disk[1].img` is one.

use crate::platform::System;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// The named paths, with each pattern replaced by what it matches, in order; one that matches nothing stays.
/// On systems whose shells expand patterns, all paths stay.
pub fn expand(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    if System::HERE == System::Windows {
        paths.iter().flat_map(|path| matches(path)).collect()
    } else {
        paths
    }
}

/// The paths that a pattern matches; the path itself if it is not a pattern.
fn matches(path: &Path) -> Vec<PathBuf> {
    if !path.iter().any(|name| name.to_string_lossy().contains(['*', '?'])) {
        return vec![path.to_owned()];
    }
    let mut found = vec![PathBuf::new()];
    for component in path.components() {
        let pattern = match component {
            Component::Normal(name) => name.to_string_lossy(),
            other => {
                for path in &mut found {
                    path.push(other);
                }
                continue;
            }
        };
        if pattern.contains(['*', '?']) {
            found = found.iter().flat_map(|folder| in_folder(folder, &pattern)).collect();
        } else {
            for path in &mut found {
                path.push(component);
            }
            found.retain(|at| path.starts_with(at) || at.exists());
        }
    }
    if found.is_empty() { vec![path.to_owned()] } else { found }
}

/// The paths in a folder whose names match, in order.
fn in_folder(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let here = if folder == Path::new("") { Path::new(".") } else { folder };
    let entries = fs::read_dir(here).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name());
    let mut names: Vec<_> =
        names.filter(|name| is_match(pattern, &name.to_string_lossy())).collect();
    names.sort_unstable();
    names.into_iter().map(|name| folder.join(name)).collect()
}

/// Whether a name matches, ignoring case. `*.*` matches every name, even without a dot.
fn is_match(pattern: &str, name: &str) -> bool {
    let fold = |text: &str| text.to_lowercase().chars().collect::<Vec<_>>();
    let pattern = if pattern == "*.*" { vec!['*'] } else { fold(pattern) };
    let name = fold(name);
    // The position of the last `*`, and the position in the name up to which it is tried.
    let (mut at, mut from, mut star) = (0, 0, None);
    while from < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(c) if *c == '?' || *c == name[from] => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((behind, tried)) = star else { return false };
                star = Some((behind, tried + 1));
                (at, from) = (behind + 1, tried + 1);
            }
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_stars_and_question_marks_have_a_meaning() {
        for (pattern, name, fits) in [
            ("*.img", "disk1.img", true),
            ("*.IMG", "disk1.img", true),
            ("disk?.img", "disk1.img", true),
            ("disk?.img", "disk10.img", false),
            ("disk[1].img", "disk[1].img", true),
            ("disk[1]*", "disk1.img", false),
            ("*", "README", true),
            ("*.*", "README", true),
            ("*a*b*c", "xaybzc", true),
            ("*a*b*c", "xaybzcd", false),
            ("*.img", "disk1.img.gz", false),
            ("d*1.img", "disk11.img", true),
            ("?", "", false),
            ("**", "", true),
        ] {
            assert_eq!(is_match(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_becomes_what_it_matches_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["b.img", "a.img", "c.txt"] {
            fs::write(at(name), "").unwrap();
        }
        for name in ["one", "two"] {
            fs::create_dir(at(name)).unwrap();
        }
        fs::write(at("two").join("d.img"), "").unwrap();
        assert_eq!(matches(&at("*.img")), [at("a.img"), at("b.img")]);
        assert_eq!(matches(&at("?o").join("d.img")), [at("?o").join("d.img")]);
        assert_eq!(matches(&at("t*o").join("d.img")), [at("two").join("d.img")]);
        assert_eq!(matches(&at("?????").join("d.img")), [at("?????").join("d.img")]);
        assert_eq!(matches(&at("*.ima")), [at("*.ima")]);
        assert_eq!(matches(&at("gone.img")), [at("gone.img")]);
    }
}
