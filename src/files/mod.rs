//! Files: an open one, and one that is written whole or not at all, new or in the place of another.

mod new_file;
mod open_file;
pub(crate) mod replace;

pub(crate) use new_file::{NewFile, clear_leftover};
pub use open_file::OpenFile;

use crate::platform::{folder_of, step, sync_folder};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes `bytes` to a new file at `path`, durably. It has no name there until all of it is on the
/// disk.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] where there is something at `path`, which is left as it is; else
/// as the system reports them.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_new_with(path, |out| out.write_all(bytes))
}

/// The same, with what `write` writes.
///
/// # Errors
/// As [`write_new`], and those of `write`.
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
