//! The set that the diskettes of a queue make: the same as that of their images.

use super::{DriveQueue, NextDiskette};
use crate::cli::Error;
use crate::cli::args::{Common, QueueArgs};
use crate::cli::commands::gather::Packs;
use crate::cli::exit::Exit;
use crate::cli::show::queue::{Diskette, UNREADABLE_SHOWN, number_of};
use crate::cli::show::terminal::complain;
use crate::cli::words::{ask_for_next, in_temporary_folder, next_for_unreadable, number, verdict};
use addpack::diagnosis::FindingKind;
use addpack::ledger::{Ledger, LedgerError};
use addpack::report::{Note, Outcome, Report};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;

/// A signal to stop that nobody gives.
static NEVER: AtomicBool = AtomicBool::new(false);

/// The diskettes of a queue and of earlier ones with the same folder, and their packs.
pub(crate) struct DisketteSet {
    /// By their numbers.
    pub(crate) diskettes: Vec<Diskette>,
    /// The packs; a path is that of an image, or the name of a diskette that has none.
    pub(crate) packs: Packs,
    /// Whether the user asked to stop.
    pub(crate) is_stopped: bool,
}

/// Looks at diskettes until the user ends it. `show` is given each, before its image is made.
///
/// # Errors
/// If not exactly one drive is named, the ledger fails, or there is no room for images of the records.
pub(crate) fn look_at_diskettes(
    common: &Common,
    args: &QueueArgs,
    ledger: &mut Ledger,
    mut show: impl FnMut(&Diskette),
) -> Result<DisketteSet, Error> {
    let records = TempDir::new().map_err(|error| Error::Output(in_temporary_folder(&error)))?;
    let mut queue = DriveQueue::new(common, args, None)?.with_records_in(records.path());
    queue.number_earlier(ledger)?;
    let drive = queue.drive;
    let is_stopped = loop {
        match queue.next(ledger, |number| ask_for_next(number, drive))? {
            NextDiskette::End => break false,
            NextDiskette::Stopped => break true,
            NextDiskette::Unreadable(place) => show(&queue.diskettes[place]),
            NextDiskette::Diskette(place) => {
                let comes_first = !queue.is_known_by_bytes(place);
                if comes_first {
                    show(&queue.diskettes[place]);
                }
                match queue.keep(place) {
                    Ok(Some(place)) if !comes_first => show(&queue.diskettes[place]),
                    Ok(_) => {}
                    Err(failure) if comes_first => queue.fail(place, failure),
                    Err(failure) => {
                        queue.diskettes[place].report.fail(failure);
                        show(&queue.diskettes[place]);
                    }
                }
            }
        }
    };
    Ok(DisketteSet { is_stopped, ..DisketteSet::of(queue, ledger)? })
}

impl DisketteSet {
    /// The set of all diskettes if there is no plan, otherwise of those whose images are in its folder.
    ///
    /// # Errors
    /// If the ledger fails.
    pub(super) fn of(queue: DriveQueue, ledger: &mut Ledger) -> Result<Self, LedgerError> {
        let (folder, drive) = (queue.set.filter(|folder| folder.is_dir()), queue.drive);
        // Also where the user has stopped the queue: what was seen until then is shown.
        let images = folder.map(|folder| queue.images_in(folder, ledger, &NEVER)).transpose()?;
        let DriveQueue { earlier, mut diskettes, is_planned, .. } = queue;
        let is_of_plan = |one: &Diskette| earlier.iter().any(|of| of.number == one.number);
        diskettes.retain(|one| !is_planned || one.is_unreadable() || is_of_plan(one));
        let is_again = |one: &Diskette| diskettes.iter().any(|seen| seen.number == one.number);
        let mut all: Vec<_> = earlier.into_iter().filter(|one| !is_again(one)).collect();
        all.append(&mut diskettes);
        all.sort_by_key(|diskette| diskette.number);
        let mut set = Self { diskettes: all, packs: Packs::default(), is_stopped: false };
        for image in images.unwrap_or_default() {
            set.add(image, drive, ledger)?;
        }
        set.add_the_rest();
        if set.diskettes.iter().any(|diskette| diskette.outcome() == Outcome::Failed) {
            set.packs.exit = Exit::Failed;
        }
        set.packs.sort_by_servers(ledger)?;
        Ok(set)
    }

