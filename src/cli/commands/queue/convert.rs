//! `addpack convert --queue`: converts one diskette after another.

use super::inspect::{fleet, report};
use super::set::DisketteSet;
use super::what_now::{Command, ConvertQueue, plan_all, replace};
use super::{DriveQueue, NextDiskette};
use crate::cli::Error;
use crate::cli::args::ConvertArgs;
use crate::cli::ask::consent::diskette_question;
use crate::cli::ask::keyboard::answer_is_yes;
use crate::cli::ask::stop::STOP;
use crate::cli::commands::collect::Collect;
use crate::cli::commands::drive;
use crate::cli::commands::head::head;
use crate::cli::exit::Exit;
use crate::cli::show::printer::{More, Printer};
use crate::cli::show::queue::{Diskette, events_since, summary};
use crate::cli::show::terminal::{TextStyle, complain, named};
use crate::cli::words::{Left, ask_for_next, ask_for_one_of, left_to_convert};
use addpack::ledger::{Ledger, LedgerError};
use addpack::record::Record;
use addpack::report::{Failure, Outcome, Report};
use addpack::run::{self, End, Job, Mode};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// Works through diskettes until the user ends it, or all of a set are done.
///
/// # Errors
/// If the ledger fails, or the report cannot be written.
pub(crate) fn run(
    args: &ConvertArgs,
    mode: Mode,
    ledger: &mut Ledger,
    printer: Printer,
) -> Result<Exit, Error> {
    let mut queue = DriveQueue::new(&args.common, &args.queue, args.plan.as_deref())?;
    let plan = args.plan.as_deref();
    if let Some(folder) = plan.filter(|folder| !folder.is_dir()) {
        return Err(Error::Usage(format!("--plan: {} is not a folder", named(folder))));
    }
    queue.number_earlier(ledger)?;
    let set = plan.map(|folder| PlannedSet::of(folder, &queue.earlier));
    let job = Job { output: args.output.clone(), ..args.common.job(mode)? };
    let ask = !args.yes && !args.dry_run;
    let mut conversion = Conversion { args, queue, job, ask, set, printer };
    let end = conversion.work(ledger);
    conversion.finish(end, ledger)
}

/// A queue that converts.
struct Conversion<'a> {
    args: &'a ConvertArgs,
    queue: DriveQueue<'a>,
    job: Job,
    ask: bool,
    set: Option<PlannedSet>,
    printer: Printer,
}

