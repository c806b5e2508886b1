//! Pure: which of several images of one pack is the pack, and what becomes of the others.
//!
//! What is one pack, what is an earlier state and what takes part is FORMAT.md's, "Several images of one
//! pack". For one pack, the first of these rules that applies decides:
//!
//! | what there is | what follows |
//! | --- | --- |
//! | one serial, and packs of different size, time of making or kind | `serial-clash`: all are refused |
//! | converted 4.5 records with different identity seals | `two-converted`: all are refused; interrupted conversions are still finished |
//! | converted 4.5 records with one identity seal, sound or not | the latest sound one counts; no 4.0 image is converted any more |
//! | the ledger knows the conversion | its word is followed: see [`Known`] |
//! | sound 4.0 records, neither a state of the other | `diverged-copies`: all are refused |
//! | a refused record that is no earlier state, and says another binding than the newest sound one | `newer-state-refused`: the sound ones are refused |
//! | else | the newest sound one counts, of equal ones the first that can be changed in place |
//!
//! What does not count is a copy of what does. A refused record stays refused; where a sound image of the
//! pack counts, that one stands in for it.
//!
//! The seals tell accident from order. They are not keyed, and prove nothing against a forger.

mod facts;
mod judge;

pub use facts::{Binding, Facts, Said};
pub use judge::judge;

use crate::diagnosis::{Diagnosis, Verdict};
use crate::record::Record;
use crate::record::event::Event;
use crate::record::fields::{Seal, Serial};
use std::sync::Arc;

/// An image's number in its run, in the order in which the images are found.
pub type ImageNumber = u32;

/// What records of one pack have in common.
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

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A 4.0 record.
    V40,
    /// A 4.5 record that was converted from a 4.0 one.
    Converted,
    /// A 4.5 record that was issued as such.
    Issued,
}

/// Whether a record is to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It has no findings.
    Sound,
    /// It is a conversion whose clean-up was interrupted.
    Unfinished,
    /// It has findings.
    Refused,
}

/// Whether an image can be changed where it is, the better the lesser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// It can.
    InPlace,
    /// Its file's mode forbids that.
    ReadOnly,
    /// Only a copy can be converted: it is in a dump, for example.
    NeedsOutput,
}

/// What is kept of each image of a pack while the others are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The pack.
    pub pack: PackId,
    /// SHA-1 of the record.
    pub digest: Seal,
    /// The image.
    pub image: ImageNumber,
    /// What the record is.
    pub kind: Kind,
    /// Whether it is to be used.
    pub condition: Condition,
    /// Whether the image can be changed where it is.
    pub access: Access,
}

/// What the ledger says of a pack. It decides where no 4.5 image of the pack is at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It was converted in place, in an image that is not at hand.
    InPlace,
    /// The 4.0 record with this SHA-1 was converted into a copy, which is there.
    CopyThere(Seal),
    /// The same, but the copy is gone: it is made again, with the same bytes.
    CopyGone(Seal),
    /// Its conversion was begun, in this image if it is at hand.
    Begun(Option<ImageNumber>),
}

/// How an image's state stands to that of the image that counts.
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

/// Two or more lives of one pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lives {
    /// The latest image of each.
    pub latest: Contradiction,
    /// Events that they share.
    pub shared: usize,
    /// The last of them.
    pub last_shared: Option<Event>,
}

/// What the set makes of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// What it is by itself: nothing else bears on it, or it is the image that counts.
    #[default]
    AsItIs,
    /// Another image of the pack counts.
    Copy {
        /// That one.
        of: ImageNumber,
        /// How this one's state stands to it.
        relation: Relation,
    },
    /// It is refused, and this sound image of the pack counts.
    StandIn(ImageNumber),
    /// It is sound, and this refused image of the pack has a later state with another binding.
    NewerStateRefused(ImageNumber),
    /// It is sound, and so is an image with another life of the pack.
    Diverged(Arc<Lives>),
    /// Its serial is another pack's as well: an image of each.
    SerialClash(Arc<Contradiction>),
    /// The pack was converted twice: an image of each conversion.
    TwoConverted(Arc<Contradiction>),
    /// It is converted already, in the copy that the ledger knows.
    ConvertedIntoCopy,
    /// Its copy, which the ledger knows, is gone and is to be made again.
    CopyMissing,
    /// The ledger knows that the pack was converted, or begun, elsewhere.
    CopyOfConverted,
    /// The record could not be read again, or is another one by now.
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

impl Kind {
    /// What a record is.
    pub fn of(record: &Record) -> Self {
        match record.origin {
            None => Self::V40,
            Some(origin) if origin.origin == 1 => Self::Converted,
            Some(_) => Self::Issued,
        }
    }
}

impl Entry {
    /// The entry of an image's record; `None` where it does not take part, since its identity is not
    /// vouched for.
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
            kind: Kind::of(record),
            condition,
            access,
        })
    }

    /// Whether a conversion would change the pack, if nothing else bears on it.
    pub fn is_to_change(&self) -> bool {
        match self.condition {
            Condition::Sound => self.kind == Kind::V40,
            Condition::Unfinished => true,
            Condition::Refused => false,
        }
    }
}