    /// Adds the pack of an image, and takes over for its diskette what the set says of it.
    fn add(&mut self, mut image: Report, drive: &Path, ledger: &Ledger) -> Result<(), LedgerError> {
        let is_of_it = |one: &Diskette| one.image.as_deref() == Some(&*image.path);
        let original = self.diskettes.iter().position(|one| is_of_it(one) && !one.was_copy);
        let place = original.or_else(|| self.diskettes.iter().position(is_of_it));
        if let Some(original) = original {
            image.update_if_converted(ledger, Some(self.diskettes[original].number))?;
        }
        self.name_others(&mut image);
        let Some(place) = place else {
            self.packs.add_image(&image);
            return Ok(());
        };
        let diskette = &mut self.diskettes[place];
        match counts(&diskette.report, &image) {
            Word::Image => {
                self.packs.add_image(&image);
                if diskette.report.is_drive {
                    // Its image may be a temporary one.
                    drive.clone_into(&mut image.path);
                }
                image.is_drive = diskette.report.is_drive;
                *diskette.report = image;
            }
            Word::ImageOfPack => self.packs.add_image(&image),
            Word::Diskette => add_as(&mut self.packs, &mut diskette.report, &image.path),
        }
        Ok(())
    }

    /// Adds the packs of diskettes that have no image, or share it with another one.
    fn add_the_rest(&mut self) {
        let mut images: Vec<PathBuf> = Vec::new();
        for diskette in &mut self.diskettes {
            if let Some(image) = diskette.image.clone().filter(|image| !images.contains(image)) {
                images.push(image);
            } else {
                let name = PathBuf::from(diskette.name());
                add_as(&mut self.packs, &mut diskette.report, &name);
            }
        }
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

    /// Says which diskettes failed, for the end of a report that is on packs alone.
    pub(crate) fn complain_of_failed(&self) {
        let failed = self.diskettes.iter().filter(|one| one.outcome() == Outcome::Failed);
        let (unreadable, failed): (Vec<_>, Vec<_>) = failed.partition(|one| one.is_unreadable());
        for diskette in failed.into_iter().chain(unreadable.iter().copied().take(UNREADABLE_SHOWN))
        {
            complain(&format!("{}: {}", diskette.name(), verdict(&diskette.report)));
        }
        let more = unreadable.len().saturating_sub(UNREADABLE_SHOWN);
        if more > 0 {
            complain(&format!("{} more could not be read", number(more as u64)));
        }
        let unreadable: Vec<_> = unreadable.iter().map(|diskette| diskette.number).collect();
        if !unreadable.is_empty() {
            complain(&format!("next: {}", next_for_unreadable(&unreadable)));
        }
    }

    /// Names the packs by the numbers of their diskettes.
    pub(crate) fn named_by_number(mut self) -> Packs {
        let summaries = &mut self.packs.summaries;
        for pack in 0..self.packs.facts.len() {
            if let Some(number) = number_of(&self.diskettes, &summaries.path(pack)) {
                summaries.rename(pack, format!("diskette {number}").into());
            }
        }
        self.packs
    }
}

/// Which of the two says what a diskette is.
enum Word {
    /// Its image, which is looked at as a part of the set.
    Image,
    /// Its image as for the pack; what failed with the diskette is said of the diskette.
    ImageOfPack,
    /// What was seen of the diskette itself.
    Diskette,
}

fn counts(diskette: &Report, image: &Report) -> Word {
    let digest = |report: &Report| report.record().map(addpack::record::Record::digest);
    match diskette.outcome {
        _ if !diskette.is_drive => Word::Image,
        Outcome::Failed | Outcome::NotAPack => Word::ImageOfPack,
        Outcome::Refused if image.outcome.is_to_change() => Word::Diskette,
        // It was converted after its image was made.
        _ if digest(diskette) != digest(image) => Word::Diskette,
        _ => Word::Image,
    }
}

/// Adds a pack by another path than that of its report, which is the drive's.
fn add_as(packs: &mut Packs, report: &mut Report, path: &Path) {
    if report.failure.is_some() || report.diagnosis.is_none() {
        return;
    }
    let drive = std::mem::replace(&mut report.path, path.to_owned());
    let is_drive = std::mem::replace(&mut report.is_drive, false);
    packs.add_image(report);
    (report.path, report.is_drive) = (drive, is_drive);
}
