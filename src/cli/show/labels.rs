//! The labels of a plan's diskettes.

use crate::cli::show::plan_report::PlanReport;
use crate::cli::show::terminal::shown;
use crate::cli::words::{code_label, pack_serial, server, version_words};
use addpack::plan::{PackFacts, PlanCode, PlanStep};
use std::io::{self, Write};

/// A label for each diskette but those of a layout that is not known, an empty line behind each. If there are plans of several servers, each label names its
/// server.
pub(crate) fn labels(out: &mut dyn Write, report: &PlanReport, is_only: bool) -> io::Result<()> {
    let all = report.applied();
    let server = report.server.identity.filter(|_| !is_only);
    let server = server.map_or_else(String::new, |it| format!(", {}", self::server(&it)));
    for (at, step) in report.plan.steps.iter().enumerate() {
        let (facts, summary) = (report.facts(step), report.summary(step));
        if report.summaries.has_unknown_layout(step.pack) {
            continue;
        }
        let place = match (step.span(), step.code) {
            (Some(_), _) => format!("{} of {all}{server}", at + 1),
            (None, PlanCode::Copy) => continue,
            (None, code) => {
                format!("do not apply: {}{server}", code_label(code, &summary))
            }
        };
        let path = || format!("no serial: {}", shown(summary.image())).into();
        let serial = pack_serial(facts).unwrap_or_else(path);
        let licenses = label_licenses(step, facts);
        let version = version_words(step, facts);
        write!(out, "{place}\n{serial}\n{licenses}\n{version}\n\n")?;
    }
    Ok(())
}

/// From and to, as far as they are known.
fn label_licenses(step: &PlanStep, facts: &PackFacts) -> String {
    let bound = facts.used.map(|used| (used.from, used.to));
    match (step.span().or(bound), facts.licenses) {
        (Some((from, to)), _) => format!("{from} to {to} licenses"),
        (None, 0) => "licenses unknown".to_owned(),
        (None, licenses) if facts.is_spoilt() => format!("{licenses} licenses"),
        (None, licenses) => format!("{licenses} licenses, unused"),
    }
}
