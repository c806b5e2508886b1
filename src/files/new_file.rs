//! A new file that gets its name only when it is complete.

use crate::platform::{self, Leftover, folder_of, usual_permissions};
use crate::record::seal::sha1;
use std::fs::{self, File, Permissions};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Attempts to make and lock a temporary file by one name: another run may remove it in between as a leftover.
const TRIES: usize = 8;

/// The names that are tried. The first is free, but for a leftover that cannot be removed.
const NAMES: usize = 1000;

/// A new file that is invisible until it is complete: it has no name where the system supports that,
/// otherwise that of [`make_temporary`]. It is locked all the time.
#[derive(Debug)]
pub(crate) enum NewFile {
    /// It has no name yet.
    Unnamed(File),
    /// It has a temporary name, which is removed with it, and is to have these permissions.
    Named(NamedTempFile, Option<Permissions>),
}

/// The path without links of a new file that will be at `path`.
///
/// # Errors
/// Those of the system, if its folder cannot be found.
pub(crate) fn place_of(path: &Path) -> io::Result<PathBuf> {
    Ok(fs::canonicalize(folder_of(path))?.join(path.file_name().unwrap_or_default()))
}

/// The temporary names of a new file that will be at `place`, a path without links. They follow from that path alone,
/// which is in the claim. So the run that settles the claim of a killed one knows which files to remove, and no other file
/// has such a name.
fn names_on_the_way_to(place: &Path) -> impl Iterator<Item = String> {
    let digest = sha1(&[b"addpack, on the way to ", place.as_os_str().as_encoded_bytes()]).to_hex();
    (1..=NAMES).map(move |number| {
        let number = if number == 1 { String::new() } else { format!("-{number}") };
        format!(".addpack-{}{number}.tmp", &digest[..24])
    })
}

/// Makes the temporary file of a new one that will be at `path`, and locks it. What a killed run left by its name is
/// removed. If that cannot be, the next name is taken, so that it is in nobody's way.
///
/// # Errors
/// Those of the system; [`io::ErrorKind::AlreadyExists`] if another run is writing this file.
pub(super) fn make_temporary(
    path: &Path,
    create: impl Fn(&Path) -> io::Result<File>,
) -> io::Result<NamedTempFile> {
    let place = place_of(path)?;
    for name in names_on_the_way_to(&place) {
        let at = folder_of(path).join(&name);
        for _ in 0..TRIES {
            match platform::remove_leftover(&at)? {
                Leftover::Gone => {}
                Leftover::Held => return Err(io::ErrorKind::AlreadyExists.into()),
                Leftover::Stays => break,
            }
            let mut builder = tempfile::Builder::new();
            let file = builder.prefix(&name).rand_bytes(0).make_in(folder_of(path), &create)?;
            // Until it is locked, another run takes it for a leftover.
            if platform::is_ours(file.path(), file.as_file()) {
                return Ok(file);
            }
            // The other run may have made its own by this name meanwhile: dropped, this one would remove that.
            let _ = file.keep();
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// The same temporary file, if its name still leads to it. Another file that has the name by now is neither published nor
/// removed.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if the name leads to another file, or to none.
pub(super) fn unless_displaced(file: NamedTempFile) -> io::Result<NamedTempFile> {
    if platform::leads_to(file.path(), file.as_file()) {
        return Ok(file);
    }
    let _ = file.keep();
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Removes the temporary file of `path` that a killed run left behind. One that another run is still
/// writing is locked, and stays.
///
/// # Errors
/// As the system reports them.
pub(crate) fn clear_leftover(path: &Path) -> io::Result<()> {
    let place = place_of(path)?;
    clear_moved_leftover(&place, folder_of(&place))
}

/// The same, of what was to be at `place`, a path without links, where that was moved into `folder` together with its
/// own.
///
/// # Errors
/// As the system reports them.
pub(crate) fn clear_moved_leftover(place: &Path, folder: &Path) -> io::Result<()> {
    for (index, name) in names_on_the_way_to(place).enumerate() {
        let path = folder.join(name);
        // Where another user's leftover was at the first name, it may be gone by now.
        if index > 0 && fs::symlink_metadata(&path).is_err() {
            break;
        }
        platform::remove_leftover(&path)?;
    }
    Ok(())
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
        Self::named(path, permissions)
    }

    fn named(path: &Path, permissions: Option<Permissions>) -> io::Result<Self> {
        let create = |name: &Path| platform::create_new(name, permissions.as_ref());
        let file = make_temporary(path, create)?;
        Ok(Self::Named(file, permissions))
    }

    /// The file, open to be read and written.
    pub(crate) fn file(&self) -> &File {
        match self {
            Self::Unnamed(file) => file,
            Self::Named(file, _) => file.as_file(),
        }
    }

    /// A path that leads to it while it is open here.
    pub(crate) fn path(&self) -> PathBuf {
        match self {
            Self::Unnamed(file) => platform::way_to(file),
            Self::Named(file, _) => file.path().to_owned(),
        }
    }

    /// Gives it its name, which is not durable yet.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] if there is already something at `path`, which stays as it is, or if another
    /// file has its temporary name by now; otherwise those of the system.
    pub(crate) fn publish(self, path: &Path) -> io::Result<()> {
        match self {
            Self::Unnamed(file) => platform::link(&file, path),
            Self::Named(file, permissions) => {
                platform::settle_rights(file.as_file(), permissions.as_ref())?;
                let file = unless_displaced(file)?;
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

    fn temporary_name(path: &Path, index: usize) -> PathBuf {
        let place = place_of(path).unwrap();
        folder_of(&place).join(names_on_the_way_to(&place).nth(index).unwrap())
    }

    #[test]
    fn name_that_a_killed_run_has_left_is_in_the_way_of_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new");
        let leave = || fs::write(temporary_name(&path, 0), b"left").unwrap();
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

    #[test]
    fn what_cannot_be_removed_from_a_temporary_name_is_in_the_way_of_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new");
        let [first, second, third] = [0, 1, 2].map(|index| temporary_name(&path, index));
        fs::create_dir(&first).unwrap();
        for _ in 0..2 {
            // What a killed run has left by the second name goes.
            fs::write(&second, b"left").unwrap();
            let new = NewFile::named(&path, None).unwrap();
            assert_eq!((new.path().file_name(), third.exists()), (second.file_name(), false));
        }
        fs::write(&second, b"left").unwrap();
        clear_leftover(&path).unwrap();
        assert!(first.is_dir() && !second.exists());
    }

    #[cfg(unix)]
    #[test]
    fn another_file_by_its_temporary_name_is_neither_published_nor_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new");
        let new = NewFile::named(&path, None).unwrap();
        let temporary = new.path();
        fs::remove_file(&temporary).unwrap();
        fs::write(&temporary, b"another").unwrap();
        assert_eq!(new.publish(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!((fs::read(&temporary).unwrap(), path.exists()), (b"another".to_vec(), false));
    }
}
