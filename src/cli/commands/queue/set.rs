//! Diskettes looked at one after another, and the set that they make: the same as that of their images.

use super::{DriveQueue, NextDiskette};
use crate::cli::Error;
use crate::cli::args::{Common, QueueArgs};
use crate::cli::commands::gather::Packs;
use crate::cli::show::queue::{Diskette, number_of};
use crate::cli::show::terminal::complain;
use crate::cli::words::{ask_for_next, failure_message};
use addpack::diagnosis::FindingKind;
use addpack::ledger::Ledger;
use addpack::report::{Note, Outcome, Report};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The diskettes of a queue, those of earlier ones with the same folder first, and their packs.
pub(crate) struct DisketteSet {
    pub(crate) diskettes: Vec<Diskette>,
    /// The last word on each diskette, by its number.
    pub(crate) reports: BTreeMap<usize, Report>,
    /// The packs; the paths are those of the images.
    pub(crate) packs: Packs,
    /// Whether the user asked to stop.
    pub(crate) is_stopped: bool,
}

/// Looks at diskettes until the user ends it. `show` is given each report, before its image is made.
///
/// # Errors
/// Where not one drive is named, the ledger fails, or there is no room for images of the records.
pub(crate) fn look_at_diskettes(
    common: &Common,
    args: &QueueArgs,
    ledger: &mut Ledger,
    mut show: impl FnMut(&Diskette, &Report),
) -> Result<DisketteSet, Error> {
    let records = TempDir::new().map_err(Error::Output)?;
    let mut queue = DriveQueue::new(common, args)?.with_records_in(records.path());
    queue.number_earlier(ledger)?;
    let drive = queue.drive.to_owned();
    let mut reports = BTreeMap::new();
    let is_stopped = loop {
        match queue.next(ledger, |number| ask_for_next(number, &drive))? {
            NextDiskette::End => break false,
            NextDiskette::Stopped => break true,
            NextDiskette::Diskette(place, mut report) => {
                show(&queue.diskettes[place], &report);
                if let Err(failure) = queue.keep(place) {
                    queue.diskettes[place].fail(failure_message(&failure));
                    complain(&queue.diskettes[place].verdict);
                    report = report.failed(failure);
                }
                reports.insert(queue.diskettes[place].number, *report);
            }
        }
    };
    let folder = args.keep.as_deref().unwrap_or(records.path());
    let images = queue.images_in(folder, ledger)?;
    let mut set =
        DisketteSet { diskettes: all(queue), reports, packs: Packs::default(), is_stopped };
    for image in images {
        set.add(image, &drive);
    }
    set.packs.sort_by_servers();
    Ok(set)
}

/// The diskettes of earlier queues and of this one, by their numbers.
fn all(queue: DriveQueue) -> Vec<Diskette> {
    let DriveQueue { earlier, mut diskettes, .. } = queue;
    let again = |one: &Diskette| diskettes.iter().any(|diskette| diskette.number == one.number);
    let mut all: Vec<_> = earlier.into_iter().filter(|one| !again(one)).collect();
    all.append(&mut diskettes);
    all.sort_by_key(|diskette| diskette.number);
    all
}

impl DisketteSet {
    /// Adds an image to the packs, and takes over what the set says of it for its diskette.
    fn add(&mut self, mut image: Report, drive: &Path) {
        self.name_others(&mut image);
        self.packs.add_image(&image);
        let of_it = |diskette: &&mut Diskette| diskette.image.as_deref() == Some(&image.path);
        let Some(diskette) = self.diskettes.iter_mut().find(of_it) else { return };
        if let Some(seen) = self.reports.get(&diskette.number) {
            let knows_more = match seen.outcome {
                Outcome::Failed | Outcome::NotAPack => true,
                Outcome::Refused => image.outcome.is_to_change(),
                _ => false,
            };
            if knows_more {
                return;
            }
            // Its image may be a temporary one.
            drive.clone_into(&mut image.path);
        }
        diskette.outcome = image.outcome;
        self.reports.insert(diskette.number, image);
    }

    /// Names the other images that a report speaks of by the numbers of their diskettes.
    fn name_others(&self, report: &mut Report) {
        let name = |path: &mut PathBuf| {
            if let Some(number) = number_of(&self.diskettes, path) {
                *path = format!("diskette {number}").into();
            }
        };
        if let Some(counts) = &mut report.counts {
            name(&mut counts.path);
        }
        for note in &mut report.notes {
            if let Note::StandIn(path) = note {
                name(path);
            }
        }
        for finding in report.diagnosis.iter_mut().flat_map(|diagnosis| &mut diagnosis.findings) {
            if let FindingKind::Set(conflict) = &mut finding.kind {
                conflict.images.iter_mut().for_each(name);
            }
        }
    }

    /// Names the packs by the numbers of their diskettes.
    pub(crate) fn named_by_number(mut self) -> Packs {
        for at in 0..self.packs.summaries.len() {
            let number = number_of(&self.diskettes, &self.packs.summaries[at].path);
            if let Some(number) = number {
                self.packs.summaries[at].path = Path::new(&format!("diskette {number}")).into();
            }
        }
        self.packs
    }
}
