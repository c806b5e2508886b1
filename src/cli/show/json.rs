//! JSON Lines: one object for each image, then a summary (DESIGN.md, "JSON Lines").
#![doc = ""]
#![doc = include_str!("JSON.md")]

use crate::cli::exit::Exit;
use crate::cli::show::map::letter;
use crate::cli::show::skipped::SkippedKind;
use crate::cli::show::tally::Tally;
use crate::cli::show::terminal::{escape_bytes, is_hidden};
use crate::cli::words::{
    address, event_kind, failure_message, finding_kb, finding_message, ledger_message, next_step,
    note, serial, server_name, server_version, time_of, timestamp, value,
};
use addpack::container::Format;
use addpack::diagnosis::{Diagnosis, Finding, FindingKind};
use addpack::fat12::{Diskette, RootFile};
use addpack::find::Skipped;
use addpack::ledger::LedgerError;
use addpack::media::surface::{SectorCondition, Surface};
use addpack::record::Record;
use addpack::record::event::Event;
use addpack::record::fields::{Server, hex};
use addpack::report::{Counts, FailureCode, NotAPack, Outcome, Report};
use addpack::set::Relation;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::ser::Formatter;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The version of the objects' shape.
const SCHEMA: u32 = 1;
/// Bytes that suffice for most lines.
const USUAL_LINE: usize = 1024;

#[derive(JsonSchema, Serialize)]
pub(crate) struct ImageLine<'a> {
    #[schemars(extend("const" = "image"))]
    r#type: &'static str,
    #[schemars(extend("const" = 1))]
    schema: u32,
    path: Cow<'a, str>,
    /// The path's bytes in hexadecimal, where they are no UTF-8 and `path` is not exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    /// With `--queue`: the number of the diskette, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    diskette_number: Option<usize>,
    #[schemars(schema_with = "outcomes")]
    outcome: &'static str,
    /// Of what is no pack: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// Of a diskette that is no pack, and was named alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    diskette: Option<DiskettePart>,
    record: Option<RecordPart<'a>>,
    findings: Vec<FindingPart>,
    notes: Vec<NotePart>,
    /// Where `outcome` is `convertible` or `unfinished-conversion`: whether it can be done in place.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_place: Option<bool>,
    /// Where `outcome` is `copy`: the image of the pack that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<CountsPart<'a>>,
    /// The converted copy, with `-o`.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Cow<'a, str>>,
    error: Option<ErrorPart>,
    next_step: String,
    /// With `--surface`.
    #[serde(skip_serializing_if = "Option::is_none")]
    surface: Option<SurfacePart>,
}

/// What a diskette says of itself.
#[derive(JsonSchema, Serialize)]
struct DiskettePart {
    label: Option<String>,
    oem_name: String,
    files: Vec<FilePart>,
}

/// A file or folder in its root directory.
#[derive(JsonSchema, Serialize)]
struct FilePart {
    name: String,
    folder: bool,
    size: u32,
    sha1: Option<String>,
}

/// A file that was not looked at, with `--list`.
#[derive(JsonSchema, Serialize)]
pub(crate) struct SkippedLine<'a> {
    #[schemars(extend("const" = "skipped"))]
    r#type: &'static str,
    #[schemars(extend("const" = 1))]
    schema: u32,
    path: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    /// The format that it is in, where that is known and not read.
    kind: Option<&'static str>,
}

#[derive(JsonSchema, Serialize)]
struct CountsPart<'a> {
    path: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    /// How this image's state stands to that one's: `same` or `earlier`.
    relation: &'static str,
}

#[derive(JsonSchema, Serialize)]
struct SurfacePart {
    cylinders: u32,
    heads: u32,
    sectors: u32,
    good: usize,
    slow: usize,
    weak: usize,
    lost: usize,
    /// A text for each track, a letter for each sector.
    map: Vec<String>,
}

#[derive(JsonSchema, Serialize)]
struct RecordPart<'a> {
    /// SHA-1 of the record's 2,048 bytes.
    sha1: String,
    version: &'static str,
    serial: Cow<'a, str>,
    licenses: u16,
    origin: Option<&'static str>,
    bound: bool,
    from: Option<u16>,
    to: Option<u16>,
    server: Option<ServerPart<'a>>,
    made_at: Option<String>,
    converted_at: Option<String>,
    events: Vec<EventPart<'a>>,
}

#[derive(JsonSchema, Serialize)]
pub(crate) struct ServerPart<'a> {
    address: String,
    name: Cow<'a, str>,
}

#[derive(JsonSchema, Serialize)]
struct EventPart<'a> {
    slot: usize,
    kind: Cow<'static, str>,
    server_version: Cow<'static, str>,
    from: u16,
    to: u16,
    at: Option<String>,
    server: ServerPart<'a>,
    post_upgrade: bool,
}

