//! Making files durable. Windows flushes a file only for who has it open to be written.

use super::{fault, identity, open_past_cache, open_to_share, open_unchanged, patiently};
use crate::platform::{DeviceFault, read_direct};
use std::fs::File;
use std::io;
use std::path::Path;

/// Bytes that are read at a time, and the alignment of such reads.
const STEP: usize = 1 << 20;
const BLOCK: usize = 4096;

/// Makes a file's bytes durable. If it was opened only to be read, it is opened at `path` once more, to be flushed.
///
/// Nobody can flush a file without the right to write it, such as one that is marked read-only. It is read past the cache
/// instead: before such a read, Windows writes to the disk what the cache holds of the file. What stays behind in the
/// disk's own cache is not flushed by that.
pub(crate) fn sync_data(file: &File, path: &Path) -> io::Result<()> {
    match file.sync_data() {
        Err(error) if is_refused(&error) => {}
        done => return done,
    }
    match open_to_share(path) {
        Ok(writable) => is_same(file, &writable).and_then(|()| writable.sync_data()),
        Err(error) if is_refused(&error) => write_out(file, path),
        Err(error) => Err(error),
    }
}

/// Makes a new file's name durable: flushing a file also writes the file system's journal, which holds the name.
pub(crate) fn settle_name(file: &File) -> io::Result<()> {
    file.sync_all()
}

/// Reads the file past the cache, while nobody can write it.
fn write_out(file: &File, path: &Path) -> io::Result<()> {
    let unchanged = patiently(super::is_in_use, || open_unchanged(path))?;
    let direct = open_past_cache(path)?;
    is_same(file, &unchanged).and_then(|()| is_same(file, &direct))?;
    let len = direct.metadata()?.len();
    let mut buffer = vec![0; STEP];
    let mut at = 0;
    while at < len {
        let step = usize::try_from(len - at).unwrap_or(STEP).min(STEP);
        read_direct(&direct, &mut buffer[..step], at, BLOCK)?;
        at += step as u64;
    }
    Ok(())
}

/// Whether the system does not let this user write the file, or not through this handle.
fn is_refused(error: &io::Error) -> bool {
    matches!(fault(error), Some(DeviceFault::Denied | DeviceFault::WriteProtected))
}

/// Fails if the path leads to another file by now.
fn is_same(file: &File, other: &File) -> io::Result<()> {
    let id = |file: &File| -> io::Result<_> { Ok(identity(file, &file.metadata()?).id) };
    if id(file)? == id(other)? { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::open_to_change;
    use std::fs::{self, Permissions};

    fn set_read_only(path: &Path, read_only: bool) {
        let mut permissions: Permissions = fs::metadata(path).unwrap().permissions();
        permissions.set_readonly(read_only);
        fs::set_permissions(path, permissions).unwrap();
    }

    #[test]
    fn file_that_was_opened_to_be_read_is_made_durable() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, vec![7; STEP + 77]).unwrap();
        let file = File::open(&path).unwrap();
        assert!(is_refused(&file.sync_data().unwrap_err()), "the system flushes it");
        sync_data(&file, &path).unwrap();
        set_read_only(&path, true);
        sync_data(&file, &path).unwrap();
        // Wine lets root write the file nevertheless.
        write_out(&file, &path).unwrap();
        set_read_only(&path, false);
    }

    #[test]
    fn another_file_and_one_that_is_being_written_do_not_count_as_durable() {
        let folder = tempfile::tempdir().unwrap();
        let [path, other] = ["file", "other"].map(|name| folder.path().join(name));
        fs::write(&path, b"bytes").unwrap();
        fs::write(&other, b"bytes").unwrap();
        let file = File::open(&path).unwrap();
        assert_eq!(sync_data(&file, &other).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(write_out(&file, &other).unwrap_err().kind(), io::ErrorKind::NotFound);
        let _writer = open_to_change(&path).unwrap();
        assert!(super::super::is_in_use(&sync_data(&file, &path).unwrap_err()));
    }
}
