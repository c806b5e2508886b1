//! Container files: what is in them, and how it is written.

use super::RawImage;
use crate::container::zip::{self, Directory, Piece, rewrite};
use crate::container::{
    ContainerError, Format, MAX_DUMP, MAX_IMAGE, gzip, may_be_archive, may_be_image,
};
use crate::disk::{Memory, Storage};
use crate::files::replace::{Replaced, replace};
use crate::platform;
use std::collections::BTreeMap;
use std::fs::TryLockError;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A container file, open for all of its images together.
#[derive(Debug)]
pub struct Container {
    path: PathBuf,
    held: Mutex<Held>,
    /// Images that the next replacement takes along, by their index.
    staged: Mutex<BTreeMap<usize, Arc<Memory>>>,
}

/// The file at this moment: a replacement changes all of it.
#[derive(Debug)]
struct Held {
    file: RawImage,
    inside: Inside,
    is_locked: bool,
    /// Whether it was opened in a way that shows it may be written.
    is_writable: bool,
}

/// What is in the file.
#[derive(Debug)]
enum Inside {
    /// One dump.
    Dump,
    /// One compressed file.
    Gzip,
    /// Several files.
    Zip(Directory),
}

/// A file in an archive.
#[derive(Clone, Debug)]
pub struct Member {
    /// The archive.
    pub container: Arc<Container>,
    /// Its place in the archive's directory.
    pub index: usize,
    /// Its name there, in whatever encoding.
    pub name: Vec<u8>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Container {
    /// Takes a file that is open already, and of this format.
    ///
    /// # Errors
    /// Where the directory of an archive cannot be read, or nothing of the format can.
    pub fn new(file: RawImage, format: Format, path: &Path, writable: bool) -> io::Result<Self> {
        let inside = match format {
            Format::Gzip => Inside::Gzip,
            Format::Zip => Inside::Zip(Directory::read(&file)?),
            Format::Imd | Format::Td0 | Format::Td0Compressed | Format::Hfe => Inside::Dump,
            other => return Err(ContainerError::Unsupported(other).into()),
        };
        let held = Held { file, inside, is_locked: false, is_writable: writable };
        Ok(Self { path: path.to_owned(), held: Mutex::new(held), staged: Mutex::default() })
    }

    /// Opens the archive at `path`; `None` where there is none that can be read.
    pub(crate) fn open(path: &Path) -> Option<Self> {
        let file = RawImage::open(path).ok()?;
        let format = file.format(true).filter(|format| *format == Format::Zip)?;
        Self::new(file, format, path, false).ok()
    }

    /// The members of an archive that may be images; where there is only one member at all, that.
    pub fn members(self: &Arc<Self>) -> Vec<Member> {
        let held = lock(&self.held);
        let Inside::Zip(directory) = &held.inside else { return Vec::new() };
        let member = |(index, member): (usize, &zip::Member)| Member {
            container: Arc::clone(self),
            index,
            name: member.name.clone(),
        };
        let files = || {
            let fits = |size: u32| size as usize <= MAX_IMAGE;
            let all = directory.members.iter().enumerate();
            all.filter(move |(_, m)| !m.name.ends_with(b"/") && fits(m.size))
        };
        let may_be = |member: &zip::Member| {
            let name = platform::path_from_bytes(member.name.clone());
            may_be_image(&name, member.size.into())
        };
        let sole = files().count() == 1;
        files().filter(|(_, m)| sole || may_be(m)).map(member).collect()
    }

    /// The member with that name.
    pub fn member(self: &Arc<Self>, name: &[u8]) -> Option<Member> {
        let held = lock(&self.held);
        let Inside::Zip(directory) = &held.inside else { return None };
        let index = directory.members.iter().position(|member| member.name == name)?;
        Some(Member { container: Arc::clone(self), index, name: name.to_vec() })
    }

    /// Sees that the file may be written.
    ///
    /// # Errors
    /// As the system reports them.
    pub(super) fn make_writable(&self) -> io::Result<()> {
        let mut held = lock(&self.held);
        if held.is_writable {
            return Ok(());
        }
        let file = RawImage::open_to_change(&self.path)?;
        let is_same = file.file_id() == held.file.file_id();
        if !is_same || held.is_locked {
            return Err(ContainerError::Changed.into());
        }
        held.file = file;
        held.is_writable = true;
        Ok(())
    }

    /// Makes durable that the path leads to this file.
    pub(super) fn sync_name(&self) -> io::Result<()> {
        platform::sync_folder(platform::folder_of(&std::fs::canonicalize(&self.path)?))
    }

    pub(super) fn try_lock(&self) -> Result<(), TryLockError> {
        let mut held = lock(&self.held);
        if !held.is_locked {
            held.file.try_lock()?;
            held.is_locked = true;
        }
        Ok(())
    }

    /// Whether the file at `path` is an archive of several images.
    pub fn holds_several(path: &Path) -> bool {
        let len = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        let archive = may_be_archive(path, len).then(|| Self::open(path)).flatten();
        archive.is_some_and(|archive| Arc::new(archive).members().len() > 1)
    }

    /// Sees that a new file may be put in its place.
    pub(super) fn may_be_replaced(&self) -> io::Result<()> {
        platform::may_replace(&self.path, lock(&self.held).file.metadata())
    }

    /// Why nothing in it can be changed.
    pub(super) fn obstacle(&self) -> Option<ContainerError> {
        let held = lock(&self.held);
        if held.file.identity().has_other_names() {
            return Some(ContainerError::OtherNames);
        }
        let has_zip64 = matches!(&held.inside, Inside::Zip(directory) if directory.has_zip64);
        has_zip64.then_some(ContainerError::Zip64Records)
    }

    /// Whether it is an archive.
    pub(super) fn is_archive(&self) -> bool {
        matches!(lock(&self.held).inside, Inside::Zip(_))
    }

    /// What is in the file, as it stands in there; past every cache, where that is asked for.
    pub(super) fn content(&self, index: usize, past_cache: bool) -> io::Result<Vec<u8>> {
        lock(&self.held).content(index, past_cache)
    }

    /// Looks at the file itself.
    pub(super) fn with_file<R>(&self, look: impl FnOnce(&RawImage) -> R) -> R {
        look(&lock(&self.held).file)
    }

    /// The next that writes takes this image along.
    pub(super) fn stage(&self, index: usize, image: Arc<Memory>) {
        lock(&self.staged).insert(index, image);
    }

    /// Writes an image that was staged into the container, along with all others that were.
    pub(super) fn write(&self, index: usize) -> io::Result<()> {
        let mut held = lock(&self.held);
        let images = {
            let mut staged = lock(&self.staged);
            if !staged.contains_key(&index) {
                // Another has taken it along.
                return Ok(());
            }
            std::mem::take(&mut *staged)
        };
        let result = held.write(&self.path, &images);
        if result.is_err() {
            let others = images.into_iter().filter(|(other, _)| *other != index);
            let mut staged = lock(&self.staged);
            for (other, image) in others {
                staged.entry(other).or_insert(image);
            }
        }
        result
    }
}

impl Held {
    fn content(&self, index: usize, past_cache: bool) -> io::Result<Vec<u8>> {
        let file = View { file: &self.file, past_cache };
        match &self.inside {
            Inside::Dump => whole(&file),
            Inside::Gzip => Ok(gzip::read(&whole(&file)?, MAX_DUMP)?),
            Inside::Zip(directory) => {
                let member = directory.members.get(index).ok_or(ContainerError::Changed)?;
                member.read(&file, MAX_DUMP)
            }
        }
    }

