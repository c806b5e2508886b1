//! A plan without its words: made by the library within this process, and read from the program.

use super::case::{Case, Disk};
use crate::support::planned::{self, Planned};
use crate::support::simulator::{Kind, Release};
use addpack::diagnosis::diagnose;
use addpack::plan::{Edition, PackFacts, ServerState, plan};
use addpack::record::event::ServerVersion;
use addpack::record::fields::{Bytes, Server};
use addpack::report::Report;

/// What is done with one diskette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The diskette's number in the set.
    pub(crate) number: usize,
    pub(crate) action: String,
    pub(crate) code: String,
    /// The licenses that the server goes from and to.
    pub(crate) span: Option<(u16, u16)>,
}

/// What is done with all diskettes of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    pub(crate) steps: Vec<Step>,
    pub(crate) gaps: Vec<(u16, u16)>,
    pub(crate) reaches: u16,
}

impl Outline {
    /// As the library plans.
    pub(crate) fn by_library(case: &Case) -> Self {
        let facts: Vec<_> = case.disks.iter().map(facts).collect();
        let plan = plan(&facts, &state(case));
        let step = |step: &addpack::plan::PlanStep| Step {
            number: step.pack,
            action: step.action.as_str().to_owned(),
            code: step.code.as_str().to_owned(),
            span: step.span(),
        };
        Self {
            steps: plan.steps.iter().map(step).collect(),
            gaps: plan.gaps,
            reaches: plan.reaches,
        }
    }

    /// As the program prints.
    pub(crate) fn of(planned: &Planned) -> Self {
        let step = |step: &planned::Step| Step {
            number: step.path.trim_start_matches("./").trim_end_matches(".img").parse().unwrap(),
            action: step.action.clone(),
            code: step.code.clone(),
            span: step.from.zip(step.to),
        };
        Self {
            steps: planned.steps.iter().map(step).collect(),
            gaps: planned.gaps.clone(),
            reaches: planned.summary.reaches,
        }
    }
}

fn facts(disk: &Disk) -> PackFacts {
    let diagnosis = diagnose(&disk.bytes);
    let mut report = Report::new("a.img".into(), true, diagnosis.verdict.into());
    report.diagnosis = Some(diagnosis);
    PackFacts::of(&report, false).expect("a pack")
}

fn state(case: &Case) -> ServerState {
    let identity = &case.server.identity;
    ServerState {
        edition: match case.kind {
            Kind::Retail => Edition::Retail,
            Kind::Nfr => Edition::Nfr,
            Kind::Msdn => Edition::Msdn,
            Kind::Nt => Edition::Nt,
        },
        version: match case.server.release {
            Release::V40 => ServerVersion::V40,
            Release::V40a => ServerVersion::V40a,
            Release::V45 => ServerVersion::V45,
        },
        identity: Some(Server {
            address: Bytes(identity.address),
            name: Bytes(identity.padded_name()),
        }),
        installed: case.server.licenses,
    }
}
