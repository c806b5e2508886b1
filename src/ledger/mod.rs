//! What was converted and what was begun: each pack once, across copies and crashes.
//!
//! The ledger is an SQLite database. A pack is claimed in it, by its serial and with its old and new
//! bytes, in a transaction that is durable before the image is touched. Once the image is changed,
//! the claim is ended in the transaction that claims a later group, so the ledger costs
//! one sync a group. A claim that was left open by a crash is settled by the next run that writes:
//! see `run::recovery`.
#![doc = ""]
#![doc = include_str!("LEDGER.md")]

mod access;
mod creating;
mod error;
mod identity;
mod opening;
mod reading;
mod row;
mod schema;
mod seen;
mod writing;

pub use error::{LedgerError, LedgerProblem};
pub use row::{ClaimRequest, Conversion, ConversionState, LedgerEntry};
pub use writing::LedgerTransaction;

use crate::files::OpenInSqlite;
use rusqlite::{Connection, OptionalExtension};
use std::path::PathBuf;
use tempfile::TempDir;

/// A claim's number in its ledger.
pub type ClaimId = i64;

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The pack is converted.
    Done(ClaimId),
    /// The pack is as it was.
    Void(ClaimId),
}

/// The ledger's answer to the request of a claim.
#[derive(Debug)]
pub enum ClaimAnswer {
    /// The claim was made, with this number.
    Granted(ClaimId),
    /// The pack is already in the ledger.
    Known(Box<LedgerEntry>),
}

/// What is wrong with a ledger that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerFault {
    /// What SQLite finds in its file, in SQLite's words.
    File(String),
    /// The journal has the records of a conversion with this number, and no such conversion can be begun: it is not
    /// there, or it is released.
    Stray(ClaimId),
}

/// An open ledger.
#[derive(Debug)]
pub struct Ledger {
    /// `None` if there is no ledger, in a run that only reads.
    db: Option<Connection>,
    path: PathBuf,
    /// The copy that is read instead, if the ledger itself cannot be shared, or is an older one; it is removed with the
    /// connection.
    copy: Option<TempDir>,
    /// Its files, for as long as the connection is there.
    in_sqlite: OpenInSqlite,
}

type Result<T> = std::result::Result<T, LedgerError>;

impl Ledger {
    /// SQLite's journal mode: "wal" for a write-ahead log, which needs a local file system, otherwise
    /// "delete" for a rollback journal.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn journal_mode(&self) -> Result<String> {
        let mode = self.db()?.query_row("PRAGMA journal_mode", [], |row| row.get(0));
        mode.map_err(|error| self.failed(error))
    }

    /// The entry of a pack.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn find(&self, serial: &str) -> Result<Option<LedgerEntry>> {
        let Some(db) = &self.db else { return Ok(None) };
        find(db, serial).map_err(|error| self.failed(error))
    }

    /// Whether there are no packs in it, so that there is nothing to look up.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn is_empty(&self) -> Result<bool> {
        let query = "SELECT NOT EXISTS (SELECT 1 FROM conversion)";
        let Some(db) = &self.db else { return Ok(true) };
        db.query_row(query, [], |row| row.get(0)).map_err(|error| self.failed(error))
    }

    /// All entries, in the order in which they were claimed; `visit` is called for each until it returns
    /// `false`.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn each(&self, mut visit: impl FnMut(LedgerEntry) -> bool) -> Result<()> {
        let Some(db) = &self.db else { return Ok(()) };
        let mut read = || -> rusqlite::Result<()> {
            let mut statement = db.prepare(row::ALL)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                if !visit(LedgerEntry::from_row(row)?) {
                    break;
                }
            }
            Ok(())
        };
        read().map_err(|error| self.failed(error))
    }

    /// The claims that are open, in the order in which they were made. Their records are left out: see
    /// [`Ledger::entry`].
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn begun(&self) -> Result<Vec<LedgerEntry>> {
        let Some(db) = &self.db else { return Ok(Vec::new()) };
        let read = || -> rusqlite::Result<Vec<LedgerEntry>> {
            let mut statement = db.prepare(row::BEGUN)?;
            statement.query_map([], LedgerEntry::from_row)?.collect()
        };
        read().map_err(|error| self.failed(error))
    }

    /// The entry with this number, with its records.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn entry(&self, id: ClaimId) -> Result<Option<LedgerEntry>> {
        let db = self.db()?;
        let read =
            || db.prepare_cached(row::BY_ID)?.query_row([id], LedgerEntry::from_row).optional();
        read().map_err(|error| self.failed(error))
    }

    /// The rows of a serial that were released, the last one first.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn released(&self, serial: &str) -> Result<Vec<LedgerEntry>> {
        let Some(db) = &self.db else { return Ok(Vec::new()) };
        let read = || -> rusqlite::Result<Vec<LedgerEntry>> {
            let mut statement = db.prepare_cached(row::RELEASED)?;
            statement.query_map([serial], LedgerEntry::from_row)?.collect()
        };
        read().map_err(|error| self.failed(error))
    }

    /// What is wrong with the ledger itself; empty if it is sound.
    ///
    /// # Errors
    /// If it cannot be read at all.
    pub fn faults(&self) -> Result<Vec<LedgerFault>> {
        let db = self.db()?;
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut statement = db.prepare("PRAGMA integrity_check")?;
            let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
            lines.filter(|line| line.as_deref() != Ok("ok")).collect()
        };
        let lines = read().map_err(|error| self.failed(error))?;
        let strays = self.strays()?;
        let strays = strays.into_iter().map(LedgerFault::Stray);
        Ok(lines.into_iter().map(LedgerFault::File).chain(strays).collect())
    }

    /// Checks that whatever is in the journal is a conversion that can be begun. [`Ledger::open`] does; one that was
    /// opened to be read can be listed without.
    ///
    /// # Errors
    /// If it is not, or the ledger cannot be read.
    pub fn check_journal(&self) -> Result<()> {
        if self.strays()?.is_empty() {
            Ok(())
        } else {
            Err(LedgerError::new(&self.path, LedgerProblem::Stray))
        }
    }

    /// What is in the journal, and is no conversion that can be begun.
    fn strays(&self) -> Result<Vec<ClaimId>> {
        let db = self.db()?;
        let read = || -> rusqlite::Result<Vec<ClaimId>> {
            let mut statement = db.prepare_cached(row::STRAY)?;
            statement.query_map([], |row| row.get(0))?.collect()
        };
        read().map_err(|error| self.failed(error))
    }

    /// Whether it is for this run only.
    pub(crate) fn is_temporary(&self) -> bool {
        self.path.as_os_str().is_empty()
    }

    fn db(&self) -> Result<&Connection> {
        self.db.as_ref().ok_or_else(|| self.is_missing())
    }

    fn db_to_write(&mut self) -> Result<&mut Connection> {
        let missing = self.is_missing();
        self.db.as_mut().ok_or(missing)
    }

    /// The error of a write if there is no ledger.
    fn is_missing(&self) -> LedgerError {
        LedgerError::new(&self.path, LedgerProblem::Other)
    }

    fn failed(&self, error: rusqlite::Error) -> LedgerError {
        let error = LedgerError::from_sqlite(&self.path, error);
        if self.copy.is_some() { error.of_temporary_file() } else { error }
    }
}

fn find(db: &Connection, serial: &str) -> rusqlite::Result<Option<LedgerEntry>> {
    db.prepare_cached(row::FIND)?.query_row([serial], LedgerEntry::from_row).optional()
}
