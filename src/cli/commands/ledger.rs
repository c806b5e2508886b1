//! `addpack ledger`, and which ledger a run uses.

mod list;
mod release;

pub(crate) use list::{CheckLine, LedgerRow};
use list::{check, list, show};

use crate::cli::Error;
use crate::cli::args::{LedgerAction, LedgerArgs, LedgerChoice, LedgerFile};
use crate::cli::exit::Exit;
use crate::cli::show::terminal::{complain, escape, named};
use crate::cli::words::{Recoveries, copies_unknown_message};
use addpack::ledger::{Ledger, LedgerError};
use addpack::run::recovery::settle_all;
use etcetera::BaseStrategy;
use std::collections::BTreeSet;
use std::io::{self, Write, stdout};
use std::path::PathBuf;

pub(crate) fn run(args: &LedgerArgs) -> Result<Exit, Error> {
    let at = &args.at;
    let done = match &args.action {
        None => list(&args.list, at),
        Some(LedgerAction::List(format)) => list(format, at),
        Some(LedgerAction::Show { serial, json }) => show(serial, *json, at),
        Some(LedgerAction::Check { json }) => check(*json, at),
        Some(LedgerAction::Release(args)) => release::release(args, at),
    };
    done.map_err(Error::of_ledger_alone)
}

/// The ledger that a run writes into. Conversions that an earlier run has left open are settled first and reported.
pub(crate) fn open_to_write(choice: &LedgerChoice) -> Result<Ledger, Error> {
    if choice.no_ledger {
        return Ok(Ledger::temporary()?);
    }
    let mut ledger = Ledger::open(&file(&choice.at)?)?;
    let mut recoveries = Recoveries::default();
    settle_all(&mut ledger, |entry, recovery| {
        if let Some(line) = recoveries.add(entry, recovery) {
            complain(&line);
        }
    })?;
    if let Some(line) = recoveries.end() {
        complain(&line);
    }
    Ok(ledger)
}

/// The ledger that a run only reads; an empty one if there is none.
pub(crate) fn open_to_read(choice: &LedgerChoice) -> Result<Ledger, Error> {
    if choice.no_ledger {
        return Ok(Ledger::empty());
    }
    match Ledger::open_to_read(&file(&choice.at)?)? {
        Some(ledger) => ledger.check_journal().map(|()| ledger).map_err(Error::from),
        None => Ok(Ledger::empty()),
    }
}

/// The same for a run whose decisions do not depend on it: if it cannot be read, that is reported, and the run
/// continues with an empty one.
pub(crate) fn open_to_look(choice: &LedgerChoice) -> Result<(Ledger, Option<LedgerError>), Error> {
    match open_to_read(choice) {
        Ok(ledger) => Ok((ledger, None)),
        Err(Error::Ledger(error)) => {
            complain(&copies_unknown_message(&error));
            Ok((Ledger::empty(), Some(error)))
        }
        Err(error) => Err(error),
    }
}

/// The ledger's file.
pub(crate) fn file(at: &LedgerFile) -> Result<PathBuf, Error> {
    if let Some(file) = at.named() {
        return Ok(file);
    }
    let folders = etcetera::choose_base_strategy().map_err(|_| {
        Error::Usage(
            "there is no home folder for the ledger: name one with --ledger, or say --no-ledger"
                .to_owned(),
        )
    })?;
    // Windows has no state folder; data that stays on this computer belongs in %LOCALAPPDATA%.
    let state = folders.state_dir().unwrap_or_else(|| folders.cache_dir());
    Ok(state.join("addpack").join("ledger.db"))
}

/// The ledger to read; `None` if there is none yet. A ledger that was named must exist.
pub(super) fn open(at: &LedgerFile) -> Result<Option<Ledger>, Error> {
    let ledger = Ledger::open_to_read(&file(at)?)?;
    match (&ledger, at.named()) {
        (None, Some(file)) => {
            let file = named(&file);
            Err(Error::Usage(format!("there is no ledger {file}")))
        }
        _ => Ok(ledger),
    }
}

pub(super) fn unknown(serial: &str) -> Error {
    Error::Usage(format!("serial {} is not in the ledger", escape(serial)))
}

/// The one serial in the ledger that ends like this, as reports at a narrow terminal show it: `...00003`.
///
/// # Errors
/// If there is none, or more than one.
fn serial_with_end(ledger: &Ledger, typed: &str) -> Result<String, Error> {
    let end = typed.trim_start_matches("...");
    let mut serials = BTreeSet::new();
    ledger.each(|entry| {
        if !end.is_empty() && entry.serial.ends_with(end) {
            serials.insert(entry.serial.clone());
        }
        serials.len() < 2
    })?;
    let mut serials = serials.into_iter();
    match (serials.next(), serials.next()) {
        (Some(one), None) => Ok(one),
        (Some(one), Some(other)) => Err(Error::Usage(format!(
            "several serials in the ledger end in {}, such as {} and {}: type more of it",
            escape(end),
            escape(&one),
            escape(&other)
        ))),
        _ => Err(unknown(typed)),
    }
}

pub(super) fn print(text: &str) -> Result<Exit, Error> {
    written(stdout().write_all(text.as_bytes()).and_then(|()| stdout().flush()))
}

/// A reader that closes the output is not an error.
pub(crate) fn written(result: io::Result<()>) -> Result<Exit, Error> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Output(error)),
        _ => Ok(Exit::Good),
    }
}
