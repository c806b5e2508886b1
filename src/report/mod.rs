//! The result for each image, as data. The command line has the words for it.

mod failure;

pub use crate::pack::NotAPack;
pub use crate::pack::commit::PackState;
pub use failure::{Failure, FailureCode, Operation};

use crate::diagnosis::{Diagnosis, Finding, FindingCode, FindingKind, Verdict};
use crate::disk::Flaw;
use crate::fat12::{Anomaly, DisketteContents, MediaFault};
use crate::media::surface::Surface;
use crate::pack::examine::{Pack, Remark};
use crate::record::Record;
use crate::set::Relation;
use std::path::PathBuf;
use strum::VariantArray;

/// The outcome of a run for one image (DESIGN.md, "Outcomes").
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Outcome {
    /// A sound 4.0 pack, not converted by this run.
    Convertible,
    /// Converted now, read back and verified.
    Converted,
    /// Converted before.
    AlreadyConverted,
    /// Issued as 4.5.
    #[strum(to_string = "issued-4.5")]
    Issued45,
    /// Converted, but the clean-up was interrupted, and not finished by this run.
    UnfinishedConversion,
    /// Another image of this pack counts, and is in the same run.
    Copy,
    /// Another kind of disk or file.
    NotAPack,
    /// Will never convert.
    Refused,
    /// Could not be read, written or locked: worth another try.
    Failed,
}

impl Outcome {
    /// Every outcome, in the order of summaries.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Whether a conversion would change the pack: convert it, or finish its conversion.
    pub const fn is_to_change(self) -> bool {
        matches!(self, Self::Convertible | Self::UnfinishedConversion)
    }

    /// Whether the pack is 4.5 and was so before this run: converted earlier, or sold as one.
    pub const fn is_45_already(self) -> bool {
        matches!(self, Self::AlreadyConverted | Self::Issued45)
    }

    /// The outcome's code in reports.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Something worth knowing that does not change the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The volume is unusual.
    Volume(Anomaly),
    /// The record was found by the second copy of the FAT, because of this fault of the first, or
    /// because the first leads to a damaged record.
    SecondFat(Option<MediaFault>),
    /// A time in the history is earlier than one before it.
    ClockRanBackwards,
    /// A time in the record lies past the year 9999, for which reports for programs have no form.
    TimePast9999,
    /// It is refused, but this other image of the pack is sound, and counts.
    StandIn(PathBuf),
    /// The image was converted into this copy, which is missing and can be made again.
    CopyMissing(PathBuf),
    /// It would be converted, but is not on the list of images to convert.
    LeftOut,
    /// A conversion of the pack with this serial was interrupted, in this image or in this drive.
    Begun(String),
    /// A map of the surface was asked for, but the image does not have the size of a diskette.
    NoSurface,
    /// Flawed sectors that do not affect the pack, in order.
    Flaws(Vec<Flaw>),
    /// Bytes that are not part of the container follow it.
    BytesBehind,
    /// The image is that of a diskette, perhaps with this number, that was converted in a drive since; the report is on
    /// the diskette.
    ConvertedSince(Option<usize>),
}

impl Note {
    /// Whether it names a way to the pack that takes no replacement: another image, or to finish what was begun.
    pub fn is_other_way(&self) -> bool {
        matches!(self, Self::StandIn(_) | Self::CopyMissing(_) | Self::Begun(_))
    }
}

/// The image of a pack that counts instead of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageThatCounts {
    /// Its path.
    pub path: PathBuf,
    /// How the other one's state is related to its own.
    pub relation: Relation,
}

impl From<Remark> for Note {
    fn from(remark: Remark) -> Self {
        match remark {
            Remark::Volume(oddity) => Self::Volume(oddity),
            Remark::SecondFat(fault) => Self::SecondFat(fault),
            Remark::ClockRanBackwards => Self::ClockRanBackwards,
            Remark::TimePast9999 => Self::TimePast9999,
            Remark::Flaws(flaws) => Self::Flaws(flaws),
        }
    }
}

