//! Findings: reasons against a pack, as data. The command line has the words for them.

use crate::fat12::MediaFault;
use crate::record::event::Event;
use crate::record::fields::Server;
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
    /// Bytes that no server writes.
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

/// A part of the record that may be damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordField {
    /// The record's length in the directory, in bytes.
    FileLength,
    /// The first eight bytes.
    Magic,
    /// The layout number.
    Layout,
    /// The record's length, as it states itself.
    RecordLength,
    /// The serial.
    Serial,
    /// Licenses that the pack adds.
    Licenses,
    /// Where a 4.5 record comes from.
    Origin,
    /// When the pack was made.
    MadeAt,
    /// When it was converted.
    ConvertedAt,
    /// The digest of the 4.0 record.
    SourceDigest,
    /// Bytes that must be zero.
    Reserved,
    /// The seal over the identity.
    IdentitySeal,
    /// The number of events.
    EventCount,
    /// The status bits.
    Status,
    /// The header's `from`.
    From,
    /// The header's `to`.
    To,
    /// The header's server address.
    ServerAddress,
    /// The header's server name.
    ServerName,
    /// The seal over the header.
    HeaderSeal,
    /// An event's kind.
    EventKind,
    /// An event's server version.
    EventServerVersion,
    /// An event's server address.
    EventServerAddress,
    /// An event's server name.
    EventServerName,
    /// An event's seal.
    EventSeal,
    /// A slot past the last event, which must be zero.
    UncountedSlot,
}

/// A rule of a consistent history (FORMAT.md, "A history is consistent when").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// An unbound pack has no events.
    UnboundHasNoEvents,
    /// The first event of a bound pack is an apply.
    FirstIsApply,
    /// There is no other apply.
    OneApply,
    /// The header's `from` is that of the apply.
    HeaderFrom,
    /// The header's `to` is that of the apply.
    HeaderTo,
    /// Every later event repeats `from`.
    EventFrom,
    /// Every later event repeats `to`.
    EventTo,
    /// An out-of-order reapply adds nothing: its `to` is its `from`.
    NothingAdded,
    /// `to - from` is the pack's size.
    Size,
    /// The header's `to` is within the limit of the record's version.
    RecordLimit,
    /// An event's `to` is within the limit of its server.
    ServerLimit,
    /// An event's server is the one that the pack was bound to.
    EventServer,
    /// The header's server is that of the last event.
    HeaderServer,
    /// The defective bit is set if and only if an out-of-order reapply is counted.
    DefectiveBit,
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
            FindingKind::Damaged(_) => FindingCode::DamagedRecord,
            FindingKind::Inconsistent(_) => FindingCode::InconsistentHistory,
            FindingKind::Media(_) => FindingCode::DamagedMedia,
            FindingKind::Copy(_) => FindingCode::CopyOfConverted,
            FindingKind::Set(ref conflict) => conflict.code,
        }
    }

    pub(crate) fn damage(part: RecordField, offset: usize, expected: Value, found: Value) -> Self {
        Self { kind: FindingKind::Damaged(part), slot: None, offset: Some(offset), expected, found }
    }

    pub(crate) fn broken(rule: Rule, offset: usize, expected: Value, found: Value) -> Self {
        Self {
            kind: FindingKind::Inconsistent(rule),
            slot: None,
            offset: Some(offset),
            expected,
            found,
        }
    }

    pub(crate) fn media(fault: MediaFault) -> Self {
        let (expected, found) = (Value::None, Value::None);
        Self { kind: FindingKind::Media(fault), slot: None, offset: None, expected, found }
    }

    pub(crate) fn copy(copy: CopyOf) -> Self {
        let kind = FindingKind::Copy(Box::new(copy));
        Self { kind, slot: None, offset: None, expected: Value::None, found: Value::None }
    }

    pub(crate) fn set(conflict: SetConflict) -> Self {
        let kind = FindingKind::Set(Box::new(conflict));
        Self { kind, slot: None, offset: None, expected: Value::None, found: Value::None }
    }

    pub(crate) fn in_slot(mut self, slot: usize) -> Self {
        self.slot = Some(slot);
        self
    }
}
