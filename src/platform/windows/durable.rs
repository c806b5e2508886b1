//! Making files durable. Windows flushes a file only for who has it open to be written.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;

/// The rights to read and to change a file's attributes.
const CHANGE_ATTRIBUTES: u32 = 0x180;

/// Makes a file's bytes durable. The system refuses that unless the file is open to be written.
pub(crate) fn sync_data(file: &File) -> io::Result<()> {
    file.sync_data()
}

/// Makes a new file's name durable: flushing a file also writes the file system's journal, which holds the name.
pub(crate) fn settle_name(file: &File) -> io::Result<()> {
    file.sync_all()
}

/// A folder cannot be synced there: see [`settle_name`].
#[expect(clippy::unnecessary_wraps, reason = "other systems sync folders")]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    crate::platform::step();
    Ok(())
}

/// Makes a copy read-only if its original is: it could not be created that way, since it had to be written.
pub(crate) fn keep_read_only(path: &Path, permissions: Option<Permissions>) -> io::Result<()> {
    permissions
        .filter(Permissions::readonly)
        .map_or(Ok(()), |permissions| fs::set_permissions(path, permissions))
}

/// Calls `open`, which opens a copy to be written. If [`keep_read_only`] has marked the copy, the mark is taken off until
/// `open` returns.
pub(crate) fn open_unmarked<T>(path: &Path, open: impl FnOnce() -> T) -> io::Result<T> {
    let copy = OpenOptions::new().access_mode(CHANGE_ATTRIBUTES).open(path)?;
    let permissions = copy.metadata()?.permissions();
    if !permissions.readonly() {
        return Ok(open());
    }
    let mut unmarked = permissions.clone();
    #[allow(clippy::permissions_set_readonly_false, reason = "that is about Unix")]
    unmarked.set_readonly(false);
    copy.set_permissions(unmarked)?;
    let opened = open();
    copy.set_permissions(permissions)?;
    Ok(opened)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::open_to_change;

    #[test]
    fn copy_that_is_marked_read_only_is_flushed_and_marked_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy");
        fs::write(&path, b"bytes").unwrap();
        let is_marked = || fs::metadata(&path).unwrap().permissions().readonly();
        let mut marked = fs::metadata(&path).unwrap().permissions();
        marked.set_readonly(true);
        keep_read_only(&path, Some(marked.clone())).unwrap();
        assert!(is_marked());
        // Wine lets root write a file with the mark.
        let open = || (is_marked(), open_to_change(&path));
        let (was_marked, opened) = open_unmarked(&path, open).unwrap();
        assert_eq!((was_marked, is_marked()), (false, true));
        sync_data(&opened.unwrap().0).unwrap();
        assert!(sync_data(&File::open(&path).unwrap()).is_err(), "the system flushes any file");
        let (_, failed) = open_unmarked(&path, || (is_marked(), Err::<(), _>(()))).unwrap();
        assert!(failed.is_err() && is_marked());
        marked.set_readonly(!marked.readonly());
        fs::set_permissions(&path, marked).unwrap();
    }
}
