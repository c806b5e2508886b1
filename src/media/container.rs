//! Container files: what is in them, and how it is written.

use super::budget::Room;
use super::packed::{Changes, apply};
use super::{RawImage, Recognised};
use crate::container::zip::{self, Directory, Piece, rewrite};
use crate::container::{
    ContainerError, Format, MAX_DUMP, MAX_IMAGE, Reader, Unpacked, gzip, kind_by_name, largest,
    may_be_archive, may_be_image, paths_of_members, raw_name, unpack,
};
use crate::disk::{Flaw, Storage};
use crate::files::clear_leftover;
use crate::files::replace::{Replaced, Replacement, replace};
use crate::platform;
use std::collections::BTreeMap;
use std::fs::TryLockError;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// A container file, open for all of its images together.
#[derive(Debug)]
pub struct Container {
    path: PathBuf,
    held: Mutex<Held>,
    /// Changes of images that the next replacement takes along, by the images' index.
    staged: Mutex<BTreeMap<usize, Changes>>,
    /// Where copies of its members go. A replacement changes no name.
    paths_of_copies: OnceLock<Vec<PathBuf>>,
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

/// Bytes at the start of a compressed file that the start of its content is expanded from.
const GZIP_START: usize = 64 << 10;
/// What a dump is put together in, beside its own bytes.
const DUMP_ROOM: usize = 3 * MAX_IMAGE;

/// An image that is expanded in memory.
#[derive(Debug)]
pub(super) struct Expanded {
    pub(super) bytes: Vec<u8>,
    /// The sectors that are lost, in order.
    pub(super) flaws: Vec<Flaw>,
    /// The dump that it comes from, which cannot be written.
    pub(super) dump: Option<Format>,
    /// Why it cannot be changed where it is.
    pub(super) obstacle: Option<ContainerError>,
    /// Whether other bytes than zeros stand behind the container.
    pub(super) has_bytes_behind: bool,
    _room: Room,
}

/// A file as it stands in the container.
struct Content {
    file: Vec<u8>,
    obstacle: Option<ContainerError>,
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
    /// The path of its raw image below a folder for copies.
    pub(crate) path_of_copy: PathBuf,
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
        let inside = match format.reader() {
            Reader::Gzip => Inside::Gzip,
            Reader::Zip => Inside::Zip(Directory::read(&file)?),
            Reader::Dump(_) => Inside::Dump,
            Reader::None(_) => return Err(ContainerError::unsupported(format).into()),
        };
        let held = Held { file, inside, is_locked: false, is_writable: writable };
        Ok(Self {
            path: path.to_owned(),
            held: Mutex::new(held),
            staged: Mutex::default(),
            paths_of_copies: OnceLock::new(),
        })
    }

