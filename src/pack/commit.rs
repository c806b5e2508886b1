//! The only writer to media: a pack is old or new at every moment.
//!
//! The first sector of the record is the commit point (FORMAT.md, "Conversion"). It is written, made
//! durable and read back past the cache before any other byte is touched; only then are the 4.0
//! events zeroed. Whatever a crash leaves of them is an unfinished conversion, which the next run
//! finishes; but a pack counts as converted only when the zeros, too, are durable and read back.
//!
//! Finishing one begins with the commit sector as well. The run before may have died before its
//! sync, or after one that failed: then the cache shows a new sector that the disk does not hold, a
//! sync alone would write nothing, and the zeroes would destroy a 4.0 pack.

use crate::conversion::Patch;
use crate::diagnosis::{Verdict, diagnose};
use crate::disk::{DisketteStorage, DriveError, MediaError, SECTOR_LEN};
use crate::pack::examine::{RecordSectors, read_record, read_record_past_cache};
use crate::record::RECORD_SECTORS;

/// The state that a failed conversion left its pack in, read past the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackState {
    /// Wholly 4.0, as before.
    Old,
    /// Wholly 4.5.
    New,
    /// 4.5, with remnants that the next run removes.
    Unfinished,
    /// The commit sector is neither the old nor the new one.
    Torn,
    /// It could not be read.
    Unknown,
}

/// The step of a commit that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitStep {
    /// Checking that the medium still holds the record.
    Check,
    /// Writing the commit sector.
    Write,
    /// Making the commit sector durable.
    Sync,
    /// Replacing the container.
    Replace,
    /// Zeroing the remnants of the 4.0 events.
    CleanUp,
    /// Reading back what was written.
    ReadBack,
}

/// A commit that failed.
#[derive(Debug, thiserror::Error)]
#[error("{step:?} failed: {cause}")]
pub struct CommitError {
    /// The step that failed.
    pub step: CommitStep,
    /// Why.
    #[source]
    pub cause: MediaError,
    /// What the medium holds now; `None` if nothing was written.
    pub state: Option<PackState>,
}

/// A change that is ready to be made.
#[derive(Debug)]
pub struct Commit<S> {
    /// The medium that is changed.
    pub medium: S,
    /// The sectors of the record on it.
    pub sectors: RecordSectors,
    /// The change.
    pub patch: Patch,
}

impl<S: DisketteStorage> Commit<S> {
    /// Checks that a removable medium still holds the record: another one may be in the drive by now.
    ///
    /// # Errors
    /// The failure; nothing was written.
    pub fn check(&self) -> Result<(), CommitError> {
        if !self.medium.is_removable() {
            return Ok(());
        }
        let failed = |cause| CommitError { step: CommitStep::Check, cause, state: None };
        self.see_old().map_err(failed)
    }

    /// The first sector is read last, and without retries: a single error may be the only sign that the
    /// diskette was changed, and a retry would read the other one.
    fn see_old(&self) -> Result<(), MediaError> {
        let held = read_record(&self.medium, &self.sectors)?;
        let mut first = [0; SECTOR_LEN];
        self.medium.read_once(self.sectors[0], &mut first)?;
        let same = held == self.patch.old && first[..] == *self.patch.sector(0).0;
        if same { Ok(()) } else { Err(DriveError::Changed.into()) }
    }

    /// If the medium is in a container, prepares the whole record to be written by [`Commit::commit`].
    /// Must be called for all media in one file before any of them is committed.
    pub fn stage(&self) {
        if self.medium.is_replaced() {
            let changes =
                |index: &usize| self.patch.sector(*index).0 != self.patch.sector(*index).1;
            let write = |index| self.medium.write(self.sectors[index], self.patch.sector(index).1);
            // Changes that are not staged do not take effect, which the commit reports.
            if (0..RECORD_SECTORS).filter(changes).try_for_each(write).is_ok() {
                self.medium.stage();
            }
        }
    }

    /// Writes the commit sector, makes it durable, and checks that the medium holds it; in a container,
    /// the whole record. From then on the pack is converted for good.
    ///
    /// # Errors
    /// The failure, and the state that the pack is in.
    pub fn commit(&self) -> Result<(), CommitError> {
        self.write().and_then(|()| self.settle())
    }

    /// The first half of [`Commit::commit`]: writes the commit sector, which is not durable yet.
    ///
    /// # Errors
    /// The failure, and the state that the pack is in.
    pub fn write(&self) -> Result<(), CommitError> {
        if self.medium.is_replaced() {
            return Ok(());
        }
        let written = self.medium.write(self.sectors[0], self.patch.sector(0).1);
        written.map_err(|error| self.put_back(CommitStep::Write, error))
    }

