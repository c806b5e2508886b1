//! `--queue`: one diskette after another through one drive.

pub(crate) mod convert;
mod earlier;
pub(crate) mod inspect;
pub(crate) mod set;
pub(crate) mod unreadable;
mod what_now;

use crate::cli::Error;
use crate::cli::args::{Common, QueueArgs, one_drive};
use crate::cli::ask::keyboard::answer;
use crate::cli::ask::stop::STOP;
use crate::cli::commands::drive::look;
use crate::cli::show::progress::Progress;
use crate::cli::show::queue::Diskette;
use crate::cli::show::reading::ReadingOf;
use crate::cli::show::terminal::{complain, remark};
use crate::cli::words::{
    WRITE_NUMBERS, changed_since, failure_message, lost_in_image, seen_before,
    seen_in_an_earlier_queue, verdict,
};
use addpack::ledger::{Ledger, LedgerError};
use addpack::media::surface::SectorCondition;
use addpack::pack::keep::{Extent, Keep};
use addpack::report::{Failure, Report};
use addpack::run::{Job, Mode, keep_diskette, recognize_diskette};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use unreadable::is_unreadable;

/// A drive, and the diskettes that went through it.
pub(crate) struct DriveQueue<'a> {
    pub(crate) common: &'a Common,
    pub(crate) drive: &'a Path,
    /// The folder that images are kept in, and how much of a diskette is in its image.
    keep: Option<(&'a Path, Extent)>,
    /// The folder whose images the set is made of.
    set: Option<&'a Path>,
    /// Whether only the diskettes of that folder are asked for.
    is_planned: bool,
    /// The job that looks at a diskette.
    job: Job,
    /// Diskettes of earlier queues, whose images are in the folder of the set already.
    pub(crate) earlier: Vec<Diskette>,
    pub(crate) diskettes: Vec<Diskette>,
    /// Whether a diskette was asked for.
    has_asked: bool,
}

/// What came of asking for the next diskette.
pub(crate) enum NextDiskette {
    /// It is in the drive, and has this place in the queue; what was seen of it is the last word on it.
    Diskette(usize),
    /// It is in the drive and has this place, but nothing of it can be read.
    Unreadable(usize),
    /// There are no more.
    End,
    /// The user asked to stop.
    Stopped,
}

impl<'a> DriveQueue<'a> {
    /// A queue that has not begun. The images in `plan`, or else in the folder of `--keep`, make the set.
    ///
    /// # Errors
    /// If not exactly one drive is named.
    pub(crate) fn new(
        common: &'a Common,
        args: &'a QueueArgs,
        plan: Option<&'a Path>,
    ) -> Result<Self, Error> {
        let keep = args.keep.as_deref();
        Ok(Self {
            common,
            drive: one_drive(&common.paths)?,
            keep: keep.map(|folder| (folder, Extent::Whole)),
            set: plan.or(keep),
            is_planned: plan.is_some(),
            job: common.job(Mode::Inspect)?,
            earlier: Vec::new(),
            diskettes: Vec::new(),
            has_asked: false,
        })
    }

    /// The same, but an image of each record is kept in `folder` unless images are kept anyway.
    pub(crate) fn with_records_in(mut self, folder: &'a Path) -> Self {
        if self.keep.is_none() {
            self.keep = Some((folder, Extent::Record));
            self.set = Some(folder);
        }
        self
    }

    /// Asks until there is a diskette in the drive that is not done yet, and looks at it. `prompt` is given the
    /// number that a new one gets. The user may type the number of one of which nothing could be read before.
    ///
    /// # Errors
    /// If the ledger fails.
    pub(crate) fn next(
        &mut self,
        ledger: &mut Ledger,
        prompt: impl Fn(usize) -> String,
    ) -> Result<NextDiskette, LedgerError> {
        loop {
            if STOP.load(Ordering::Relaxed) {
                return Ok(NextDiskette::Stopped);
            }
            let line = self.ask(&prompt(self.next_number()));
            if STOP.load(Ordering::Relaxed) {
                return Ok(NextDiskette::Stopped);
            }
            let Some(line) = line.filter(|line| line != "q") else { return Ok(NextDiskette::End) };
            let typed = line.parse().ok();
            if typed.is_some_and(|number| !self.may_be(number)) {
                continue;
            }
            let Some(report) = self.look(ledger)? else { continue };
            if is_unreadable(&report) {
                return Ok(NextDiskette::Unreadable(self.place_unreadable(typed, report)));
            }
            if report.failure.is_some() {
                complain(&verdict(&report));
                continue;
            }
            let free = typed.and_then(|number| self.free_unreadable(number));
            if let Some(place) = self.place(report, free) {
                return Ok(NextDiskette::Diskette(place));
            }
        }
    }

    /// Asks, with an empty line before the question unless it is the first one.
    fn ask(&mut self, prompt: &str) -> Option<String> {
        let is_first = !std::mem::replace(&mut self.has_asked, true);
        if is_first && !self.is_planned {
            remark(WRITE_NUMBERS);
        }
        let between = if is_first { "" } else { "\n" };
        answer(&format!("{between}{prompt}"))
    }

