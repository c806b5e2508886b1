//! Why a container does not give its image.

use crate::disk::Format;

/// Why a container cannot be read or changed. Offsets are in bytes from the start of the container; in a
/// compressed one, from the start of what it expands to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{self:?}")]
pub enum ContainerError {
    /// It ends too early.
    CutShort {
        /// Where the missing part should begin.
        at: usize,
    },
    /// A field has an impossible value.
    BadField {
        /// Where the field is.
        at: usize,
    },
    /// A checksum is wrong.
    Checksum {
        /// Where the bytes that it covers begin.
        at: usize,
    },
    /// The compressed bytes cannot be expanded.
    Compression,
    /// The image, or the container itself, is larger than a diskette can need.
    TooLarge,
    /// There is not enough memory to expand it.
    NoMemory,
    /// The archive has ZIP64 records, which can be read but not written.
    Zip64Records,
    /// It has an extra field that may index its compressed bytes, and would be wrong after a change.
    IndexField,
    /// Bytes other than zeros follow it, and would be lost if it were rewritten.
    BytesBehind,
    /// It is one part of several.
    InParts,
    /// The member of the archive is encrypted.
    Encrypted,
    /// The member of the archive is compressed by this method, which is not supported.
    Method(u16),
    /// A track has no sectors of 512 bytes, but of another size.
    SectorSize {
        /// The first such track.
        cylinder: u8,
        /// Its side.
        head: u8,
        /// The size of its sectors, in bytes.
        bytes: usize,
    },
    /// It has no sectors of a PC's diskette.
    NoSectors,
    /// Its format is recognised, but cannot be read.
    Unsupported {
        /// The format.
        format: Format,
        /// Whether it is itself inside a container that can be read.
        packed: bool,
    },
    /// It is a virtual disk, and larger than any diskette.
    HardDisk(Format),
    /// The volume does not begin at the start of the file.
    VolumeBehind {
        /// Where it begins.
        at: u64,
        /// Its length in bytes.
        length: u64,
    },
    /// It is two images of diskettes, one after the other.
    TwoImages {
        /// Where the second one begins.
        second: u64,
    },
    /// The archive contains no image of a diskette.
    NoImage,
    /// The archive contains several images, and one was asked for.
    Several,
    /// This format can be read, but not written.
    ReadOnly(Format),
    /// The file has other names (hard links), which would still lead to the old file.
    OtherNames,
    /// Another member of the archive has the same name, by which the ledger knows a member.
    SameName,
    /// The file was changed since it was read.
    Changed,
}

impl ContainerError {
    pub(crate) fn unsupported(format: Format) -> Self {
        Self::Unsupported { format, packed: false }
    }

    /// The same error, for a file that is inside a container.
    pub(crate) fn packed(self) -> Self {
        match self {
            Self::Unsupported { format, .. } => Self::Unsupported { format, packed: true },
            other => other,
        }
    }
}
