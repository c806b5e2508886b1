//! Checks what a file system can do that a promise needs.

use super::Trial;
use crate::cli::words::{ledger_message, system_cause};
use addpack::files::{OpenFile, write_new};
use addpack::ledger::Ledger;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

/// Each in a folder of its own.
pub(super) const TRIALS: [fn(&Path) -> Trial; 5] =
    [locks, replacing, no_overwriting, direct_reads, ledger];

/// A block of any disk.
const BLOCK: usize = 4096;

impl Trial {
    fn of(name: &'static str, result: io::Result<Result<(), &str>>) -> Self {
        let (result, is_good) = match result {
            Ok(Ok(())) => ("work".to_owned(), true),
            Ok(Err(why)) => (format!("MISSING: {why}"), false),
            Err(error) => (format!("MISSING: {}", system_cause(&error)), false),
        };
        Self { name, result, is_good }
    }
}

/// Two runs must not change one image together.
fn locks(folder: &Path) -> Trial {
    let path = folder.join("locks");
    let lock = || {
        let first = File::create(&path)?;
        // NFS locks a file only by a handle that may write it.
        let second = File::options().write(true).open(&path)?;
        first.lock()?;
        Ok(match second.try_lock() {
            Err(TryLockError::WouldBlock) => Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Ok(()) => Err("a file that is locked can be locked again"),
        })
    };
    Trial::of("locks", lock())
}

/// Containers are replaced as a whole.
fn replacing(folder: &Path) -> Trial {
    let (old, new) = (folder.join("old"), folder.join("new"));
    let replace = || {
        fs::write(&old, "old")?;
        fs::write(&new, "new")?;
        fs::rename(&new, &old)?;
        let is_new = fs::read(&old)? == b"new" && !new.exists();
        Ok(if is_new { Ok(()) } else { Err("the old file is still there") })
    };
    Trial::of("renames over a file", replace())
}

/// Copies and requests never go over a file that is there.
fn no_overwriting(folder: &Path) -> Trial {
    let path = folder.join("kept");
    let keep = || {
        write_new(&path, b"first")?;
        let second = write_new(&path, b"second");
        let is_refused = second.is_err_and(|error| error.kind() == io::ErrorKind::AlreadyExists);
        let is_kept = is_refused && fs::read(&path)? == b"first";
        Ok(if is_kept { Ok(()) } else { Err("a file was written over") })
    };
    Trial::of("new names, never over one", keep())
}

/// What was written is read from the disk itself.
fn direct_reads(folder: &Path) -> Trial {
    let path = folder.join("direct");
    let read = || {
        write_new(&path, &[1; BLOCK])?;
        let reads = OpenFile::open(&path)?.reads_past_cache();
        Ok(if reads { Ok(()) } else { Err("what was written is read back through the cache") })
    };
    Trial::of("reads past the cache", read())
}

/// A pack is claimed in it before it is touched.
fn ledger(folder: &Path) -> Trial {
    let open = || Ledger::open(&folder.join("tried.db"))?.journal_mode();
    let (result, is_good) = match open() {
        Ok(mode) if mode == "wal" => ("works, with a write-ahead log".to_owned(), true),
        Ok(_) => ("works, with a rollback journal".to_owned(), true),
        Err(error) => (format!("MISSING: {}", ledger_message(&error)), false),
    };
    Trial { name: "the ledger", result, is_good }
}