impl Conversion<'_> {
    fn work(&mut self, ledger: &mut Ledger) -> Result<End, LedgerError> {
        loop {
            let drive = self.queue.drive;
            let asked = match &self.set {
                None => self.queue.next(ledger, |number| ask_for_next(number, drive))?,
                Some(set) if set.to_go.is_empty() => return Ok(End::Complete),
                Some(set) => self.queue.next(ledger, |_| ask_for_one_of(set.left(), drive))?,
            };
            match asked {
                NextDiskette::End => return Ok(End::Complete),
                NextDiskette::Stopped => return Ok(End::Stopped),
                NextDiskette::Unreadable(place) => self.end_with(place, None),
                NextDiskette::Diskette(place) => self.diskette(place, ledger)?,
            }
        }
    }

    fn diskette(&mut self, place: usize, ledger: &mut Ledger) -> Result<(), LedgerError> {
        // Which one it is may show only when its image is kept.
        let is_bare = self.queue.diskettes[place].report.record().is_none();
        let place = if is_bare { self.keep(place) } else { Some(place) };
        let Some(place) = place else { return Ok(()) };
        let found = &self.queue.diskettes[place];
        let left = self.set.as_mut().and_then(|set| set.why_not(found));
        if left.is_some() {
            self.end_with(place, left);
            return Ok(());
        }
        let place = if is_bare { Some(place) } else { self.keep(place) };
        let Some(place) = place else { return Ok(()) };
        self.convert(place, ledger)
    }

    /// Keeps an image of a diskette. Returns its place; `None` if that is all that is to be done with it.
    fn keep(&mut self, place: usize) -> Option<usize> {
        match self.queue.keep(place) {
            Ok(place) => place,
            Err(failure) => {
                self.queue.diskettes[place].report.fail(failure);
                self.end_with(place, None);
                None
            }
        }
    }

    /// Surveys a diskette that was looked at before, and carries out what that decides. What would be changed is asked
    /// about first.
    fn convert(&mut self, place: usize, ledger: &mut Ledger) -> Result<(), LedgerError> {
        let digest = self.queue.diskettes[place].report.record().map(Record::digest);
        let job = Job { asked_about: Some(digest.into_iter().collect()), ..self.job.clone() };
        let mut looked = Collect::new(|report| report);
        let survey = run::survey(&job, ledger, &STOP, &mut |event| looked.hear(event))?;
        if looked.last_seen().is_some_and(|seen| self.queue.diskettes[place].is_replaced_by(seen)) {
            self.queue.diskettes[place].report.fail(Failure::another_diskette());
            self.end_with(place, None);
            return Ok(());
        }
        let acts = |seen: &Report| {
            survey.changes(0, &job) || (job.output.is_some() && seen.outcome.is_45_already())
        };
        let seen = looked.last_seen().filter(|seen| acts(seen));
        if let Some(left) = seen.and_then(|seen| self.why_left(place, seen)) {
            if let Some(seen) = looked.take_last_seen() {
                self.queue.diskettes[place].end_as(seen);
            }
            self.end_with(place, Some(left));
            return Ok(());
        }
        drive::carry_out(&survey, &job, ledger, &mut |event| looked.hear(event))?;
        if let Some(report) = looked.kept.pop() {
            self.queue.diskettes[place].end_as(report);
            self.end_with(place, None);
        }
        if let (Some(set), true) = (&mut self.set, self.queue.diskettes[place].is_done()) {
            set.to_go.retain(|_, record| Some(record.digest()) != digest);
        }
        Ok(())
    }

    /// Why a diskette is left alone of which the survey has now `seen` a pack that would be changed or copied, if it is.
    /// Its number, its place in a plan and its image follow from what it held when it was looked at first.
    fn why_left(&self, place: usize, seen: &Report) -> Option<Left> {
        let found = &self.queue.diskettes[place];
        let (before, now) = (found.report.record(), seen.record());
        if before.map(Record::digest) != now.map(Record::digest) {
            return Some(Left::ReadsOtherwise);
        }
        let asks = self.ask && seen.outcome.is_to_change();
        if !asks || answer_is_yes(&diskette_question(found, self.args)) {
            return None;
        }
        Some(if STOP.load(Ordering::Relaxed) { Left::Stopped } else { Left::Declined })
    }

    /// Shows what became of a diskette, or why it was left alone.
    fn end_with(&mut self, place: usize, left: Option<Left>) {
        let diskette = &mut self.queue.diskettes[place];
        diskette.left = left;
        self.printer.diskette(diskette);
    }

    /// Shows what became of all of them, and what comes next.
    fn finish(self, end: Result<End, LedgerError>, ledger: &mut Ledger) -> Result<Exit, Error> {
        let Self { args, queue, set: planned, mut printer, .. } = self;
        printer.recount(queue.diskettes.iter().map(Diskette::outcome));
        if !args.common.json {
            let look = TextStyle::of_stdout(args.common.screen.color);
            let plan = planned.as_ref().map(|set| (&*set.folder, set.others(&queue.diskettes)));
            printer.say(&summary(look, &queue.diskettes, plan));
            let is_left =
                |one: &&Diskette| one.outcome().is_to_change() || one.outcome() == Outcome::Failed;
            let left = planned.as_ref().map_or_else(
                || queue.diskettes.iter().filter(is_left).count(),
                |set| set.to_go.len(),
            );
            let set = DisketteSet::of(queue, ledger)?;
            let fleet = fleet(&set);
            let commands = commands(args, left, &set);
            printer.say(&report(&set, &fleet, &commands).text(look));
        }
        let (also, common) = (&args.also, &args.common);
        printer.finish_with(end, Some(More { also, common, head: head(common) }))
    }
}

