//! The images that a run comes back to after the survey, in their order.

use super::access::not_found;
use super::claimed::ImageFile;
use super::decisions::look_again;
use super::images::OpenArchives;
use super::prepare::{Expected, Task, prepare};
use super::step::Step;
use super::survey::{Survey, is_converted};
use super::{End, Job};
use crate::find::Found;
use crate::report::{Note, Outcome, Report};
use crate::set::{Condition, ImageNumber, SetDecision};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// An image that has to be changed, or whose report changes.
pub(super) struct Turn {
    image: ImageNumber,
    /// Its place among the survey's candidates.
    candidate: Option<usize>,
    found: Found,
    action: TurnAction,
    /// Whether the file that it is in would be replaced as a whole.
    is_replaced: bool,
}

impl Turn {
    /// Whether it is that of an image in an archive that has very many members.
    pub(super) fn is_one_of_many(&self) -> bool {
        self.found.is_one_of_many()
    }

    /// Identifies the archive that is replaced with all of its members, if this is one of them.
    pub(super) fn file_to_replace(&self) -> Option<usize> {
        let Found::Image(image) = &self.found else { return None };
        let member = image.place.member.as_ref().filter(|_| self.is_replaced)?;
        Some(Arc::as_ptr(&member.container).addr())
    }
}

/// What is done with an image.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TurnAction {
    /// Examine it again for another report.
    Report,
    /// Change it or copy it, or try that.
    Change,
    /// Report that `--only-as` leaves it out.
    LeaveOut,
    /// Its record is damaged: mend it if a crash has torn it.
    Mend,
}

/// The images that get a turn, in their order.
pub(super) struct Turns<'a> {
    survey: &'a Survey,
    archives: OpenArchives,
    next: ImageNumber,
    /// Candidates before this one are of earlier images.
    candidate: usize,
    job: &'a Job,
    /// Whether damaged records may be those of open claims.
    mends: bool,
}

impl<'a> Turns<'a> {
    pub(super) fn new(survey: &'a Survey, job: &'a Job) -> Self {
        let mends = survey.has_open_claims && job.mode.converts() && job.output.is_none();
        Self { survey, archives: OpenArchives::default(), next: 0, candidate: 0, job, mends }
    }

    /// How many images are to have a turn.
    pub(super) fn count_images(mut self) -> u64 {
        std::iter::from_fn(|| self.next_action()).map(|_| 1).sum()
    }

    /// The next image that is to have a turn, its place among the candidates, and what for.
    fn next_action(&mut self) -> Option<(ImageNumber, Option<usize>, TurnAction)> {
        while self.next < self.survey.images.len() {
            let image = self.next;
            self.next += 1;
            let is_here =
                self.survey.candidates.get(self.candidate).is_some_and(|e| e.image == image);
            let candidate = is_here.then_some(self.candidate);
            self.candidate += usize::from(is_here);
            if let Some(action) = self.action(image, candidate) {
                return Some((image, candidate, action));
            }
        }
        None
    }

    fn action(&self, image: ImageNumber, candidate: Option<usize>) -> Option<TurnAction> {
        if self.survey.end != End::Complete {
            return None;
        }
        if self.mends && self.survey.images.is_damaged(image) {
            return Some(TurnAction::Mend);
        }
        let at = candidate?;
        let (candidate, decision) = (&self.survey.candidates[at], self.survey.decision(at));
        let copies = self.job.output.is_some()
            && candidate.condition == Condition::Sound
            && *decision == SetDecision::AsItIs;
        let is_converted = is_converted(candidate, decision, self.job);
        if self.job.mode.tries() && (copies || is_converted) {
            let is_left_out = is_converted && self.survey.is_left_out(candidate, self.job);
            return Some(if is_left_out { TurnAction::LeaveOut } else { TurnAction::Change });
        }
        (*decision != SetDecision::AsItIs).then_some(TurnAction::Report)
    }
}

impl Iterator for Turns<'_> {
    type Item = Turn;

    fn next(&mut self) -> Option<Turn> {
        let (image, candidate, action) = self.next_action()?;
        let found = self.survey.images.found(image, &mut self.archives);
        let is_replaced = self.job.mode.converts() && self.job.output.is_none();
        Some(Turn { image, candidate, found, action, is_replaced })
    }
}

/// The result of an image's turn.
pub(super) struct TurnResult {
    pub(super) image: ImageNumber,
    pub(super) candidate: Option<usize>,
    pub(super) step: Step,
}

/// Does everything in an image's turn that needs no claim.
pub(super) fn take_turn(
    turn: Turn,
    survey: &Survey,
    task: Task<'_>,
    stop: &AtomicBool,
) -> TurnResult {
    let waits = turn.file_to_replace().is_some();
    let Turn { image, candidate, found, action, .. } = turn;
    let seen = candidate.map(|at| &survey.candidates[at]);
    let step = match found {
        _ if stop.load(Ordering::Relaxed) => Step::NotBegun,
        Found::Image(found) => match (action, seen) {
            (TurnAction::Report, _) => {
                Step::done(look_again(found, seen, task.job), ImageFile::default())
            }
            (TurnAction::LeaveOut, _) => {
                let mut report = look_again(found, seen, task.job);
                report.notes.push(Note::LeftOut);
                Step::done(report, ImageFile::default())
            }
            (TurnAction::Change, Some(candidate)) => {
                prepare(&found, Expected::Record(candidate), task)
            }
            _ => prepare(&found, Expected::Damage, task),
        },
        Found::Failed { path, named, error } => {
            let report = Report::new(path, named, Outcome::Failed).failed(not_found(error));
            Step::done(report, ImageFile::default())
        }
        Found::Skipped(_) | Found::Repeated { .. } => Step::NotBegun,
    };
    TurnResult { image, candidate, step: if waits { step.reduced() } else { step } }
}
