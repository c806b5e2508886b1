//! Pure: which packs to apply to which server in which order, and how the server would respond to others.
//!
//! The rules of the server are in [`rules`], a function for each. [`servers`] finds what is missing in a server's
//! chain, or there twice. The order is the one that leads to the most licenses.

mod facts;
mod fleet;
mod order;
mod restored;
pub mod rules;
pub mod servers;
mod step;

pub use facts::{PackFacts, Usability};
pub use fleet::{Fleet, moved_away, plan_all};
pub use restored::{PlannedSet, Restored, ServerCounts};
pub use step::{PlanAction, PlanCode};

use crate::record::Binding;
use crate::record::event::ServerVersion;
use crate::record::fields::Server;
use order::{Applied, Choice};
use rules::{ServerResponse, response};
use servers::Span;
use std::collections::HashSet;

/// Licenses that a server has when it is installed.
pub const FIRST_LICENSES: u16 = 5;

/// Which edition of the product a server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// The retail edition.
    Retail,
    /// Not for resale.
    Nfr,
    /// From an MSDN subscription.
    Msdn,
    /// Not a Small Business Server: full Windows NT, or a server converted to it.
    Nt,
}

/// A server, and how many licenses it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerState {
    /// Its edition.
    pub edition: Edition,
    /// Its version.
    pub version: ServerVersion,
    /// Its identity in the records of packs; `None` if no pack is bound to it.
    pub identity: Option<Server>,
    /// Licenses that it has now: 5 up to its limit.
    pub installed: u16,
}

/// One pack of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanStep {
    /// The pack's number in the set.
    pub pack: usize,
    /// What to do with it.
    pub action: PlanAction,
    /// Why.
    pub code: PlanCode,
    /// The server's response to it, after a conversion if that is needed; `None` if it is not a sound pack,
    /// or a copy of another.
    pub response: Option<ServerResponse>,
    /// Whether the server would harm the pack if it were applied as it is.
    pub harm: Option<ServerResponse>,
}

impl PlanStep {
    /// The server's licenses before and after; `None` if the pack is not applied.
    pub fn span(&self) -> Option<Span> {
        match self.response {
            Some(ServerResponse::Takes { from, to }) if self.action != PlanAction::TurnAway => {
                Some((from, to))
            }
            _ => None,
        }
    }
}

/// What to do with a set of packs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// One step for each pack: those to apply, in their order, then those not to apply.
    pub steps: Vec<PlanStep>,
    /// Gaps, as licenses from and to: because of them, used packs cannot be restored.
    pub gaps: Vec<Span>,
    /// Licenses that the server has in the end.
    pub reaches: u16,
    /// Packs that were moved from this server to another one that is not part of the plan.
    pub moved_away: Vec<PlanStep>,
}

/// The plan for all of `packs` and a server.
pub fn plan(packs: &[PackFacts], server: &ServerState) -> Plan {
    plan_of(packs, 0..packs.len(), server)
}

/// The plan for some of `packs`, by their numbers. For each pack that is not applied, it has the server's response
/// after all others were applied.
pub fn plan_some(packs: &[PackFacts], some: &[usize], server: &ServerState) -> Plan {
    plan_of(packs, some.iter().copied(), server)
}

fn plan_of(
    packs: &[PackFacts],
    some: impl Iterator<Item = usize> + Clone,
    server: &ServerState,
) -> Plan {
    let mut choice = Choice::new(server);
    for preparation in 0..=PackFacts::MOST_PREPARATION {
        let is_next = |number: &usize| packs[*number].preparation(server) == preparation;
        for number in some.clone().filter(is_next) {
            offer(&mut choice, number, &packs[number], server);
        }
    }
    let order = choice.order();
    let reaches = order.last().map_or(server.installed, |applied| applied.to);
    let end = ReachedServer { server, reaches, order: &order, gaps: choice.gaps(&order) };
    let applied: HashSet<_> = order.iter().map(|applied| applied.pack).collect();
    let left = some.filter(|number| !applied.contains(number));
    let left = left.map(|number| end.turn_away(number, &packs[number]));
    let steps = order.iter().map(|applied| apply(*applied, &packs[applied.pack], server));
    let steps = steps.chain(left).collect();
    Plan { steps, reaches, gaps: end.gaps.clone(), moved_away: Vec::new() }
}

fn offer(choice: &mut Choice<'_>, number: usize, pack: &PackFacts, server: &ServerState) {
    match pack.usability {
        Usability::Sound | Usability::Unfinished => choice.add(number, &pack.prepared(server)),
        Usability::CopyMissing => choice.reserve(pack),
        Usability::Copy | Usability::Refused(_) => {}
    }
}

