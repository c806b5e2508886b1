//! One set, its plan, and servers that do what the plan says.

use super::case::{Case, Disk};
use crate::support::planned::{Planned, Step};
use crate::support::simulator::{Came, Kind, Pack, Release, Server};
use std::collections::BTreeMap;

/// One case, and what its plan says.
pub(crate) struct Trial {
    case: Case,
    planned: Planned,
    pub(crate) tally: BTreeMap<String, usize>,
}

fn number(step: &Step) -> usize {
    step.path.trim_start_matches("./").trim_end_matches(".img").parse().unwrap()
}

impl Trial {
    pub(crate) fn new(seed: u64) -> Self {
        let case = Case::new(seed);
        Self { planned: case.plan(), case, tally: BTreeMap::new() }
    }

    fn count(&mut self, what: &str) {
        *self.tally.entry(what.to_owned()).or_default() += 1;
    }

    /// Follows the plan to its end, and hands in then what it turns away.
    pub(crate) fn follow(&mut self) {
        let mut server = self.case.server.clone();
        let steps = std::mem::take(&mut self.planned.steps);
        let mut numbers: Vec<_> = steps.iter().map(number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..self.case.disks.len()).collect::<Vec<_>>(), "one step a pack");
        let apply = steps.iter().take_while(|step| step.action != "turn-away").count();
        let (apply, away) = steps.split_at(apply);
        for step in apply {
            self.apply(step, &mut server);
        }
        let summary = &self.planned.summary;
        assert_eq!(summary.reaches, server.licenses);
        assert_eq!(summary.installed, self.case.server.licenses);
        assert_eq!(summary.limit, if server.release == Release::V45 { 50 } else { 25 });
        for step in away {
            assert_eq!((&*step.action, step.from, step.to), ("turn-away", None, None));
            self.turn_away(step, &server, apply);
        }
    }

    fn apply(&mut self, step: &Step, server: &mut Server) {
        let disk = &self.case.disks[number(step)];
        let code = match disk {
            _ if disk.is_unfinished() => "finish-first",
            _ if disk.needs_conversion(server) => "convert-first",
            _ if disk.pack.binding.is_some() => "restores",
            _ => "adds",
        };
        let needs = matches!(code, "finish-first" | "convert-first");
        let action = if needs { "convert-then-apply" } else { "apply" };
        assert_eq!((&*step.action, &*step.code), (action, code));
        let came = server.offer(self.case.kind, &mut disk.prepared(server), disk.protected);
        assert_eq!(Some(came), step.from.zip(step.to).map(|(from, to)| Came::Licenses(from, to)));
        self.count(code);
    }

    fn turn_away(&mut self, step: &Step, server: &Server, applied: &[Step]) {
        let disk = self.case.disks[number(step)].clone();
        let kind = self.case.kind;
        let offer = |mut pack: Pack| server.clone().offer(kind, &mut pack, disk.protected);
        if let Some(code) = disk.refusal() {
            assert_eq!(step.code, code);
            assert!(kind != Kind::Retail || offer(disk.pack.clone()) == Came::Unsound);
            return self.count("refused");
        }
        let (ready, as_it_is) = (offer(disk.prepared(server)), offer(disk.pack.clone()));
        let message = match (&ready, &as_it_is) {
            (Came::Said(said), Came::Corrupt) => format!(
                "{said} That is so once the pack is converted: as it is, the server would corrupt \
                 the diskette."
            ),
            (Came::Said(said), _) => said.clone(),
            (Came::Defective, _) => "The server would make the diskette defective: the pack comes \
                out of order."
                .to_owned(),
            other => panic!("{other:?}, and the plan says {step:?}"),
        };
        assert_eq!(step.message, message);
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
            _ if disk.protected => "write-protected",
            _ if ready.count() == 24 => "record-full",
            _ if is_other => "other-server",
            _ if to > self.planned.summary.limit => "over-limit",
            _ if to <= self.case.server.licenses => "already-applied",
            _ if applied.iter().any(|step| step.from.zip(step.to) == disk.span()) => "twin",
            _ if self.gaps().iter().any(|gap| disk.span().is_some_and(|s| gap.1 <= s.0)) => {
                "behind-gap"
            }
            Kind::Retail => "out-of-order",
        }
    }

    pub(crate) fn assert_gaps(&self) {
        assert_eq!(self.planned.gaps, self.gaps());
    }

    /// What no sound pack of this server restores: runs of single licenses that none covers.
    fn gaps(&self) -> Vec<(u16, u16)> {
        let is_own = |disk: &&Disk| {
            let server = &self.case.server.identity;
            disk.refusal().is_none()
                && disk.pack.binding.as_ref().is_some_and(|b| b.server == *server)
        };
        let spans: Vec<_> = self.case.disks.iter().filter(is_own).filter_map(Disk::span).collect();
        let last = spans.iter().map(|span| span.1).max().unwrap_or_default();
        let mut gaps: Vec<(u16, u16)> = Vec::new();
        for license in self.case.server.licenses..last {
            let covered = spans.iter().any(|(from, to)| (*from..*to).contains(&license));
            match gaps.last_mut() {
                _ if covered => {}
                Some(gap) if gap.1 == license => gap.1 += 1,
                _ => gaps.push((license, license + 1)),
            }
        }
        gaps
    }

    /// Asserts that no other order reaches more licenses.
    pub(crate) fn assert_most(&mut self) {
        let server = &self.case.server;
        let sound = self.case.disks.iter().filter(|disk| disk.refusal().is_none());
        let packs: Vec<_> = sound.map(|disk| (disk.prepared(server), disk.protected)).collect();
        if packs.len() <= 6 {
            assert_eq!(self.planned.summary.reaches, most(server, self.case.kind, &packs));
            self.count("no order reaches more");
        }
    }
}

/// The most licenses that any order of the packs leads to.
fn most(server: &Server, kind: Kind, packs: &[(Pack, bool)]) -> u16 {
    let mut best = server.licenses;
    for at in 0..packs.len() {
        let (mut server, mut pack) = (server.clone(), packs[at].clone());
        if let Came::Licenses(..) = server.offer(kind, &mut pack.0, pack.1) {
            let rest: Vec<_> = [&packs[..at], &packs[at + 1..]].concat();
            best = best.max(most(&server, kind, &rest));
        }
    }
    best
}

impl Trial {
    pub(crate) fn count_shapes(&mut self) {
        let gaps = self.planned.gaps.clone();
        for _ in &gaps {
            self.count("gap");
        }
        let is_used = |step: &Step| self.case.disks[number(step)].pack.binding.is_some();
        let applied: Vec<_> =
            self.planned.steps.iter().filter(|step| step.from.is_some()).collect();
        let bridged = applied.iter().any(|step| {
            is_used(step) && gaps.iter().any(|gap| step.from.is_some_and(|from| gap.1 <= from))
        });
        let mixed = applied.windows(2).any(|pair| !is_used(pair[0]) && is_used(pair[1]));
        if bridged {
            self.count("gap with packs behind it that are restored");
        }
        if mixed {
            self.count("unused before used");
        }
    }
}
