//! The wording of everything that is reported, in one place.

mod codes;
mod container;
mod drive;
mod failure;
mod file_system;
mod finding;
mod ledger;
mod missing_path;
mod nearest;
mod note;
mod pack_summary;
mod plan;
mod reasons;
mod recovery;
mod replace;
mod set;
pub(crate) mod system;
mod value;

pub(crate) use codes::{CodePage, pages};
pub(crate) use container::way_out;
pub(crate) use drive::{
    Left, another_diskette, ask_for_next, ask_for_one_of, ask_for_the_same, diskette, label,
    label_of_source, left_alone, seen_before, seen_in_an_earlier_queue,
};
pub(crate) use failure::{failure_message, failure_next_step};
pub(crate) use finding::{
    applied_or_reapplied, evidence_parts, finding_kb, finding_message, label_of,
};
pub(crate) use ledger::{
    Standing, copies_unknown_message, day_of, entry_lines, ledger_message, ledger_row,
    no_claims_message, standing_message, time_of,
};
pub(crate) use missing_path::{drive_list, is_drive_letter};
pub(crate) use nearest::nearest;
#[cfg(test)]
pub(crate) use note::NOTE_CODES;
pub(crate) use note::note;
pub(crate) use pack_summary::{OtherFiles, PackSummary, Refusal, pack_serial, short_serial};
pub(crate) use plan::{
    GAP_NEXT, TWINS_NEXT, action_words, code_label, gap_message, gap_reason, on_the_server,
    server_state, set_warnings, step_kb, step_message, step_next, twins_message, version_words,
};
pub(crate) use reasons::{code_words, what_it_takes};
pub(crate) use recovery::Recoveries;
pub(crate) use replace::{REQUEST_FOOT, REQUEST_HEAD, evidence};
pub(crate) use set::last_event;
pub(crate) use value::{
    address, day, event_kind, moment, number, plural, server, server_name, server_version,
    timestamp, value,
};

use crate::cli::show::terminal::{escape_bytes, named};
use addpack::diagnosis::{Finding, FindingCode, FindingKind};
use addpack::disk::FlawKind;
use addpack::fat12::{FaultKind, NoVolume};
use addpack::record::fields::Server;
use addpack::record::{Record, Version};
use addpack::report::{NotAPack, Note, Outcome, Report};
use std::borrow::Cow;
use std::path::Path;

/// Vendor's article on replacement media.
pub(crate) const KB_REPLACEMENT: u32 = 274_532;

/// The commit that this program was built from.
pub(crate) fn commit() -> &'static str {
    match env!("ADDPACK_COMMIT") {
        "" => "unknown",
        commit => commit,
    }
}

