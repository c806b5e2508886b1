//! Images of diskettes that were converted in a drive since they were made.

use crate::cli::args::Common;
use crate::cli::commands::ledger::open_to_read;
use addpack::diagnosis::{FindingCode, diagnose};
use addpack::ledger::Ledger;
use addpack::pack::keep::is_kept_image;
use addpack::pack::kept_list::{Listed, listed};
use addpack::report::{Note, Outcome, Report};
use addpack::run::{FinalReport, RunEvent};
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

/// Makes reports on images that a queue has kept reports on what became of their diskettes.
pub(crate) struct ConvertedSince<'a> {
    common: &'a Common,
    /// Opened where it is needed first.
    ledger: Option<Ledger>,
    /// By image: its diskettes.
    diskettes: HashMap<PathBuf, Vec<Listed>>,
    /// The folders whose lists were read.
    folders: HashSet<PathBuf>,
}

impl<'a> ConvertedSince<'a> {
    pub(crate) fn new(common: &'a Common) -> Self {
        Self { common, ledger: None, diskettes: HashMap::new(), folders: HashSet::new() }
    }

    /// Makes the report of such an image, if the event has one, a report on its diskette. If the ledger fails meanwhile,
    /// the report is left as it is: the survey has the same ledger, and says so.
    pub(crate) fn hear(&mut self, mut event: RunEvent) -> RunEvent {
        if let RunEvent::Seen(report) | RunEvent::Final(FinalReport::Changed(report)) = &mut event {
            self.update(report);
        }
        event
    }

    /// The report on the diskette of a kept image, if it was converted since.
    pub(crate) fn converted(&mut self, report: &Report) -> Option<Box<Report>> {
        let number = self.diskette(report)?;
        let record = report.converted_in_drive(self.ledger()?).ok()??;
        let mut converted = Report::new(report.path.clone(), false, Outcome::AlreadyConverted);
        converted.diagnosis = Some(diagnose(&record));
        converted.notes.push(Note::ConvertedSince(number));
        Some(converted)
    }

    fn update(&mut self, report: &mut Report) {
        if !report.has_finding(FindingCode::CopyOfConverted) {
            return;
        }
        let Some(number) = self.diskette(report) else { return };
        let _ = self.ledger().map(|ledger| report.update_if_converted(ledger, number));
    }

    /// The diskette whose image this is, with its number if it has one; `None` if it is no kept image, or one of a
    /// diskette that was a copy already.
    #[expect(clippy::option_option, reason = "a diskette may have no number")]
    fn diskette(&mut self, report: &Report) -> Option<Option<usize>> {
        let folder = report.path.parent().filter(|_| is_kept_image(&report.path))?;
        if !self.folders.contains(folder) {
            self.read(folder.to_owned());
        }
        let diskettes = self.diskettes.get(&report.path).map_or(&[][..], Vec::as_slice);
        let original = diskettes.iter().find(|diskette| !diskette.was_copy);
        (original.is_some() || diskettes.is_empty()).then(|| original.map(|one| one.number))
    }

    fn ledger(&mut self) -> Option<&Ledger> {
        if self.ledger.is_none() {
            self.ledger = open_to_read(&self.common.ledger).ok();
        }
        self.ledger.as_ref()
    }

    fn read(&mut self, folder: PathBuf) {
        for diskette in listed(&folder) {
            self.diskettes.entry(diskette.image.clone()).or_default().push(diskette);
        }
        self.folders.insert(folder);
    }
}
