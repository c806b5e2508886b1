//! Why an image could not be worked on, and what is known of it then.

use crate::disk::{ContainerError, DriveError, MediaError};
use crate::pack::commit::{CommitError, CommitStep, PackState};
use crate::platform::{self, Cause};
use std::io;
use std::path::PathBuf;

/// Why an image could not be worked on.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum FailureCode {
    /// There is no such file or folder.
    NotFound,
    /// The system does not let it be read.
    AccessDenied,
    /// Neither a regular file, a folder nor a drive.
    NotAFile,
    /// The record of a pack without the diskette around it.
    LooseRecord,
    /// This system has no files of that name.
    BadName,
    /// The drive holds no diskette.
    NoMedium,
    /// What is in the drive is no diskette, by its size.
    NotADiskette,
    /// The drive is mounted.
    Mounted,
    /// The mapfile of a rescue cannot be read.
    BadMapfile,
    /// A container in a format that is not read.
    UnsupportedContainer,
    /// A container that is damaged.
    DamagedContainer,
    /// It cannot be changed in place: a copy is to be made.
    NeedsOutput,
    /// Another program holds its lock.
    InUse,
    /// Another file or diskette was put in its place meanwhile.
    Replaced,
    /// The record is another one than was decided on.
    Changed,
    /// Its file system has no locks.
    NoLocks,
    /// Its mode, or the tab of the diskette, forbids writing.
    WriteProtected,
    /// It is another user's, who has not given this one the right to write it; or a new file in its
    /// place could not have its owner.
    NotOwner,
    /// The folder that a new file is to be made in may not be written.
    FolderProtected,
    /// The disk is mounted read-only.
    ReadOnlyDisk,
    /// An attribute of the file forbids changes.
    Immutable,
    /// Symbolic links lead round in a loop.
    LinkLoop,
    /// The path, or a name in it, is too long.
    NameTooLong,
    /// Too many files are open.
    TooManyFiles,
    /// The file would be larger than files may be.
    FileSizeLimit,
    /// The disk is full.
    NoSpace,
    /// The output file is there already and is another one.
    Exists,
    /// The ledger could not be written, so nothing was begun.
    LedgerError,
    /// There is not enough memory.
    NoMemory,
    /// The user ended the reading.
    Stopped,
    /// Any other error of the system.
    IoError,
}

impl FailureCode {
    /// The published code.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What was being done when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
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
    /// Writing the commit sector.
    Write,
    /// Making the commit sector durable.
    Sync,
    /// Putting a new container in the place of the old one.
    Replace,
    /// Zeroing what is left of the 4.0 events.
    CleanUp,
    /// Comparing what was written with what is there.
    ReadBack,
    /// Writing the converted copy.
    Copy,
    /// Giving the converted copy its name.
    Publish,
    /// Making that name durable.
    SyncFolder,
}

impl Action {
    /// Whether something is written.
    fn writes(self) -> bool {
        !matches!(self, Self::Open | Self::List | Self::Read | Self::Lock)
    }

    /// Whether a name is made or changed in a folder.
    fn makes_files(self) -> bool {
        matches!(self, Self::Replace | Self::Copy | Self::Publish | Self::SyncFolder)
    }
}

/// A failure, with what is known of it.
#[derive(Debug)]
pub struct Failure {
    /// Its kind.
    pub code: FailureCode,
    /// What was being done.
    pub action: Action,
    /// Why, as far as that is known.
    pub cause: Option<MediaError>,
    /// The state of the pack, where a change had begun.
    pub state: Option<PackState>,
    /// The other file concerned: the output file.
    pub target: Option<PathBuf>,
}

impl Failure {
    pub(crate) fn new(code: FailureCode, action: Action) -> Self {
        Self { code, action, cause: None, state: None, target: None }
    }

