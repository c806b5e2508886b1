//! Open files, and files that are written completely or not at all: new ones, and replacements.

mod folders;
mod new_file;
mod one_pass;
mod open_file;
mod open_in_sqlite;
pub(crate) mod replace;

pub use folders::make_folder;
pub(crate) use folders::{folders_above, make_folder_unsynced, sync_if_readable};
pub(crate) use new_file::{NewFile, clear_leftover, clear_moved_leftover, place_of};
pub(crate) use one_pass::OnePass;
pub use open_file::OpenFile;
pub use open_in_sqlite::unless_open_in_sqlite;
pub(crate) use open_in_sqlite::{OpenInSqlite, is_open_in_sqlite, is_open_in_sqlite_at};

use crate::platform::{folder_of, step, sync_folder};
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

/// All bytes of a file.
///
/// # Errors
/// As [`unless_open_in_sqlite`], and those of the system.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).and_then(unless_open_in_sqlite)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes `bytes` to a new file at `path`, durably. The name appears only when all of it is on the disk.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if there is already something at `path`, which stays as it is;
/// otherwise those of the system. If only the last step failed, which makes the name durable, the whole file is there.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_new_with(path, |out| out.write_all(bytes))
}

/// As [`write_new`], with the bytes that `write` writes.
///
/// # Errors
/// Those of [`write_new`] and of `write`.
pub fn write_new_with(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let new = NewFile::beside(path, None)?;
    step();
    let mut out = BufWriter::new(new.file());
    write(&mut out)?;
    out.flush()?;
    drop(out);
    step();
    new.file().sync_all()?;
    new.publish(path)?;
    sync_folder(folder_of(path))
}
