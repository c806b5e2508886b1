//! Opening a ledger, or making one; a file that is not a ledger is an error.

use super::access::{check_locks, check_writable};
use super::creating::{PATIENCE, PAUSE, identify_or_create};
use super::identity::{LedgerFileKind, identify};
use super::reading::beside;
use super::{Ledger, LedgerError, LedgerProblem, Result, schema};
use crate::files::{OpenInSqlite, is_open_in_sqlite_at};
use crate::platform::{folder_of, is_local, resolve};
use rusqlite::{Connection, OpenFlags, Row, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::time::Duration;

impl Ledger {
    /// Opens the ledger at `path` to be written, and makes it if it is not there.
    ///
    /// # Errors
    /// If it cannot be opened or written, is damaged, of a newer schema, or another file.
    pub fn open(path: &Path) -> Result<Self> {
        let path = &resolved(path)?;
        let folder = folder_of(path);
        let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder);
        Self::open_by(path, is_local(there))
    }

    /// The same with a write-ahead log, which is for local file systems, or without one.
    fn open_by(path: &Path, uses_log: bool) -> Result<Self> {
        let is_wal =
            if is_open_in_sqlite_at(path) { uses_log } else { check_or_create(path, uses_log)? };
        let mut ledger = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, |db| {
            // A log's index is shared memory, which stations of a network do not share. A ledger that
            // has one is taken over by this run alone, without it.
            if is_wal && !uses_log { lock_alone(db) } else { Ok(()) }
        })?;
        ledger.check_identity()?;
        // Before the log is used: from then on, the first bytes of the file show that it is a ledger.
        ledger.make()?;
        ledger.set_journal_mode(uses_log)?;
        ledger.check_journal()?;
        Ok(ledger.kept_open())
    }

    /// Opens the ledger at `path` to be read; `None` if there is none. If it may not be written, nothing
    /// is written beside it either.
    ///
    /// # Errors
    /// If it cannot be read, is damaged, of a newer schema, or another file.
    pub fn open_to_read(path: &Path) -> Result<Option<Self>> {
        let path = &resolved(path)?;
        let may_share = if is_open_in_sqlite_at(path) {
            true
        } else {
            let LedgerFileKind::Ledger { is_wal } = identify(path)? else { return Ok(None) };
            may_share(path, is_wal)
        };
        let shared =
            may_share.then(|| Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, |_| Ok(())));
        let ledger = match shared {
            Some(Ok(ledger)) => ledger.kept_open(),
            Some(Err(error)) if error.problem == LedgerProblem::InUse => return Err(error),
            _ => Self::open_without_locks(path)?,
        };
        if !ledger.check_identity()? {
            return Ok(None);
        }
        let is_older = ledger.version()? < schema::VERSION;
        Ok(Some(if is_older { ledger.brought_up_to_date()? } else { ledger }))
    }

    /// No ledger at all, for a run that only reads where there is none yet.
    pub fn empty() -> Self {
        Self { db: None, path: PathBuf::new(), copy: None, in_sqlite: OpenInSqlite::default() }
    }

    /// A temporary ledger for this run only.
    ///
    /// # Errors
    /// If no temporary file can be made.
    pub fn temporary() -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_CREATE);
        let mut ledger = Self::connect(Path::new(""), flags, |_| Ok(()))?;
        ledger.make()?;
        Ok(ledger)
    }

    fn connect(
        path: &Path,
        flags: OpenFlags,
        prepare: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<Self> {
        let open = || {
            let db = Self::connection(path, flags)?;
            prepare(&db)?;
            // First of all: a damaged file is noticed here.
            db.query_row("PRAGMA schema_version", [], |_| Ok(()))?;
            Ok(db)
        };
        let db = open().map_err(|error| LedgerError::from_sqlite(path, error))?;
        Ok(Self { db: Some(db), path: path.to_owned(), ..Self::empty() })
    }

    /// Keeps all others in this process from opening and closing the ledger, and the index of its log, as long as it is
    /// open.
    fn kept_open(mut self) -> Self {
        self.in_sqlite = OpenInSqlite::at([self.path.clone(), beside(&self.path, "-shm")]);
        self
    }

    pub(super) fn connection(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
        let flags = flags.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);
        let db = Connection::open_with_flags(path, flags)?;
        db.busy_timeout(PATIENCE)?;
        db.pragma_update(None, "synchronous", "FULL")?;
        db.set_prepared_statement_cache_capacity(32);
        Ok(db)
    }

    /// Makes the tables if there are none, and checks that the ledger can be written.
    pub(super) fn make(&mut self) -> Result<()> {
        let path = self.path.clone();
        let failed = |error: rusqlite::Error| LedgerError::from_sqlite(&path, error);
        let write = self
            .db_to_write()?
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        // Another run may have made them meanwhile: the lock is held only now.
        let version: i32 =
            write.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
        refuse_newer(&path, version)?;
        if version < schema::VERSION {
            schema::make_tables(&write, version).map_err(failed)?;
        }
        write.commit().map_err(failed)
    }

    /// Chooses the journal: a write-ahead log costs one sync a transaction, and works on local file
    /// systems only; elsewhere it is a rollback journal.
    fn set_journal_mode(&self, uses_log: bool) -> Result<()> {
        if uses_log && self.switch_journal_mode("WAL")? == "wal" {
            return Ok(());
        }
        let mode = self.switch_journal_mode("DELETE")?;
        // The lock of a run that had it exclusively is released with the next read.
        let db = self.db()?;
        let unlock = || {
            db.pragma_update(None, "locking_mode", "NORMAL")?;
            db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
        };
        unlock().map_err(|error| self.failed(error))?;
        if mode == "delete" {
            Ok(())
        } else {
            Err(LedgerError::new(&self.path, LedgerProblem::Other))
        }
    }

    /// Sets the mode and returns the one that is set then. If several runs switch at once, SQLite does
    /// not wait.
    fn switch_journal_mode(&self, mode: &str) -> Result<String> {
        let mut waited = Duration::ZERO;
        loop {
            let set = format!("PRAGMA journal_mode = {mode}");
            let result = self.db()?.query_row(&set, [], |row| row.get(0));
            match result.map_err(|error| self.failed(error)) {
                Err(error) if error.problem == LedgerProblem::InUse && waited < PATIENCE => {
                    std::thread::sleep(PAUSE);
                }
                result => return result,
            }
            waited += PAUSE;
        }
    }

    fn version(&self) -> Result<i32> {
        let version = self.db()?.query_row("PRAGMA user_version", [], |row| row.get(0));
        version.map_err(|error| self.failed(error))
    }

    /// Whether this is a ledger with its tables; `false` for an empty database.
    fn check_identity(&self) -> Result<bool> {
        // In one statement, and so at one moment: another run may be making the tables just now.
        let numbers = "SELECT application_id, user_version, schema_version FROM \
            pragma_application_id, pragma_user_version, pragma_schema_version";
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get::<_, i32>(2)?));
        let (id, version, schema) =
            self.db()?.query_row(numbers, [], read).map_err(|error| self.failed(error))?;
        match (id, version) {
            (0, 0) if schema == 0 => Ok(false),
            (schema::APPLICATION_ID, 1..) => refuse_newer(&self.path, version).map(|()| true),
            _ => Err(LedgerError::new(&self.path, LedgerProblem::NotALedger)),
        }
    }
}

