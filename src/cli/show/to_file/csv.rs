//! A report as CSV: a row for each image.

use super::row::ReportRow;
use crate::cli::show::table::{Table, harmless};
use serde::Serialize;
use std::io::{self, Write};

/// The columns, in their order.
#[derive(Default, Serialize)]
struct Columns {
    path: String,
    outcome: String,
    serial: String,
    licenses: Option<u16>,
    version: String,
    server_name: String,
    server_address: String,
    from: Option<u16>,
    to: Option<u16>,
    events: Option<usize>,
    record_sha1: String,
    in_place: Option<bool>,
    code: String,
    message: String,
    next_step: String,
}

/// Writes the rows.
pub(super) fn write(
    out: &mut dyn Write,
    rows: impl Iterator<Item = io::Result<ReportRow>>,
) -> io::Result<()> {
    let mut table = Table::new(out);
    for row in rows {
        table.row(&columns(&row?))?;
    }
    table.finish().map(|_| ())
}

fn columns(row: &ReportRow) -> Columns {
    let message: Vec<_> = row.reasons().map(|part| part.message.as_str()).collect();
    let columns = Columns {
        path: harmless(&row.name()),
        outcome: row.outcome.clone(),
        in_place: row.in_place,
        code: row.reasons().next().map_or_else(String::new, |part| part.code.clone()),
        message: harmless(&message.join("; ")),
        next_step: harmless(&row.next_step),
        ..Columns::default()
    };
    let Some(record) = &row.record else { return columns };
    let server = record.server.as_ref();
    Columns {
        serial: harmless(&record.serial),
        licenses: Some(record.licenses),
        version: harmless(&record.version),
        server_name: harmless(server.map_or("", |server| &server.name)),
        server_address: harmless(server.map_or("", |server| &server.address)),
        from: record.from,
        to: record.to,
        events: Some(record.events.len()),
        record_sha1: record.sha1.clone().unwrap_or_default(),
        ..columns
    }
}
