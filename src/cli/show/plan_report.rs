//! A plan with everything that its reports for people and programs need.

use crate::cli::show::picture::{Mark, Segment, picture};
use crate::cli::show::skipped::SkippedFiles;
use crate::cli::show::terminal::TextStyle;
use crate::cli::words::{PackSummaries, PackSummary, gap_reason};
use addpack::diagnosis::FindingCode;
use addpack::plan::rules::{is_free_for, limit};
use addpack::plan::servers::{Chain, Span};
use addpack::plan::{
    FIRST_LICENSES, PackFacts, Plan, PlanAction, PlanCode, PlanStep, Restored, ServerState,
};

/// The code of an image whose pack is represented by another image.
const COPIED: PlanCode = PlanCode::Refused(FindingCode::CopyOfConverted);

/// A plan, and the packs that it is made of.
pub(crate) struct PlanReport<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) server: &'a ServerState,
    pub(crate) facts: &'a [PackFacts],
    pub(crate) summaries: &'a PackSummaries,
    /// The packs that are bound to the server.
    pub(crate) chain: Option<&'a Chain>,
    /// Files that were skipped, if this is the only plan.
    pub(crate) skipped: Option<&'a SkippedFiles>,
    /// Commands to paste, each with what it does.
    pub(crate) commands: Vec<(String, String)>,
}

impl PlanReport<'_> {
    pub(crate) fn summary(&self, step: &PlanStep) -> PackSummary {
        self.summaries.get(step.pack)
    }

    pub(crate) fn facts(&self, step: &PlanStep) -> &PackFacts {
        &self.facts[step.pack]
    }

    /// Whether the server gets all its licenses back; `None` for one that no pack is bound to.
    pub(crate) fn restored(&self) -> Option<Restored> {
        let chain = self.chain?;
        Some(self.plan.restored(self.facts, self.server, Some(chain)))
    }

    /// Packs to apply.
    pub(crate) fn applied(&self) -> usize {
        self.plan.steps.iter().filter(|step| step.span().is_some()).count()
    }

    /// The steps of packs that are not to be applied, copies and those of a layout that is not known left out.
    pub(crate) fn turned_away(&self) -> impl Iterator<Item = &PlanStep> {
        let away = self.plan.steps.iter().filter(|step| step.action == PlanAction::TurnAway);
        away.filter(|step| step.code != PlanCode::Copy)
            .filter(|step| !self.summaries.has_unknown_layout(step.pack))
    }

    /// The steps of packs of a layout that is not known.
    pub(crate) fn of_unknown_layout(&self) -> impl Iterator<Item = &PlanStep> {
        self.plan.steps.iter().filter(|step| self.summaries.has_unknown_layout(step.pack))
    }

    /// Images of packs for which another image counts.
    pub(crate) fn copies(&self) -> usize {
        self.plan.steps.iter().filter(|step| step.code == PlanCode::Copy).count()
    }

    /// The packs of the set that belong into a gap, or into the place that an unused pack takes.
    pub(crate) fn missing_from(&self, span: Span) -> Vec<&PlanStep> {
        self.plan.missing_from(span, self.facts, self.server)
    }

    /// Why no pack of the set fills a gap.
    pub(crate) fn gap_reasons(&self, gap: Span) -> Vec<String> {
        let reason = |step: &PlanStep| gap_reason(step, self.facts(step), &self.summary(step));
        self.missing_from(gap).into_iter().map(reason).collect()
    }

    /// The chain: what is there, what is applied, what is missing, what this server's other packs
    /// would restore.
    pub(crate) fn picture(&self, look: TextStyle) -> String {
        let has = (FIRST_LICENSES, self.server.installed);
        let has = (has.0 < has.1).then(|| Segment::new(has, Mark::Has, "has"));
        let steps = self.plan.steps.iter();
        let applied = steps.clone().enumerate().filter_map(|(at, step)| self.applied_at(at, step));
        let gaps = self.plan.gaps.iter().map(|gap| Segment::new(*gap, Mark::Gap, "gap"));
        let aside = steps.filter_map(|step| self.aside(step));
        // If there is not room for all, the refused ones matter more.
        let is_refused = |segment: &Segment| segment.mark == Mark::Refused;
        let (refused, others) =
            (aside.clone().filter(is_refused), aside.filter(move |it| !is_refused(it)));
        let segments = has.into_iter().chain(applied).chain(gaps).chain(refused).chain(others);
        picture(look, &segments, limit(self.server.version))
    }

    /// The segment of a pack that is applied, with its number in the order.
    fn applied_at(&self, at: usize, step: &PlanStep) -> Option<Segment> {
        let facts = self.facts(step);
        let mark = match facts.used {
            None => Mark::Adds,
            Some(_) if facts.is_40() => Mark::Old,
            Some(_) => Mark::Restores,
        };
        Some(Segment::new(step.span()?, mark, (at + 1).to_string()))
    }

    /// The segment of a pack of this server that is not applied.
    fn aside(&self, step: &PlanStep) -> Option<Segment> {
        let facts = self.facts(step);
        let limit = limit(self.server.version);
        let span = facts.used.map(|used| (used.from, used.to)).or_else(|| self.stated(step))?;
        let is_possible = span.0 < span.1 && span.1 <= limit;
        let is_shown = is_possible
            && step.action == PlanAction::TurnAway
            && is_free_for(facts, self.server)
            && !matches!(step.code, PlanCode::AlreadyApplied | PlanCode::Copy | COPIED);
        let (mark, label) =
            if facts.is_spoilt() { (Mark::Refused, "x") } else { (Mark::Aside, "-") };
        is_shown.then(|| Segment::new(span, mark, label))
    }

    /// What the record of a refused pack states that it restores on this server, though it cannot be trusted.
    fn stated(&self, step: &PlanStep) -> Option<Span> {
        let refusal = self.summary(step).refusal?;
        refusal.span.filter(|_| refusal.server.is_some() && refusal.server == self.server.identity)
    }
}
