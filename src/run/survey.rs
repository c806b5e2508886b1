//! The survey that every command begins with: everything that was named is examined, and a small candidate is kept
//! of each image of a pack, from which the set makes its decisions.

use super::access::not_found;
use super::images::Images;
use super::in_order::{FEW, InOrder};
use super::known::{is_begun, seen_converted};
use super::look::{LookResult, LookedAt, look};
use super::members::ArchiveWalk;
use super::open_claims::OpenClaims;
use super::pool::{self, Scope};
use super::{End, Job, Listener, Mode, RunEvent};
use crate::disk::Flaw;
use crate::find::{Finder, Found};
use crate::ledger::{Conversion, Ledger, LedgerError};
use crate::platform::images_at_once;
use crate::record::fields::Seal;
use crate::report::{Note, Outcome, Report};
use crate::set::{Access, Candidate, Condition, ImageNumber, SetDecision};
use std::mem::take;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// What was found, and what was decided.
#[derive(Debug)]
pub struct Survey {
    pub(super) images: Images,
    /// The images of packs, in their order.
    pub(super) candidates: Vec<Candidate>,
    /// The decisions for them that are not [`SetDecision::AsItIs`], by their places, in order.
    pub(super) decisions: Vec<(u32, SetDecision)>,
    /// Converted packs whose claims an earlier run had left open.
    pub(super) turned_up: Vec<RecoveredClaim>,
    /// Flawed sectors of diskettes: a sector that read badly once may read well the next time.
    pub(super) flaws: Vec<(ImageNumber, Vec<Flaw>)>,
    pub(super) end: End,
    /// Whether claims that earlier runs have left open may be those of damaged images.
    pub(super) has_open_claims: bool,
    /// Images that may be those of packs, and could not be read.
    pub(super) unread: u64,
    /// The first few of them.
    first_unread: Vec<PathBuf>,
}

/// A converted pack whose claim an earlier run had left open.
#[derive(Debug)]
pub(super) struct RecoveredClaim {
    pub(super) source: Seal,
    pub(super) path: PathBuf,
}

/// Examines everything that a job names, without decisions yet. Also returns how many threads that took.
pub(super) fn look_at_all(
    job: &Job,
    ledger: &mut Ledger,
    stop: &AtomicBool,
    listener: &mut Listener<'_>,
) -> Result<(Survey, usize), LedgerError> {
    let finder = Finder::new(job.paths.clone(), job.output.as_deref())
        .with_mapfile(job.map.clone())
        .only_to_look(true);
    let finder = ArchiveWalk::new(finder, &job.paths);
    let most = job.workers.min(images_at_once());
    // To look at an image that is in the cache costs less than to hand it to another thread.
    let mut threads = 1;
    // A group's converted packs are remembered together.
    let few = if job.mode.converts() { 4 * FEW } else { FEW };
    let mut items = InOrder::new(finder, 2, Found::is_one_of_many).with_small_groups(few);
    let mut looking = Looking::new(job, ledger, stop, listener)?;
    let end = loop {
        let may_grow = threads < most;
        match pool::scope(threads, |scope| looking.groups(&mut items, scope, may_grow))? {
            Some(end) => break end,
            None => threads = most,
        }
    };
    Ok((Survey { end, ..looking.survey }, threads))
}

/// A survey under way.
struct Looking<'a> {
    job: &'a Job,
    ledger: &'a mut Ledger,
    stop: &'a AtomicBool,
    listener: &'a mut Listener<'a>,
    /// Claims that earlier runs have left open.
    begun: OpenClaims,
    /// What was examined and not reported yet.
    done: Vec<LookResult>,
    /// Whether the images before have waited for a disk, or for something else; `None` if none was judged yet.
    has_waited: Option<bool>,
    survey: Survey,
}

