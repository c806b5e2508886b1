//! A set of packs, looked at as a whole: what `addpack plan` and `addpack replace` begin with.

use crate::cli::Error;
use crate::cli::args::Common;
use crate::cli::ask::stop;
use crate::cli::commands::collect::Collect;
use crate::cli::commands::ledger::open_to_read;
use crate::cli::exit::Exit;
use crate::cli::show::lines::complain_repeated;
use crate::cli::show::progress::Progress;
use crate::cli::show::terminal::{complain, escape};
use crate::cli::words::{evidence, finding_kb, finding_message, next_step, serial, verdict};
use addpack::diagnosis::{Finding, FindingCode};
use addpack::media::Place;
use addpack::plan::PackFacts;
use addpack::plan::set::Sets;
use addpack::record::fields::Server;
use addpack::record::{Record, Version};
use addpack::report::{Note, Outcome, Report};
use addpack::run::{self, End, Listener, Mode, Said};
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
    let progress = Progress::over(common, "looking");
    let mut gathering = Collect::new(Item::of);
    let end = {
        let mut shown = Shown { inner: &mut gathering, progress };
        let end = run::run(&job, &mut ledger, &stop::STOP, &mut shown);
        shown.progress.finish();
        end?
    };
    let mut gathered = Gathered {
        known: Vec::new(),
        facts: Vec::new(),
        sets: Sets::new(usize::MAX),
        exit: if end == End::Stopped { Exit::Stopped } else { Exit::Good },
    };
    gathering.kept.into_iter().for_each(|item| gathered.add(item));
    Ok(gathered)
}

/// What is kept of an image.
enum Item {
    Pack(Box<(Known, PackFacts)>),
    /// It could not be read, or was named and is no pack.
    Complaint(String, Exit),
    Nothing,
}

impl Item {
    fn of(report: Box<Report>) -> Self {
        let write_protected = Place::at(&report.path).is_ok_and(|place| place.is_write_protected());
        if let Some(facts) = PackFacts::of(&report, write_protected) {
            let known = Known {
                serial: report.record().map(|record| serial(record).into_owned()),
                refusal: refusal(&report),
                path: report.path,
            };
            return Self::Pack(Box::new((known, facts)));
        }
        if report.outcome != Outcome::Failed && !report.named {
            return Self::Nothing;
        }
        let path = escape(&report.path.to_string_lossy());
        let next = match report.outcome {
            Outcome::Failed => format!("; next: {}", next_step(&report)),
            _ => String::new(),
        };
        Self::Complaint(format!("{path}: {}{next}", verdict(&report)), Exit::of(&report))
    }
}

impl Gathered {
    fn add(&mut self, item: Item) {
        match item {
            Item::Pack(pack) => {
                let (known, facts) = *pack;
                self.sets.add(&facts);
                self.facts.push(facts);
                self.known.push(known);
            }
            Item::Complaint(message, exit) => {
                complain(&message);
                self.exit = self.exit.merge(exit);
            }
            Item::Nothing => {}
        }
    }
}

/// Shows how far the survey is.
struct Shown<'a> {
    inner: &'a mut dyn Listener,
    progress: Progress,
}

impl Listener for Shown<'_> {
    fn seen(&mut self, report: Box<Report>) -> ControlFlow<()> {
        self.progress.image(report.outcome);
        self.inner.seen(report)
    }

    fn image(&mut self, said: Said) -> ControlFlow<()> {
        self.inner.image(said)
    }

    fn skipped(&mut self) {
        self.progress.other();
    }

    fn repeated(&mut self, path: &Path, first: &Path) -> ControlFlow<()> {
        self.progress.other();
        self.progress.suspend(|| complain_repeated(path, first));
        ControlFlow::Continue(())
    }
}

/// Why the pack is refused: its primary finding.
fn refusal(report: &Report) -> Option<Box<Refusal>> {
    let finding = report.findings().first()?;
    let (code, message) = (finding.code(), finding_message(finding));
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
        is_copy: is_alive_elsewhere(report, code),
    }))
}

/// Whether the pack lives on in another image, and needs no replacement.
fn is_alive_elsewhere(report: &Report, code: FindingCode) -> bool {
    code == FindingCode::CopyOfConverted
        || report.notes.iter().any(|note| matches!(note, Note::StandIn(_)))
}

fn told(finding: &Finding) -> String {
    format!("{}: {}", finding.code().as_str(), evidence(finding))
}

fn binding(record: &Record) -> (Server, u16, u16) {
    (record.server, record.from, record.to)
}
