//! A request for replacements, as a letter and as CSV.

use crate::cli::exit::Exit;
use crate::cli::show::json::line;
use crate::cli::show::layout::{WIDTH, hang};
use crate::cli::show::skipped::{SkippedFiles, SkippedKind};
use crate::cli::show::table::Table;
use crate::cli::show::terminal::named;
use crate::cli::words::{Address, REQUEST_FOOT, REQUEST_HEAD, address, server_name};
use addpack::plan::servers::Span;
use addpack::record::fields::Server;
use schemars::JsonSchema;
use serde::Serialize;
use std::io;
use std::path::Path;

/// One pack of a request.
#[derive(JsonSchema, Serialize)]
pub(crate) struct RequestRow {
    #[schemars(extend("const" = "replacement"))]
    pub(crate) r#type: &'static str,
    #[schemars(extend("const" = 1))]
    pub(crate) schema: u32,
    pub(crate) code: &'static str,
    /// The code in people's words.
    pub(crate) reason: &'static str,
    pub(crate) serial: Option<String>,
    pub(crate) licenses: Option<u16>,
    pub(crate) version: Option<&'static str>,
    pub(crate) server_name: Option<String>,
    pub(crate) server_address: Option<Address>,
    pub(crate) from: Option<u16>,
    pub(crate) to: Option<u16>,
    pub(crate) evidence: Vec<String>,
    pub(crate) path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path_bytes: Option<String>,
    pub(crate) sha1: Option<String>,
    /// How many other images of this pack are refused as well.
    pub(crate) other_images: usize,
    pub(crate) kb: Vec<u32>,
}

impl RequestRow {
    /// A pack of which no more is known than its server, if any, and from and to.
    pub(crate) fn of(code: &'static str, server: Option<&Server>, span: Option<Span>) -> Self {
        Self {
            r#type: "replacement",
            schema: 1,
            code,
            reason: "",
            serial: None,
            licenses: None,
            version: None,
            server_name: server.map(|server| server_name(server).into_owned()),
            server_address: server.map(address),
            from: span.map(|span| span.0),
            to: span.map(|span| span.1),
            evidence: Vec::new(),
            path: None,
            path_bytes: None,
            sha1: None,
            other_images: 0,
            kb: Vec::new(),
        }
    }
}

/// The last line for programs.
#[derive(JsonSchema, Serialize)]
pub(crate) struct RequestSummary {
    #[schemars(extend("const" = "summary"))]
    r#type: &'static str,
    #[schemars(extend("const" = 1))]
    schema: u32,
    replacements: usize,
    /// Files in formats that are not read.
    skipped_kinds: Vec<SkippedKind>,
    exit_code: u8,
}

/// The last line for programs.
pub(crate) fn summary(replacements: usize, skipped: &SkippedFiles, exit: Exit) -> Vec<u8> {
    line(&RequestSummary {
        r#type: "summary",
        schema: 1,
        replacements,
        skipped_kinds: skipped.kinds(),
        exit_code: exit.code(),
    })
}

/// The columns of the CSV, in their order.
const COLUMNS: [&str; 14] = [
    "code",
    "reason",
    "serial",
    "licenses",
    "version",
    "server_name",
    "server_address",
    "from",
    "to",
    "evidence",
    "path",
    "sha1",
    "other_images",
    "kb",
];

/// The request as a table.
pub(crate) fn csv(rows: &[RequestRow]) -> io::Result<Vec<u8>> {
    let mut table = Table::new(Vec::new(), &COLUMNS)?;
    rows.iter().try_for_each(|row| table.row(row))?;
    table.finish()
}

/// The vendor's articles, as a list in a sentence.
fn articles(kb: &[u32]) -> String {
    kb.iter().map(|number| format!("KB {number}")).collect::<Vec<_>>().join(", ")
}

/// The request as a letter.
pub(crate) fn text(rows: &[RequestRow]) -> String {
    let mut text = String::new();
    for paragraph in REQUEST_HEAD {
        text += &hang(WIDTH, "", paragraph);
        text += "\n";
    }
    for (at, row) in rows.iter().enumerate() {
        text += &format!("{}.\n{}\n", at + 1, entry(row));
    }
    text + &hang(WIDTH, "", REQUEST_FOOT)
}

/// The line that other images of the pack are refused too; empty if there are none.
fn others(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "1 other image of this pack is refused as well".to_owned(),
        _ => format!("{count} other images of this pack are refused as well"),
    }
}

/// One pack of the letter.
fn entry(row: &RequestRow) -> String {
    let unknown = || "unknown; see the label".to_owned();
    let server = row.server_name.as_ref().zip(row.server_address.as_ref());
    let path = row.path.as_ref().map(|path| named(Path::new(path)));
    let span = row.from.zip(row.to).map(|(from, to)| format!("from {from} to {to}"));
    let version = row.version.map(str::to_owned);
    let fields = [
        ("Serial", Some(row.serial.clone().unwrap_or_else(unknown))),
        ("Size", Some(row.licenses.map_or_else(unknown, |size| format!("{size} licenses")))),
        ("Version", version),
        (
            "Server",
            Some(server.map_or_else(|| "none known".to_owned(), |(n, a)| format!("{n} ({a})"))),
        ),
        ("Licenses", span),
        ("Reason", Some(row.reason.to_owned())),
        ("Evidence", Some(row.evidence.join("; "))),
        ("Image", path),
        ("SHA-1", row.sha1.clone()),
        ("Images", Some(others(row.other_images))),
        ("See", Some(articles(&row.kb))),
    ];
    let mut entry = String::new();
    for (name, value) in fields {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            entry += &hang(WIDTH, &format!("   {name:<9} "), &value);
        }
    }
    entry
}
