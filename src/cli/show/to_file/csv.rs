//! A report as CSV: a row for each image.

use super::row::ReportRow;
use crate::cli::show::table::Table;
use serde_json::{Value, json};
use std::io::{self, Write};

/// The columns, in their order.
const COLUMNS: [&str; 15] = [
    "path",
    "outcome",
    "serial",
    "licenses",
    "version",
    "server_name",
    "server_address",
    "from",
    "to",
    "events",
    "record_sha1",
    "in_place",
    "code",
    "message",
    "next_step",
];

/// Writes the rows.
pub(super) fn write(
    out: &mut dyn Write,
    rows: impl Iterator<Item = io::Result<ReportRow>>,
) -> io::Result<()> {
    let mut table = Table::new(out, &COLUMNS)?;
    for row in rows {
        table.row(&flat(&row?))?;
    }
    table.finish().map(|_| ())
}

/// An image with all values on one level.
fn flat(row: &ReportRow) -> Value {
    let record = row.record.as_ref();
    let server = record.and_then(|record| record.server.as_ref());
    json!({
        "path": row.name(),
        "outcome": row.outcome,
        "serial": record.map(|record| &record.serial),
        "licenses": record.map(|record| record.licenses),
        "version": record.map(|record| &record.version),
        "server_name": server.map(|server| &server.name),
        "server_address": server.map(|server| &server.address),
        "from": record.and_then(|record| record.from),
        "to": record.and_then(|record| record.to),
        "events": record.map(|record| record.events.len()),
        "record_sha1": record.and_then(|record| record.sha1.as_ref()),
        "in_place": row.in_place,
        "code": row.reasons().next().map(|part| &part.code),
        "message": row.reasons().map(|part| part.message.as_str()).collect::<Vec<_>>(),
        "next_step": row.next_step,
    })
}
