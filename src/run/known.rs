//! Compares a pack in the ledger with an image.

use super::claimed::ImageFile;
use super::recovery::holds_copy;
use crate::conversion::{convert, decide};
use crate::diagnosis::{CopyOf, CopyState, FindingCode, diagnose};
use crate::ledger::{ClaimId, Conversion, ConversionState, Ledger, LedgerEntry, LedgerError};
use crate::record::fields::FileTime;
use crate::record::seal::sha1;
use crate::record::{Record, RecordBytes};
use crate::report::{Note, Outcome, Report};
use std::path::{Path, PathBuf, absolute};

/// How a pack in the ledger matches an image.
pub(super) enum LedgerMatch {
    /// The open claim is that of this image; how far its conversion got is unknown.
    Own,
    /// This record was converted into this copy.
    Already(PathBuf),
    /// This record was converted into a copy that is gone.
    CopyGone,
    /// The pack was converted, or its conversion begun, from another image.
    Copy(CopyState),
}

/// How the pack of `entry` matches the image at `path`, whose record has this digest.
pub(super) fn ledger_match(
    entry: &LedgerEntry,
    path: &Path,
    file: ImageFile,
    digest: &str,
) -> LedgerMatch {
    let is_source = entry.old_digest == digest;
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

/// Whether a damaged pack may be that of a claim.
pub(super) fn is_begun(entry: &LedgerEntry, report: &Report, file: ImageFile) -> bool {
    // A drive may hold another diskette than the one that was claimed.
    let serial = report.record().and_then(|record| record.serial.text());
    let may_be = !report.is_drive || serial.is_none_or(|serial| serial == entry.serial);
    may_be && entry.is_image(&absolute_path(&report.path), file)
}

/// The other copy of a pack, for a finding.
pub(super) fn copy_of(entry: LedgerEntry, state: CopyState) -> CopyOf {
    let Conversion { path, target, converted_at, .. } = entry.conversion;
    CopyOf { state, converted_at, path, target }
}

/// Converts `old` again as `entry` says; `None` if `old` is not the record that was converted.
pub(super) fn made_again(entry: &LedgerEntry, old: &RecordBytes) -> Option<RecordBytes> {
    let at = FileTime::from_unix_seconds(entry.converted_at)?;
    let new = convert(&diagnose(old), at)?;
    (sha1(&[&new]).to_hex() == entry.new_digest).then_some(new)
}

/// What the ledger keeps of a converted pack, whether or not its clean-up is finished.
pub(super) fn seen_converted(report: &Report, file: ImageFile) -> Option<Conversion> {
    let record = report.record()?;
    let origin = record.origin.filter(|origin| origin.origin == 1)?;
    let new_digest = match report.outcome {
        Outcome::AlreadyConverted | Outcome::Converted => record.digest(),
        Outcome::UnfinishedConversion => {
            sha1(&[&decide(report.diagnosis.as_ref()?, origin.converted_at)?.new])
        }
        _ => return None,
    };
    let conversion = conversion_of(record, absolute_path(&report.path), file)?;
    Some(Conversion { new_digest: new_digest.to_hex(), ..conversion })
}

/// What the ledger keeps of the image at `path` that was converted into a copy at `target`, by which it became `new`.
pub(super) fn conversion_into(
    new: &Record,
    path: PathBuf,
    target: PathBuf,
    file: ImageFile,
) -> Option<Conversion> {
    Some(Conversion { target: Some(target), ..conversion_of(new, path, file)? })
}

/// What the ledger keeps of a pack with this converted record.
fn conversion_of(record: &Record, path: PathBuf, file: ImageFile) -> Option<Conversion> {
    let origin = record.origin.filter(|origin| origin.origin == 1)?;
    Some(Conversion {
        serial: record.serial.text()?.to_owned(),
        licenses: record.licenses,
        path,
        target: None,
        container: None,
        copy_place: None,
        file: file.id,
        born: file.born,
        converted_at: origin.converted_at.unix_seconds(),
        old_digest: origin.source_digest.to_hex(),
        new_digest: record.digest().to_hex(),
    })
}

/// What to do about a pack that is in the ledger already.
pub(super) enum Decision {
    /// Its claim is gone: ask again.
    Again,
    /// Replace its claim, and convert with the bytes that were claimed.
    Resume(ClaimId, Box<RecordBytes>),
    Copy(CopyState),
    Already(PathBuf),
    InUse,
}

/// The absolute path. Links are not resolved: this is how the user names the image.
pub(super) fn absolute_path(path: &Path) -> PathBuf {
    absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The same of a path in the working folder, if that is known: the system is not asked again for each image.
pub(super) fn absolute_in(working_folder: Option<&Path>, path: &Path) -> PathBuf {
    working_folder.map_or_else(|| absolute_path(path), |folder| absolute_path(&folder.join(path)))
}

impl Report {
    /// Makes the report on a kept image one on its diskette, perhaps with a number, if the ledger says that the
    /// diskette was converted in a drive since, from the record that the image holds.
    ///
    /// # Errors
    /// If the ledger fails.
    pub fn update_if_converted(
        &mut self,
        ledger: &Ledger,
        number: Option<usize>,
    ) -> Result<(), LedgerError> {
        if !self.has_finding(FindingCode::CopyOfConverted) {
            return Ok(());
        }
        if let Some(new) = self.converted_in_drive(ledger)? {
            self.outcome = Outcome::AlreadyConverted;
            self.diagnosis = Some(diagnose(&new));
            self.notes.push(Note::ConvertedSince(number));
        }
        Ok(())
    }

    /// The record that the one of this image became on a diskette in a drive, if the ledger says so.
    ///
    /// # Errors
    /// If the ledger fails.
    pub fn converted_in_drive(&self, ledger: &Ledger) -> Result<Option<RecordBytes>, LedgerError> {
        let Some(record) = self.record() else { return Ok(None) };
        let Some(serial) = record.serial.text() else { return Ok(None) };
        let is_of_diskette = |entry: &LedgerEntry| {
            entry.state == ConversionState::Done
                && entry.target.is_none()
                && is_in_drive(&entry.path)
        };
        let entry = ledger.find(serial)?.filter(is_of_diskette);
        Ok(entry.and_then(|entry| made_again(&entry, record.bytes())))
    }
}

/// Whether a path of the ledger is that of a drive, on this system or on another.
pub fn is_in_drive(path: &Path) -> bool {
    let text = path.to_string_lossy();
    text.starts_with("/dev/") || text.starts_with(r"\\.\") || text.ends_with(':')
}
