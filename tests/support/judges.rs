//! Other programs that judge ours, by the Debian packages that they are in.

use std::io::{Write, stderr};
use std::path::Path;

/// A program of each package.
const PROGRAMS: [(&str, &str); 6] = [
    ("dosfstools", "mkfs.fat"),
    ("libdsk-utils", "dsktrans"),
    ("mtools", "mcopy"),
    ("strace", "strace"),
    ("unzip", "zipinfo"),
    ("zip", "zip"),
];

/// Whether a package is missing. A test without its judge is skipped, and that is said past the
/// harness; with `ADDPACK_JUDGES=require` it fails.
pub(crate) fn lack(packages: &[&str]) -> bool {
    let missing: Vec<_> = packages.iter().filter(|package| !is_there(package)).collect();
    if missing.is_empty() {
        return false;
    }
    let required = std::env::var_os("ADDPACK_JUDGES").is_some_and(|value| value == "require");
    assert!(!required, "not installed: {missing:?}");
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(stderr(), "SKIPPED {test}: not installed: {missing:?}");
    true
}

fn is_there(package: &str) -> bool {
    let known = PROGRAMS.iter().find(|(name, _)| *name == package);
    let (_, program) = known.unwrap_or_else(|| panic!("whose program is {package}?"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders.into_iter().any(|folder| Path::new(&folder).join(program).is_file())
}

/// Ends a test whose judges are not installed.
macro_rules! needs {
    ($($package:literal),+) => {
        if crate::support::judges::lack(&[$($package),+]) {
            return;
        }
    };
}

pub(crate) use needs;
