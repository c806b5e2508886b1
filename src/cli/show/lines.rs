//! Many images: a line each, then a summary, then the refused and the failed with their reasons.

use crate::cli::show::layout::hang;
use crate::cli::show::map::map;
use crate::cli::show::spool::Spool;
use crate::cli::show::tally::Tally;
use crate::cli::show::terminal::{TextStyle, Tone, complain, from_here, named, shown};
use crate::cli::words::{
    finding_message, note, number, plural, serial, short, short_next_step, unlisted, unread,
    verdict,
};
use addpack::container::Format;
use addpack::find::Skipped;
use addpack::report::{Note, Outcome, Report};
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;

/// Findings of one pack that are spelled out; its card shows all.
const FINDINGS_SHOWN: usize = 3;

/// The line on one image at the end, and its heading.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    /// The place of its heading in [`HEADINGS`].
    pub(crate) heading: u8,
    /// Its path, and what is the matter with it.
    pub(crate) text: Vec<u8>,
    /// What to do about that.
    pub(crate) next: Vec<u8>,
}

const HEADINGS: [&str; 3] = ["Refused", "Failed", "Warnings"];
/// How many pieces of advice are remembered. There are few, apart from those that name paths.
const ADVICE: usize = 100;

impl Reason {
    /// The line on a report at the end, if it needs one.
    pub(crate) fn of(look: TextStyle, report: &Report) -> Option<Self> {
        let heading = match report.outcome {
            Outcome::Refused => 0,
            Outcome::Failed => 1,
            _ if warnings(report).next().is_some() => 2,
            _ => return None,
        };
        let next = hang(look.width, "    ", &format!("next: {}", short_next_step(report)));
        Some(Self { heading, text: reasons(look, report), next: next.into_bytes() })
    }
}

/// The lines on refused, failed and doubtful images at the end of a run.
#[derive(Default)]
pub(crate) struct Reasons {
    sections: [Spool; HEADINGS.len()],
    /// Advice that was given, with the image that it was given for.
    given: HashMap<Vec<u8>, String>,
}

impl Reasons {
    /// Keeps the line on an image. Advice that was given before is not repeated in full.
    ///
    /// # Errors
    /// If the temporary file cannot be written: then no line under the same heading is kept any more.
    pub(crate) fn add(&mut self, reason: &Reason) -> io::Result<()> {
        let section = &mut self.sections[usize::from(reason.heading)];
        if let Some(first) = self.given.get(&reason.next) {
            let next = format!("    next: as for {first}\n");
            return section.add(&[&reason.text, next.as_bytes()]);
        }
        section.add(&[&reason.text, &reason.next])?;
        if self.given.len() < ADVICE {
            let path = reason.text.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let path = String::from_utf8_lossy(path).trim_start().to_owned();
            self.given.insert(reason.next.clone(), path);
        }
        Ok(())
    }

    /// Writes them all.
    pub(crate) fn copy_to(self, look: TextStyle, out: &mut impl Write) -> io::Result<()> {
        for (title, section) in HEADINGS.into_iter().zip(self.sections) {
            if section.is_empty() {
                continue;
            }
            writeln!(out, "\n{}", look.paint(Tone::Heading, title))?;
            io::copy(&mut section.into_reader()?, out)?;
        }
        Ok(())
    }
}

fn reasons(look: TextStyle, report: &Report) -> Vec<u8> {
    let mut text = b"  ".to_vec();
    text.extend(shown(&report.path).bytes());
    let findings = report.findings();
    text.push(b'\n');
    let mut say = |line: &str| text.extend(hang(look.width, "    ", line).bytes());
    if report.outcome == Outcome::Failed {
        say(&verdict(report));
    }
    for finding in findings.iter().take(FINDINGS_SHOWN) {
        say(&format!("{}: {}", finding.code().as_str(), finding_message(finding)));
    }
    if findings.len() > FINDINGS_SHOWN {
        let more = findings.len() - FINDINGS_SHOWN;
        say(&format!("and {more} more; addpack inspect on this image alone shows all"));
    }
    for (code, message) in warnings(report) {
        say(&format!("{code}: {message}"));
    }
    text
}

/// Notes that bear on whether the pack would convert.
fn warnings(report: &Report) -> impl Iterator<Item = (&'static str, String)> {
    report.notes.iter().filter(|about| about.is_other_way()).map(note)
}

/// The line of one image.
pub(crate) fn image(look: TextStyle, report: &Report) -> Vec<u8> {
    let serial = report.record().map(serial);
    let licenses = report.record().map(|record| {
        if record.is_bound() {
            format!("{} to {}", record.from, record.to)
        } else {
            format!("{} unused", record.licenses)
        }
    });
    let what = (tone(report.outcome), report.outcome.as_str());
    let pack = serial.as_deref().zip(licenses.as_deref());
    let mut text = line(look, what, pack, &report.path, &elsewhere(report));
    if let Some(surface) = &report.surface {
        text.extend(map(look, surface).bytes());
    }
    text
}

/// From so many columns on there is room for complete serials.
const WIDE: usize = 100;

