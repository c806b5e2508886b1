//! Pure: which packs to apply to which server in which order, and how the server would answer to others.
//!
//! The rules of the server are in [`rules`], a function for each. [`set`] finds what is missing in a server's
//! chain, or there twice. The order is the one that leads to the most licenses.

mod facts;
mod fleet;
mod order;
pub mod rules;
pub mod set;
mod step;

pub use facts::{Condition, PackFacts, Use};
pub use fleet::{Fleet, moved_away, plan_all};
pub use step::{Action, Code};

use crate::record::event::ServerVersion;
use crate::record::fields::Server;
use order::{Applied, Choice};
use rules::{Answer, answer};
use set::Span;
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
pub struct Step {
    /// The pack's number in the set.
    pub pack: usize,
    /// What to do with it.
    pub action: Action,
    /// Why.
    pub code: Code,
    /// The server's answer to it, after a conversion if that is needed; `None` if it is not a sound pack,
    /// or a copy of another.
    pub answer: Option<Answer>,
    /// Whether the server would harm the pack if it were applied as it is.
    pub harm: Option<Answer>,
}

impl Step {
    /// The server's licenses before and after; `None` if the pack is not applied.
    pub fn span(&self) -> Option<Span> {
        match self.answer {
            Some(Answer::Takes { from, to }) if self.action != Action::TurnAway => Some((from, to)),
            _ => None,
        }
    }
}

/// What to do with a set of packs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// One step for each pack: those to apply, in their order, then those not to apply.
    pub steps: Vec<Step>,
    /// Gaps, as licenses from and to: because of them, used packs cannot be restored.
    pub gaps: Vec<Span>,
    /// Licenses that the server has in the end.
    pub reaches: u16,
    /// Packs that were moved from this server to another one that is not part of the plan.
    pub moved_away: Vec<Step>,
}

/// The plan for all of `packs` and a server.
pub fn plan(packs: &[PackFacts], server: &ServerState) -> Plan {
    let all: Vec<_> = (0..packs.len()).collect();
    plan_some(packs, &all, server)
}

/// The plan for some of `packs`, by their numbers. The server would still turn away the packs that are not
/// applied after all others were.
pub fn plan_some(packs: &[PackFacts], some: &[usize], server: &ServerState) -> Plan {
    let mut choice = Choice::new(server);
    let mut offered = some.to_vec();
    offered.sort_by_key(|number| packs[*number].preparation(server));
    for number in offered {
        match packs[number].condition {
            Condition::Sound | Condition::Unfinished => {
                choice.add(number, &packs[number].prepared(server));
            }
            Condition::CopyMissing => choice.reserve(&packs[number]),
            Condition::Copy | Condition::Refused(_) => {}
        }
    }
    let order = choice.order();
    let reaches = order.last().map_or(server.installed, |applied| applied.to);
    let end = End { server, reaches, order: &order, gaps: choice.gaps(&order) };
    let applied: HashSet<_> = order.iter().map(|applied| applied.pack).collect();
    let left = some.iter().filter(|number| !applied.contains(number));
    let left = left.map(|&number| end.turn_away(number, &packs[number]));
    let steps = order.iter().map(|applied| apply(*applied, &packs[applied.pack], server));
    let steps = steps.chain(left).collect();
    Plan { steps, reaches, gaps: end.gaps.clone(), moved_away: Vec::new() }
}

fn apply(applied: Applied, pack: &PackFacts, server: &ServerState) -> Step {
    let need = pack.needs_conversion(server);
    let plain = if pack.used.is_some() { Code::Restores } else { Code::Adds };
    Step {
        pack: applied.pack,
        action: need.map_or(Action::Apply, |_| Action::ConvertThenApply),
        code: need.unwrap_or(plain),
        answer: Some(Answer::Takes { from: applied.from, to: applied.to }),
        harm: harm(pack, server, applied.from),
    }
}

/// The harm that the server may do if the pack is applied as it is.
fn harm(pack: &PackFacts, server: &ServerState, installed: u16) -> Option<Answer> {
    Some(answer(pack, server, installed)).filter(|answer| answer.is_harm())
}