/// What the image is and what became of it, in one sentence.
pub(crate) fn verdict(report: &Report) -> String {
    let sentence = match report.outcome {
        Outcome::Convertible => "a sound 4.0 pack, ready to be converted to 4.5",
        Outcome::Converted => "converted to 4.5 now, read back and verified",
        Outcome::AlreadyConverted if copy_in_its_place(report).is_some() => {
            return format!("converted into a copy before; this {} is still 4.0", thing(report));
        }
        Outcome::AlreadyConverted if report.output.is_some() => {
            "the converted copy of this pack is there already"
        }
        Outcome::AlreadyConverted => "converted to 4.5 before",
        Outcome::Issued45 => "issued as 4.5, nothing to convert",
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

fn use_the_copy(report: &Report, copy: &Path) -> String {
    let copy = named(copy);
    if report.is_drive {
        format!("use {copy}; this diskette is not converted itself: write DO NOT USE on it")
    } else {
        format!("use {copy}; this image is not converted itself: do not use it")
    }
}

fn thing(report: &Report) -> &'static str {
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
        Some(NotAPack::Container(error)) => return container::container_message(error),
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

/// What to do about what is no pack.
fn not_a_pack_next_step(report: &Report) -> &'static str {
    match report.not_a_pack {
        Some(NotAPack::NoVolume(NoVolume::Unknown)) if !report.is_drive => {
            "if it is an image, make a raw one of it with the program that made it; else nothing"
        }
        Some(NotAPack::NoVolume(NoVolume::Layout(_))) => {
            "if its files should be a Client Add Pack, tell the project; else nothing"
        }
        _ => "nothing: it is left alone",
    }
}

fn refused(report: &Report) -> String {
    let Some(primary) = report.findings().first() else { return "refused".to_owned() };
    let sentence = match primary.code() {
        FindingCode::PostUpgradeReapply => {
            let what = match &primary.kind {
                FindingKind::PostUpgrade(event) => applied_or_reapplied(event),
                _ => "reapplied",
            };
            return format!("corrupt: it was {what} on a server already upgraded to 4.5");
        }
        FindingCode::OutOfOrderReapply => "corrupt: it was reapplied out of order",
        FindingCode::DamagedRecord if is_unknown_layout(report) => {
            "its ADDPACK.DAT is not a record that addpack knows: it is damaged or of another layout"
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

/// Whether the record is whole, but on a sector that may not read the next time.
fn is_weak(report: &Report) -> bool {
    let weak = FaultKind::LostSector(FlawKind::Weak);
    report
        .findings()
        .iter()
        .any(|f| matches!(&f.kind, FindingKind::Media(fault) if fault.kind == weak))
}

/// Whether nothing of a record was recognised.
fn is_unknown_layout(report: &Report) -> bool {
    report.diagnosis.as_ref().is_some_and(|diagnosis| diagnosis.record.is_none())
}

/// What to do next.
pub(crate) fn next_step(report: &Report) -> String {
    for about in &report.notes {
        match about {
            Note::StandIn(sound) => {
                let sound = named(sound);
                return format!("use {sound}, which is sound; do not use this diskette any more");
            }
            Note::CopyMissing(copy) => {
                let copy = named(copy);
                return format!(
                    "bring {copy} back, or run addpack convert: it makes the same pack"
                );
            }
            Note::Begun(_) => return "run addpack convert on it, which repairs it".to_owned(),
            _ => {}
        }
    }
    if let Some(copy) = copy_in_its_place(report) {
        return use_the_copy(report, copy);
    }
    let step = match report.outcome {
        Outcome::Convertible | Outcome::UnfinishedConversion if !report.in_place => {
            "convert it with addpack convert -o DIR: it cannot be changed where it is"
        }
        Outcome::Convertible if report.is_drive => system::CONVERT_DISKETTE,
        Outcome::Convertible => "convert it with addpack convert: once, one way",
        Outcome::UnfinishedConversion => "run addpack convert on it: that finishes the clean-up",
        Outcome::AlreadyConverted if report.output.is_some() => "nothing: use that copy",
        Outcome::Converted => "write 4.5 on its label: it fits 4.0 and 4.5 servers alike",
        Outcome::AlreadyConverted | Outcome::Issued45 => {
            "nothing: a 4.5 pack fits 4.0 and 4.5 servers alike"
        }
        Outcome::Copy => "nothing: use the image that counts",
        Outcome::NotAPack => not_a_pack_next_step(report),
        Outcome::Refused => return refused_next_step(report),
        Outcome::Failed => {
            return missing_path::next_step(report).unwrap_or_else(|| {
                report.failure.as_ref().map_or_else(String::new, failure_next_step)
            });
        }
    };
    step.to_owned()
}

fn refused_next_step(report: &Report) -> String {
    let primary = report.findings().first().map(addpack::diagnosis::Finding::code);
    match report.findings().first().map(|finding| &finding.kind) {
        Some(FindingKind::Copy(copy)) => {
            return ledger::copy_next_step(copy, &serial_of(report), &report.path);
        }
        Some(FindingKind::Set(conflict)) => return set::conflict_next_step(conflict),
        _ => {}
    }
    let have = replacement_details(report);
    match primary {
        Some(FindingCode::DamagedMedia) if is_weak(report) => format!(
            "clean the drive's heads and try again, or in another drive; else make an image of it \
             (GNU ddrescue), convert that with -o, and write it to a new diskette. If all that fails, \
             ask for a replacement (KB {KB_REPLACEMENT}). {have}"
        ),
        Some(FindingCode::DamagedMedia) => format!(
            "read the diskette again, in another drive if there is one; if that gives the same, ask \
             for a replacement (KB {KB_REPLACEMENT}). {have}"
        ),
        Some(FindingCode::DamagedRecord) if is_unknown_layout(report) => format!(
            "leave it as it is and read the diskette again; if the server no longer takes it either, \
             ask for a replacement (KB {KB_REPLACEMENT}). {have}"
        ),
        Some(FindingCode::DamagedRecord) => format!(
            "read the diskette again; if that gives the same, ask for a replacement (KB \
             {KB_REPLACEMENT}). {have}"
        ),
        _ => format!("ask for a replacement (KB {KB_REPLACEMENT}). {have}"),
    }
}

/// What to have at hand when asking for a replacement.
fn replacement_details(report: &Report) -> String {
    match report.record() {
        Some(record) => format!(
            "Have at hand: serial {}, {} licenses, server {}, and the reason above",
            serial(record),
            record.licenses,
            server_to_name(report).map_or_else(|| "none".to_owned(), |named| server(&named)),
        ),
        None => {
            "Have at hand: the serial and the size from the label, the server, and the reason above"
                .to_owned()
        }
    }
}

/// The server that is named when asking for a replacement: the one that the pack is bound to, or else the 4.5
/// server that wrote to the unused 4.0 pack.
pub(crate) fn server_to_name(report: &Report) -> Option<Server> {
    let bound = report.record().filter(|record| record.is_bound());
    bound.map(|record| record.server).or_else(|| match report.findings().first()?.kind {
        FindingKind::PostUpgrade(event) => Some(event.server),
        _ => None,
    })
}

fn serial_of(report: &Report) -> String {
    report.record().map_or_else(String::new, |record| serial(record).into_owned())
}

/// A record's serial, whatever stands there.
pub(crate) fn serial(record: &Record) -> Cow<'_, str> {
    record.serial.text().map_or_else(|| escape_bytes(&record.serial.0), Cow::from)
}

/// Vendor's articles that bear on a report.
pub(crate) fn report_kb(report: &Report) -> Vec<u32> {
    let mut numbers: Vec<u32> =
        report.findings().iter().flat_map(|f| finding_kb(f.code())).copied().collect();
    let is_of_set =
        |finding: &Finding| matches!(finding.kind, FindingKind::Copy(_) | FindingKind::Set(_));
    if report.outcome == Outcome::Refused && !report.findings().iter().any(is_of_set) {
        numbers.push(KB_REPLACEMENT);
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
