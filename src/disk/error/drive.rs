//! Why a drive cannot be used.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;

/// Why a drive cannot be used, or not any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DriveError {
    /// No diskette is in it.
    NoMedium,
    /// Another diskette is in it than the one that was read.
    Changed,
    /// It is mounted there.
    Mounted(PathBuf),
    /// Another program uses it.
    InUse,
    /// Its medium has this many bytes, or more than any diskette: no diskette.
    NotADiskette(Option<u64>),
    /// The diskette is write-protected.
    WriteProtected,
    /// Not one of its sectors reads.
    Unreadable,
    /// A write failed: nothing more is written through this handle.
    Dead,
    /// The reading was ended by whoever follows it.
    Stopped,
    /// The system does not give it to this user.
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
