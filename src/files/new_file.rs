//! A new file on its way to its name.

use crate::platform::{self, folder_of, usual_permissions};
use std::fs::{File, Permissions};
use std::io;
use std::path::Path;
use tempfile::NamedTempFile;

/// A new file that nobody sees, as far as the system knows such; else one under a name of its own,
/// which a program that is killed leaves behind, and which nothing takes for ours ever after.
#[derive(Debug)]
pub(crate) enum NewFile {
    /// It has no name.
    Unnamed(File),
    /// It has one of its own.
    Named(NamedTempFile),
}

impl NewFile {
    /// A new file in the folder of `path`, with these permissions less the user's mask; those of any
    /// new file where there are none.
    ///
    /// # Errors
    /// As the system reports them.
    pub(crate) fn beside(path: &Path, permissions: Option<Permissions>) -> io::Result<Self> {
        let folder = folder_of(path);
        let permissions = permissions.or_else(usual_permissions);
        if let Some(file) = platform::unnamed(folder, permissions.as_ref())? {
            return Ok(Self::Unnamed(file));
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".addpack-").suffix(".tmp");
        if let Some(permissions) = permissions {
            builder.permissions(permissions);
        }
        Ok(Self::Named(builder.tempfile_in(folder)?))
    }

    /// The file, open to be read and written.
    pub(crate) fn file(&self) -> &File {
        match self {
            Self::Unnamed(file) => file,
            Self::Named(file) => file.as_file(),
        }
    }

    /// Gives it its name. That is not durable yet.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where there is something at `path`, which is left as it is;
    /// else as the system reports them.
    pub(crate) fn publish(self, path: &Path) -> io::Result<()> {
        platform::step();
        match self {
            Self::Unnamed(file) => platform::link(&file, path),
            Self::Named(file) => {
                file.persist_noclobber(path).map(drop).map_err(|error| error.error)
            }
        }
    }
}
