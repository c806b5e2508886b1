//! The content of a container file: reading an image out of it, and rewriting the file.

use crate::container::zip::{Directory, Stretch, ZipMember, rewrite};
use crate::container::{ContainerError, MAX_DUMP, MAX_IMAGE, gzip, largest, raw_name};
use crate::disk::{MediaError, Storage};
use crate::files::replace::Replacement;
use crate::files::{OnePass, OpenFile};
use crate::media::changes::Changes;
use crate::platform;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Bytes at the start of a gzip file that are enough to expand the start of its content.
const GZIP_START: usize = 64 << 10;
/// Bytes of memory in which a dump's sectors are put together, beside the dump's own bytes.
const DUMP_ROOM: usize = 3 * MAX_IMAGE;

/// What is in the file.
#[derive(Debug)]
pub(super) enum Content {
    /// One dump.
    Dump,
    /// One compressed file.
    Gzip,
    /// Several files.
    Zip(Directory),
}

/// A file that is in the container; it may be a dump, which is not unpacked yet.
pub(super) struct StoredFile {
    pub(super) bytes: Vec<u8>,
    /// Why it cannot be changed.
    pub(super) obstacle: Option<ContainerError>,
}

impl Content {
    /// Bytes of memory that the expansion of an image takes.
    pub(super) fn room_for(&self, file: &OpenFile, index: usize) -> Result<usize, MediaError> {
        let len = usize::try_from(file.len()).unwrap_or(usize::MAX);
        match self {
            Self::Dump => Ok(len.saturating_add(DUMP_ROOM)),
            Self::Gzip => {
                let mut start = vec![0; len.min(GZIP_START)];
                file.read(0, &mut start)?;
                let largest = largest(&gzip::start(&start)).map_err(ContainerError::packed)?;
                Ok(len.saturating_add(with_dump_room(largest)))
            }
            Self::Zip(directory) => {
                let member = directory.members.get(index).ok_or(ContainerError::Changed)?;
                let largest = largest(&member.start(file)?).map_err(ContainerError::packed)?;
                if member.size > largest as u64 {
                    return Err(ContainerError::TooLarge.into());
                }
                Ok(member.room().saturating_add(with_dump_room(largest) - largest))
            }
        }
    }

    /// The name of an image, by which it is recognised if its bytes are not enough.
    pub(super) fn name_of(&self, index: usize, path: &Path) -> PathBuf {
        match self {
            Self::Dump => path.to_owned(),
            Self::Gzip => raw_name(path),
            Self::Zip(directory) => {
                let name = directory.members.get(index).map(|member| member.name.clone());
                platform::path_from_bytes(name.unwrap_or_default())
            }
        }
    }

    /// Reads the file with an image; with `past_cache`, as the disk holds it.
    pub(super) fn read(
        &self,
        file: &OpenFile,
        index: usize,
        past_cache: bool,
    ) -> Result<StoredFile, MediaError> {
        let file = FileView { file, past_cache };
        match self {
            Self::Dump => Ok(StoredFile { bytes: whole(&file)?, obstacle: None }),
            Self::Gzip => {
                let bytes = whole(&file)?;
                let largest = largest(&gzip::start(&bytes)).map_err(ContainerError::packed)?;
                let expanded = gzip::read(&bytes, largest)?;
                let obstacle = gzip::obstacle(&bytes, expanded.end);
                Ok(StoredFile { bytes: expanded.file, obstacle })
            }
            Self::Zip(directory) => {
                let member = directory.members.get(index).ok_or(ContainerError::Changed)?;
                let obstacle = member.obstacle(&file)?;
                Ok(StoredFile { bytes: member.read(&file, MAX_DUMP)?, obstacle })
            }
        }
    }

