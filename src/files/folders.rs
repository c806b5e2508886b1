//! Making folders, whose names must survive a power cut like those of the files in them.

use crate::platform::{folder_of, identity_at, sync_folder};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Makes a folder, with those above it, durably.
///
/// # Errors
/// [`io::ErrorKind::NotADirectory`] if there is something else; otherwise those of the system.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    make_folder_unsynced(folder)?;
    folders_above(folder).iter().try_for_each(|above| sync_if_readable(above))
}

/// The same, but not durably: the caller syncs [`folders_above`].
///
/// # Errors
/// As [`make_folder`].
pub(crate) fn make_folder_unsynced(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => io::ErrorKind::NotADirectory.into(),
        _ => error,
    })
}

/// The folders that hold the name of `folder`, the name of that one, and so on, up to where the file system begins. Those
/// that are there already may have been made just now, by another run or by one that was killed.
pub(crate) fn folders_above(folder: &Path) -> Vec<PathBuf> {
    let is_missing = |folder: &&Path| *folder != Path::new("") && !folder.exists();
    let missing = folder.ancestors().take_while(is_missing);
    let made: Vec<_> = missing.map(|missing| folder_of(missing).to_owned()).collect();
    let there = fs::canonicalize(made.last().map_or(folder, PathBuf::as_path));
    let device = |path: &Path| {
        let metadata = fs::metadata(path).ok()?;
        Some(identity_at(path, &metadata).id.map(|(device, _)| device))
    };
    let above = there.iter().flat_map(|there| {
        let is_same = move |above: &&Path| device(above) == device(there);
        there.ancestors().skip(1).take_while(is_same).map(Path::to_owned)
    });
    made.iter().cloned().chain(above).collect()
}

/// Makes the names in a folder durable, if this user may: only who may read a folder can do that.
///
/// # Errors
/// Those of the system.
pub(crate) fn sync_if_readable(folder: &Path) -> io::Result<()> {
    match sync_folder(folder) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        synced => synced,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_lead_to_one_are_those_of_its_file_system_whoever_made_them() {
        let temporary = tempfile::tempdir().unwrap();
        let there = fs::canonicalize(temporary.path()).unwrap();
        let [one, two] = ["one", "one/two"].map(|name| there.join(name));
        let above = folders_above(&there);
        assert_eq!(above[0], there.parent().unwrap());
        let expected = [&[one.clone(), there.clone()][..], &above].concat();
        assert_eq!(folders_above(&two), expected);
        fs::create_dir(&one).unwrap();
        assert_eq!(folders_above(&two), expected);
        make_folder(&two).unwrap();
        assert_eq!(folders_above(&two), expected);
        assert_eq!(
            folders_above(Path::new("not-there/two"))[..2],
            [Path::new("not-there"), Path::new(".")]
        );
        fs::write(two.join("file"), "").unwrap();
        let error = make_folder(&two.join("file")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotADirectory);
    }
}
