//! Reports that are written to files, beside what is shown: JSON Lines, CSV, a page, and a list of the
//! images that failed. All of them are made of the JSON of each image.

mod chain;
mod csv;
mod page;
mod row;

pub(crate) use page::Head;

use crate::cli::Error;
use crate::cli::args::Also;
use crate::cli::show::json::{image_line, numbered_line};
use crate::cli::show::spool::Spool;
use crate::cli::show::terminal::{named, wrote};
use crate::cli::show::waiting::{Upcoming, Waiting};
use addpack::files::write_new_with;
use addpack::plan::{Edition, FIRST_LICENSES, PackFacts, PlannedSet, ServerState};
use addpack::record::event::ServerVersion;
use addpack::report::Report;
use addpack::run::{FinalReport, RunEvent};
use page::{HtmlPage, OutcomeCounts};
use row::ReportRow;
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, BufRead, Write};
use std::path::Path;

/// The reports that are written to files.
pub(crate) struct ToFile {
    /// The reports on images whose final report is still to come.
    waiting: Waiting,
    waiting_facts: VecDeque<Option<PackFacts>>,
    /// The final report on each image, a line each.
    lines: Spool,
    /// The packs, if a page is wanted.
    facts: Vec<PackFacts>,
    /// The final report on each diskette of a queue, by its number.
    diskettes: BTreeMap<usize, (Vec<u8>, Option<PackFacts>)>,
    wants_page: bool,
    error: Option<io::Error>,
}

/// How a run ended.
pub(crate) struct Ending {
    /// The last line of the JSON.
    pub(crate) summary: Vec<u8>,
    pub(crate) stopped: bool,
    /// Whether the paths of failed images are ended by NUL.
    pub(crate) is_null: bool,
    /// Whether nobody wants to be told which files were written.
    pub(crate) quiet: bool,
    /// The servers that the licenses of a page are reckoned for, but for their identity.
    pub(crate) server: ServerState,
}

impl ToFile {
    /// `None` if no file is wanted.
    pub(crate) fn new(also: &Also) -> Option<Self> {
        (!also.is_empty()).then(|| Self {
            waiting: Waiting::default(),
            waiting_facts: VecDeque::new(),
            lines: Spool::default(),
            facts: Vec::new(),
            diskettes: BTreeMap::new(),
            wants_page: also.report.is_some(),
            error: None,
        })
    }

    /// Keeps what is to be written of an event of a run.
    pub(crate) fn hear(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Seen(report) => self.seen(report),
            RunEvent::Final(last) => self.image(last),
            _ => {}
        }
    }

    fn seen(&mut self, report: &Report) {
        let kept = self.waiting.add_text(&image_line(report));
        self.keep(kept);
        let facts = self.facts_of(report);
        self.waiting_facts.push_back(facts);
    }

    fn image(&mut self, last: &FinalReport) {
        let facts = self.waiting_facts.pop_front().flatten();
        let line = match self.waiting.take() {
            Ok(Some(Upcoming::Text(line))) => Some(line),
            Ok(_) => None,
            Err(error) => {
                self.keep(Err(error));
                None
            }
        };
        let (line, facts) = match last {
            FinalReport::AsSeen => (line.unwrap_or_default(), facts),
            FinalReport::Changed(report) => (image_line(report), self.facts_of(report)),
            FinalReport::Deferred => return,
        };
        let kept = self.lines.add(&[&line]);
        self.keep(kept);
        self.facts.extend(facts);
    }

    /// Replaces the report on a diskette of a queue.
    pub(crate) fn diskette(&mut self, number: usize, report: &Report) {
        let said = (numbered_line(report, Some(number)), self.facts_of(report));
        self.diskettes.insert(number, said);
    }

    fn facts_of(&self, report: &Report) -> Option<PackFacts> {
        if self.wants_page { PackFacts::of(report, false) } else { None }
    }

    fn keep(&mut self, kept: io::Result<()>) {
        if let Err(error) = kept {
            self.error.get_or_insert(error);
        }
    }

    /// Writes the files.
    ///
    /// # Errors
    /// If one of them cannot be written.
    pub(crate) fn finish(mut self, also: &Also, head: &Head, ending: &Ending) -> Result<(), Error> {
        for (line, facts) in std::mem::take(&mut self.diskettes).into_values() {
            let kept = self.lines.add(&[&line]);
            self.keep(kept);
            self.facts.extend(facts);
        }
        if let Some(error) = self.error.take() {
            return Err(Error::Output(error));
        }
        let json = self.put(also.json_to.as_deref(), ending, |this, out| {
            io::copy(&mut this.lines.reader()?, out)?;
            out.write_all(&ending.summary)
        });
        let csv =
            self.put(also.csv_to.as_deref(), ending, |this, out| csv::write(out, this.rows()?));
        let failed = self.put(also.failed_to.as_deref(), ending, |this, out| {
            this.write_failed(out, ending.is_null)
        });
        let page = self
            .put(also.report.as_deref(), ending, |this, out| this.write_page(out, head, ending));
        // One that cannot be written costs none of the others.
        json.and(csv).and(failed).and(page)
    }

    fn put(
        &mut self,
        file: Option<&Path>,
        ending: &Ending,
        write: impl FnOnce(&mut Self, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Error> {
        let Some(file) = file else { return Ok(()) };
        write_new_with(file, |out| write(self, out))
            .map_err(|error| Error::not_written(file, &error))?;
        wrote(ending.quiet, &format!("{} was written", named(file)));
        Ok(())
    }

    fn rows(&self) -> io::Result<impl Iterator<Item = io::Result<ReportRow>>> {
        let lines = self.lines.reader()?.lines();
        Ok(lines.map(|line| Ok(serde_json::from_str(&line?)?)))
    }

    fn write_failed(&mut self, out: &mut dyn Write, is_null: bool) -> io::Result<()> {
        let end = if is_null { 0 } else { b'\n' };
        let mut last = None;
        for row in self.rows()? {
            let row = row?;
            if row.outcome != "failed" {
                continue;
            }
            // A drive is named once, however many of its diskettes failed.
            if row.diskette_number.is_some() && last.as_ref() == Some(&row.path) {
                continue;
            }
            let path = row.path_bytes().filter(|path| !path.contains(&end));
            let path = path.ok_or_else(|| {
                io::Error::other("a path has a line break in it; write the list with -0")
            })?;
            out.write_all(&path)?;
            out.write_all(&[end])?;
            last = Some(row.path);
        }
        Ok(())
    }

    fn write_page(&mut self, out: &mut dyn Write, head: &Head, ending: &Ending) -> io::Result<()> {
        let mut counts = OutcomeCounts::default();
        for row in self.rows()? {
            counts.add(&row?);
        }
        let set = PlannedSet::new(std::mem::take(&mut self.facts), &ending.server);
        let page = HtmlPage { head, stopped: ending.stopped, counts: &counts, set: &set };
        page::write(out, &page, self.rows()?)
    }
}

/// A 4.5 server that was set up anew; no server in particular.
pub(crate) const NEW_45_SERVER: ServerState = ServerState {
    edition: Edition::Retail,
    version: ServerVersion::V45,
    identity: None,
    installed: FIRST_LICENSES,
};
