//! Verdicts: what an image is, and what became of it, in one sentence.

use super::container::container_message;
use super::finding::applied_or_reapplied;
use super::{failure_message, missing_path, set};
use addpack::diagnosis::{FindingCode, FindingKind};
use addpack::disk::FlawKind;
use addpack::fat12::{FaultKind, NoVolume};
use addpack::record::{Record, Version};
use addpack::report::{NotAPack, Outcome, Report};
use std::path::Path;

/// What the image is, and the result for it, in one sentence.
pub(crate) fn verdict(report: &Report) -> String {
    let sentence = match report.outcome {
        Outcome::Convertible => "a sound 4.0 pack, ready to be converted to 4.5",
        Outcome::Converted => "done now, read back and verified",
        Outcome::AlreadyConverted if copy_in_its_place(report).is_some() => {
            return format!("converted into a copy before; this {} is still 4.0", thing(report));
        }
        Outcome::AlreadyConverted if report.output.is_some() => {
            "the converted copy of this pack is there already"
        }
        Outcome::AlreadyConverted => "a 4.5 pack, converted before",
        Outcome::Issued45 => "a 4.5 pack from the start, nothing to convert",
        Outcome::UnfinishedConversion => {
            "converted to 4.5, but the clean-up of its 4.0 events was interrupted"
        }
        Outcome::Copy => return set::copy_verdict(report.counts.as_ref()),
        Outcome::NotAPack => return not_a_pack(report),
        Outcome::Refused => return refused(report),
        Outcome::Failed => match &report.failure {
            Some(failure) => {
                return missing_path::message(report).unwrap_or_else(|| failure_message(failure));
            }
            None => "it could not be worked on",
        },
    };
    sentence.to_owned()
}

/// The converted copy that is to be used in the place of what was named, which the conversion left as it was.
pub(crate) fn copy_in_its_place(report: &Report) -> Option<&Path> {
    let is_40 = || report.record().is_some_and(|record| record.version == Version::V40);
    let is_left = match report.outcome {
        Outcome::Converted => true,
        Outcome::AlreadyConverted => is_40(),
        _ => false,
    };
    report.output.as_deref().filter(|_| is_left)
}

pub(super) fn thing(report: &Report) -> &'static str {
    if report.is_drive { "diskette" } else { "image" }
}

/// The version of the pack. Of one that was converted into a copy, what was named has not the copy's.
pub(crate) fn version_of(report: &Report, record: &Record) -> String {
    let version = record.version.as_str();
    match copy_in_its_place(report) {
        None => version.to_owned(),
        Some(_) if record.version == Version::V40 => format!("{version}; its copy is 4.5"),
        Some(_) => format!("{version} in the copy; this {} stays as it was", thing(report)),
    }
}

fn not_a_pack(report: &Report) -> String {
    match report.not_a_pack {
        Some(NotAPack::Container(error)) => return container_message(error),
        Some(NotAPack::NoRecord) | None => "a diskette without ADDPACK.DAT in its root directory",
        Some(NotAPack::NoVolume(NoVolume::TooShort)) => "too short to be the image of a diskette",
        Some(NotAPack::NoVolume(NoVolume::Blank(byte))) => {
            return format!("not formatted: all that was read of it is the byte {byte:02X}");
        }
        Some(NotAPack::NoVolume(NoVolume::Layout(layout))) => {
            return format!(
                "a FAT volume outside what FORMAT.md describes: {} FATs, sectors of {} bytes",
                layout.fats, layout.sector_len
            );
        }
        Some(NotAPack::NoVolume(NoVolume::Unknown)) if report.is_drive => {
            "neither its boot sector nor its FAT is that of a DOS diskette"
        }
        Some(NotAPack::NoVolume(NoVolume::Unknown)) => {
            "its content is neither that of a DOS diskette nor that of a container that addpack knows"
        }
    }
    .to_owned()
}

fn refused(report: &Report) -> String {
    let Some(primary) = report.findings().first() else { return "refused".to_owned() };
    let sentence = match primary.code() {
        FindingCode::PostUpgradeReapply => {
            let what = match &primary.kind {
                FindingKind::PostUpgrade(event) => applied_or_reapplied(event),
                _ => "reapplied",
            };
            return format!("it was {what} on a server already upgraded to 4.5, and is corrupt");
        }
        FindingCode::OutOfOrderReapply => "it was reapplied out of order, and is corrupt",
        FindingCode::DamagedRecord if report.has_unknown_layout() => {
            "its ADDPACK.DAT has a layout that addpack does not know; it may be a genuine diskette, and is \
             left alone"
        }
        FindingCode::DamagedRecord => "its record is damaged",
        FindingCode::InconsistentHistory => {
            "its seals verify, but its history cannot have happened"
        }
        FindingCode::DamagedMedia if is_weak(report) => {
            "a sound record on a weak sector: it is not safe to write there"
        }
        FindingCode::DamagedMedia => "the whole record cannot be read from the diskette",
        FindingCode::CopyOfConverted => {
            "a sound 4.0 record, but a copy: each pack is converted only once"
        }
        FindingCode::NewerStateRefused => {
            "a sound record, but a later state of the pack is refused and has another binding"
        }
        FindingCode::DivergedCopies => {
            "a sound record, but another image of the pack was used separately"
        }
        FindingCode::SerialClash => "a sound record, but another pack has the same serial",
        FindingCode::TwoConverted => "the pack was converted twice",
    };
    sentence.to_owned()
}

/// Whether the record is complete, but on a sector that may fail to read next time.
pub(super) fn is_weak(report: &Report) -> bool {
    let weak = FaultKind::LostSector(FlawKind::Weak);
    report
        .findings()
        .iter()
        .any(|f| matches!(&f.kind, FindingKind::Media(fault) if fault.kind == weak))
}