/// What to do next, as commands to paste: to go on with what is left, and to ask for replacements.
fn commands(args: &ConvertArgs, left: usize, set: &DisketteSet) -> Vec<Command> {
    let (plan, keep) = (args.plan.as_deref(), args.queue.keep.as_deref());
    let go_on = (left > 0).then(|| {
        let output = args.output.as_deref();
        let queue = ConvertQueue { common: &args.common, plan, keep, output };
        queue.command(left_to_convert(left, args.dry_run))
    });
    let is_any_asked = set.packs.summaries.asked().next().is_some();
    let replace = is_any_asked.then(|| replace(&args.common, plan.or(keep)));
    let steps = plan.or(keep).filter(|_| left == 0).map(|folder| plan_all(&args.common, folder));
    go_on.into_iter().chain(replace).chain(steps).flatten().collect()
}

/// The packs of a folder of images that are still to be converted on their diskettes.
struct PlannedSet {
    folder: PathBuf,
    /// The records on the images, by the numbers of the diskettes. Each has a serial.
    to_go: BTreeMap<usize, Record>,
    /// The numbers of all diskettes of the folder.
    all: Vec<usize>,
}

impl PlannedSet {
    fn of(folder: &Path, earlier: &[Diskette]) -> Self {
        let to_go = earlier.iter().filter(|diskette| diskette.outcome().is_to_change());
        let to_go = to_go.filter_map(|diskette| {
            let record = diskette.report.record().filter(|record| record.serial.text().is_some());
            Some((diskette.number, record?.clone()))
        });
        let all = earlier.iter().filter(|diskette| diskette.image.is_some());
        let all = all.map(|diskette| diskette.number).collect();
        let set = Self { folder: folder.to_owned(), to_go: to_go.collect(), all };
        if set.to_go.is_empty() {
            complain(&format!("{}: no pack in there is still to be converted", named(folder)));
        }
        set
    }

    /// The numbers and serials of those that are to be converted.
    fn left(&self) -> impl Iterator<Item = (usize, &str)> {
        self.to_go.iter().filter_map(|(number, record)| Some((*number, record.serial.text()?)))
    }

    /// How many of the diskettes are not of the folder, as far as they could be read.
    fn others(&self, diskettes: &[Diskette]) -> usize {
        let is_other = |one: &&Diskette| !one.is_unreadable() && !self.all.contains(&one.number);
        diskettes.iter().filter(is_other).count()
    }

    /// Why a diskette is left alone, if it is. One that is done already is crossed off.
    fn why_not(&mut self, found: &Diskette) -> Option<Left> {
        let is_of_folder = self.all.contains(&found.number) || found.report.record().is_none();
        let other = || {
            if is_of_folder { Left::NotToConvert } else { Left::NotOfSet(self.folder.clone()) }
        };
        let Some(record) = found.report.record() else { return Some(other()) };
        let source = record.origin.map(|origin| origin.source_digest);
        let is_to_change = found.outcome().is_to_change();
        let of_source = self.to_go.iter().find(|(_, wanted)| Some(wanted.digest()) == source);
        if let Some((&number, _)) = of_source.filter(|_| !is_to_change) {
            self.to_go.remove(&number);
            return Some(Left::Done);
        }
        let serial = record.serial.text();
        let wanted = self.to_go.values().find(|wanted| wanted.serial.text() == serial);
        match wanted {
            None => Some(other()),
            Some(wanted) if wanted.digest() == record.digest() => None,
            Some(wanted) if Some(wanted.digest()) == source => None,
            Some(wanted) => {
                let since = events_since(wanted, record);
                Some(Left::AnotherState(self.folder.clone(), since))
            }
        }
    }
}
