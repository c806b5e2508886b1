//! Many images: a line each, then a summary, then the refused and the failed with their reasons.

use crate::cli::show::layout::hang;
use crate::cli::show::map::map;
use crate::cli::show::picture;
use crate::cli::show::tally::{SERVERS_SHOWN, Tally};
use crate::cli::show::terminal::{TextStyle, Tone, complain, named, shown};
use crate::cli::words::{
    finding_message, next_step, note, number, plural, serial, server, set_warnings, verdict,
};
use addpack::find::Skipped;
use addpack::plan::servers::PacksByServer;
use addpack::report::{Note, Outcome, Report};
use std::io::{self, Seek, Write};
use std::path::Path;
use tempfile::SpooledTempFile;

/// Reasons are kept in memory up to this many bytes, then in a temporary file.
const IN_MEMORY: usize = 256 * 1024;
/// Findings of one pack that are spelled out; its card shows all.
const FINDINGS_SHOWN: usize = 3;

/// What is said of the refused, the failed and the doubtful at the end of a run.
pub(crate) struct Reasons([(&'static str, SpooledTempFile); 3]);

impl Default for Reasons {
    fn default() -> Self {
        Self(
            ["Refused", "Failed", "Warnings"].map(|title| (title, SpooledTempFile::new(IN_MEMORY))),
        )
    }
}

impl Reasons {
    /// What is said of a report at the end, and under which heading, where it needs any.
    pub(crate) fn of(look: TextStyle, report: &Report) -> Option<(u8, Vec<u8>)> {
        let heading = match report.outcome {
            Outcome::Refused => 0,
            Outcome::Failed => 1,
            _ if warnings(report).next().is_some() => 2,
            _ => return None,
        };
        Some((heading, reasons(look, report)))
    }

    /// Keeps what is said of an image under a heading.
    pub(crate) fn add(&mut self, heading: u8, reasons: &[u8]) -> io::Result<()> {
        self.0[usize::from(heading)].1.write_all(reasons)
    }

    /// Writes them all.
    pub(crate) fn copy_to(self, look: TextStyle, out: &mut impl Write) -> io::Result<()> {
        for (title, mut kept) in self.0 {
            if kept.stream_position()? == 0 {
                continue;
            }
            kept.rewind()?;
            writeln!(out, "\n{}", look.paint(Tone::Heading, title))?;
            io::copy(&mut kept, out)?;
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
    say(&format!("next: {}", next_step(report)));
    text
}

/// Notes that bear on whether the pack would convert.
fn warnings(report: &Report) -> impl Iterator<Item = (&'static str, String)> {
    let notes = report.notes.iter();
    notes
        .filter(|about| matches!(about, Note::StandIn(_) | Note::CopyMissing(_) | Note::Begun(_)))
        .map(note)
}

/// The line of one image.
pub(crate) fn image(look: TextStyle, report: &Report) -> Vec<u8> {
    let word = format!("{:<21}", report.outcome.as_str());
    let (serial, licenses) = report.record().map_or_else(
        || ("-".to_owned(), "-".to_owned()),
        |record| {
            let use_of = if record.is_bound() {
                format!("{} to {}", record.from, record.to)
            } else {
                format!("{} unused", record.licenses)
            };
            (serial(record).into_owned(), use_of)
        },
    );
    let facts = format!("  {serial:<23}  {licenses:<9}  ");
    let mut text = look.paint(tone(report.outcome), &word).into_bytes();
    text.extend(facts.bytes());
    text.extend(shown(&report.path).bytes());
    text.extend(elsewhere(report).bytes());
    text.push(b'\n');
    if let Some(surface) = &report.surface {
        text.extend(map(look, surface).bytes());
    }
    text
}

/// Which other image or file to use, behind the path of one that is not to be used itself.
fn elsewhere(report: &Report) -> String {
    match (report.outcome, &report.output) {
        (Outcome::Copy, _) => format!(" ({})", verdict(report)),
        (Outcome::AlreadyConverted | Outcome::Issued45, Some(copy)) => {
            format!(" (the copy is {})", shown(copy))
        }
        _ => String::new(),
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
    let mut text = look.paint(Tone::Quiet, &format!("{:<21}", "repeated")).into_bytes();
    text.extend(format!("  {:<23}  {:<9}  ", "-", "-").bytes());
    text.extend(shown(path).bytes());
    text.extend(b" (the same as ");
    text.extend(shown(first).bytes());
    text.extend(b", handled once)\n");
    text
}

/// The line of a file that was not looked at.
pub(crate) fn skipped(look: TextStyle, skipped: &Skipped) -> Vec<u8> {
    let mut text = look.paint(Tone::Quiet, &format!("{:<21}", "skipped")).into_bytes();
    text.extend(format!("  {:<23}  {:<9}  ", "-", "-").bytes());
    text.extend(shown(&skipped.path).bytes());
    if let Some(format) = skipped.format {
        text.extend(format!(" ({}, which addpack does not read)", format.name()).bytes());
    }
    text.push(b'\n');
    text
}

/// The same on standard error, where standard output is JSON.
pub(crate) fn complain_repeated(path: &Path, first: &Path) {
    complain(&format!("{} is the same as {}, handled once", named(path), named(first)));
}

/// How many images came to what.
pub(crate) fn summary(look: TextStyle, tally: &Tally, stopped: bool) -> Vec<u8> {
    let counted: Vec<_> = Outcome::ALL
        .iter()
        .copied()
        .filter(|outcome| tally.count(*outcome) > 0)
        .map(|outcome| {
            let text = format!("{} {}", tally.count(outcome), outcome.as_str());
            look.paint(tone(outcome), &text)
        })
        .collect();
    let images = plural(tally.images(), "image", "images");
    let mut text = if counted.is_empty() {
        format!("\n{images}")
    } else {
        format!("\n{images}: {}", counted.join(", "))
    };
    if let Some(skipped) = tally.skipped.summary() {
        text += &format!("; {skipped}");
    }
    if tally.repeated > 0 {
        text += &format!("; {} repeated", plural(tally.repeated, "path", "paths"));
    }
    if stopped {
        text += "; stopped before the end";
    }
    text.push('\n');
    text += &of_the_set(tally);
    text += &tally.skipped.section(look);
    text.into_bytes()
}

/// What the set as a whole lacks, a line each.
pub(crate) fn of_the_set(tally: &Tally) -> String {
    let mut text = String::new();
    if tally.is_incomplete {
        text += "the set was not complete: copies and earlier states are not recognized\n";
    }
    if tally.left_out > 0 {
        let left_out = plural(tally.left_out, "image", "images");
        text +=
            &format!("{left_out} left out: not convertible in the report that --only-as names\n");
    }
    if tally.unread > 0 && tally.count(Outcome::Converted) > 0 {
        let unread = plural(tally.unread, "image", "images");
        text += &format!(
            "{unread} could not be read; packs converted here may have newer states among them\n"
        );
    }
    text
}

/// The picture of each server's packs, and what is wrong with its set.
pub(crate) fn sets(look: TextStyle, sets: &PacksByServer) -> String {
    let mut text = String::new();
    for set in sets.all().iter().take(SERVERS_SHOWN) {
        let title = look.paint(Tone::Heading, &server(&set.server));
        text += &format!("\n{title}\n{}", picture::chain(look, &set.chain));
        for warning in set_warnings(&set.chain) {
            text += &format!("  {}\n", look.paint(Tone::Odd, &warning));
        }
    }
    if sets.all().len() > SERVERS_SHOWN {
        let all = number(sets.all().len() as u64);
        text +=
            &format!("\n{SERVERS_SHOWN} of {all} servers shown: addpack plan --all shows each.\n");
    }
    text
}
