//! What a pack in the ledger is to an image at hand.

use super::claimed::ImageFile;
use super::recovery::holds_copy;
use crate::conversion::{convert, decide};
use crate::diagnosis::{CopyOf, CopyState, FindingCode, diagnose};
use crate::ledger::{ConversionState, Ledger, LedgerEntry, LedgerError, Met};
use crate::record::RecordBytes;
use crate::record::fields::{FileTime, Seal};
use crate::record::seal::sha1;
use crate::report::{Outcome, Report};
use std::path::{Path, PathBuf, absolute};

/// What a pack in the ledger is to the image at hand.
pub(super) enum LedgerMatch {
    /// The claim is this very image's, and nobody knows how far it has come.
    Own,
    /// It is this record, converted into this copy.
    Already(PathBuf),
    /// It is this record, converted into a copy that is gone.
    CopyGone,
    /// It is another copy.
    Copy(CopyState),
}

/// What the pack of `entry` is to the image at `path`, whose record has this digest.
pub(super) fn ledger_match(
    entry: &LedgerEntry,
    path: &Path,
    file: ImageFile,
    digest: &Seal,
) -> LedgerMatch {
    let is_source = entry.old_digest == digest.to_hex();
    match entry.target.as_ref().filter(|_| is_source) {
        Some(target) if holds_copy(target, entry) => return LedgerMatch::Already(target.clone()),
        Some(_) if entry.state == ConversionState::Done => return LedgerMatch::CopyGone,
        _ => {}
    }
    match entry.state {
        ConversionState::Begun if entry.is_image(path, file) => LedgerMatch::Own,
        ConversionState::Begun => LedgerMatch::Copy(CopyState::Begun),
        ConversionState::Done | ConversionState::Released => {
            LedgerMatch::Copy(CopyState::Converted)
        }
    }
}

/// The other copy of a pack, as it is told.
pub(super) fn copy_of(entry: LedgerEntry, state: CopyState) -> CopyOf {
    let LedgerEntry { path, target, converted_at, .. } = entry;
    CopyOf { state, converted_at, path, target }
}

/// The record that a conversion has made of `old`, made again; `None` where that is not of the pack that was
/// converted.
pub(super) fn made_again(entry: &LedgerEntry, old: &RecordBytes) -> Option<RecordBytes> {
    let at = FileTime::from_unix_seconds(entry.converted_at)?;
    let new = convert(&diagnose(old), at)?;
    (sha1(&[&new]).to_hex() == entry.new_digest).then_some(new)
}

/// A pack that is converted, or was committed and is to be finished, as the ledger is told of it.
pub(super) fn met(report: &Report, file: ImageFile) -> Option<Met> {
    let record = report.record()?;
    let origin = record.origin.filter(|origin| origin.origin == 1)?;
    let new_digest = match report.outcome {
        Outcome::AlreadyConverted => record.digest(),
        Outcome::UnfinishedConversion => {
            sha1(&[&decide(report.diagnosis.as_ref()?, origin.converted_at)?.new])
        }
        _ => return None,
    };
    Some(Met {
        serial: record.serial.text()?.to_owned(),
        licenses: record.licenses,
        path: absolute_path(&report.path),
        target: None,
        file: file.id,
        converted_at: origin.converted_at.unix_seconds(),
        old_digest: origin.source_digest,
        new_digest,
    })
}

/// The path without a folder to start from. Links stay: they are how the user names the image.
pub(super) fn absolute_path(path: &Path) -> PathBuf {
    absolute(path).unwrap_or_else(|_| path.to_owned())
}

impl Report {
    /// Takes the report of a kept image for one of its diskette, if that was converted in a drive since, as the
    /// ledger has it: the image holds the record from which that conversion was made.
    ///
    /// # Errors
    /// Where the ledger fails.
    pub fn catch_up(&mut self, ledger: &Ledger) -> Result<(), LedgerError> {
        let is_copy = self.has_finding(FindingCode::CopyOfConverted);
        let Some(record) = self.record().filter(|_| is_copy) else { return Ok(()) };
        let Some(serial) = record.serial.text() else { return Ok(()) };
        let is_of_diskette = |entry: &LedgerEntry| {
            entry.state == ConversionState::Done
                && entry.target.is_none()
                && is_in_drive(&entry.path)
        };
        let entry = ledger.find(serial)?.filter(is_of_diskette);
        if let Some(new) = entry.and_then(|entry| made_again(&entry, record.bytes())) {
            self.outcome = Outcome::AlreadyConverted;
            self.diagnosis = Some(diagnose(&new));
        }
        Ok(())
    }
}

/// Whether a path of the ledger is that of a drive, on this system or on another.
pub fn is_in_drive(path: &Path) -> bool {
    let text = path.to_string_lossy();
    text.starts_with("/dev/") || text.starts_with(r"\\.\") || text.ends_with(':')
}
