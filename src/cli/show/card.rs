//! One image: all that is known of the pack.

use crate::cli::show::layout::hang;
use crate::cli::show::lines::tone;
use crate::cli::show::map::map;
use crate::cli::show::terminal::{TextStyle, Tone, escape_bytes, from_here, shown};
use crate::cli::words::{
    day, event_kind, evidence_parts, finding_message, last_event, moment, next_step, note,
    report_kb, serial, server, server_name, server_version, verdict, version_of,
};
use addpack::diagnosis::{Diagnosis, Finding};
use addpack::fat12::DisketteContents;
use addpack::record::Record;
use addpack::record::fields::Server;
use addpack::report::{NotAPack, Report};

/// Findings that are spelled out. One damaged count can give hundreds.
const FINDINGS_SHOWN: usize = 12;

/// The card of one image. If it is taller than the terminal, the verdict is at its end.
pub(crate) fn card(look: TextStyle, report: &Report) -> Vec<u8> {
    let mut body = Body { look, text: String::new() };
    body.pack(report);
    let mut end = Body { look, text: String::new() };
    end.row("Next", &next_step(report));
    end.see(report);
    let mut verdict_row = Body { look, text: String::new() };
    let word = report.outcome.as_str();
    verdict_row.row("Verdict", &format!("{word}: {}", verdict(report)));
    // It is colored here: wrapping counts what is seen.
    let verdict = verdict_row.text.replacen(word, &look.paint(tone(report.outcome), word), 1);
    let lines: usize =
        [&verdict, &body.text, &end.text].iter().map(|part| part.lines().count()).sum();
    let mut text = shown(&report.path).into_bytes();
    if let Some(output) = &report.output {
        text.extend(b" -> ");
        text.extend(shown(&from_here(output)).bytes());
    }
    let is_tall = look.rows.is_some_and(|rows| rows < lines + PROMPT_AND_PATH);
    let (first, last) = if is_tall { ("", verdict.as_str()) } else { (verdict.as_str(), "") };
    text.extend(format!("\n{first}{}\n{last}{}", body.text, end.text).bytes());
    text
}

/// Lines that a terminal shows beside a card's rows: the path, an empty one, and the next prompt.
const PROMPT_AND_PATH: usize = 3;

/// The rows of a card.
struct Body {
    look: TextStyle,
    text: String,
}

impl Body {
    fn row(&mut self, name: &str, text: &str) {
        self.hang(&format!("  {name:<9}  "), text);
    }

    fn hang(&mut self, lead: &str, text: &str) {
        self.text += &hang(self.look.width, lead, text);
    }

    fn heading(&mut self, title: &str) {
        self.text += &format!("\n  {}\n", self.look.paint(Tone::Heading, title));
    }

    /// All that is known of the pack.
    fn pack(&mut self, report: &Report) {
        if let Some(diagnosis) = &report.diagnosis
            && let Some(record) = &diagnosis.record
        {
            self.facts(report, record);
            self.history(diagnosis, record);
        }
        self.findings(report.findings());
        if !report.notes.is_empty() {
            self.heading("Notes");
            report.notes.iter().for_each(|about| self.hang("    ", &note(about).1));
        }
        if let Some(diskette) = &report.diskette {
            self.diskette(diskette);
        }
        if let Some(surface) = &report.surface {
            self.text += "\n";
            self.text += &map(self.look, surface);
        }
    }

    /// What is on a diskette that is not a pack.
    fn diskette(&mut self, diskette: &DisketteContents) {
        let text = |bytes: &[u8]| escape_bytes(bytes.trim_ascii_end()).into_owned();
        let label = diskette.label.as_ref();
        let label =
            label.map_or_else(|| "no label".to_owned(), |label| format!("label {}", text(label)));
        self.row("Volume", &label);
        self.row("OEM name", &text(&diskette.oem_name));
        if diskette.files.is_empty() {
            self.row("Files", "none");
        }
        for (index, file) in diskette.files.iter().enumerate() {
            let size = format!("{} bytes", file.entry.size);
            let size = if file.is_folder() { "folder" } else { &size };
            let name = if index == 0 { "Files" } else { "" };
            self.text += &format!("  {name:<9}  {:<12}  {size:>15}\n", text(&file.name()));
        }
    }

