//! What a survey has decided is told, tried or done: image by image, in their order.
//!
//! A group is changed from end to end before the next one is opened, so what was begun is whole when a run is
//! stopped. All members of an archive that is changed in place are in one group: it is written once.

use super::claims::{self, Claims};
use super::decisions::tell;
use super::in_order::InOrder;
use super::output::Output;
use super::pool::{self, Scope};
use super::prepare::Task;
use super::step::Step;
use super::survey::Survey;
use super::turns::{Turn, TurnResult, Turns, take_turn};
use super::{End, FinalReport, Job, Listener, Mode, RunEvent};
use crate::ledger::{Ledger, LedgerError};
use crate::platform::{images_at_once, sync_folder, without_case};
use crate::report::{Note, Report};
use crate::set::ImageNumber;
use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

/// Does with a survey's images what the job's mode says. Once `stop` is set no image is begun; what was begun is
/// brought to its end.
///
/// # Errors
/// Where the ledger fails. No image is changed without its claim; those that were to be claimed are
/// reported as failed.
pub fn carry_out(
    survey: &Survey,
    job: &Job,
    ledger: &mut Ledger,
    stop: &AtomicBool,
    listener: &mut Listener<'_>,
) -> Result<End, LedgerError> {
    if survey.end == End::Unheard {
        return Ok(End::Unheard);
    }
    if listener(RunEvent::Surveyed(survey.overview(job))).is_break() {
        return Ok(End::Unheard);
    }
    let output = job.output.clone().map(|folder| Output::new(folder, job));
    if job.mode.converts() && survey.end == End::Complete {
        ledger.enter_remembered()?;
    }
    let mut claims = Claims::new(ledger, job.put_back.clone())?;
    if job.mode.converts() && survey.end == End::Complete {
        for one in &survey.turned_up {
            claims.turned_up(&one.source, &one.path, None)?;
        }
    }
    let turns = Turns::new(survey, job, claims.has_missing());
    let threads = if turns.are_few() { 1 } else { job.workers.min(images_at_once()) };
    let task = Task { job, output: output.as_ref(), at: job.mode.time() };
    let mut run = Run { survey, task, stop, claims, listener, said: 0 };
    let mut turns = InOrder::new(turns, 1).with_whole_files(Turn::file_to_replace);
    let end = pool::scope(threads, |scope| run.groups(&mut turns, scope))?;
    run.claims.end()?;
    Ok(end.max(survey.end))
}

/// A run under way.
struct Run<'a> {
    survey: &'a Survey,
    task: Task<'a>,
    stop: &'a AtomicBool,
    claims: Claims<'a>,
    listener: &'a mut Listener<'a>,
    /// Images of which the last word was said.
    said: ImageNumber,
}

impl<'a> Run<'a> {
    /// Brings one group after the other to its end.
    fn groups(
        &mut self,
        turns: &mut InOrder<impl Iterator<Item = Turn>, TurnResult>,
        scope: &Scope<'_, 'a>,
    ) -> Result<End, LedgerError> {
        let (survey, task, stop) = (self.survey, self.task, self.stop);
        loop {
            let work = move |turn| take_turn(turn, survey, task, stop);
            turns.begin(scope, work);
            let taken = turns.take(scope, work).results;
            if taken.is_empty() {
                let rest = self.as_seen(self.survey.images.len());
                return Ok(if rest.is_break() { End::Unheard } else { End::Complete });
            }
            let numbers: Vec<_> =
                taken.iter().map(|taken| (taken.image, taken.candidate)).collect();
            let steps = taken.into_iter().map(|taken| taken.step).collect();
            let (steps, result) = self.bring_to_end(steps, scope);
            let told = self.tell_all(&numbers, steps);
            result?;
            if told?.is_break() {
                return Ok(End::Unheard);
            }
            if self.stop.load(Ordering::Relaxed) {
                return Ok(End::Stopped);
            }
        }
    }

