//! Files on Windows. A lock there would keep virus scanners and backups from reading. So files are opened with a
//! share mode that excludes other writers, and readers are not disturbed.

mod drive;
mod durable;

pub(crate) use drive::{drive_len, drive_of_name, is_drive, is_read_only, mount_point, open_drive};
pub(crate) use durable::{keep_read_only, open_unmarked, settle_name, sync_data, sync_folder};

use super::codes::{windows_cause, windows_fault};
use super::names::{is_reserved_name, wide};
use super::{Cause, DeviceFault, FileIdentity, Leftover, nanoseconds, read_exact_at};
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// What others may do with a file that is open: read, write, and rename or delete it.
const SHARE_READ: u32 = 1;
const SHARE_WRITE: u32 = 2;
const SHARE_DELETE: u32 = 4;
const FLAG_NO_BUFFERING: u32 = 0x2000_0000;
const FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
/// Opens a link itself, not what it leads to.
const FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
/// The right to delete a file.
const DELETE: u32 = 0x1_0000;
/// Attributes that a new file may be created with: read-only, hidden, system, archive, not indexed.
const ATTRIBUTES: u32 = 0x2027;
/// How long to keep trying to open a file or a drive that another program has open.
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
pub(crate) fn fault(error: &io::Error) -> Option<DeviceFault> {
    windows_fault(error.raw_os_error()?)
}

/// The cause of an error; `of_lock` says whether it is that of a lock.
pub(crate) fn cause(error: &io::Error, of_lock: bool) -> Option<Cause> {
    windows_cause(error.raw_os_error()?, of_lock)
}

/// Keeps trying to open, up to [`PATIENCE`], while `held` says that another program is in the way: virus scanners
/// and the Explorer let go soon.
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
    #[expect(clippy::unnecessary_wraps, reason = "other systems open the folder here")]
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

/// Opens a file to be read, and keeps all programs from changing it.
fn open_unchanged(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).share_mode(SHARE_READ | SHARE_DELETE).open(path)
}

/// Opens a file to be read and changed, and keeps other programs from changing it.
pub(crate) fn open_to_change(path: &Path) -> io::Result<(File, Metadata)> {
    let file = open_alone(path)?;
    let metadata = file.metadata()?;
    Ok((file, metadata))
}

fn open_alone(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).share_mode(SHARE_READ | SHARE_DELETE);
    patiently(is_in_use, || options.open(path))
}

/// Opens a file to be read and written beside other programs that write to it.
pub(crate) fn open_to_share(path: &Path) -> io::Result<File> {
    patiently(is_in_use, || OpenOptions::new().read(true).write(true).open(path))
}

/// Makes a file that no other program can change while it is open. It gets its permissions later: see [`keep_read_only`].
pub(crate) fn create_new(path: &Path, _: Option<&Permissions>) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .share_mode(SHARE_READ | SHARE_DELETE)
        .open(path)
}

/// Makes a file that is to replace the one with this metadata. No other program can change it while it is open.
/// It has the access rights that its folder gives. No maintained crate has safe calls that would copy those of the
/// old file, and `ReplaceFile`, which keeps them, leaves no file of that name for a moment.
pub(crate) fn create_like(path: &Path, metadata: &Metadata) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .share_mode(SHARE_READ | SHARE_DELETE)
        .attributes(metadata.file_attributes() & ATTRIBUTES)
        .open(path)
}

/// Nothing to do: what must come from the disk is read through [`PastCache`].
pub(crate) fn forget(_: &File, _: u64, _: usize) {}

/// How a file is read past the cache: through a second handle, opened on first use.
#[derive(Debug, Default)]
pub(crate) struct PastCache(OnceLock<File>);

impl PastCache {
    /// Calls `read` with that handle. The path must still lead to the file.
    pub(super) fn with<R>(
        &self,
        _: &File,
        (path, is): (&Path, FileIdentity),
        read: impl FnOnce(&File) -> io::Result<R>,
    ) -> io::Result<R> {
        if self.0.get().is_none() {
            let direct =
                OpenOptions::new().read(true).custom_flags(FLAG_NO_BUFFERING).open(path)?;
            if !self::identity(&direct, &direct.metadata()?).may_be(is) {
                return Err(io::ErrorKind::NotFound.into());
            }
            let _ = self.0.set(direct);
        }
        read(self.0.wait())
    }
}

/// What keeps a file locked: a second handle.
pub(crate) type Guard = File;
/// Whether a file that is open to be changed is locked by that.
pub(crate) const OPENING_LOCKS: bool = true;

