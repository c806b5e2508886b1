//! A report as CSV: a row for each image.

use super::row::{RecordPart, Row, ServerPart};
use crate::cli::show::request::harmless;
use std::io::{self, Write};

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
    rows: impl Iterator<Item = io::Result<Row>>,
) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(COLUMNS)?;
    for row in rows {
        csv.write_record(fields(&row?))?;
    }
    csv.flush()
}

fn fields(row: &Row) -> [String; 15] {
    let record = row.record.as_ref();
    let server = record.and_then(|record| record.server.as_ref());
    let number = |number: Option<u16>| number.map_or_else(String::new, |n| n.to_string());
    let of_record = |text: fn(&RecordPart) -> &str| harmless(record.map_or("", text));
    let of_server = |text: fn(&ServerPart) -> &str| harmless(server.map_or("", text));
    let message: Vec<_> = row.reasons().map(|part| part.message.as_str()).collect();
    [
        harmless(&row.path),
        row.outcome.clone(),
        of_record(|record| &record.serial),
        number(record.map(|record| record.licenses)),
        of_record(|record| &record.version),
        of_server(|server| &server.name),
        of_server(|server| &server.address),
        number(record.and_then(|record| record.from)),
        number(record.and_then(|record| record.to)),
        record.map_or_else(String::new, |record| record.events.len().to_string()),
        of_record(|record| record.sha1.as_deref().unwrap_or_default()),
        row.in_place.map_or_else(String::new, |in_place| in_place.to_string()),
        row.reasons().next().map_or_else(String::new, |part| part.code.clone()),
        harmless(&message.join("; ")),
        harmless(&row.next_step),
    ]
}