    fn write(&mut self, path: &Path, images: &BTreeMap<usize, Arc<Memory>>) -> io::Result<()> {
        let images: Vec<_> = images.iter().map(|(index, image)| (*index, image.held())).collect();
        let pieces = match &self.inside {
            Inside::Dump => return Err(io::ErrorKind::ReadOnlyFilesystem.into()),
            Inside::Gzip => {
                let image = images.first().map_or(&[][..], |(_, image)| image.as_slice());
                vec![Piece::New(gzip::rewrite(&whole(&self.file)?, image)?)]
            }
            Inside::Zip(directory) => {
                let files: Vec<_> =
                    images.iter().map(|(at, image)| (*at, image.as_slice())).collect();
                rewrite(&self.file, directory, &files)?
            }
        };
        let inside = |file: &RawImage| match self.inside {
            Inside::Dump => Ok(Inside::Dump),
            Inside::Gzip => Ok(Inside::Gzip),
            Inside::Zip(_) => Directory::read(file).map(Inside::Zip),
        };
        let Replaced { file, seen, durable } = replace(&mut self.file, path, &pieces, inside)?;
        self.inside = seen;
        self.file = file;
        durable
    }
}

/// A file, as its disk holds it where that is asked for.
struct View<'a> {
    file: &'a RawImage,
    past_cache: bool,
}

impl Storage for View<'_> {
    fn len(&self) -> u64 {
        self.file.len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        if self.past_cache {
            self.file.read_past_cache(offset, buffer)
        } else {
            self.file.read(offset, buffer)
        }
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read_past_cache(offset, buffer)
    }

    fn write(&self, _: u64, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

/// All bytes of a file that is no larger than any dump.
fn whole<S: Storage>(file: &S) -> io::Result<Vec<u8>> {
    let length = usize::try_from(file.len()).unwrap_or(usize::MAX);
    if length > MAX_DUMP {
        return Err(ContainerError::TooLarge.into());
    }
    let mut bytes = vec![0; length];
    file.read(0, &mut bytes)?;
    Ok(bytes)
}
