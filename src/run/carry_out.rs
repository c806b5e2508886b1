//! Reports, tries or does what a survey has decided, image by image in their order.
//!
//! Whatever was begun is complete when a run is stopped. While a group is changed in place, the next one is claimed and
//! handed out too, so that the disks seldom wait, and the one after that is opened. So at most three groups are open; of
//! copies, two. All members of an archive that is changed in place are in one group, so the archive is
//! written once.

use super::claims::Claims;
use super::decisions;
use super::group::{ChangingGroup, Group};
use super::in_order::InOrder;
use super::output::Output;
use super::pool::{self, Scope};
use super::prepare::Task;
use super::recovery::Recovering;
use super::seen::enter_seen;
use super::step::Step;
use super::survey::Survey;
use super::turns::{Turn, TurnResult, Turns, take_turn};
use super::work::Work;
use super::{End, FinalReport, Job, Listener, Mode, RunEvent};
use crate::ledger::{Ledger, LedgerError};
use crate::platform::images_at_once;
use crate::report::{Failure, FailureCode, Note, Operation, Outcome, Report};
use crate::set::{ImageNumber, SetDecision};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

/// The most images in a group of a single thread: when a run is stopped, it finishes what is claimed of one.
const GROUP_ALONE: usize = 64;

/// Does with a survey's images what the job's mode says. Once `stop` is set, no image is begun, and what was begun is
/// finished; what a crash has torn is still mended.
///
/// # Errors
/// If the ledger fails. No image is changed without a claim; images that could not be claimed are reported as
/// failed.
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
        enter_seen(ledger, job.workers.min(images_at_once()), stop)?;
    }
    let mut claims = Claims::new(ledger, job.put_back.clone())?;
    if job.mode.converts() && survey.end == End::Complete {
        let mut recovering = Recovering::default();
        for one in &survey.turned_up {
            claims.turned_up(&one.source, &one.path, None, &mut recovering);
        }
    }
    let mut turns = Turns::new(survey, job);
    // One turn, or none, needs no other threads.
    let first: Vec<_> = turns.by_ref().take(2).collect();
    let threads = if first.len() < 2 { 1 } else { job.workers.min(images_at_once()) };
    let turns = first.into_iter().chain(turns);
    let task = Task { job, output: output.as_ref(), at: job.mode.time() };
    let mut run = Run { survey, task, stop, claims, listener, finished: 0 };
    let turns = InOrder::new(turns, 1, Turn::is_one_of_many);
    let turns = turns.with_whole_files(Turn::file_to_replace);
    let mut turns = turns.with_small_groups(GROUP_ALONE);
    // One more thread writes the ledger while the others change images.
    let threads = threads + usize::from(threads > 1 && job.mode.converts());
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
    /// How many images have their final report.
    finished: ImageNumber,
}

/// Whether the listener wants more reports.
type Reported = Result<ControlFlow<()>, LedgerError>;

impl<'a> Run<'a> {
    /// Finishes one group after the other. If there are several threads, a group is changed while the next one is claimed
    /// and handed out, and the one after that is opened.
    fn groups(
        &mut self,
        turns: &mut InOrder<impl Iterator<Item = Turn>, TurnResult>,
        scope: &Scope<'_, 'a>,
    ) -> Result<End, LedgerError> {
        let (survey, task, stop) = (self.survey, self.task, self.stop);
        let work = move |turn| take_turn(turn, survey, task, stop);
        let overlaps = scope.threads() > 1 && task.job.mode.converts();
        // Copies of a group get their names before the next ones are made: their temporary names follow from these.
        let is_in_place = overlaps && task.output.is_none();
        let finish = |changing: ChangingGroup| changing.finish(task.output, scope);
        let mut previous: Option<ChangingGroup> = None;
        loop {
            let mut group = Group::new(turns.take(scope, work).results);
            let is_last = group.steps.is_empty();
            let is_stopped = || stop.load(Ordering::Relaxed);
            if is_in_place && !is_last && !is_stopped() {
                turns.begin(scope, work);
            }
            // Asked last before the claims, since opening the next group can take long.
            if is_stopped() {
                group.steps.iter_mut().for_each(Step::leave);
            }
            self.claim(&mut group);
            let is_claimed = group.claimed.is_ok();
            let named = previous.take_if(|_| !is_in_place).map(finish);
            let current = self.change(group, scope);
            let goes_on = overlaps && is_claimed && !is_last && !is_stopped();
            if goes_on {
                turns.begin(scope, work);
            }
            let finished = named.or_else(|| previous.take().map(finish));
            // The disks work on this group while the one before is reported.
            let heard = Ok(ControlFlow::Continue(()));
            let reported = match finished {
                Some(finished) => self.end(finished, heard),
                None => heard,
            };
            if goes_on && matches!(reported, Ok(ControlFlow::Continue(()))) {
                previous = Some(current);
                continue;
            }
            if self.end(finish(current), reported)?.is_break() {
                return Ok(End::Unheard);
            }
            if is_last {
                let is_heard = self.as_seen(survey.images.len()).is_continue();
                return Ok(if is_heard { End::Complete } else { End::Unheard });
            }
            if is_stopped() {
                return Ok(End::Stopped);
            }
        }
    }

