//! Why a pack is refused, in short.

use crate::cli::words::{
    Refusal, evidence, finding_kb, finding_message, label_of, note, server_to_name, short_next_step,
};
use addpack::diagnosis::Finding;
use addpack::report::Report;
use std::rc::Rc;

/// Why the pack is refused: its primary finding.
pub(super) fn refusal(report: &Report) -> Option<Rc<Refusal>> {
    let finding = report.findings().first()?;
    let code = finding.code();
    let record = report.record();
    let bound = record.filter(|record| record.is_bound());
    Some(Rc::new(Refusal {
        code: code.as_str(),
        label: label_of(finding),
        message: finding_message(finding),
        evidence: report.findings().iter().map(with_code).collect(),
        kb: finding_kb(finding),
        next: short_next_step(report),
        licenses: record.map(|record| record.licenses),
        version: record.map(|record| record.version),
        server: server_to_name(report),
        span: bound.map(|record| (record.from, record.to)),
        left_out: (!report.asks_for_replacement()).then(|| why_left_out(report, finding)),
        is_unknown_layout: report.has_unknown_layout(),
    }))
}

/// Why no replacement is asked for: the other way to the pack, or else what speaks against it.
fn why_left_out(report: &Report, primary: &Finding) -> String {
    let way = report.notes.iter().find(|note| note.is_other_way());
    way.map_or_else(|| finding_message(primary), |way| note(way).1)
}

fn with_code(finding: &Finding) -> String {
    format!("{}: {}", finding.code().as_str(), evidence(finding))
}
