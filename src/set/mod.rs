//! Pure: which of several images of one pack is the pack, and what becomes of the others.
//!
//! FORMAT.md, "Several images of one pack", defines what is one pack, what is an earlier state, and which
//! records take part. For one pack, the first of these rules that applies decides:
//!
//! | what there is | what follows |
//! | --- | --- |
//! | one serial, and packs of different size, time of making or kind | `serial-clash`: all are refused |
//! | converted 4.5 records with different identity seals | `two-converted`: all are refused; interrupted conversions are still finished |
//! | converted 4.5 records with one identity seal, sound or not | the latest sound one counts; no 4.0 image is converted any more |
//! | the ledger knows the conversion | the ledger decides: see [`KnownConversion`] |
//! | sound 4.0 records, neither a state of the other | `diverged-copies`: all are refused |
//! | a refused record that is not an earlier state, and has another binding than the newest sound one | `newer-state-refused`: the sound ones are refused |
//! | none of these | the newest sound one counts, of equal ones the first that can be changed in place |
//!
//! Images that do not count are copies of the one that does. An interrupted conversion is finished in place in copies
//! as well. A refused record stays refused, but its report names the sound image that counts, if there is one.
//!
//! The seals reveal accidents. They are not keyed, so they do not protect against forgery.

mod history;
mod judge;

pub use history::{PackHistory, VerifiedBinding};
pub use judge::judge;

use crate::diagnosis::{Diagnosis, Verdict};
use crate::record::Record;
use crate::record::event::Event;
use crate::record::fields::{Seal, Serial};
use std::sync::Arc;

/// An image's number in a run, in the order in which the images are found.
pub type ImageNumber = u32;

/// What the records of one pack have in common.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, PartialOrd, Ord)]
#[repr(C, packed)]
pub struct PackId {
    /// The serial.
    pub serial: Serial,
    /// When the pack was made.
    pub made_at: u64,
    /// Licenses that it adds.
    pub licenses: u16,
}

/// The kind of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordKind {
    /// A 4.0 record.
    V40,
    /// A 4.5 record that was converted from a 4.0 one.
    Converted,
    /// A 4.5 record that was issued as 4.5.
    Issued,
}

/// Whether a record can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It has no findings.
    Sound,
    /// It is a conversion whose clean-up was interrupted.
    Unfinished,
    /// It has findings.
    Refused,
}

/// Whether an image can be changed in place; the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// It can be.
    InPlace,
    /// The mode of its file forbids that.
    ReadOnly,
    /// Only a copy can be converted: it is in a dump, for example.
    NeedsOutput,
}

/// What is kept of each image of a pack while the others are examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The pack.
    pub pack: PackId,
    /// SHA-1 of the record.
    pub digest: Seal,
    /// The image.
    pub image: ImageNumber,
    /// The kind of the record.
    pub kind: RecordKind,
    /// Whether the record can be used.
    pub condition: Condition,
    /// Whether the image can be changed in place.
    pub access: Access,
}

/// What the ledger says of a pack. It decides if no 4.5 image of the pack is in the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownConversion {
    /// It was converted in place, in an image that is not in the run.
    InPlace,
    /// The 4.0 record with this SHA-1 was converted into a copy, which is there.
    CopyThere(Seal),
    /// The same, but the copy is missing: it is made again, with the same bytes.
    CopyGone(Seal),
    /// Its conversion was begun, in this image if that is in the run.
    Begun(Option<ImageNumber>),
}

/// How the state of an image is related to that of the image that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// It has the same events.
    Same,
    /// It has some of its events, or is the 4.0 record of a converted pack.
    Earlier,
}

/// Images that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The first of them, at most [`Self::NAMED`].
    pub images: Vec<ImageNumber>,
    /// How many there are.
    pub count: usize,
}

/// Two or more histories (lives) of one pack that diverged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DivergedHistories {
    /// The latest image of each.
    pub latest: Contradiction,
    /// How many events they share.
    pub shared: usize,
    /// The last event that they share.
    pub last_shared: Option<Event>,
}

/// The set's decision for an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SetDecision {
    /// As it is by itself: it is the only image of its pack, or the one that counts.
    #[default]
    AsItIs,
    /// Another image of the pack counts.
    Copy {
        /// The image that counts.
        of: ImageNumber,
        /// How this one's state is related to that.
        relation: Relation,
    },
    /// It is refused, but this sound image of the pack counts.
    StandIn(ImageNumber),
    /// It is refused, but the ledger knows where the pack is, converted and sound.
    ConvertedElsewhere,
    /// It is sound, but this refused image of the pack has a later state with another binding.
    NewerStateRefused(ImageNumber),
    /// It is sound, but so is an image with another life of the pack.
    Diverged(Arc<DivergedHistories>),
    /// Another pack has the same serial: an image of each.
    SerialClash(Arc<Contradiction>),
    /// The pack was converted twice: an image of each conversion.
    TwoConverted(Arc<Contradiction>),
    /// It is already converted, into a copy that the ledger knows.
    ConvertedIntoCopy,
    /// The copy that the ledger knows is missing, and must be made again.
    CopyMissing,
    /// The ledger knows that the conversion of the pack was done, or begun, elsewhere.
    CopyOfConverted,
    /// The record could not be read again, or has changed.
    Changed,
}

impl Contradiction {
    /// Images that are named. Each image of a pack names the others, so the number must have a limit.
    pub const NAMED: usize = 10;

    fn between(images: impl IntoIterator<Item = ImageNumber>) -> Self {
        let mut images = images.into_iter();
        let named: Vec<_> = images.by_ref().take(Self::NAMED).collect();
        let count = named.len() + images.count();
        Self { images: named, count }
    }
}

impl PackId {
    /// The pack that a record is of.
    pub fn of(record: &Record) -> Self {
        Self { serial: record.serial, made_at: record.made_at.0, licenses: record.licenses }
    }
}

impl RecordKind {
    /// The kind of a record.
    pub fn of(record: &Record) -> Self {
        match record.origin {
            None => Self::V40,
            Some(origin) if origin.origin == 1 => Self::Converted,
            Some(_) => Self::Issued,
        }
    }
}

impl Candidate {
    /// The candidate for an image's record; `None` if it does not take part because its identity seal does not
    /// verify.
    pub fn of(diagnosis: &Diagnosis, image: ImageNumber, access: Access) -> Option<Self> {
        let record = diagnosis.record.as_deref()?;
        let condition = match diagnosis.verdict {
            Verdict::Convertible | Verdict::AlreadyConverted | Verdict::Issued45 => {
                Condition::Sound
            }
            Verdict::UnfinishedConversion => Condition::Unfinished,
            Verdict::Refused => Condition::Refused,
        };
        let takes_part = condition != Condition::Refused || record.identity_verifies();
        takes_part.then(|| Self {
            pack: PackId::of(record),
            digest: record.digest(),
            image,
            kind: RecordKind::of(record),
            condition,
            access,
        })
    }

    /// Whether a conversion would change the pack, regardless of other images.
    pub fn is_to_change(&self) -> bool {
        match self.condition {
            Condition::Sound => self.kind == RecordKind::V40,
            Condition::Unfinished => true,
            Condition::Refused => false,
        }
    }
}