impl<'a> Looking<'a> {
    fn new(
        job: &'a Job,
        ledger: &'a mut Ledger,
        stop: &'a AtomicBool,
        listener: &'a mut Listener<'a>,
    ) -> Result<Self, LedgerError> {
        let begun = OpenClaims::new(ledger.begun()?);
        let survey = Survey {
            images: Images::default(),
            candidates: Vec::new(),
            decisions: Vec::new(),
            turned_up: Vec::new(),
            flaws: Vec::new(),
            end: End::Complete,
            has_open_claims: !begun.is_empty(),
            unread: 0,
            first_unread: Vec::new(),
        };
        let (done, has_waited) = (Vec::new(), None);
        Ok(Self { job, ledger, stop, listener, begun, done, has_waited, survey })
    }

    /// Examines one group after the other. If there may be more threads, returns `None` if it was found twice in a row
    /// that more threads would have been faster.
    fn groups(
        &mut self,
        items: &mut InOrder<impl Iterator<Item = Found>, LookResult>,
        scope: &Scope<'_, 'a>,
        may_grow: bool,
    ) -> Result<Option<End>, LedgerError> {
        let (job, stop) = (self.job, self.stop);
        loop {
            // What was examined is reported while other threads examine the next group.
            let is_cached = scope.threads() == 1 && self.has_waited == Some(false);
            let look = move |found| look(found, job, stop, is_cached);
            items.begin(scope, look);
            if self.report_done()?.is_break() {
                return Ok(Some(End::Unheard));
            }
            let group = items.take(scope, look);
            if group.results.is_empty() {
                return Ok(Some(End::Complete));
            }
            self.done = group.results;
            if stop.load(Ordering::Relaxed) {
                let reported = self.report_done()?;
                return Ok(Some(if reported.is_break() { End::Unheard } else { End::Stopped }));
            }
            // It may also have waited for a busy processor, but seldom twice in a row.
            if group.waited == Some(true) && self.has_waited == Some(true) && may_grow {
                return Ok(None);
            }
            self.has_waited = group.waited.or(self.has_waited);
        }
    }

    fn report_done(&mut self) -> Result<ControlFlow<()>, LedgerError> {
        let seen = take(&mut self.done);
        if self.job.mode.converts() {
            let converted: Vec<_> = seen.iter().filter_map(LookResult::seen_converted).collect();
            self.ledger.remember(&converted)?;
        }
        Ok(seen.into_iter().try_for_each(|seen| self.report(seen)))
    }

    fn report(&mut self, seen: LookResult) -> ControlFlow<()> {
        match seen {
            LookResult::Image(look) => self.image(look),
            LookResult::Other(Found::Failed { path, named, error }) => {
                self.survey.images.add_path(&path);
                self.survey.add_unread(&path);
                let report = Report::new(path, named, Outcome::Failed);
                (self.listener)(RunEvent::Seen(report.failed(not_found(error))))
            }
            LookResult::Other(Found::Repeated { path, first }) => {
                (self.listener)(RunEvent::Repeated { path, first })
            }
            LookResult::Other(Found::Skipped(skipped)) => {
                (self.listener)(RunEvent::Skipped(skipped))
            }
            LookResult::Other(Found::Image(_)) | LookResult::NotBegun => ControlFlow::Continue(()),
        }
    }

