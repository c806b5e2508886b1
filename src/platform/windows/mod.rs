//! Files on Windows. Locks there would keep everybody from reading, a scanner and a backup too; so
//! other writers are kept away by how a file is opened, and readers are not disturbed.

mod drive;

pub(crate) use drive::{drive_len, drive_of_name, is_drive, is_read_only, mount_point, open_drive};

use super::codes::{windows_cause, windows_fault};
use super::names::{is_reserved_name, wide};
use super::{Cause, Fault, Identity, read_exact_at};
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What others may do with a file that is open: read, write, and rename or delete it.
const SHARE_READ: u32 = 1;
const SHARE_WRITE: u32 = 2;
const SHARE_DELETE: u32 = 4;
const FLAG_NO_BUFFERING: u32 = 0x2000_0000;
/// Attributes that a new file may be created with: read-only, hidden, system, archive, not indexed.
const ATTRIBUTES: u32 = 0x2027;
/// How long a file or a drive that another program holds is asked for again.
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.seek_read(buffer, offset)
}

pub(crate) fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
    file.seek_write(bytes, offset)
}

pub(crate) fn read_start(file: &File, length: usize) -> io::Result<Vec<u8>> {
    let mut start = vec![0; length];
    read_exact_at(file, &mut start, 0).map(|()| start)
}

pub(crate) fn advise_random(_: &File) {}

/// What an error of a drive or a file means.
pub(crate) fn fault(error: &io::Error) -> Option<Fault> {
    windows_fault(error.raw_os_error()?)
}

/// The cause that the error of a lock has, or that of any other call.
pub(crate) fn cause(error: &io::Error, of_lock: bool) -> Option<Cause> {
    windows_cause(error.raw_os_error()?, of_lock)
}

/// Opens again and again while `held` says that another program is in the way: a scanner, or the
/// Explorer, soon lets go.
fn patiently(
    held: impl Fn(&io::Error) -> bool,
    open: impl Fn() -> io::Result<File>,
) -> io::Result<File> {
    let begun = Instant::now();
    loop {
        match open() {
            Err(error) if held(&error) && begun.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            result => return result,
        }
    }
}

/// A folder that is being walked.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    #[expect(clippy::unnecessary_wraps, reason = "not every system goes by paths")]
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(path.to_owned()))
    }

    /// Opens a file in it to be read.
    pub(crate) fn open_file(&self, name: &OsStr) -> io::Result<File> {
        File::open(self.0.join(name))
    }
}

/// Opens a file to be read.
pub(crate) fn open_to_read(path: &Path) -> io::Result<File> {
    patiently(is_in_use, || File::open(path))
}

/// Opens a file to be read, and to be changed by nobody.
fn open_unchanged(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).share_mode(SHARE_READ | SHARE_DELETE).open(path)
}

/// Opens a file to be read and changed, by nobody else.
pub(crate) fn open_to_change(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).share_mode(SHARE_READ | SHARE_DELETE);
    patiently(is_in_use, || options.open(path))
}

/// Makes a file that nobody else changes. Permissions are given to it later: see [`keep_read_only`].
pub(crate) fn create_new(path: &Path, _: Option<&Permissions>) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .share_mode(SHARE_READ | SHARE_DELETE)
        .open(path)
}

/// Makes a file that is to replace the one with this metadata, and that nobody else changes. It has the access
/// rights that its folder gives. Those of the old file would take calls of which no crate that is kept up has a
/// safe form, or `ReplaceFile`, which leaves no file of that name for a moment.
pub(crate) fn create_like(path: &Path, metadata: &Metadata) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .share_mode(SHARE_READ | SHARE_DELETE)
        .attributes(metadata.file_attributes() & ATTRIBUTES)
        .open(path)
}

/// The cache is passed wherever that can be asked for, so it has nothing to drop.
pub(crate) fn forget(_: &File, _: u64, _: usize) {}

/// Opens the file at `path` past the cache.
pub(crate) fn open_past_cache(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(FLAG_NO_BUFFERING).open(path)
}

/// What keeps a file locked: a second handle.
pub(crate) type Guard = File;
/// Whether a file that is open to be changed is locked by that.
pub(crate) const OPENING_LOCKS: bool = true;

/// Keeps others who would change the file away, and whoever would lock it as well. Of one that this
/// user cannot write, only the former.
pub(crate) fn try_lock(_: &File, path: &Path) -> Result<Guard, TryLockError> {
    let guard = open_to_change(path).or_else(|error| match fault(&error) {
        Some(Fault::Denied | Fault::WriteProtected) => {
            patiently(is_in_use, || open_unchanged(path))
        }
        _ => Err(error),
    });
    guard.map_err(lock_error)
}

