//! Whether the servers of a set get all their licenses back: the one answer that every report reads.

use super::rules::limit;
use super::servers::{Chain, PacksByServer, Span, gaps};
use super::{Fleet, PackFacts, Plan, PlanAction, PlanCode, PlanStep, ServerState, plan_all};
use std::collections::BTreeSet;

/// Whether a server gets all its licenses back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Restored {
    /// It does.
    Whole,
    /// Nothing restores a step that comes before others.
    Gaps,
    /// The packs at the end of its chain cannot be applied.
    EndMissing,
    /// Packs restore steps that overlap, so that one of them cannot be applied.
    Conflicts,
}

impl Restored {
    /// The code in reports.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// How many servers get all their licenses back, and what keeps the others from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerCounts {
    /// Those that do.
    pub whole: u64,
    /// Those with a gap.
    pub gaps: u64,
    /// Of the others, those whose last packs cannot be applied.
    pub end_missing: u64,
    /// Of the others, those with packs that contradict each other.
    pub conflicts: u64,
    /// Of all, those with refused packs.
    pub refused: u64,
    /// Of all, those with packs that restore the same step.
    pub twins: u64,
}

impl ServerCounts {
    /// All servers.
    pub fn all(&self) -> u64 {
        self.whole + self.gaps + self.end_missing + self.conflicts
    }

    fn add(&mut self, restored: Restored, chain: Option<&Chain>) {
        *match restored {
            Restored::Whole => &mut self.whole,
            Restored::Gaps => &mut self.gaps,
            Restored::EndMissing => &mut self.end_missing,
            Restored::Conflicts => &mut self.conflicts,
        } += 1;
        self.twins += u64::from(chain.is_some_and(|chain| chain.twins().next().is_some()));
    }
}

impl Plan {
    /// The steps that the server does not get back: the gaps and, above what the plan reaches, the steps of packs that
    /// cannot be used, with what lies between those.
    pub fn missing(&self, packs: &[PackFacts], server: &ServerState) -> Vec<Span> {
        let step_of = |step: &PlanStep| {
            let used = packs[step.pack].used.filter(|used| server.identity == Some(used.server))?;
            Some((used.from, used.to))
        };
        let waiting = self.steps.iter().filter(|step| step.code == PlanCode::BehindGap);
        let waiting: Vec<_> = waiting.filter_map(step_of).collect();
        let is_missing = |span: &Span| {
            let is_in_gap = self.gaps.iter().any(|gap| gap.0 < span.1 && span.0 < gap.1);
            let is_possible = self.reaches < span.1 && span.1 <= limit(server.version);
            is_possible && !is_in_gap && !waiting.contains(span)
        };
        let unusable = self.steps.iter().filter(|step| step.is_unusable()).filter_map(step_of);
        let mut missing: Vec<_> =
            self.gaps.iter().copied().chain(unusable.filter(is_missing)).collect();
        let known: BTreeSet<_> = missing.iter().chain(&waiting).copied().collect();
        missing.extend(gaps(known.into_iter(), self.reaches));
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    /// Whether the server gets all its licenses back; `chain` is that of its packs.
    pub fn restored(
        &self,
        packs: &[PackFacts],
        server: &ServerState,
        chain: Option<&Chain>,
    ) -> Restored {
        if !self.gaps.is_empty() {
            Restored::Gaps
        } else if !self.missing(packs, server).is_empty() {
            Restored::EndMissing
        } else if chain.is_some_and(|chain| !chain.conflicts().is_empty()) {
            Restored::Conflicts
        } else {
            Restored::Whole
        }
    }
}

impl PlanStep {
    /// Whether the pack is not applied because of the state that it is in, and not because of other packs.
    pub(super) fn is_unusable(&self) -> bool {
        let is_of_others = matches!(
            self.code,
            PlanCode::Copy
                | PlanCode::Twin
                | PlanCode::OutOfOrder
                | PlanCode::AlreadyApplied
                | PlanCode::BehindGap
        );
        self.action == PlanAction::TurnAway && !is_of_others
    }
}

impl Fleet {
    /// How many servers get all their licenses back.
    pub fn counts(&self, packs: &[PackFacts], sets: &PacksByServer) -> ServerCounts {
        let mut counts = ServerCounts::default();
        for (server, plan) in &self.plans {
            let chain = sets.chain_of(server);
            counts.add(plan.restored(packs, server, chain), chain);
            let is_refused = |step: &PlanStep| packs[step.pack].is_refused();
            counts.refused += u64::from(plan.steps.iter().any(is_refused));
        }
        counts
    }
}

/// The packs of a set, with the plans for the servers that they are bound to.
#[derive(Clone, Debug)]
pub struct PlannedSet {
    /// All packs.
    pub packs: Vec<PackFacts>,
    /// The packs by their servers.
    pub sets: PacksByServer,
    /// The plans.
    pub fleet: Fleet,
}

impl PlannedSet {
    /// Plans all servers of a set; each is as `like`, with its own identity.
    pub fn new(packs: Vec<PackFacts>, like: &ServerState) -> Self {
        let mut sets = PacksByServer::default();
        for pack in &packs {
            sets.add(pack);
        }
        let fleet = plan_all(&packs, &sets, like);
        Self { packs, sets, fleet }
    }

    /// How many servers get all their licenses back.
    pub fn counts(&self) -> ServerCounts {
        self.fleet.counts(&self.packs, &self.sets)
    }

    /// The chain of a server's packs.
    pub fn chain(&self, server: &ServerState) -> Option<&Chain> {
        self.sets.chain_of(server)
    }

    /// The steps of unused packs that are added to a server's chain.
    pub fn added<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = Span> + 'a {
        let unused = plan.steps.iter().filter(|step| self.packs[step.pack].used.is_none());
        unused.filter_map(PlanStep::span)
    }
}
