//! One set, its plan, and servers that do what the plan says.

use super::case::{Case, Disk};
use super::outline::{Outline, Step};
use crate::support::simulator::{Came, Kind, Pack, Server};
use std::collections::BTreeMap;

/// One case, and what its plan says.
pub(crate) struct Trial {
    case: Case,
    plan: Outline,
    pub(crate) tally: BTreeMap<String, usize>,
}

impl Trial {
    pub(crate) fn new(seed: u64) -> Self {
        let case = Case::new(seed);
        Self { plan: Outline::by_library(&case), case, tally: BTreeMap::new() }
    }

    fn count(&mut self, what: &str) {
        *self.tally.entry(what.to_owned()).or_default() += 1;
    }

    /// Follows the plan to its end, and hands in then what it turns away.
    pub(crate) fn follow(&mut self) {
        let mut server = self.case.server.clone();
        let steps = std::mem::take(&mut self.plan.steps);
        let mut numbers: Vec<_> = steps.iter().map(|step| step.number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..self.case.disks.len()).collect::<Vec<_>>(), "one step a pack");
        let apply = steps.iter().take_while(|step| step.action != "turn-away").count();
        let (apply, away) = steps.split_at(apply);
        for step in apply {
            self.apply(step, &mut server);
        }
        assert_eq!(self.plan.reaches, server.licenses);
        for step in away {
            assert_eq!((&*step.action, step.span), ("turn-away", None));
            self.turn_away(step, &server, apply);
        }
    }

    fn apply(&mut self, step: &Step, server: &mut Server) {
        let disk = &self.case.disks[step.number];
        let code = match disk {
            _ if disk.is_unfinished() => "finish-first",
            _ if disk.needs_conversion(server) => "convert-first",
            _ if disk.pack.binding.is_some() => "restores",
            _ => "adds",
        };
        let needs = matches!(code, "finish-first" | "convert-first");
        let action = if needs { "convert-then-apply" } else { "apply" };
        assert_eq!((&*step.action, &*step.code), (action, code));
        let came = server.offer(self.case.kind, &mut disk.prepared(server), false);
        assert_eq!(Some(came), step.span.map(|(from, to)| Came::Licenses(from, to)));
        self.count(code);
    }

    fn turn_away(&mut self, step: &Step, server: &Server, applied: &[Step]) {
        let disk = self.case.disks[step.number].clone();
        let kind = self.case.kind;
        let offer = |mut pack: Pack| server.clone().offer(kind, &mut pack, false);
        if let Some(code) = disk.refusal() {
            assert_eq!(step.code, code);
            assert!(kind != Kind::Retail || offer(disk.pack.clone()) == Came::Unsound);
            return self.count("refused");
        }
        let (ready, as_it_is) = (offer(disk.prepared(server)), offer(disk.pack.clone()));
        assert!(matches!(ready, Came::Said(_) | Came::Defective), "{ready:?}, and {step:?}");
        assert_eq!(step.code, self.why(&disk, server, applied), "{step:?}");
        self.count(&step.code);
        self.count(if ready == Came::Defective { "defective" } else { "said" });
        if as_it_is == Came::Corrupt {
            self.count("corrupt");
        }
    }

    /// The code for a sound pack that is turned away.
    fn why(&self, disk: &Disk, server: &Server, applied: &[Step]) -> &'static str {
        let ready = disk.prepared(server);
        let is_other = ready.binding.as_ref().is_some_and(|b| b.server != server.identity);
        let to = disk.span().map_or(server.licenses + ready.licenses, |span| span.1);
        match self.case.kind {
            Kind::Nt => "not-sbs",
            Kind::Nfr | Kind::Msdn => "no-added-licenses",
            _ if ready.count() == 24 => "record-full",
            _ if is_other => "other-server",
            _ if to > self.case.limit() => "over-limit",
            _ if to <= self.case.server.licenses => "already-applied",
            _ if applied.iter().any(|step| step.span == disk.span()) => "twin",
            _ if self.gaps(applied).iter().any(|gap| disk.span().is_some_and(|s| gap.1 <= s.0)) => {
                "behind-gap"
            }
            Kind::Retail => "out-of-order",
        }
    }

    pub(crate) fn assert_gaps(&self) {
        let steps = &self.plan.steps;
        assert_eq!(self.plan.gaps, self.gaps(steps));
    }

    /// What is missing before used packs: each time from where they lead to the next one that the server
    /// would take then. One that the plan gets over, so that a pack behind it is restored, is none.
    fn gaps(&self, applied: &[Step]) -> Vec<(u16, u16)> {
        let spans: Vec<_> = self.case.disks.iter().filter_map(|disk| self.takeable(disk)).collect();
        let mut reached = furthest(&spans, self.case.server.licenses);
        let mut gaps = Vec::new();
        while let Some(next) = spans.iter().map(|span| span.0).filter(|from| *from > reached).min()
        {
            gaps.push((reached, next));
            reached = furthest(&spans, next);
        }
        let is_used = |step: &&Step| self.case.disks[step.number].pack.binding.is_some();
        let restored: Vec<_> =
            applied.iter().filter(is_used).filter_map(|step| Some(step.span?.0)).collect();
        gaps.retain(|gap| restored.iter().all(|from| *from < gap.1));
        gaps
    }

    /// What a pack restores, if this server takes it once it has the licenses to start from.
    fn takeable(&self, disk: &Disk) -> Option<(u16, u16)> {
        let span = disk.span().filter(|_| disk.refusal().is_none())?;
        let mut server = self.case.server.clone();
        server.licenses = span.0;
        let mut pack = disk.prepared(&server);
        let came = server.offer(self.case.kind, &mut pack, false);
        matches!(came, Came::Licenses(..)).then_some(span)
    }

    /// Asserts that no other order reaches more licenses.
    pub(crate) fn assert_most(&mut self) {
        let server = &self.case.server;
        let sound = self.case.disks.iter().filter(|disk| disk.refusal().is_none());
        let packs: Vec<_> = sound.map(|disk| disk.prepared(server)).collect();
        if packs.len() <= 6 {
            assert_eq!(self.plan.reaches, most(server, self.case.kind, &packs));
            self.count("no order reaches more");
        }
    }
}

/// The most licenses that any order of the packs leads to.
fn most(server: &Server, kind: Kind, packs: &[Pack]) -> u16 {
    let mut best = server.licenses;
    for at in 0..packs.len() {
        let (mut server, mut pack) = (server.clone(), packs[at].clone());
        if let Came::Licenses(..) = server.offer(kind, &mut pack, false) {
            let rest: Vec<_> = [&packs[..at], &packs[at + 1..]].concat();
            best = best.max(most(&server, kind, &rest));
        }
    }
    best
}

/// The most licenses that used packs lead to from `at`.
fn furthest(spans: &[(u16, u16)], at: u16) -> u16 {
    let next = spans.iter().filter(|span| span.0 == at);
    next.map(|span| furthest(spans, span.1)).max().unwrap_or(at)
}

impl Trial {
    pub(crate) fn count_shapes(&mut self) {
        let gaps = self.plan.gaps.clone();
        for _ in &gaps {
            self.count("gap");
        }
        let is_used = |step: &Step| self.case.disks[step.number].pack.binding.is_some();
        let applied: Vec<_> = self.plan.steps.iter().filter(|step| step.span.is_some()).collect();
        let mixed = applied.windows(2).any(|pair| !is_used(pair[0]) && is_used(pair[1]));
        if mixed {
            self.count("unused before used");
        }
    }
}
