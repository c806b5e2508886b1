//! Why a ledger cannot be used.

use rusqlite::ErrorCode;
use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

/// What is wrong with a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerProblem {
    /// It cannot be opened or made.
    CannotOpen,
    /// The user may not read it.
    AccessDenied,
    /// It is a folder, a device or a pipe.
    NotAFile,
    /// It is not a ledger, but another file.
    NotALedger,
    /// It was written by a newer addpack, with this version of the schema.
    Newer(i32),
    /// It is damaged.
    Corrupt,
    /// Its journal has records that belong to no open conversion.
    Stray,
    /// The disk that it is on is full.
    NoSpace,
    /// The file may not be written.
    WriteProtected,
    /// The disk that it is on is mounted read-only.
    ReadOnlyDisk,
    /// A file that SQLite keeps beside it is another user's and may not be written.
    CompanionProtected,
    /// Its folder may not be written, where the journal of a change must be.
    FolderProtected,
    /// Another program has kept it locked for too long.
    InUse,
    /// Its file system has no locks, so that two runs could claim the same pack.
    NoLocks,
    /// The disk that it is on reported an error, which may be that it is full.
    IoError,
    /// It would be larger than files may be.
    FileSizeLimit,
    /// A temporary file could not be written, such as a copy that the ledger is read from.
    TemporaryFile,
    /// Any other error.
    Other,
}

/// A ledger that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("ledger {}: {problem:?}", path.display())]
pub struct LedgerError {
    /// The ledger's file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: LedgerProblem,
    /// The error of the system or of SQLite.
    #[source]
    pub cause: Option<Box<dyn Error + Send + Sync>>,
}

impl LedgerError {
    pub(super) fn new(path: &Path, problem: LedgerProblem) -> Self {
        Self { path: path.to_owned(), problem, cause: None }
    }

    pub(super) fn caused(
        path: &Path,
        problem: LedgerProblem,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { cause: Some(cause.into()), ..Self::new(path, problem) }
    }

    pub(super) fn from_sqlite(path: &Path, error: rusqlite::Error) -> Self {
        let problem = problem_of(&error);
        let error = match error {
            // The statement is of no use to the reader.
            rusqlite::Error::SqlInputError { error, msg, .. } => {
                rusqlite::Error::SqliteFailure(error, Some(msg))
            }
            other => other,
        };
        let error = Self::caused(path, problem, error);
        // A temporary ledger has no path.
        if path.as_os_str().is_empty() { error.of_temporary_file() } else { error }
    }

    /// The same error of a temporary file: nothing is wrong with the ledger, and its disk may be another one.
    pub(super) fn of_temporary_file(self) -> Self {
        let problem = match self.problem {
            LedgerProblem::NoSpace
            | LedgerProblem::IoError
            | LedgerProblem::CannotOpen
            | LedgerProblem::WriteProtected => LedgerProblem::TemporaryFile,
            problem => problem,
        };
        Self { problem, ..self }
    }

    /// An error of a file operation outside SQLite.
    pub(super) fn from_io(path: &Path, error: io::Error) -> Self {
        let problem = match error.kind() {
            io::ErrorKind::PermissionDenied => LedgerProblem::AccessDenied,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => LedgerProblem::NoSpace,
            io::ErrorKind::ReadOnlyFilesystem => LedgerProblem::ReadOnlyDisk,
            io::ErrorKind::FileTooLarge => LedgerProblem::FileSizeLimit,
            _ => LedgerProblem::CannotOpen,
        };
        Self::caused(path, problem, error)
    }
}

fn problem_of(error: &rusqlite::Error) -> LedgerProblem {
    // The tables are not those of the schema's version.
    if let rusqlite::Error::SqlInputError { .. } = error {
        return LedgerProblem::Corrupt;
    }
    match error.sqlite_error_code() {
        // No such table or column: they are not those of the schema's version.
        Some(ErrorCode::Unknown) if error.to_string().starts_with("no such") => {
            LedgerProblem::Corrupt
        }
        Some(ErrorCode::CannotOpen) => LedgerProblem::CannotOpen,
        Some(ErrorCode::NotADatabase) => LedgerProblem::NotALedger,
        // A constraint: what is there already contradicts itself.
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::ConstraintViolation) | None => {
            LedgerProblem::Corrupt
        }
        Some(ErrorCode::DiskFull) => LedgerProblem::NoSpace,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => LedgerProblem::WriteProtected,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => LedgerProblem::InUse,
        Some(ErrorCode::SystemIoFailure) => LedgerProblem::IoError,
        _ => LedgerProblem::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    fn problem_with(code: i32, message: Option<&str>) -> LedgerProblem {
        let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), message.map(Into::into));
        let error = LedgerError::from_sqlite(Path::new("ledger.db"), error);
        assert!(error.cause.is_some());
        error.problem
    }

    #[test]
    fn each_error_of_sqlite_is_the_problem_with_the_remedy_for_it() {
        let problems = [
            (ffi::SQLITE_CANTOPEN, LedgerProblem::CannotOpen),
            (ffi::SQLITE_NOTADB, LedgerProblem::NotALedger),
            (ffi::SQLITE_CORRUPT, LedgerProblem::Corrupt),
            (ffi::SQLITE_CONSTRAINT_PRIMARYKEY, LedgerProblem::Corrupt),
            (ffi::SQLITE_FULL, LedgerProblem::NoSpace),
            (ffi::SQLITE_READONLY, LedgerProblem::WriteProtected),
            (ffi::SQLITE_PERM, LedgerProblem::WriteProtected),
            (ffi::SQLITE_BUSY, LedgerProblem::InUse),
            (ffi::SQLITE_LOCKED, LedgerProblem::InUse),
            (ffi::SQLITE_IOERR, LedgerProblem::IoError),
            (ffi::SQLITE_NOMEM, LedgerProblem::Other),
            (ffi::SQLITE_ERROR, LedgerProblem::Other),
        ];
        for (code, problem) in problems {
            assert_eq!(problem_with(code, None), problem, "{code}");
        }
        let missing = problem_with(ffi::SQLITE_ERROR, Some("no such table: conversion"));
        assert_eq!(missing, LedgerProblem::Corrupt);
    }

    #[test]
    fn each_error_of_a_file_is_the_problem_with_the_remedy_for_it() {
        let problems = [
            (io::ErrorKind::PermissionDenied, LedgerProblem::AccessDenied),
            (io::ErrorKind::StorageFull, LedgerProblem::NoSpace),
            (io::ErrorKind::QuotaExceeded, LedgerProblem::NoSpace),
            (io::ErrorKind::ReadOnlyFilesystem, LedgerProblem::ReadOnlyDisk),
            (io::ErrorKind::FileTooLarge, LedgerProblem::FileSizeLimit),
            (io::ErrorKind::NotADirectory, LedgerProblem::CannotOpen),
        ];
        for (kind, problem) in problems {
            let error = LedgerError::from_io(Path::new("ledger.db"), kind.into());
            assert_eq!((error.problem, error.cause.is_some()), (problem, true), "{kind}");
        }
    }
}
