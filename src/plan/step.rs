//! What is to be done with a pack, and why: the published codes.

use crate::diagnosis::FindingCode;

/// What is to be done with a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum PlanAction {
    /// Applied as it is.
    Apply,
    /// Converted (or its conversion finished), then applied.
    ConvertThenApply,
    /// Not handed to the server, which would turn it away or harm it.
    TurnAway,
}

impl PlanAction {
    /// The code in reports.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Why that is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum PlanCode {
    /// The pack restores what it once added.
    Restores,
    /// The pack is unused and adds its licenses.
    Adds,
    /// It is a 4.0 pack, which this server would corrupt, or which has no room for another event.
    ConvertFirst,
    /// Its conversion was interrupted.
    FinishFirst,
    /// The server is not one that accepts packs.
    #[strum(to_string = "not-sbs")]
    NotSmallBusinessServer,
    /// The server's edition does not accept packs.
    NoAddedLicenses,
    /// Nothing can be written to the pack.
    WriteProtected,
    /// The pack's record has no room for another event.
    RecordFull,
    /// The pack is bound to another server.
    OtherServer,
    /// The pack would exceed the server's limit.
    OverLimit,
    /// The server has the pack's licenses already.
    AlreadyApplied,
    /// Another pack of the set restores the same step.
    Twin,
    /// A pack before it in the chain is missing.
    BehindGap,
    /// The server never has the number of licenses that the pack restores from.
    OutOfOrder,
    /// Another image of the set is the same pack.
    Copy,
    /// The pack was converted into a copy that is missing.
    CopyMissing,
    /// The pack is refused.
    Refused(FindingCode),
}

impl PlanCode {
    /// The code in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused(finding) => finding.as_str(),
            other => other.into(),
        }
    }
}
