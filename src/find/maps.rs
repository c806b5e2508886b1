//! Finds the mapfile beside an image.

use crate::files::is_open_in_sqlite_at;
use crate::media::Mapfile;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// How a mapfile's name follows from that of its image, in the order in which they are tried: the name
/// with or without its ending, and an ending of its own in any case.
const RULES: [(MapBase, &str); 6] = [
    (MapBase::Name, "map"),
    (MapBase::Name, "mapfile"),
    (MapBase::Name, "log"),
    (MapBase::Stem, "map"),
    (MapBase::Stem, "mapfile"),
    (MapBase::Stem, "log"),
];

/// What the ending of a mapfile is added to.
#[derive(Clone, Copy)]
enum MapBase {
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

/// Whether a name consists of this base and this ending.
pub(super) fn is_made_of(name: &OsStr, base: &OsStr, ending: &str) -> bool {
    Path::new(name).file_stem() == Some(base) && has_ending(name, ending)
}

/// The mapfile of an image: the first file by the rules that begins as mapfiles do, or that cannot be read,
/// which is reported then. `find` returns the name of the file with this base and ending, if there is one.
pub(super) fn mapfile_of(
    image: &Path,
    find: impl Fn(&OsStr, &str) -> Option<OsString>,
) -> Option<PathBuf> {
    let (name, stem) = (image.file_name()?, image.file_stem()?);
    let candidates = RULES.into_iter().filter_map(|(base, ending)| match base {
        MapBase::Name => find(name, ending),
        MapBase::Stem => find(stem, ending),
    });
    let mut paths = candidates.map(|name| image.with_file_name(name));
    paths.find(|path| {
        path != image && !is_open_in_sqlite_at(path) && Mapfile::is_signed(path).unwrap_or(true)
    })
}

/// The name of the file beside `image` with this base and ending, without listing the folder: the ending is
/// tried in lower case, in upper case, and capitalised.
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
