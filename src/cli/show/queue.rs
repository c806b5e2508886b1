//! The diskettes of a queue, and its end: what became of each diskette, and the order to apply them in.

use crate::cli::show::lines::{plural, tone};
use crate::cli::show::terminal::Look;
use crate::cli::words::{Left, label, left_alone, serial, verdict};
use addpack::diagnosis::FindingCode;
use addpack::record::Record;
use addpack::record::fields::Seal;
use addpack::report::{Outcome, Report};
use std::fmt::Write;
use std::path::PathBuf;

/// A diskette that went through.
pub(crate) struct Diskette {
    /// From 1, in the order in which they were first put in.
    pub(crate) number: usize,
    pub(crate) outcome: Outcome,
    pub(crate) verdict: String,
    pub(crate) record: Option<Record>,
    /// Its image, where one is kept.
    pub(crate) image: Option<PathBuf>,
    /// Why nothing was done with it, where it was left alone.
    pub(crate) left: Option<Left>,
    /// Whether another try may come to more.
    is_open: bool,
}

impl Diskette {
    pub(crate) fn of(number: usize, report: &Report) -> Self {
        Self {
            number,
            outcome: report.outcome,
            verdict: verdict(report),
            record: report.record().cloned(),
            image: None,
            left: None,
            is_open: report.failure.is_some() || report.has_finding(FindingCode::DamagedMedia),
        }
    }

    /// Whether it holds a 4.5 pack now.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.outcome, Outcome::Converted | Outcome::AlreadyConverted)
    }

    /// Whether it may come again: another try may come to more, or the user may say yes.
    pub(crate) fn may_come_again(&self) -> bool {
        self.is_open || self.left.is_some()
    }

    pub(crate) fn digest(&self) -> Option<Seal> {
        self.record.as_ref().map(Record::digest)
    }

    /// The record, where a server would take it.
    pub(crate) fn sound(&self) -> Option<&Record> {
        let bad = matches!(self.outcome, Outcome::Refused | Outcome::Failed | Outcome::NotAPack);
        self.record.as_ref().filter(|_| !bad)
    }
}

/// A line for each diskette.
pub(crate) fn summary(look: Look, diskettes: &[Diskette]) -> String {
    let count = plural(diskettes.len() as u64, "diskette", "diskettes");
    let mut text = format!("\n{count} in this queue\n");
    for diskette in diskettes {
        let outcome = format!("{:<21}", diskette.outcome.as_str());
        let outcome = look.paint(tone(diskette.outcome), &outcome);
        let serial = diskette.record.as_ref().map_or_else(|| format!("{:23}", "-").into(), serial);
        let verdict = diskette.left.as_ref().map_or_else(|| diskette.verdict.clone(), left_alone);
        let _ = writeln!(text, "  {:>3}  {outcome}  {serial}  {verdict}", diskette.number);
    }
    text
}

/// The sound packs, server by server, in the order to apply them.
pub(crate) fn order(diskettes: &[Diskette]) -> String {
    let mut records: Vec<_> = diskettes.iter().filter_map(Diskette::sound).collect();
    let server = |record: &Record| (record.server.address, record.server.name);
    records.sort_by_key(|record| (!record.is_bound(), server(record), record.from));
    let mut text = String::new();
    for of_server in records.chunk_by(|one, next| server(one) == server(next)) {
        text += "\nIn the order to apply\n";
        for (index, record) in of_server.iter().enumerate() {
            let _ = writeln!(text, "  {:>3}  {}", index + 1, label(record).join("; "));
        }
    }
    text
}
