//! Paths that lead nowhere, or that may not be read: what is wrong with them, and what to type instead.

use crate::cli::show::terminal::named;
use crate::cli::words::nearest;
use crate::cli::words::system::NO_DRIVE_FOUND;
use addpack::media::{FoundDrive, PlaceKind, drives, group_with_access};
use addpack::report::{FailureCode, Operation, Report};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Names that are compared in one folder.
const NAMES: usize = 10_000;

/// root has a ledger of its own.
const AS_ROOT: &str = "run addpack as root (with sudo), and name your ledger with --ledger";

/// What is wrong with a path, if there is more to say than the failure's code does.
pub(crate) fn message(report: &Report) -> Option<String> {
    let shown = named(&report.path);
    Some(match problem(report)? {
        Problem::Pattern if cfg!(windows) => format!("no file matches the pattern {shown}"),
        Problem::Pattern => {
            format!("{shown} is a pattern, and no shell has put file names in its place")
        }
        Problem::DriveLetter => format!("{shown} is a drive letter, and this is not Windows"),
        Problem::NoDrive => format!("there is no drive {shown}"),
        Problem::LockedDrive { group, to_write } => {
            let who = group
                .map_or_else(String::new, |group| format!(" and members of the group {group}"));
            format!("only root{who} may {} this drive", if to_write { "write to" } else { "read" })
        }
        Problem::Misspelt(_) => return None,
    })
}

/// What to do about it.
pub(crate) fn next_step(report: &Report) -> Option<String> {
    Some(match problem(report)? {
        Problem::Pattern => {
            "name the folder instead: addpack looks through all of it. If the pattern stood in quotes, \
             leave them out"
                .to_owned()
        }
        Problem::DriveLetter | Problem::NoDrive => match drives().as_slice() {
            [] => NO_DRIVE_FOUND.to_owned(),
            found => format!("name one of the drives that were found: {}", drive_list(found)),
        },
        Problem::LockedDrive { group: Some(group), .. } => format!(
            "join that group (sudo usermod -aG {group} $USER, then log in again), or {AS_ROOT}"
        ),
        Problem::LockedDrive { group: None, .. } => AS_ROOT.to_owned(),
        Problem::Misspelt(nearest) => format!("check the path; did you mean {nearest}?"),
    })
}

/// That nothing that was named holds an image.
pub(crate) fn no_image(paths: &[PathBuf]) -> String {
    let named: Vec<_> = paths.iter().map(|path| named(path)).collect();
    match &*named {
        [one] => format!("no image was found in {one}"),
        several => format!("no image was found in these {} paths", several.len()),
    }
}

/// Drives, as a list for people.
pub(crate) fn drive_list(drives: &[FoundDrive]) -> String {
    let one = |drive: &FoundDrive| {
        let state = if drive.is_empty { " (empty)" } else { "" };
        format!("{}{state}", named(&drive.path))
    };
    drives.iter().map(one).collect::<Vec<_>>().join(", ")
}

enum Problem {
    /// A pattern that matches nothing or, if the shell expands patterns, was quoted.
    Pattern,
    /// `A:` on a system whose drives have no letters.
    DriveLetter,
    /// A device file that is not there.
    NoDrive,
    /// A drive that this user may not read, or not write to, and the group that may.
    LockedDrive { group: Option<String>, to_write: bool },
    /// There is something with a similar name.
    Misspelt(String),
}

fn problem(report: &Report) -> Option<Problem> {
    let path = report.path.as_path();
    let text = path.to_string_lossy();
    let failure = report.failure.as_ref()?;
    match failure.code {
        FailureCode::NotFound if text.contains(['*', '?']) => Some(Problem::Pattern),
        FailureCode::NotFound if !cfg!(windows) && is_drive_letter(&text) => {
            Some(Problem::DriveLetter)
        }
        FailureCode::NotFound if is_drive_letter(&text) => Some(Problem::NoDrive),
        FailureCode::NotFound if path.parent() == Some(Path::new("/dev")) => Some(Problem::NoDrive),
        FailureCode::NotFound => nearest_path(path).map(Problem::Misspelt),
        FailureCode::AccessDenied | FailureCode::NotOwner => {
            let metadata = fs::metadata(path).ok()?;
            let is_drive = PlaceKind::of(&metadata) == Some(PlaceKind::Drive);
            let to_write = failure.operation == Operation::Write;
            let group = || group_with_access(path, to_write);
            is_drive.then(|| Problem::LockedDrive { group: group(), to_write })
        }
        _ => None,
    }
}

/// `A:`, `a:\` or `\\.\A:`.
pub(crate) fn is_drive_letter(text: &str) -> bool {
    let letter =
        text.strip_prefix(r"\\.\").unwrap_or(text).trim_end_matches(['\\', '/']).strip_suffix(':');
    letter.is_some_and(|letter| matches!(letter.as_bytes(), [byte] if byte.is_ascii_alphabetic()))
}

/// That a drive letter alone leads to a disk. What it names there is neither all of it nor any one folder.
pub(crate) fn disk_letter(path: &Path) -> Option<String> {
    let text = path.to_str().filter(|text| text.len() == 2 && is_drive_letter(text))?;
    Some(format!(
        "{text} is a disk and not a diskette drive: name a folder, such as {text}\\images, or {text}\\ for all of it"
    ))
}

/// The path with its first missing name replaced by the most similar one that is there.
pub(crate) fn nearest_path(path: &Path) -> Option<String> {
    let is_missing = |part: &&Path| *part != Path::new("") && fs::symlink_metadata(part).is_err();
    let missing = path.ancestors().take_while(is_missing).last()?;
    let folder = missing.parent()?;
    let to_list = if folder == Path::new("") { Path::new(".") } else { folder };
    let names = fs::read_dir(to_list).ok()?.take(NAMES).flatten();
    let names: Vec<_> = names.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    let name = nearest(missing.file_name()?.to_str()?, names.iter().map(String::as_str))?;
    let rest = path.strip_prefix(missing).unwrap_or(Path::new(""));
    let found = folder.join(name).join(rest);
    let found = if rest == Path::new("") { folder.join(name) } else { found };
    fs::symlink_metadata(&found).ok()?;
    // A folder that was typed with a separator at its end is named with one.
    let found = if ends_with_separator(path.as_os_str()) { found.join("") } else { found };
    Some(named(&found))
}

fn ends_with_separator(path: &OsStr) -> bool {
    path.as_encoded_bytes().last().is_some_and(|byte| std::path::is_separator(char::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_of_a_disk_asks_for_a_folder() {
        let words = |path: &str| disk_letter(Path::new(path));
        assert_eq!(
            words("c:").as_deref(),
            Some(
                r"c: is a disk and not a diskette drive: name a folder, such as c:\images, or c:\ for all of it"
            )
        );
        for path in [r"C:\", r"C:\images", "C:images", "CC:", "images", ":"] {
            assert_eq!(words(path), None, "{path}");
        }
    }
}
