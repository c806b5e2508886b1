//! Other programs that judge ours, by the Debian packages that they are in.

use super::skipped::{Lack, skip};
use std::path::Path;

/// A program of each package.
const PROGRAMS: [(&str, &str); 8] = [
    ("dosfstools", "mkfs.fat"),
    ("e2fsprogs", "mkfs.ext2"),
    ("gddrescue", "ddrescue"),
    ("libdsk-utils", "dsktrans"),
    ("mtools", "mcopy"),
    ("strace", "strace"),
    ("unzip", "zipinfo"),
    ("zip", "zip"),
];

/// Whether a package is missing: then the test is skipped.
#[track_caller]
pub(crate) fn lack(packages: &[&str]) -> bool {
    let missing: Vec<_> = packages.iter().filter(|package| !is_there(package)).collect();
    if !missing.is_empty() {
        skip(Lack::Judge, &format!("not installed: {missing:?}"));
    }
    !missing.is_empty()
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
