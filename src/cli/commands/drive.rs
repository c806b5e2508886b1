//! Runs in drives, which continue after a diskette was pulled out in the middle of its conversion.

use crate::cli::ask::keyboard::{answer, can_ask};
use crate::cli::ask::stop::STOP;
use crate::cli::commands::collect::Collect;
use crate::cli::show::terminal::complain;
use crate::cli::words::{another_diskette, ask_for_the_same, verdict};
use addpack::ledger::{Ledger, LedgerError};
use addpack::record::Record;
use addpack::report::{Note, Outcome, Report};
use addpack::run::{self, End, FinalReport, Job, Listener, Mode, RunEvent, Survey};
use std::ops::ControlFlow;
use std::path::Path;

/// Runs a job: surveys, then carries out what was decided.
///
/// # Errors
/// If the ledger fails.
pub(crate) fn run(
    job: &Job,
    ledger: &mut Ledger,
    listener: &mut Listener<'_>,
) -> Result<End, LedgerError> {
    let survey = run::survey(job, ledger, &STOP, listener)?;
    carry_out(&survey, job, ledger, listener)
}

/// Carries out what a survey has decided. If a diskette fails in the middle of its conversion and there is a terminal,
/// asks for the diskette and continues.
///
/// # Errors
/// If the ledger fails.
pub(crate) fn carry_out(
    survey: &Survey,
    job: &Job,
    ledger: &mut Ledger,
    listener: &mut Listener<'_>,
) -> Result<End, LedgerError> {
    let mut aside = Vec::new();
    let mut hear = |event| set_aside(event, listener, &mut aside);
    let mut end = run::carry_out(survey, job, ledger, &STOP, &mut hear)?;
    while let Some((serial, report)) = aside.pop() {
        let Some(found) = ask_back(&report, &serial, job, ledger)? else {
            let _ = listener(RunEvent::Seen(Box::new(report)));
            let _ = listener(RunEvent::Final(FinalReport::AsSeen));
            continue;
        };
        // The diskette may hold the record as it was, or be on the way to the new one.
        let meant = [&report, &*found].into_iter().filter_map(Report::record);
        let asked_about = Some(meant.map(Record::digest).collect());
        let paths = vec![report.path];
        let again = Job { paths, asked_about, put_back: Some(serial), ..job.clone() };
        let mut hear = |event| set_aside(event, listener, &mut aside);
        end = run::run(&again, ledger, &STOP, &mut hear)?;
    }
    Ok(end)
}

/// The serial of the pack whose conversion was interrupted on this diskette.
fn interrupted(report: &Report) -> Option<String> {
    let begun = report.failure.as_ref().is_some_and(|failure| failure.state.is_some());
    let earlier = report.notes.iter().find_map(|note| match note {
        Note::Begun(serial) => Some(serial.clone()),
        _ => None,
    });
    let serial = || report.record()?.serial.text().map(str::to_owned);
    earlier.or_else(|| begun.then(serial)?).filter(|_| report.is_drive)
}

/// Passes an event on. But if there is a terminal, a final report on a diskette whose conversion was interrupted is set
/// aside, with the pack's serial, so that the user can be asked for the diskette.
fn set_aside(
    event: RunEvent,
    listener: &mut Listener<'_>,
    aside: &mut Vec<(String, Report)>,
) -> ControlFlow<()> {
    let RunEvent::Final(FinalReport::Changed(report)) = event else { return listener(event) };
    let last = match interrupted(&report).filter(|_| can_ask()) {
        Some(serial) => {
            aside.push((serial, *report));
            FinalReport::Deferred
        }
        None => FinalReport::Changed(report),
    };
    listener(RunEvent::Final(last))
}

/// Asks for the diskette until it is in the drive, and returns what it holds now; `None` if the user gives up.
fn ask_back(
    report: &Report,
    serial: &str,
    job: &Job,
    ledger: &mut Ledger,
) -> Result<Option<Box<Report>>, LedgerError> {
    let question = ask_for_the_same(report, serial, &verdict(report));
    while answer(&question).is_some_and(|line| line != "q") {
        let Some(found) = look(&report.path, job, ledger)? else { return Ok(None) };
        match found.record() {
            _ if matches!(found.outcome, Outcome::Failed | Outcome::NotAPack) => {
                complain(&verdict(&found));
            }
            Some(other) if other.serial.text().is_some_and(|other| other != serial) => {
                complain(&another_diskette(other));
            }
            // A torn record may have no readable serial; then the ledger has it.
            _ => return Ok(Some(found)),
        }
    }
    Ok(None)
}

/// Examines the diskette in a drive.
///
/// # Errors
/// If the ledger fails.
pub(crate) fn look(
    path: &Path,
    job: &Job,
    ledger: &mut Ledger,
) -> Result<Option<Box<Report>>, LedgerError> {
    let mut looked = Collect::new(|report| report);
    let paths = vec![path.to_owned()];
    let survey = Job { paths, mode: Mode::Inspect, output: None, ..job.clone() };
    run::run(&survey, ledger, &STOP, &mut |event| looked.hear(event))?;
    Ok(looked.kept.pop())
}
