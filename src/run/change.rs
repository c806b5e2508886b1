//! A change that is to be made to an image in place or to a copy of it. Only the record before and after the change
//! is in memory: the members of an archive are written together, and there may be very many.

use super::access::in_place_still;
use super::kept::TrimmedRecord;
use super::output::OutputCopy;
use crate::conversion::Patch;
use crate::diagnosis::{Diagnosis, diagnose, diagnose_record};
use crate::disk::DisketteStorage;
use crate::media::Medium;
use crate::pack::commit::Commit;
use crate::pack::examine::RecordSectors;
use crate::record::{Record, RecordBytes};
use crate::report::Failure;
use std::borrow::Cow;
use std::path::Path;

/// A change that is to be made.
pub(super) struct Change {
    /// The image, which is locked.
    medium: Medium,
    sectors: RecordSectors,
    old: TrimmedRecord,
    new: TrimmedRecord,
    /// The new record, parsed; `None` while very many changes wait, and if the pack is 4.5 already.
    parsed: Option<Box<Record>>,
    /// The copy that is changed instead, if one is made.
    copy: Option<OutputCopy>,
}

impl Change {
    /// A change in place.
    pub(super) fn in_place(medium: Medium, sectors: RecordSectors, patch: &Patch) -> Self {
        let (old, new) = (TrimmedRecord::new(&patch.old), TrimmedRecord::new(&patch.new));
        let parsed = if patch.commits() { parse(&patch.new) } else { None };
        Self { medium, sectors, old, new, parsed, copy: None }
    }

    /// The same change, of `copy`.
    pub(super) fn of_copy(self, copy: OutputCopy) -> Self {
        Self { copy: Some(copy), ..self }
    }

    /// What becomes of the record.
    pub(super) fn patch(&self) -> Patch {
        Patch { old: self.old.whole(), new: self.new.whole() }
    }

    /// The record before.
    pub(super) fn old(&self) -> &TrimmedRecord {
        &self.old
    }

    /// The path of the container that the image is in, without links.
    pub(super) fn container(&self) -> Option<&Path> {
        self.medium.container()
    }

    /// Where the record lies.
    pub(super) fn sectors(&self) -> &RecordSectors {
        &self.sectors
    }

    /// Replaces the record that is to be written.
    pub(super) fn set_new(&mut self, new: &RecordBytes) {
        self.new = TrimmedRecord::new(new);
        if self.parsed.is_some() {
            self.parsed = parse(new);
        }
    }

    /// The record that is to be written.
    pub(super) fn new_record(&self) -> Option<Cow<'_, Record>> {
        match self.parsed.as_deref() {
            Some(record) => Some(Cow::Borrowed(record)),
            None => parse(&self.new.whole()).map(|record| Cow::Owned(*record)),
        }
    }

    /// Keeps only the bytes of the records: very many changes may wait.
    pub(super) fn reduce(&mut self) {
        self.parsed = None;
    }

    /// The diagnosis of the record that was written; asked for once, at the end.
    pub(super) fn diagnose_new(&mut self) -> Diagnosis {
        self.parsed.take().map_or_else(|| diagnose(&self.new.whole()), diagnose_record)
    }

    /// The copy that is changed instead.
    pub(super) fn copy(&self) -> Option<&OutputCopy> {
        self.copy.as_ref()
    }

    /// Whether the image is only copied because its pack is 4.5 already.
    pub(super) fn is_as_it_is(&self) -> bool {
        self.old == self.new
    }

    fn commit_of(&self) -> Commit<&Medium> {
        Commit { medium: &self.medium, sectors: self.sectors, patch: self.patch() }
    }

    /// Prepares a change in a container to be made together with the others in it.
    pub(super) fn stage(&self) {
        if self.medium.is_replaced() {
            self.commit_of().stage();
        }
    }

    /// Writes the commit sector of a change in place, or the whole copy. Nothing is durable yet.
    pub(super) fn write(&mut self) -> Result<(), Failure> {
        let patch = self.patch();
        if let Some(copy) = &mut self.copy {
            return copy.write(&self.medium, &self.sectors, patch);
        }
        let commit = Commit { medium: &self.medium, sectors: self.sectors, patch };
        commit.check().and_then(|()| commit.write()).map_err(Failure::from)
    }

    /// Makes durable what was written. A copy still has no name afterwards.
    pub(super) fn commit(&mut self) -> Result<(), Failure> {
        match &mut self.copy {
            None => self.commit_of().settle().map_err(Failure::from),
            Some(copy) => copy.settle(),
        }
    }

    /// Cleans up after a change in place. That is not durable yet.
    pub(super) fn clean_up(&self) -> Result<(), Failure> {
        self.commit_of().clean_up().map_err(Failure::from)
    }

    /// Makes the clean-up durable, and checks that the path still leads to the changed file.
    pub(super) fn finish(&self) -> Result<(), Failure> {
        self.commit_of().settle_clean_up().map_err(Failure::from)?;
        in_place_still(&self.medium)
    }

    /// Gives a copy its name. Returns `false` if another run has made the same copy meanwhile.
    pub(super) fn publish(self) -> Result<bool, Failure> {
        let new = self.new.whole();
        self.copy.map_or(Ok(false), |copy| copy.publish(&self.medium, &new))
    }
}

fn parse(record: &RecordBytes) -> Option<Box<Record>> {
    Record::parse(record).ok().map(Box::new)
}
