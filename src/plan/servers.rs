//! The packs of a set by the servers that they are bound to: the chain of steps that a server's packs
//! restore, with its gaps and duplicates.

use super::{PackFacts, ServerState, Usability};
use crate::record::fields::{Serial, Server};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The licenses that a used pack restores from and to, as the server counts them.
pub type Span = (u16, u16);

/// What is known of the packs that restore one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holders {
    /// The first sound pack; `None` if all are refused.
    pub sound: Option<Serial>,
    /// Other sound packs for the same step: the first few.
    pub twins: Box<[Serial]>,
    /// Whether there are more of those.
    pub more_twins: bool,
    /// Whether a refused pack is among them.
    pub refused: bool,
    /// Whether a sound one is still a 4.0 pack.
    pub has_40: bool,
}

/// The used packs of one server, by the step that each restores. Its size is limited by the number of
/// possible steps, however many packs there are.
#[derive(Clone, Debug, Default)]
pub struct Chain(BTreeMap<Span, Holders>);

/// Twins that are kept of one step, beside the first pack: a hostile set may have any number.
const TWINS_KEPT: usize = 3;

/// The most licenses that any server can have.
const MAX_LICENSES: u16 = 50;

impl Chain {
    /// Adds a used pack.
    pub fn add(&mut self, pack: &PackFacts) {
        let Some(used) = pack.used.filter(|used| used.from < used.to && used.to <= MAX_LICENSES)
        else {
            return;
        };
        let holders = self.0.entry((used.from, used.to)).or_default();
        if pack.is_spoilt() {
            holders.refused = true;
            return;
        }
        holders.has_40 |= pack.is_40();
        let first = *holders.sound.get_or_insert(pack.serial);
        if first != pack.serial && !holders.twins.contains(&pack.serial) {
            if holders.twins.len() < TWINS_KEPT {
                holders.twins = [&holders.twins[..], &[pack.serial]].concat().into();
            } else {
                holders.more_twins = true;
            }
        }
    }

    /// Each step with the packs that restore it, in their order.
    pub fn steps(&self) -> impl Iterator<Item = (Span, &Holders)> {
        self.0.iter().map(|(span, holders)| (*span, holders))
    }

    /// Each step that a sound pack restores.
    fn sound(&self) -> impl Iterator<Item = Span> {
        self.steps().filter(|(_, holders)| holders.sound.is_some()).map(|(span, _)| span)
    }

    /// The steps that no pack restores, not even one that is refused or was `moved` to another server: of
    /// packs that are lost.
    pub fn lost(&self, moved: impl IntoIterator<Item = Span>) -> Vec<Span> {
        let steps: BTreeSet<_> = self.0.keys().copied().chain(moved).collect();
        gaps(steps.into_iter(), super::FIRST_LICENSES)
    }

    /// Steps that more than one sound pack restores.
    pub fn twins(&self) -> impl Iterator<Item = (Span, &Holders)> {
        self.steps().filter(|(_, holders)| !holders.twins.is_empty())
    }

    /// Pairs of steps that overlap and differ: after one of them, the other restores nothing.
    pub fn conflicts(&self) -> Vec<(Span, Span)> {
        let mut conflicts = Vec::new();
        let mut widest: Option<Span> = None;
        for span in self.sound() {
            if let Some(other) = widest.filter(|other| span.0 < other.1) {
                conflicts.push((other, span));
            }
            widest = widest.filter(|other| other.1 >= span.1).or(Some(span));
        }
        conflicts
    }
}

/// The steps between these, which are sorted, for a server that has `installed` licenses.
pub(super) fn gaps(steps: impl Iterator<Item = Span>, installed: u16) -> Vec<Span> {
    let (mut gaps, mut reached) = (Vec::new(), installed);
    for (from, to) in steps {
        if from > reached {
            gaps.push((reached, from));
        }
        reached = reached.max(to);
    }
    gaps
}

/// One server's packs.
#[derive(Clone, Debug)]
pub struct ServerPacks {
    /// The server.
    pub server: Server,
    /// Its chain.
    pub chain: Chain,
    /// Sound packs that are bound to it.
    pub sound: usize,
}

/// The sets of all servers, in the order in which they were found.
#[derive(Clone, Debug, Default)]
pub struct PacksByServer {
    all: Vec<ServerPacks>,
    index: HashMap<Server, usize>,
    /// The place of the set that a pack was added to last: the next pack is mostly of the same server.
    last: usize,
}

impl PacksByServer {
    /// Adds a pack to its server's set. Unused packs and copies are in none.
    pub fn add(&mut self, pack: &PackFacts) {
        let Some(used) = pack.used.filter(|_| pack.usability != Usability::Copy) else { return };
        if self.all.get(self.last).is_none_or(|set| set.server != used.server) {
            self.last = *self.index.entry(used.server).or_insert_with(|| {
                let chain = Chain::default();
                self.all.push(ServerPacks { server: used.server, chain, sound: 0 });
                self.all.len() - 1
            });
        }
        let set = &mut self.all[self.last];
        set.chain.add(pack);
        set.sound += usize::from(pack.is_usable());
    }

    /// All sets.
    pub fn all(&self) -> &[ServerPacks] {
        &self.all
    }

    /// The set of one server.
    pub fn of(&self, server: &Server) -> Option<&ServerPacks> {
        self.index.get(server).map(|at| &self.all[*at])
    }

    /// The chain of a server's packs.
    pub fn chain_of(&self, server: &ServerState) -> Option<&Chain> {
        Some(&self.of(&server.identity?)?.chain)
    }

    /// The sets with the most sound packs among those whose server is `wanted`: several where there is
    /// a tie.
    pub fn largest(&self, wanted: impl Fn(&Server) -> bool) -> Vec<&ServerPacks> {
        let meant = || self.all.iter().filter(|set| wanted(&set.server));
        let most = meant().map(|set| set.sound).max();
        meant().filter(|set| Some(set.sound) == most).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_begin_where_the_chain_or_the_server_ends() {
        let gaps = |steps: &[Span], installed| gaps(steps.iter().copied(), installed);
        assert_eq!(gaps(&[(5, 10), (15, 20), (40, 45)], 5), [(10, 15), (20, 40)]);
        assert_eq!(gaps(&[(10, 15)], 5), [(5, 10)]);
        assert_eq!(gaps(&[(5, 10), (15, 20)], 15), []);
        assert_eq!(gaps(&[(5, 25), (10, 15), (25, 30)], 5), []);
    }
}
