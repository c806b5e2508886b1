//! Making folders, whose names must survive a power cut like those of the files in them.

use crate::platform::{folder_of, sync_folder};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Makes a folder, with those above it, durably.
///
/// # Errors
/// [`io::ErrorKind::NotADirectory`] if there is something else; otherwise those of the system.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let changed = folders_to_sync(folder);
    make_folder_unsynced(folder)?;
    for changed in changed {
        match sync_folder(&changed) {
            // Only who may read a folder can do that.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
            synced => synced?,
        }
    }
    Ok(())
}

/// The same, but not durably: the caller syncs [`folders_to_sync`].
///
/// # Errors
/// As [`make_folder`].
pub(crate) fn make_folder_unsynced(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => io::ErrorKind::NotADirectory.into(),
        _ => error,
    })
}

/// The folders that get a new name in them when `folder` is made: its own, and those of the folders above it that are
/// missing, too.
pub(crate) fn folders_to_sync(folder: &Path) -> Vec<PathBuf> {
    let is_missing = |folder: &&Path| *folder != Path::new("") && !folder.exists();
    let missing = folder.ancestors().take_while(is_missing);
    missing.map(|missing| folder_of(missing).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_get_a_new_name_are_those_of_the_folders_that_are_missing() {
        let there = tempfile::tempdir().unwrap();
        let [one, two] = ["one", "one/two"].map(|name| there.path().join(name));
        let to_sync = || folders_to_sync(&two);
        assert_eq!(to_sync(), [&one, there.path()]);
        fs::create_dir(&one).unwrap();
        assert_eq!(to_sync(), [&*one]);
        make_folder(&two).unwrap();
        assert!(to_sync().is_empty() && two.is_dir());
        assert_eq!(
            folders_to_sync(Path::new("not-there/two")),
            [Path::new("not-there"), Path::new(".")]
        );
        fs::write(two.join("file"), "").unwrap();
        let error = make_folder(&two.join("file")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotADirectory);
    }
}