    fn image(&mut self, look: LookedAt) -> ControlFlow<()> {
        let LookedAt { place, root, mut report, file, access } = look;
        let survey = &mut self.survey;
        let image = survey.images.add(&place, &root, report.is_damaged());
        let candidate =
            report.diagnosis.as_ref().and_then(|diagnosis| Candidate::of(diagnosis, image, access));
        let is_pack = matches!(report.outcome, Outcome::Failed | Outcome::Refused);
        if report.is_damaged() {
            let mut begun = self.begun.candidates(&report, file, None).into_iter();
            let begun = begun.find(|entry| is_begun(entry, &report, file));
            report.notes.extend(begun.map(|entry| Note::Begun(entry.serial.clone())));
        }
        // A layout that is not known is no state of a pack that is.
        if is_pack && candidate.is_none() && !report.has_unknown_layout() {
            survey.add_unread(&report.path);
        }
        survey.candidates.extend(candidate.filter(|_| report.failure.is_none()));
        for note in report.notes.iter().filter(|_| report.is_drive) {
            if let Note::Flaws(flaws) = note {
                survey.flaws.push((image, flaws.clone()));
            }
        }
        let origin = report.record().and_then(|record| record.origin);
        let source = origin.filter(|_| report.outcome == Outcome::AlreadyConverted);
        let source = source.map(|origin| origin.source_digest);
        if let Some(source) = source.filter(|source| self.begun.with_source(source).is_some()) {
            survey.turned_up.push(RecoveredClaim { source, path: report.path.clone() });
        }
        (self.listener)(RunEvent::Seen(report))
    }
}

impl LookResult {
    fn seen_converted(&self) -> Option<Conversion> {
        match self {
            Self::Image(look) => seen_converted(&look.report, look.file),
            _ => None,
        }
    }
}

/// Images that could not be read, of which a survey keeps the paths.
const UNREAD_NAMED: usize = 3;

impl Survey {
    /// The first few images that could not be read; how many there are is in the [overview](Self::overview).
    pub fn first_unread(&self) -> &[PathBuf] {
        &self.first_unread
    }

    fn add_unread(&mut self, path: &Path) {
        self.unread += 1;
        if self.first_unread.len() < UNREAD_NAMED {
            self.first_unread.push(path.to_owned());
        }
    }

    /// Whether the conversion `job` would change this image, by its number in the order in which images were seen.
    pub fn changes(&self, image: usize, job: &Job) -> bool {
        self.at(image).is_some_and(|at| {
            let candidate = &self.candidates[at];
            let may_be = job.output.is_some() || candidate.access != Access::NeedsOutput;
            may_be
                && is_converted(candidate, self.decision(at), job)
                && !self.is_left_out(candidate, job)
        })
    }

    /// Whether this image counts: no other image of its pack, and no entry of the ledger, takes its place.
    pub fn counts(&self, image: usize) -> bool {
        self.at(image).is_none_or(|at| {
            matches!(
                self.decision(at),
                SetDecision::AsItIs
                    | SetDecision::CopyMissing
                    | SetDecision::StandIn(_)
                    | SetDecision::ConvertedElsewhere
            )
        })
    }

    /// The set's decision for the candidate at this place.
    pub(super) fn decision(&self, at: usize) -> &SetDecision {
        let found = self.decisions.binary_search_by_key(&at, |(at, _)| *at as usize);
        found.map_or(&SetDecision::AsItIs, |found| &self.decisions[found].1)
    }

    fn at(&self, image: usize) -> Option<usize> {
        let image = ImageNumber::try_from(image).ok()?;
        self.candidates.binary_search_by_key(&image, |candidate| candidate.image).ok()
    }

    /// Whether `--only-as` leaves this image out.
    pub(super) fn is_left_out(&self, candidate: &Candidate, job: &Job) -> bool {
        job.only.as_ref().is_some_and(|only| {
            !only.contains(&self.images.path(candidate.image), &candidate.digest)
        })
    }
}

/// Whether the conversion `job` changes the image or makes a copy of it, given the set's decision. In place, every
/// interrupted conversion is finished, even if another image counts.
pub(super) fn is_converted(candidate: &Candidate, decision: &SetDecision, job: &Job) -> bool {
    let is_finished = candidate.condition == Condition::Unfinished && job.output.is_none();
    candidate.is_to_change()
        && (is_finished || matches!(decision, SetDecision::AsItIs | SetDecision::CopyMissing))
}

impl Mode {
    /// Whether more than looking is done.
    pub(super) fn tries(self) -> bool {
        self != Self::Inspect
    }
}
