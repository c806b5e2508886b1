//! `addpack ledger`, and which ledger a run uses.

use crate::cli::Error;
use crate::cli::args::{Ledger as Args, LedgerAction, LedgerChoice, LedgerFile, List};
use crate::cli::ask::consent::can_ask;
use crate::cli::ask::keyboard::answer_is_yes;
use crate::cli::exit::Exit;
use crate::cli::show::json::line;
use crate::cli::show::terminal::{complain, escape};
use crate::cli::words::{
    Standing, copies_unknown_message, entry_lines, ledger_row, recovery_message, standing_message,
    time_of,
};
use addpack::ledger::{Entry, Ledger, LedgerError, State};
use addpack::media::{Kind, Place};
use addpack::run::recovery::{Recovery, holds_copy, settle};
use etcetera::BaseStrategy;
use serde::Serialize;
use std::io::{self, BufWriter, Write, stdout};
use std::path::{Path, PathBuf};

pub(crate) fn run(args: &Args) -> Result<Exit, Error> {
    let at = &args.at;
    match &args.action {
        None => list(&args.list, at),
        Some(LedgerAction::List(format)) => list(format, at),
        Some(LedgerAction::Show { serial }) => show(serial, at),
        Some(LedgerAction::Check) => check(at),
        Some(LedgerAction::Release { serial, yes }) => release(serial, *yes, at),
    }
}

/// The ledger that a run writes into. Conversions that an earlier run has left open are settled
/// first, and that is said.
pub(crate) fn open_to_write(choice: &LedgerChoice) -> Result<Ledger, Error> {
    if choice.no_ledger {
        return Ok(Ledger::temporary()?);
    }
    let mut ledger = Ledger::open(&file(&choice.at)?)?;
    for entry in ledger.begun()? {
        let recovery = settle(&mut ledger, &entry)?;
        if let Some(message) = recovery_message(&entry, &recovery) {
            complain(&message);
        }
    }
    Ok(ledger)
}

/// The ledger that a run only reads; an empty one where there is none.
pub(crate) fn open_to_read(choice: &LedgerChoice) -> Result<Ledger, Error> {
    if choice.no_ledger {
        return Ok(Ledger::temporary()?);
    }
    match Ledger::open_to_read(&file(&choice.at)?)? {
        Some(ledger) => Ok(ledger),
        None => Ok(Ledger::temporary()?),
    }
}