    /// Opens the archive at `path`; `None` where there is none.
    ///
    /// # Errors
    /// Where the file, or the archive's directory, cannot be read.
    pub(crate) fn open(path: &Path) -> io::Result<Option<Self>> {
        let file = RawImage::open(path)?;
        match file.recognise(true)? {
            Recognised::Container(Format::Zip) => {
                Self::new(file, Format::Zip, path, false).map(Some)
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
        lock(&self.held).file.is_at_its_path()
    }

    /// The members of an archive that may be images; where there is only one member at all, that.
    pub fn members(self: &Arc<Self>) -> Vec<Member> {
        let held = lock(&self.held);
        let Inside::Zip(directory) = &held.inside else { return Vec::new() };
        let paths = self.paths_of_copies(directory);
        let member = |(index, member): (usize, &zip::Member)| Member {
            container: Arc::clone(self),
            index,
            name: member.name.clone(),
            path_of_copy: paths[index].clone(),
        };
        let files = || {
            let all = directory.members.iter().enumerate();
            all.filter(|(_, m)| !m.name.ends_with(b"/") && m.size <= MAX_DUMP as u64)
        };
        let may_be = |member: &zip::Member| {
            let name = platform::path_from_bytes(member.name.clone());
            may_be_image(&name, member.size) && kind_by_name(&name).is_none()
        };
        let sole = files().count() == 1;
        files().filter(|(_, m)| sole || may_be(m)).map(member).collect()
    }

    /// The names of the files in an archive that are in a format that is not read, by their endings.
    pub fn not_read(&self) -> Vec<(Vec<u8>, Format)> {
        let held = lock(&self.held);
        let Inside::Zip(directory) = &held.inside else { return Vec::new() };
        let files = || directory.members.iter().filter(|member| !member.name.ends_with(b"/"));
        if files().count() == 1 {
            // It stands for the archive.
            return Vec::new();
        }
        let format = |name: &Vec<u8>| kind_by_name(&platform::path_from_bytes(name.clone()));
        let names = files().map(|member| member.name.clone());
        names.filter_map(|name| format(&name).map(|format| (name, format))).collect()
    }

    /// The member with that name.
    pub fn member(self: &Arc<Self>, name: &[u8]) -> Option<Member> {
        let held = lock(&self.held);
        let Inside::Zip(directory) = &held.inside else { return None };
        let index = directory.members.iter().position(|member| member.name == name)?;
        let path_of_copy = self.paths_of_copies(directory)[index].clone();
        Some(Member { container: Arc::clone(self), index, name: name.to_vec(), path_of_copy })
    }

    /// The member that has this place in the directory, where it has this name.
    pub(crate) fn member_at(self: &Arc<Self>, index: usize, name: &[u8]) -> Option<Member> {
        let held = lock(&self.held);
        let Inside::Zip(directory) = &held.inside else { return None };
        directory.members.get(index).filter(|member| member.name == name)?;
        let path_of_copy = self.paths_of_copies(directory)[index].clone();
        Some(Member { container: Arc::clone(self), index, name: name.to_vec(), path_of_copy })
    }

    /// The path of each member's raw image below a folder for copies.
    fn paths_of_copies(&self, directory: &Directory) -> &[PathBuf] {
        self.paths_of_copies.get_or_init(|| {
            let names = directory.members.iter().map(|member| member.name.clone());
            paths_of_members(names.map(platform::path_from_bytes))
        })
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
        let archive = may_be_archive(path, len).then(|| Self::open(path));
        // Whoever opens it next tells why it cannot be read.
        let archive = archive.and_then(Result::ok).flatten();
        archive.is_some_and(|archive| Arc::new(archive).members().len() > 1)
    }

    /// Removes what a killed run has left on the way into its place.
    pub(super) fn clear_leftover(&self) {
        // Where it cannot be removed, it is in nobody's way.
        let _ = std::fs::canonicalize(&self.path).and_then(|path| clear_leftover(&path));
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
        match &held.inside {
            Inside::Zip(directory) => directory.obstacle(),
            Inside::Dump | Inside::Gzip => None,
        }
    }

    /// Whether it is an archive.
    pub(super) fn is_archive(&self) -> bool {
        matches!(lock(&self.held).inside, Inside::Zip(_))
    }

    /// Expands an image, when there is room for it; from what the disk holds past every cache, where
    /// that is asked for. Waits for room: whoever calls it must hold none.
    pub(super) fn expand(&self, index: usize, past_cache: bool) -> io::Result<Expanded> {
        let needed = lock(&self.held).room_for(index)?;
        let mut room = Room::take(needed);
        let held = lock(&self.held);
        let Content { file, obstacle } = held.content(index, past_cache)?;
        let has_bytes_behind = match &held.inside {
            Inside::Zip(directory) => directory.has_bytes_behind(),
            Inside::Dump | Inside::Gzip => obstacle == Some(ContainerError::BytesBehind),
        };
        let name = held.name_of(index, &self.path);
        let is_packed = !matches!(held.inside, Inside::Dump);
        drop(held);
        let unpacked = unpack(file, &name);
        let Unpacked { bytes, flaws, dump } =
            unpacked.map_err(|error| if is_packed { error.packed() } else { error })?;
        room.shrink_to(bytes.len());
        Ok(Expanded { bytes, flaws, dump, obstacle, has_bytes_behind, _room: room })
    }

    /// Looks at the file itself.
    pub(super) fn with_file<R>(&self, look: impl FnOnce(&RawImage) -> R) -> R {
        look(&lock(&self.held).file)
    }

    /// The next that writes takes these changes of an image along.
    pub(super) fn stage(&self, index: usize, changes: Changes) {
        lock(&self.staged).insert(index, changes);
    }

    /// Writes an image that was staged into the container, along with all others that were. Waits for
    /// room: whoever calls it must hold none.
    pub(super) fn write(&self, index: usize) -> io::Result<()> {
        let needed = {
            let held = lock(&self.held);
            let staged = lock(&self.staged);
            if !staged.contains_key(&index) {
                // Another has taken it along.
                return Ok(());
            }
            held.room_to_write(&staged)?
        };
        let _room = Room::take(needed);
        let mut held = lock(&self.held);
        let staged = {
            let mut staged = lock(&self.staged);
            if !staged.contains_key(&index) {
                return Ok(());
            }
            std::mem::take(&mut *staged)
        };
        let result = held.write(&self.path, &staged);
        if result.is_err() {
            let others = staged.into_iter().filter(|(other, _)| *other != index);
            let mut staged = lock(&self.staged);
            for (other, changes) in others {
                staged.entry(other).or_insert(changes);
            }
        }
        result
    }
}

impl Held {
    /// Bytes that the expansion of an image takes.
    fn room_for(&self, index: usize) -> io::Result<usize> {
        let len = usize::try_from(self.file.len()).unwrap_or(usize::MAX);
        match &self.inside {
            Inside::Dump => Ok(len.saturating_add(DUMP_ROOM)),
            Inside::Gzip => {
                let mut start = vec![0; len.min(GZIP_START)];
                self.file.read(0, &mut start)?;
                let largest = largest(&gzip::start(&start)).map_err(ContainerError::packed)?;
                Ok(len.saturating_add(with_dump_room(largest)))
            }
            Inside::Zip(directory) => {
                let member = directory.members.get(index).ok_or(ContainerError::Changed)?;
                let largest =
                    largest(&member.start(&self.file)?).map_err(ContainerError::packed)?;
                if member.size > largest as u64 {
                    return Err(ContainerError::TooLarge.into());
                }
                Ok(member.room().saturating_add(with_dump_room(largest) - largest))
            }
        }
    }

    /// Bytes that writing these images takes: what the largest of them takes, and what it becomes.
    fn room_to_write(&self, staged: &BTreeMap<usize, Changes>) -> io::Result<usize> {
        let mut each = staged.keys().map(|index| self.room_for(*index));
        let most = each.try_fold(0, |most: usize, room| room.map(|room| most.max(room)))?;
        Ok(most.saturating_mul(2))
    }

    /// The name that tells what an image is.
    fn name_of(&self, index: usize, path: &Path) -> PathBuf {
        match &self.inside {
            Inside::Dump => path.to_owned(),
            Inside::Gzip => raw_name(path),
            Inside::Zip(directory) => {
                let name = directory.members.get(index).map(|member| member.name.clone());
                platform::path_from_bytes(name.unwrap_or_default())
            }
        }
    }

    fn content(&self, index: usize, past_cache: bool) -> io::Result<Content> {
        self.inside.content(&self.file, index, past_cache)
    }

    fn write(&mut self, path: &Path, staged: &BTreeMap<usize, Changes>) -> io::Result<()> {
        let inside = &self.inside;
        let write = |old: &RawImage, new: &mut Replacement<'_>| inside.rewrite(old, staged, new);
        let see = |file: &RawImage| match inside {
            Inside::Dump => Ok(Inside::Dump),
            Inside::Gzip => Ok(Inside::Gzip),
            Inside::Zip(_) => Directory::read(file).map(Inside::Zip),
        };
        let Replaced { file, seen, durable } = replace(&mut self.file, path, write, see)?;
        self.inside = seen;
        self.file = file;
        durable
    }
}

impl Inside {
    fn content(&self, file: &RawImage, index: usize, past_cache: bool) -> io::Result<Content> {
        let file = View { file, past_cache };
        match self {
            Self::Dump => Ok(Content { file: whole(&file)?, obstacle: None }),
            Self::Gzip => {
                let bytes = whole(&file)?;
                let largest = largest(&gzip::start(&bytes)).map_err(ContainerError::packed)?;
                let expanded = gzip::read(&bytes, largest)?;
                let obstacle = gzip::obstacle(&bytes, expanded.end);
                Ok(Content { file: expanded.file, obstacle })
            }
            Self::Zip(directory) => {
                let member = directory.members.get(index).ok_or(ContainerError::Changed)?;
                let obstacle = member.obstacle(&file)?;
                Ok(Content { file: member.read(&file, MAX_DUMP)?, obstacle })
            }
        }
    }

    /// Writes the container anew, with these changes of its images.
    fn rewrite(
        &self,
        old: &RawImage,
        staged: &BTreeMap<usize, Changes>,
        new: &mut Replacement<'_>,
    ) -> io::Result<()> {
        let mut file = |index: usize| {
            let mut bytes = self.content(old, index, false)?.file;
            staged.get(&index).into_iter().for_each(|changes| apply(changes, 0, &mut bytes));
            Ok(bytes)
        };
        match self {
            Self::Dump => Err(io::ErrorKind::ReadOnlyFilesystem.into()),
            Self::Gzip => {
                let bytes = whole(old)?;
                let end = gzip::read(&bytes, MAX_IMAGE)?.end;
                new.put(Piece::New(gzip::rewrite(&bytes, end, &file(0)?)?))
            }
            Self::Zip(directory) => {
                let indices: Vec<_> = staged.keys().copied().collect();
                rewrite(old, directory, &indices, &mut file, &mut |piece| new.put(piece))
            }
        }
    }
}

/// Room for what a file of so many bytes holds, and, where it may be a dump, for what that is put
/// together in.
fn with_dump_room(largest: usize) -> usize {
    if largest > MAX_IMAGE { largest + DUMP_ROOM } else { largest }
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
