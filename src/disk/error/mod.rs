//! Why a medium cannot be opened, read or written: one error type, with a variant for each cause.

mod container;
mod drive;
mod mapfile;

pub use container::ContainerError;
pub use drive::DriveError;
pub use mapfile::MapfileError;

use super::Flaw;
use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::io;

/// Why something could not be done with a medium.
#[derive(Debug)]
pub enum MediaError {
    /// An error of the operating system.
    Io(io::Error),
    /// Some sectors that were to be read are lost: these, at least one, in order.
    Lost(Vec<Flaw>),
    /// The drive, or the diskette in it, cannot be used.
    Drive(DriveError),
    /// The container cannot be read, or not be replaced.
    Container(ContainerError),
    /// The mapfile of the image cannot be used.
    Mapfile(MapfileError),
    /// Reading back gave other bytes than were written.
    NotReadBack,
    /// The image was changed while it was copied.
    ChangedMeanwhile,
    /// The name is that of a device on Windows.
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

impl Display for MediaError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Lost(flaws) => flaws.first().map_or(Ok(()), |flaw| flaw.fmt(f)),
            Self::Drive(error) => error.fmt(f),
            Self::Container(error) => error.fmt(f),
            Self::Mapfile(error) => error.fmt(f),
            Self::NotReadBack => f.write_str("what was written did not read back"),
            Self::ChangedMeanwhile => f.write_str("the image was changed while it was copied"),
            Self::DeviceName => f.write_str("Windows keeps this name for a device"),
        }
    }
}

impl Error for MediaError {}

impl From<io::Error> for MediaError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
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

impl From<DriveError> for MediaError {
    fn from(error: DriveError) -> Self {
        Self::Drive(error)
    }
}

impl From<ContainerError> for MediaError {
    fn from(error: ContainerError) -> Self {
        Self::Container(error)
    }
}

impl From<MapfileError> for MediaError {
    fn from(error: MapfileError) -> Self {
        Self::Mapfile(error)
    }
}
