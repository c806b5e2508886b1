//! Enters the set's decisions in reports.

use super::Job;
use super::claims::Claims;
use super::images::OpenArchives;
use super::known::copy_of;
use super::look::look_at;
use super::prepare::is_as_decided;
use super::survey::Survey;
use crate::diagnosis::{CopyOf, CopyState, Diagnosis, Finding, FindingCode, SetConflict};
use crate::find::{Found, Image};
use crate::ledger::{ConversionState, LedgerError};
use crate::report::{Failure, FailureCode, ImageThatCounts, Note, Operation, Outcome, Report};
use crate::set::{Candidate, Contradiction, ImageNumber, SetDecision};
use std::path::PathBuf;

/// Examines an image again, since its report changes.
pub(super) fn look_again(image: Image, candidate: Option<&Candidate>, job: &Job) -> Box<Report> {
    let mut report = look_at(image, job, false).report;
    if report.failure.is_none()
        && candidate.is_some_and(|candidate| !is_as_decided(&report, candidate))
    {
        report.fail(Failure::new(FailureCode::Changed, Operation::Read));
    }
    report
}

impl Survey {
    /// The report on the only image that the conversion `job` would change; `None` if there is none, or several.
    pub fn only_change(&self, job: &Job) -> Option<Box<Report>> {
        let is_changed = |candidate: &&Candidate| self.changes(candidate.image as usize, job);
        let mut changed = self.candidates.iter().filter(is_changed);
        let (Some(candidate), None) = (changed.next(), changed.next()) else { return None };
        match self.images.found(candidate.image, &mut OpenArchives::default()) {
            Found::Image(image) => Some(look_again(image, Some(candidate), job)),
            _ => None,
        }
    }
}

/// Enters the set's decision in the report on an image that was not changed. A run that `converts` also settles an open
/// claim by which it decides.
pub(super) fn apply(
    report: &mut Report,
    decision: &SetDecision,
    survey: &Survey,
    claims: &mut Claims<'_>,
    converts: bool,
) -> Result<(), LedgerError> {
    let path = |image: &ImageNumber| survey.images.path(*image);
    if report.failure.is_some() {
        return Ok(());
    }
    match decision {
        SetDecision::AsItIs => {}
        SetDecision::Copy { of, relation } => {
            report.outcome = Outcome::Copy;
            report.output = None;
            report.counts = Some(ImageThatCounts { path: path(of), relation: *relation });
        }
        SetDecision::StandIn(sound) => report.notes.push(Note::StandIn(path(sound))),
        SetDecision::NewerStateRefused(newer) => {
            let newer = Contradiction { images: vec![*newer], count: 1 };
            conflict(report, FindingCode::NewerStateRefused, &newer, survey);
        }
        SetDecision::SerialClash(images) => {
            conflict(report, FindingCode::SerialClash, images, survey);
        }
        SetDecision::TwoConverted(images) => {
            conflict(report, FindingCode::TwoConverted, images, survey);
        }
        SetDecision::Diverged(lives) => report.refuse(Finding::set(SetConflict {
            shared: lives.shared,
            last_shared: lives.last_shared,
            ..set_conflict(FindingCode::DivergedCopies, &lives.latest, survey)
        })),
        SetDecision::Changed => report.fail(Failure::new(FailureCode::Changed, Operation::Read)),
        SetDecision::ConvertedIntoCopy
        | SetDecision::CopyMissing
        | SetDecision::CopyOfConverted
        | SetDecision::ConvertedElsewhere => {
            return apply_known(report, decision, claims, converts);
        }
    }
    Ok(())
}

fn conflict(report: &mut Report, code: FindingCode, between: &Contradiction, survey: &Survey) {
    report.refuse(Finding::set(set_conflict(code, between, survey)));
}

fn set_conflict(code: FindingCode, between: &Contradiction, survey: &Survey) -> SetConflict {
    let images = between.images.iter().map(|image| survey.images.path(*image)).collect();
    SetConflict { code, images, count: between.count, shared: 0, last_shared: None }
}

/// Enters what the ledger knows of the pack.
fn apply_known(
    report: &mut Report,
    decision: &SetDecision,
    claims: &mut Claims<'_>,
    converts: bool,
) -> Result<(), LedgerError> {
    let serial = report.record().and_then(|record| record.serial.text()).map(str::to_owned);
    let row = serial.map(|serial| claims.ledger().find(&serial)).transpose()?.flatten();
    let Some(row) = row else { return Ok(()) };
    match (decision, row.target.clone()) {
        (SetDecision::ConvertedElsewhere, _) => {
            report.notes.push(Note::StandIn(row.place().to_owned()));
        }
        (SetDecision::ConvertedIntoCopy, Some(target)) if converts => {
            claims.already(report, &row, target);
        }
        (SetDecision::ConvertedIntoCopy, Some(target)) => report.already(target),
        (SetDecision::CopyMissing, Some(target)) => {
            // It may have been found where it would be made.
            if report.outcome.is_to_change() {
                report.notes.push(Note::CopyMissing(target));
            }
        }
        _ => {
            let state = match row.state {
                ConversionState::Begun => CopyState::Begun,
                _ => CopyState::Converted,
            };
            report.refuse_copy(copy_of(row, state));
        }
    }
    Ok(())
}

impl Report {
    /// The pack was converted: this is the diagnosis of its new record.
    pub(super) fn convert(&mut self, diagnosis: Diagnosis) {
        self.outcome = Outcome::Converted;
        self.diagnosis = Some(diagnosis);
    }

    /// Refuses a sound pack for a reason outside its record.
    pub(super) fn refuse(&mut self, finding: Finding) {
        self.outcome = Outcome::Refused;
        self.output = None;
        if let Some(diagnosis) = &mut self.diagnosis {
            diagnosis.refuse(finding);
        }
    }

    /// Refuses a copy of a pack that the ledger knows.
    pub(super) fn refuse_copy(&mut self, copy: CopyOf) {
        self.refuse(Finding::copy(copy));
    }

    /// The pack is already converted, into the copy `target`.
    pub(super) fn already(&mut self, target: PathBuf) {
        self.outcome = Outcome::AlreadyConverted;
        self.output = Some(target);
    }
}
