//! One image: all that is known of the pack.

use crate::cli::show::lines::tone;
use crate::cli::show::map::map;
use crate::cli::show::terminal::{Look, Tone, WIDTH, escape_bytes, wrap};
use crate::cli::words::{
    day, event_kind, evidence_parts, finding_message, moment, next_step, note, report_kb, serial,
    server, server_version, verdict,
};
use addpack::diagnosis::{Diagnosis, Finding};
use addpack::fat12::Diskette;
use addpack::record::Record;
use addpack::report::{NotAPack, Report};

/// The card of one image.
pub(crate) fn card(look: Look, report: &Report) -> Vec<u8> {
    let mut body = String::new();
    row(&mut body, "Verdict", &format!("{}: {}", report.outcome.as_str(), verdict(report)));
    if let Some(diagnosis) = &report.diagnosis
        && let Some(record) = &diagnosis.record
    {
        facts(&mut body, record);
        history(&mut body, look, diagnosis, record);
    }
    if !report.findings().is_empty() {
        heading(&mut body, look, "Found");
        report.findings().iter().for_each(|finding| evidence(&mut body, finding));
    }
    if !report.notes.is_empty() {
        heading(&mut body, look, "Notes");
        report.notes.iter().for_each(|about| hang(&mut body, "    ", &note(about).1));
    }
    if let Some(diskette) = &report.diskette {
        contents(&mut body, diskette);
    }
    if let Some(surface) = &report.surface {
        body.push('\n');
        body += &map(look, surface);
    }
    body.push('\n');
    row(&mut body, "Next", &next_step(report));
    see(&mut body, report);
    // The verdict is coloured here: wrapping counts what is seen.
    let word = report.outcome.as_str();
    let body = body.replacen(word, &look.paint(tone(report.outcome), word), 1);
    let mut text = look.path(&report.path);
    if let Some(output) = &report.output {
        text.extend(b" -> ");
        text.extend(look.path(output));
    }
    text.push(b'\n');
    text.extend(body.bytes());
    text
}

fn see(body: &mut String, report: &Report) {
    let mut hints: Vec<_> = report_kb(report).iter().map(|number| format!("KB {number}")).collect();
    hints.push(format!("addpack explain {}", code(report)));
    row(body, "See", &hints.join(", "));
}

/// What a diskette that is no pack says of itself.
fn contents(body: &mut String, diskette: &Diskette) {
    let text = |bytes: &[u8]| escape_bytes(bytes.trim_ascii_end()).into_owned();
    let label = diskette.label.as_ref().map_or_else(|| "none".to_owned(), |label| text(label));
    row(body, "Label", &label);
    row(body, "OEM name", &text(&diskette.oem_name));
    if diskette.files.is_empty() {
        row(body, "Files", "none");
    }
    for (index, file) in diskette.files.iter().enumerate() {
        let size = format!("{} bytes", file.entry.size);
        let size = if file.is_folder() { "folder" } else { &size };
        let line = format!("{:<12}  {size:>15}", text(&file.name()));
        row(body, if index == 0 { "Files" } else { "" }, &line);
    }
}

/// The code that tells most about a report.
fn code(report: &Report) -> &'static str {
    let failure = report.failure.as_ref().map(|failure| failure.code.as_str());
    let finding = report.findings().first().map(|finding| finding.code().as_str());
    let reason = report.not_a_pack.map(NotAPack::as_str);
    failure.or(finding).or(reason).unwrap_or(report.outcome.as_str())
}

fn row(body: &mut String, name: &str, text: &str) {
    hang(body, &format!("  {name:<9}  "), text);
}

/// Text behind a lead, wrapped; the lines that follow are indented as far.
fn hang(body: &mut String, lead: &str, text: &str) {
    let mut lead = lead.to_owned();
    for line in wrap(text, WIDTH - lead.len()) {
        *body += &format!("{lead}{line}\n");
        lead = " ".repeat(lead.len());
    }
}

fn heading(body: &mut String, look: Look, title: &str) {
    *body += &format!("\n  {}\n", look.paint(Tone::Heading, title));
}

fn facts(body: &mut String, record: &Record) {
    let version = record.version.as_str();
    row(body, "Serial", &serial(record));
    row(body, "Size", &format!("{} licenses", record.licenses));
    row(body, "Version", version);
    row(body, "Made", day(record.made_at).trim_start());
    if let Some(origin) = record.origin.filter(|origin| origin.converted_at.0 != 0) {
        row(body, "Converted", &moment(origin.converted_at));
    }
    if record.is_bound() {
        row(body, "Server", &server(&record.server));
        row(body, "Licenses", &format!("from {} to {}", record.from, record.to));
    } else {
        row(body, "Server", "none: never applied");
    }
}

fn history(body: &mut String, look: Look, diagnosis: &Diagnosis, record: &Record) {
    let shown = diagnosis.shown_events();
    if shown.is_empty() {
        return;
    }
    heading(body, look, "History, in UTC by the servers' clocks");
    for slot in shown {
        let event = &record.events[slot];
        let mark = if diagnosis.findings.iter().any(|f| f.slot == Some(slot)) { "!" } else { " " };
        *body += &format!(
            "  {mark} {:>2}  {}  {:<8}  by {:<4}  {:>2} to {:<2}  {}\n",
            slot + 1,
            moment(event.at),
            event_kind(event),
            server_version(event),
            event.from,
            event.to,
            server(&event.server),
        );
    }
}

fn evidence(body: &mut String, finding: &Finding) {
    let message = format!("{}: {}", finding.code().as_str(), finding_message(finding));
    hang(body, "    ", &message);
    for (name, text) in evidence_parts(finding) {
        hang(body, &format!("      {name:<9}  "), &text);
    }
}
