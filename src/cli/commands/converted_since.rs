//! Images of diskettes that were converted in a drive since they were made.

use crate::cli::args::Common;
use crate::cli::commands::ledger::open_to_read;
use addpack::diagnosis::FindingCode;
use addpack::ledger::Ledger;
use addpack::pack::keep::is_kept_image;
use addpack::pack::kept_list::{Listed, listed};
use addpack::report::Report;
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

    fn update(&mut self, report: &mut Report) {
        if !report.has_finding(FindingCode::CopyOfConverted) || !is_kept_image(&report.path) {
            return;
        }
        let Some(folder) = report.path.parent() else { return };
        if !self.folders.contains(folder) {
            self.read(folder.to_owned());
        }
        let diskettes = self.diskettes.get(&report.path).map_or(&[][..], Vec::as_slice);
        let original = diskettes.iter().find(|diskette| !diskette.was_copy);
        if original.is_none() && !diskettes.is_empty() {
            return;
        }
        let number = original.map(|original| original.number);
        if self.ledger.is_none() {
            self.ledger = open_to_read(&self.common.ledger).ok();
        }
        let _ = self.ledger.as_ref().map(|ledger| report.update_if_converted(ledger, number));
    }

    fn read(&mut self, folder: PathBuf) {
        for diskette in listed(&folder) {
            self.diskettes.entry(diskette.image.clone()).or_default().push(diskette);
        }
        self.folders.insert(folder);
    }
}
