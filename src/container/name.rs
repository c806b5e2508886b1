//! Names that images bear, in whatever container.

use crate::disk::DiskGeometry;
use std::path::{Component, Path, PathBuf};

/// Endings that raw images of diskettes bear.
const RAW: [&str; 12] =
    ["img", "ima", "image", "flp", "floppy", "vfd", "dsk", "fd", "raw", "bin", "dd", "sbs"];
/// Endings of dumps that are read.
const DUMPS: [&str; 3] = ["imd", "td0", "hfe"];
/// Endings of compressed files and archives.
const PACKED: [&str; 3] = ["gz", "zip", "imz"];
/// Endings of containers that are only told.
const OTHERS: [&str; 15] = [
    "86f", "scp", "psi", "pri", "mfi", "d88", "d77", "fdi", "cqm", "edsk", "qcow2", "vhd", "vmdk",
    "vdi", "hfe3",
];

fn has_ending(name: &Path, endings: &[&str]) -> bool {
    let ending = name.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| endings.iter().any(|known| known.eq_ignore_ascii_case(ending)))
}

/// Whether a file may hold an image of a diskette, by its length or its ending.
pub(crate) fn may_be_image(name: &Path, len: u64) -> bool {
    DiskGeometry::of_len(len).is_some()
        || [&RAW[..], &DUMPS, &PACKED, &OTHERS].iter().any(|endings| has_ending(name, endings))
}

/// Whether a name is that of a raw image.
pub(crate) fn is_raw_name(name: &Path) -> bool {
    has_ending(name, &RAW)
}

/// Whether a file is looked into for several images: not so where its length is a diskette's.
pub(crate) fn may_be_archive(name: &Path, len: u64) -> bool {
    DiskGeometry::of_len(len).is_none() || has_ending(name, &PACKED)
}

/// The name of the raw image out of a container of this name.
pub(crate) fn raw_name(name: &Path) -> PathBuf {
    let inner = if has_ending(name, &["gz"]) { name.with_extension("") } else { name.to_owned() };
    if inner.extension().is_none() || has_ending(&inner, &DUMPS) {
        inner.with_extension("img")
    } else {
        inner
    }
}

/// The path that a member's name leads to below a folder: no other way out of it than down.
pub(crate) fn below(name: &Path) -> PathBuf {
    let parts = name.components().filter(|part| matches!(part, Component::Normal(_)));
    let path: PathBuf = parts.collect();
    if path == Path::new("") { PathBuf::from("image.img") } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_image_has_the_name_of_its_container_without_its_ending() {
        for (name, raw) in [
            ("disk1.img.gz", "disk1.img"),
            ("disk1.GZ", "disk1.img"),
            ("disk1.imd", "disk1.img"),
            ("disk1.td0.gz", "disk1.img"),
            ("disk1.ima", "disk1.ima"),
            ("disk1", "disk1.img"),
        ] {
            assert_eq!(raw_name(Path::new(name)), Path::new(raw), "{name}");
        }
    }

    #[test]
    fn member_stays_below_its_folder() {
        for (name, path) in [
            ("a/b.img", "a/b.img"),
            ("../../b.img", "b.img"),
            ("/etc/b.img", "etc/b.img"),
            ("./a/../b.img", "a/b.img"),
            ("..", "image.img"),
            ("", "image.img"),
        ] {
            assert_eq!(below(Path::new(name)), Path::new(path), "{name}");
        }
    }
}
