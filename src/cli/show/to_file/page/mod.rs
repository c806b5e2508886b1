//! A report as one page of HTML, to be read by those who decide and to be filed. It holds no script and
//! loads nothing; text from disks is escaped.

mod images;
mod servers;

use super::row::ReportRow;
use crate::cli::show::summary::changed;
use crate::cli::show::terminal::escape;
use crate::cli::words::{commit, list, number, plural, unlisted, what_it_takes};
use addpack::plan::{PlannedSet, ServerCounts};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What a page contains besides its images.
pub(crate) struct Head {
    /// The paths that were named.
    pub(crate) paths: String,
    /// The folder that they are seen from.
    pub(crate) folder: String,
    /// When, in UTC.
    pub(crate) time: String,
    /// The command, as it was typed.
    pub(crate) command: String,
    pub(crate) ledger: String,
}

/// How many images have each outcome.
#[derive(Default)]
pub(super) struct OutcomeCounts {
    outcomes: BTreeMap<String, u64>,
    only_with_output: u64,
    /// Of refused and failed images: by the reason.
    refused: BTreeMap<String, u64>,
    failed: BTreeMap<String, u64>,
    /// Folders that could not be listed.
    unlisted: u64,
}

impl OutcomeCounts {
    pub(super) fn add(&mut self, row: &ReportRow) {
        if row.is_folder() {
            self.unlisted += 1;
            return;
        }
        *self.outcomes.entry(row.outcome.clone()).or_default() += 1;
        self.only_with_output += u64::from(row.in_place == Some(false));
        let reasons = match &*row.outcome {
            "refused" => &mut self.refused,
            "failed" => &mut self.failed,
            _ => return,
        };
        if let Some(reason) = row.reasons().next() {
            *reasons.entry(reason.reason().to_owned()).or_default() += 1;
        }
    }

    fn of(&self, outcomes: &[&str]) -> u64 {
        outcomes.iter().filter_map(|outcome| self.outcomes.get(*outcome)).sum()
    }
}

/// All that a page is made of.
pub(super) struct HtmlPage<'a> {
    pub(super) head: &'a Head,
    /// Whether the run was stopped before the end.
    pub(super) stopped: bool,
    pub(super) counts: &'a OutcomeCounts,
    pub(super) set: &'a PlannedSet,
}

/// Writes a page; `rows` are its images.
pub(super) fn write(
    out: &mut dyn Write,
    page: &HtmlPage,
    rows: impl Iterator<Item = io::Result<ReportRow>>,
) -> io::Result<()> {
    write!(out, "{TOP}<style>{}</style></head><body>", include_str!("style.css"))?;
    page.summary(out)?;
    page.refusals(out)?;
    page.servers(out)?;
    page.stock(out)?;
    page.appendix(out, rows)?;
    out.write_all(b"</body></html>\n")
}

const TOP: &str = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta \
    name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta \
    http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
    img-src data:\"><link rel=\"icon\" href=\"data:,\"><title>Client Add Packs</title>";