/// A line of the list: what it is, which pack with which licenses, the path, and a remark. A terminal that has not
/// enough room gets the ends of serials, and what does not fit on lines of its own.
fn line(
    look: TextStyle,
    (tone, word): (Tone, &str),
    pack: Option<(&str, &str)>,
    path: &Path,
    remark: &str,
) -> Vec<u8> {
    let (serial, licenses) = pack.unwrap_or(("-", "-"));
    let facts = if look.columns < WIDE {
        format!("  {:<8}  {licenses:<9}", short(serial))
    } else {
        format!("  {serial:<23}  {licenses:<9}")
    };
    let columns = |text: &str| text.chars().count();
    let word = format!("{word:<21}");
    let path = shown(path);
    let lead = columns(&word) + columns(&facts);
    let mut text = look.paint(tone, &word) + &facts;
    let path_fits = lead + 2 + columns(&path) <= look.columns;
    text += if path_fits { "  " } else { "\n    " };
    text += &path;
    let end = if path_fits { lead + 2 } else { 4 } + columns(&path);
    if remark.is_empty() {
        text += "\n";
    } else if end + 1 + columns(remark) <= look.columns {
        text += &format!(" {remark}\n");
    } else {
        text += &format!("\n{}", hang(look.width, "    ", remark));
    }
    text.into_bytes()
}

/// Which other image or file to use, behind the path of one that is not to be used itself.
fn elsewhere(report: &Report) -> String {
    match (report.outcome, &report.output) {
        (Outcome::Copy, _) => format!("({})", verdict(report)),
        (Outcome::NotAPack, _) if report.named => format!("({})", verdict(report)),
        (Outcome::Failed, _) if report.is_folder() => "(a folder)".to_owned(),
        (Outcome::AlreadyConverted | Outcome::Issued45, Some(copy)) => {
            format!("(the copy is {})", named(&from_here(copy)))
        }
        _ => report.notes.iter().find_map(converted_since).unwrap_or_default(),
    }
}

/// The diskette that was converted since its image was made.
fn converted_since(note: &Note) -> Option<String> {
    match note {
        Note::ConvertedSince(Some(number)) => Some(format!("(diskette {number}, converted since)")),
        Note::ConvertedSince(None) => Some("(its diskette, converted since)".to_owned()),
        _ => None,
    }
}

pub(crate) fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Convertible
        | Outcome::Converted
        | Outcome::AlreadyConverted
        | Outcome::Issued45 => Tone::Good,
        Outcome::UnfinishedConversion => Tone::Odd,
        Outcome::Copy | Outcome::NotAPack => Tone::Quiet,
        Outcome::Refused | Outcome::Failed => Tone::Bad,
    }
}

/// The line of a second way to an image or a folder.
pub(crate) fn repeated(look: TextStyle, path: &Path, first: &Path) -> Vec<u8> {
    let remark = format!("(the same as {}, handled once)", named(first));
    line(look, (Tone::Quiet, "repeated"), None, path, &remark)
}

/// The line of a file that was not looked at.
pub(crate) fn skipped(look: TextStyle, skipped: &Skipped) -> Vec<u8> {
    let format = skipped.format.map(Format::name);
    let remark = format.map(|name| format!("({name}, which addpack does not read)"));
    line(look, (Tone::Quiet, "skipped"), None, &skipped.path, &remark.unwrap_or_default())
}

/// The same on standard error, if standard output is JSON.
pub(crate) fn complain_repeated(path: &Path, first: &Path) {
    complain(&format!("{} is the same as {}, handled once", named(path), named(first)));
}

/// How many images have each outcome, in a sentence.
pub(crate) fn counts(look: TextStyle, tally: &Tally, stopped: bool) -> String {
    let counted = Outcome::ALL.iter().copied().filter(|outcome| tally.count(*outcome) > 0);
    let counted: Vec<_> = counted
        .map(|outcome| {
            let text = format!("{} {}", number(tally.count(outcome)), outcome.as_str());
            look.paint(tone(outcome), &text)
        })
        .collect();
    let mut text = plural(tally.images(), "image", "images");
    if !counted.is_empty() {
        text += &format!(": {}", counted.join(", "));
    }
    if tally.unlisted > 0 {
        text += &format!("; {}", unlisted(tally.unlisted));
    }
    if let Some(skipped) = tally.skipped.summary() {
        text += &format!("; {skipped}");
    }
    if tally.repeated > 0 {
        text += &format!("; {} repeated", plural(tally.repeated, "path", "paths"));
    }
    if stopped {
        text += "; stopped before the end";
    }
    if look.rows.is_some() { hang(look.width, "", &text) } else { text + "\n" }
}

/// The numbers, what the set as a whole lacks, and what was not read.
pub(crate) fn summary(look: TextStyle, tally: &Tally, stopped: bool) -> String {
    let counts = counts(look, tally, stopped);
    format!("\n{counts}{}{}", of_the_set(look, tally), tally.skipped.section(look))
}

/// What the set as a whole lacks, each in a sentence.
pub(crate) fn of_the_set(look: TextStyle, tally: &Tally) -> String {
    let mut sentences = Vec::new();
    if tally.is_incomplete {
        sentences.push(
            "the set was not complete: copies and earlier states are not recognized".to_owned(),
        );
    }
    if tally.left_out > 0 {
        let left_out = plural(tally.left_out, "image", "images");
        sentences.push(format!(
            "{left_out} left out: not convertible in the report that --only-as names"
        ));
    }
    if tally.unread > 0 && tally.count(Outcome::Converted) > 0 {
        sentences.push(unread(tally.unread, "packs converted here"));
    }
    sentences.iter().map(|sentence| hang(look.width, "", sentence)).collect()
}
