//! A set of packs, looked at as a whole: what `addpack plan` and `addpack replace` begin with.

use crate::cli::Error;
use crate::cli::args::Common;
use crate::cli::ask::stop;
use crate::cli::commands::ledger::open_to_read;
use crate::cli::exit::Exit;
use crate::cli::show::lines::complain_repeated;
use crate::cli::show::progress::Progress;
use crate::cli::show::terminal::{complain, escape};
use crate::cli::words::{evidence, finding_kb, finding_message, next_step, note, serial, verdict};
use addpack::diagnosis::{Finding, FindingCode};
use addpack::find::Skipped;
use addpack::media::Place;
use addpack::plan::PackFacts;
use addpack::plan::set::Sets;
use addpack::record::fields::Server;
use addpack::record::{Record, Version};
use addpack::report::{Note, Outcome, Report};
use addpack::run::{self, End, Listener, Mode};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Why a pack is refused.
pub(crate) struct Refusal {
    /// The code of the primary finding.
    pub(crate) code: &'static str,
    /// The primary finding, in a sentence.
    pub(crate) message: String,
    /// Every finding, with what was expected and found.
    pub(crate) evidence: Vec<String>,
    /// The vendor's articles that the primary finding rests on.
    pub(crate) kb: &'static [u32],
    /// What to do next.
    pub(crate) next: String,
    /// The size on the record, if there is one.
    pub(crate) licenses: Option<u16>,
    /// The record's version, if there is one.
    pub(crate) version: Option<Version>,
    /// What it says that it is bound to, and from and to.
    pub(crate) bound: Option<(Server, u16, u16)>,
    /// Whether the pack lives on in another image, and needs no replacement.
    pub(crate) is_copy: bool,
}

/// What people are told of a pack; what is reckoned with is in its [`PackFacts`].
pub(crate) struct Known {
    pub(crate) path: PathBuf,
    pub(crate) serial: Option<String>,
    pub(crate) refusal: Option<Box<Refusal>>,
}

/// All packs of a set, in the order of the paths.
pub(crate) struct Gathered {
    pub(crate) known: Vec<Known>,
    pub(crate) facts: Vec<PackFacts>,
    pub(crate) sets: Sets,
    /// What became of the images that are no packs.
    pub(crate) exit: Exit,
}

/// Looks at every image and keeps what is needed of the packs. Failed images, and named ones that
/// are no packs, are complained of.
pub(crate) fn gather(common: &Common) -> Result<Gathered, Error> {
    stop::listen();
    let job = common.job(Mode::Inspect)?;
    let mut ledger = open_to_read(&common.ledger)?;
    let mut gathering = Gathering {
        gathered: Gathered {
            known: Vec::new(),
            facts: Vec::new(),
            sets: Sets::new(usize::MAX),
            exit: Exit::Good,
        },
        progress: Progress::over(common, "looking"),
    };
    let end = run::run(&job, &mut ledger, &stop::STOP, &mut gathering)?;
    gathering.progress.finish();
    let mut gathered = gathering.gathered;
    if end == End::Stopped {
        gathered.exit = Exit::Stopped;
    }
    Ok(gathered)
}

struct Gathering {
    gathered: Gathered,
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
        let write_protected = Place::at(&report.path).is_ok_and(|place| place.is_write_protected());
        if let Some(facts) = PackFacts::of(&report, write_protected) {
            self.gathered.sets.add(&facts);
            self.gathered.facts.push(facts);
            self.gathered.known.push(Known {
                serial: report.record().map(|record| serial(record).into_owned()),
                refusal: refusal(&report),
                path: report.path,
            });
        } else if report.outcome == Outcome::Failed || report.named {
            self.complain(&report);
            self.gathered.exit = self.gathered.exit.merge(Exit::of(&report));
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
    let (code, message) = match (primary, copy) {
        (Some(finding), _) => (finding.code(), finding_message(finding)),
        (None, Some(copy)) => (copied, note(copy).1),
        (None, None) => return None,
    };
    let record = report.record();
    Some(Box::new(Refusal {
        code: code.as_str(),
        message,
        evidence: report.findings().iter().map(told).collect(),
        kb: finding_kb(code),
        next: next_step(report),
        licenses: record.map(|record| record.licenses),
        version: record.map(|record| record.version),
        bound: record.filter(|record| record.is_bound()).map(binding),
        is_copy: code == copied,
    }))
}

fn told(finding: &Finding) -> String {
    format!("{}: {}", finding.code().as_str(), evidence(finding))
}

fn binding(record: &Record) -> (Server, u16, u16) {
    (record.server, record.from, record.to)
}
