//! Why a ledger cannot be used.

use rusqlite::ErrorCode;
use std::path::{Path, PathBuf};

/// What is wrong with a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerProblem {
    /// It cannot be opened or made.
    CannotOpen,
    /// It is not a ledger, but another file.
    NotALedger,
    /// It was written by a newer addpack; its schema's version.
    Newer(i32),
    /// It is damaged.
    Corrupt,
    /// The disk that it is on is full.
    NoSpace,
    /// It cannot be written.
    WriteProtected,
    /// Another program has kept it locked for too long.
    InUse,
    /// The disk that it is on reported an error, which may be that it is full.
    IoError,
    /// Any other error.
    Other,
}

/// A ledger that cannot be used.
#[derive(Debug)]
pub struct LedgerError {
    /// The ledger's file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: LedgerProblem,
    /// What the system or SQLite said.
    pub cause: Option<String>,
}

impl LedgerError {
    pub(super) fn new(path: &Path, problem: LedgerProblem) -> Self {
        Self { path: path.to_owned(), problem, cause: None }
    }

    pub(super) fn from_sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        // The tables are not those that the version promises.
        if let rusqlite::Error::SqlInputError { msg, .. } = error {
            return Self { cause: Some(msg.clone()), ..Self::new(path, LedgerProblem::Corrupt) };
        }
        let text = error.to_string();
        let problem = match error.sqlite_error_code() {
            // A table or a column that the version promises.
            Some(ErrorCode::Unknown) if text.starts_with("no such") => LedgerProblem::Corrupt,
            Some(ErrorCode::CannotOpen) => LedgerProblem::CannotOpen,
            Some(ErrorCode::NotADatabase) => LedgerProblem::NotALedger,
            Some(ErrorCode::DatabaseCorrupt) | None => LedgerProblem::Corrupt,
            Some(ErrorCode::DiskFull) => LedgerProblem::NoSpace,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                LedgerProblem::WriteProtected
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => LedgerProblem::InUse,
            Some(ErrorCode::SystemIoFailure) => LedgerProblem::IoError,
            _ => LedgerProblem::Other,
        };
        Self { cause: Some(text), ..Self::new(path, problem) }
    }

    pub(super) fn from_io(path: &Path, error: &std::io::Error) -> Self {
        Self { cause: Some(error.to_string()), ..Self::new(path, LedgerProblem::CannotOpen) }
    }
}
