//! What the ledger holds, for people and for programs, and whether the files hold it too.

use super::{open, serial_with_end, unknown, written};
use crate::cli::Error;
use crate::cli::args::{LedgerFile, ListArgs, is_drive};
use crate::cli::exit::Exit;
use crate::cli::show::json::line;
use crate::cli::show::table::Table;
use crate::cli::show::terminal::{TextStyle, When, escape};
use crate::cli::words::{
    LEDGER_HEADING, MET_NOTE, Standing, Timestamp, entry_lines, fault_messages, is_met, ledger_row,
    number, plural, standing_message, time_of,
};
use addpack::ledger::{ConversionState, Ledger, LedgerEntry};
use addpack::media::Places;
use addpack::run::recovery::{holds_copy, holds_whole_copy};
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{self, BufWriter, Write, stdout};
use std::path::PathBuf;

/// One conversion, for programs.
#[derive(JsonSchema, Serialize)]
pub(crate) struct LedgerRow {
    #[schemars(extend("const" = "conversion"))]
    r#type: &'static str,
    #[schemars(extend("const" = 1))]
    schema: u32,
    serial: String,
    licenses: u16,
    state: &'static str,
    converted_at: Option<Timestamp>,
    /// Whether the pack was 4.5 already when it was first seen: no run with this ledger converted it.
    met_converted: bool,
    path: String,
    target: Option<String>,
    old_digest: String,
    new_digest: String,
    /// With `show` and `check`: how the converted file stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<&'static str>,
    /// The same in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// The columns of `--csv`, in their order.
const COLUMNS: [&str; 9] = [
    "serial",
    "licenses",
    "state",
    "converted_at",
    "met_converted",
    "path",
    "target",
    "old_digest",
    "new_digest",
];

impl LedgerRow {
    fn of(entry: &LedgerEntry) -> Self {
        Self {
            r#type: "conversion",
            schema: 1,
            serial: entry.serial.clone(),
            licenses: entry.licenses,
            state: entry.state.as_str(),
            converted_at: time_of(entry.converted_at),
            met_converted: entry.was_met_converted(),
            path: entry.path.to_string_lossy().into_owned(),
            target: entry.target.as_ref().map(|path| path.to_string_lossy().into_owned()),
            old_digest: entry.old_digest.clone(),
            new_digest: entry.new_digest.clone(),
            standing: None,
            message: None,
        }
    }