/// Keeps other programs from changing the file and from locking it. If this user may not write the file, it only
/// keeps others from changing it.
pub(crate) fn try_lock(_: &File, path: &Path) -> Result<Guard, TryLockError> {
    let guard = open_alone(path).or_else(|error| match fault(&error) {
        Some(DeviceFault::Denied | DeviceFault::WriteProtected) => {
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

/// Removes the temporary file at `path` unless a program has it open. It is removed through the handle that shows this,
/// so it cannot be another file by then.
pub(crate) fn remove_leftover(path: &Path) -> io::Result<Leftover> {
    let mut options = OpenOptions::new();
    let flags = FLAG_DELETE_ON_CLOSE | FLAG_OPEN_REPARSE_POINT;
    options.access_mode(DELETE).share_mode(0).custom_flags(flags);
    match options.open(path) {
        Ok(_) => Ok(Leftover::Gone),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Leftover::Gone),
        Err(error) if is_in_use(&error) => Ok(Leftover::Held),
        Err(error) if std::fs::symlink_metadata(path).is_err() => Err(error),
        Err(_) => Ok(Leftover::Stays),
    }
}

/// Whether a file that was just made at `path` belongs to this run: always, since its share mode keeps others out.
pub(crate) fn is_ours(_: &Path, _: &File) -> bool {
    true
}

/// Whether the name still leads to a file that was made there: always, since its share mode keeps others out.
pub(crate) fn leads_to(_: &Path, _: &File) -> bool {
    true
}

/// Nothing to do: see [`keep_read_only`].
#[expect(clippy::unnecessary_wraps, reason = "other systems change the file here")]
pub(crate) fn settle_rights(_: &File, _: Option<&Permissions>) -> io::Result<()> {
    Ok(())
}

/// Whether the error says that another program has the file open.
pub(crate) fn is_in_use(error: &io::Error) -> bool {
    fault(error) == Some(DeviceFault::InUse)
}

/// Whether a file could not be replaced because it is open. Only newer versions of Windows allow that.
pub(crate) fn is_kept_by_handles(error: &io::Error) -> bool {
    matches!(fault(error), Some(DeviceFault::Denied | DeviceFault::InUse))
}

/// The identity of the file.
pub(crate) fn identity(file: &File, _: &Metadata) -> FileIdentity {
    let Ok(about) = winapi_util::file::information(file) else {
        return FileIdentity { id: None, names: 1 };
    };
    let id = (about.volume_serial_number(), about.file_index());
    FileIdentity { id: (id.1 != 0).then_some(id), names: about.number_of_links() }
}

/// The identity of the file at `path`.
pub(crate) fn identity_at(path: &Path, metadata: &Metadata) -> FileIdentity {
    match File::open(path) {
        Ok(file) => identity(&file, metadata),
        Err(_) => FileIdentity { id: None, names: 1 },
    }
}

/// The path with these bytes.
#[allow(clippy::needless_pass_by_value, reason = "on Unix the bytes become the path")]
pub(crate) fn path_from_bytes(bytes: Vec<u8>) -> PathBuf {
    OsString::from_wide(&wide(&bytes)).into()
}

/// The path in a form that is the same for all paths to one file: in lower case.
pub(crate) fn without_case(path: &Path) -> PathBuf {
    path.to_string_lossy().to_lowercase().into()
}

/// Whether a file can have this name below a folder. Reserved names lead to devices or into other files.
pub(crate) fn may_be_named(below: &Path) -> bool {
    below.iter().all(|name| !is_reserved_name(&name.to_string_lossy()))
}

/// When a file was made, in nanoseconds since 1970; `None` if its file system does not know. Where it does not, the time of
/// the last change may be given instead.
pub(crate) fn born(metadata: &Metadata) -> Option<i64> {
    let made = metadata.created().ok()?;
    if metadata.modified().ok()? == made { None } else { nanoseconds(made) }
}

/// Whether a file was changed between two looks at its metadata: its bytes or its attributes.
pub(crate) fn is_changed(then: &Metadata, now: &Metadata) -> bool {
    let of = |at: &Metadata| (at.len(), at.last_write_time(), at.file_attributes());
    of(then) != of(now)
}

/// Nothing to do: [`create_like`] has given the file the attributes of the old one.
#[expect(clippy::unnecessary_wraps, reason = "other systems change the file here")]
pub(crate) fn take_over(_: &File, _: &Metadata, _: &File) -> io::Result<()> {
    Ok(())
}

/// Nothing to do: writing takes no rights away there.
#[expect(clippy::unnecessary_wraps, reason = "not every system keeps them")]
pub(crate) fn keep_rights(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Nothing to do: a user's folder for temporary files is private there.
pub(crate) fn keep_private(_: &mut tempfile::Builder<'_, '_>) {}

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
