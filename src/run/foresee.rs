//! Where nothing is written: what a conversion would meet in the ledger, and within the run.

use super::Mode;
use super::claims::{Claims, Relation, copy_of, is_begun, relation};
use super::image::Step;
use super::wishes::absolute_path;
use crate::diagnosis::{CopyOf, CopyState};
use crate::ledger::{Ledger, LedgerError};
use crate::report::{Note, Outcome, Report};
use std::path::PathBuf;

/// What a conversion would meet.
enum Foreseen {
    Copy(CopyOf),
    Already(PathBuf),
}

impl Claims<'_> {
    /// Adds what a conversion would meet: in a dry run as the verdict, else as a warning.
    pub(super) fn foresee(&mut self, steps: &mut [Step], mode: Mode) -> Result<(), LedgerError> {
        let missing = &self.missing;
        self.ledger.in_one(|ledger| {
            // Converted packs first: a conversion enters those of a group before it claims any other.
            for (serial, report) in steps.iter().filter_map(converted) {
                ledger.meet(serial, &report.path)?;
            }
            for step in steps {
                let Step::Done(report) = step else { continue };
                if report.outcome == Outcome::Convertible {
                    if let Some(found) = foreseen(ledger, report)? {
                        found.tell(report, mode);
                    }
                } else if report.is_damaged() {
                    let begun = missing.iter().find(|entry| is_begun(entry, report));
                    report.notes.extend(begun.map(|entry| Note::Begun(entry.serial.clone())));
                }
            }
            Ok(())
        })
    }
}

fn foreseen(ledger: &mut Ledger, report: &Report) -> Result<Option<Foreseen>, LedgerError> {
    let Some(serial) = report.record().and_then(|record| record.serial.text()) else {
        return Ok(None);
    };
    if ledger.meet_unknown(serial, &report.path)? {
        return Ok(None);
    }
    if let Some(entry) = ledger.find(serial)? {
        return Ok(match relation(&entry, &absolute_path(&report.path), report.file) {
            Relation::Own => None,
            Relation::Already(target) => Some(Foreseen::Already(target)),
            Relation::Copy(state) => Some(Foreseen::Copy(copy_of(entry, state))),
        });
    }
    let first = ledger.meet(serial, &report.path)?;
    Ok(first.map(|path| {
        Foreseen::Copy(CopyOf { state: CopyState::Met, converted_at: None, path, target: None })
    }))
}

/// A pack that was converted from 4.0: its serial, and its report.
fn converted(step: &Step) -> Option<(&str, &Report)> {
    let Step::Done(report) = step else { return None };
    let record = report.record()?;
    record.origin.filter(|origin| origin.origin == 1)?;
    let converted =
        matches!(report.outcome, Outcome::AlreadyConverted | Outcome::UnfinishedConversion);
    Some((record.serial.text().filter(|_| converted)?, report))
}

impl Foreseen {
    fn tell(self, report: &mut Report, mode: Mode) {
        match (self, mode) {
            (Self::Copy(copy), Mode::Inspect) => report.notes.push(Note::Copy(Box::new(copy))),
            (Self::Already(target), Mode::Inspect) => report.notes.push(Note::Copied(target)),
            (Self::Copy(copy), _) => report.refuse(copy),
            (Self::Already(target), _) => report.already(target),
        }
    }
}
