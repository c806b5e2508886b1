//! Findings: reasons against a pack, as data. The command line has the words for them.

use super::checked::{RecordField, Rule};
use crate::fat12::MediaFault;
use crate::record::RECORD_LEN;
use crate::record::event::Event;
use crate::record::fields::Server;
use crate::record::v40::MAGIC;
use std::path::PathBuf;

/// The published code of a finding (FORMAT.md, "Diagnosis"), in order of precedence.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum FindingCode {
    /// Reapplied on a server already upgraded to 4.5 [KB 236867].
    PostUpgradeReapply,
    /// Reapplied out of order on a 4.0 server [KB 236867, 194335].
    OutOfOrderReapply,
    /// Bytes that no server writes, or a layout that is not known.
    DamagedRecord,
    /// Every seal verifies, but the history is impossible.
    InconsistentHistory,
    /// The file system does not lead to a complete record.
    DamagedMedia,
    /// It is a copy of a pack that was already converted.
    CopyOfConverted,
    /// Another image has a later, refused state of the pack with another binding.
    NewerStateRefused,
    /// Another image of the pack has a different history.
    DivergedCopies,
    /// Another pack has the same serial.
    SerialClash,
    /// The pack was converted twice.
    TwoConverted,
}

impl FindingCode {
    /// The code in reports.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether bytes of the record are damaged or missing.
    pub(crate) fn is_damage(self) -> bool {
        matches!(self, Self::DamagedRecord | Self::DamagedMedia)
    }
}

/// The kinds of findings, with their details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// A 4.5 server wrote this event into a 4.0 record.
    PostUpgrade(Event),
    /// A 4.0 server wrote this event; the pack restores `from` to `to` only.
    OutOfOrder {
        /// The event.
        event: Event,
        /// Licenses before the pack's first apply.
        from: u16,
        /// Licenses after it.
        to: u16,
    },
    /// This part of the record is damaged.
    Damaged(RecordField),
    /// Nothing shows this project's layout: it may be a genuine diskette.
    UnknownLayout,
    /// This rule is broken.
    Inconsistent(Rule),
    /// The volume has this fault.
    Media(MediaFault),
    /// The pack itself is sound, but it was converted from another copy.
    Copy(Box<CopyOf>),
    /// The record is sound, but other images of the set contradict it.
    Set(Box<SetConflict>),
}

/// How other images of a set contradict a sound record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetConflict {
    /// The code of the contradiction.
    pub code: FindingCode,
    /// The images that it is about, in the order of the set, at most ten: the refused one of the newer
    /// state; the latest of each history; one of each pack with the serial; one of each conversion.
    pub images: Vec<PathBuf>,
    /// How many there are.
    pub count: usize,
    /// With different histories: how many events they have in common.
    pub shared: usize,
    /// The last event that they have in common.
    pub last_shared: Option<Event>,
}

/// The other copy of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyOf {
    /// How far its conversion has come.
    pub state: CopyState,
    /// When it was converted, in seconds since 1970.
    pub converted_at: i64,
    /// The image that it was converted from.
    pub path: PathBuf,
    /// The copy that it was converted into; `None` if the image was converted in place.
    pub target: Option<PathBuf>,
}

/// How far the conversion of another copy has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyState {
    /// It is converted.
    Converted,
    /// It was begun, and its image was not seen since.
    Begun,
}

/// A value that was expected or found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// There is nothing to show.
    None,
    /// A number.
    Number(u64),
    /// A number that is usually written in hexadecimal.
    Hex(u64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A server.
    Server(Server),
    /// Only zero bytes.
    Zero,
    /// Anything but zero.
    NotZero,
    /// One of these numbers.
    OneOf(&'static [u16]),
    /// At most this.
    AtMost(u64),
    /// One of the two magics.
    EitherMagic,
    /// The form of a serial.
    SerialForm,
    /// The form of a server's name.
    NameForm,
    /// A server version that may write here.
    Versions(&'static [u16]),
    /// A status with no other bits than these.
    StatusBits(u16),
    /// The defective bit, set or clear.
    Defective(bool),
}

/// One finding, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its kind, with the details.
    pub kind: FindingKind,
    /// The slot of the event concerned, 0 to 23.
    pub slot: Option<usize>,
    /// Its offset in bytes from the start of the record.
    pub offset: Option<usize>,
    /// What should be there.
    pub expected: Value,
    /// What is there.
    pub found: Value,
}

impl Finding {
    /// The finding's published code.
    pub fn code(&self) -> FindingCode {
        match self.kind {
            FindingKind::PostUpgrade(_) => FindingCode::PostUpgradeReapply,
            FindingKind::OutOfOrder { .. } => FindingCode::OutOfOrderReapply,
            FindingKind::Damaged(_) | FindingKind::UnknownLayout => FindingCode::DamagedRecord,
            FindingKind::Inconsistent(_) => FindingCode::InconsistentHistory,
            FindingKind::Media(_) => FindingCode::DamagedMedia,
            FindingKind::Copy(_) => FindingCode::CopyOfConverted,
            FindingKind::Set(ref conflict) => conflict.code,
        }
    }

    /// Whether other images, or the ledger, speak against the pack, and not its own record.
    pub fn is_of_set(&self) -> bool {
        matches!(self.kind, FindingKind::Copy(_) | FindingKind::Set(_))
    }

    pub(crate) fn damage(part: RecordField, offset: usize, expected: Value, found: Value) -> Self {
        let kind = FindingKind::Damaged(part);
        Self { offset: Some(offset), expected, found, ..Self::of(kind) }
    }

    pub(crate) fn length(found: u64) -> Self {
        let (expected, found) = (Value::Number(RECORD_LEN as u64), Value::Number(found));
        Self { expected, found, ..Self::of(FindingKind::Damaged(RecordField::FileLength)) }
    }

    pub(crate) fn unknown_layout(bytes: &[u8]) -> Self {
        let found = Value::Bytes(bytes.iter().take(MAGIC.len()).copied().collect());
        let expected = Value::EitherMagic;
        Self { offset: Some(0), expected, found, ..Self::of(FindingKind::UnknownLayout) }
    }

    pub(crate) fn broken(rule: Rule, offset: usize, expected: Value, found: Value) -> Self {
        let kind = FindingKind::Inconsistent(rule);
        Self { offset: Some(offset), expected, found, ..Self::of(kind) }
    }

    pub(crate) fn media(fault: MediaFault) -> Self {
        Self::of(FindingKind::Media(fault))
    }

    pub(crate) fn copy(copy: CopyOf) -> Self {
        Self::of(FindingKind::Copy(Box::new(copy)))
    }

    pub(crate) fn set(conflict: SetConflict) -> Self {
        Self::of(FindingKind::Set(Box::new(conflict)))
    }

    fn of(kind: FindingKind) -> Self {
        Self { kind, slot: None, offset: None, expected: Value::None, found: Value::None }
    }

    pub(crate) fn in_slot(mut self, slot: usize) -> Self {
        self.slot = Some(slot);
        self
    }
}