    fn see(&mut self, report: &Report) {
        let mut hints: Vec<_> =
            report_kb(report).iter().map(|number| format!("KB {number}")).collect();
        hints.push(format!("addpack explain {}", code(report)));
        self.row("See", &hints.join(", "));
    }

    fn facts(&mut self, report: &Report, record: &Record) {
        self.row("Serial", &serial(record));
        self.row("Size", &format!("{} licenses", record.licenses));
        self.row("Version", &version_of(report, record));
        self.row("Made", day(record.made_at).trim_start());
        if let Some(origin) = record.origin.filter(|origin| origin.converted_at.0 != 0) {
            self.row("Converted", &format!("{} UTC", moment(origin.converted_at)));
        }
        if record.is_bound() {
            self.row("Server", &server(&record.server));
            self.row("Licenses", &format!("from {} to {}", record.from, record.to));
        } else {
            self.row("Server", "none: never applied");
        }
        if record.event_count > 0 {
            self.row("State", &(last_event(record) + &uncounted(report, record)));
        }
    }

    fn history(&mut self, diagnosis: &Diagnosis, record: &Record) {
        let shown = diagnosis.shown_events();
        if shown.is_empty() {
            return;
        }
        self.heading("History, in UTC by the servers' clocks");
        for slot in shown {
            let event = record.event(slot);
            let is_found = diagnosis.findings.iter().any(|finding| finding.slot == Some(slot));
            let what = format!(
                "  {} {:>2}  {}  {:<8}  by {:<4}  {:>2} to {:<2}  ",
                if is_found { "!" } else { " " },
                slot + 1,
                moment(event.at),
                event_kind(event),
                server_version(event),
                event.from,
                event.to,
            );
            self.event(&what, &event.server, event.server == record.server);
        }
    }

    /// The line of an event. If the terminal has no room for all of it, a server that `is_known` is shown by its name.
    fn event(&mut self, what: &str, by: &Server, is_known: bool) {
        let who = server(by);
        let fits = what.chars().count() + who.chars().count() <= self.look.width;
        match (self.look.rows, is_known) {
            (Some(_), true) if !fits => self.hang(what, &server_name(by)),
            (Some(_), false) if !fits => self.hang(what, &who),
            _ => self.text += &format!("{what}{who}\n"),
        }
    }

    fn findings(&mut self, findings: &[Finding]) {
        if findings.is_empty() {
            return;
        }
        self.heading("Found");
        for finding in findings.iter().take(FINDINGS_SHOWN) {
            let message = format!("{}: {}", finding.code().as_str(), finding_message(finding));
            self.hang("    ", &message);
            for (name, text) in evidence_parts(finding) {
                self.hang(&format!("      {name:<9}  "), &text);
            }
        }
        if findings.len() > FINDINGS_SHOWN {
            let more = findings.len() - FINDINGS_SHOWN;
            self.hang(
                "    ",
                &format!("and {more} more; addpack inspect --json lists all of them"),
            );
        }
    }
}

/// That the history shows events which the record's count leaves out; empty if there are none.
fn uncounted(report: &Report, record: &Record) -> String {
    let shown = report.diagnosis.as_ref().map_or(0, |diagnosis| diagnosis.shown_events().len());
    match shown.saturating_sub(usize::from(record.event_count)) {
        0 => String::new(),
        1 => "; 1 more was written, but does not count".to_owned(),
        more => format!("; {more} more were written, but do not count"),
    }
}

/// The code that says most about a report.
pub(crate) fn code(report: &Report) -> &'static str {
    let failure = report.failure.as_ref().map(|failure| failure.code.as_str());
    let finding = report.findings().first().map(|finding| finding.code().as_str());
    let reason = report.not_a_pack.map(NotAPack::as_str);
    failure.or(finding).or(reason).unwrap_or(report.outcome.as_str())
}
