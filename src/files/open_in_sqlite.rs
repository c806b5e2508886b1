//! Files that SQLite has open in this process. On Unix, a process that closes a file loses all of its locks on it, by whatever
//! handle it has them: another program could then take the ledger for its own, and remove the log into which this run goes
//! on to write. So SQLite alone closes such a file. Whoever opens it because a user's path leads there gets an error, and
//! the handle stays open as long as SQLite has the file.

use crate::platform::{FileId, FileIdentity, identity, identity_at};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

struct State {
    /// One for each [`OpenInSqlite`] that has the file.
    files: Vec<FileId>,
    /// Handles of these files that must not be closed yet.
    handles: Vec<(FileId, File)>,
}

/// Locks belong to the whole process, and so does this.
static STATE: Mutex<State> = Mutex::new(State { files: Vec::new(), handles: Vec::new() });

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Files that SQLite has open, for as long as this is there.
#[derive(Debug, Default)]
pub(crate) struct OpenInSqlite(Vec<FileId>);

impl OpenInSqlite {
    /// The files at these paths, as far as there are any.
    pub(crate) fn at(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let files: Vec<_> = paths.into_iter().filter_map(|path| id_at(&path)).collect();
        state().files.extend(&files);
        Self(files)
    }
}

impl Drop for OpenInSqlite {
    fn drop(&mut self) {
        let State { files, handles } = &mut *state();
        for closed in &self.0 {
            if let Some(at) = files.iter().position(|file| file == closed) {
                files.swap_remove(at);
            }
        }
        handles.retain(|(file, _)| files.contains(file));
    }
}

fn id_at(path: &Path) -> Option<FileId> {
    identity_at(path, &fs::metadata(path).ok()?).id
}

/// Whether SQLite has this file open in this process.
pub(crate) fn is_open_in_sqlite(file: FileIdentity) -> bool {
    file.id.is_some_and(|id| state().files.contains(&id))
}

/// Whether SQLite has the file at `path` open in this process.
pub(crate) fn is_open_in_sqlite_at(path: &Path) -> bool {
    id_at(path).is_some_and(|id| state().files.contains(&id))
}

/// The file that was just opened.
///
/// # Errors
/// If SQLite has it open in this process.
pub fn unless_open_in_sqlite(file: File) -> io::Result<File> {
    let about = file.metadata()?;
    let identity = identity(&file, &about);
    unless_this_is_open_in_sqlite(file, identity)
}

/// The same of a file whose identity is known.
///
/// # Errors
/// As [`unless_open_in_sqlite`].
pub(super) fn unless_this_is_open_in_sqlite(
    file: File,
    identity: FileIdentity,
) -> io::Result<File> {
    let State { files, handles } = &mut *state();
    match identity.id.filter(|id| files.contains(id)) {
        Some(id) => {
            handles.push((id, file));
            Err(io::Error::new(io::ErrorKind::InvalidInput, "this run has its ledger in this file"))
        }
        None => Ok(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_is_opened_by_nobody_else_until_the_last_ledger_in_it_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let [ledger, other] = ["ledger.db", "other"].map(|name| folder.path().join(name));
        fs::write(&ledger, "").unwrap();
        fs::write(&other, "").unwrap();
        let open = |path: &Path| File::open(path).and_then(unless_open_in_sqlite).is_ok();
        let at = || OpenInSqlite::at([ledger.clone(), folder.path().join("not-there")]);
        let (one, two) = (at(), at());
        assert!(!open(&ledger) && open(&other));
        let id = id_at(&ledger).unwrap();
        let handles = || state().handles.iter().filter(|(file, _)| *file == id).count();
        drop(one);
        assert_eq!((open(&ledger), handles()), (false, 2));
        drop(two);
        assert_eq!((open(&ledger), handles()), (true, 0));
    }
}
