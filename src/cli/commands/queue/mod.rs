//! `--queue`: one diskette after another through one drive.

pub(crate) mod convert;
pub(crate) mod inspect;
pub(crate) mod set;

use crate::cli::Error;
use crate::cli::args::{Common, QueueArgs, one_drive};
use crate::cli::ask::keyboard::answer;
use crate::cli::ask::stop::STOP;
use crate::cli::commands::collect::Collect;
use crate::cli::commands::drive::look;
use crate::cli::show::progress::Progress;
use crate::cli::show::queue::{Diskette, seen_earlier};
use crate::cli::show::terminal::complain;
use crate::cli::words::{seen_before, seen_in_an_earlier_queue, verdict};
use addpack::ledger::{Ledger, LedgerError};
use addpack::pack::keep::{Extent, Keep};
use addpack::report::{Failure, Report};
use addpack::run::{self, Job, Mode, keep_diskette};
use std::path::Path;
use std::sync::atomic::Ordering;

/// A drive, and the diskettes that went through it.
pub(crate) struct DriveQueue<'a> {
    pub(crate) common: &'a Common,
    pub(crate) drive: &'a Path,
    keep: Option<&'a Path>,
    extent: Extent,
    /// The job that looks at a diskette.
    job: Job,
    /// Diskettes of earlier queues, whose images are in the folder already.
    pub(crate) earlier: Vec<Diskette>,
    pub(crate) diskettes: Vec<Diskette>,
}

/// What came of asking for the next diskette.
pub(crate) enum NextDiskette {
    /// It is in the drive, and has this place in the queue.
    Diskette(usize, Box<Report>),
    /// There are no more.
    End,
    /// The user asked to stop.
    Stopped,
}

impl<'a> DriveQueue<'a> {
    /// A queue that has not begun.
    ///
    /// # Errors
    /// Where not one drive is named.
    pub(crate) fn new(common: &'a Common, args: &'a QueueArgs) -> Result<Self, Error> {
        Ok(Self {
            common,
            drive: one_drive(&common.paths)?,
            keep: args.keep.as_deref(),
            extent: Extent::Whole,
            job: common.job(Mode::Inspect)?,
            earlier: Vec::new(),
            diskettes: Vec::new(),
        })
    }

    /// The same, where an image of each record is kept in `folder` unless images are kept anyway.
    pub(crate) fn with_records_in(mut self, folder: &'a Path) -> Self {
        if self.keep.is_none() {
            self.keep = Some(folder);
            self.extent = Extent::Record;
        }
        self
    }

    /// Numbers the diskettes whose images an earlier queue has kept, in the order in which they were made, and
    /// says which they are.
    ///
    /// # Errors
    /// Where the ledger fails.
    pub(crate) fn number_earlier(&mut self, ledger: &mut Ledger) -> Result<(), LedgerError> {
        let Some(folder) = self.keep.filter(|folder| folder.is_dir()) else { return Ok(()) };
        let mut images = self.images_in(folder, ledger)?;
        let made = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
        images.sort_by_cached_key(|report| (made(&report.path), report.path.clone()));
        for report in images {
            let number = self.earlier.len() + 1;
            let diskette = Diskette::of(number, &report).with_image(report.path);
            match self.earlier.iter_mut().find(|earlier| earlier.is_also(&diskette)) {
                None => self.earlier.push(diskette),
                Some(earlier) if diskette.is_45() => {
                    let number = earlier.number;
                    *earlier = Diskette { number, ..diskette };
                }
                Some(_) => {}
            }
        }
        if !self.earlier.is_empty() {
            complain(&seen_earlier(folder, &self.earlier));
        }
        Ok(())
    }

    /// What the images in a folder are, as the set that they make has it.
    ///
    /// # Errors
    /// Where the ledger fails.
    fn images_in(&self, folder: &Path, ledger: &mut Ledger) -> Result<Vec<Report>, LedgerError> {
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let job = Job { paths: vec![folder.to_owned()], watcher: None, ..self.job.clone() };
        let mut images = Collect::new(|report: Box<Report>| *report);
        run::run(&job, ledger, &STOP, &mut |event| images.hear(event))?;
        for report in &mut images.kept {
            report.catch_up(self.drive, ledger)?;
        }
        Ok(images.kept)
    }

    /// The number that the next new diskette gets.
    fn next_number(&self) -> usize {
        let all = self.earlier.iter().chain(&self.diskettes);
        all.map(|diskette| diskette.number).max().unwrap_or(0) + 1
    }

    /// Asks until there is a diskette in the drive that is not done yet, and looks at it. `prompt` is given the
    /// number that a new one gets.
    ///
    /// # Errors
    /// Where the ledger fails.
    pub(crate) fn next(
        &mut self,
        ledger: &mut Ledger,
        prompt: impl Fn(usize) -> String,
    ) -> Result<NextDiskette, LedgerError> {
        loop {
            if STOP.load(Ordering::Relaxed) {
                return Ok(NextDiskette::Stopped);
            }
            let number = self.next_number();
            let line = answer(&prompt(number));
            if STOP.load(Ordering::Relaxed) {
                return Ok(NextDiskette::Stopped);
            }
            if line.is_none_or(|line| line == "q") {
                return Ok(NextDiskette::End);
            }
            let Some(report) = self.look(ledger)? else { continue };
            if report.failure.is_some() {
                complain(&verdict(&report));
                continue;
            }
            match self.place_of(&report) {
                Some(place) if !self.diskettes[place].may_come_again() => {
                    complain(&seen_before(self.diskettes[place].number));
                }
                Some(place) => return Ok(NextDiskette::Diskette(place, report)),
                None => {
                    let found = Diskette::of(number, &report);
                    let known = self.earlier.iter().find(|earlier| earlier.is_also(&found));
                    if let Some(known) = known {
                        complain(&seen_in_an_earlier_queue(known.number, known.image.as_deref()));
                    }
                    let number = known.map_or(number, |earlier| earlier.number);
                    self.diskettes.push(Diskette::of(number, &report));
                    return Ok(NextDiskette::Diskette(self.diskettes.len() - 1, report));
                }
            }
        }
    }

    /// The place of a diskette with the same record. One without a record is never told from another.
    fn place_of(&self, report: &Report) -> Option<usize> {
        report.record()?;
        let found = Diskette::of(0, report);
        self.diskettes.iter().position(|diskette| diskette.is_also(&found))
    }

    fn look(&mut self, ledger: &mut Ledger) -> Result<Option<Box<Report>>, LedgerError> {
        let progress = Progress::of_diskette(self.common.screen.quiet);
        self.job.watcher = Some(progress.watcher(self.drive, false));
        let report = look(self.drive, &self.job, ledger);
        progress.finish();
        report
    }

    /// Keeps an image of the diskette in the drive, where that was asked for, and sees that it is the one that
    /// was looked at.
    ///
    /// # Errors
    /// The failure. Nothing more must be done with the diskette then.
    pub(crate) fn keep(&mut self, place: usize) -> Result<(), Failure> {
        let Some(folder) = self.keep else { return Ok(()) };
        let diskette = &self.diskettes[place];
        let (folder, number) = (folder.to_owned(), diskette.number);
        let keep = Keep { folder, number, extent: self.extent };
        let progress = Progress::of_diskette(self.common.screen.quiet);
        let job = Job {
            watcher: Some(progress.watcher(self.drive, self.extent == Extent::Whole)),
            ..self.job.clone()
        };
        let kept = keep_diskette(self.drive, &job, &keep, diskette.digest());
        progress.finish();
        self.diskettes[place].image = Some(kept?.path);
        Ok(())
    }
}
