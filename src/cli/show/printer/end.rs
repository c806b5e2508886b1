//! The end of a report, after the last image.

use super::{More, Printer, ReportForm};
use crate::cli::Error;
use crate::cli::exit::Exit;
use crate::cli::show::json;
use crate::cli::show::lines::{self, Reasons};
use crate::cli::show::servers;
use crate::cli::show::summary::Ended;
use crate::cli::show::terminal::complain;
use crate::cli::show::to_file::{Ending, NEW_45_SERVER};
use crate::cli::words::no_image;
use addpack::ledger::LedgerError;
use addpack::plan::PlannedSet;
use addpack::run::End;

impl Printer {
    /// Writes the end of the report, and returns how the run ended.
    ///
    /// # Errors
    /// If the report could not be written, or the ledger failed. A reader that closes the output is not an error.
    pub(crate) fn finish(self, end: Result<End, LedgerError>) -> Result<Exit, Error> {
        self.finish_with(end, None)
    }

    /// The same for a run whose report may be a summary, or is written to files as well.
    ///
    /// # Errors
    /// The same, and if one of the files cannot be written.
    pub(crate) fn finish_with(
        self,
        end: Result<End, LedgerError>,
        more: Option<More>,
    ) -> Result<Exit, Error> {
        let is_stopped = is_stopped(&end);
        let ended = self.write_end(end, more);
        // Stopped wins over all, and the summary has said so.
        if let (Err(error), true) = (&ended, is_stopped) {
            complain(&error.to_string());
            return Ok(Exit::Stopped);
        }
        ended
    }

    fn write_end(
        mut self,
        end: Result<End, LedgerError>,
        more: Option<More>,
    ) -> Result<Exit, Error> {
        if end.is_err() {
            self.exit = self.exit.merge(Exit::Failed);
            // Without its ledger, the run has not begun.
            self.tally.is_incomplete |= self.tally.is_empty();
        }
        if is_stopped(&end) {
            self.exit = self.exit.merge(Exit::Stopped);
        }
        self.progress.finish();
        let _ = self.next_shown();
        let nothing = match self.doing {
            Some(_) => self.tally.images() + self.tally.unlisted == 0,
            None => self.tally.holds_nothing(),
        };
        let is_empty = nothing && matches!(end, Ok(End::Complete));
        // A queue may end without a diskette.
        let holds_images =
            |more: &&More| !more.common.paths.is_empty() && !more.common.names_one_drive();
        if let Some(more) = more.as_ref().filter(|more| is_empty && holds_images(more)) {
            self.exit = self.exit.merge(Exit::Refused);
            complain(&no_image(&more.common.paths));
        }
        if self.out.has_lost() {
            self.exit = self.exit.merge(Exit::Failed);
        }
        let summary = self.summary(&end);
        self.last_text(&end, &summary, more.as_ref());
        let lost = self.out.into_error();
        // They do not depend on what became of standard output.
        if let (Some(files), Some(more)) = (self.to_file, more) {
            let stopped = is_stopped(&end);
            let ending = Ending {
                summary,
                stopped,
                is_null: more.common.null,
                quiet: more.common.screen.quiet,
                server: NEW_45_SERVER,
            };
            files.finish(more.also, &more.head, &ending)?;
        }
        if let Some(error) = lost {
            return Err(Error::Output(error));
        }
        end.map(|_| self.exit).map_err(Error::Ledger)
    }

    /// The last line for programs.
    fn summary(&self, end: &Result<End, LedgerError>) -> Vec<u8> {
        let error = end.as_ref().err().or(self.no_ledger.as_ref());
        json::summary_line(&self.tally, is_stopped(end), error, self.exit)
    }

    fn last_text(&mut self, end: &Result<End, LedgerError>, summary: &[u8], more: Option<&More>) {
        match std::mem::replace(&mut self.form, ReportForm::Json) {
            ReportForm::Card => {}
            ReportForm::Json => {
                let _ = self.write(summary);
            }
            ReportForm::Lines(reasons) => {
                self.end_of_lines(end, *reasons, more);
            }
        }
        let _ = self.out.flush();
    }

    /// Writes what comes behind the lines: the numbers are last at a terminal, and first in a pipe.
    fn end_of_lines(
        &mut self,
        end: &Result<End, LedgerError>,
        reasons: Reasons,
        more: Option<&More>,
    ) {
        if end.is_err() && self.tally.is_empty() {
            return;
        }
        let (look, tally) = (self.look, std::mem::take(&mut self.tally));
        let is_brief = more.is_some() && self.brief.as_ref().is_some_and(|brief| brief.is_used);
        // After a conversion, only a summary tells of the servers.
        let is_told = self.doing.is_none() || is_brief;
        // If the run did not see the whole set, nothing is certainly missing.
        let packs = self.packs.take().filter(|_| is_told && matches!(end, Ok(End::Complete)));
        let packs = packs.map(|packs| packs.into_iter().flatten().collect());
        let set = packs.map(|packs| PlannedSet::new(packs, &NEW_45_SERVER));
        let ended = more.map(|more| Ended {
            tally: &tally,
            common: more.common,
            also: more.also,
            output: self.output.as_deref(),
            is_conversion: self.doing.is_some(),
            is_stopped: is_stopped(end),
            exit: self.exit,
        });
        let (first, last) = match (self.brief.take(), ended) {
            (Some(brief), Some(ended)) if brief.is_used => {
                let _ = self.write(brief.text(look, &ended, set.as_ref()).as_bytes());
                return;
            }
            (Some(brief), Some(ended)) => (String::new(), brief.end_of_lines(look, &ended)),
            _ => (lines::summary(look, &tally, is_stopped(end)), String::new()),
        };
        let servers = set.map_or_else(String::new, |set| servers::of_set(look, &set));
        let _ = self.write(first.as_bytes());
        let _ = self.out.write(|out| reasons.copy_to(look, out));
        let _ = self.write((servers + &last).as_bytes());
    }
}

fn is_stopped(end: &Result<End, LedgerError>) -> bool {
    matches!(end, Ok(End::Stopped))
}
