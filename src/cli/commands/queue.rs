//! `addpack convert --queue`: one diskette after another through one drive.

use crate::cli::Error;
use crate::cli::args::Convert;
use crate::cli::ask::consent::diskette_question;
use crate::cli::ask::keyboard::{answer, answer_is_yes};
use crate::cli::ask::stop::STOP;
use crate::cli::commands::drive::{self, look};
use crate::cli::exit::Exit;
use crate::cli::show::lines::{plural, tone};
use crate::cli::show::printer::Printer;
use crate::cli::show::terminal::{Look, complain};
use crate::cli::words::{ask_for_next, label, seen_before, serial, verdict};
use addpack::diagnosis::FindingCode;
use addpack::find::Skipped;
use addpack::ledger::{Ledger, LedgerError};
use addpack::media::{Kind, Place};
use addpack::record::Record;
use addpack::record::fields::{FileTime, Seal};
use addpack::report::{Outcome, Report};
use addpack::run::{End, Job, Listener, Mode};
use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// Works through diskettes until the user ends it.
///
/// # Errors
/// Where the ledger fails, or the report cannot be written.
pub(crate) fn run(
    args: &Convert,
    at: FileTime,
    ledger: &mut Ledger,
    mut printer: Printer,
) -> Result<Exit, Error> {
    let paths = args.common.paths.as_slice();
    let is_drive = |path: &PathBuf| Place::at(path).is_ok_and(|place| place.kind == Kind::Drive);
    let Some(drive) = paths.first().filter(|path| paths.len() == 1 && is_drive(path)) else {
        return Err(Error::Usage("--queue works on one diskette drive: name it alone".to_owned()));
    };
    let job = args.common.job(Mode::Convert(at))?;
    let mut queue = Queue { job, drive, yes: args.yes, done: Vec::new() };
    let end = queue.work(ledger, &mut printer);
    printer.say(&queue.summary(Look::of_stdout(args.common.color.color)));
    printer.finish(end)
}

/// A queue under way.
struct Queue<'a> {
    job: Job,
    drive: &'a Path,
    yes: bool,
    done: Vec<Done>,
}

/// A diskette that went through.
struct Done {
    outcome: Outcome,
    verdict: String,
    record: Option<Record>,
    /// Whether another try may come to more.
    is_open: bool,
}

impl Done {
    fn of(report: &Report) -> Self {
        Self {
            outcome: report.outcome,
            verdict: verdict(report),
            record: report.record().cloned(),
            is_open: report.failure.is_some() || report.has_finding(FindingCode::DamagedMedia),
        }
    }

    fn digest(&self) -> Option<Seal> {
        self.record.as_ref().map(Record::digest)
    }

    /// The record, where a server would take it.
    fn sound(&self) -> Option<&Record> {
        let bad = matches!(self.outcome, Outcome::Refused | Outcome::Failed | Outcome::NotAPack);
        self.record.as_ref().filter(|_| !bad)
    }
}

/// Prints a report, and remembers it.
struct Remember<'a> {
    printer: &'a mut Printer,
    done: &'a mut Vec<Done>,
}

impl Listener for Remember<'_> {
    fn image(&mut self, report: Box<Report>) -> ControlFlow<()> {
        let done = Done::of(&report);
        let flow = self.printer.image(report);
        if let Some(record) = done.sound() {
            self.printer
                .say(&format!("  Label      {}\n\n", label(record).join("\n             ")));
        }
        self.done.push(done);
        flow
    }

    fn skipped(&mut self, _: &Skipped) {}

    fn repeated(&mut self, _: &Path, _: &Path) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn caught_up(&mut self) -> ControlFlow<()> {
        self.printer.caught_up()
    }
}

impl Queue<'_> {
    fn work(&mut self, ledger: &mut Ledger, printer: &mut Printer) -> Result<End, LedgerError> {
        loop {
            let line = answer(&ask_for_next(self.done.len() + 1, self.drive));
            if STOP.load(Ordering::Relaxed) {
                return Ok(End::Stopped);
            }
            if line.is_none_or(|line| line == "q") {
                return Ok(End::Complete);
            }
            if let Some(found) = look(self.drive, &self.job, ledger)? {
                self.diskette(&found, ledger, printer)?;
            }
        }
    }

    fn diskette(
        &mut self,
        found: &Report,
        ledger: &mut Ledger,
        printer: &mut Printer,
    ) -> Result<(), LedgerError> {
        if found.failure.is_some() {
            complain(&verdict(found));
            return Ok(());
        }
        let digest = found.record().map(Record::digest);
        let is_it = |done: &Done| !done.is_open && digest.is_some() && done.digest() == digest;
        if let Some(at) = self.done.iter().position(is_it) {
            complain(&seen_before(at + 1));
            return Ok(());
        }
        if found.outcome.is_to_change() && !self.yes && !answer_is_yes(&diskette_question(found)) {
            return Ok(());
        }
        let job = Job {
            paths: vec![self.drive.to_owned()],
            asked_about: digest.map(|digest| vec![digest]),
            ..self.job.clone()
        };
        drive::run(&job, ledger, &mut Remember { printer, done: &mut self.done }).map(drop)
    }

    fn summary(&self, look: Look) -> String {
        let diskettes = plural(self.done.len() as u64, "diskette", "diskettes");
        let mut text = format!("\n{diskettes} in this queue\n");
        for (index, done) in self.done.iter().enumerate() {
            let outcome = look.paint(tone(done.outcome), &format!("{:<21}", done.outcome.as_str()));
            let serial = done.record.as_ref().map_or_else(|| format!("{:23}", "-").into(), serial);
            let _ = writeln!(text, "  {:>3}  {outcome}  {serial}  {}", index + 1, done.verdict);
        }
        text + &self.order()
    }

    /// The sound packs, server by server, in the order to apply them.
    fn order(&self) -> String {
        let mut records: Vec<_> = self.done.iter().filter_map(Done::sound).collect();
        let server = |record: &Record| (record.server.address, record.server.name);
        records.sort_by_key(|record| (!record.is_bound(), server(record), record.from));
        let mut text = String::new();
        for of_server in records.chunk_by(|one, next| server(one) == server(next)) {
            text += "\nIn the order to apply\n";
            for (index, record) in of_server.iter().enumerate() {
                let _ = writeln!(text, "  {:>3}  {}", index + 1, label(record).join("; "));
            }
        }
        text
    }
}
