//! What to do next, for each image.

use super::failure::failure_next_step;
use super::ledger::copy_next_step;
use super::set::conflict_next_step;
use super::value::server;
use super::verdict::{copy_in_its_place, is_weak};
use super::{KB_REPLACEMENT, missing_path, serial, server_to_name, system};
use crate::cli::show::shell::quoted_path;
use crate::cli::show::terminal::{from_here, named};
use crate::cli::show::what_now::convert_diskette_of_image;
use addpack::diagnosis::{Finding, FindingCode, FindingKind};
use addpack::fat12::NoVolume;
use addpack::report::{NotAPack, Note, Outcome, Report};
use std::path::Path;

fn use_the_copy(report: &Report, copy: &Path) -> String {
    let copy = named(&from_here(copy));
    if report.is_drive {
        format!("use {copy}; this diskette is not converted itself: write DO NOT USE on it")
    } else {
        format!("use {copy}; this image is not converted itself: do not use it")
    }
}

/// What to do about an image that is not a pack.
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

/// What to do next, and what to have at hand for it.
pub(crate) fn next_step(report: &Report) -> String {
    let step = short_next_step(report);
    if report.asks_for_replacement() {
        format!("{step}. {}", replacement_details(report))
    } else {
        step
    }
}

/// What to do next: the same for all images with one fault.
pub(crate) fn short_next_step(report: &Report) -> String {
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
    if let Some(step) = kept_next_step(report) {
        return step;
    }
    let step = match report.outcome {
        Outcome::Convertible | Outcome::UnfinishedConversion if !report.in_place => {
            "convert it with addpack convert -o DIR: it cannot be changed where it is"
        }
        Outcome::Convertible if report.is_drive => {
            return convert_command(report, " (one way; asks first)") + system::TAB_WARNING;
        }
        Outcome::Convertible => return convert_command(report, " (asks first; the image stays)"),
        Outcome::UnfinishedConversion => {
            return convert_command(report, ", which finishes the clean-up");
        }
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

/// What to do about the image of a diskette that a queue has kept: to convert the image would leave the diskette 4.0, and
/// refused from then on.
fn kept_next_step(report: &Report) -> Option<String> {
    if report.is_drive || !report.outcome.is_to_change() {
        return None;
    }
    let command = convert_diskette_of_image(&report.path)?;
    Some(format!("{command} (converts the diskette that this image was made of)"))
}

/// The command that converts a diskette, or an image into a copy, or that finishes a conversion where it was begun; and
/// what is said of it.
fn convert_command(report: &Report, about: &str) -> String {
    let is_in_place = report.is_drive || report.outcome == Outcome::UnfinishedConversion;
    let convert = if is_in_place { "convert" } else { "convert -o converted" };
    match quoted_path(&report.path) {
        Some(path) => ["addpack ", convert, " ", &path, about].concat(),
        None => ["run addpack ", convert, " on it", about].concat(),
    }
}

fn refused_next_step(report: &Report) -> String {
    let primary = report.findings().first().map(Finding::code);
    match report.findings().first().map(|finding| &finding.kind) {
        Some(FindingKind::Copy(copy)) => {
            let serial = report.record().map_or_else(String::new, |it| serial(it).into_owned());
            return copy_next_step(copy, &serial, &report.path);
        }
        Some(FindingKind::Set(conflict)) => return conflict_next_step(conflict),
        _ => {}
    }
    match primary {
        Some(FindingCode::DamagedMedia) if is_weak(report) => format!(
            "clean the drive's heads and try again, or in another drive; else make an image of it \
             (GNU ddrescue), convert that with -o, and write it to a new diskette. If all that fails, \
             ask for a replacement (KB {KB_REPLACEMENT})"
        ),
        Some(FindingCode::DamagedMedia) => format!(
            "read the diskette again, in another drive if there is one; if that gives the same, ask \
             for a replacement (KB {KB_REPLACEMENT})"
        ),
        Some(FindingCode::DamagedRecord) if report.has_unknown_layout() => {
            "nothing: it is left alone, since it may be a genuine diskette (addpack explain \
             damaged-record)"
                .to_owned()
        }
        Some(FindingCode::DamagedRecord) => format!(
            "read the diskette again; if that gives the same, ask for a replacement (KB \
             {KB_REPLACEMENT})"
        ),
        _ => format!("ask for a replacement (KB {KB_REPLACEMENT})"),
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