#[derive(JsonSchema, Serialize)]
struct FindingPart {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    slot: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<usize>,
    /// Of a fault of the file system.
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sector: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    /// Where other images speak against it: those, of many the first ten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    images: Vec<String>,
    /// How many those are.
    #[serde(skip_serializing_if = "Option::is_none")]
    image_count: Option<usize>,
    /// Of a copy: where the pack was converted.
    #[serde(skip_serializing_if = "Option::is_none")]
    copy_of: Option<CopyPart>,
    kb: &'static [u32],
}

#[derive(JsonSchema, Serialize)]
struct CopyPart {
    converted_at: Option<String>,
    path: String,
    target: Option<String>,
}

#[derive(JsonSchema, Serialize)]
struct NotePart {
    code: &'static str,
    message: String,
}

#[derive(JsonSchema, Serialize)]
struct ErrorPart {
    code: &'static str,
    message: String,
}

#[derive(JsonSchema, Serialize)]
pub(crate) struct SummaryLine<'a> {
    #[schemars(extend("const" = "summary"))]
    r#type: &'static str,
    #[schemars(extend("const" = 1))]
    schema: u32,
    images: u64,
    #[schemars(with = "BTreeMap<String, u64>")]
    outcomes: Outcomes,
    skipped: u64,
    /// Of those: the files in formats that are not read, and all of them by their endings.
    skipped_kinds: Vec<SkippedKind>,
    skipped_endings: &'a BTreeMap<String, u64>,
    repeated: u64,
    /// Images that could not be read. They may hold newer states of packs.
    unread: u64,
    /// Images that --only-as has left out.
    left_out: u64,
    stopped: bool,
    /// Whether all images were seen. Else copies and earlier states are not recognized.
    complete: bool,
    /// Of the ledger, where it could not be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorPart>,
    exit_code: u8,
}

/// The last line where there is no report.
#[derive(JsonSchema, Serialize)]
pub(crate) struct NoReportLine {
    #[schemars(extend("const" = "summary"))]
    r#type: &'static str,
    #[schemars(extend("const" = 1))]
    schema: u32,
    error: ErrorPart,
    exit_code: u8,
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
pub(crate) fn numbered_line(report: &Report, diskette_number: Option<usize>) -> Vec<u8> {
    let (path, path_bytes) = path_text(&report.path);
    line(&ImageLine {
        r#type: "image",
        schema: SCHEMA,
        path,
        path_bytes,
        diskette_number,
        outcome: report.outcome.as_str(),
        reason: report.not_a_pack.map(NotAPack::as_str),
        diskette: report.diskette.as_deref().map(diskette_part),
        record: report.diagnosis.as_ref().and_then(record_part),
        findings: report.findings().iter().map(finding_part).collect(),
        notes: report.notes.iter().map(note_part).collect(),
        in_place: report.outcome.is_to_change().then_some(report.in_place),
        counts: report.counts.as_ref().map(counts_part),
        output: report.output.as_ref().map(|path| path.to_string_lossy()),
        error: report.failure.as_ref().map(|failure| ErrorPart {
            code: failure.code.as_str(),
            message: failure_message(failure),
        }),
        next_step: next_step(report),
        surface: report.surface.as_ref().map(surface_part),
    })
}

/// The last line.
pub(crate) fn summary_line(
    tally: &Tally,
    stopped: bool,
    error: Option<&LedgerError>,
    exit: Exit,
) -> Vec<u8> {
    line(&SummaryLine {
        r#type: "summary",
        schema: SCHEMA,
        images: tally.images(),
        outcomes: Outcomes(tally.outcomes),
        skipped: tally.skipped.count(),
        skipped_kinds: tally.skipped.kinds(),
        skipped_endings: tally.skipped.endings(),
        repeated: tally.repeated,
        unread: tally.unread,
        left_out: tally.left_out,
        stopped,
        complete: !tally.is_incomplete,
        error: error.map(ledger_part),
        exit_code: exit.code(),
    })
}

/// The only line of a report that did not come about for want of a ledger.
pub(crate) fn no_report(error: &LedgerError) -> Vec<u8> {
    line(&NoReportLine {
        r#type: "summary",
        schema: SCHEMA,
        error: ledger_part(error),
        exit_code: Exit::Failed.code(),
    })
}

fn ledger_part(error: &LedgerError) -> ErrorPart {
    ErrorPart { code: FailureCode::LedgerError.as_str(), message: ledger_message(error) }
}

/// One object on a line of its own.
pub(crate) fn line<T: Serialize>(object: &T) -> Vec<u8> {
    let mut line = Vec::with_capacity(USUAL_LINE);
    let mut serializer = serde_json::Serializer::with_formatter(&mut line, Harmless);
    object.serialize(&mut serializer).expect("these objects have no keys but strings");
    line.push(b'\n');
    line
}

/// JSON as always, but nothing in it that a terminal would obey: what JSON lets stand raw, DEL, C1 and
/// the marks of direction, is escaped as JSON escapes other controls. That holds for names too: some are
/// strangers' endings.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: io::Write + ?Sized,
    {
        if fragment.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some((at, char)) = rest.char_indices().find(|(_, char)| is_hidden(*char)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            write!(writer, "\\u{:04x}", u32::from(char))?;
            rest = &rest[at + char.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

/// A path as text, and its bytes in hexadecimal where they are no UTF-8.
pub(crate) fn path_text(path: &Path) -> (Cow<'_, str>, Option<String>) {
    let bytes = path.to_str().is_none().then(|| hex(path.as_os_str().as_encoded_bytes()));
    (path.to_string_lossy(), bytes)
}

fn record_part(diagnosis: &Diagnosis) -> Option<RecordPart<'_>> {
    let record = diagnosis.record.as_deref()?;
    let bound = record.is_bound();
    let event =
        |slot| event_part(slot, &record.events[slot], diagnosis.post_upgrade.contains(&slot));
    Some(RecordPart {
        sha1: record.digest().to_hex(),
        version: record.version.as_str(),
        serial: serial(record),
        licenses: record.licenses,
        origin: origin(record),
        bound,
        from: bound.then_some(record.from),
        to: bound.then_some(record.to),
        server: bound.then(|| server_part(&record.server)),
        made_at: timestamp(record.made_at),
        converted_at: record
            .origin
            .filter(|origin| origin.converted_at.0 != 0)
            .and_then(|origin| timestamp(origin.converted_at)),
        events: diagnosis.shown_events().map(event).collect(),
    })
}

fn origin(record: &Record) -> Option<&'static str> {
    match record.origin?.origin {
        0 => Some("issued"),
        1 => Some("converted"),
        _ => None,
    }
}

pub(crate) fn server_part(server: &Server) -> ServerPart<'_> {
    ServerPart { address: address(server), name: server_name(server) }
}

fn event_part(slot: usize, event: &Event, post_upgrade: bool) -> EventPart<'_> {
    EventPart {
        slot,
        kind: event_kind(event),
        server_version: server_version(event),
        from: event.from,
        to: event.to,
        at: timestamp(event.at),
        server: server_part(&event.server),
        post_upgrade,
    }
}

