//! Failures: why an image could not be processed.

use crate::disk::{ContainerError, DriveError, MediaError};
use crate::pack::commit::{CommitError, CommitStep, PackState};
use crate::platform::{self, Cause};
use std::io;
use std::path::PathBuf;

/// Why an image could not be processed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum FailureCode {
    /// There is no such file or folder.
    NotFound,
    /// The system does not allow reading it.
    AccessDenied,
    /// It is neither a regular file, a folder nor a drive.
    NotAFile,
    /// It is the record of a pack without its diskette.
    LooseRecord,
    /// No file can have this name on this system.
    BadName,
    /// The drive holds no diskette.
    NoMedium,
    /// The medium in the drive does not have the size of a diskette.
    NotADiskette,
    /// The drive is mounted.
    Mounted,
    /// The mapfile cannot be read.
    BadMapfile,
    /// It is a container in a format that is not supported.
    UnsupportedContainer,
    /// It is a damaged container.
    DamagedContainer,
    /// It cannot be changed in place, only converted into a copy.
    NeedsOutput,
    /// Another program has it locked.
    InUse,
    /// Another file or diskette is in its place now.
    Replaced,
    /// Its record is not the one that was decided on.
    Changed,
    /// Its file system has no locks.
    NoLocks,
    /// Its mode, or the tab of the diskette, forbids writing.
    WriteProtected,
    /// It belongs to another user, and this one may not write it, or could not give a new file the same
    /// owner.
    NotOwner,
    /// The folder for a new file may not be written.
    FolderProtected,
    /// The disk is mounted read-only.
    ReadOnlyDisk,
    /// An attribute of the file forbids changes.
    Immutable,
    /// Symbolic links form a loop.
    LinkLoop,
    /// The path, or a name in it, is too long.
    NameTooLong,
    /// Too many files are open.
    TooManyFiles,
    /// The file would exceed a size limit.
    FileSizeLimit,
    /// The disk is full.
    NoSpace,
    /// There is already another file at the path of the copy.
    Exists,
    /// The ledger could not be written, so the conversion was not begun.
    LedgerError,
    /// There is not enough memory.
    NoMemory,
    /// The user stopped the reading.
    Stopped,
    /// Any other error of the system.
    IoError,
}

impl FailureCode {
    /// The code in reports.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What was being done when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Opening the image.
    Open,
    /// Listing a folder.
    List,
    /// Reading the image.
    Read,
    /// Taking its lock.
    Lock,
    /// Claiming the pack in the ledger.
    Claim,
    /// Writing the first sector of the record.
    Write,
    /// Making that sector durable.
    Sync,
    /// Replacing the container.
    Replace,
    /// Zeroing the remnants of the 4.0 events.
    CleanUp,
    /// Reading back what was written.
    ReadBack,
    /// Writing the converted copy.
    Copy,
    /// Giving the converted copy its name.
    Publish,
    /// Making that name durable.
    SyncFolder,
}

impl Operation {
    /// Whether it writes.
    fn writes(self) -> bool {
        !matches!(self, Self::Open | Self::List | Self::Read | Self::Lock)
    }

    /// Whether it makes or changes a name in a folder.
    fn makes_files(self) -> bool {
        self == Self::Replace || self.makes_copies()
    }

    /// Whether it makes a copy, in a folder that has nothing to do with the image's.
    fn makes_copies(self) -> bool {
        matches!(self, Self::Copy | Self::Publish | Self::SyncFolder)
    }
}

/// A failure, with what is known of it.
#[derive(Debug, thiserror::Error)]
#[error("{operation:?} failed: {}", code.as_str())]
pub struct Failure {
    /// The kind of failure.
    pub code: FailureCode,
    /// What was being done.
    pub operation: Operation,
    /// The error behind it, if there is one.
    #[source]
    pub cause: Option<MediaError>,
    /// The state of the pack, if a change had begun.
    pub state: Option<PackState>,
    /// The other file that is concerned: the copy, the mapfile or the folder.
    pub target: Option<PathBuf>,
}

impl Failure {
    /// That another diskette is in the drive than the one that was looked at.
    pub fn another_diskette() -> Self {
        Self::caused(Operation::Lock, DriveError::Changed)
    }

    pub(crate) fn new(code: FailureCode, operation: Operation) -> Self {
        Self { code, operation, cause: None, state: None, target: None }
    }

    /// The failure when `operation` ends with the error `cause`.
    pub(crate) fn caused(operation: Operation, cause: impl Into<MediaError>) -> Self {
        let cause = cause.into();
        let code = match &cause {
            MediaError::Io(error) => Self::of_system(operation, error)
                .unwrap_or_else(|| Self::of_kind(operation, error.kind())),
            MediaError::Drive(error) => Self::of_drive(error),
            MediaError::Container(error) => Self::of_container(*error),
            MediaError::Mapfile(_) => FailureCode::BadMapfile,
            MediaError::DeviceName => FailureCode::NotAFile,
            MediaError::Lost(_) | MediaError::NotReadBack | MediaError::ChangedMeanwhile => {
                FailureCode::IoError
            }
        };
        Self { cause: Some(cause), ..Self::new(code, operation) }
    }

