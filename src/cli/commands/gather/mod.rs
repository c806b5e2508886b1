//! A set of packs, examined as a whole: what `addpack plan` and `addpack replace` begin with.

mod item;

use crate::cli::Error;
use crate::cli::args::Common;
use crate::cli::ask::stop;
use crate::cli::commands::converted_since::ConvertedSince;
use crate::cli::commands::ledger::open_to_read;
use crate::cli::commands::queue::unreadable::tell_of_unreadable;
use crate::cli::exit::Exit;
use crate::cli::show::lines::complain_repeated;
use crate::cli::show::progress::Progress;
use crate::cli::show::reading::ReadingOf;
use crate::cli::show::skipped::SkippedFiles;
use crate::cli::show::terminal::complain;
use crate::cli::show::to_file::ToFile;
use crate::cli::words::{PackSummaries, no_image, number};
use addpack::ledger::{Ledger, LedgerError};
use addpack::plan::servers::PacksByServer;
use addpack::plan::{PackFacts, Usability};
use addpack::record::Version;
use addpack::record::fields::Serial;
use addpack::report::Report;
use addpack::run::{self, End, FinalReport, Mode, RunEvent};
use item::{Item, name_diskette};
use std::collections::{BTreeMap, HashMap};
use std::mem::take;
use std::ops::ControlFlow;
use std::path::absolute;

/// All packs of a set, in the order of the paths.
pub(crate) struct Packs {
    pub(crate) summaries: PackSummaries,
    pub(crate) facts: Vec<PackFacts>,
    pub(crate) sets: PacksByServer,
    /// Files that were not looked at.
    pub(crate) skipped: SkippedFiles,
    /// What became of the images that are not packs.
    pub(crate) exit: Exit,
    /// Whether the paths that were named hold no image at all.
    pub(crate) is_empty: bool,
    /// How many images cannot be used, also those beyond [`COMPLAINTS`].
    complaints: usize,
}

/// So many of them are named one by one.
const COMPLAINTS: usize = 10;

/// Looks at every image and keeps what is needed of the packs. Failed images, and named ones that
/// are no packs, are complained of.
pub(crate) fn gather(common: &Common) -> Result<Packs, Error> {
    gather_with(common, None)
}

/// The same, written to `to_file` as well.
pub(crate) fn gather_with(common: &Common, to_file: Option<&mut ToFile>) -> Result<Packs, Error> {
    stop::listen();
    let job = common.job(Mode::Inspect)?;
    tell_of_unreadable(common);
    let mut ledger = open_to_read(&common.ledger)?;
    let progress = Progress::over(common, "looking");
    let job = progress.watch(job, ReadingOf::Record);
    let mut gathering = Gathering::new(common, progress, to_file);
    let end = run::run(&job, &mut ledger, &stop::STOP, &mut |event| gathering.hear(event));
    gathering.progress.finish();
    let is_stopped = end? == End::Stopped;
    let saw_nothing = gathering.seen == 0;
    let mut packs = gathering.into_packs();
    packs.tell_of_more_complaints();
    packs.is_empty = saw_nothing && packs.skipped.kinds().is_empty() && !common.paths.is_empty();
    if is_stopped {
        packs.exit = Exit::Stopped;
    } else if packs.is_empty {
        complain(&no_image(&common.paths));
        packs.exit = Exit::Refused;
    }
    packs.sort_by_servers(&ledger)?;
    Ok(packs)
}

impl Default for Packs {
    fn default() -> Self {
        Self {
            summaries: PackSummaries::default(),
            facts: Vec::new(),
            sets: PacksByServer::default(),
            skipped: SkippedFiles::default(),
            exit: Exit::Good,
            is_empty: false,
            complaints: 0,
        }
    }
}

impl Packs {
    /// Whether nothing but complaints came of all images.
    pub(crate) fn has_only_errors(&self) -> bool {
        self.facts.is_empty() && self.exit != Exit::Good && self.skipped.kinds().is_empty()
    }

    /// Says how many images were not complained of.
    pub(crate) fn tell_of_more_complaints(&self) {
        if let Some(more @ 1..) = self.complaints.checked_sub(COMPLAINTS) {
            let more = number(more as u64);
            complain(&format!("and {more} more that cannot be used: addpack inspect names all"));
        }
    }

    /// Adds an image; one that is not a pack changes nothing.
    pub(crate) fn add_image(&mut self, report: &Report) {
        self.add(Item::of(report));
    }

    fn add(&mut self, item: Item) {
        match item {
            Item::Pack(summary, facts) => {
                self.summaries.push(summary);
                self.facts.push(facts);
            }
            Item::Complaint(message, exit) => {
                self.complaints += 1;
                if self.complaints <= COMPLAINTS {
                    complain(&message);
                }
                self.exit = self.exit.merge(exit);
            }
            Item::Nothing => {}
        }
    }

