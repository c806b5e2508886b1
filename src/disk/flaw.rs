//! Sectors that cannot be read, or not reliably.

use std::fmt::{self, Display, Formatter};

/// A sector that is flawed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// Its number, counted from 0 at the start of the medium.
    pub sector: u32,
    /// What is wrong with it.
    pub kind: FlawKind,
}

/// What is wrong with a sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum FlawKind {
    /// It could be read only by reading it again.
    Weak,
    /// The drive cannot read it, or returns something else each time.
    Unreadable,
    /// The mapfile says that the rescue did not read it.
    NotRescued,
    /// The dump marks it as bad, or its checksum there is wrong.
    MarkedBad,
    /// The dump does not contain it.
    Missing,
    /// The imaging program could not read it, and filled it with a text that says so.
    Filled,
}

impl FlawKind {
    /// The word for it in reports for programs.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether the content of the sector is unknown.
    pub const fn is_lost(self) -> bool {
        !matches!(self, Self::Weak)
    }
}

impl Display for Flaw {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "sector {} is {}", self.sector, self.kind.as_str())
    }
}
