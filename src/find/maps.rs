//! The mapfile that lies beside an image.

use crate::media::Mapfile;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// What a mapfile's name is made of, in the order in which they are looked for: the name of its image,
/// with or without the ending that it has, and an ending of its own, in whatever case.
const RULES: [(Base, &str); 6] = [
    (Base::Name, "map"),
    (Base::Name, "mapfile"),
    (Base::Name, "log"),
    (Base::Stem, "map"),
    (Base::Stem, "mapfile"),
    (Base::Stem, "log"),
];

/// What the ending of a mapfile stands behind.
#[derive(Clone, Copy)]
enum Base {
    /// `disk1.img`
    Name,
    /// `disk1`
    Stem,
}

/// Whether a mapfile may have this name.
pub(super) fn is_map_name(name: &OsStr) -> bool {
    let is_ending = |its: &OsStr| RULES.iter().any(|(_, ending)| its.eq_ignore_ascii_case(ending));
    Path::new(name).extension().is_some_and(is_ending)
}

fn has_ending(name: &OsStr, ending: &str) -> bool {
    Path::new(name).extension().is_some_and(|its| its.eq_ignore_ascii_case(ending))
}

/// Whether a name is made of this base and this ending.
pub(super) fn is_made_of(name: &OsStr, base: &OsStr, ending: &str) -> bool {
    Path::new(name).file_stem() == Some(base) && has_ending(name, ending)
}

/// The mapfile of an image: the first file by the rules that is signed by ddrescue, or that cannot be
/// read, which then has to be told. `find` gives the name that is made of a base and an ending, where there
/// is such a file.
pub(super) fn mapfile_of(
    image: &Path,
    find: impl Fn(&OsStr, &str) -> Option<OsString>,
) -> Option<PathBuf> {
    let (name, stem) = (image.file_name()?, image.file_stem()?);
    let candidates = RULES.into_iter().filter_map(|(base, ending)| match base {
        Base::Name => find(name, ending),
        Base::Stem => find(stem, ending),
    });
    let mut paths = candidates.map(|name| image.with_file_name(name));
    paths.find(|path| path != image && Mapfile::is_signed(path).unwrap_or(true))
}

/// The file beside `image` that is made of a base and an ending, where nobody has listed its folder: the
/// ending in small letters, in capitals, or with one.
pub(super) fn beside(image: &Path, base: &OsStr, ending: &str) -> Option<OsString> {
    let capitals = ending.to_ascii_uppercase();
    let capital = [&capitals[..1], &ending[1..]].concat();
    let names = [ending, &capitals, &capital].map(|ending| {
        let mut name = base.to_owned();
        name.push(".");
        name.push(ending);
        name
    });
    names.into_iter().find(|name| image.with_file_name(name).is_file())
}
