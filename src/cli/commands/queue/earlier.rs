//! The diskettes of earlier queues, as their images and the list beside those tell of them.

use super::DriveQueue;
use crate::cli::ask::stop::STOP;
use crate::cli::commands::collect::Collect;
use crate::cli::show::queue::{Diskette, seen_earlier};
use crate::cli::show::terminal::complain;
use crate::cli::words::unreadable_earlier;
use addpack::ledger::{Ledger, LedgerError};
use addpack::pack::kept_list::{Listed, listed};
use addpack::report::Report;
use addpack::run::{self, Job};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

impl DriveQueue<'_> {
    /// Finds out which diskettes have an image in the folder of the set: those of its list with the numbers that
    /// they have there, then the other images, numbered in the order of their paths. Says so, unless they are asked
    /// for anyway.
    ///
    /// # Errors
    /// If the ledger fails.
    pub(crate) fn number_earlier(&mut self, ledger: &mut Ledger) -> Result<(), LedgerError> {
        let Some(folder) = self.set.filter(|folder| folder.is_dir()) else { return Ok(()) };
        let list = listed(folder);
        let mut by_image: BTreeMap<&Path, Vec<(usize, &Listed)>> = BTreeMap::new();
        for (line, listed) in list.iter().enumerate() {
            by_image.entry(&listed.image).or_default().push((line, listed));
        }
        let (mut of_list, mut others) = (Vec::new(), Vec::new());
        for report in self.images_in(folder, ledger, &STOP)? {
            let Some((last, before)) = by_image.get(&*report.path).and_then(|all| all.split_last())
            else {
                others.push(report);
                continue;
            };
            for listed in before {
                let again = self.images_in(&report.path, ledger, &STOP)?.pop();
                of_list.extend(again.map(|again| (*listed, again)));
            }
            of_list.push((*last, report));
        }
        // What was added to the list last is the last word on a diskette.
        of_list.sort_by_key(|((line, _), _)| *line);
        for ((_, listed), report) in of_list {
            self.add_listed(listed, report);
        }
        self.add_unreadable(folder);
        for report in others {
            self.add_other(report);
        }
        // If a pack was converted in a drive since its image was made, its diskette is the converted one; but not if
        // it was another copy of the pack already then.
        for diskette in self.earlier.iter_mut().filter(|diskette| !diskette.was_copy) {
            diskette.report.update_if_converted(ledger, Some(diskette.number))?;
        }
        self.earlier.sort_by_key(|diskette| diskette.number);
        self.tell_of_earlier(folder);
        Ok(())
    }

    fn tell_of_earlier(&self, folder: &Path) {
        let (unreadable, kept): (Vec<_>, Vec<_>) =
            self.earlier.iter().partition(|one| one.is_unreadable());
        if !self.is_planned && !kept.is_empty() {
            complain(&seen_earlier(folder, &kept));
        }
        if !unreadable.is_empty() {
            let numbers: Vec<_> = unreadable.into_iter().map(|one| one.number).collect();
            complain(&unreadable_earlier(&numbers));
        }
    }

    /// A diskette may be listed with several images: as it was, and converted.
    fn add_listed(&mut self, listed: &Listed, report: Report) {
        let diskette = of_image(listed.number, report, listed.was_copy);
        match self.earlier.iter_mut().find(|earlier| earlier.number == diskette.number) {
            None => self.earlier.push(diskette),
            Some(earlier) if diskette.is_45() || !earlier.is_45() => *earlier = diskette,
            Some(_) => {}
        }
    }

    /// An image that is in no list may be that of a diskette which has a number already.
    fn add_other(&mut self, report: Report) {
        let diskette = of_image(self.next_number(), report, false);
        let same = self.earlier.iter_mut().find(|earlier| earlier.is_also(&diskette.report));
        match same {
            None => self.earlier.push(diskette),
            Some(earlier) if diskette.is_45() && !earlier.was_copy => {
                let number = earlier.number;
                *earlier = Diskette { number, ..diskette };
            }
            Some(_) => {}
        }
    }

    /// What the images in a folder are, as the set that they make has it, unless `stop` is set.
    ///
    /// # Errors
    /// If the ledger fails.
    pub(super) fn images_in(
        &self,
        folder: &Path,
        ledger: &mut Ledger,
        stop: &AtomicBool,
    ) -> Result<Vec<Report>, LedgerError> {
        let job = Job { paths: vec![folder.to_owned()], watcher: None, ..self.job.clone() };
        let mut images = Collect::new(|report: Box<Report>| *report);
        run::run(&job, ledger, stop, &mut |event| images.hear(event))?;
        Ok(images.kept)
    }

    /// The number that the next new diskette gets.
    pub(super) fn next_number(&self) -> usize {
        let all = self.earlier.iter().chain(&self.diskettes);
        all.map(|diskette| diskette.number).max().unwrap_or(0) + 1
    }
}

/// The diskette that an image was made of.
fn of_image(number: usize, report: Report, was_copy: bool) -> Diskette {
    let image = Some(report.path.clone());
    Diskette { number, report: Box::new(report), image, was_copy, left: None }
}