    /// Sorts the packs by their servers, and adds to each converted copy the image that it was made from, as far as
    /// the ledger knows it: of a pack that was converted in place, another image is only a copy.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub(crate) fn sort_by_servers(&mut self, ledger: &Ledger) -> Result<(), LedgerError> {
        let is_copy = |facts: &PackFacts| facts.usability == Usability::Copy;
        let copies = self.facts.iter().enumerate().filter(|(_, facts)| is_copy(facts));
        let mut sources: HashMap<Serial, Vec<usize>> = HashMap::new();
        for (number, facts) in copies.filter(|(_, facts)| facts.version == Version::V40) {
            sources.entry(facts.serial).or_default().push(number);
        }
        for (number, facts) in self.facts.iter().enumerate() {
            if facts.version == Version::V45
                && facts.is_usable()
                && let Some(sources) = sources.get(&facts.serial)
                && let Some(serial) = facts.serial.text()
                && let Some(entry) = ledger.find(serial)?.filter(|entry| entry.target.is_some())
            {
                let mut paths = sources.iter().map(|source| self.summaries.path(*source));
                let source = paths.find(|it| absolute(it).is_ok_and(|it| it == entry.path));
                if let Some(source) = source {
                    self.summaries.set_source(number, source);
                }
            }
            self.sets.add(facts);
        }
        Ok(())
    }
}

/// Gathers the packs, and shows how far the survey is.
struct Gathering<'a> {
    packs: Packs,
    /// The images that were no packs when they were seen, by their numbers in the order in which images are seen.
    no_packs: Vec<u32>,
    /// What is kept of images in the place of what was kept when they were seen, and of those that are no packs.
    others: BTreeMap<u32, Item>,
    /// Images that were seen, and those that have their final report.
    seen: u32,
    finished: u32,
    since: ConvertedSince<'a>,
    progress: Progress,
    /// What is written to files as well.
    to_file: Option<&'a mut ToFile>,
}

impl<'a> Gathering<'a> {
    fn new(common: &'a Common, progress: Progress, to_file: Option<&'a mut ToFile>) -> Self {
        let (packs, no_packs, others) = (Packs::default(), Vec::new(), BTreeMap::new());
        let since = ConvertedSince::new(common);
        Self { packs, no_packs, others, seen: 0, finished: 0, since, progress, to_file }
    }

    fn hear(&mut self, event: RunEvent) -> ControlFlow<()> {
        let event = self.since.hear(event);
        if let Some(files) = &mut self.to_file {
            files.hear(&event);
        }
        match event {
            RunEvent::Seen(report) => self.see(report),
            RunEvent::Final(report) => self.finish(report),
            RunEvent::Skipped(skipped) => {
                self.packs.skipped.add(&skipped);
                self.progress.other();
            }
            RunEvent::Repeated { path, first } => {
                self.progress.other();
                self.progress.suspend(|| complain_repeated(&path, &first));
            }
            RunEvent::Surveyed(_) | RunEvent::CaughtUp => {}
        }
        ControlFlow::Continue(())
    }

    fn see(&mut self, mut report: Box<Report>) {
        self.progress.seen();
        name_diskette(&mut report);
        match Item::of(&report) {
            pack @ Item::Pack(..) => self.packs.add(pack),
            Item::Nothing => self.no_packs.push(self.seen),
            complaint @ Item::Complaint(..) => {
                self.no_packs.push(self.seen);
                self.others.insert(self.seen, complaint);
            }
        }
        self.seen += 1;
    }

    fn finish(&mut self, report: FinalReport) {
        let item = match report {
            FinalReport::AsSeen => None,
            FinalReport::Changed(mut report) => {
                name_diskette(&mut report);
                Some(Item::of(&report))
            }
            FinalReport::Deferred => Some(Item::Nothing),
        };
        if let Some(item) = item {
            self.replace(self.finished, item);
        }
        self.finished += 1;
    }

    /// Keeps something else of an image than what was kept when it was seen.
    fn replace(&mut self, image: u32, item: Item) {
        match (item, self.pack_of(image)) {
            (Item::Pack(summary, facts), Some(at)) => {
                self.packs.summaries.replace(at, summary);
                self.packs.facts[at] = facts;
            }
            (item, _) => {
                self.others.insert(image, item);
            }
        }
    }

    /// The number of the pack that was seen in an image.
    fn pack_of(&self, image: u32) -> Option<usize> {
        let before = self.no_packs.binary_search(&image).err()?;
        Some(image as usize - before)
    }

    /// All packs, in the order of their images.
    fn into_packs(mut self) -> Packs {
        if self.others.is_empty() {
            return self.packs;
        }
        let mut packs = take(&mut self.packs);
        let (summaries, facts) = (take(&mut packs.summaries), take(&mut packs.facts));
        for image in 0..self.seen {
            match (self.others.remove(&image), self.pack_of(image)) {
                (Some(item), _) => packs.add(item),
                (None, Some(at)) => packs.add(Item::Pack(summaries.get(at), facts[at])),
                (None, None) => {}
            }
        }
        packs
    }
}
