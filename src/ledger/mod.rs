//! What was converted, and what was begun: one time across copies, and across crashes.
//!
//! The ledger is an SQLite database. A pack is claimed in it, by its serial and with its old and new
//! bytes, in a transaction that is durable before the image is touched. Once the image is changed,
//! the claim is marked as done in the transaction that claims the next group, so the ledger costs
//! one sync a group. A claim that was left open by a crash is settled by the next run that writes:
//! see [`recovery`].

mod error;
pub mod recovery;
mod row;
mod schema;

pub use error::{LedgerError, LedgerProblem};
pub use row::{Entry, Met, State, Wanted};

use crate::platform::sync_folder;
use row::{COLUMNS, path_value};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait for other programs that write into the same ledger.
const PATIENCE: Duration = Duration::from_secs(60);

/// A claim's number in its ledger.
pub type ClaimId = i64;

/// What a claim came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The pack is converted.
    Done(ClaimId),
    /// The pack is as it was.
    Void(ClaimId),
}

/// What the ledger says to a wish to convert.
#[derive(Debug)]
pub enum Answer {
    /// Go on, under this claim.
    Granted(ClaimId),
    /// The pack is in the ledger already.
    Known(Box<Entry>),
}

/// An open ledger.
#[derive(Debug)]
pub struct Ledger {
    db: Connection,
    path: PathBuf,
    writable: bool,
}

type Result<T> = std::result::Result<T, LedgerError>;

