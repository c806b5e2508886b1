//! Why a medium cannot be opened, read or written: one error type, with a variant for each cause.

mod container;
mod drive;
mod mapfile;

pub use container::ContainerError;
pub use drive::DriveError;
pub use mapfile::MapfileError;

use super::Flaw;
use std::io;

/// Why something could not be done with a medium.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// An error of the operating system.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Some sectors that were to be read are lost: these, at least one, in order.
    #[error("{}", .0.first().map(Flaw::to_string).unwrap_or_default())]
    Lost(Vec<Flaw>),
    /// The drive, or the diskette in it, cannot be used.
    #[error(transparent)]
    Drive(#[from] DriveError),
    /// The container cannot be read, or not be replaced.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// The mapfile of the image cannot be used.
    #[error(transparent)]
    Mapfile(#[from] MapfileError),
    /// Reading back gave other bytes than were written.
    #[error("what was written did not read back")]
    NotReadBack,
    /// The image was changed while it was copied.
    #[error("the image was changed while it was copied")]
    ChangedMeanwhile,
    /// The name is that of a device on Windows.
    #[error("Windows keeps this name for a device")]
    DeviceName,
}

impl MediaError {
    /// The error of the operating system, if that is the cause.
    pub fn io(&self) -> Option<&io::Error> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }

    /// The first lost sector, if lost sectors are the cause.
    pub fn lost(&self) -> Option<Flaw> {
        match self {
            Self::Lost(flaws) => flaws.first().copied(),
            _ => None,
        }
    }

    /// The error of the drive, if that is the cause.
    pub fn drive(&self) -> Option<&DriveError> {
        match self {
            Self::Drive(error) => Some(error),
            _ => None,
        }
    }

    /// The error of the container, if that is the cause.
    pub fn container(&self) -> Option<ContainerError> {
        match self {
            Self::Container(error) => Some(*error),
            _ => None,
        }
    }
}

impl From<io::ErrorKind> for MediaError {
    fn from(kind: io::ErrorKind) -> Self {
        Self::Io(kind.into())
    }
}

impl From<Flaw> for MediaError {
    fn from(flaw: Flaw) -> Self {
        Self::Lost(vec![flaw])
    }
}
