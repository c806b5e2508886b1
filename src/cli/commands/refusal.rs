//! Why a pack is refused, in short.

use crate::cli::words::{
    Refusal, evidence, finding_kb, finding_message, is_of_set, label_of, note, server_to_name,
    short_next_step,
};
use addpack::diagnosis::Finding;
use addpack::report::{Note, Report};
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
        kb: finding_kb(code),
        next: short_next_step(report),
        licenses: record.map(|record| record.licenses),
        version: record.map(|record| record.version),
        server: server_to_name(report),
        span: bound.map(|record| (record.from, record.to)),
        other_way: other_way(report),
        is_for_others: is_of_set(finding),
    }))
}

/// That a sound image of the pack is at hand, or that its conversion can be repaired.
fn other_way(report: &Report) -> Option<String> {
    let way = report.notes.iter().find(|it| matches!(it, Note::StandIn(_) | Note::Begun(_)));
    way.map(|way| note(way).1)
}

fn with_code(finding: &Finding) -> String {
    format!("{}: {}", finding.code().as_str(), evidence(finding))
}
