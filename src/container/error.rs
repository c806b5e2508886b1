//! What can be the matter with a container.

use super::Format;
use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::io;

/// Why a container does not give its image. Offsets are in bytes from the start of the container,
/// of a compressed one from where it is expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerError {
    /// It ends where more should come.
    CutShort {
        /// Where what is missing should begin.
        at: usize,
    },
    /// A field says what cannot be.
    BadField {
        /// Where the field stands.
        at: usize,
    },
    /// A checksum does not verify.
    Checksum {
        /// Where that which it covers begins.
        at: usize,
    },
    /// The compressed bytes cannot be expanded.
    Compression,
    /// The image is larger than [`super::MAX_IMAGE`], or the container than any of such an image.
    TooLarge,
    /// An archive of more than 4 GB, or of more than 65,534 members.
    Zip64,
    /// An archive with records for such numbers, which are read where they are small, and not written.
    Zip64Records,
    /// It is in parts, and this is not the whole.
    InParts,
    /// A member of an archive is encrypted.
    Encrypted,
    /// A member of an archive is compressed by this method, which is not read.
    Method(u16),
    /// The tracks have sectors of another size than 512 bytes.
    SectorSize {
        /// The first such track.
        cylinder: u8,
        /// Its side.
        head: u8,
        /// The size of its sectors, in bytes.
        bytes: usize,
    },
    /// There is no sector of a PC's diskette on it.
    NoSectors,
    /// It can be told, but not read.
    Unsupported(Format),
    /// An archive without an image of a diskette.
    NoImage,
    /// An archive of several images, where one was asked for.
    Several,
    /// It can be read, but not written.
    ReadOnly(Format),
    /// The file has other names, which would keep the old one were it replaced.
    OtherNames,
    /// The file is not what it was when it was read.
    Changed,
}

impl Display for ContainerError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Debug::fmt(self, f)
    }
}

impl Error for ContainerError {}

impl From<ContainerError> for io::Error {
    fn from(error: ContainerError) -> Self {
        Self::other(error)
    }
}

impl ContainerError {
    /// What was the matter with a container, where that was the error.
    pub fn behind(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}
