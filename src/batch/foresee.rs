//! Where nothing is written: what a conversion would meet in the ledger, and within the run.

use super::Mode;
use super::claims::{Claims, Relation, copy_of, relation};
use super::image::Step;
use super::wishes::absolute_path;
use crate::diagnosis::{CopyOf, CopyState};
use crate::ledger::LedgerError;
use crate::outcome::{Note, Outcome, Report};
use std::path::PathBuf;

/// What a conversion would meet.
enum Foreseen {
    Copy(CopyOf),
    Already(PathBuf),
}

impl Claims<'_> {
    /// Adds what a conversion would meet: in a dry run as the verdict, else as a warning.
    pub(super) fn foresee(&mut self, steps: &mut [Step], mode: Mode) -> Result<(), LedgerError> {
        // Converted packs first: a conversion enters those of a group before it claims any other.
        for step in steps.iter() {
            if let Some(serial) = converted_serial(step)
                && let Step::Done(report) = step
            {
                self.ledger.meet(serial, &report.path)?;
            }
        }
        for step in steps {
            let Step::Done(report) = step else { continue };
            if report.outcome == Outcome::Convertible {
                match (self.foreseen(report)?, mode) {
                    (Some(found), Mode::Inspect) => report.notes.push(found.into_note()),
                    (Some(found), Mode::DryRun(_) | Mode::Convert(_)) => found.apply(report),
                    (None, _) => {}
                }
            } else if report.is_damaged() && self.is_begun(report) {
                report.notes.push(Note::Begun);
            }
        }
        Ok(())
    }

    fn is_begun(&self, report: &Report) -> bool {
        let path = absolute_path(&report.path);
        self.missing.iter().any(|entry| entry.is_file(&path, report.file))
    }

    fn foreseen(&mut self, report: &Report) -> Result<Option<Foreseen>, LedgerError> {
        let Some(serial) = report.record().and_then(|record| record.serial.text()) else {
            return Ok(None);
        };
        if let Some(entry) = self.ledger.find(serial)? {
            return Ok(match relation(&entry, &absolute_path(&report.path), report.file) {
                Relation::Own => None,
                Relation::Already(target) => Some(Foreseen::Already(target)),
                Relation::Copy(state) => Some(Foreseen::Copy(copy_of(entry, state))),
            });
        }
        let first = self.ledger.meet(serial, &report.path)?;
        Ok(first.map(|path| {
            Foreseen::Copy(CopyOf { state: CopyState::Met, converted_at: None, path, target: None })
        }))
    }
}

/// The serial of a pack that was converted from 4.0.
fn converted_serial(step: &Step) -> Option<&str> {
    let Step::Done(report) = step else { return None };
    let record = report.record()?;
    record.origin.filter(|origin| origin.origin == 1)?;
    let converted =
        matches!(report.outcome, Outcome::AlreadyConverted | Outcome::UnfinishedConversion);
    record.serial.text().filter(|_| converted)
}

impl Foreseen {
    fn into_note(self) -> Note {
        match self {
            Self::Copy(copy) => Note::Copy(Box::new(copy)),
            Self::Already(target) => Note::Copied(target),
        }
    }

    fn apply(self, report: &mut Report) {
        match self {
            Self::Copy(copy) => report.refuse(copy),
            Self::Already(target) => report.already(target),
        }
    }
}