/// Lets others read the file but not change it.
pub(crate) fn try_lock_shared(_: &File, path: &Path) -> Result<Guard, TryLockError> {
    patiently(is_in_use, || open_unchanged(path)).map_err(lock_error)
}

fn lock_error(error: io::Error) -> TryLockError {
    if is_in_use(&error) { TryLockError::WouldBlock } else { TryLockError::Error(error) }
}

/// Removes the file at `path` unless a program has it open to be written.
pub(crate) fn remove_unless_held(path: &Path) -> io::Result<()> {
    let alone = OpenOptions::new().read(true).write(true).share_mode(0).open(path);
    match alone.map(drop) {
        Ok(()) => std::fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound || is_in_use(&error) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether a file that was just made at `path` is nobody else's: nobody could have opened it.
pub(crate) fn is_ours(_: &Path, _: &File) -> bool {
    true
}

/// Whether the error says that another program has the file open.
pub(crate) fn is_in_use(error: &io::Error) -> bool {
    fault(error) == Some(Fault::InUse)
}

/// Whether a file could not be replaced because it is open, which only newer systems allow.
pub(crate) fn is_kept_by_handles(error: &io::Error) -> bool {
    matches!(fault(error), Some(Fault::Denied | Fault::InUse))
}

/// What tells the file from every other.
pub(crate) fn identity(file: &File, _: &Metadata) -> Identity {
    let Ok(told) = winapi_util::file::information(file) else {
        return Identity { id: None, names: 1 };
    };
    let id = (told.volume_serial_number(), told.file_index());
    Identity { id: (id.1 != 0).then_some(id), names: told.number_of_links() }
}

/// What tells the file at `path` from every other.
pub(crate) fn identity_at(path: &Path, metadata: &Metadata) -> Identity {
    match File::open(path) {
        Ok(file) => identity(&file, metadata),
        Err(_) => Identity { id: None, names: 1 },
    }
}

/// The path that is written with these bytes.
#[allow(clippy::needless_pass_by_value, reason = "on Unix the bytes become the path")]
pub(crate) fn path_from_bytes(bytes: Vec<u8>) -> PathBuf {
    OsString::from_wide(&wide(&bytes)).into()
}

/// What two paths that lead to one file have in common.
pub(crate) fn without_case(path: &Path) -> PathBuf {
    path.to_string_lossy().to_lowercase().into()
}

/// Whether a file can have this name below a folder. Some lead to devices, or into another file.
pub(crate) fn may_be_named(below: &Path) -> bool {
    below.iter().all(|name| !is_reserved_name(&name.to_string_lossy()))
}

/// A folder cannot be synced there: see [`settle_name`].
#[expect(clippy::unnecessary_wraps, reason = "not every system has nothing to do")]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    super::step();
    Ok(())
}

/// Makes a new file's name durable: to flush a file writes its file system's journal, where the name
/// stands.
pub(crate) fn settle_name(file: &File) -> io::Result<()> {
    file.sync_all()
}

/// Gives a copy the permissions that it could not be made with.
pub(crate) fn keep_read_only(path: &Path, permissions: Option<Permissions>) -> io::Result<()> {
    permissions
        .filter(Permissions::readonly)
        .map_or(Ok(()), |permissions| std::fs::set_permissions(path, permissions))
}

/// Whether a file was changed between two looks at its metadata: its bytes or its attributes.
pub(crate) fn is_changed(then: &Metadata, now: &Metadata) -> bool {
    let of = |at: &Metadata| (at.len(), at.last_write_time(), at.file_attributes());
    of(then) != of(now)
}

/// The file has all of that since it was created.
#[expect(clippy::unnecessary_wraps, reason = "not every system creates a file with all")]
pub(crate) fn take_over(_: &File, _: &Metadata, _: &File) -> io::Result<()> {
    Ok(())
}

/// Files are not created with permissions there: see [`keep_read_only`].
pub(crate) fn rights_of_copy(_: &Permissions) -> Option<Permissions> {
    None
}

pub(crate) fn usual_permissions() -> Option<Permissions> {
    None
}

/// How many images may be open at a time: there is no limit that matters.
pub(crate) fn images_at_once() -> usize {
    usize::MAX
}

pub(crate) fn may_open_many() -> bool {
    true
}