impl Step {
    fn turn_away(pack: usize, code: Code, answer: Option<Answer>) -> Self {
        Self { pack, action: Action::TurnAway, code, answer, harm: None }
    }
}

/// A server after all packs in the order were applied.
struct End<'a> {
    server: &'a ServerState,
    reaches: u16,
    order: &'a [Applied],
    gaps: Vec<Span>,
}

impl End<'_> {
    fn turn_away(&self, number: usize, pack: &PackFacts) -> Step {
        match pack.condition {
            Condition::Refused(finding) => {
                return Step::turn_away(number, Code::Refused(finding), None);
            }
            Condition::Copy => return Step::turn_away(number, Code::Copy, None),
            Condition::CopyMissing => return Step::turn_away(number, Code::CopyMissing, None),
            Condition::Sound | Condition::Unfinished => {}
        }
        let answer = answer(&pack.prepared(self.server), self.server, self.reaches);
        let code = match answer {
            Answer::NotSmallBusinessServer => Code::NotSmallBusinessServer,
            Answer::NoAddedLicenses => Code::NoAddedLicenses,
            Answer::MayBeDamaged if pack.write_protected => Code::WriteProtected,
            Answer::MayBeDamaged => Code::RecordFull,
            Answer::OverLimit { .. } => Code::OverLimit,
            Answer::AsksForPassword => Code::OtherServer,
            // An unused pack would take the place of one whose copy is missing.
            Answer::Takes { .. } => return Step::turn_away(number, Code::BehindGap, None),
            Answer::AlreadyUsed { .. } | Answer::RestoresOther { .. } | Answer::MayCorrupt => {
                self.why_out_of_order(pack)
            }
        };
        let harm = harm(pack, self.server, self.reaches);
        Step { harm, ..Step::turn_away(number, code, Some(answer)) }
    }

    /// Why a used pack of this server has no place in the order.
    fn why_out_of_order(&self, pack: &PackFacts) -> Code {
        let Some(Use { from, to, .. }) = pack.used else { return Code::OutOfOrder };
        if to <= self.server.installed {
            Code::AlreadyApplied
        } else if self.order.iter().any(|step| (step.from, step.to) == (from, to)) {
            Code::Twin
        } else if self.gaps.iter().any(|gap| gap.1 <= from) {
            Code::BehindGap
        } else {
            Code::OutOfOrder
        }
    }
}

impl Plan {
    /// The number of used packs that cannot be restored because of this gap.
    pub fn behind(&self, gap: Span, packs: &[PackFacts]) -> usize {
        let lies_behind = |number: usize| packs[number].used.is_some_and(|used| used.from >= gap.1);
        let behind = self.steps.iter().filter(|step| step.code == Code::BehindGap);
        behind.filter(|step| lies_behind(step.pack)).count()
    }

    /// The packs of the set that would fill a gap or a part of it, and why each cannot: it is refused,
    /// its record is full, it was moved to another server, or its converted copy is missing.
    pub fn missing_from(&self, gap: Span, packs: &[PackFacts], server: &ServerState) -> Vec<&Step> {
        let fills = |step: &&Step| {
            let pack = &packs[step.pack];
            let is_meant = pack.used.is_some_and(|used| {
                let is_inside = gap.0 <= used.from && used.to <= gap.1;
                let owner = pack.moved_from.unwrap_or(used.server);
                is_inside && server.identity.is_some_and(|id| id == used.server || id == owner)
            });
            let cannot = !matches!(
                step.code,
                Code::Copy | Code::Twin | Code::OutOfOrder | Code::AlreadyApplied | Code::BehindGap
            );
            step.action == Action::TurnAway && is_meant && cannot
        };
        self.steps.iter().chain(&self.moved_away).filter(fills).collect()
    }

    /// Whether there is a pack, other than a copy, that must not be applied to the server.
    pub fn turns_away(&self) -> bool {
        let away = self.steps.iter().filter(|step| step.action == Action::TurnAway);
        away.into_iter().any(|step| step.code != Code::Copy)
    }
}
