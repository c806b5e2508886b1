//! Plans for all servers of a set: each pack is planned for at most one of them.

use super::servers::PacksByServer;
use super::{PackFacts, Plan, PlanCode, PlanStep, ServerState, Usability, plan_some};
use crate::record::fields::Server;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// The plans for all servers that packs are bound to.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// Each server with its plan, in the order in which they were found.
    pub plans: Vec<(ServerState, Plan)>,
    /// Unused packs that no server needs.
    pub stock: Vec<usize>,
    /// Packs that cannot be used, and are not bound to any of the servers.
    pub aside: Vec<usize>,
}

/// Plans every server of `sets`; each is as `like`, with its own identity. Unused packs are offered first to
/// servers with a gap, then to the others, and each is used only once.
pub fn plan_all(packs: &[PackFacts], sets: &PacksByServer, like: &ServerState) -> Fleet {
    let servers = sets.all().iter().map(|set| ServerState { identity: Some(set.server), ..*like });
    let servers: Vec<_> = servers.collect();
    let Partition { mut own, mut unused, aside } = partition(packs, &servers);
    unused.sort_for(like, packs);
    let mut plans: Vec<_> = servers
        .iter()
        .zip(&own)
        .map(|(server, own)| (*server, plan_some(packs, own, server)))
        .collect();
    let moved = moved_away(packs);
    // By their names, so that it does not depend on the paths of the packs which server gets an unused one.
    let mut order: Vec<_> = (0..plans.len()).collect();
    order.sort_by_key(|at| {
        (plans[*at].1.gaps.is_empty(), servers[*at].identity.map(|s| (s.address, s.name)))
    });
    for at in order {
        let offered = unused.offer_to(&servers[at]);
        let with_unused = plan_some(packs, &[&own[at][..], &offered].concat(), &servers[at]);
        let is_unused = |step: &&PlanStep| step.span().is_some() && packs[step.pack].used.is_none();
        let taken: Vec<_> =
            with_unused.steps.iter().filter(is_unused).map(|step| step.pack).collect();
        if !taken.is_empty() {
            unused.take(&taken, packs);
            own[at].extend(taken);
            plans[at].1 = plan_some(packs, &own[at], &servers[at]);
        }
        if let Some(moved) = servers[at].identity.and_then(|server| moved.get(&server)) {
            plans[at].1.moved_away = plan_some(packs, moved, &servers[at]).steps;
        }
    }
    Fleet { plans, stock: unused.rest(), aside }
}

impl Fleet {
    /// Whether packs that no server's plan holds are refused.
    pub fn refuses(&self, packs: &[PackFacts]) -> bool {
        self.aside.iter().any(|number| packs[*number].usability != Usability::Copy)
    }

    /// Why a pack that is in no server's plan must not be applied; `None` for stock.
    pub fn why_aside(&self, number: usize, pack: &PackFacts) -> Option<PlanCode> {
        self.aside.binary_search(&number).ok()?;
        Some(match pack.usability {
            Usability::Refused(finding) => PlanCode::Refused(finding),
            Usability::Copy => PlanCode::Copy,
            Usability::CopyMissing => PlanCode::CopyMissing,
            Usability::Sound | Usability::Unfinished => PlanCode::WriteProtected,
        })
    }
}

/// The packs that were moved to another server, by the server that they were applied to first.
pub fn moved_away(packs: &[PackFacts]) -> HashMap<Server, Vec<usize>> {
    let mut moved: HashMap<Server, Vec<usize>> = HashMap::new();
    for (number, pack) in
        packs.iter().enumerate().filter(|(_, pack)| pack.usability != Usability::Copy)
    {
        if let Some(server) = pack.moved_from {
            moved.entry(server).or_default().push(number);
        }
    }
    moved
}

/// Unused packs by their size, in the order in which they are offered.
#[derive(Default)]
struct Unused(BTreeMap<u16, VecDeque<usize>>);

impl Unused {
    /// Puts those first that a plan for such a server uses first.
    fn sort_for(&mut self, server: &ServerState, packs: &[PackFacts]) {
        for same_size in self.0.values_mut() {
            same_size.make_contiguous().sort_by_key(|number| packs[*number].preparation(server));
        }
    }

    /// As many packs of each size as a server could use. A plan uses the first ones of each size.
    fn offer_to(&self, server: &ServerState) -> Vec<usize> {
        let room = super::rules::limit(server.version).saturating_sub(server.installed);
        let first = |(size, packs): (&u16, &VecDeque<usize>)| -> Vec<usize> {
            packs.iter().take(usize::from(room / size.max(&1))).copied().collect()
        };
        self.0.iter().flat_map(first).collect()
    }

    fn take(&mut self, taken: &[usize], packs: &[PackFacts]) {
        for &number in taken {
            if let Some(same_size) = self.0.get_mut(&packs[number].licenses) {
                same_size.pop_front();
            }
        }
    }

    fn rest(self) -> Vec<usize> {
        let mut rest: Vec<_> = self.0.into_values().flatten().collect();
        rest.sort_unstable();
        rest
    }
}

/// Packs by what is to be done with them.
struct Partition {
    /// Those of each server.
    own: Vec<Vec<usize>>,
    unused: Unused,
    aside: Vec<usize>,
}

fn partition(packs: &[PackFacts], servers: &[ServerState]) -> Partition {
    let index: HashMap<_, _> =
        servers.iter().enumerate().map(|(at, server)| (server.identity, at)).collect();
    let mut partition = Partition {
        own: vec![Vec::new(); servers.len()],
        unused: Unused::default(),
        aside: Vec::new(),
    };
    for (number, pack) in packs.iter().enumerate() {
        match pack.used.and_then(|used| index.get(&Some(used.server))) {
            Some(at) => partition.own[*at].push(number),
            None if can_be_added(pack) => {
                partition.unused.0.entry(pack.licenses).or_default().push_back(number);
            }
            None => partition.aside.push(number),
        }
    }
    partition
}

fn can_be_added(pack: &PackFacts) -> bool {
    pack.is_usable() && pack.used.is_none() && !pack.write_protected
}
