//! Files written whole or not at all: a new one, and one in the place of another.

pub(crate) mod replace;

use crate::platform::{folder_of, permissions_to_create, settle_name, sync_folder};
use std::io::{self, Write};
use std::path::Path;

/// Writes `bytes` to a new file at `path`, durably. Until all of it is on the disk it bears another
/// name.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] where there is something at `path`, which is left as it is; else
/// as the system reports them.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    let mut builder = tempfile::Builder::new();
    if let Some(permissions) = permissions_to_create(None) {
        builder.permissions(permissions);
    }
    let mut temporary = builder.tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    let file = temporary.persist_noclobber(path).map_err(|error| error.error)?;
    settle_name(&file, None)?;
    sync_folder(folder)
}
