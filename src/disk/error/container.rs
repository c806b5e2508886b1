//! Why a container does not give its image.

use crate::disk::Format;
use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};

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
    /// The image is larger than [`MAX_IMAGE`](crate::container::MAX_IMAGE), or the container than any of such an image.
    TooLarge,
    /// There is not enough memory to expand it.
    NoMemory,
    /// An archive with records for numbers of more than 32 bits, which are read and not written.
    Zip64Records,
    /// It has a field that may say where its compressed bytes lie, and that is not written anew.
    IndexField,
    /// Other bytes than zeros stand behind it, which would be lost if it were written anew.
    BytesBehind,
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
    /// Its format is known, and not read.
    Unsupported {
        /// The format.
        format: Format,
        /// Whether it is packed in a container that is read.
        packed: bool,
    },
    /// A virtual disk that is larger than any diskette.
    HardDisk(Format),
    /// A volume begins behind something else.
    VolumeBehind {
        /// Where.
        at: u64,
        /// How long it is.
        length: u64,
    },
    /// Two images of diskettes, one behind the other.
    TwoImages {
        /// Where the second one begins.
        second: u64,
    },
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

impl ContainerError {
    pub(crate) fn unsupported(format: Format) -> Self {
        Self::Unsupported { format, packed: false }
    }

    /// The same, of what was packed in a container.
    pub(crate) fn packed(self) -> Self {
        match self {
            Self::Unsupported { format, .. } => Self::Unsupported { format, packed: true },
            other => other,
        }
    }
}