    /// The same, with how its file stands.
    fn with_standing(entry: &LedgerEntry, standing: &Standing) -> Self {
        Self {
            standing: Some(standing.as_str()),
            message: Some(standing_message(entry, standing)),
            ..Self::of(entry)
        }
    }
}

const EMPTY: &str = "the ledger is empty\n";

pub(super) fn list(args: &ListArgs, at: &LedgerFile) -> Result<Exit, Error> {
    let ledger = open(at)?;
    let mut out = BufWriter::new(stdout());
    if args.csv {
        let mut table = match Table::new(&mut out, &COLUMNS) {
            Ok(table) => table,
            Err(error) => return written(Err(error)),
        };
        each(ledger.as_ref(), |entry| table.row(&LedgerRow::of(entry)))?;
        return written(table.finish().and_then(Write::flush));
    }
    let look = TextStyle::of_stdout(When::Auto);
    let (mut entries, mut met) = (0_u64, 0_u64);
    each(ledger.as_ref(), |entry| {
        entries += 1;
        met += u64::from(is_met(entry));
        if args.json {
            return out.write_all(&line(&LedgerRow::of(entry)));
        }
        if entries == 1 {
            out.write_all(LEDGER_HEADING.as_bytes())?;
        }
        out.write_all(ledger_row(look.columns, entry).as_bytes())
    })?;
    let note = match (entries, met) {
        _ if args.json => String::new(),
        (0, _) => EMPTY.to_owned(),
        (_, 0) => String::new(),
        _ => look.row("", 0, MET_NOTE),
    };
    written(out.write_all(note.as_bytes()).and_then(|()| out.flush()))
}

/// Shows each entry until that fails. A reader that closes the output ends it, which is not an error.
fn each(
    ledger: Option<&Ledger>,
    mut show_entry: impl FnMut(&LedgerEntry) -> io::Result<()>,
) -> Result<(), Error> {
    let mut result = Ok(());
    if let Some(ledger) = ledger {
        ledger.each(|entry| {
            result = show_entry(&entry);
            result.is_ok()
        })?;
    }
    written(result).map(|_| ())
}

pub(super) fn show(serial: &str, json: bool, at: &LedgerFile) -> Result<Exit, Error> {
    let Some(ledger) = open(at)? else { return Err(unknown(serial)) };
    let of = |serial: &str| -> Result<Vec<_>, Error> {
        let released = ledger.released(serial)?.into_iter().rev();
        Ok(released.chain(ledger.find(serial)?).collect())
    };
    let mut entries = of(serial)?;
    if entries.is_empty() {
        entries = of(&serial_with_end(&ledger, serial)?)?;
    }
    let look = TextStyle::of_stdout(When::Auto);
    let width = look.rows.map(|_| look.width);
    let mut places = Places::default();
    let shown: Vec<_> = entries
        .iter()
        .map(|entry| match standing(&mut places, entry) {
            standing if json => line(&LedgerRow::with_standing(entry, &standing)),
            standing => entry_lines(width, entry, &standing).into_bytes(),
        })
        .collect();
    let between: &[u8] = if json { b"" } else { b"\n" };
    written(stdout().write_all(&shown.join(between)))
}

/// Whether the converted file holds what the ledger says; `places` are asked for it.
pub(in crate::cli::commands) fn standing(places: &mut Places, entry: &LedgerEntry) -> Standing {
    match entry.state {
        ConversionState::Begun => Standing::Begun,
        ConversionState::Released => Standing::Released,
        ConversionState::Done if holds_whole_copy(places, entry.place(), entry) => Standing::There,
        ConversionState::Done if holds_copy(entry.place(), entry) => Standing::Unfinished,
        ConversionState::Done if is_drive(entry.place()) => Standing::Elsewhere,
        ConversionState::Done if entry.place().exists() => Standing::Changed,
        ConversionState::Done => Standing::Gone,
    }
}

/// The path of another conversion of a released pack, if both files are there.
fn other_conversion(ledger: Option<&Ledger>, released: &LedgerEntry) -> Option<PathBuf> {
    let other = ledger?.find(&released.serial).ok()??;
    let is_there = |entry: &LedgerEntry| holds_copy(entry.place(), entry);
    let are_two = other.new_digest != released.new_digest && is_there(released) && is_there(&other);
    are_two.then(|| other.place().to_owned())
}

/// The result of a check.
#[derive(Default)]
struct Checked {
    there: u64,
    elsewhere: u64,
    /// Neither.
    wrong: u64,
}

/// The last line of `check --json`.
#[derive(JsonSchema, Serialize)]
pub(crate) struct CheckLine {
    #[schemars(extend("const" = "summary"))]
    r#type: &'static str,
    #[schemars(extend("const" = 1))]
    schema: u32,
    /// Conversions whose file holds what the ledger says.
    there: u64,
    /// Those whose file does not, or whose conversion is not known to be complete.
    wrong: u64,
    /// Those in a drive that holds another diskette now, or none.
    elsewhere: u64,
    /// What is wrong with the ledger itself.
    faults: Vec<String>,
    exit_code: u8,
}

pub(super) fn check(json: bool, at: &LedgerFile) -> Result<Exit, Error> {
    let ledger = open(at)?;
    let faults = fault_messages(ledger.as_ref().map_or(Ok(Vec::new()), Ledger::faults)?);
    let (mut out, look) = (BufWriter::new(stdout()), TextStyle::of_stdout(When::Auto));
    if !json {
        let faults = faults.iter().map(|fault| format!("ledger: {}\n", escape(fault)));
        written(out.write_all(faults.collect::<String>().as_bytes()))?;
    }
    let (mut checked, mut places) = (Checked::default(), Places::default());
    each(ledger.as_ref(), |entry| {
        let standing = match standing(&mut places, entry) {
            Standing::Released => other_conversion(ledger.as_ref(), entry)
                .map_or(Standing::Released, Standing::TwoConverted),
            standing => standing,
        };
        checked.add(&standing);
        match standing {
            _ if json => out.write_all(&line(&LedgerRow::with_standing(entry, &standing))),
            Standing::There | Standing::Released => Ok(()),
            _ => {
                let message = standing_message(entry, &standing);
                let lead = format!("{}: ", escape(&entry.serial));
                out.write_all(look.row(&lead, lead.len(), &message).as_bytes())
            }
        }
    })?;
    let exit = if checked.wrong == 0 && faults.is_empty() { Exit::Good } else { Exit::Refused };
    let last = if json { checked.line(faults, exit) } else { checked.text(faults.len()) };
    written(out.write_all(&last).and_then(|()| out.flush()))?;
    Ok(exit)
}

impl Checked {
    fn add(&mut self, standing: &Standing) {
        match standing {
            Standing::There => self.there += 1,
            Standing::Elsewhere => self.elsewhere += 1,
            Standing::Released => {}
            Standing::Unfinished
            | Standing::Changed
            | Standing::Gone
            | Standing::Begun
            | Standing::TwoConverted(_) => {
                self.wrong += 1;
            }
        }
    }

    fn line(&self, faults: Vec<String>, exit: Exit) -> Vec<u8> {
        let Self { there, wrong, elsewhere } = *self;
        line(&CheckLine {
            r#type: "summary",
            schema: 1,
            there,
            wrong,
            elsewhere,
            faults,
            exit_code: exit.code(),
        })
    }

    fn text(&self, faults: usize) -> Vec<u8> {
        let all = self.there + self.wrong + self.elsewhere;
        let mut text = match all {
            0 => EMPTY.trim_end().to_owned(),
            _ if self.elsewhere == all => format!(
                "{} on diskettes that are not in the drive",
                plural(all, "conversion is", "conversions are")
            ),
            _ => format!(
                "{} of {} as the ledger says",
                number(self.there),
                plural(all, "conversion is", "conversions are")
            ),
        };
        if self.elsewhere > 0 && self.elsewhere < all {
            let elsewhere = plural(self.elsewhere, "is", "are");
            text += &format!("; {elsewhere} on diskettes that are not in the drive");
        }
        if self.elsewhere > 0 && self.wrong == 0 {
            text += "; none is wrong";
        }
        if faults > 0 {
            let faults = plural(faults as u64, "fault", "faults");
            text += &format!("; the ledger itself has {faults}");
        }
        (text + "\n").into_bytes()
    }
}