impl HtmlPage<'_> {
    fn summary(&self, out: &mut dyn Write) -> io::Result<()> {
        let head = self.head;
        writeln!(
            out,
            "<h1>Client Add Packs: what we hold, and what it takes</h1><p class=\"soft\">{} &middot; \
             looked at on {} &middot; addpack {} (commit {}) &middot; {}</p>",
            text(&head.paths),
            text(&head.time),
            env!("CARGO_PKG_VERSION"),
            commit(),
            changed(self.counts.of(&["converted"])),
        )?;
        if self.stopped {
            out.write_all(
                b"<p><b>It was stopped before the end: more images were not seen.</b></p>",
            )?;
        }
        let [convert, finish] =
            ["convertible", "unfinished-conversion"].map(|outcome| self.counts.of(&[outcome]));
        let done = self.counts.of(&["converted", "already-converted", "issued-4.5"]);
        let (refused, failed) = (self.counts.of(&["refused"]), self.counts.of(&["failed"]));
        let are = |count: u64| if count == 1 { "is" } else { "are" };
        writeln!(
            out,
            "<p><b>{} can be converted, {} {} 4.5 already, {} {} refused, {} failed.</b> {}</p>",
            plural(convert + finish, "image", "images"),
            number(done),
            are(done),
            number(refused),
            are(refused),
            number(failed),
            servers_that_are_whole(&self.set.counts()),
        )?;
        let figures = [
            ("convert", convert + finish, "can be converted", &*self.how_to_convert(finish)),
            ("done", done, "4.5 already", "nothing to do"),
            ("refused", refused, "refused", "what each takes is said below"),
            ("failed", failed, "failed", "do what is said below, and try again"),
        ];
        out.write_all(b"<ul class=\"figures\">")?;
        for (id, count, what, how) in figures {
            let (count, how) = (number(count), text(how));
            write!(out, "<li id=\"{id}\"><b>{count}</b>{what}<br><small>{how}</small></li>")?;
        }
        writeln!(out, "</ul>\n<p id=\"others\">{}</p>", self.others())
    }

    /// What a conversion of the packs is.
    fn how_to_convert(&self, finish: u64) -> String {
        let mut how = "once, one way".to_owned();
        if finish > 0 {
            how += &format!("; of {} only the clean-up is left", number(finish));
        }
        match self.counts.only_with_output {
            0 => how,
            some => format!("{how}; {} only into copies, with -o", number(some)),
        }
    }

    /// The images that are in none of the figures.
    fn others(&self) -> String {
        let all: u64 = self.counts.outcomes.values().sum();
        let images = plural(all, "image", "images");
        let copies = match self.counts.of(&["copy"]) {
            0 => None,
            1 => Some("1 is a copy of a pack that is counted above".to_owned()),
            count => Some(format!("{} are copies of packs that are counted above", number(count))),
        };
        let strangers = match self.counts.of(&["not-a-pack"]) {
            0 => None,
            1 => Some("1 is not a pack".to_owned()),
            count => Some(format!("{} are not packs", number(count))),
        };
        let others: Vec<_> = copies.into_iter().chain(strangers).collect();
        let unlisted = match self.counts.unlisted {
            0 => String::new(),
            count => format!(" {}: what is in there is not counted.", unlisted(count)),
        };
        if others.is_empty() {
            format!("{images} in all.{unlisted}")
        } else {
            format!("{images} in all: besides those above, {}.{unlisted}", others.join(", and "))
        }
    }

    fn refusals(&self, out: &mut dyn Write) -> io::Result<()> {
        for (title, reasons) in
            [("Why packs are refused", &self.counts.refused), (FAILED, &self.counts.failed)]
        {
            if reasons.is_empty() {
                continue;
            }
            writeln!(
                out,
                "<h2>{title}</h2><div class=\"wide\"><table><tr><th>What happened</th><th \
                 class=\"number\">Images</th><th>What it takes</th></tr>"
            )?;
            let mut rows: Vec<_> = reasons.iter().collect();
            rows.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            for (reason, count) in rows {
                let (happened, takes) = what_it_takes(reason);
                writeln!(
                    out,
                    "<tr><td>{} <small>({})</small></td><td class=\"number\">{}</td><td>{}</td></tr>",
                    text(&happened),
                    text(reason),
                    number(*count),
                    text(&takes),
                )?;
            }
            out.write_all(b"</table></div>\n")?;
        }
        Ok(())
    }
}

const FAILED: &str = "Why images failed";

/// How many servers get all their licenses back, and why the others do not.
fn servers_that_are_whole(counts: &ServerCounts) -> String {
    let whole = match (counts.whole, counts.all()) {
        (_, 0) => "No pack here is bound to a server.".to_owned(),
        (1, 1) => "The one server gets all its licenses back.".to_owned(),
        (0, 1) => "The one server does not get all its licenses back.".to_owned(),
        (1, all) => format!("1 of {} servers gets all its licenses back.", number(all)),
        (whole, all) => {
            format!("{} of {} servers get all their licenses back.", number(whole), number(all))
        }
    };
    let others = [
        (counts.gaps, "has a gap", "have gaps"),
        (counts.end_missing, "lacks its last pack", "lack their last pack"),
        (
            counts.conflicts,
            "has packs that contradict each other",
            "have packs that contradict each other",
        ),
    ];
    let others = others.into_iter().filter(|(count, ..)| *count > 0);
    let others: Vec<_> = others.map(|(count, one, many)| plural(count, one, many)).collect();
    if others.is_empty() { whole } else { format!("{whole} Of the others, {}.", list(&others)) }
}

/// Text from a disk or a command line, so that a browser shows it and does nothing else.
fn text(text: &str) -> Cow<'static, str> {
    let mut safe = String::with_capacity(text.len());
    for char in escape(text).chars() {
        match char {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            char => safe.push(char),
        }
    }
    safe.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_a_disk_is_only_shown() {
        assert_eq!(text("<b>&\"'"), "&lt;b&gt;&amp;&quot;&#39;");
        assert_eq!(text("a\u{1b}[2J\u{202e}"), "a\\u{1b}[2J\\u{202e}");
    }
}
