//! What a walk over the named paths finds.

use crate::container::Format;
use crate::disk::MediaError;
use crate::files::OpenFile;
use crate::media::Place;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was found at a path.
#[derive(Debug)]
pub enum Found {
    /// A file, or a diskette in a drive, to look at.
    Image(Image),
    /// A file in a folder or an archive that is not looked at.
    Skipped(Skipped),
    /// A file or folder that an earlier path has led to already.
    Repeated {
        /// The second way to it.
        path: PathBuf,
        /// The first way to it.
        first: PathBuf,
    },
    /// A path that leads nowhere.
    Failed {
        /// The path.
        path: PathBuf,
        /// Whether it was named itself.
        named: bool,
        /// Why.
        error: FindError,
    },
}

/// A file in a folder or an archive that is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its path.
    pub path: PathBuf,
    /// The format that it is in, where an image may be in it; `None` where, by its size and its name, it
    /// holds none.
    pub format: Option<Format>,
}

/// Why a path leads nowhere.
#[derive(Debug)]
pub enum FindError {
    /// It is neither a file, a folder nor a drive.
    NotAFile,
    /// Windows keeps this name for a device.
    DeviceName,
    /// It is a pattern that matches no file.
    NotFound(io::Error),
    /// It is a pack's record without its diskette.
    LooseRecord,
    /// It cannot be opened.
    Open(MediaError),
    /// The folder cannot be listed.
    List(io::Error),
    /// What was found there before is not there any more.
    Changed,
}

/// A file, or a diskette in a drive, to look at.
#[derive(Debug)]
pub struct Image {
    /// Where it is.
    pub place: Place,
    /// The path that was named and led to it.
    pub root: Arc<Path>,
    /// Whether it is to be looked into for several images.
    pub may_be_archive: bool,
    /// The open file, where the finder has opened it.
    pub opened: Option<Box<OpenFile>>,
}

impl Image {
    /// Whether the path itself was named.
    pub fn is_named(&self) -> bool {
        match &self.place.member {
            Some(_) => self.place.full_path() == *self.root,
            None => self.place.path.as_os_str() == self.root.as_os_str(),
        }
    }

    /// The path below the one that was named; of a named file, its name.
    pub fn below_root(&self) -> &Path {
        let path = &self.place.path;
        match path.strip_prefix(&self.root) {
            Ok(below) if below != Path::new("") => below,
            _ => path.file_name().map_or(path, Path::new),
        }
    }
}
