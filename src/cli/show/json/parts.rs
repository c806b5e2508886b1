//! What stands beside the record in the object of an image.

use super::{object, path_bytes};
use crate::cli::show::map::letter;
use crate::cli::show::terminal::escape_bytes;
use crate::cli::words::{
    Timestamp, failure_message, finding_kb, finding_message, ledger_message, note, time_of, value,
};
use addpack::diagnosis::{CopyOf, Finding, FindingKind, SetConflict};
use addpack::fat12::{DisketteContents, MediaFault, RootFile};
use addpack::ledger::LedgerError;
use addpack::media::surface::{SectorCondition, Surface};
use addpack::record::fields::hex;
use addpack::report::{Failure, FailureCode, ImageThatCounts, Note};
use addpack::set::Relation;
use std::borrow::Cow;
use std::path::Path;

object! {
    /// What a diskette says of itself.
    pub(super) struct DiskettePart from (diskette: &DisketteContents) {
        label: Option<String> = diskette.label.as_ref().map(|label| field(label)),
        oem_name: String = field(&diskette.oem_name),
        files: Vec<FilePart> = diskette.files.iter().map(FilePart::of).collect(),
    }
}

object! {
    /// A file or folder in its root directory.
    struct FilePart from (file: &RootFile) {
        name: String = field(&file.name()),
        folder: bool = file.is_folder(),
        size: u32 = file.entry.size,
        sha1: Option<String> = file.digest.as_ref().map(|digest| hex(digest)),
    }
}

object! {
    pub(super) struct CountsPart<'a> from (image: &'a ImageThatCounts) {
        path: Cow<'a, str> = image.path.to_string_lossy(),
        #[serde(skip_serializing_if = "Option::is_none")]
        path_bytes: Option<String> = path_bytes(&image.path),
        /// How this image's state stands to that one's: `same` or `earlier`.
        relation: &'static str = match image.relation {
            Relation::Same => "same",
            Relation::Earlier => "earlier",
        },
    }
}

object! {
    pub(super) struct SurfacePart from (surface: &Surface) {
        cylinders: u32 = surface.geometry.cylinders,
        heads: u32 = surface.geometry.heads,
        sectors: u32 = surface.geometry.sectors,
        good: usize = surface.count(SectorCondition::Good),
        slow: usize = surface.count(SectorCondition::Slow),
        weak: usize = surface.count(SectorCondition::Weak),
        lost: usize = surface.count(SectorCondition::Lost),
        /// A text for each track, a letter for each sector.
        map: Vec<String> =
            surface.tracks().map(|track| track.iter().copied().map(letter).collect()).collect(),
    }
}

object! {
    pub(super) struct FindingPart from (finding: &Finding) {
        code: &'static str = finding.code().as_str(),
        message: String = finding_message(finding),
        #[serde(skip_serializing_if = "Option::is_none")]
        slot: Option<usize> = finding.slot,
        #[serde(skip_serializing_if = "Option::is_none")]
        offset: Option<usize> = finding.offset,
        /// Of a fault of the file system.
        #[serde(skip_serializing_if = "Option::is_none")]
        cluster: Option<u16> = fault(finding).and_then(|fault| fault.cluster),
        #[serde(skip_serializing_if = "Option::is_none")]
        sector: Option<u32> = fault(finding).and_then(|fault| fault.sector),
        #[serde(skip_serializing_if = "Option::is_none")]
        expected: Option<String> = value(&finding.expected),
        #[serde(skip_serializing_if = "Option::is_none")]
        found: Option<String> = value(&finding.found),
        /// Where other images speak against it: those, of many the first ten.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        images: Vec<String> =
            conflict(finding).into_iter().flat_map(|it| &it.images).map(|path| text(path)).collect(),
        /// How many those are.
        #[serde(skip_serializing_if = "Option::is_none")]
        image_count: Option<usize> = conflict(finding).map(|conflict| conflict.count),
        /// Of a copy: where the pack was converted.
        #[serde(skip_serializing_if = "Option::is_none")]
        copy_of: Option<CopyPart> = copy_of(finding).map(CopyPart::of),
        /// Of `damaged-record`: `true` if the layout is not known, so that it may be a genuine diskette.
        #[serde(skip_serializing_if = "Option::is_none")]
        unknown_layout: Option<bool> = (finding.kind == FindingKind::UnknownLayout).then_some(true),
        kb: &'static [u32] = finding_kb(finding),
    }
}

object! {
    struct CopyPart from (copy: &CopyOf) {
        converted_at: Option<Timestamp> = time_of(copy.converted_at),
        path: String = text(&copy.path),
        target: Option<String> = copy.target.as_deref().map(text),
    }
}

object! {
    pub(super) struct NotePart from (code_and_message: (&'static str, String)) {
        code: &'static str = code_and_message.0,
        message: String = code_and_message.1,
    }
}

object! {
    pub(super) struct ErrorPart from (error: FailureCode, text: String) {
        code: &'static str = error.as_str(),
        message: String = text,
    }
}

impl NotePart {
    pub(super) fn of_note(about: &Note) -> Self {
        Self::of(note(about))
    }
}

impl ErrorPart {
    pub(super) fn of_failure(failure: &Failure) -> Self {
        Self::of(failure.code, failure_message(failure))
    }

    pub(super) fn of_ledger(error: &LedgerError) -> Self {
        Self::without_ledger(ledger_message(error))
    }

    pub(super) fn without_ledger(message: String) -> Self {
        Self::of(FailureCode::LedgerError, message)
    }
}

fn fault(finding: &Finding) -> Option<&MediaFault> {
    match &finding.kind {
        FindingKind::Media(fault) => Some(fault),
        _ => None,
    }
}

fn copy_of(finding: &Finding) -> Option<&CopyOf> {
    match &finding.kind {
        FindingKind::Copy(copy) => Some(copy),
        _ => None,
    }
}

fn conflict(finding: &Finding) -> Option<&SetConflict> {
    match &finding.kind {
        FindingKind::Set(conflict) => Some(conflict),
        _ => None,
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A field of bytes on the diskette, padded with spaces.
fn field(bytes: &[u8]) -> String {
    escape_bytes(bytes.trim_ascii_end()).into_owned()
}