impl Ledger {
    /// Opens the ledger at `path` to be written, and makes it if it is not there.
    ///
    /// # Errors
    /// Where it cannot be opened or written, is damaged, of a newer schema, or another file.
    pub fn open(path: &Path) -> Result<Self> {
        let path = &real_file(path)?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| LedgerError::from_io(path, &error))?;
        }
        // As for images: a mode that forbids writing holds also for those who could.
        if std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().readonly())
        {
            return Err(LedgerError::new(path, LedgerProblem::WriteProtected));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let is_new = !path.exists();
        let mut ledger = Self::connect(path, flags, true)?;
        ledger.make()?;
        if is_new {
            // Its name, and those of folders that were made for it, must outlast a power cut, too.
            for folder in path.ancestors().skip(1).take(3) {
                let _ = sync_folder(folder);
            }
        }
        Ok(ledger)
    }

    /// Opens the ledger at `path` to be read; `None` where there is none.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub fn open_to_read(path: &Path) -> Result<Option<Self>> {
        let path = &real_file(path)?;
        if !path.exists() {
            return Ok(None);
        }
        // Reading a write-ahead log needs its index, which only those who may write can make.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let ledger = Self::connect(path, flags, false)
            .or_else(|_| Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, false))?;
        Ok(if ledger.check_identity()? { Some(ledger) } else { None })
    }

    /// A ledger of this run alone, gone with it.
    ///
    /// # Errors
    /// Where no temporary file can be made.
    pub fn temporary() -> Result<Self> {
        let path = Path::new("");
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut ledger = Self::connect(path, flags, true)?;
        ledger.make()?;
        Ok(ledger)
    }

    fn connect(path: &Path, flags: OpenFlags, writable: bool) -> Result<Self> {
        let open = || {
            let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            db.busy_timeout(PATIENCE)?;
            // Before anything is read: a file that is no database is told here.
            db.query_row("PRAGMA schema_version", [], |_| Ok(()))?;
            db.pragma_update(None, "synchronous", "FULL")?;
            db.set_prepared_statement_cache_capacity(32);
            Ok(db)
        };
        let db = open().map_err(|error| LedgerError::from_sqlite(path, &error))?;
        Ok(Self { db, path: path.to_owned(), writable })
    }

    /// Makes the tables where there are none, and sees that the ledger can be written.
    fn make(&mut self) -> Result<()> {
        self.use_write_ahead_log()?;
        let made = self.check_identity()?;
        let path = self.path.clone();
        let failed = |error: rusqlite::Error| LedgerError::from_sqlite(&path, &error);
        let write =
            self.db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        // Another run may have made them meanwhile: the lock is held only now.
        let version: i32 =
            write.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
        if !made && version == 0 {
            write.execute_batch(schema::CREATE).map_err(failed)?;
            write.pragma_update(None, "application_id", schema::APPLICATION_ID).map_err(failed)?;
            write.pragma_update(None, "user_version", schema::VERSION).map_err(failed)?;
        }
        write.commit().map_err(failed)
    }

    /// One sync a transaction. Where several runs switch at once, SQLite does not wait by itself.
    fn use_write_ahead_log(&self) -> Result<()> {
        let pause = Duration::from_millis(20);
        let mut waited = Duration::ZERO;
        loop {
            let result: rusqlite::Result<String> =
                self.db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0));
            match result.map_err(|error| self.failed(&error)) {
                Ok(_) => return Ok(()),
                Err(error) if error.problem != LedgerProblem::InUse || waited > PATIENCE => {
                    return Err(error);
                }
                Err(_) => std::thread::sleep(pause),
            }
            waited += pause;
        }
    }

    /// Whether this is a ledger with its tables; `false` for an empty database.
    fn check_identity(&self) -> Result<bool> {
        let number = |name: &str| -> Result<i32> {
            let pragma = format!("PRAGMA {name}");
            self.db.query_row(&pragma, [], |row| row.get(0)).map_err(|error| self.failed(&error))
        };
        let (id, version, schema) =
            (number("application_id")?, number("user_version")?, number("schema_version")?);
        match (id, version) {
            (0, 0) if schema == 0 => Ok(false),
            (schema::APPLICATION_ID, schema::VERSION) => Ok(true),
            (schema::APPLICATION_ID, newer) if newer > schema::VERSION => {
                Err(LedgerError::new(&self.path, LedgerProblem::Newer(newer)))
            }
            _ => Err(LedgerError::new(&self.path, LedgerProblem::NotALedger)),
        }
    }

    /// The ledger's file; empty for one of a run alone.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether claims can be made in it.
    pub fn is_writable(&self) -> bool {
        self.writable
    }

    /// Writes what became of earlier claims.
    ///
    /// # Errors
    /// Where the ledger cannot be written.
    pub fn settle(&mut self, settled: &[Settled]) -> Result<()> {
        self.claim(settled, &[], &[]).map(|_| ())
    }

    /// Writes what became of earlier claims, enters converted packs that were met, and makes new
    /// claims: all of it, durably, or nothing.
    ///
    /// # Errors
    /// Where the ledger cannot be written; no claim was made then.
    pub fn claim(
        &mut self,
        settled: &[Settled],
        met: &[Met<'_>],
        wanted: &[Wanted<'_>],
    ) -> Result<Vec<Answer>> {
        if settled.is_empty() && met.is_empty() && wanted.is_empty() {
            return Ok(Vec::new());
        }
        let path = self.path.clone();
        self.claim_in_one(settled, met, wanted)
            .map_err(|error| LedgerError::from_sqlite(&path, &error))
    }

    fn claim_in_one(
        &mut self,
        settled: &[Settled],
        met: &[Met<'_>],
        wanted: &[Wanted<'_>],
    ) -> rusqlite::Result<Vec<Answer>> {
        let write = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for settled in settled {
            match settled {
                Settled::Done(id) => write.prepare_cached(row::DONE)?.execute([id])?,
                Settled::Void(id) => write.prepare_cached(row::VOID)?.execute([id])?,
            };
        }
        for met in met {
            met.insert(&write)?;
        }
        let answers = wanted
            .iter()
            .map(|wanted| match wanted.enter(&write)? {
                Some(id) => Ok(Answer::Granted(id)),
                None => find(&write, wanted.serial)?
                    .map(|entry| Answer::Known(Box::new(entry)))
                    .ok_or(rusqlite::Error::QueryReturnedNoRows),
            })
            .collect::<rusqlite::Result<Vec<_>>>()?;
        write.commit()?;
        Ok(answers)
    }

    /// The entry of a pack.
    ///
    /// # Errors
    /// Where the ledger cannot be read.
    pub fn find(&self, serial: &str) -> Result<Option<Entry>> {
        find(&self.db, serial).map_err(|error| self.failed(&error))
    }

    /// All entries that `state` names, or all, in the order in which they were claimed; `tell` is
    /// called for each until it returns `false`.
    ///
    /// # Errors
    /// Where the ledger cannot be read.
    pub fn each(&self, state: Option<State>, mut tell: impl FnMut(Entry) -> bool) -> Result<()> {
        let mut visit = || -> rusqlite::Result<()> {
            let filter = if state.is_some() { " WHERE state = ?1" } else { "" };
            let query = format!("SELECT {COLUMNS} FROM conversion{filter} ORDER BY id");
            let mut statement = self.db.prepare(&query)?;
            let state = state.map(State::as_str);
            let mut rows = match &state {
                Some(state) => statement.query([state])?,
                None => statement.query([])?,
            };
            while let Some(row) = rows.next()? {
                if !tell(Entry::from_row(row)?) {
                    break;
                }
            }
            Ok(())
        };
        visit().map_err(|error| self.failed(&error))
    }

    /// The claims that are open.
    ///
    /// # Errors
    /// Where the ledger cannot be read.
    pub fn begun(&self) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        self.each(Some(State::Begun), |entry| {
            entries.push(entry);
            true
        })?;
        Ok(entries)
    }

    /// Forgets a pack. Whether it was there.
    ///
    /// # Errors
    /// Where the ledger cannot be written.
    pub fn release(&mut self, serial: &str) -> Result<bool> {
        self.db
            .execute("DELETE FROM conversion WHERE serial = ?1", [serial])
            .map(|rows| rows > 0)
            .map_err(|error| self.failed(&error))
    }

    /// Writes down where a pack was found after all.
    ///
    /// # Errors
    /// Where the ledger cannot be written.
    pub(crate) fn moved(&mut self, id: ClaimId, path: &Path) -> Result<()> {
        self.db
            .execute(
                "UPDATE conversion SET path = ?2, device = NULL, inode = NULL WHERE id = ?1",
                params![id, path_value(path)],
            )
            .map(|_| ())
            .map_err(|error| self.failed(&error))
    }

    /// What SQLite finds wrong with the ledger's file; empty where it is sound.
    ///
    /// # Errors
    /// Where it cannot be read at all.
    pub fn faults(&self) -> Result<Vec<String>> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self.db.prepare("PRAGMA integrity_check")?;
            let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
            lines.filter(|line| line.as_deref() != Ok("ok")).collect()
        };
        read().map_err(|error| self.failed(&error))
    }

    /// Begins a run that writes nothing: what an earlier one met is forgotten.
    ///
    /// # Errors
    /// Where no temporary table can be made.
    pub(crate) fn forget_met(&mut self) -> Result<()> {
        self.db.execute_batch(schema::CREATE_MET).map_err(|error| self.failed(&error))
    }

    /// Remembers, for this run alone, that a pack was met at `path`; where it was met before, the
    /// first path.
    ///
    /// # Errors
    /// Where no temporary table can be written.
    pub(crate) fn meet(&mut self, serial: &str, path: &Path) -> Result<Option<PathBuf>> {
        let met = || -> rusqlite::Result<Option<PathBuf>> {
            let mut insert =
                self.db.prepare_cached("INSERT OR IGNORE INTO temp.met VALUES (?1, ?2)")?;
            if insert.execute(params![serial, path_value(path)])? == 1 {
                return Ok(None);
            }
            self.db
                .prepare_cached("SELECT path FROM temp.met WHERE serial = ?1")?
                .query_row([serial], |row| row::path_at(row, 0))
                .optional()
        };
        met().map_err(|error| self.failed(&error))
    }

    /// Whether a claim is still open.
    pub(crate) fn is_begun(&self, id: ClaimId) -> Result<bool> {
        self.db
            .query_row("SELECT state = 'begun' FROM conversion WHERE id = ?1", [id], |row| {
                row.get(0)
            })
            .optional()
            .map(|begun| begun == Some(true))
            .map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &rusqlite::Error) -> LedgerError {
        LedgerError::from_sqlite(&self.path, error)
    }
}

fn find(db: &Connection, serial: &str) -> rusqlite::Result<Option<Entry>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM conversion WHERE serial = ?1"))?
        .query_row([serial], Entry::from_row)
        .optional()
}

/// The path without a folder to start from, so that `SQLite` takes none of its own names for it.
fn real_file(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| LedgerError::from_io(path, &error))
}
