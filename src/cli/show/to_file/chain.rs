//! A server's chain of licenses as a picture. Each piece also has a text and an outline, for readers who see no colors.

use addpack::plan::rules::limit;
use addpack::plan::servers::Span;
use addpack::plan::{FIRST_LICENSES, PackFacts, Plan, ServerState};

/// The width of one license and the height of the bar, in the units of the picture.
const UNIT: u16 = 10;
const HEIGHT: u16 = 20;

/// The picture of a plan, with the steps that its server does not get back.
pub(super) fn svg(
    plan: &Plan,
    server: &ServerState,
    facts: &[PackFacts],
    missing: &[Span],
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
    for span in missing {
        pieces += &piece(*span, "missing", "\u{2717}");
    }
    let width = (most - FIRST_LICENSES) * UNIT;
    format!(
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\"><rect class=\"frame\" x=\"1\" y=\"1\" \
         width=\"{width}\" height=\"{HEIGHT}\"/>{pieces}</svg>",
        width + 2,
        HEIGHT + 2,
        alt(plan, missing),
    )
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

fn alt(plan: &Plan, missing: &[Span]) -> String {
    let missing: Vec<_> = missing.iter().map(|(from, to)| format!("{from} to {to}")).collect();
    if missing.is_empty() {
        format!("reaches {} licenses", plan.reaches)
    } else {
        format!("reaches {} licenses; missing: {}", plan.reaches, missing.join(", "))
    }
}