fn finding_part(finding: &Finding) -> FindingPart {
    let (fault, copy) = match &finding.kind {
        FindingKind::Media(fault) => (Some(fault), None),
        FindingKind::Copy(copy) => (None, Some(copy)),
        _ => (None, None),
    };
    let (images, image_count) = match &finding.kind {
        FindingKind::Set(conflict) => (&conflict.images[..], Some(conflict.count)),
        _ => (&[][..], None),
    };
    FindingPart {
        images: images.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
        image_count,
        copy_of: copy.map(|copy| CopyPart {
            converted_at: time_of(copy.converted_at),
            path: copy.path.to_string_lossy().into_owned(),
            target: copy.target.as_ref().map(|path| path.to_string_lossy().into_owned()),
        }),
        cluster: fault.and_then(|fault| fault.cluster),
        sector: fault.and_then(|fault| fault.sector),
        code: finding.code().as_str(),
        message: finding_message(finding),
        slot: finding.slot,
        offset: finding.offset,
        expected: value(&finding.expected),
        found: value(&finding.found),
        kb: finding_kb(finding.code()),
    }
}

fn counts_part(counts: &Counts) -> CountsPart<'_> {
    let (path, path_bytes) = path_text(&counts.path);
    let relation = match counts.relation {
        Relation::Same => "same",
        Relation::Earlier => "earlier",
    };
    CountsPart { path, path_bytes, relation }
}

fn note_part(about: &addpack::report::Note) -> NotePart {
    let (code, message) = note(about);
    NotePart { code, message }
}

fn diskette_part(diskette: &Diskette) -> DiskettePart {
    let text = |bytes: &[u8]| escape_bytes(bytes.trim_ascii_end()).into_owned();
    let file = |file: &RootFile| FilePart {
        name: text(&file.name()),
        folder: file.is_folder(),
        size: file.entry.size,
        sha1: file.digest.as_ref().map(|digest| hex(digest)),
    };
    DiskettePart {
        label: diskette.label.as_ref().map(|label| text(label)),
        oem_name: text(&diskette.oem_name),
        files: diskette.files.iter().map(file).collect(),
    }
}

/// The line of a file that was not looked at.
pub(crate) fn skipped_line(skipped: &Skipped) -> Vec<u8> {
    let (path, path_bytes) = path_text(&skipped.path);
    let kind = skipped.format.map(Format::as_str);
    line(&SkippedLine { r#type: "skipped", schema: SCHEMA, path, path_bytes, kind })
}

fn surface_part(surface: &Surface) -> SurfacePart {
    SurfacePart {
        cylinders: surface.geometry.cylinders,
        heads: surface.geometry.heads,
        sectors: surface.geometry.sectors,
        good: surface.count(SectorCondition::Good),
        slow: surface.count(SectorCondition::Slow),
        weak: surface.count(SectorCondition::Weak),
        lost: surface.count(SectorCondition::Lost),
        map: surface.tracks().map(|track| track.iter().copied().map(letter).collect()).collect(),
    }
}
