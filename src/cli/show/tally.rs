//! How many images of a run have each outcome.

use crate::cli::show::skipped::SkippedFiles;
use addpack::report::Outcome;

/// Servers whose packs are shown as a picture in the end.
pub(crate) const SERVERS_SHOWN: usize = 10;

/// How many images have each outcome.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// In the order of [`Outcome::ALL`].
    pub(crate) outcomes: [u64; Outcome::ALL.len()],
    /// Folders that could not be listed. They are among no outcomes.
    pub(crate) unlisted: u64,
    /// Files in folders and archives that are not looked at.
    pub(crate) skipped: SkippedFiles,
    /// Paths to files that another path had led to.
    pub(crate) repeated: u64,
    /// Images whose record could not be read, beside packs that were converted.
    pub(crate) unread: u64,
    /// Images that would be converted, but that `--only-as` leaves out.
    pub(crate) left_out: u64,
    /// Whether the set was not complete.
    pub(crate) is_incomplete: bool,
}

impl Tally {
    pub(crate) fn add(&mut self, outcome: Outcome) {
        self.outcomes[outcome as usize] += 1;
    }

    pub(crate) fn count(&self, outcome: Outcome) -> u64 {
        self.outcomes[outcome as usize]
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.images() + self.unlisted + self.skipped.count() + self.repeated == 0
    }

    /// Whether there is neither an image nor a file in a format that may hold one.
    pub(crate) fn holds_nothing(&self) -> bool {
        self.images() + self.unlisted == 0 && self.skipped.kinds().is_empty()
    }

    pub(crate) fn images(&self) -> u64 {
        self.outcomes.iter().sum()
    }
}
