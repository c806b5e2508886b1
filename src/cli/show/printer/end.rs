//! What comes after the last image.

use super::{More, Printer, ReportForm};
use crate::cli::Error;
use crate::cli::exit::Exit;
use crate::cli::show::json;
use crate::cli::show::lines;
use crate::cli::show::terminal::complain;
use crate::cli::show::to_file::{Ending, NEW_45_SERVER};
use addpack::ledger::LedgerError;
use addpack::run::End;

impl Printer {
    /// Writes what comes after the last image, and says how the run ended.
    ///
    /// # Errors
    /// Where the report could not be written, or the ledger failed; a reader that went away is none.
    pub(crate) fn finish(self, end: Result<End, LedgerError>) -> Result<Exit, Error> {
        self.finish_with(end, None)
    }

    /// The same of a run whose report may be a summary, or be written to files as well.
    ///
    /// # Errors
    /// The same, and where one of the files cannot be written.
    pub(crate) fn finish_with(
        mut self,
        end: Result<End, LedgerError>,
        more: Option<More>,
    ) -> Result<Exit, Error> {
        if end.is_err() {
            self.exit = self.exit.merge(Exit::Failed);
        }
        if is_stopped(&end) {
            self.exit = self.exit.merge(Exit::Stopped);
        }
        self.progress.finish();
        let _ = self.next_shown();
        if self.doing.is_some() && matches!(end, Ok(End::Complete)) && self.tally.images() == 0 {
            self.exit = self.exit.merge(Exit::Refused);
            complain("no image was found: nothing is converted");
        }
        let summary = self.summary(&end);
        self.last_text(&end, &summary, more.as_ref());
        if let Some(error) = self.out.into_error() {
            return Err(Error::Output(error));
        }
        if let (Some(files), Some(more)) = (self.to_file, more) {
            let stopped = is_stopped(&end);
            let ending =
                Ending { summary, stopped, is_null: more.common.null, server: NEW_45_SERVER };
            files.finish(more.also, &more.head, &ending)?;
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
                let text = self.counts(end, more);
                let look = self.look;
                let _ = self.write(&text);
                let _ = self.out.write(|out| reasons.copy_to(look, out));
            }
        }
        // Of a set that was not seen to its end, nothing can be said to be missing.
        if let Some(sets) = self.sets.take().filter(|_| matches!(end, Ok(End::Complete))) {
            let _ = self.write(lines::sets(self.look, &sets).as_bytes());
        }
        let _ = self.out.flush();
    }

    /// How many images came to what.
    fn counts(&mut self, end: &Result<End, LedgerError>, more: Option<&More>) -> Vec<u8> {
        if end.is_err() && self.tally.is_empty() {
            return Vec::new();
        }
        match (&self.brief, more) {
            (Some(brief), Some(more)) if brief.is_used => {
                let sets = self.sets.take();
                let text =
                    brief.text(self.look, &self.tally, sets.as_ref(), more.common, self.exit);
                text.into_bytes()
            }
            _ => lines::summary(self.look, &self.tally, is_stopped(end)),
        }
    }
}

fn is_stopped(end: &Result<End, LedgerError>) -> bool {
    matches!(end, Ok(End::Stopped))
}
