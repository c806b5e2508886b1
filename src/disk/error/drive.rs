//! Why a drive cannot be used.

use std::path::PathBuf;

/// Why a drive cannot be used, or no longer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DriveError {
    /// There is no diskette in it.
    #[error("no medium")]
    NoMedium,
    /// The diskette in it is not the one that was read before.
    #[error("another medium")]
    Changed,
    /// It reads otherwise than it did before: what was lost or damaged is sound now.
    #[error("it reads differently")]
    ReadsOtherwise,
    /// It is mounted, at this path.
    #[error("mounted at {}", .0.display())]
    Mounted(PathBuf),
    /// Another program has it open.
    #[error("in use")]
    InUse,
    /// Its medium is not a diskette: it has this many bytes; `None` if more than any diskette.
    #[error("{}", .0.map_or_else(|| "more bytes than any diskette has".into(), |len| format!("{len} bytes")))]
    NotADiskette(Option<u64>),
    /// The diskette is write-protected.
    #[error("write-protected")]
    WriteProtected,
    /// Not a single sector of the diskette can be read.
    #[error("not one sector reads")]
    Unreadable,
    /// The diskette could be read before, and now not a single sector of it can.
    #[error("not one sector reads any more")]
    ReadsNoMore,
    /// An earlier write failed, and nothing more is written through this handle.
    #[error("given up after an error")]
    Dead,
    /// The watcher ended the reading.
    #[error("stopped")]
    Stopped,
    /// The system does not let this user open it.
    #[error("not allowed")]
    Denied,
    /// There is no such drive.
    #[error("no such drive")]
    NotThere,
}