    fn of_system(operation: Operation, cause: &io::Error) -> Option<FailureCode> {
        Some(match platform::cause(cause, operation == Operation::Lock)? {
            Cause::NoLocks => FailureCode::NoLocks,
            Cause::LinkLoop => FailureCode::LinkLoop,
            Cause::NameTooLong => FailureCode::NameTooLong,
            Cause::TooManyFiles => FailureCode::TooManyFiles,
            Cause::InUse => FailureCode::InUse,
            Cause::NoMedium => FailureCode::NoMedium,
            // Only its owner may make a new file with the same owner.
            Cause::Forbidden if operation == Operation::Replace => FailureCode::NotOwner,
            Cause::Forbidden if operation.writes() => FailureCode::Immutable,
            Cause::Forbidden => FailureCode::AccessDenied,
        })
    }

    fn of_kind(operation: Operation, kind: io::ErrorKind) -> FailureCode {
        use io::ErrorKind;
        match kind {
            // No file can be made there, whatever the image is.
            ErrorKind::NotFound | ErrorKind::NotADirectory if operation.makes_copies() => {
                FailureCode::FolderProtected
            }
            ErrorKind::NotFound | ErrorKind::NotADirectory => FailureCode::NotFound,
            // Another run is writing the same file.
            ErrorKind::AlreadyExists if operation.makes_files() => FailureCode::InUse,
            ErrorKind::InvalidFilename => FailureCode::BadName,
            ErrorKind::PermissionDenied if operation.makes_files() => FailureCode::FolderProtected,
            ErrorKind::PermissionDenied if operation.writes() => FailureCode::NotOwner,
            ErrorKind::PermissionDenied => FailureCode::AccessDenied,
            ErrorKind::ReadOnlyFilesystem => FailureCode::ReadOnlyDisk,
            ErrorKind::OutOfMemory => FailureCode::NoMemory,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => FailureCode::NoSpace,
            ErrorKind::FileTooLarge => FailureCode::FileSizeLimit,
            _ => FailureCode::IoError,
        }
    }

    fn of_container(error: ContainerError) -> FailureCode {
        match error {
            ContainerError::ReadOnly(_)
            | ContainerError::OtherNames
            | ContainerError::SameName
            | ContainerError::Zip64Records
            | ContainerError::IndexField
            | ContainerError::BytesBehind => FailureCode::NeedsOutput,
            ContainerError::NoMemory => FailureCode::NoMemory,
            ContainerError::Changed => FailureCode::Replaced,
            ContainerError::Unsupported { .. }
            | ContainerError::Encrypted
            | ContainerError::Method(_)
            | ContainerError::InParts
            | ContainerError::Several
            | ContainerError::VolumeBehind { .. }
            | ContainerError::TwoImages { .. } => FailureCode::UnsupportedContainer,
            _ => FailureCode::DamagedContainer,
        }
    }

    fn of_drive(error: &DriveError) -> FailureCode {
        match error {
            DriveError::NoMedium => FailureCode::NoMedium,
            DriveError::Changed => FailureCode::Replaced,
            DriveError::ReadsOtherwise => FailureCode::Changed,
            DriveError::Mounted(_) => FailureCode::Mounted,
            DriveError::InUse => FailureCode::InUse,
            DriveError::NotADiskette(_) => FailureCode::NotADiskette,
            DriveError::WriteProtected => FailureCode::WriteProtected,
            DriveError::Denied => FailureCode::AccessDenied,
            DriveError::NotThere => FailureCode::NotFound,
            DriveError::Stopped => FailureCode::Stopped,
            DriveError::Unreadable | DriveError::ReadsNoMore | DriveError::Dead => {
                FailureCode::IoError
            }
        }
    }

    /// A copy was made, but `error` shows that its name may not survive a power cut.
    pub(crate) fn folder_not_durable(error: &io::Error, target: PathBuf) -> Self {
        Self::caused(Operation::SyncFolder, platform::same_error(error)).about(target)
    }

    pub(crate) fn about(mut self, target: PathBuf) -> Self {
        self.target = Some(target);
        self
    }
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        let operation = match error.step {
            CommitStep::Check => Operation::Read,
            CommitStep::Write => Operation::Write,
            CommitStep::Sync => Operation::Sync,
            CommitStep::Replace => Operation::Replace,
            CommitStep::CleanUp => Operation::CleanUp,
            CommitStep::ReadBack => Operation::ReadBack,
        };
        Self { state: error.state, ..Self::caused(operation, error.cause) }
    }
}
