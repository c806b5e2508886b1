//! JSON Lines: one object for each image, then a summary (DESIGN.md, "JSON Lines").
#![doc = ""]
#![doc = include_str!("../JSON.md")]

mod parts;
pub(crate) mod plan;
mod record;
mod writer;

pub(crate) use record::ServerPart;
pub(crate) use writer::line;

use crate::cli::exit::Exit;
use crate::cli::show::skipped::SkippedKind;
use crate::cli::show::tally::Tally;
use crate::cli::words::next_step;
use addpack::container::Format;
use addpack::find::Skipped;
use addpack::ledger::LedgerError;
use addpack::record::fields::hex;
use addpack::report::{NotAPack, Outcome, Report};
use parts::{CountsPart, DiskettePart, ErrorPart, FindingPart, NotePart, SurfacePart};
use record::RecordPart;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

/// The version of the objects' shape.
const SCHEMA: u32 = 1;

/// An object that is written: each field with its type, and with what it is made of.
macro_rules! object {
    (
        $(#[$of:meta])*
        $visible:vis struct $name:ident $(<$life:lifetime>)? from ($($from:ident: $source:ty),+) {
            $($(#[$about:meta])* $field:ident: $type:ty = $value:expr,)+
        }
    ) => {
        $(#[$of])*
        #[derive(schemars::JsonSchema, serde::Serialize)]
        $visible struct $name $(<$life>)? {
            $($(#[$about])* $field: $type,)+
        }

        impl $(<$life>)? $name $(<$life>)? {
            pub(super) fn of($($from: $source),+) -> Self {
                Self { $($field: $value,)+ }
            }
        }
    };
}
use object;

object! {
    pub(crate) struct ImageLine<'a> from (report: &'a Report, number: Option<usize>) {
        /// `folder`: of one that could not be listed; it is counted with no images.
        #[schemars(extend("enum" = ["image", "folder"]))]
        r#type: &'static str = if report.is_folder() { "folder" } else { "image" },
        #[schemars(extend("const" = 1))]
        schema: u32 = SCHEMA,
        path: Cow<'a, str> = report.path.to_string_lossy(),
        /// The path's bytes in hexadecimal, if they are not UTF-8 and `path` is not exact.
        #[serde(skip_serializing_if = "Option::is_none")]
        path_bytes: Option<String> = path_bytes(&report.path),
        /// With `--queue`: the number of the diskette, from 1.
        #[serde(skip_serializing_if = "Option::is_none")]
        diskette_number: Option<usize> = number,
        #[schemars(schema_with = "outcomes")]
        outcome: &'static str = report.outcome.as_str(),
        /// Why it is not a pack.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<&'static str> = report.not_a_pack.map(NotAPack::as_str),
        /// What is on a diskette that is not a pack and was named alone.
        #[serde(skip_serializing_if = "Option::is_none")]
        diskette: Option<DiskettePart> = report.diskette.as_deref().map(DiskettePart::of),
        record: Option<RecordPart<'a>> = report.diagnosis.as_ref().and_then(RecordPart::of_diagnosis),
        findings: Vec<FindingPart> = report.findings().iter().map(FindingPart::of).collect(),
        notes: Vec<NotePart> = report.notes.iter().map(NotePart::of_note).collect(),
        /// Where `outcome` is `convertible` or `unfinished-conversion`: whether it can be done in place.
        #[serde(skip_serializing_if = "Option::is_none")]
        in_place: Option<bool> = report.outcome.is_to_change().then_some(report.in_place),
        /// Where `outcome` is `copy`: the image of the pack that counts.
        #[serde(skip_serializing_if = "Option::is_none")]
        counts: Option<CountsPart<'a>> = report.counts.as_ref().map(CountsPart::of),
        /// The converted copy, with `-o`.
        #[serde(skip_serializing_if = "Option::is_none")]
        output: Option<Cow<'a, str>> = report.output.as_ref().map(|path| path.to_string_lossy()),
        error: Option<ErrorPart> = report.failure.as_ref().map(ErrorPart::of_failure),
        next_step: String = next_step(report),
        /// With `--surface`.
        #[serde(skip_serializing_if = "Option::is_none")]
        surface: Option<SurfacePart> = report.surface.as_ref().map(SurfacePart::of),
    }
}

object! {
    /// A file that was not looked at, with `--list`.
    pub(crate) struct SkippedLine<'a> from (skipped: &'a Skipped) {
        #[schemars(extend("const" = "skipped"))]
        r#type: &'static str = "skipped",
        #[schemars(extend("const" = 1))]
        schema: u32 = SCHEMA,
        path: Cow<'a, str> = skipped.path.to_string_lossy(),
        #[serde(skip_serializing_if = "Option::is_none")]
        path_bytes: Option<String> = path_bytes(&skipped.path),
        /// The format that it is in, if that is known and not read.
        kind: Option<&'static str> = skipped.format.map(Format::as_str),
    }
}

object! {
    pub(crate) struct SummaryLine<'a> from (
        tally: &'a Tally,
        is_stopped: bool,
        failure: Option<&LedgerError>,
        exit: Exit
    ) {
        #[schemars(extend("const" = "summary"))]
        r#type: &'static str = "summary",
        #[schemars(extend("const" = 1))]
        schema: u32 = SCHEMA,
        images: u64 = tally.images(),
        #[schemars(with = "BTreeMap<String, u64>")]
        outcomes: Outcomes = Outcomes(tally.outcomes),
        /// Folders that could not be listed.
        unlisted: u64 = tally.unlisted,
        skipped: u64 = tally.skipped.count(),
        /// Of those: the files in formats that are not read, and all of them by their endings.
        skipped_kinds: Vec<SkippedKind> = tally.skipped.kinds(),
        skipped_endings: &'a BTreeMap<String, u64> = tally.skipped.endings(),
        repeated: u64 = tally.repeated,
        /// Images whose record could not be read. They may be newer states of packs.
        unread: u64 = tally.unread,
        /// Images that --only-as has left out.
        left_out: u64 = tally.left_out,
        stopped: bool = is_stopped,
        /// Whether all images were seen. Else copies and earlier states are not recognized.
        complete: bool = !tally.is_incomplete,
        /// Of the ledger, if it could not be used.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<ErrorPart> = failure.map(ErrorPart::of_ledger),
        exit_code: u8 = exit.code(),
    }
}

object! {
    /// The last line if there is no report.
    pub(crate) struct NoReportLine from (message: String) {
        #[schemars(extend("const" = "summary"))]
        r#type: &'static str = "summary",
        #[schemars(extend("const" = 1))]
        schema: u32 = SCHEMA,
        error: ErrorPart = ErrorPart::without_ledger(message),
        exit_code: u8 = Exit::Failed.code(),
    }
}

/// The codes of outcomes, for the schema.
fn outcomes(_: &mut SchemaGenerator) -> Schema {
    let codes: Vec<_> = Outcome::ALL.iter().map(|outcome| outcome.as_str()).collect();
    json_schema!({ "type": "string", "enum": codes })
}

/// Every outcome with its count, in a fixed order.
struct Outcomes([u64; Outcome::ALL.len()]);

impl Serialize for Outcomes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (outcome, count) in Outcome::ALL.iter().zip(self.0) {
            map.serialize_entry(outcome.as_str(), &count)?;
        }
        map.end()
    }
}

/// The line of one image.
pub(crate) fn image_line(report: &Report) -> Vec<u8> {
    numbered_line(report, None)
}

/// The line of a diskette of a queue, which has a number.
pub(crate) fn numbered_line(report: &Report, number: Option<usize>) -> Vec<u8> {
    line(&ImageLine::of(report, number))
}

/// The line of a file that was not looked at.
pub(crate) fn skipped_line(skipped: &Skipped) -> Vec<u8> {
    line(&SkippedLine::of(skipped))
}

/// The last line.
pub(crate) fn summary_line(
    tally: &Tally,
    stopped: bool,
    error: Option<&LedgerError>,
    exit: Exit,
) -> Vec<u8> {
    line(&SummaryLine::of(tally, stopped, error, exit))
}

/// The only line of a report that did not come about for want of a ledger, with the message about it.
pub(crate) fn no_report(message: String) -> Vec<u8> {
    line(&NoReportLine::of(message))
}

/// A path's bytes in hexadecimal, if they are not UTF-8 and its text is not exact.
pub(crate) fn path_bytes(path: &Path) -> Option<String> {
    path.to_str().is_none().then(|| hex(path.as_os_str().as_encoded_bytes()))
}