    /// Claims the images of a group that are to be changed.
    fn claim(&mut self, group: &mut Group) {
        match self.task.job.mode {
            Mode::Convert(_) => {
                group.claimed = self.claims.claim(&mut group.steps, self.task.output.is_none());
            }
            Mode::DryRun(_) => {
                for step in &mut group.steps {
                    if let (Step::Done(work), Some(output)) = (step, self.task.output) {
                        output.foresee(&mut work.report);
                    }
                }
            }
            Mode::Inspect => {}
        }
    }

    /// Changes what is claimed, or copies it; what waits for disks is handed out.
    fn change(&mut self, mut group: Group, scope: &Scope<'_, 'a>) -> ChangingGroup {
        if !self.task.job.mode.converts() {
            return ChangingGroup::done(group);
        }
        if group.claimed.is_err() {
            // Nothing more is begun.
            let failed = || Failure::new(FailureCode::LedgerError, Operation::Claim);
            group.steps.iter_mut().for_each(|step| step.fail_ready(failed()));
        }
        if self.task.output.is_some() { group.copy(scope) } else { group.change(scope) }
    }

    /// Ends a group: notes what became of its claims, and reports its images unless the listener wanted no more before.
    fn end(&mut self, group: Group, before: Reported) -> Reported {
        let Group { numbers, mut steps, claimed } = group;
        // A run that only looks settles nothing.
        let converts = self.task.job.mode.converts();
        let noted = if converts { self.claims.note(&mut steps) } else { Ok(()) };
        let is_heard = !matches!(before, Ok(ControlFlow::Break(())));
        let last =
            if is_heard { self.report_all(&numbers, steps) } else { Ok(ControlFlow::Break(())) };
        before.and(claimed).and(noted).and(last)
    }

    /// Adds the flawed sectors that the survey found, if all sectors read well this time.
    fn add_flaws(&self, image: ImageNumber, report: &mut Report) {
        let has_flaws = report.notes.iter().any(|note| matches!(note, Note::Flaws(_)));
        let met = self.survey.flaws.iter().find(|(of, _)| *of == image && !has_flaws);
        report.notes.extend(met.map(|(_, flaws)| Note::Flaws(flaws.clone())));
    }

    fn report_all(
        &mut self,
        numbers: &[(ImageNumber, Option<usize>)],
        steps: Vec<Step>,
    ) -> Reported {
        let mut applied = Ok(());
        for ((image, candidate), step) in numbers.iter().zip(steps) {
            if self.as_seen(*image).is_break() {
                return applied.map(|()| ControlFlow::Break(()));
            }
            let last = match step {
                Step::Done(work) => {
                    let (report, result) = self.final_report(*image, *candidate, *work);
                    // The others are still reported: some of them may be converted.
                    applied = applied.and(result);
                    FinalReport::Changed(report)
                }
                // What was decided about it may be another verdict than that of the survey.
                _ => FinalReport::Deferred,
            };
            self.finished = image + 1;
            if (self.listener)(RunEvent::Final(last)).is_break() {
                return applied.map(|()| ControlFlow::Break(()));
            }
        }
        let heard = (self.listener)(RunEvent::CaughtUp);
        applied.map(|()| heard)
    }

    /// The report on an image that is done, with the set's decision; an error if the ledger fails.
    fn final_report(
        &mut self,
        image: ImageNumber,
        candidate: Option<usize>,
        mut work: Work,
    ) -> (Box<Report>, Result<(), LedgerError>) {
        let mut result = Ok(());
        work.restore_report();
        let mut report = work.report;
        // If the pack was converted, now or by another run meanwhile, the decision is out of date.
        if let Some(at) = candidate.filter(|at| self.is_still_true(*at, &report)) {
            let decision = self.survey.decision(at);
            let (claims, converts) = (&mut self.claims, self.task.job.mode.converts());
            result = decisions::apply(&mut report, decision, self.survey, claims, converts);
            if result.is_err() {
                report.fail(Failure::new(FailureCode::LedgerError, Operation::Claim));
            }
        }
        self.add_flaws(image, &mut report);
        (report, result)
    }

    /// Whether the decision for the candidate at this place is still true of its image: it holds the record that was
    /// seen, or is a copy in which an interrupted conversion was finished.
    fn is_still_true(&self, at: usize, report: &Report) -> bool {
        let digest = self.survey.candidates[at].digest;
        let is_copy = matches!(self.survey.decision(at), SetDecision::Copy { .. });
        (is_copy && report.outcome == Outcome::Converted)
            || report.record().is_some_and(|record| record.digest() == digest)
    }

    /// Confirms what was reported when the images before `end` were seen.
    fn as_seen(&mut self, end: ImageNumber) -> ControlFlow<()> {
        while self.finished < end {
            self.finished += 1;
            (self.listener)(RunEvent::Final(FinalReport::AsSeen))?;
        }
        ControlFlow::Continue(())
    }
}
