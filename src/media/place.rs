//! Where a medium is: at the path of a file or a drive, or in an archive.

use super::{Container, Drive, Member};
use crate::disk::MediaError;
use crate::platform::{self, FileId};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    /// An image file.
    File,
    /// A drive.
    Drive,
}

/// Where a medium is.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its path.
    pub path: PathBuf,
    /// What is there.
    pub kind: PlaceKind,
    /// The path of ddrescue's mapfile for the image.
    pub map: Option<PathBuf>,
    /// The member, if an archive is at the path.
    pub member: Option<Member>,
}

impl PlaceKind {
    /// What has this metadata; `None` if no pack can be there.
    pub fn of(metadata: &Metadata) -> Option<Self> {
        if metadata.is_file() {
            Some(Self::File)
        } else {
            platform::is_drive(metadata).then_some(Self::Drive)
        }
    }
}

impl Place {
    /// An image file without a mapfile.
    pub fn file(path: PathBuf) -> Self {
        Self { path, kind: PlaceKind::File, map: None, member: None }
    }

    /// Whatever is at `path` now.
    ///
    /// # Errors
    /// Those of the system; `InvalidInput` if it is neither a file nor a drive; why the archive cannot be read, of a path
    /// that may name a member of one.
    pub fn at(path: &Path) -> Result<Self, MediaError> {
        if let Some((place, _)) = Self::of_drive_name(path) {
            return Ok(place);
        }
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) => return Self::in_archive(path)?.ok_or_else(|| error.into()),
        };
        let kind = PlaceKind::of(&metadata).ok_or(io::ErrorKind::InvalidInput)?;
        Ok(Self { path: path.to_owned(), kind, map: None, member: None })
    }

    /// The drive whose name the path is (Windows only), and its identity. `A:` and `B:` are diskette drives;
    /// another letter is one only while a diskette is in it.
    pub(crate) fn of_drive_name(path: &Path) -> Option<(Self, FileId)> {
        let id = platform::drive_of_name(path)?;
        let is_floppy = platform::drive_letter(path)
            .is_some_and(|letter| matches!(letter, 'A' | 'B' | 'a' | 'b'));
        let is_diskette = is_floppy || Drive::open(path).is_ok();
        let place = Self { path: path.to_owned(), kind: PlaceKind::Drive, map: None, member: None };
        is_diskette.then_some((place, id))
    }

    /// The member that a path like `archive.zip:disk1.img` names; `None` if there is no such archive, or no such member.
    ///
    /// # Errors
    /// If there is a file that may be the archive, and it cannot be read.
    pub(crate) fn in_archive(path: &Path) -> Result<Option<Self>, MediaError> {
        let bytes = path.as_os_str().as_encoded_bytes();
        let mut unreadable = None;
        for at in (0..bytes.len()).rev().filter(|at| bytes[*at] == b':') {
            let archive = platform::path_from_bytes(bytes[..at].to_vec());
            match open_archive(&archive) {
                Ok(container) => {
                    let member = container.and_then(|it| Arc::new(it).member(&bytes[at + 1..]));
                    if member.is_some() {
                        return Ok(Some(Self { member, ..Self::file(archive) }));
                    }
                }
                Err(error) => unreadable = unreadable.or(Some(error)),
            }
        }
        unreadable.map_or(Ok(None), Err)
    }

    /// Its path, with the name of the member in an archive: `archive.zip:disk1.img`.
    pub fn full_path(&self) -> PathBuf {
        match &self.member {
            Some(member) => self.path_of_member(&member.name),
            None => self.path.clone(),
        }
    }

    /// The path of the member with this name in the archive at its path.
    pub(crate) fn path_of_member(&self, name: &[u8]) -> PathBuf {
        let path = self.path.as_os_str().as_encoded_bytes();
        platform::path_from_bytes([path, b":", name].concat())
    }

    /// Whether it is write-protected: a file by its mode, a diskette as its drive says.
    pub fn is_write_protected(&self) -> bool {
        match self.kind {
            PlaceKind::File => {
                fs::metadata(&self.path).is_ok_and(|metadata| metadata.permissions().readonly())
            }
            PlaceKind::Drive => platform::is_read_only(&self.path).unwrap_or(false),
        }
    }
}

/// The archive at `path`; `None` if no archive is there.
fn open_archive(path: &Path) -> Result<Option<Container>, MediaError> {
    use io::ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound};
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Container::open(path),
        Ok(_) => Ok(None),
        Err(error) => match error.kind() {
            NotFound | NotADirectory | InvalidFilename | InvalidInput => Ok(None),
            _ => Err(error.into()),
        },
    }
}

/// Places by their paths, one after the other. An archive stays open as long as the next path leads to one of its
/// members as well.
#[derive(Debug, Default)]
pub struct Places {
    archive: Option<Arc<Container>>,
}

impl Places {
    /// Whatever is at `path` now.
    ///
    /// # Errors
    /// As [`Place::at`].
    pub fn at(&mut self, path: &Path) -> Result<Place, MediaError> {
        // A file may be named like a member.
        let place = self.in_last_archive(path).filter(|_| fs::symlink_metadata(path).is_err());
        if let Some(place) = place {
            return Ok(place);
        }
        self.archive = None;
        let place = Place::at(path)?;
        self.archive = place.member.as_ref().map(|member| Arc::clone(&member.container));
        Ok(place)
    }

    /// The archive that the last place was in.
    pub(crate) fn archive(&self) -> Option<&Path> {
        self.archive.as_deref().map(Container::path)
    }

    fn in_last_archive(&self, path: &Path) -> Option<Place> {
        let container = self.archive.as_ref().filter(|archive| archive.is_at_its_path())?;
        let archive = container.path();
        let path = path.as_os_str().as_encoded_bytes();
        let name = path.strip_prefix(archive.as_os_str().as_encoded_bytes())?.strip_prefix(b":")?;
        Some(Place { member: Some(container.member(name)?), ..Place::file(archive.to_owned()) })
    }
}
