//! Gaps, twins and conflicts in a server's packs, in the admin's words.

use super::pack_summary::{PackSummary, pack_serial, short};
use super::plan::code_label;
use super::value::{list, number, server};
use addpack::plan::servers::{Chain, Holders, Span};
use addpack::plan::{PackFacts, Plan, PlanCode, PlanStep, ServerCounts};
use addpack::record::fields::Serial;

/// A gap of the chain, why no pack of the set fills it, and how many packs lie behind it.
pub(crate) fn gap_message((from, to): Span, reasons: &[String], behind: usize) -> String {
    let lack = if reasons.is_empty() {
        format!("{from} to {to}: no pack of the set restores this")
    } else {
        format!("{from} to {to}: {}", reasons.join("; "))
    };
    match behind {
        0 => lack,
        1 => format!("{lack}. Without it 1 pack cannot be restored"),
        packs => format!("{lack}. Without it {packs} packs cannot be restored"),
    }
}

/// Why a pack of the set does not fill a gap.
pub(crate) fn gap_reason(step: &PlanStep, facts: &PackFacts, summary: &PackSummary) -> String {
    let serial = pack_serial(facts).unwrap_or_else(|| "-".into());
    match (step.code, facts.used) {
        (PlanCode::Refused(_), _) => {
            format!("its pack, {serial}, is refused ({})", code_label(step.code, summary))
        }
        (PlanCode::OtherServer, Some(used)) => {
            format!("its pack, {serial}, is bound to {} now", server(&used.server))
        }
        (code, _) => {
            format!("its pack, {serial}, cannot be applied ({})", code_label(code, summary))
        }
    }
}

/// What to do about gaps whose packs are not in the set.
pub(crate) const GAP_NEXT: &str = "next: look for the missing packs and add them to the set; \
    addpack replace --gaps asks for replacements";

/// A step that several packs restore.
pub(crate) fn twins_message((from, to): Span, images: &[String]) -> String {
    format!("{from} to {to}: restored by {}, and only one of them can be applied", list(images))
}

/// What to do about twins, of which the plan applies one or none.
pub(crate) fn twins_next(is_one_applied: bool) -> &'static str {
    if is_one_applied {
        "next: apply the one in the plan, which needs the least preparation, and keep the others"
    } else {
        "next: keep them; the plan applies none of them"
    }
}

/// Which packs restore one step.
fn twins(((from, to), holders): (Span, &Holders)) -> String {
    let first = holders.sound.iter().chain(&holders.twins);
    let serial = |serial: &Serial| serial.text().map_or_else(|| "a pack".to_owned(), short);
    let mut packs: Vec<_> = first.map(serial).collect();
    packs.extend(holders.more_twins.then(|| "others".to_owned()));
    format!("twins: {} restore {from} to {to}; only one of them can be applied", list(&packs))
}

/// What is wrong in a server's set, a line each.
pub(crate) fn set_warnings(plan: &Plan, chain: &Chain) -> Vec<String> {
    let gap = |(from, to): &Span| format!("gap: no sound pack restores {from} to {to}");
    plan.gaps.iter().map(gap).chain(overlaps(chain)).collect()
}

/// How many servers get all their licenses back, and why the others do not; empty without servers.
pub(crate) fn servers_counted(counts: &ServerCounts) -> String {
    if counts.all() == 0 {
        return String::new();
    }
    let [whole, gaps, end_missing] = [counts.whole, counts.gaps, counts.end_missing].map(number);
    let mut text =
        format!("Servers: {whole} whole, {gaps} with gaps, {end_missing} without their last pack");
    if counts.conflicts > 0 {
        text += &format!(", {} with conflicts", number(counts.conflicts));
    }
    for (count, what) in [(counts.refused, "refused packs"), (counts.twins, "twins")] {
        if count > 0 {
            text += &format!("; {} with {what}", number(count));
        }
    }
    text
}

/// Packs of a server of which only one can be applied, a line for each case.
pub(crate) fn overlaps(chain: &Chain) -> Vec<String> {
    let conflict =
        |((a, b), (c, d))| format!("conflict: a pack restores {a} to {b}, another one {c} to {d}");
    chain.twins().map(twins).chain(chain.conflicts().into_iter().map(conflict)).collect()
}
