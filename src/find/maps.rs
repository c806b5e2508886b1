//! The mapfile that lies beside an image.

use crate::media::Mapfile;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Endings that mapfiles of a rescue bear, after the image's name or in the place of its ending.
const MAPFILE_EXTENSIONS: [&str; 3] = ["map", "mapfile", "log"];

/// Whether a mapfile may have this name.
pub(super) fn is_map_name(name: &OsStr) -> bool {
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| MAPFILE_EXTENSIONS.contains(&ending))
}

/// The mapfile of an image: beside it, with its name, and signed by ddrescue.
pub(super) fn mapfile_of(image: &Path, is_there: impl Fn(&OsStr) -> bool) -> Option<PathBuf> {
    let names = [image.file_name()?, image.file_stem()?];
    let names = names.into_iter().flat_map(|name| {
        MAPFILE_EXTENSIONS.map(|ending| [name, OsStr::new(ending)].join(OsStr::new(".")))
    });
    let there = names.filter(|name| is_there(name)).map(|name| image.with_file_name(name));
    there.into_iter().find(|path| path != image && Mapfile::is_signed(path))
}