    /// The failure that `cause` stands for when it comes up in `action`.
    pub(crate) fn caused(action: Action, cause: impl Into<MediaError>) -> Self {
        let cause = cause.into();
        let code = match &cause {
            MediaError::Io(error) => Self::of_system(action, error)
                .unwrap_or_else(|| Self::of_kind(action, error.kind())),
            MediaError::Drive(error) => Self::of_drive(error),
            MediaError::Container(error) => Self::of_container(*error),
            MediaError::Mapfile(_) => FailureCode::BadMapfile,
            MediaError::DeviceName => FailureCode::NotAFile,
            MediaError::Lost(_) | MediaError::NotReadBack | MediaError::ChangedMeanwhile => {
                FailureCode::IoError
            }
        };
        Self { cause: Some(cause), ..Self::new(code, action) }
    }

    fn of_system(action: Action, cause: &io::Error) -> Option<FailureCode> {
        Some(match platform::cause(cause, action == Action::Lock)? {
            Cause::NoLocks => FailureCode::NoLocks,
            Cause::LinkLoop => FailureCode::LinkLoop,
            Cause::NameTooLong => FailureCode::NameTooLong,
            Cause::TooManyFiles => FailureCode::TooManyFiles,
            Cause::InUse => FailureCode::InUse,
            Cause::NoMedium => FailureCode::NoMedium,
            // Only who owns it may give a new file its owner.
            Cause::Forbidden if action == Action::Replace => FailureCode::NotOwner,
            Cause::Forbidden if action.writes() => FailureCode::Immutable,
            Cause::Forbidden => FailureCode::AccessDenied,
        })
    }

    fn of_kind(action: Action, kind: io::ErrorKind) -> FailureCode {
        use io::ErrorKind as Kind;
        match kind {
            Kind::NotFound => FailureCode::NotFound,
            Kind::InvalidFilename => FailureCode::BadName,
            Kind::PermissionDenied if action.makes_files() => FailureCode::FolderProtected,
            Kind::PermissionDenied if action.writes() => FailureCode::NotOwner,
            Kind::PermissionDenied => FailureCode::AccessDenied,
            Kind::ReadOnlyFilesystem => FailureCode::ReadOnlyDisk,
            Kind::OutOfMemory => FailureCode::NoMemory,
            Kind::StorageFull | Kind::QuotaExceeded => FailureCode::NoSpace,
            Kind::FileTooLarge => FailureCode::FileSizeLimit,
            _ => FailureCode::IoError,
        }
    }

    fn of_container(error: ContainerError) -> FailureCode {
        match error {
            ContainerError::ReadOnly(_)
            | ContainerError::OtherNames
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
            DriveError::Mounted(_) => FailureCode::Mounted,
            DriveError::InUse => FailureCode::InUse,
            DriveError::NotADiskette(_) => FailureCode::NotADiskette,
            DriveError::WriteProtected => FailureCode::WriteProtected,
            DriveError::Denied => FailureCode::AccessDenied,
            DriveError::NotThere => FailureCode::NotFound,
            DriveError::Stopped => FailureCode::Stopped,
            DriveError::Unreadable | DriveError::Dead => FailureCode::IoError,
        }
    }

    /// A copy is there, but `error` says that its name may not outlast a power cut.
    pub(crate) fn folder_not_durable(error: &io::Error, target: PathBuf) -> Self {
        let error = io::Error::new(error.kind(), error.to_string());
        Self::caused(Action::SyncFolder, error).about(target)
    }

    pub(crate) fn about(mut self, target: PathBuf) -> Self {
        self.target = Some(target);
        self
    }
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        let action = match error.step {
            CommitStep::Check => Action::Read,
            CommitStep::Write => Action::Write,
            CommitStep::Sync => Action::Sync,
            CommitStep::Replace => Action::Replace,
            CommitStep::CleanUp => Action::CleanUp,
            CommitStep::ReadBack => Action::ReadBack,
        };
        Self { state: error.state, ..Self::caused(action, error.cause) }
    }
}
