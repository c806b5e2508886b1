//! Whether a ledger may be written, and has locks. SQLite alone would find out too late, or not say which file
//! is meant.

use super::reading::beside;
use super::{LedgerError, LedgerProblem, Result};
use crate::platform::{
    self, Cause, folder_of, forbids_writing, may_write, open_to_read, open_to_share, try_locks,
};
use std::fs;
use std::io;
use std::path::Path;

/// What SQLite keeps beside a ledger while it is used, and a program that was killed leaves there.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Checks that the file, what SQLite keeps beside it, and their folder may be written. As with images, a mode
/// that forbids writing counts even for users who could write.
pub(super) fn check_writable(path: &Path) -> Result<()> {
    if fs::metadata(path).is_ok_and(|file| file.permissions().readonly()) {
        return Err(LedgerError::new(path, LedgerProblem::WriteProtected));
    }
    open_to_share(path).map_err(|error| protected(path, LedgerProblem::WriteProtected, error))?;
    for suffix in COMPANIONS {
        let companion = beside(path, suffix);
        // Another run may remove it at any moment, so its mode is asked for in one call.
        if forbids_writing(&companion) {
            let name =
                io::Error::new(io::ErrorKind::PermissionDenied, companion.display().to_string());
            return Err(protected(path, LedgerProblem::CompanionProtected, name));
        }
    }
    may_write(folder_of(path))
        .map_err(|error| protected(path, LedgerProblem::FolderProtected, error))
}

/// The error of a file operation, with this problem if the system does not allow it to this user.
pub(super) fn protected(path: &Path, problem: LedgerProblem, error: io::Error) -> LedgerError {
    if error.kind() == io::ErrorKind::PermissionDenied {
        LedgerError::caused(path, problem, error)
    } else {
        LedgerError::from_io(path, error)
    }
}

/// Checks that the file system has locks: SQLite would take their absence for another program's lock.
pub(super) fn check_locks(path: &Path) -> Result<()> {
    let file = open_to_read(path);
    let file = file.map_err(|error| LedgerError::from_io(path, error))?;
    try_locks(&file).map_err(|error| match platform::cause(&error, true) {
        Some(Cause::NoLocks) => LedgerError::caused(path, LedgerProblem::NoLocks, error),
        _ => LedgerError::from_io(path, error),
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn file_that_another_run_has_removed_from_beside_a_ledger_forbids_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!forbids_writing(&beside(&folder.path().join("ledger.db"), "-wal")));
    }
}
