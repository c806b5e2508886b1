//! `convert --only-as`: a report of `inspect --json`, read back.

use crate::cli::Error;
use crate::cli::show::terminal::named;
use crate::cli::words::system_cause;
use addpack::files::unless_open_in_sqlite;
use addpack::record::fields::{Bytes, Seal};
use addpack::report::Outcome;
use addpack::run::Only;
use serde::Deserialize;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

/// The fields of a line that matter here.
#[derive(Deserialize)]
struct Line {
    r#type: String,
    path: Option<String>,
    path_bytes: Option<String>,
    outcome: Option<String>,
    record: Option<RecordPart>,
    stopped: Option<bool>,
}

#[derive(Deserialize)]
struct RecordPart {
    sha1: String,
}

/// The images that a report calls convertible, or unfinished conversions.
///
/// # Errors
/// If the file cannot be read, is not such a report, or was cut off.
pub(crate) fn read(file: &Path) -> Result<Only, Error> {
    let shown = || named(file);
    let failed = |why: &str| Error::Usage(format!("--only-as {}: {why}", shown()));
    let file = File::open(file).and_then(unless_open_in_sqlite);
    let lines = file.map(BufReader::new).map_err(|error| failed(&system_cause(&error)))?;
    let mut only = Only::default();
    let mut is_whole = false;
    for line in lines.lines() {
        let line = line.and_then(|line| Ok(serde_json::from_str::<Line>(&line)?));
        let line = line.map_err(|error: io::Error| {
            failed(&format!(
                "this is not a whole report of addpack inspect --json ({})",
                system_cause(&error)
            ))
        })?;
        if is_whole {
            return Err(failed("something follows the report's summary"));
        }
        if line.r#type == "summary" {
            if line.stopped != Some(false) {
                return Err(failed("the run that made this report was stopped before its end"));
            }
            is_whole = true;
        } else if let Some((path, record)) = line.listed() {
            only.add(&path, &record);
        }
    }
    if is_whole { Ok(only) } else { Err(failed("this report is cut off: its summary is missing")) }
}

impl Line {
    fn listed(&self) -> Option<(Vec<u8>, Seal)> {
        let outcome = self.outcome.as_deref()?;
        let is_meant = [Outcome::Convertible, Outcome::UnfinishedConversion]
            .iter()
            .any(|meant| meant.as_str() == outcome);
        let record = bytes(&self.record.as_ref()?.sha1)?;
        let path = match &self.path_bytes {
            Some(hex) => bytes(hex)?,
            None => self.path.as_ref()?.as_bytes().to_vec(),
        };
        Some((path, Bytes(record.try_into().ok()?))).filter(|_| is_meant)
    }
}

/// Decodes hexadecimal digits.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2).map(|pair| {
        let digits = std::str::from_utf8(pair).ok().filter(|digits| digits.len() == 2)?;
        u8::from_str_radix(digits, 16).ok()
    });
    pairs.collect()
}
