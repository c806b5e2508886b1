//! `addpack convert --queue`: converts one diskette after another.

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
use crate::cli::show::queue::{Diskette, order, summary};
use crate::cli::show::terminal::{TextStyle, complain, named};
use crate::cli::words::{Left, ask_for_next, ask_for_one_of, left_alone};
use addpack::ledger::{Ledger, LedgerError};
use addpack::record::Record;
use addpack::record::fields::Seal;
use addpack::report::Report;
use addpack::run::{self, End, Job, Mode};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// Works through diskettes until the user ends it, or all of a set are done.
///
/// # Errors
/// Where the ledger fails, or the report cannot be written.
pub(crate) fn run(
    args: &ConvertArgs,
    mode: Mode,
    ledger: &mut Ledger,
    printer: Printer,
) -> Result<Exit, Error> {
    let mut queue = DriveQueue::new(&args.common, &args.queue)?;
    queue.number_earlier(ledger)?;
    let job = Job { output: args.output.clone(), ..args.common.job(mode)? };
    let set =
        args.plan.as_deref().map(|folder| PlannedSet::of(folder, args, ledger)).transpose()?;
    let ask = !args.yes && !args.dry_run;
    let mut conversion = Conversion { args, queue, job, ask, set, printer };
    let end = conversion.work(ledger);
    let Conversion { queue, mut printer, .. } = conversion;
    if !args.common.json {
        let look = TextStyle::of_stdout(args.common.screen.color);
        printer.say(&(summary(look, &queue.diskettes) + &order(look, &queue.diskettes)));
    }
    printer.recount(queue.diskettes.iter().map(|diskette| diskette.outcome));
    printer.finish_with(
        end,
        Some(More { also: &args.also, common: &args.common, head: head(&args.common) }),
    )
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
            let drive = self.queue.drive.to_owned();
            let asked = match &self.set {
                None => self.queue.next(ledger, |number| ask_for_next(number, &drive))?,
                Some(set) if set.to_go.is_empty() => return Ok(End::Complete),
                Some(set) => {
                    let serials: Vec<_> = set.to_go.keys().map(String::as_str).collect();
                    self.queue.next(ledger, |_| ask_for_one_of(&serials, &drive))?
                }
            };
            match asked {
                NextDiskette::End => return Ok(End::Complete),
                NextDiskette::Stopped => return Ok(End::Stopped),
                NextDiskette::Diskette(place, found) => self.diskette(place, found, ledger)?,
            }
        }
    }

    fn diskette(
        &mut self,
        place: usize,
        found: Box<Report>,
        ledger: &mut Ledger,
    ) -> Result<(), LedgerError> {
        self.printer.diskette_to_files(self.queue.diskettes[place].number, &found);
        if let Some(left) = self.set.as_mut().and_then(|set| set.why_not(&found)) {
            self.leave(place, left);
            return Ok(());
        }
        if let Err(failure) = self.queue.keep(place) {
            self.tell(place, &found.failed(failure));
            return Ok(());
        }
        let changes = found.outcome.is_to_change();
        if changes && self.ask && !answer_is_yes(&diskette_question(&found, self.args)) {
            let stopped = STOP.load(Ordering::Relaxed);
            self.leave(place, if stopped { Left::Stopped } else { Left::Declined });
            return Ok(());
        }
        let digest = found.record().map(Record::digest);
        let job = Job { asked_about: digest.map(|digest| vec![digest]), ..self.job.clone() };
        let mut looked = Collect::new(|report| report);
        drive::run(&job, ledger, &mut |event| looked.hear(event))?;
        for report in looked.kept {
            self.tell(place, &report);
        }
        if let (Some(set), true) = (&mut self.set, self.queue.diskettes[place].is_done()) {
            set.to_go.retain(|_, wanted| Some(*wanted) != digest);
        }
        Ok(())
    }

    fn leave(&mut self, place: usize, left: Left) {
        complain(&left_alone(&left));
        self.queue.diskettes[place].left = Some(left);
    }

    /// Shows what became of a diskette, and what to write on it.
    fn tell(&mut self, place: usize, report: &Report) {
        let diskette = &mut self.queue.diskettes[place];
        let image = diskette.image.take();
        *diskette = Diskette::of(diskette.number, report);
        diskette.image = image;
        let text = diskette.label().map(|label| label.join("\n             "));
        self.printer.diskette(diskette.number, report);
        if let Some(label) = text.filter(|_| !self.queue.common.json) {
            self.printer.say(&format!("  Label      {label}\n\n"));
        }
    }
}

/// The packs of a folder of images that are still to be converted on their diskettes.
struct PlannedSet {
    folder: PathBuf,
    /// By serial: the digest of the record on the image.
    to_go: BTreeMap<String, Seal>,
}

impl PlannedSet {
    fn of(folder: &Path, args: &ConvertArgs, ledger: &mut Ledger) -> Result<Self, Error> {
        if !folder.is_dir() {
            let message = format!("--plan: {} is not a folder", named(folder));
            return Err(Error::Usage(message));
        }
        let paths = vec![folder.to_owned()];
        let job = Job { paths, ..args.common.job(Mode::Inspect)? };
        let mut packs = Collect::new(|report: Box<Report>| {
            let record = report.record().filter(|_| report.outcome.is_to_change())?;
            Some((record.serial.text()?.to_owned(), record.digest()))
        });
        run::run(&job, ledger, &STOP, &mut |event| packs.hear(event))?;
        let to_go = packs.kept.into_iter().flatten().collect();
        let set = Self { folder: folder.to_owned(), to_go };
        if set.to_go.is_empty() {
            complain(&format!("{}: no pack in there is still to be converted", named(folder)));
        }
        Ok(set)
    }

    /// Why a diskette is left alone, if it is. One that is done already is crossed off.
    fn why_not(&mut self, found: &Report) -> Option<Left> {
        let not_of_set =
            |serial: Option<&str>| Left::NotOfSet(self.folder.clone(), serial.map(str::to_owned));
        let Some(record) = found.record() else { return Some(not_of_set(None)) };
        let source = record.origin.map(|origin| origin.source_digest);
        if let Some(serial) = self.to_go.iter().find_map(|(serial, wanted)| {
            (Some(*wanted) == source && !found.outcome.is_to_change()).then(|| serial.clone())
        }) {
            self.to_go.remove(&serial);
            return Some(Left::Done);
        }
        let wanted = record.serial.text().and_then(|serial| self.to_go.get(serial));
        match wanted {
            None => Some(not_of_set(record.serial.text())),
            Some(wanted) if *wanted == record.digest() || Some(*wanted) == source => None,
            Some(_) => Some(Left::AnotherState(self.folder.clone())),
        }
    }
}
