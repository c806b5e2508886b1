//! Other programs that judge ours, by the Debian packages that they are in.

use super::skipped::{Lack, skip};
use std::path::Path;

/// A program of each package.
const PROGRAMS: [(&str, &str); 25] = [
    ("arj", "arj"),
    ("bzip2", "bzip2"),
    ("cabextract", "cabextract"),
    ("dictzip", "dictzip"),
    ("dosfstools", "mkfs.fat"),
    ("e2fsprogs", "mkfs.ext2"),
    ("gcab", "gcab"),
    ("gddrescue", "ddrescue"),
    ("genisoimage", "genisoimage"),
    ("libarchive-tools", "bsdtar"),
    ("libdsk-utils", "dsktrans"),
    ("lzip", "lzip"),
    ("mtools", "mcopy"),
    ("ncompress", "compress"),
    ("p7zip-full", "7z"),
    ("pigz", "pigz"),
    ("qemu-utils", "qemu-img"),
    ("strace", "strace"),
    ("tabix", "bgzip"),
    ("tar", "tar"),
    ("unzip", "zipinfo"),
    ("valgrind", "valgrind"),
    ("xz-utils", "xz"),
    ("zip", "zip"),
    ("zstd", "zstd"),
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
