//! The file names of images and containers.

use super::Format;
use super::table::{FormatInfo, Reader, TABLE};
use crate::disk::DiskGeometry;
use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// Usual endings of raw images.
const RAW: [&str; 12] =
    ["img", "ima", "image", "flp", "floppy", "vfd", "dsk", "fd", "raw", "bin", "dd", "sbs"];

fn is_among(ending: &OsStr, endings: &[&str]) -> bool {
    endings.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// The format with this ending.
fn row_of(name: &Path) -> Option<&'static FormatInfo> {
    let ending = name.extension()?;
    TABLE.iter().find(|row| is_among(ending, row.endings))
}

/// Whether a file may be or contain an image of a diskette, by its length or its ending.
pub(crate) fn may_be_image(name: &Path, len: u64) -> bool {
    DiskGeometry::of_len(len).is_some() || is_raw_name(name) || row_of(name).is_some()
}

/// The format of a file by its ending, for formats that have no reliable mark.
pub(crate) fn format_by_name(name: &Path) -> Option<Format> {
    row_of(name).filter(|row| row.is_known_by_ending).map(|row| row.format)
}

/// Whether a name has the ending of a raw image.
pub(crate) fn is_raw_name(name: &Path) -> bool {
    name.extension().is_some_and(|ending| is_among(ending, &RAW))
}

/// Whether a file may be an archive: not if its length is that of a diskette, unless its ending says so.
pub(crate) fn may_be_archive(name: &Path, len: u64) -> bool {
    let packed = || TABLE.iter().filter(|row| matches!(row.reader, Reader::Gzip | Reader::Zip));
    let is_packed = |ending| packed().any(|row| is_among(ending, row.endings));
    DiskGeometry::of_len(len).is_none()
        || name.extension().is_some_and(|ending| !is_among(ending, &RAW) && is_packed(ending))
}

/// The name of the raw image that is copied out of a container of this name.
pub(crate) fn raw_name(name: &Path) -> PathBuf {
    let reader = |name: &Path| row_of(name).map(|row| row.reader);
    let is_gzip = matches!(reader(name), Some(Reader::Gzip));
    let inner = if is_gzip { name.with_extension("") } else { name.to_owned() };
    if inner.extension().is_none() || matches!(reader(&inner), Some(Reader::Dump(_))) {
        inner.with_extension("img")
    } else {
        inner
    }
}

/// The paths, below a folder, of the raw images that are copied out of members with these names. All are
/// different, even if members have the same name.
pub(crate) fn paths_of_members(names: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    let mut taken = HashSet::new();
    // The next number to try for each name, so that many members of one name do not take longer.
    let mut next = HashMap::new();
    let own = |name: PathBuf| {
        let path = raw_name(&below(&name));
        if taken.insert(path.clone()) {
            return path;
        }
        let number = next.entry(path.clone()).or_insert(2_usize);
        let stem = path.file_stem().unwrap_or_default().to_owned();
        let ending = path.extension().unwrap_or_default().to_owned();
        loop {
            let mut name = stem.clone();
            name.push(format!("-{number}."));
            name.push(&ending);
            *number += 1;
            let numbered = path.with_file_name(name);
            if taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    };
    names.map(own).collect()
}

/// The path for a member's name below a folder, which it cannot lead out of.
fn below(name: &Path) -> PathBuf {
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
            ("disk1.img.dz", "disk1.img"),
            ("disk1.imd", "disk1.img"),
            ("disk1.td0.gz", "disk1.img"),
            ("disk1.ima", "disk1.ima"),
            ("disk1", "disk1.img"),
        ] {
            assert_eq!(raw_name(Path::new(name)), Path::new(raw), "{name}");
        }
    }

    #[test]
    fn members_that_share_a_name_have_paths_of_their_own() {
        let names = ["a.img", "b/a.img", "a.img", "../a.img", "a.imd", "a-2.img"];
        let paths = paths_of_members(names.into_iter().map(PathBuf::from));
        let wanted = ["a.img", "b/a.img", "a-2.img", "a-3.img", "a-4.img", "a-2-2.img"];
        assert_eq!(paths, wanted.map(PathBuf::from));
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
