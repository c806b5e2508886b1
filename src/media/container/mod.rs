//! Container files: what is in them, and how they are replaced.

mod content;
mod members;
mod replacing;

pub use members::Member;

use super::budget::MemoryShare;
use super::changes::Changes;
use super::{RawImage, Recognised};
use crate::container::zip::Directory;
use crate::container::{ContainerError, Format, Reader, Unpacked, may_be_archive, unpack};
use crate::disk::{Flaw, MediaError, Storage};
use crate::files::OpenFile;
use crate::platform;
use content::{Content, StoredFile};
use replacing::LastReplacement;
use std::collections::BTreeMap;
use std::fs::TryLockError;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// A container file, open for all of its images together.
#[derive(Debug)]
pub struct Container {
    path: PathBuf,
    /// The same path without links, as a claim has it: what replaces the file is named after it on the way.
    place: OnceLock<PathBuf>,
    current: Mutex<Current>,
    /// Changes of images that the next replacement takes along, by the images' index.
    staged: Mutex<BTreeMap<usize, Changes>>,
    /// The result of the last replacement; locked by the thread that makes one, while others wait.
    last: Mutex<LastReplacement>,
    /// The paths for copies of its members. A replacement changes no name.
    paths_of_copies: OnceLock<Vec<PathBuf>>,
    /// The members of an archive in the order of their names.
    by_name: OnceLock<Vec<u32>>,
}

/// The file as it is now; a replacement changes all of this.
#[derive(Debug)]
struct Current {
    file: OpenFile,
    content: Content,
    is_locked: bool,
    /// Whether it was opened to be changed.
    is_writable: bool,
}

