//! What became of conversions that earlier runs had left open.

use super::failure_message;
use super::value::number;
use crate::cli::show::terminal::{escape, named};
use addpack::ledger::LedgerEntry;
use addpack::run::recovery::Recovery;
use std::mem::{Discriminant, discriminant};
use std::path::Path;

/// Lines on what became of them. Packs in one archive with the same result share a line.
#[derive(Default)]
pub(crate) struct Recoveries {
    last: Option<Line>,
}

/// The line on a pack, and how many others share it.
struct Line {
    message: String,
    archive: Option<String>,
    fate: Discriminant<Recovery>,
    others: u64,
}

impl Recoveries {
    /// Adds one. Returns the line before, once it is complete.
    pub(crate) fn add(&mut self, entry: &LedgerEntry, recovery: &Recovery) -> Option<String> {
        let message = recovery_message(entry, recovery)?;
        let (archive, fate) = (archive_of(entry.place()), discriminant(recovery));
        match &mut self.last {
            Some(last) if archive.is_some() && last.archive == archive && last.fate == fate => {
                last.others += 1;
                None
            }
            last => last.replace(Line { message, archive, fate, others: 0 }).map(Line::text),
        }
    }

    /// The last line.
    pub(crate) fn end(self) -> Option<String> {
        self.last.map(Line::text)
    }
}

impl Line {
    fn text(self) -> String {
        let Self { message, archive, others, .. } = self;
        match (others, archive) {
            (0, _) | (_, None) => message,
            (1, Some(archive)) => format!("{message} (and so for 1 other pack in {archive})"),
            (_, Some(archive)) => {
                format!("{message} (and so for {} other packs in {archive})", number(others))
            }
        }
    }
}

/// The archive that a path like `archive.zip:disk1.img` leads into.
fn archive_of(path: &Path) -> Option<String> {
    let path = path.to_string_lossy();
    let (archive, _) = path.rsplit_once(':').filter(|(archive, _)| archive.len() > 1)?;
    Some(escape(archive))
}

/// What became of a conversion that an earlier run had left open; `None` if nothing has to be reported.
fn recovery_message(entry: &LedgerEntry, recovery: &Recovery) -> Option<String> {
    let place = named(entry.place());
    let serial = escape(&entry.serial);
    Some(match recovery {
        // Nothing was wrong, or another run is working on it and reports it itself.
        Recovery::Complete | Recovery::Void | Recovery::InUse => return None,
        Recovery::Finished => {
            format!("{place}: an interrupted conversion of {serial} is complete now")
        }
        Recovery::Untouched => format!(
            "{place}: a conversion of {serial} was begun here, and the image is still 4.0; converting \
             it makes the record that was begun"
        ),
        Recovery::Missing if entry.target.is_some() => format!(
            "{place}: this copy of {serial} was never finished, or was taken elsewhere; it is made \
             again when {} is converted again",
            named(&entry.path)
        ),
        Recovery::Missing => format!(
            "{place}: a conversion of {serial} was begun here, but its image is not there now; it \
             is settled when it turns up (addpack ledger show {serial})"
        ),
        Recovery::Strange => format!(
            "{place}: the ledger's entry of {serial} is damaged, so nothing was written here (addpack \
             ledger show {serial})"
        ),
        Recovery::Failed(failure) => format!(
            "{place}: an interrupted conversion of {serial} could not be completed: {}",
            failure_message(failure)
        ),
    })
}
