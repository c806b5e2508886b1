//! What a diagnosis checks: the parts of a record, and the rules of its history.

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