/// An image that is expanded in memory.
#[derive(Debug)]
pub(super) struct ExpandedImage {
    pub(super) bytes: Vec<u8>,
    /// The sectors that are lost, in order.
    pub(super) flaws: Vec<Flaw>,
    /// The format of the dump that it comes from, which cannot be written.
    pub(super) dump: Option<Format>,
    /// Why it cannot be changed in place.
    pub(super) obstacle: Option<ContainerError>,
    /// Whether bytes other than zeros follow the container.
    pub(super) has_bytes_behind: bool,
    _memory: MemoryShare,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Container {
    /// Wraps an open file of this format.
    ///
    /// # Errors
    /// If the directory of an archive cannot be read, or the format is not supported.
    pub(super) fn new(
        file: OpenFile,
        format: Format,
        path: &Path,
        writable: bool,
    ) -> Result<Self, MediaError> {
        let content = match format.reader() {
            Reader::Gzip => Content::Gzip,
            Reader::Zip => Content::Zip(Directory::read(&file)?),
            Reader::Dump(_) => Content::Dump,
            Reader::None(_) => return Err(ContainerError::unsupported(format).into()),
        };
        let current = Current { file, content, is_locked: false, is_writable: writable };
        Ok(Self {
            path: path.to_owned(),
            place: OnceLock::new(),
            current: Mutex::new(current),
            staged: Mutex::default(),
            last: Mutex::default(),
            paths_of_copies: OnceLock::new(),
            by_name: OnceLock::new(),
        })
    }

    /// Opens the archive at `path`; `None` if the file is not an archive.
    ///
    /// # Errors
    /// If the file, or the archive's directory, cannot be read.
    pub(crate) fn open(path: &Path) -> Result<Option<Self>, MediaError> {
        let file = RawImage::open(path)?;
        match file.recognise(true)? {
            Recognised::Container(Format::Zip) => {
                Self::new(file.into_file(), Format::Zip, path, false).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Where it was opened.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the path still leads to this file.
    pub(crate) fn is_at_its_path(&self) -> bool {
        self.current().file.is_at_its_path()
    }

    /// The file as it is now, locked for other threads.
    fn current(&self) -> MutexGuard<'_, Current> {
        lock(&self.current)
    }

    /// Opens the file again to be changed, if it was opened to be read.
    ///
    /// # Errors
    /// As the system reports them.
    pub(super) fn make_writable(&self) -> Result<(), MediaError> {
        let mut current = self.current();
        if current.is_writable {
            return Ok(());
        }
        let file = OpenFile::open_to_change(&self.path)?;
        // Its directory was read before: it must be that of the file as it is now.
        let is_same = file.identity().may_be(current.file.identity())
            && !platform::is_changed(current.file.metadata(), file.metadata());
        if !is_same || current.is_locked {
            return Err(ContainerError::Changed.into());
        }
        current.file = file;
        current.is_writable = true;
        Ok(())
    }

    /// Makes the file durable, and that the path leads to it.
    pub(super) fn sync(&self) -> Result<(), MediaError> {
        self.current().file.sync()?;
        let place = std::fs::canonicalize(&self.path)?;
        Ok(platform::sync_folder(platform::folder_of(&place))?)
    }

    pub(super) fn try_lock(&self) -> Result<(), TryLockError> {
        let mut current = self.current();
        if !current.is_locked {
            current.file.try_lock()?;
            current.is_locked = true;
        }
        Ok(())
    }

    /// Whether the file at `path` is an archive of several images.
    pub fn holds_several(path: &Path) -> bool {
        let len = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        let archive = may_be_archive(path, len).then(|| Self::open(path));
        // Why it cannot be read is reported by whoever opens it next.
        let archive = archive.and_then(Result::ok).flatten();
        archive.is_some_and(|archive| archive.images().len() > 1)
    }

    /// Its path without links.
    pub(super) fn place(&self) -> io::Result<&Path> {
        if let Some(place) = self.place.get() {
            return Ok(place);
        }
        let place = std::fs::canonicalize(&self.path)?;
        Ok(self.place.get_or_init(|| place))
    }

    /// Checks that it may be replaced by a new file.
    pub(super) fn may_be_replaced(&self) -> io::Result<()> {
        platform::may_replace(&self.path, self.current().file.metadata())
    }

    /// Why nothing in it can be changed; `None` if it can.
    pub(super) fn obstacle(&self) -> Option<ContainerError> {
        let current = self.current();
        if current.file.identity().has_other_names() {
            return Some(ContainerError::OtherNames);
        }
        match &current.content {
            Content::Zip(directory) => directory.obstacle(),
            Content::Dump | Content::Gzip => None,
        }
    }

    /// Whether it is an archive.
    pub(super) fn is_archive(&self) -> bool {
        matches!(self.current().content, Content::Zip(_))
    }

    /// Expands an image; with `past_cache`, from the file as the disk holds it. Waits for room in memory: the
    /// caller must hold none.
    pub(super) fn expand(
        &self,
        index: usize,
        past_cache: bool,
    ) -> Result<ExpandedImage, MediaError> {
        let current = self.current();
        let needed = current.content.room_for(&current.file, index)?;
        drop(current);
        let mut memory = MemoryShare::take(needed);
        let current = self.current();
        let StoredFile { bytes, obstacle } =
            current.content.read(&current.file, index, past_cache)?;
        let has_bytes_behind = match &current.content {
            Content::Zip(directory) => directory.has_bytes_behind(),
            Content::Dump | Content::Gzip => obstacle == Some(ContainerError::BytesBehind),
        };
        let name = current.content.name_of(index, &self.path);
        let is_packed = !matches!(current.content, Content::Dump);
        drop(current);
        let unpacked = unpack(bytes, &name);
        let Unpacked { bytes, flaws, dump } =
            unpacked.map_err(|error| if is_packed { error.packed() } else { error })?;
        memory.shrink_to(bytes.len());
        Ok(ExpandedImage { bytes, flaws, dump, obstacle, has_bytes_behind, _memory: memory })
    }

    /// Calls `look` with the file itself.
    pub(super) fn with_file<R>(&self, look: impl FnOnce(&OpenFile) -> R) -> R {
        look(&self.current().file)
    }
}
