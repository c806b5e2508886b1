//! The order that leads to the most licenses.
//!
//! A server's licenses only grow, packs add 5 or 20, and no server has more than 50: so there are only a few
//! dozen states to search, however many packs there are.

use super::rules::{self, ServerResponse, response};
use super::servers::Span;
use super::{PackFacts, ServerState};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// One pack applied: its number, and the licenses before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Applied {
    pub(super) pack: usize,
    pub(super) from: u16,
    pub(super) to: u16,
}

/// The packs that the server would accept at some point, each as it is applied.
pub(super) struct Choice<'a> {
    server: &'a ServerState,
    /// Used packs by the licenses before and after; of several, the first that was offered.
    used: BTreeMap<u16, BTreeMap<u16, usize>>,
    /// By their size.
    unused: BTreeMap<u16, Vec<usize>>,
    /// The licenses that packs with a missing converted copy restore: no unused pack takes their place.
    reserved: Vec<Span>,
}

/// Licenses that the server has, and how many unused packs of 5 and of 20 were applied.
type SearchState = (u16, usize, usize);

/// What can still be reached: the most licenses, with the most used packs, with the fewest packs.
type Worth = (u16, usize, Reverse<usize>);

/// What can be reached from a state, and the pack to begin with.
type Best = (Worth, Option<Applied>);

impl<'a> Choice<'a> {
    /// A choice without packs.
    pub(super) fn new(server: &'a ServerState) -> Self {
        Self { server, used: BTreeMap::new(), unused: BTreeMap::new(), reserved: Vec::new() }
    }

    /// Keeps unused packs from taking the place of a pack whose converted copy is missing.
    pub(super) fn reserve(&mut self, pack: &PackFacts) {
        let used = pack.used.filter(|_| rules::is_free_for(pack, self.server));
        self.reserved.extend(used.map(|used| (used.from, used.to)));
    }

    /// Adds a pack if the server could accept it.
    pub(super) fn add(&mut self, number: usize, pack: &PackFacts) {
        let at = pack.used.map_or(self.server.installed, |used| used.from);
        let ServerResponse::Takes { from, to } = response(pack, self.server, at) else { return };
        if pack.used.is_some() {
            self.used.entry(from).or_default().entry(to).or_insert(number);
        } else {
            self.unused.entry(pack.licenses).or_default().push(number);
        }
    }

    /// The packs to apply, in their order. Used packs come as early as they can.
    pub(super) fn order(&self) -> Vec<Applied> {
        let mut known = HashMap::new();
        let mut state = (self.server.installed, 0, 0);
        let mut order = Vec::new();
        while let (_, Some(applied)) = self.best(state, &mut known) {
            state = self.after(state, applied);
            order.push(applied);
        }
        order
    }

    /// The gaps before used packs: each from where used packs lead to the next one that the server would
    /// accept. Gaps that the `order` fills are left out.
    pub(super) fn gaps(&self, order: &[Applied]) -> Vec<Span> {
        let restored = order.iter().filter(|applied| self.is_used(**applied));
        let last = restored.map(|applied| applied.from).max().unwrap_or_default();
        let mut gaps = Vec::new();
        let mut reached = self.used_packs_lead_to(self.server.installed);
        while let Some((&next, _)) = self.used.range(reached + 1..).next() {
            gaps.push((reached, next));
            reached = self.used_packs_lead_to(next);
        }
        gaps.retain(|gap| last < gap.1);
        gaps
    }

    /// The most licenses that used packs alone lead to.
    fn used_packs_lead_to(&self, from: u16) -> u16 {
        let next = self.used.get(&from).into_iter().flatten();
        next.map(|(to, _)| self.used_packs_lead_to(*to)).max().unwrap_or(from)
    }

    fn best(&self, state: SearchState, known: &mut HashMap<SearchState, Best>) -> Best {
        if let Some(best) = known.get(&state) {
            return *best;
        }
        let mut best: Best = ((state.0, 0, Reverse(0)), None);
        for applied in self.moves(state) {
            let ((reaches, used, Reverse(packs)), _) = self.best(self.after(state, applied), known);
            let is_used = usize::from(self.is_used(applied));
            let worth = (reaches, used + is_used, Reverse(packs + 1));
            if worth > best.0 {
                best = (worth, Some(applied));
            }
        }
        known.insert(state, best);
        best
    }

    /// What can be applied in a state: used packs first, then the larger of the unused ones.
    fn moves(&self, (from, fives, twenties): SearchState) -> Vec<Applied> {
        let used = self.used.get(&from).into_iter().flatten();
        let mut moves: Vec<_> =
            used.map(|(to, pack)| Applied { pack: *pack, from, to: *to }).collect();
        let limit = rules::limit(self.server.version);
        let is_reserved =
            |to: u16| self.reserved.iter().any(|reserved| from < reserved.1 && reserved.0 < to);
        for (size, applied) in [(20, twenties), (5, fives)] {
            let next = self.unused.get(&size).and_then(|packs| packs.get(applied));
            if let Some(pack) = next.filter(|_| from + size <= limit && !is_reserved(from + size)) {
                moves.push(Applied { pack: *pack, from, to: from + size });
            }
        }
        moves
    }

    fn after(&self, (_, fives, twenties): SearchState, applied: Applied) -> SearchState {
        match applied.to - applied.from {
            _ if self.is_used(applied) => (applied.to, fives, twenties),
            20 => (applied.to, fives, twenties + 1),
            _ => (applied.to, fives + 1, twenties),
        }
    }

    fn is_used(&self, applied: Applied) -> bool {
        let at = self.used.get(&applied.from).and_then(|steps| steps.get(&applied.to));
        at == Some(&applied.pack)
    }
}
