//! Why a drive cannot be used.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;

/// Why a drive cannot be used, or no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DriveError {
    /// There is no diskette in it.
    NoMedium,
    /// The diskette in it is not the one that was read before.
    Changed,
    /// It is mounted, at this path.
    Mounted(PathBuf),
    /// Another program has it open.
    InUse,
    /// Its medium is not a diskette: it has this many bytes; `None` if more than any diskette.
    NotADiskette(Option<u64>),
    /// The diskette is write-protected.
    WriteProtected,
    /// Not a single sector of the diskette can be read.
    Unreadable,
    /// An earlier write failed, and nothing more is written through this handle.
    Dead,
    /// The watcher ended the reading.
    Stopped,
    /// The system does not let this user open it.
    Denied,
    /// There is no such drive.
    NotThere,
}

impl Display for DriveError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMedium => f.write_str("no medium"),
            Self::Changed => f.write_str("another medium"),
            Self::Mounted(at) => write!(f, "mounted at {}", at.display()),
            Self::InUse => f.write_str("in use"),
            Self::NotADiskette(Some(len)) => write!(f, "{len} bytes"),
            Self::NotADiskette(None) => f.write_str("more bytes than any diskette has"),
            Self::WriteProtected => f.write_str("write-protected"),
            Self::Unreadable => f.write_str("not one sector reads"),
            Self::Dead => f.write_str("given up after an error"),
            Self::Stopped => f.write_str("stopped"),
            Self::Denied => f.write_str("not allowed"),
            Self::NotThere => f.write_str("no such drive"),
        }
    }
}

impl Error for DriveError {}
