//! One image: all that is known of the pack.

use super::lines::tone;
use super::terminal::{Look, Tone};
use super::words::{
    day, event_kind, finding_message, next_step, note, report_kb, serial, server, server_version,
    timestamp, value, verdict,
};
use addpack::diagnosis::{Diagnosis, Finding};
use addpack::outcome::{Outcome, Report};
use addpack::record::{Record, Version};

/// The card of one image.
pub(crate) fn card(look: Look, report: &Report) -> Vec<u8> {
    let mut text = look.path(&report.path);
    text.push(b'\n');
    let mut body = String::new();
    let outcome = look.paint(tone(report.outcome), report.outcome.as_str());
    row(&mut body, "Verdict", &format!("{outcome}: {}", verdict(report)));
    if let Some(diagnosis) = &report.diagnosis
        && let Some(record) = &diagnosis.record
    {
        facts(&mut body, record);
        history(&mut body, look, diagnosis, record);
    }
    // A failure is the verdict itself; findings stand beside it where the pack has them.
    if !report.findings().is_empty() {
        heading(&mut body, look, "Found");
        report.findings().iter().for_each(|finding| evidence(&mut body, finding));
    }
    if !report.notes.is_empty() {
        heading(&mut body, look, "Notes");
        for about in &report.notes {
            body += &format!("    {}\n", note(about).1);
        }
    }
    body.push('\n');
    if let Some(output) = report.output.as_ref().filter(|_| report.outcome != Outcome::Failed) {
        body += &format!("  {:<9}  ", "Copy");
        text.extend(body.bytes());
        text.extend(look.path(output));
        body = "\n".to_owned();
    }
    row(&mut body, "Next", &next_step(report));
    let articles = report_kb(report);
    if !articles.is_empty() {
        let articles: Vec<_> = articles.iter().map(|number| format!("KB {number}")).collect();
        row(
            &mut body,
            "See",
            &format!("{}; addpack explain {}", articles.join(", "), code(report)),
        );
    }
    text.extend(body.bytes());
    text
}

/// The code that tells most about a report.
fn code(report: &Report) -> &'static str {
    let finding = report.findings().first().map(|finding| finding.code().as_str());
    finding.unwrap_or(report.outcome.as_str())
}

fn row(body: &mut String, name: &str, text: &str) {
    *body += &format!("  {name:<9}  {text}\n");
}

fn heading(body: &mut String, look: Look, title: &str) {
    *body += &format!("\n  {}\n", look.paint(Tone::Heading, title));
}

fn facts(body: &mut String, record: &Record) {
    let version = match record.version {
        Version::V40 => "4.0",
        Version::V45 => "4.5",
    };
    row(body, "Serial", &serial(record));
    row(body, "Size", &format!("{} licenses", record.licenses));
    row(body, "Version", version);
    row(body, "Made", &day(record.made_at));
    if let Some(origin) = record.origin.filter(|origin| origin.converted_at.0 != 0) {
        row(body, "Converted", &timestamp(origin.converted_at));
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
    heading(body, look, "History");
    for slot in shown {
        let event = &record.events[slot];
        let mark = if diagnosis.findings.iter().any(|f| f.slot == Some(slot)) { "!" } else { " " };
        *body += &format!(
            "  {mark} {:>2}  {}  {:<8}  by {:<4}  {:>2} to {:<2}  {}\n",
            slot + 1,
            timestamp(event.at),
            event_kind(event),
            server_version(event),
            event.from,
            event.to,
            server(&event.server),
        );
    }
}

fn evidence(body: &mut String, finding: &Finding) {
    *body += &format!("    {}: {}\n", finding.code().as_str(), finding_message(finding));
    let parts = [
        ("at offset", finding.offset.map(|offset| format!("{offset:#05x}"))),
        ("expected", value(&finding.expected)),
        ("found", value(&finding.found)),
    ];
    let parts: Vec<_> = parts
        .into_iter()
        .filter_map(|(name, text)| text.map(|text| format!("{name} {text}")))
        .collect();
    if !parts.is_empty() {
        *body += &format!("      {}\n", parts.join(", "));
    }
}
