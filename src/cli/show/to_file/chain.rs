//! A server's chain of licenses as a picture. Each piece also has a text and an outline, for readers who see no colors.

use addpack::plan::rules::limit;
use addpack::plan::servers::{Chain, Span};
use addpack::plan::{FIRST_LICENSES, PackFacts, Plan, ServerState};

/// The width of one license and the height of the bar, in the units of the picture.
const UNIT: u16 = 10;
const HEIGHT: u16 = 20;

/// The picture of a plan.
pub(super) fn svg(
    plan: &Plan,
    server: &ServerState,
    facts: &[PackFacts],
    chain: Option<&Chain>,
) -> String {
    let most = limit(server.version);
    let mut pieces = String::new();
    if server.installed > FIRST_LICENSES {
        pieces += &piece((FIRST_LICENSES, server.installed), "has", "");
    }
    for step in &plan.steps {
        let Some(span) = step.span() else { continue };
        let is_used = facts[step.pack].used.is_some();
        let (kind, mark) = if is_used { ("restored", "") } else { ("added", "+") };
        pieces += &piece(span, kind, mark);
    }
    for span in missing(plan, chain, most) {
        pieces += &piece(span, "missing", "\u{2717}");
    }
    let width = (most - FIRST_LICENSES) * UNIT;
    format!(
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\"><rect class=\"frame\" x=\"1\" y=\"1\" \
         width=\"{width}\" height=\"{HEIGHT}\"/>{pieces}</svg>",
        width + 2,
        HEIGHT + 2,
        alt(plan),
    )
}

/// Gaps, and the steps of refused packs that nothing else restores.
pub(super) fn missing(plan: &Plan, chain: Option<&Chain>, most: u16) -> Vec<Span> {
    let mut missing = plan.gaps.clone();
    let refused = chain.into_iter().flat_map(Chain::steps);
    let refused = refused.filter(|(span, holders)| {
        holders.refused && holders.sound.is_none() && span.1 <= most && span.0 >= plan.reaches
    });
    let is_new = |span: &Span| !plan.gaps.iter().any(|gap| gap.0 < span.1 && span.0 < gap.1);
    missing.extend(refused.map(|(span, _)| span).filter(is_new));
    missing.sort_unstable();
    missing
}

fn piece((from, to): Span, kind: &str, mark: &str) -> String {
    let at = |licenses: u16| licenses.saturating_sub(FIRST_LICENSES) * UNIT + 1;
    let (start, width) = (at(from), at(to) - at(from));
    format!(
        "<rect class=\"{kind}\" x=\"{start}\" y=\"1\" width=\"{width}\" height=\"{HEIGHT}\"/><text \
         class=\"{kind}-text\" x=\"{}\" y=\"15\">{mark}{from}\u{2013}{to}</text>",
        start + width / 2
    )
}

fn alt(plan: &Plan) -> String {
    let gaps: Vec<_> = plan.gaps.iter().map(|(from, to)| format!("{from} to {to}")).collect();
    if gaps.is_empty() {
        format!("reaches {} licenses", plan.reaches)
    } else {
        format!("reaches {} licenses; missing: {}", plan.reaches, gaps.join(", "))
    }
}
