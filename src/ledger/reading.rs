//! Opens a ledger that may only be read: another user's, or one on a read-only file system; and reads an older one
//! without a write-ahead log from a copy, so that others can bring it up to date meanwhile.
//!
//! To read a write-ahead log, SQLite needs an index that it makes beside the ledger. If it cannot make one, a
//! ledger without a log is opened as a file that does not change, and any other one is copied, and read
//! from the copy.

use super::{Ledger, LedgerError, LedgerProblem, Result};
use crate::platform::keep_private;
use rusqlite::OpenFlags;
use rusqlite::backup::{Backup, StepResult};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tempfile::TempDir;

/// Attempts to copy a ledger that changes while it is copied.
const TRIES: usize = 10;
/// What SQLite keeps beside a ledger and needs to read it: the write-ahead log, or the journal of a
/// change that was interrupted.
const COMPANIONS: [&str; 2] = ["-wal", "-journal"];

impl Ledger {
    /// Opens a ledger without writing anything beside it.
    ///
    /// # Errors
    /// If it cannot be read, or copied.
    pub(super) fn open_without_writing(path: &Path) -> Result<Self> {
        if COMPANIONS.iter().all(|suffix| !has_content(&beside(path, suffix))) {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_URI);
            let db = Self::connection(&immutable_uri(path), flags)
                .map_err(|error| LedgerError::from_sqlite(path, error))?;
            return Ok(Self { db: Some(db), path: path.to_owned(), copy: None });
        }
        let copy = copy(path)?;
        let db =
            Self::connection(&copy.path().join("ledger.db"), OpenFlags::SQLITE_OPEN_READ_WRITE)
                .map_err(|error| LedgerError::from_sqlite(path, error))?;
        Ok(Self { db: Some(db), path: path.to_owned(), copy: Some(copy) })
    }

    /// A copy of this ledger as it is now, made by SQLite, which keeps others from writing meanwhile.
    ///
    /// # Errors
    /// If it cannot be copied.
    pub(super) fn copied(&self) -> Result<Self> {
        let folder = private_folder().map_err(|error| not_copied(&self.path, error))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_CREATE);
        let from = self.db()?;
        let copy = || {
            let mut to = Self::connection(&folder.path().join("ledger.db"), flags)?;
            let result = Backup::new(from, &mut to)?.step(-1)?;
            Ok((to, result))
        };
        match copy().map_err(|error| self.failed(error))? {
            (db, StepResult::Done) => {
                Ok(Self { db: Some(db), path: self.path.clone(), copy: Some(folder) })
            }
            _ => Err(LedgerError::new(&self.path, LedgerProblem::InUse)),
        }
    }
}

fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0)
}

/// The file that SQLite keeps beside `path` under this suffix.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The path as a URI with which SQLite assumes that nobody changes the file.
fn immutable_uri(path: &Path) -> PathBuf {
    let mut uri = "file:".to_owned();
    let bytes = path.as_os_str().as_encoded_bytes();
    if !bytes.starts_with(b"/") {
        // C:\ledger.db is /C:/ledger.db there.
        uri.push('/');
    }
    for byte in bytes {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            byte => uri += &format!("%{byte:02X}"),
        }
    }
    (uri + "?immutable=1").into()
}

/// A copy of the ledger and of what is beside it, all from one moment.
fn copy(path: &Path) -> Result<TempDir> {
    let failed = |error| LedgerError::from_io(path, error);
    let folder = private_folder().map_err(|error| not_copied(path, error))?;
    for _ in 0..TRIES {
        let before = stamps(path);
        let from = File::open(path).map_err(failed)?;
        copy_file(from, &folder.path().join("ledger.db"))
            .map_err(|error| not_copied(path, error))?;
        for suffix in COMPANIONS {
            let to = folder.path().join(format!("ledger.db{suffix}"));
            match File::open(beside(path, suffix)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let _ = fs::remove_file(to);
                }
                Err(error) => return Err(failed(error)),
                Ok(from) => copy_file(from, &to).map_err(|error| not_copied(path, error))?,
            }
        }
        if stamps(path) == before {
            return Ok(folder);
        }
    }
    Err(LedgerError::new(path, LedgerProblem::InUse))
}

/// A folder for temporary files of this user's: the ledger's own mode may keep it from others.
fn private_folder() -> io::Result<TempDir> {
    let mut folder = tempfile::Builder::new();
    keep_private(&mut folder);
    folder.tempdir()
}

fn not_copied(path: &Path, error: io::Error) -> LedgerError {
    LedgerError::caused(path, LedgerProblem::CannotCopy, error)
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
fn copy_file(mut from: File, to: &Path) -> io::Result<()> {
    io::copy(&mut from, &mut File::create(to)?).map(drop)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn copy_of_a_ledger_is_for_this_user_alone() {
        let folder = private_folder().unwrap();
        let mode = fs::metadata(folder.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn path_becomes_a_uri_that_sqlite_decodes_to_the_same_bytes() {
        let uri = |path: &str| immutable_uri(Path::new(path)).to_str().unwrap().to_owned();
        assert_eq!(uri("/a b/l?x#1%.db"), "file:/a%20b/l%3Fx%231%25.db?immutable=1");
        assert_eq!(uri("/a\\b-C_9.db"), "file:/a%5Cb-C_9.db?immutable=1");
    }
}