/// The same for a run that decides nothing by it: where it cannot be read, that is said, and the run
/// goes on with an empty one.
pub(crate) fn open_to_look(choice: &LedgerChoice) -> Result<(Ledger, Option<LedgerError>), Error> {
    match open_to_read(choice) {
        Ok(ledger) => Ok((ledger, None)),
        Err(Error::Ledger(error)) => {
            complain(&copies_unknown_message(&error));
            Ok((Ledger::temporary()?, Some(error)))
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
    let state = folders.state_dir().unwrap_or_else(|| folders.data_dir());
    Ok(state.join("addpack").join("ledger.db"))
}

/// The ledger to look into; `None` where there is none yet. One that was named must be there.
fn open(at: &LedgerFile) -> Result<Option<Ledger>, Error> {
    let ledger = Ledger::open_to_read(&file(at)?)?;
    match (&ledger, at.named()) {
        (None, Some(file)) => {
            let file = escape(&file.to_string_lossy());
            Err(Error::Usage(format!("there is no ledger {file}")))
        }
        _ => Ok(ledger),
    }
}

/// One line of `--json` and `--csv`.
#[derive(Serialize)]
struct Row {
    r#type: &'static str,
    schema: u32,
    serial: String,
    licenses: u16,
    state: &'static str,
    converted_at: Option<String>,
    path: String,
    target: Option<String>,
    old_digest: String,
    new_digest: String,
}

/// The columns of `--csv`.
const CSV_HEAD: [&str; 8] =
    ["serial", "licenses", "state", "converted_at", "path", "target", "old_digest", "new_digest"];

impl Row {
    fn columns(self) -> [String; 8] {
        [
            escape(&self.serial),
            self.licenses.to_string(),
            self.state.to_owned(),
            self.converted_at.unwrap_or_default(),
            escape(&self.path),
            escape(&self.target.unwrap_or_default()),
            self.old_digest,
            self.new_digest,
        ]
    }

    fn of(entry: &Entry) -> Self {
        Self {
            r#type: "conversion",
            schema: 1,
            serial: entry.serial.clone(),
            licenses: entry.licenses,
            state: entry.state.as_str(),
            converted_at: time_of(entry.converted_at),
            path: entry.path.to_string_lossy().into_owned(),
            target: entry.target.as_ref().map(|path| path.to_string_lossy().into_owned()),
            old_digest: entry.old_digest.clone(),
            new_digest: entry.new_digest.clone(),
        }
    }
}

fn list(args: &List, at: &LedgerFile) -> Result<Exit, Error> {
    let ledger = open(at)?;
    let mut out = BufWriter::new(stdout());
    if args.csv {
        let mut csv = csv::Writer::from_writer(&mut out);
        let mut head = Some(CSV_HEAD);
        let mut write = |csv: &mut csv::Writer<_>, row: Option<[String; 8]>| -> io::Result<()> {
            if let Some(head) = head.take() {
                csv.write_record(head)?;
            }
            Ok(row.map_or(Ok(()), |row| csv.write_record(row))?)
        };
        each(ledger.as_ref(), |entry| write(&mut csv, Some(Row::of(entry).columns())))?;
        written(write(&mut csv, None))?;
        return written(csv.flush());
    }
    let mut entries = 0_u64;
    each(ledger.as_ref(), |entry| {
        entries += 1;
        if args.json {
            out.write_all(&line(&Row::of(entry)))
        } else {
            out.write_all(ledger_row(entry).as_bytes())
        }
    })?;
    if entries == 0 && !args.json {
        return print("the ledger is empty\n");
    }
    written(out.flush())
}

/// Tells each entry, as long as that works. A reader that went away ends it and is no error.
fn each(
    ledger: Option<&Ledger>,
    mut tell: impl FnMut(&Entry) -> io::Result<()>,
) -> Result<(), Error> {
    let mut result = Ok(());
    if let Some(ledger) = ledger {
        ledger.each(None, |entry| {
            result = tell(&entry);
            result.is_ok()
        })?;
    }
    written(result).map(|_| ())
}

fn show(serial: &str, at: &LedgerFile) -> Result<Exit, Error> {
    let entry = open(at)?.and_then(|ledger| ledger.find(serial).transpose()).transpose()?;
    let entry = entry.ok_or_else(|| unknown(serial))?;
    print(&entry_lines(&entry, standing(&entry)))
}

fn unknown(serial: &str) -> Error {
    Error::Usage(format!("serial {} is not in the ledger", escape(serial)))
}

/// Whether the converted file holds what the ledger says.
fn standing(entry: &Entry) -> Standing {
    match entry.state {
        State::Begun => Standing::Begun,
        State::Done if holds_copy(entry.place(), entry) => Standing::There,
        State::Done if is_drive(entry.place()) => Standing::Elsewhere,
        State::Done if entry.place().exists() => Standing::Changed,
        State::Done => Standing::Gone,
    }
}

fn is_drive(path: &Path) -> bool {
    Place::at(path).is_ok_and(|place| place.kind == Kind::Drive)
}

fn check(at: &LedgerFile) -> Result<Exit, Error> {
    let ledger = open(at)?;
    let faults = ledger.as_ref().map_or(Ok(Vec::new()), Ledger::faults)?;
    let mut out = BufWriter::new(stdout());
    let (mut good, mut bad, mut elsewhere) = (0_u64, faults.len(), 0_u64);
    let faults = faults.iter().map(|fault| format!("ledger: {}\n", escape(fault)));
    written(out.write_all(faults.collect::<String>().as_bytes()))?;
    each(ledger.as_ref(), |entry| {
        let standing = standing(entry);
        match standing {
            Standing::There => {
                good += 1;
                return Ok(());
            }
            Standing::Elsewhere => elsewhere += 1,
            Standing::Changed | Standing::Gone | Standing::Begun => bad += 1,
        }
        writeln!(out, "{}: {}", entry.serial, standing_message(entry, standing))
    })?;
    let told = match elsewhere {
        0 => writeln!(out, "{good} as the ledger says, {bad} not"),
        _ => writeln!(out, "{good} as the ledger says, {bad} not, {elsewhere} not in the drive"),
    };
    written(told.and_then(|()| out.flush()))?;
    Ok(if bad == 0 { Exit::Good } else { Exit::Refused })
}

fn release(serial: &str, yes: bool, at: &LedgerFile) -> Result<Exit, Error> {
    if open(at)?.is_none() {
        return Err(unknown(serial));
    }
    let mut ledger = Ledger::open(&file(at)?)?;
    let mut entry = ledger.find(serial)?.ok_or_else(|| unknown(serial))?;
    if entry.state == State::Begun {
        // What can be settled is; and a conversion under way is not for forgetting.
        if let Recovery::InUse = settle(&mut ledger, &entry)? {
            return Err(Error::Usage(format!("another run is converting {}", escape(serial))));
        }
        let Some(settled) = ledger.find(serial)? else {
            return print(&format!("{serial} had not been converted, and is free again\n"));
        };
        entry = settled;
    }
    if !yes {
        if !can_ask() {
            return Err(Error::Usage(
                "release asks first, and there is no terminal to ask at: say --yes".to_owned(),
            ));
        }
        let question = format!(
            "{}A copy of this pack could then be converted once more. Forget it? [y/N] ",
            entry_lines(&entry, standing(&entry))
        );
        if !answer_is_yes(&question) {
            return Ok(Exit::Stopped);
        }
    }
    ledger.release(serial)?;
    print(&format!("{serial} is no longer in the ledger\n"))
}

fn print(text: &str) -> Result<Exit, Error> {
    written(stdout().write_all(text.as_bytes()).and_then(|()| stdout().flush()))
}

/// A reader that went away is no error.
pub(crate) fn written(result: io::Result<()>) -> Result<Exit, Error> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Output(error)),
        _ => Ok(Exit::Good),
    }
}
