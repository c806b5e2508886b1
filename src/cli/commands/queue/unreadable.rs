//! Diskettes of a queue of which nothing can be read: only the number on the label tells them from each other.

use super::DriveQueue;
use crate::cli::args::Common;
use crate::cli::show::queue::Diskette;
use crate::cli::show::terminal::{complain, named};
use crate::cli::show::what_now::read_again_command;
use crate::cli::words::{no_such_number, seen_before, system_cause, unreadable_in};
use addpack::media::DriveError;
use addpack::pack::keep::Extent;
use addpack::pack::kept_list::{LIST_NAME, set_unreadable, unreadable};
use addpack::report::{Failure, FailureCode, Operation, Outcome, Report};
use std::collections::BTreeSet;
use std::path::Path;

/// Says of which diskettes the queues that have kept images in the folders that are named could read nothing.
pub(crate) fn tell_of_unreadable(common: &Common) {
    for folder in common.paths.iter().filter(|path| path.is_dir()) {
        let numbers: Vec<_> = unreadable(folder).into_iter().collect();
        if !numbers.is_empty() {
            complain(&unreadable_in(folder, &numbers, read_again_command(folder).as_deref()));
        }
    }
}

/// Whether there is a diskette in the drive, and reading it failed.
pub(super) fn is_unreadable(report: &Report) -> bool {
    report.failure.as_ref().is_some_and(|failure| failure.code == FailureCode::IoError)
}

impl DriveQueue<'_> {
    /// Whether the diskette whose number was typed is known, and may come again; says so where it is not.
    pub(super) fn may_be(&self, number: usize) -> bool {
        match self.diskettes.iter().find(|one| one.number == number) {
            Some(one) if !one.may_come_again() => complain(&seen_before(number)),
            None if self.earlier.iter().all(|one| one.number != number) => {
                complain(&no_such_number(number));
            }
            _ => return true,
        }
        false
    }

    /// Gives a diskette of which nothing can be read its place: under the number that was typed, or else a new one.
    pub(super) fn place_unreadable(&mut self, typed: Option<usize>, report: Box<Report>) -> usize {
        let number = typed.unwrap_or_else(|| self.next_number());
        let earlier = self.diskettes.iter().chain(&self.earlier).find(|one| one.number == number);
        let image = earlier.and_then(|earlier| earlier.image.clone());
        if image.is_none() {
            self.note(number, true);
        }
        self.diskettes.retain(|one| one.number != number);
        self.diskettes.push(Diskette { image, ..Diskette::of(number, report) });
        self.diskettes.len() - 1
    }

    /// Forgets that nothing could be read of the diskette whose number was typed. Returns the number, which is free then,
    /// if there was such a diskette.
    pub(super) fn free_unreadable(&mut self, number: usize) -> Option<usize> {
        let is_meant = |one: &Diskette| one.number == number && one.is_unreadable();
        if !self.diskettes.iter().chain(&self.earlier).any(is_meant) {
            return None;
        }
        self.diskettes.retain(|one| !is_meant(one));
        self.earlier.retain(|one| !is_meant(one));
        self.note(number, false);
        Some(number)
    }

    /// Sets down in the list beside the images, for later queues, whether nothing could be read of a diskette.
    fn note(&self, number: usize, is_unreadable: bool) {
        let Some((folder, Extent::Whole)) = self.keep else { return };
        if let Err(error) = set_unreadable(folder, number, is_unreadable) {
            let list = folder.join(LIST_NAME);
            complain(&format!("{}: {}", named(&list), system_cause(&error)));
        }
    }

    /// Numbers the diskettes of which earlier queues with this folder could read nothing.
    pub(super) fn add_unreadable(&mut self, folder: &Path) {
        let known: BTreeSet<_> = self.earlier.iter().map(|one| one.number).collect();
        let unknown = unreadable(folder).into_iter().filter(|number| !known.contains(number));
        let diskette = |number| Diskette::of(number, unreadable_report(self.drive));
        self.earlier.extend(unknown.map(diskette));
    }
}

/// What is known of such a diskette in a later queue.
fn unreadable_report(drive: &Path) -> Box<Report> {
    let mut report = Report::new(drive.to_owned(), true, Outcome::Failed);
    report.is_drive = true;
    report.failed(Failure {
        code: FailureCode::IoError,
        operation: Operation::Read,
        cause: Some(DriveError::Unreadable.into()),
        state: None,
        target: None,
    })
}
