//! What became of each image, as data; the words for it are the command line's.

use crate::container::ContainerError;
use crate::diagnosis::{CopyOf, Diagnosis, Finding, FindingCode};
use crate::fat12::{MediaFault, NoVolume, Oddity};
use crate::ledger::ClaimId;
use crate::medium::{DriveError, Flaw, MapfileError};
use crate::platform::FileId;
use crate::record::Record;
use crate::surface::Surface;
use std::io;
use std::path::PathBuf;

/// What a run came to for one image (DESIGN.md, "Outcomes").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// A sound 4.0 pack, not converted by this run.
    Convertible,
    /// Converted now, read back and verified.
    Converted,
    /// Converted before.
    AlreadyConverted,
    /// Issued as 4.5.
    Issued45,
    /// Converted, but the clean-up was interrupted, and not finished by this run.
    UnfinishedConversion,
    /// Another kind of disk or file.
    NotAPack,
    /// Will never convert.
    Refused,
    /// Could not be read, written or locked: worth another try.
    Failed,
}

impl Outcome {
    /// Every outcome, in the order of summaries.
    pub const ALL: [Self; 8] = [
        Self::Convertible,
        Self::Converted,
        Self::AlreadyConverted,
        Self::Issued45,
        Self::UnfinishedConversion,
        Self::NotAPack,
        Self::Refused,
        Self::Failed,
    ];

    /// The outcome's published code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Convertible => "convertible",
            Self::Converted => "converted",
            Self::AlreadyConverted => "already-converted",
            Self::Issued45 => "issued-4.5",
            Self::UnfinishedConversion => "unfinished-conversion",
            Self::NotAPack => "not-a-pack",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// Why an image is no pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAPack {
    /// No FAT12 volume.
    NoVolume(NoVolume),
    /// A volume without `ADDPACK.DAT` in its root directory.
    NoRecord,
    /// A container that holds no image of a PC's diskette.
    Container(ContainerError),
}

/// What is worth a word and changes no verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The volume is unusual.
    Volume(Oddity),
    /// The record was found by the second copy of the FAT, because of this fault of the first, or
    /// because the first leads to a damaged record.
    SecondFat(Option<MediaFault>),
    /// A time in the history is earlier than one before it.
    ClockRanBackwards,
    /// The pack was converted from another copy, or this run has met one: it would be refused.
    Copy(Box<CopyOf>),
    /// The image was converted into this copy.
    Copied(PathBuf),
    /// A conversion of this image, or in this drive, was begun and interrupted: that of the pack with
    /// this serial.
    Begun(String),
    /// Sectors that are flawed, and keep nothing from being done; in order.
    Flaws(Vec<Flaw>),
}

/// Why an image could not be worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailureCode {
    /// There is no such file or folder.
    NotFound,
    /// The system does not let it be read.
    AccessDenied,
    /// Neither a regular file, a folder nor a drive.
    NotAFile,
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
    /// It cannot be written.
    WriteProtected,
    /// The disk is full.
    NoSpace,
    /// The output file is there already and is another one.
    Exists,
    /// The ledger could not be written, so nothing was begun.
    LedgerError,
    /// Any other error of the system.
    IoError,
}

impl FailureCode {
    /// Every code.
    pub const ALL: [Self; 17] = [
        Self::NotFound,
        Self::AccessDenied,
        Self::NotAFile,
        Self::NoMedium,
        Self::NotADiskette,
        Self::Mounted,
        Self::BadMapfile,
        Self::UnsupportedContainer,
        Self::DamagedContainer,
        Self::NeedsOutput,
        Self::InUse,
        Self::Replaced,
        Self::WriteProtected,
        Self::NoSpace,
        Self::Exists,
        Self::LedgerError,
        Self::IoError,
    ];

    /// The published code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::AccessDenied => "access-denied",
            Self::NotAFile => "not-a-file",
            Self::NoMedium => "no-medium",
            Self::NotADiskette => "not-a-diskette",
            Self::Mounted => "mounted",
            Self::BadMapfile => "bad-mapfile",
            Self::UnsupportedContainer => "unsupported-container",
            Self::DamagedContainer => "damaged-container",
            Self::NeedsOutput => "needs-output",
            Self::InUse => "in-use",
            Self::Replaced => "replaced",
            Self::WriteProtected => "write-protected",
            Self::NoSpace => "no-space",
            Self::Exists => "exists",
            Self::LedgerError => "ledger-error",
            Self::IoError => "io-error",
        }
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

/// The state that a failed conversion left its pack in, read past the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackState {
    /// Wholly 4.0, as before.
    Old,
    /// Wholly 4.5.
    New,
    /// 4.5, with remnants that the next run removes.
    Unfinished,
    /// The commit sector is neither the old nor the new one.
    Torn,
    /// It could not be read.
    Unknown,
}

