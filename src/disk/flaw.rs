//! Sectors that a medium does not give, or not well.

use super::SECTOR_LEN;
use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::io;

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

impl Flaw {
    /// The lost sector that a read failed for, where that was why.
    pub fn behind(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl Display for Flaw {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "sector {} is {}", self.sector, self.kind.as_str())
    }
}

impl Error for Flaw {}

impl From<Flaw> for io::Error {
    fn from(flaw: Flaw) -> Self {
        Self::other(flaw)
    }
}

/// Zeroes the sectors of `buffer`, which was read from `offset` on, that are in `lost`, and fails with
/// the first of them.
pub(crate) fn withhold(lost: &[Flaw], offset: u64, buffer: &mut [u8]) -> io::Result<()> {
    let sector_len = SECTOR_LEN as u64;
    let end = offset + buffer.len() as u64;
    let from = lost.partition_point(|flaw| (u64::from(flaw.sector) + 1) * sector_len <= offset);
    let within = |flaw: &&Flaw| u64::from(flaw.sector) * sector_len < end;
    let len = buffer.len();
    let place = |at: u64| usize::try_from(at.clamp(offset, end) - offset).unwrap_or(len);
    let mut first = None;
    for flaw in lost[from..].iter().take_while(within) {
        let start = u64::from(flaw.sector) * sector_len;
        let range = place(start)..place(start + sector_len);
        buffer[range].fill(0);
        first = first.or(Some(*flaw));
    }
    first.map_or(Ok(()), |flaw| Err(flaw.into()))
}
