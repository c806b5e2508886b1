//! The source of the crate as a graph: which file imports which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The files by their paths under src.
pub(super) struct Source {
    files: BTreeMap<String, File>,
}

/// A file: its module, and the paths that it uses.
struct File {
    module: Vec<String>,
    uses: Vec<Use>,
}

struct Use {
    /// Names from the root of the crate on.
    path: Vec<String>,
    /// Whether it only makes something of another file known under a second name.
    is_exported: bool,
}

/// The module that a file is in: the first part of its path.
pub(super) fn top_module_of(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

impl Source {
    pub(super) fn read(folder: &Path) -> Self {
        let mut texts = Vec::new();
        collect(folder, "", &mut texts);
        // The program and what builds it stand outside of all modules.
        texts.retain(|(name, _)| !["main.rs", "build.rs"].contains(&name.as_str()));
        let texts: Vec<_> = texts.iter().map(|(name, text)| (&**name, &**text)).collect();
        Self::of(&texts)
    }

    pub(super) fn of(texts: &[(&str, &str)]) -> Self {
        let modules: BTreeSet<_> = texts.iter().map(|(name, _)| module_of(name)).collect();
        let file = |(name, text): &(&str, &str)| {
            let module = module_of(name);
            let uses = uses(text, &module, &modules);
            ((*name).to_owned(), File { module, uses })
        };
        Self { files: texts.iter().map(file).collect() }
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Each file with each other module that it uses.
    pub(super) fn top_modules(&self) -> BTreeSet<(String, String)> {
        let top_modules: BTreeSet<_> = self.files().map(top_module_of).collect();
        let mut found = BTreeSet::new();
        for (name, file) in &self.files {
            let used = file.uses.iter().filter_map(|used| used.path.first());
            for top_module in used.filter(|top_module| {
                *top_module != top_module_of(name) && top_modules.contains(&***top_module)
            }) {
                found.insert((name.clone(), top_module.clone()));
            }
        }
        found
    }

    /// Pairs of files of which one uses the other, which leads back to it, by however many files. A module and what
    /// lies in it are one.
    pub(super) fn loops(&self) -> Vec<(String, String)> {
        let mut edges = BTreeSet::new();
        for (name, file) in &self.files {
            for used in file.uses.iter().filter(|used| !used.is_exported) {
                let target = self.file_of(&used.path, 0);
                let within = |target: &&str| {
                    let other = &self.files[*target].module;
                    file.module.starts_with(other) || other.starts_with(&file.module)
                };
                edges.extend(target.filter(|it| !within(it)).map(|it| (name.as_str(), it)));
            }
        }
        let back = edges.iter().filter(|(one, other)| leads(&edges, other, one));
        let pairs: BTreeSet<_> =
            back.map(|(one, other)| (one.min(other), one.max(other))).collect();
        pairs.into_iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
    }

    /// The file that a path leads to, where need be through names that modules give to what lies in
    /// others.
    fn file_of(&self, path: &[String], depth: usize) -> Option<&str> {
        let lies_in = |file: &File| path.starts_with(&file.module);
        let candidates = self.files.iter().filter(|(_, file)| lies_in(file));
        let (name, file) = candidates.max_by_key(|(_, file)| file.module.len())?;
        let rest = &path[file.module.len()..];
        let exported = rest.first().and_then(|item| {
            file.uses.iter().find(|used| used.path.last() == Some(item) && used.path != path)
        });
        match exported.filter(|_| depth < 8) {
            Some(used) => self.file_of(&[&used.path[..], &rest[1..]].concat(), depth + 1),
            None => Some(name),
        }
    }
}

/// Whether one file leads to another by what it uses.
fn leads(edges: &BTreeSet<(&str, &str)>, from: &str, to: &str) -> bool {
    let (mut seen, mut open) = (BTreeSet::from([from]), vec![from]);
    while let Some(file) = open.pop() {
        let used = edges.range((file, "")..).take_while(|(user, _)| *user == file);
        open.extend(used.map(|(_, used)| *used).filter(|used| seen.insert(used)));
    }
    seen.contains(to)
}

fn collect(folder: &Path, prefix: &str, texts: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), texts);
        } else if path.extension().is_some_and(|it| it == "rs") {
            texts.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

fn module_of(name: &str) -> Vec<String> {
    let parts = name.trim_end_matches(".rs").split('/').map(str::to_owned);
    let mut parts: Vec<_> = parts.collect();
    if parts.last().is_some_and(|last| last == "mod") || parts == ["lib"] {
        parts.pop();
    }
    parts
}

/// All paths that a file uses: those of its `use` lines, and those that stand in full elsewhere. What
/// only tests use does not count.
fn uses(text: &str, module: &[String], modules: &BTreeSet<Vec<String>>) -> Vec<Use> {
    let text = text.split("#[cfg(test)]").next().unwrap();
    let lines = text.lines().map(|line| line.split("//").next().unwrap());
    let text = lines.collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    let mut add = |path: Vec<String>, is_exported| {
        let path = absolute(&path, module, modules);
        found.extend(path.map(|path| Use { path, is_exported }));
    };
    for statement in text.split(';') {
        let begins = |at: usize| statement[..at].trim_end_matches(' ').ends_with(['\n', ')']);
        let at = statement
            .rfind("use ")
            .filter(|at| *at == 0 || begins(*at) || statement[..*at].trim_end().ends_with("pub"));
        let (before, tree) = match at {
            Some(at) => (&statement[..at], Some(&statement[at + 4..])),
            None => (statement, None),
        };
        let is_exported = before.lines().last().is_some_and(|line| line.starts_with("pub"));
        for path in tree.iter().flat_map(|tree| expand(tree)) {
            add(path, is_exported);
        }
        for path in full_paths(before) {
            add(path, false);
        }
    }
    found
}

/// The paths in a tree such as `a::{b, c::{self, d as e}}`.
fn expand(tree: &str) -> Vec<Vec<String>> {
    let Some((start, branches)) = tree.split_once('{') else {
        let names = tree.split(" as ").next().unwrap().split("::").map(str::trim);
        return vec![
            names.filter(|name| !name.is_empty() && *name != "self").map(str::to_owned).collect(),
        ];
    };
    let branches = branches.trim_end().strip_suffix('}').unwrap_or(branches);
    let mut depth = 0;
    let split = |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    };
    let start = expand(start).remove(0);
    let branches: Vec<_> = branches.split(split).filter(|part| !part.trim().is_empty()).collect();
    let paths = branches.into_iter().flat_map(expand);
    paths.map(|path| [&start[..], &path[..]].concat()).collect()
}

/// Paths from the crate's root, or from a module above, that stand in the midst of code.
fn full_paths(code: &str) -> impl Iterator<Item = Vec<String>> {
    let words = code.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    let full = words.filter(|word| ["crate::", "super::"].iter().any(|it| word.starts_with(it)));
    full.map(|word| word.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect())
}

/// The path from the crate's root on; `None` where it leads out of the crate.
fn absolute(
    path: &[String],
    module: &[String],
    modules: &BTreeSet<Vec<String>>,
) -> Option<Vec<String>> {
    let up = path.iter().take_while(|name| *name == "super").count();
    let first = path.first()?;
    if first == "crate" || first == "addpack" {
        return Some(path[1..].to_vec());
    }
    if up > 0 {
        return Some([&module[..module.len().checked_sub(up)?], &path[up..]].concat());
    }
    let below = [module, &path[..1]].concat();
    modules.contains(&below).then(|| [module, path].concat())
}