    /// Gives an examined diskette its place; none if it is done already. A new one gets the number that is `free`, if one
    /// is. What a diskette without a record is, shows only when its image is kept.
    fn place(&mut self, report: Box<Report>, free: Option<usize>) -> Option<usize> {
        let place = self.diskettes.iter().position(|diskette| diskette.is_also(&report));
        if let Some(place) = place {
            let diskette = &mut self.diskettes[place];
            if !diskette.may_come_again() {
                complain(&seen_before(diskette.number));
                return None;
            }
            diskette.report = report;
            return Some(place);
        }
        let known = self.known_earlier(&report);
        if let Some(known) = known.filter(|_| !self.is_planned) {
            complain(&seen_in_an_earlier_queue(known.number, known.image.as_deref()));
            if let Some(change) = known.change_to(&report) {
                complain(&changed_since(&change));
            }
        }
        let new = || free.unwrap_or_else(|| self.next_number());
        let number = known.map_or_else(new, |known| known.number);
        let image = known.and_then(|known| known.image.clone());
        self.diskettes.push(Diskette { image, ..Diskette::of(number, report) });
        Some(self.diskettes.len() - 1)
    }

    /// The diskette of an earlier queue that this report is on: with the same record, or else with a later state of it.
    /// What it is now is known better of one that was put in already.
    fn known_earlier(&self, report: &Report) -> Option<&Diskette> {
        let is_new =
            |known: &&Diskette| self.diskettes.iter().all(|one| one.number != known.number);
        let mut unseen = self.earlier.iter().filter(is_new);
        let same = unseen.clone().find(|earlier| earlier.is_also(report));
        same.or_else(|| unseen.find(|earlier| earlier.change_to(report).is_some()))
    }

    fn look(&self, ledger: &mut Ledger) -> Result<Option<Box<Report>>, LedgerError> {
        self.watched(ReadingOf::Record, |job| look(self.drive, job, ledger))
    }

    /// Does something with the diskette in the drive, and shows how far its reading is.
    fn watched<T>(&self, of: ReadingOf, work: impl FnOnce(&Job) -> T) -> T {
        let progress = Progress::of_diskette(self.common.screen.quiet);
        let done = work(&progress.watch(self.job.clone(), of));
        progress.finish();
        done
    }

    /// Whether a diskette is told from others by its bytes: it has no record, and an image of all of it is kept.
    pub(crate) fn is_known_by_bytes(&self, place: usize) -> bool {
        let is_whole = matches!(self.keep, Some((_, Extent::Whole)));
        is_whole && self.diskettes[place].report.record().is_none()
    }

    /// Keeps an image of the diskette in the drive, if that was asked for, and checks that it is the one that
    /// was looked at; or recognizes one without a record by the part of it that is read anyway. Returns its place; `None`
    /// if its bytes are those of one that is done already.
    ///
    /// # Errors
    /// The failure. Nothing more must be done with the diskette then.
    pub(crate) fn keep(&mut self, place: usize) -> Result<Option<usize>, Failure> {
        let Some((folder, extent)) = self.keep else { return self.recognize(place) };
        let known = if self.is_known_by_bytes(place) { self.known_by_bytes() } else { Vec::new() };
        let Diskette { number, report, .. } = &self.diskettes[place];
        let keep = Keep { folder: folder.to_owned(), number: *number, extent, known };
        let of = if extent == Extent::Whole { ReadingOf::Whole } else { ReadingOf::Record };
        let kept = self.watched(of, |job| keep_diskette(self.drive, job, &keep, report))?;
        let lost = kept.surface.count(SectorCondition::Lost);
        if lost > 0 && extent == Extent::Whole {
            complain(&lost_in_image(kept.number, lost, &kept.path));
        }
        if self.set == Some(folder) {
            self.diskettes[place].image = Some(kept.path);
        }
        Ok(self.renumber(place, kept.number))
    }

    fn recognize(&mut self, place: usize) -> Result<Option<usize>, Failure> {
        let known = self.known_by_bytes();
        let Diskette { number, report, .. } = &self.diskettes[place];
        if known.is_empty() || report.record().is_some() {
            return Ok(Some(place));
        }
        let (folder, extent) = (PathBuf::new(), Extent::Record);
        let keep = Keep { folder, number: *number, extent, known };
        let work = |job: &Job| recognize_diskette(self.drive, job, &keep, report);
        let number = self.watched(ReadingOf::Record, work)?.unwrap_or(*number);
        Ok(self.renumber(place, number))
    }

    /// The numbers and images of all diskettes without a record.
    fn known_by_bytes(&self) -> Vec<(usize, PathBuf)> {
        let all = self.diskettes.iter().chain(&self.earlier);
        let bare = all.filter(|diskette| diskette.report.record().is_none());
        bare.filter_map(|diskette| Some((diskette.number, diskette.image.clone()?))).collect()
    }

    /// Gives a diskette that turned out to be a known one the number of that. Returns its place; `None` if it is done
    /// already.
    fn renumber(&mut self, place: usize, number: usize) -> Option<usize> {
        if self.diskettes[place].number == number {
            return Some(place);
        }
        let Some(before) = self.diskettes.iter().position(|one| one.number == number) else {
            let earlier = self.earlier.iter().find(|one| one.number == number);
            let image = earlier.and_then(|earlier| earlier.image.clone());
            if !self.is_planned {
                complain(&seen_in_an_earlier_queue(number, image.as_deref()));
            }
            let diskette = &mut self.diskettes[place];
            diskette.number = number;
            diskette.image = diskette.image.take().or(image);
            return Some(place);
        };
        let again = self.diskettes.remove(place);
        if self.diskettes[before].may_come_again() {
            self.diskettes[before] = Diskette { number, ..again };
            return Some(before);
        }
        complain(&seen_before(number));
        None
    }

    /// Sets down that something failed with a diskette.
    pub(crate) fn fail(&mut self, place: usize, failure: Failure) {
        complain(&failure_message(&failure));
        let diskette = &mut self.diskettes[place];
        diskette.report.fail(failure);
    }
}