impl From<Verdict> for Outcome {
    /// The outcome of a pack with this verdict if nothing is done to it.
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Convertible => Self::Convertible,
            Verdict::AlreadyConverted => Self::AlreadyConverted,
            Verdict::UnfinishedConversion => Self::UnfinishedConversion,
            Verdict::Issued45 => Self::Issued45,
            Verdict::Refused => Self::Refused,
        }
    }
}

impl Pack {
    /// The outcome if nothing is done to the pack.
    pub fn outcome(&self) -> Outcome {
        self.diagnosis.verdict.into()
    }
}

/// The report on one image.
#[derive(Debug)]
pub struct Report {
    /// The path of the image, as it was named or found.
    pub path: PathBuf,
    /// Whether the path itself was named, as opposed to found in a folder.
    pub named: bool,
    /// The outcome.
    pub outcome: Outcome,
    /// The pack's record and findings; `None` if the image was not examined or is not a pack.
    pub diagnosis: Option<Diagnosis>,
    /// Why it is not a pack.
    pub not_a_pack: Option<NotAPack>,
    /// What is on a diskette that is not a pack, if that was asked for.
    pub diskette: Option<Box<DisketteContents>>,
    /// Notes.
    pub notes: Vec<Note>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// How well each sector reads, if that was asked for.
    pub surface: Option<Surface>,
    /// Whether it is a diskette in a drive.
    pub is_drive: bool,
    /// The converted copy, if one was asked for.
    pub output: Option<PathBuf>,
    /// If this is a copy: the image that counts.
    pub counts: Option<ImageThatCounts>,
    /// Whether the image's format can be changed in place.
    pub in_place: bool,
}

impl Report {
    /// A report that says no more than this.
    pub fn new(path: PathBuf, named: bool, outcome: Outcome) -> Box<Self> {
        Box::new(Self {
            path,
            named,
            outcome,
            diagnosis: None,
            not_a_pack: None,
            diskette: None,
            notes: Vec::new(),
            failure: None,
            surface: None,
            is_drive: false,
            output: None,
            counts: None,
            in_place: true,
        })
    }

    /// Whether it is on a folder that could not be listed, and not on an image.
    pub fn is_folder(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| failure.operation == Operation::List)
    }

    /// The pack's record, if there is one.
    pub fn record(&self) -> Option<&Record> {
        self.diagnosis.as_ref()?.record.as_deref()
    }

    /// Whether there is a finding with this code.
    pub fn has_finding(&self, code: FindingCode) -> bool {
        self.findings().iter().any(|finding| finding.code() == code)
    }

    /// Whether the record has a layout that is not known, and is not what an interrupted conversion has left.
    pub fn has_unknown_layout(&self) -> bool {
        let first = self.findings().first();
        first.is_some_and(|finding| finding.kind == FindingKind::UnknownLayout)
            && !self.notes.iter().any(|note| matches!(note, Note::Begun(_)))
    }

    /// Whether a replacement is to be asked for: if the pack's own record or diskette is why it is refused, its layout
    /// is known, and there is no other way. Everything that speaks of replacements follows this.
    pub fn asks_for_replacement(&self) -> bool {
        self.outcome == Outcome::Refused
            && !self.findings().first().is_some_and(Finding::is_of_set)
            && !self.has_unknown_layout()
            && !self.notes.iter().any(Note::is_other_way)
    }

    /// Whether bytes of the record are damaged or missing.
    pub(crate) fn is_damaged(&self) -> bool {
        self.findings().iter().any(|finding| finding.code().is_damage())
    }

    /// All findings, the primary one first.
    pub fn findings(&self) -> &[Finding] {
        self.diagnosis.as_ref().map_or(&[], |diagnosis| &diagnosis.findings)
    }

    /// The same report, with this failure.
    #[must_use]
    pub fn failed(mut self: Box<Self>, failure: Failure) -> Box<Self> {
        self.fail(failure);
        self
    }

    /// Sets down that it failed.
    pub fn fail(&mut self, failure: Failure) {
        self.outcome = Outcome::Failed;
        self.failure = Some(failure);
    }
}
