//! Reads a ledger from a temporary copy: one that cannot be shared with others, and one of an older version.
//!
//! To read a write-ahead log, SQLite needs an index that it makes beside the ledger, and locks, so that nobody changes what
//! is being read. If it cannot have them, the ledger is copied, and read from the copy.

use super::{Ledger, LedgerError, LedgerProblem, Result};
use crate::files::{OpenInSqlite, unless_open_in_sqlite};
use crate::platform::keep_private;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// Attempts to copy a ledger that changes while it is copied.
const TRIES: usize = 100;
/// How exact the times of files are: two changes within less may have the same time.
const EXACTNESS: Duration = Duration::from_millis(10);
/// Bytes that are copied at a time.
const BLOCK: u64 = 1 << 20;
/// What SQLite keeps beside a ledger and needs to read it: the write-ahead log, or the journal of a
/// change that was interrupted.
const COMPANIONS: [&str; 2] = ["-wal", "-journal"];

impl Ledger {
    /// Opens a copy of a ledger, without locks, and without writing anything beside the ledger.
    ///
    /// # Errors
    /// If it cannot be read, or copied.
    pub(super) fn open_without_locks(path: &Path) -> Result<Self> {
        let folder = copy(path)?;
        let db = connect_to_copy(folder.path())
            .map_err(|error| LedgerError::from_sqlite(path, error).of_temporary_file())?;
        Ok(Self::of_copy(path, db, folder))
    }

    /// A copy of this ledger that is brought up to this version. The ledger itself is left to runs that write.
    ///
    /// # Errors
    /// If it cannot be copied, or is damaged.
    pub(super) fn brought_up_to_date(self) -> Result<Self> {
        let mut copy = if self.copy.is_some() { self } else { self.copied()? };
        copy.make().map_err(LedgerError::of_temporary_file)?;
        Ok(copy)
    }

    /// A copy of this ledger as it is now, made by SQLite, which keeps others from writing meanwhile.
    fn copied(&self) -> Result<Self> {
        let folder = private_folder().map_err(|error| not_copied(&self.path, error))?;
        let from = self.db()?;
        let copy = || {
            let mut to = connect_to_copy(folder.path())?;
            let result = Backup::new(from, &mut to)?.step(-1)?;
            Ok((to, result))
        };
        match copy().map_err(|error| self.failed(error).of_temporary_file())? {
            (db, StepResult::Done) => Ok(Self::of_copy(&self.path, db, folder)),
            _ => Err(LedgerError::new(&self.path, LedgerProblem::InUse)),
        }
    }

    fn of_copy(path: &Path, db: Connection, folder: TempDir) -> Self {
        let in_sqlite = OpenInSqlite::default();
        Self { db: Some(db), path: path.to_owned(), copy: Some(folder), in_sqlite }
    }
}

/// The copy in this folder, which need not survive anything.
fn connect_to_copy(folder: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_CREATE);
    let db = Ledger::connection(&folder.join("ledger.db"), flags)?;
    db.pragma_update(None, "synchronous", "OFF")?;
    Ok(db)
}

/// The file that SQLite keeps beside `path` under this suffix.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A copy of the ledger and of what is beside it, all from one moment.
fn copy(path: &Path) -> Result<TempDir> {
    let folder = private_folder().map_err(|error| not_copied(path, error))?;
    for _ in 0..TRIES {
        let before = stamps(path);
        let is_changing = |(_, changed): &(u64, SystemTime)| {
            changed.elapsed().is_ok_and(|elapsed| elapsed < EXACTNESS)
        };
        if !before.iter().flatten().any(is_changing) {
            copy_all(path, folder.path())?;
            if stamps(path) == before {
                return Ok(folder);
            }
        }
        std::thread::sleep(EXACTNESS);
    }
    Err(LedgerError::new(path, LedgerProblem::InUse))
}

fn copy_all(path: &Path, folder: &Path) -> Result<()> {
    let open = |path: &Path| File::open(path).and_then(unless_open_in_sqlite);
    let failed = |error| LedgerError::from_io(path, error);
    let from = open(path).map_err(failed)?;
    copy_file(path, from, &folder.join("ledger.db"))?;
    for suffix in COMPANIONS {
        let to = folder.join(format!("ledger.db{suffix}"));
        match open(&beside(path, suffix)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let _ = fs::remove_file(to);
            }
            Err(error) => return Err(failed(error)),
            Ok(from) => copy_file(path, from, &to)?,
        }
    }
    Ok(())
}

/// A folder for temporary files of this user's: the ledger's own mode may keep it from others.
fn private_folder() -> io::Result<TempDir> {
    let mut folder = tempfile::Builder::new();
    keep_private(&mut folder);
    folder.tempdir()
}

fn not_copied(path: &Path, error: io::Error) -> LedgerError {
    LedgerError::caused(path, LedgerProblem::TemporaryFile, error)
}

/// Lengths and times, which change whenever one of the files is written.
fn stamps(path: &Path) -> Vec<Option<(u64, SystemTime)>> {
    let stamp = |path: &Path| {
        let metadata = fs::metadata(path).ok()?;
        Some((metadata.len(), metadata.modified().ok()?))
    };
    let files = COMPANIONS.iter().map(|suffix| beside(path, suffix));
    files.chain([path.to_owned()]).map(|file| stamp(&file)).collect()
}

/// Copies the bytes, and no permissions: SQLite writes into the copy.
fn copy_file(path: &Path, mut from: File, to: &Path) -> Result<()> {
    let mut bytes = Vec::new();
    let mut to = File::create(to).map_err(|error| not_copied(path, error))?;
    loop {
        bytes.clear();
        let read = Read::by_ref(&mut from).take(BLOCK).read_to_end(&mut bytes);
        if read.map_err(|error| LedgerError::from_io(path, error))? == 0 {
            return Ok(());
        }
        to.write_all(&bytes).map_err(|error| not_copied(path, error))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn copy_of_a_ledger_is_for_this_user_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = private_folder().unwrap();
        let mode = fs::metadata(folder.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn what_is_read_without_locks_stays_as_it_was_whatever_its_owner_writes_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let rows = |ledger: &Ledger| -> i64 {
            let count = "SELECT count(*) FROM sqlite_sequence";
            ledger.db().unwrap().query_row(count, [], |row| row.get(0)).unwrap()
        };
        drop(Ledger::open(&path).unwrap());
        let reader = Ledger::open_without_locks(&path).unwrap();
        let owner = Ledger::open(&path).unwrap();
        let write = "INSERT INTO sqlite_sequence VALUES ('conversion', 7)";
        owner.db().unwrap().execute_batch(write).unwrap();
        drop(owner);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "all is in the ledger itself");
        assert_eq!(rows(&reader), 0);
    }
}
