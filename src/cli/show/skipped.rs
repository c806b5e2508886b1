//! Files that were not looked at: how many of which kind.

use crate::cli::show::layout::hang;
use crate::cli::show::terminal::{TextStyle, Tone, complain, escape};
use crate::cli::words::{number, plural, way_out};
use addpack::container::Format;
use addpack::find::Skipped;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ffi::OsStr;

/// Endings that are counted one by one; a folder may hold as many as a stranger likes.
const MAX_ENDINGS: usize = 200;
/// Endings that are named in a summary, and formats that are in one of one screen.
const ENDINGS_SHOWN: usize = 5;
const KINDS_SHOWN: usize = 4;

/// How many files were not looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct SkippedFiles {
    count: u64,
    /// Those in formats that are not read.
    formats: BTreeMap<Format, u64>,
    /// Files by their endings, in lower case; without an ending, or of one more than are counted, by "".
    endings: BTreeMap<String, u64>,
}

/// Files of a format that is not read, in the summary.
#[derive(JsonSchema, Serialize)]
pub(crate) struct SkippedKind {
    kind: &'static str,
    count: u64,
    /// The command that gets an image out of one.
    command: &'static str,
}

impl SkippedFiles {
    pub(crate) fn add(&mut self, skipped: &Skipped) {
        self.count += 1;
        let ending = skipped.path.extension().and_then(OsStr::to_str);
        let mut ending = ending.unwrap_or_default().to_lowercase();
        if self.endings.len() >= MAX_ENDINGS && !self.endings.contains_key(&ending) {
            ending.clear();
        }
        *self.endings.entry(ending).or_default() += 1;
        if let Some(format) = skipped.format {
            *self.formats.entry(format).or_default() += 1;
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn kinds(&self) -> Vec<SkippedKind> {
        let kind = |(format, count): (&Format, &u64)| SkippedKind {
            kind: format.as_str(),
            count: *count,
            command: format.way_out().unwrap_or_default(),
        };
        self.formats.iter().map(kind).collect()
    }

    pub(crate) fn endings(&self) -> &BTreeMap<String, u64> {
        &self.endings
    }

    /// `16 other files: 4 .7z, 3 .pdf, ...`; `None` if there are none.
    pub(crate) fn summary(&self) -> Option<String> {
        if self.count == 0 {
            return None;
        }
        let mut endings: Vec<_> = self.endings.iter().collect();
        endings.sort_by_key(|(ending, count)| (u64::MAX - **count, ending.is_empty(), *ending));
        let named = endings.iter().take(ENDINGS_SHOWN).map(|(ending, count)| match &***ending {
            "" => format!("{} without an ending", number(**count)),
            ending => format!("{} .{}", number(**count), escape(ending)),
        });
        let mut named: Vec<_> = named.collect();
        named.extend((endings.len() > ENDINGS_SHOWN).then(|| "…".to_owned()));
        Some(format!("{}: {}", plural(self.count, "other file", "other files"), named.join(", ")))
    }

    /// The formats that are not read, under a heading of their own; empty if there are none.
    pub(crate) fn section(&self, look: TextStyle) -> String {
        if self.formats.is_empty() {
            return String::new();
        }
        let heading = look.paint(Tone::Heading, "Not read: make a raw image, and name that");
        let kind = |(kind, way): (String, String)| {
            format!("  {kind}\n{}", hang(look.width, "      ", &way))
        };
        let kinds: Vec<_> = self.not_read().map(kind).collect();
        format!("\n{heading}\n{}", kinds.concat())
    }

    /// The same on standard error, if standard output is for programs.
    pub(crate) fn complain(&self) {
        for (kind, way) in self.not_read() {
            complain(&format!("not read: {kind}; make a raw image, and name that: {way}"));
        }
    }

    /// The same for a summary of one screen.
    pub(crate) fn few_lines(&self, look: TextStyle) -> String {
        let lines = self.not_read().take(KINDS_SHOWN);
        let line = |(kind, way): (String, String)| {
            hang(look.width, "            ", &format!("{kind}: {way}"))
        };
        let lines: Vec<_> = lines.map(line).collect();
        let mut text = lines.concat();
        let more = self.formats.len().saturating_sub(KINDS_SHOWN);
        if more > 0 {
            let kinds = plural(more as u64, "more kind", "more kinds");
            text += &format!("            and {kinds} that are not read: see --list\n");
        }
        text
    }

    /// The same on one line.
    pub(crate) fn one_line(&self) -> String {
        let files = plural(self.count, "other file", "other files");
        let kinds = plural(self.formats.len() as u64, "kind", "kinds");
        let not_read: u64 = self.formats.values().sum();
        match not_read {
            0 => format!("  {files}\n"),
            some => {
                format!(
                    "  {files}, {} in {kinds} of formats that are not read: see --list\n",
                    number(some)
                )
            }
        }
    }

    /// How many files of each format that is not read, and the way out.
    fn not_read(&self) -> impl Iterator<Item = (String, String)> {
        self.formats.iter().map(|(format, count)| {
            let name = format.name();
            let name = name.split_once(' ').map_or(name, |(_, name)| name);
            let files = plural(*count, "file", "files");
            (format!("{files}: {name}"), way_out(*format))
        })
    }
}
