//! A set of packs, looked at as a whole: what `addpack plan` and `addpack replace` begin with.

use crate::cli::Error;
use crate::cli::args::Common;
use crate::cli::ask::stop;
use crate::cli::commands::ledger::open_to_look;
use crate::cli::exit::Exit;
use crate::cli::show::lines::complain_repeated;
use crate::cli::show::progress::Progress;
use crate::cli::show::terminal::{complain, escape};
use crate::cli::words::{
    PackSummary, Refusal, evidence, finding_kb, finding_label, finding_message, label_of,
    next_step, note, verdict,
};
use addpack::diagnosis::{Finding, FindingCode, FindingKind};
use addpack::find::Skipped;
use addpack::media::Place;
use addpack::plan::set::Sets;
use addpack::plan::{Condition, PackFacts, mark_copies};
use addpack::record::Version;
use addpack::record::fields::{Serial, Server};
use addpack::report::{Note, Outcome, Report};
use addpack::run::{self, End, Listener, Mode};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// All packs of a set, in the order of the paths.
pub(crate) struct Packs {
    pub(crate) summaries: Vec<PackSummary>,
    pub(crate) facts: Vec<PackFacts>,
    pub(crate) sets: Sets,
    /// What became of the images that are not packs.
    pub(crate) exit: Exit,
}

/// Looks at every image and keeps what is needed of the packs. Failed images, and named ones that
/// are no packs, are complained of.
pub(crate) fn gather(common: &Common) -> Result<Packs, Error> {
    stop::listen();
    let job = common.job(Mode::Inspect)?;
    let (mut ledger, _) = open_to_look(&common.ledger)?;
    let mut gathering = Gathering {
        packs: Packs {
            summaries: Vec::new(),
            facts: Vec::new(),
            sets: Sets::new(usize::MAX),
            exit: Exit::Good,
        },
        progress: Progress::over(common, "looking"),
    };
    let end = run::run(&job, &mut ledger, &stop::STOP, &mut gathering)?;
    gathering.progress.finish();
    let mut packs = gathering.packs;
    packs.mark_copies();
    if end == End::Stopped {
        packs.exit = Exit::Stopped;
    }
    Ok(packs)
}

impl Packs {
    /// Leaves out what are copies of other images, and sorts the rest by their servers.
    fn mark_copies(&mut self) {
        mark_copies(&mut self.facts);
        let is_copy = |facts: &PackFacts| facts.condition == Condition::Copy;
        let copies = self.facts.iter().enumerate().filter(|(_, facts)| is_copy(facts));
        let sources: HashMap<Serial, usize> = copies
            .filter(|(_, facts)| facts.version == Version::V40)
            .map(|(number, facts)| (facts.serial, number))
            .collect();
        for (number, facts) in self.facts.iter().enumerate() {
            if facts.version == Version::V45
                && facts.is_usable()
                && let Some(source) = sources.get(&facts.serial)
            {
                self.summaries[number].converted_from = Some(self.summaries[*source].path.clone());
            }
            self.sets.add(facts);
        }
    }
}

struct Gathering {
    packs: Packs,
    progress: Progress,
}

impl Gathering {
    fn complain(&self, report: &Report) {
        let path = escape(&report.path.to_string_lossy());
        let next =
            if report.outcome == Outcome::Failed { next_step(report) } else { String::new() };
        let next = if next.is_empty() { next } else { format!("; next: {next}") };
        self.progress.suspend(|| complain(&format!("{path}: {}{next}", verdict(report))));
    }
}

impl Listener for Gathering {
    fn image(&mut self, report: Box<Report>) -> ControlFlow<()> {
        self.progress.image(report.outcome);
        let is_protected = || Place::at(&report.path).is_ok_and(|place| place.is_write_protected());
        let write_protected = report.is_drive && is_protected();
        if let Some(facts) = PackFacts::of(&report, write_protected) {
            self.packs.facts.push(facts);
            self.packs.summaries.push(PackSummary {
                refusal: refusal(&report),
                output: report.output.map(PathBuf::into_boxed_path),
                converted_from: None,
                path: report.path.into_boxed_path(),
            });
        } else if report.outcome == Outcome::Failed || report.named {
            self.complain(&report);
            self.packs.exit = self.packs.exit.merge(Exit::of(&report));
        }
        ControlFlow::Continue(())
    }

    fn skipped(&mut self, _: &Skipped) {
        self.progress.other();
    }

    fn repeated(&mut self, path: &Path, first: &Path) -> ControlFlow<()> {
        self.progress.other();
        self.progress.suspend(|| complain_repeated(path, first));
        ControlFlow::Continue(())
    }
}

/// Why the pack is refused, or would be by a conversion: its primary finding, or the other copy of
/// it that was converted.
fn refusal(report: &Report) -> Option<Box<Refusal>> {
    let copy = report.notes.iter().find(|note| matches!(note, Note::Copy(_) | Note::Copied(_)));
    let primary = report.findings().first();
    let copied = FindingCode::CopyOfConverted;
    let (code, label, message) = match (primary, copy) {
        (Some(finding), _) => (finding.code(), label_of(finding), finding_message(finding)),
        (None, Some(copy)) => (copied, finding_label(copied), note(copy).1),
        (None, None) => return None,
    };
    let record = report.record();
    let bound = record.filter(|record| record.is_bound());
    Some(Box::new(Refusal {
        code: code.as_str(),
        label,
        message,
        evidence: report.findings().iter().map(with_code).collect(),
        kb: finding_kb(code),
        next: next_step(report),
        licenses: record.map(|record| record.licenses),
        version: record.map(|record| record.version),
        server: bound.map(|record| record.server).or_else(|| spoilt_by(primary?)),
        span: bound.map(|record| (record.from, record.to)),
        is_copy: code == copied,
    }))
}

/// The 4.5 server that wrote to an unused 4.0 pack: the pack is bound to none.
fn spoilt_by(finding: &Finding) -> Option<Server> {
    match &finding.kind {
        FindingKind::PostUpgrade(event) => Some(event.server),
        _ => None,
    }
}

fn with_code(finding: &Finding) -> String {
    format!("{}: {}", finding.code().as_str(), evidence(finding))
}
