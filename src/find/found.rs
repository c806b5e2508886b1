//! What a walk over the named paths finds.

use crate::container::Format;
use crate::disk::MediaError;
use crate::media::{Place, RawImage};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was found at a path.
#[derive(Debug)]
pub enum Found {
    /// An image: a file, or a diskette in a drive.
    Image(Image),
    /// A file in a folder or an archive that is not examined.
    Skipped(Skipped),
    /// A file or folder that was found before by another path.
    Repeated {
        /// This path to it.
        path: PathBuf,
        /// The first path to it.
        first: PathBuf,
    },
    /// A path at which nothing can be read.
    Failed {
        /// The path.
        path: PathBuf,
        /// Whether the path itself was named.
        named: bool,
        /// Why.
        error: FindError,
    },
}

impl Found {
    /// Whether it is an image in an archive that has very many members.
    pub(crate) fn is_one_of_many(&self) -> bool {
        let Self::Image(image) = self else { return false };
        image.place.member.as_ref().is_some_and(|member| member.container.has_many_members())
    }
}

/// A file in a folder or an archive that is not examined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its path.
    pub path: PathBuf,
    /// Its format, if it may contain an image; `None` if its size and name show that it does not.
    pub format: Option<Format>,
}

/// Why nothing can be read at a path.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// It is neither a file, a folder nor a drive.
    #[error("not a file, a folder or a drive")]
    NotAFile,
    /// Windows keeps this name for a device.
    #[error("a name of a device")]
    DeviceName,
    /// It is a pattern that matches no file.
    #[error("no file matches")]
    NotFound(#[source] io::Error),
    /// It is the record of a pack without its diskette.
    #[error("a record without its diskette")]
    LooseRecord,
    /// It cannot be opened.
    #[error("cannot be opened")]
    Open(#[source] MediaError),
    /// The folder cannot be listed.
    #[error("cannot be listed")]
    List(#[source] io::Error),
    /// What was found there before is no longer there.
    #[error("no longer there")]
    Changed,
}

/// An image: a file, or a diskette in a drive.
#[derive(Debug)]
pub struct Image {
    /// Where it is.
    pub place: Place,
    /// The named path that led to it.
    pub root: Arc<Path>,
    /// Whether it may be an archive of several images.
    pub may_be_archive: bool,
    /// The image, if the finder has opened it.
    pub opened: Option<Box<RawImage>>,
}

impl Image {
    /// Whether the path itself was named.
    pub fn is_named(&self) -> bool {
        match &self.place.member {
            Some(_) => self.place.full_path() == *self.root,
            None => self.place.path.as_os_str() == self.root.as_os_str(),
        }
    }

    /// The path below the named one; of a file that was named itself, its name.
    pub fn below_root(&self) -> &Path {
        let path = &self.place.path;
        match path.strip_prefix(&self.root) {
            Ok(below) if below != Path::new("") => below,
            _ => path.file_name().map_or(path, Path::new),
        }
    }
}
