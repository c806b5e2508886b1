//! Simulated servers are given what the plan says, pack by pack, and must agree with it.

use crate::support::random_set::Set;
use crate::support::simulator::{Came, Format, Kind, Pack, Random, Release, Server};
use addpack::plan::servers::PacksByServer;
use addpack::plan::{
    Edition, FIRST_LICENSES, PackFacts, Plan, PlanAction, PlanCode, PlanStep, ServerState, plan_all,
};
use addpack::record::event::ServerVersion;
use addpack::record::fields::FileTime;
use addpack::report::Report;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::PathBuf;

/// What plans come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    /// The servers that packs are bound to.
    pub(super) servers: BTreeSet<[u8; 6]>,
    /// The licenses that all of them together gain: which of them an unused pack goes to is a matter of order.
    gained: u16,
}

/// Servers of one release, and the packs that a set's images hold or may become.
pub(super) struct Servers {
    /// By their records.
    packs: HashMap<Vec<u8>, Pack>,
    release: Release,
    at: FileTime,
    seed: u64,
}

impl Servers {
    /// Those of a set, whose packs are converted at this time.
    pub(super) fn of(set: &Set, seed: u64, at: FileTime) -> Self {
        let mut packs = HashMap::new();
        for image in &set.images {
            let rotten = Pack { bytes: image.record.clone(), ..image.pack.clone() };
            packs.insert(image.record.clone(), rotten);
            if image.pack.format == Format::V40 {
                let converted = image.pack.converted(at.0);
                packs.insert(converted.bytes.clone(), converted);
            }
        }
        let release = Random::new(seed).pick(&[Release::V45, Release::V45, Release::V40]);
        Self { packs, release, at, seed }
    }

    /// Follows the plan that is made of these reports, on every server.
    pub(super) fn follow(&self, reports: &[Report], when: &str) -> Planned {
        let known = |report: &Report| {
            let facts = PackFacts::of(report, false)?;
            Some((facts, report.output.clone().unwrap_or_else(|| report.path.clone())))
        };
        let (facts, paths): (Vec<_>, Vec<_>) = reports.iter().filter_map(known).unzip();
        let mut sets = PacksByServer::default();
        for facts in &facts {
            sets.add(facts);
        }
        let version =
            if self.release == Release::V45 { ServerVersion::V45 } else { ServerVersion::V40 };
        let edition = Edition::Retail;
        let like = ServerState { edition, version, identity: None, installed: FIRST_LICENSES };
        let fleet = plan_all(&facts, &sets, &like);
        let mut applied = BTreeSet::new();
        for (state, plan) in &fleet.plans {
            let trial = Trial { servers: self, when, paths: &paths };
            trial.follow(state, plan);
            for step in plan.steps.iter().filter(|step| step.span().is_some()) {
                assert!(applied.insert(step.pack), "set {}: applied twice", self.seed);
            }
        }
        let servers = fleet.plans.iter().filter_map(|(server, _)| Some(server.identity?.address.0));
        let gained = fleet.plans.iter().map(|(_, plan)| plan.reaches - FIRST_LICENSES).sum();
        Planned { servers: servers.collect(), gained }
    }
}

/// The plan of one server.
struct Trial<'a> {
    servers: &'a Servers,
    when: &'a str,
    paths: &'a [PathBuf],
}

impl Trial<'_> {
    fn follow(&self, state: &ServerState, plan: &Plan) {
        let about = format!("set {}, {}", self.servers.seed, self.when);
        let identity = state.identity.unwrap();
        let name = identity.name_text().unwrap();
        let mut server =
            Server::install(self.servers.release, identity.address.0, name, self.servers.at.0);
        let (apply, away): (Vec<&PlanStep>, Vec<_>) =
            plan.steps.iter().partition(|step| step.span().is_some());
        for step in apply {
            let came = server.offer(Kind::Retail, &mut self.prepared(step), false);
            let (from, to) = step.span().unwrap();
            assert_eq!(came, Came::Licenses(from, to), "{about}: {step:?}");
        }
        assert_eq!(server.licenses, plan.reaches, "{about}");
        let is_own = |step: &&&PlanStep| step.response.is_some() && step.code != PlanCode::Copy;
        for step in away.iter().filter(is_own) {
            let came = server.clone().offer(Kind::Retail, &mut self.prepared(step), false);
            assert!(!matches!(came, Came::Licenses(..)), "{about}: {step:?}: {came:?}");
        }
    }

    /// The pack of a step as the server gets it: converted, where it would be harmed else.
    fn prepared(&self, step: &PlanStep) -> Pack {
        let file = fs::read(&self.paths[step.pack]).unwrap();
        let pack = &self.servers.packs[&file[file.len() - 2048..]];
        let is_harmed = pack.format == Format::V40 && self.servers.release == Release::V45;
        if step.action == PlanAction::ConvertThenApply || is_harmed {
            pack.converted(self.servers.at.0)
        } else {
            pack.clone()
        }
    }
}
