//! A new file that gets its name only when it is complete.

use crate::platform::{self, folder_of, usual_permissions};
use crate::record::seal::sha1;
use std::fs::{self, File, Permissions};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Attempts to make and lock the temporary file: another run may remove it in between as a leftover.
const TRIES: usize = 8;

/// A new file that is invisible until it is complete: it has no name where the system supports that,
/// otherwise that of [`temporary_name`]. It is locked all the time.
#[derive(Debug)]
pub(crate) enum NewFile {
    /// It has no name yet.
    Unnamed(File),
    /// It has a temporary name, which is removed with it.
    Named(NamedTempFile),
}

/// The temporary path of a new file that will be at `path`. It follows from that path alone, which is in
/// the claim. So the run that settles the claim of a killed one knows which file to remove, and no other
/// file has such a name.
pub(super) fn temporary_name(path: &Path) -> io::Result<PathBuf> {
    let place = place_of(path)?;
    Ok(folder_of(&place).join(name_on_the_way_to(&place)))
}

/// The path without links of a new file that will be at `path`.
///
/// # Errors
/// Those of the system, if its folder cannot be found.
pub(crate) fn place_of(path: &Path) -> io::Result<PathBuf> {
    Ok(fs::canonicalize(folder_of(path))?.join(path.file_name().unwrap_or_default()))
}

/// The temporary name of a new file that will be at this path without links.
fn name_on_the_way_to(place: &Path) -> String {
    let digest = sha1(&[b"addpack, on the way to ", place.as_os_str().as_encoded_bytes()]).to_hex();
    format!(".addpack-{}.tmp", &digest[..24])
}

/// Removes the temporary file of `path` that a killed run left behind. One that another run is still
/// writing is locked, and stays.
///
/// # Errors
/// As the system reports them.
pub(crate) fn clear_leftover(path: &Path) -> io::Result<()> {
    platform::remove_unless_held(&temporary_name(path)?)
}

/// The same, of what was to be at `place`, a path without links, where that was moved into `folder` together with its
/// own.
///
/// # Errors
/// As the system reports them.
pub(crate) fn clear_moved_leftover(place: &Path, folder: &Path) -> io::Result<()> {
    platform::remove_unless_held(&folder.join(name_on_the_way_to(place)))
}

impl NewFile {
    /// A new file that will be at `path`, with these permissions less the user's mask; `None` means the
    /// usual ones.
    ///
    /// # Errors
    /// Those of the system; [`io::ErrorKind::AlreadyExists`] if another run is writing this file.
    pub(crate) fn beside(path: &Path, permissions: Option<Permissions>) -> io::Result<Self> {
        let permissions = permissions.or_else(usual_permissions);
        if let Some(file) = platform::unnamed(folder_of(path), permissions.as_ref())? {
            let _ = file.try_lock();
            return Ok(Self::Unnamed(file));
        }
        Self::named(path, permissions.as_ref())
    }

    fn named(path: &Path, permissions: Option<&Permissions>) -> io::Result<Self> {
        let temporary = temporary_name(path)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(temporary.file_name().unwrap_or_default()).rand_bytes(0);
        let create = |name: &Path| platform::create_new(name, permissions);
        for _ in 0..TRIES {
            clear_leftover(path)?;
            let file = builder.make_in(folder_of(path), create)?;
            // Until it is locked, another run takes it for a leftover.
            if platform::is_ours(&temporary, file.as_file()) {
                return Ok(Self::Named(file));
            }
            // The other run may have made its own by this name meanwhile: dropped, this one would remove that.
            let _ = file.keep();
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// The file, open to be read and written.
    pub(crate) fn file(&self) -> &File {
        match self {
            Self::Unnamed(file) => file,
            Self::Named(file) => file.as_file(),
        }
    }

    /// A path that leads to it while it is open here.
    pub(crate) fn path(&self) -> PathBuf {
        match self {
            Self::Unnamed(file) => platform::way_to(file),
            Self::Named(file) => file.path().to_owned(),
        }
    }

    /// Gives it its name, which is not durable yet.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] if there is already something at `path`, which stays as it is;
    /// otherwise those of the system.
    pub(crate) fn publish(self, path: &Path) -> io::Result<()> {
        match self {
            Self::Unnamed(file) => platform::link(&file, path),
            Self::Named(file) => {
                let file = file.persist_noclobber(path).map_err(|error| error.error)?;
                platform::settle_name(&file)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn names(folder: &Path) -> Vec<String> {
        let name =
            |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(name).collect();
        names.sort();
        names
    }

    #[test]
    fn file_has_no_name_until_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new");
        let new = NewFile::beside(&path, None).unwrap();
        new.file().write_all(b"bytes").unwrap();
        if cfg!(target_os = "linux") {
            assert!(names(folder.path()).is_empty());
        }
        new.publish(&path).unwrap();
        assert_eq!(names(folder.path()), ["new"]);
        let new = NewFile::beside(&path, None).unwrap();
        assert_eq!(new.publish(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!((fs::read(&path).unwrap(), names(folder.path()).len()), (b"bytes".to_vec(), 1));
    }

    #[test]
    fn name_that_a_killed_run_has_left_is_in_the_way_of_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new");
        let leave = || fs::write(temporary_name(&path).unwrap(), b"left").unwrap();
        leave();
        NewFile::named(&path, None).unwrap().publish(&path).unwrap();
        assert_eq!(names(folder.path()), ["new"]);
        leave();
        clear_leftover(&path).unwrap();
        assert_eq!(names(folder.path()), ["new"]);
    }

    #[test]
    fn name_that_another_run_is_at_stays_as_it_is_and_so_do_names_that_look_alike() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new");
        let alike = folder.path().join(".addpack-0123456789abcdef01234567.tmp");
        fs::write(&alike, b"a user's").unwrap();
        let other = NewFile::named(&path, None).unwrap();
        clear_leftover(&path).unwrap();
        let taken = NewFile::named(&path, None).unwrap_err();
        assert_eq!((taken.kind(), names(folder.path()).len()), (io::ErrorKind::AlreadyExists, 2));
        drop(other);
        assert_eq!(fs::read(alike).unwrap(), b"a user's");
        assert_eq!(names(folder.path()).len(), 1);
    }
}