fn apply(applied: Applied, pack: &PackFacts, server: &ServerState) -> PlanStep {
    let need = pack.needs_conversion(server);
    let plain = if pack.used.is_some() { PlanCode::Restores } else { PlanCode::Adds };
    PlanStep {
        pack: applied.pack,
        action: need.map_or(PlanAction::Apply, |_| PlanAction::ConvertThenApply),
        code: need.unwrap_or(plain),
        response: Some(ServerResponse::Takes { from: applied.from, to: applied.to }),
        harm: harm(pack, server, applied.from),
    }
}

/// The harm that the server may do if the pack is applied as it is.
fn harm(pack: &PackFacts, server: &ServerState, installed: u16) -> Option<ServerResponse> {
    Some(response(pack, server, installed)).filter(|response| response.is_harm())
}

impl PlanStep {
    fn turn_away(pack: usize, code: PlanCode, response: Option<ServerResponse>) -> Self {
        Self { pack, action: PlanAction::TurnAway, code, response, harm: None }
    }
}

/// A server after all packs in the order were applied.
struct ReachedServer<'a> {
    server: &'a ServerState,
    reaches: u16,
    order: &'a [Applied],
    gaps: Vec<Span>,
}

impl ReachedServer<'_> {
    fn turn_away(&self, number: usize, pack: &PackFacts) -> PlanStep {
        match pack.usability {
            Usability::Refused(finding) => {
                return PlanStep::turn_away(number, PlanCode::Refused(finding), None);
            }
            Usability::Copy => return PlanStep::turn_away(number, PlanCode::Copy, None),
            Usability::CopyMissing => {
                return PlanStep::turn_away(number, PlanCode::CopyMissing, None);
            }
            Usability::Sound | Usability::Unfinished => {}
        }
        let response = response(&pack.prepared(self.server), self.server, self.reaches);
        let code = match response {
            ServerResponse::NotSmallBusinessServer => PlanCode::NotSmallBusinessServer,
            ServerResponse::NoAddedLicenses => PlanCode::NoAddedLicenses,
            ServerResponse::MayBeDamaged if pack.write_protected => PlanCode::WriteProtected,
            ServerResponse::MayBeDamaged => PlanCode::RecordFull,
            ServerResponse::OverLimit { .. } => PlanCode::OverLimit,
            ServerResponse::AsksForPassword => PlanCode::OtherServer,
            // An unused pack would take the place of a pack whose converted copy is missing.
            ServerResponse::Takes { .. } => {
                return PlanStep::turn_away(number, PlanCode::BehindGap, None);
            }
            ServerResponse::AlreadyUsed { .. }
            | ServerResponse::RestoresOther { .. }
            | ServerResponse::MayCorrupt => self.why_out_of_order(pack),
        };
        let harm = harm(pack, self.server, self.reaches);
        PlanStep { harm, ..PlanStep::turn_away(number, code, Some(response)) }
    }

    /// Why a used pack of this server has no place in the order.
    fn why_out_of_order(&self, pack: &PackFacts) -> PlanCode {
        let Some(Binding { from, to, .. }) = pack.used else { return PlanCode::OutOfOrder };
        if to <= self.server.installed {
            PlanCode::AlreadyApplied
        } else if self.order.iter().any(|step| (step.from, step.to) == (from, to)) {
            PlanCode::Twin
        } else if self.gaps.iter().any(|gap| gap.1 <= from) {
            PlanCode::BehindGap
        } else {
            PlanCode::OutOfOrder
        }
    }
}

impl Plan {
    /// The number of used packs that cannot be restored because of this gap.
    pub fn behind(&self, gap: Span, packs: &[PackFacts]) -> usize {
        let lies_behind = |number: usize| packs[number].used.is_some_and(|used| used.from >= gap.1);
        let behind = self.steps.iter().filter(|step| step.code == PlanCode::BehindGap);
        behind.filter(|step| lies_behind(step.pack)).count()
    }

    /// The packs of the set that would fill a gap or a part of it, and why each cannot: it is refused,
    /// its record is full, it was moved to another server, or its converted copy is missing.
    pub fn missing_from(
        &self,
        gap: Span,
        packs: &[PackFacts],
        server: &ServerState,
    ) -> Vec<&PlanStep> {
        let fills = |step: &&PlanStep| {
            let pack = &packs[step.pack];
            let is_meant = pack.used.is_some_and(|used| {
                let is_inside = gap.0 <= used.from && used.to <= gap.1;
                let owner = pack.moved_from.unwrap_or(used.server);
                is_inside && server.identity.is_some_and(|id| id == used.server || id == owner)
            });
            is_meant && step.is_unusable()
        };
        self.steps.iter().chain(&self.moved_away).filter(fills).collect()
    }

    /// Whether there is a pack, other than a copy, that must not be applied to the server.
    pub fn turns_away(&self) -> bool {
        let away = self.steps.iter().filter(|step| step.action == PlanAction::TurnAway);
        away.into_iter().any(|step| step.code != PlanCode::Copy)
    }
}
