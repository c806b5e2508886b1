//! Recognises a ledger by its first bytes, before SQLite opens it: SQLite writes into, and beside, any
//! database that it opens.

use super::{LedgerError, LedgerProblem, Result, schema};
use crate::platform::open_to_read;
use std::fs;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

/// Bytes of the header of a database (<https://sqlite.org/fileformat.html#the_database_header>).
const HEADER_LEN: usize = 100;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Where the versions for writers and for readers are in the header, and what they are with a write-ahead log.
pub(super) const FILE_VERSIONS: Range<usize> = 18..20;
pub(super) const WITH_LOG: u8 = 2;
const APPLICATION_ID: usize = 68;

/// What is at a ledger's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LedgerFileKind {
    /// There is nothing.
    Missing,
    /// An empty file.
    Empty,
    /// A ledger.
    Ledger {
        /// Whether it is in the mode of a write-ahead log.
        is_wal: bool,
    },
}

/// Recognises what is at `path`, without changing anything.
///
/// # Errors
/// If it cannot be read, or is anything else.
pub(super) fn identify(path: &Path) -> Result<LedgerFileKind> {
    let failed = |error| LedgerError::from_io(path, error);
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(LedgerFileKind::Missing);
        }
        Err(error) => return Err(failed(error)),
        Ok(metadata) if !metadata.is_file() => {
            return Err(LedgerError::new(path, LedgerProblem::NotAFile));
        }
        Ok(_) => {}
    }
    let mut header = Vec::with_capacity(HEADER_LEN);
    let file = open_to_read(path).map_err(failed)?;
    file.take(HEADER_LEN as u64).read_to_end(&mut header).map_err(failed)?;
    if header.is_empty() {
        return Ok(LedgerFileKind::Empty);
    }
    let id = schema::APPLICATION_ID.to_be_bytes();
    if header.starts_with(MAGIC) && header.get(APPLICATION_ID..APPLICATION_ID + 4) == Some(&id) {
        return Ok(LedgerFileKind::Ledger { is_wal: header[FILE_VERSIONS] == [WITH_LOG; 2] });
    }
    Err(LedgerError::new(path, LedgerProblem::NotALedger))
}
