//! Opening a ledger: made where there is none, and told from whatever else may be there.

use super::{Ledger, LedgerError, LedgerProblem, Result, schema};
use crate::platform::sync_folder;
use rusqlite::{Connection, OpenFlags, Row, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait for other programs that write into the same ledger.
const PATIENCE: Duration = Duration::from_mins(1);

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
        let mut ledger = Self::connect(path, flags)?;
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
        let ledger = Self::connect(path, flags)
            .or_else(|_| Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY))?;
        Ok(if ledger.check_identity()? { Some(ledger) } else { None })
    }

    /// A ledger of this run alone, gone with it.
    ///
    /// # Errors
    /// Where no temporary file can be made.
    pub fn temporary() -> Result<Self> {
        let path = Path::new("");
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut ledger = Self::connect(path, flags)?;
        ledger.make()?;
        Ok(ledger)
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self> {
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
        Ok(Self { db, path: path.to_owned() })
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
        if version < schema::VERSION {
            let steps: &[&str] = match (made, version) {
                (true, 1) => &[schema::MOVE_ASIDE, schema::CREATE, schema::MOVE_BACK],
                _ => &[schema::CREATE],
            };
            steps.iter().try_for_each(|step| write.execute_batch(step)).map_err(failed)?;
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
        // In one statement, and so at one moment: another run may be making the tables just now.
        let numbers = "SELECT application_id, user_version, schema_version FROM \
            pragma_application_id, pragma_user_version, pragma_schema_version";
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get::<_, i32>(2)?));
        let (id, version, schema) =
            self.db.query_row(numbers, [], read).map_err(|error| self.failed(&error))?;
        match (id, version) {
            (0, 0) if schema == 0 => Ok(false),
            // What is read of version 1 reads the same in version 2.
            (schema::APPLICATION_ID, 1 | schema::VERSION) => Ok(true),
            (schema::APPLICATION_ID, newer) if newer > schema::VERSION => {
                Err(LedgerError::new(&self.path, LedgerProblem::Newer(newer)))
            }
            _ => Err(LedgerError::new(&self.path, LedgerProblem::NotALedger)),
        }
    }
}

/// The path without a folder to start from, so that `SQLite` takes none of its own names for it.
fn real_file(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| LedgerError::from_io(path, &error))
}