/// A failure, with what is known of it.
#[derive(Debug)]
pub struct Failure {
    /// Its kind.
    pub code: FailureCode,
    /// What was being done.
    pub action: Action,
    /// What the system said.
    pub cause: Option<io::Error>,
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
    pub(crate) fn from_io(action: Action, cause: io::Error) -> Self {
        use io::ErrorKind as Kind;
        let writing = !matches!(action, Action::Open | Action::List | Action::Read | Action::Lock);
        let code = match cause.kind() {
            _ if DriveError::behind(&cause).is_some() => Self::of_drive(&cause),
            _ if MapfileError::is_behind(&cause) => FailureCode::BadMapfile,
            _ if ContainerError::behind(&cause).is_some() => Self::of_container(&cause),
            Kind::NotFound => FailureCode::NotFound,
            Kind::PermissionDenied if writing => FailureCode::WriteProtected,
            Kind::PermissionDenied => FailureCode::AccessDenied,
            Kind::ReadOnlyFilesystem => FailureCode::WriteProtected,
            Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => FailureCode::NoSpace,
            _ => FailureCode::IoError,
        };
        Self { cause: Some(cause), ..Self::new(code, action) }
    }

    fn of_container(cause: &io::Error) -> FailureCode {
        match ContainerError::behind(cause) {
            Some(
                ContainerError::ReadOnly(_)
                | ContainerError::OtherNames
                | ContainerError::Zip64Records,
            ) => FailureCode::NeedsOutput,
            Some(ContainerError::Changed) => FailureCode::Replaced,
            Some(
                ContainerError::Unsupported(_)
                | ContainerError::Encrypted
                | ContainerError::Method(_)
                | ContainerError::InParts
                | ContainerError::Zip64
                | ContainerError::Several,
            ) => FailureCode::UnsupportedContainer,
            _ => FailureCode::DamagedContainer,
        }
    }

    fn of_drive(cause: &io::Error) -> FailureCode {
        match DriveError::behind(cause) {
            Some(DriveError::NoMedium) => FailureCode::NoMedium,
            Some(DriveError::Changed) => FailureCode::Replaced,
            Some(DriveError::Mounted(_)) => FailureCode::Mounted,
            Some(DriveError::InUse) => FailureCode::InUse,
            Some(DriveError::NotADiskette(_)) => FailureCode::NotADiskette,
            Some(DriveError::WriteProtected) => FailureCode::WriteProtected,
            Some(DriveError::Unreadable | DriveError::Dead) | None => FailureCode::IoError,
        }
    }

    pub(crate) fn about(mut self, target: PathBuf) -> Self {
        self.target = Some(target);
        self
    }
}

/// What a run has to say of one image.
#[derive(Debug)]
pub struct Report {
    /// The image, as it was named or found.
    pub path: PathBuf,
    /// Whether the path itself was named, as opposed to found in a folder.
    pub named: bool,
    /// What it came to.
    pub outcome: Outcome,
    /// The pack's record and findings; `None` where there was no way to one.
    pub diagnosis: Option<Diagnosis>,
    /// Why it is no pack.
    pub not_a_pack: Option<NotAPack>,
    /// What is worth a word.
    pub notes: Vec<Note>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// How well each sector reads, where that was asked for.
    pub surface: Option<Surface>,
    /// Whether it is a diskette in a drive.
    pub is_drive: bool,
    /// The converted copy, where one was asked for.
    pub output: Option<PathBuf>,
    /// The image's identity, where the system has such.
    pub(crate) file: Option<FileId>,
    /// The claim that the pack is converted under.
    pub(crate) claim: Option<ClaimId>,
    /// Whether an earlier run had made that claim.
    pub(crate) resumed: bool,
}

impl Report {
    pub(crate) fn new(path: PathBuf, named: bool, outcome: Outcome) -> Box<Self> {
        Box::new(Self {
            path,
            named,
            outcome,
            diagnosis: None,
            not_a_pack: None,
            notes: Vec::new(),
            failure: None,
            surface: None,
            is_drive: false,
            output: None,
            file: None,
            claim: None,
            resumed: false,
        })
    }

    /// The pack's record, where there is one.
    pub fn record(&self) -> Option<&Record> {
        self.diagnosis.as_ref()?.record.as_deref()
    }

    /// Whether there is a finding with this code.
    pub fn has_finding(&self, code: FindingCode) -> bool {
        self.findings().iter().any(|finding| finding.code() == code)
    }

    /// Whether bytes of the record are not as a server wrote them, or not to be had.
    pub(crate) fn is_damaged(&self) -> bool {
        self.findings().iter().any(|finding| finding.code().is_damage())
    }

    /// All findings, the primary one first.
    pub fn findings(&self) -> &[Finding] {
        self.diagnosis.as_ref().map_or(&[], |diagnosis| &diagnosis.findings)
    }

    /// The report that the image failed; what was learned of it before stays.
    pub(crate) fn failed(mut self: Box<Self>, failure: Failure) -> Box<Self> {
        self.fail(failure);
        self
    }

    pub(crate) fn fail(&mut self, failure: Failure) {
        self.outcome = Outcome::Failed;
        self.failure = Some(failure);
    }
}