/// A newer version may have other tables.
fn refuse_newer(path: &Path, version: i32) -> Result<()> {
    if version > schema::VERSION {
        return Err(LedgerError::new(path, LedgerProblem::Newer(version)));
    }
    Ok(())
}

/// From now on this connection alone uses the database, and needs no shared memory for that.
fn lock_alone(db: &Connection) -> rusqlite::Result<()> {
    db.query_row("PRAGMA locking_mode = EXCLUSIVE", [], |_| Ok(()))
}

/// Checks that the file may be used as a ledger, and makes it if it is not there; whether it is in the mode of a
/// write-ahead log.
fn check_or_create(path: &Path, uses_log: bool) -> Result<bool> {
    let kind = identify_or_create(path, uses_log)?;
    check_writable(path)?;
    check_locks(path)?;
    Ok(kind == LedgerFileKind::Ledger { is_wal: true })
}

/// Whether a ledger can be read while others write it. SQLite reads a write-ahead log with an index that it makes beside
/// it. What a user who may not write the ledger makes there would stay, and keep its owner from writing.
fn may_share(path: &Path, is_wal: bool) -> bool {
    let makes_index = is_local(folder_of(path)) && check_writable(path).is_ok();
    (makes_index || !is_wal) && check_locks(path).is_ok()
}

/// The path without links, as far as it exists: what SQLite keeps beside a ledger is beside the file itself. It is
/// absolute, so that `SQLite` does not take it for one of its special names.
fn resolved(path: &Path) -> Result<PathBuf> {
    let path = std::path::absolute(path).map_err(|error| LedgerError::from_io(path, error))?;
    let mut folders = path.ancestors();
    let there = folders.find_map(|there| Some((there, resolve(there).ok()?)));
    Ok(match there {
        Some((there, resolved)) if there == path => resolved,
        Some((there, resolved)) => resolved.join(path.strip_prefix(there).unwrap_or(&path)),
        None => path,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Settled;
    use super::*;

    #[test]
    fn ledger_with_a_log_is_taken_to_a_disk_of_the_network() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let local = Ledger::open_by(&path, true).unwrap();
        assert_eq!(local.journal_mode().unwrap(), "wal");
        drop(local);
        let shared = Ledger::open_by(&path, false).unwrap();
        assert_eq!(shared.journal_mode().unwrap(), "delete");
        // It is not locked exclusively: another station can read and write it meanwhile.
        let mut other = Ledger::open_by(&path, false).unwrap();
        other.settle(&[Settled::Void(1)]).unwrap();
        assert!(shared.begun().unwrap().is_empty());
    }
}
