//! The only writer to media: a pack is old or new at every moment.
//!
//! The first sector of the record is the commit point (FORMAT.md, "Conversion"). It is written and
//! made durable before any other byte is touched; only then are the 4.0 events zeroed. That needs
//! no sync of its own: whatever a crash leaves of them is an unfinished conversion, which the next
//! run finishes. Finishing one begins with a sync as well, since the run before may have died
//! between its write and its sync, and zeroes must never reach the disk before the new sector.

use crate::decision::Patch;
use crate::examine::{RecordSectors, read_record};
use crate::medium::Storage;
use crate::outcome::{Action, Failure, PackState};
use crate::record::{RECORD_SECTORS, SECTOR_LEN};
use std::io;

/// A change that is ready to be made.
#[derive(Debug)]
pub struct Commit<S> {
    /// What it is made on.
    pub medium: S,
    /// Where the record lies on it.
    pub sectors: RecordSectors,
    /// The change.
    pub patch: Patch,
}

impl<S: Storage> Commit<S> {
    /// Writes the commit sector and makes it durable. From then on the pack is converted for good.
    ///
    /// # Errors
    /// The failure, and the state that the pack is in.
    pub fn commit(&self) -> Result<(), Failure> {
        if self.patch.commits() {
            let (_, new) = self.patch.sector(0);
            self.medium
                .write(self.sectors[0], new)
                .map_err(|error| self.settle(Action::Write, error))?;
        }
        self.medium.sync().map_err(|error| self.settle(Action::Sync, error))
    }

    /// Zeroes what is left of the 4.0 events, then reads the record back and compares it. To be
    /// called only after [`Commit::commit`] has succeeded.
    ///
    /// # Errors
    /// The failure, and the state that the pack is in.
    pub fn finish(&self) -> Result<(), Failure> {
        for index in self.patch.clean_up() {
            let (_, new) = self.patch.sector(index);
            self.medium
                .write(self.sectors[index], new)
                .map_err(|error| self.failed(Action::CleanUp, error))?;
        }
        self.read_back().map_err(|error| self.failed(Action::ReadBack, error))
    }

    fn read_back(&self) -> io::Result<()> {
        if read_record(&self.medium, &self.sectors)? == self.patch.new {
            Ok(())
        } else {
            Err(io::Error::other("what was written did not read back"))
        }
    }

    /// Writes the whole new record and reads it back: for a copy that nobody sees before it is
    /// complete and durable, which is the caller's to see to.
    ///
    /// # Errors
    /// As the medium reports them.
    pub fn write_whole(&self) -> io::Result<()> {
        for index in 0..RECORD_SECTORS {
            let (_, new) = self.patch.sector(index);
            self.medium.write(self.sectors[index], new)?;
        }
        self.read_back()
    }

    /// After a write or a sync of the commit sector failed: what does the medium hold? A second
    /// sync proves nothing (an error is reported once), so the sector is read past the cache. A
    /// torn one is put back to what it was.
    fn settle(&self, action: Action, error: io::Error) -> Failure {
        let mut failure = self.failed(action, error);
        if failure.state == Some(PackState::Torn) {
            let (old, _) = self.patch.sector(0);
            let restored =
                self.medium.write(self.sectors[0], old).and_then(|()| self.medium.sync());
            if restored.is_ok() {
                failure.state = Some(self.state());
            }
        }
        failure
    }

    fn failed(&self, action: Action, error: io::Error) -> Failure {
        let state = Some(self.state());
        Failure { state, ..Failure::from_io(action, error) }
    }

    /// What the medium itself holds.
    fn state(&self) -> PackState {
        let mut held = [[0; SECTOR_LEN]; RECORD_SECTORS];
        for (sector, buffer) in self.sectors.iter().zip(&mut held) {
            if self.medium.read_past_cache(*sector, buffer).is_err() {
                return PackState::Unknown;
            }
        }
        let is = |index: usize, new: bool| {
            let (before, after) = self.patch.sector(index);
            held[index] == if new { after } else { before }
        };
        let clean = (1..RECORD_SECTORS).all(|index| is(index, true));
        let (old, new) = (is(0, false), is(0, true));
        match (self.patch.commits(), old, new) {
            (_, _, true) if clean => PackState::New,
            (_, _, true) => PackState::Unfinished,
            (true, true, _) => PackState::Old,
            _ => PackState::Torn,
        }
    }
}