    /// Checks that the rewritten file holds these changes of its images, reading it once, from the disk. Returns
    /// its content.
    pub(super) fn see(
        &self,
        new: &OpenFile,
        disk: &OnePass<'_>,
        staged: &BTreeMap<usize, Changes>,
    ) -> Result<Self, MediaError> {
        let see = |index: usize, image: &[u8]| {
            let is_changed = staged.get(&index).is_some_and(|changes| changes.are_made_in(image));
            if is_changed { Ok(()) } else { Err(MediaError::NotReadBack) }
        };
        match self {
            Self::Dump => Ok(Self::Dump),
            Self::Gzip => {
                see(0, &gzip::read(&whole(disk)?, MAX_IMAGE)?.file)?;
                Ok(Self::Gzip)
            }
            Self::Zip(_) => {
                let directory = Directory::read(&FileView { file: new, past_cache: true })?;
                for index in directory.in_file_order(staged.keys().copied())? {
                    see(index, &directory.members[index].read(disk, MAX_DUMP)?)?;
                }
                Ok(Self::Zip(directory))
            }
        }
    }

    /// Bytes of memory that writing these images takes: twice what the largest of them takes.
    pub(super) fn room_to_write(
        &self,
        file: &OpenFile,
        staged: &BTreeMap<usize, Changes>,
    ) -> Result<usize, MediaError> {
        let most = match self {
            Self::Dump | Self::Gzip => self.room_for(file, 0)?,
            // Dumps are never written.
            Self::Zip(directory) => {
                let members = staged.keys().filter_map(|index| directory.members.get(*index));
                members.map(ZipMember::room).max().unwrap_or(0)
            }
        };
        Ok(most.saturating_mul(2))
    }

    /// Writes the whole container again, with these changes of its images.
    pub(super) fn rewrite(
        &self,
        old: &OpenFile,
        staged: &BTreeMap<usize, Changes>,
        new: &mut Replacement<'_>,
    ) -> Result<(), MediaError> {
        let change = |index, bytes: &mut Vec<u8>| {
            staged.get(&index).into_iter().for_each(|changes| changes.apply(0, bytes));
        };
        match self {
            Self::Dump => Err(io::ErrorKind::ReadOnlyFilesystem.into()),
            Self::Gzip => {
                let bytes = whole(old)?;
                let mut image = gzip::read(&bytes, MAX_IMAGE)?;
                change(0, &mut image.file);
                new.put(Stretch::New(gzip::rewrite(&bytes, image.end, &image.file)?))
            }
            Self::Zip(directory) => {
                let indices: Vec<_> = staged.keys().copied().collect();
                let mut changed = |index: usize| {
                    let mut bytes = self.read(old, index, false)?.bytes;
                    change(index, &mut bytes);
                    Ok(bytes)
                };
                rewrite(old, directory, &indices, &mut changed, &mut |piece| new.put(piece))
            }
        }
    }
}

/// Room for a file of so many bytes; if it may be a dump, also for the sectors that are put together.
fn with_dump_room(largest: usize) -> usize {
    if largest > MAX_IMAGE { largest + DUMP_ROOM } else { largest }
}

/// A file that is read, with `past_cache`, as the disk holds it.
struct FileView<'a> {
    file: &'a OpenFile,
    past_cache: bool,
}

impl Storage for FileView<'_> {
    fn len(&self) -> u64 {
        self.file.len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        if self.past_cache {
            self.file.read_past_cache(offset, buffer)
        } else {
            self.file.read(offset, buffer)
        }
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.file.read_past_cache(offset, buffer)
    }

    fn write(&self, _: u64, _: &[u8]) -> Result<(), MediaError> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync(&self) -> Result<(), MediaError> {
        Ok(())
    }
}

/// All bytes of a file that is no larger than [`MAX_DUMP`].
fn whole<S: Storage>(file: &S) -> Result<Vec<u8>, MediaError> {
    let length = usize::try_from(file.len()).unwrap_or(usize::MAX);
    if length > MAX_DUMP {
        return Err(ContainerError::TooLarge.into());
    }
    let mut bytes = vec![0; length];
    file.read(0, &mut bytes)?;
    Ok(bytes)
}