    /// The other half: makes the commit sector durable, and checks that the medium holds it.
    ///
    /// # Errors
    /// The failure, and the state that the pack is in.
    pub fn settle(&self) -> Result<(), CommitError> {
        let step =
            |action, result: Result<(), MediaError>| result.map_err(|e| self.put_back(action, e));
        if self.medium.is_replaced() {
            return step(CommitStep::Replace, self.medium.sync());
        }
        step(CommitStep::Sync, self.medium.sync())?;
        let mut held = [0; SECTOR_LEN];
        let read = self.medium.read_past_cache(self.sectors[0], &mut held);
        step(CommitStep::ReadBack, read.and_then(|()| same(&held, self.patch.sector(0).1)))
    }

    /// Zeroes the remnants of the 4.0 events, makes that durable, and checks that the medium holds the whole
    /// record. Must be called only after [`Commit::commit`] succeeded.
    ///
    /// # Errors
    /// The failure, and the state that the pack is in.
    pub fn finish(&self) -> Result<(), CommitError> {
        self.clean_up().and_then(|()| self.settle_clean_up())
    }

    /// The first half of [`Commit::finish`]: zeroes the remnants, which is not durable yet.
    ///
    /// # Errors
    /// The failure, and the state that the pack is in.
    pub fn clean_up(&self) -> Result<(), CommitError> {
        let zero = |index| self.medium.write(self.sectors[index], self.patch.sector(index).1);
        let zeroed = self.remnants().try_for_each(zero);
        zeroed.map_err(|error| self.failed(CommitStep::CleanUp, error))
    }

    /// The other half: makes the zeros durable, and checks that the medium holds the whole record.
    ///
    /// # Errors
    /// The failure, and the state that the pack is in.
    pub fn settle_clean_up(&self) -> Result<(), CommitError> {
        if self.remnants().next().is_none() {
            return Ok(());
        }
        self.medium.sync().map_err(|error| self.failed(CommitStep::CleanUp, error))?;
        self.read_back().map_err(|error| self.failed(CommitStep::ReadBack, error))
    }

    /// The sectors that are zeroed on their own: none in a container, which is written as a whole.
    fn remnants(&self) -> impl Iterator<Item = usize> {
        self.patch.clean_up().filter(|_| !self.medium.is_replaced())
    }

    fn read_back(&self) -> Result<(), MediaError> {
        same(&read_record_past_cache(&self.medium, &self.sectors)?, &self.patch.new)
    }

    /// Writes the whole new record, in any order: into a copy that has no name yet.
    ///
    /// # Errors
    /// As the medium reports them.
    pub fn write_whole(&self) -> Result<(), MediaError> {
        let write = |index| self.medium.write(self.sectors[index], self.patch.sector(index).1);
        (0..RECORD_SECTORS).try_for_each(write)
    }

    /// Makes the medium durable and reads the record back.
    ///
    /// # Errors
    /// As the medium reports them.
    pub fn settle_whole(&self) -> Result<(), MediaError> {
        self.medium.sync()?;
        self.read_back()
    }

    /// After a write, a sync or a check of the commit sector failed: what does the medium hold? A
    /// second sync proves nothing (an error is reported once), so it is read past the cache. What is
    /// not committed is put back, also where only the cache may hold it; but not on a drive, which may
    /// hold another diskette by now, nor in a container, which was replaced or was not.
    fn put_back(&self, step: CommitStep, cause: MediaError) -> CommitError {
        let mut failure = self.failed(step, cause);
        let committed = matches!(failure.state, Some(PackState::New | PackState::Unfinished));
        let is_written = !self.medium.is_removable() && !self.medium.is_replaced();
        if !committed && is_written {
            let (old, _) = self.patch.sector(0);
            // Whether this works shows in what the medium holds afterwards.
            let _ = self.medium.write(self.sectors[0], old).and_then(|()| self.medium.sync());
            failure.state = Some(self.state());
        }
        failure
    }

    fn failed(&self, step: CommitStep, cause: MediaError) -> CommitError {
        CommitError { step, cause, state: Some(self.state()) }
    }

    /// The state of the pack, by what the medium itself holds.
    fn state(&self) -> PackState {
        let held = match read_record_past_cache(&self.medium, &self.sectors) {
            // A container may have been moved meanwhile. Then the open file counts, which was not written to.
            Err(_) if self.medium.is_replaced() => read_record(&self.medium, &self.sectors),
            held => held,
        };
        let Ok(held) = held else { return PackState::Unknown };
        if self.medium.is_removable() && !self.patch.is_on_the_way(&held) {
            return PackState::Unknown;
        }
        match diagnose(&held).verdict {
            Verdict::Convertible => PackState::Old,
            Verdict::AlreadyConverted => PackState::New,
            Verdict::UnfinishedConversion => PackState::Unfinished,
            Verdict::Issued45 | Verdict::Refused => PackState::Torn,
        }
    }
}

fn same(held: &[u8], written: &[u8]) -> Result<(), MediaError> {
    if held == written { Ok(()) } else { Err(MediaError::NotReadBack) }
}
