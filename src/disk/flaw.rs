//! Sectors that a medium does not give, or not well.

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
    /// It read well only when it was read again.
    Weak,
    /// The drive does not read it, or never twice the same.
    Unreadable,
    /// The rescue that made the image did not read it, as its mapfile says.
    NotRescued,
    /// The dump holds it and marks it as bad, or its checksum does not verify.
    MarkedBad,
    /// The dump does not hold it.
    Missing,
    /// The program that made the image could not read it, and has filled it with a text that says so.
    Filled,
}

impl FlawKind {
    /// The published word.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether there is no telling what the sector holds.
    pub const fn is_lost(self) -> bool {
        !matches!(self, Self::Weak)
    }
}

impl Display for Flaw {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "sector {} is {}", self.sector, self.kind.as_str())
    }
}