    /// Changes all that is to be changed in a group together.
    fn bring_to_end(
        &mut self,
        mut steps: Vec<Step>,
        scope: &Scope<'_, 'a>,
    ) -> (Vec<Step>, Result<(), LedgerError>) {
        match self.task.job.mode {
            Mode::Convert(_) => return self.change(steps, scope),
            Mode::DryRun(_) => {
                for step in &mut steps {
                    if let (Step::Done(work), Some(output)) = (step, self.task.output) {
                        output.foresee(&mut work.report);
                    }
                }
            }
            Mode::Inspect => {}
        }
        (steps, Ok(()))
    }

    /// Claims and changes what is ready, in rounds: another run may be in the way.
    fn change(
        &mut self,
        mut steps: Vec<Step>,
        scope: &Scope<'_, 'a>,
    ) -> (Vec<Step>, Result<(), LedgerError>) {
        let mut result = self.claims.begin(&mut steps, self.task.output.is_none());
        loop {
            result = result.and_then(|()| self.claims.claim(&mut steps));
            fail_second_copies(&mut steps);
            if steps.iter().any(Step::is_begun) {
                steps = if self.task.output.is_some() {
                    scope.map(scope.map(steps, Step::stage), Step::commit)
                } else {
                    let staged = steps.into_iter().map(Step::stage).collect();
                    scope.map(staged, |step| step.commit().finish())
                };
            }
            if let Some(output) = self.task.output {
                steps = publish(steps, output);
            }
            result = result.and(self.claims.note(&mut steps));
            if result.is_err() {
                claims::fail_ready(&mut steps);
            }
            if result.is_err() || !steps.iter().any(Step::is_ready) {
                return (steps, result);
            }
        }
    }

    /// Adds the flawed sectors that the survey met, where all read well the second time.
    fn add_flaws(&self, image: ImageNumber, report: &mut Report) {
        let are_told = report.notes.iter().any(|note| matches!(note, Note::Flaws(_)));
        let met = self.survey.flaws.iter().find(|(of, _)| *of == image && !are_told);
        report.notes.extend(met.map(|(_, flaws)| Note::Flaws(flaws.clone())));
    }

    fn tell_all(
        &mut self,
        numbers: &[(ImageNumber, Option<usize>)],
        steps: Vec<Step>,
    ) -> Result<ControlFlow<()>, LedgerError> {
        for ((image, candidate), step) in numbers.iter().zip(steps) {
            let Step::Done(mut work) = step else { continue };
            if self.as_seen(*image).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            // Where the pack was converted, now or by another run meanwhile, the decision is out of date.
            work.wake();
            let is_it = |at: &usize| {
                let digest = self.survey.candidates[*at].digest;
                work.report.record().is_some_and(|record| record.digest() == digest)
            };
            if let Some(at) = candidate.filter(is_it) {
                let decision = self.survey.decision(at);
                tell(&mut work.report, decision, self.survey, self.claims.ledger())?;
            }
            self.add_flaws(*image, &mut work.report);
            self.said = image + 1;
            if (self.listener)(RunEvent::Final(FinalReport::Changed(work.report))).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok((self.listener)(RunEvent::CaughtUp))
    }

    /// Of the images up to this one, what was said when they were seen stands.
    fn as_seen(&mut self, end: ImageNumber) -> ControlFlow<()> {
        while self.said < end {
            self.said += 1;
            (self.listener)(RunEvent::Final(FinalReport::AsSeen))?;
        }
        ControlFlow::Continue(())
    }
}

/// Of copies with one target, that of the first image gets it. The others are not written either: where new files have
/// names, theirs would be the same.
fn fail_second_copies(steps: &mut [Step]) {
    let mut targets = HashSet::new();
    for step in steps {
        if step.target().is_some_and(|target| !targets.insert(without_case(target))) {
            step.give_way();
        }
    }
}

/// Gives every finished copy its name, in the order of the paths, and makes the names durable.
fn publish(steps: Vec<Step>, output: &Output) -> Vec<Step> {
    let mut folders = BTreeSet::new();
    let mut published = Vec::with_capacity(steps.len());
    for step in steps {
        folders.extend(step.target().into_iter().flat_map(|target| output.folders_above(target)));
        published.push(step.publish());
    }
    for folder in folders {
        let Err(error) = sync_folder(&folder) else { continue };
        for step in &mut published {
            step.fail_published(&folder, &error);
        }
    }
    published
}
