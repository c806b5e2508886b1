//! What a set keeps of one image.

use crate::cli::commands::refusal::refusal;
use crate::cli::exit::Exit;
use crate::cli::show::terminal::named;
use crate::cli::words::{OtherFiles, PackSummary, next_step, verdict};
use addpack::media::Place;
use addpack::plan::PackFacts;
use addpack::report::{Note, Outcome, Report};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What is kept of an image.
pub(super) enum Item {
    Pack(PackSummary, PackFacts),
    /// It could not be read, or was named and is not a pack.
    Complaint(String, Exit),
    Nothing,
}

impl Item {
    pub(super) fn of(report: &Report) -> Self {
        let is_protected = || Place::at(&report.path).is_ok_and(|place| place.is_write_protected());
        let write_protected = report.is_drive && is_protected();
        if let Some(facts) = PackFacts::of(report, write_protected) {
            let in_copy = |output: &Path| {
                Rc::new(OtherFiles { output: Some(output.into()), converted_from: None })
            };
            let summary = PackSummary {
                refusal: refusal(report),
                others: copy_of(report).map(in_copy),
                path: report.path.clone(),
            };
            return Self::Pack(summary, facts);
        }
        if report.outcome != Outcome::Failed && !report.named {
            return Self::Nothing;
        }
        let path = named(&report.path);
        let next = match report.outcome {
            Outcome::Failed => format!("; next: {}", next_step(report)),
            _ => String::new(),
        };
        Self::Complaint(format!("{path}: {}{next}", verdict(report)), Exit::of(report))
    }
}

/// Names a diskette by its number, if a report on its image is one on the diskette.
pub(super) fn name_diskette(report: &mut Report) {
    let number = report.notes.iter().find_map(|note| match note {
        Note::ConvertedSince(number) => *number,
        _ => None,
    });
    if let Some(number) = number {
        report.path = format!("diskette {number}").into();
    }
}

/// The converted copy of an image, there or gone.
fn copy_of(report: &Report) -> Option<&Path> {
    let gone = report.notes.iter().find_map(|note| match note {
        Note::CopyMissing(copy) => Some(copy),
        _ => None,
    });
    report.output.as_ref().or(gone).map(PathBuf::as_path)
}
