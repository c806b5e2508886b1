//! The appendix of a page: each image, and how the page was made.

use super::{HtmlPage, text};
use crate::cli::show::to_file::row::ReportRow;
use std::io::{self, Write};

impl HtmlPage<'_> {
    pub(super) fn appendix(
        &self,
        out: &mut dyn Write,
        rows: impl Iterator<Item = io::Result<ReportRow>>,
    ) -> io::Result<()> {
        writeln!(
            out,
            "<div class=\"appendix\"><h2>Appendix: every image</h2><div class=\"wide\"><table \
             id=\"images\"><tr><th>Image</th><th>Outcome</th><th>Pack</th><th>Evidence</th></tr>"
        )?;
        for row in rows {
            writeln!(out, "{}", image_row(&row?))?;
        }
        let head = self.head;
        writeln!(
            out,
            "</table></div><h2>How this page was made</h2><p>Command: <span \
             class=\"hash\">{}</span><br>Folder: <span class=\"hash\">{}</span><br>Ledger: <span \
             class=\"hash\">{}</span><br>The record is the file ADDPACK.DAT of 2,048 bytes; addpack replace names the SHA-1 of the \
             whole image.</p></div>",
            text(&head.command),
            text(&head.folder),
            text(&head.ledger),
        )
    }
}

fn image_row(row: &ReportRow) -> String {
    let pack = row.record.as_ref().map_or_else(String::new, |record| {
        let bound = match (record.from, record.to, &record.server) {
            (Some(from), Some(to), Some(server)) => {
                format!("{from} to {to}, {} ({})", text(&server.name), text(&server.address))
            }
            _ => format!("{} licenses, unused", record.licenses),
        };
        let sha1 = record.sha1.as_deref().unwrap_or_default();
        format!(
            "{} ({})<br>{bound}<br><small>SHA-1 of the record: <span class=\"hash\">{}</span></small>",
            text(&record.serial),
            text(&record.version),
            text(sha1)
        )
    });
    let evidence: Vec<_> =
        row.reasons().chain(&row.notes).map(|part| text(&part.message)).collect();
    let output = row.output.as_ref();
    let output = output.map_or_else(String::new, |path| format!("<br>copy: {}", text(path)));
    format!(
        "<tr><td class=\"path\">{}{output}</td><td>{}</td><td>{pack}</td><td>{}</td></tr>",
        text(&row.name()),
        if row.is_folder() { "failed (a folder)".into() } else { text(&row.outcome) },
        evidence.join("<br>"),
    )
}
