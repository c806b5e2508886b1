//! Making a new ledger, which appears whole or not at all.

use super::access::protected;
use super::identity::{FILE_VERSIONS, LedgerFileKind, WITH_LOG, identify};
use super::schema::make_tables;
use super::{LedgerError, LedgerProblem, Result};
use crate::files::{make_folder, write_new};
use crate::platform::folder_of;
use rusqlite::{Connection, MAIN_DB};
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

/// How long to wait for other programs that write into the same ledger, and between two tries.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);
pub(super) const PAUSE: Duration = Duration::from_millis(20);

/// What is at `path`. If there is nothing, a ledger is made there, with a write-ahead log if it `uses_log`.
pub(super) fn identify_or_create(path: &Path, uses_log: bool) -> Result<LedgerFileKind> {
    let mut identity = identify(path)?;
    let mut waited = Duration::ZERO;
    while identity == LedgerFileKind::Missing && waited < PATIENCE {
        create(path, uses_log)?;
        let has_name = fs::symlink_metadata(path).is_ok();
        identity = identify(path)?;
        if has_name {
            break;
        }
        // Another run is making it: the new file has only a temporary name yet.
        std::thread::sleep(PAUSE);
        waited += PAUSE;
    }
    Ok(identity)
}

/// Makes an empty ledger, completely or not at all; another run may make it first.
fn create(path: &Path, uses_log: bool) -> Result<()> {
    let failed = |error| protected(path, LedgerProblem::FolderProtected, error);
    make_folder(folder_of(path)).map_err(failed)?;
    let empty = || {
        let mut db = Connection::open_in_memory()?;
        make_tables(&db, 0)?;
        let mut empty = db.serialize(MAIN_DB)?.to_vec();
        if uses_log {
            // To set the mode later would cost four flushes of the disk.
            empty[FILE_VERSIONS].fill(WITH_LOG);
        }
        Ok(empty)
    };
    let empty = empty().map_err(|error| LedgerError::from_sqlite(path, error))?;
    match write_new(path, &empty) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        written => written.map_err(failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_ledger_has_a_log_from_the_start_or_has_none() {
        for is_wal in [true, false] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("ledger.db");
            let kind = identify_or_create(&path, is_wal).unwrap();
            assert_eq!(kind, LedgerFileKind::Ledger { is_wal });
            let mode: String = Connection::open(&path)
                .and_then(|db| db.query_row("PRAGMA journal_mode", [], |row| row.get(0)))
                .unwrap();
            assert_eq!(mode, if is_wal { "wal" } else { "delete" });
        }
    }
}
