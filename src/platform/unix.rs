//! Files on Unix.

use super::{FileIdentity, may_give_rights, nanoseconds, read_exact_at};
use rustix::buffer::spare_capacity;
use rustix::fs::{Mode, OFlags, StatVfsMountFlags, open, openat};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The bits of a mode with which a program runs as the owner or the group of its file.
const RUNS_AS: u32 = 0o6000;
/// The bit of a mode that lets the owner write.
const OWNER_WRITES: u32 = 0o200;
/// Open files that are far more than enough for three groups of images and all workers.
const ENOUGH_FILES: u64 = 512;

pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(buffer, offset)
}

pub(crate) fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
    file.write_at(bytes, offset)
}

/// The first `length` bytes of a file, into memory that is not zeroed first.
pub(crate) fn read_start(file: &File, length: usize) -> io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(length);
    if length > 0 {
        let pread = || rustix::io::pread(file, spare_capacity(&mut start), 0);
        let read = rustix::io::retry_on_intr(pread)?.min(length);
        start.resize(length, 0);
        // The rest, if the first read was short.
        read_exact_at(file, &mut start[read..], read as u64)?;
    }
    Ok(start)
}

/// An open folder.
#[derive(Debug)]
pub(crate) struct Folder(OwnedFd);

impl Folder {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        Ok(Self(open(path, flags, Mode::empty())?))
    }

    /// Opens a file in the folder to be read.
    pub(crate) fn open_file(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(openat(&self.0, name, flags, Mode::empty())?.into())
    }
}

/// Non-blocking, since opening a pipe without a writer would wait.
pub(super) fn open_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    options
}

/// Opens a file to be read.
pub(crate) fn open_to_read(path: &Path) -> io::Result<File> {
    open_options().open(path)
}

/// Opens a file to be read and changed. One that runs as its owner or group is opened only by a user who can let it
/// keep that: the system takes it away from a file that any other user writes to.
pub(crate) fn open_to_change(path: &Path) -> io::Result<(File, Metadata)> {
    let file = open_options().write(true).open(path)?;
    let metadata = file.metadata()?;
    if metadata.mode() & RUNS_AS != 0 && !may_give_rights(&metadata)? {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    Ok((file, metadata))
}

/// Gives a file the rights back that the system takes away when a user other than root writes to it.
pub(crate) fn keep_rights(file: &File, before: &Metadata) -> io::Result<()> {
    if before.mode() & RUNS_AS == 0 { Ok(()) } else { file.set_permissions(before.permissions()) }
}

/// Opens a file to be read and written beside other programs that write to it.
pub(crate) fn open_to_share(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

/// Makes a file with these permissions less the user's mask. Until [`settle_rights`], its owner may write it in any case:
/// whoever may not write a file cannot see everywhere whether it is locked.
pub(crate) fn create_new(path: &Path, permissions: Option<&Permissions>) -> io::Result<File> {
    let mode = permissions.map_or(0o666, PermissionsExt::mode) | OWNER_WRITES;
    OpenOptions::new().read(true).write(true).create_new(true).mode(mode).open(path)
}

/// Takes from its owner the right to write a file of [`create_new`], unless these permissions give it.
pub(crate) fn settle_rights(file: &File, permissions: Option<&Permissions>) -> io::Result<()> {
    if permissions.is_none_or(|permissions| permissions.mode() & OWNER_WRITES != 0) {
        return Ok(());
    }
    let mode = file.metadata()?.mode() & 0o7777 & !OWNER_WRITES;
    match file.set_permissions(Permissions::from_mode(mode)) {
        // The file system has no modes of files.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        set => set,
    }
}

/// Makes a file that is to replace the one with this metadata.
pub(crate) fn create_like(path: &Path, _: &Metadata) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)
}

/// Whether the error says that another program has the file open.
pub(crate) fn is_in_use(_: &io::Error) -> bool {
    false
}

/// Whether the error says that the file cannot be replaced while it is open.
pub(crate) fn is_kept_by_handles(_: &io::Error) -> bool {
    false
}

/// The identity of the file.
pub(crate) fn identity(_: &File, metadata: &Metadata) -> FileIdentity {
    FileIdentity { id: Some((metadata.dev(), metadata.ino())), names: metadata.nlink() }
}

/// The identity of the file at `path`, which has this metadata.
pub(crate) fn identity_at(_: &Path, metadata: &Metadata) -> FileIdentity {
    FileIdentity { id: Some((metadata.dev(), metadata.ino())), names: metadata.nlink() }
}

/// When a file was made, in nanoseconds since 1970; `None` if its file system does not know.
pub(crate) fn born(metadata: &Metadata) -> Option<i64> {
    metadata.created().ok().and_then(nanoseconds)
}

/// Whether a file was changed between two looks at its metadata: its bytes, or who may do what with it.
pub(crate) fn is_changed(then: &Metadata, now: &Metadata) -> bool {
    let times = |at: &Metadata| (at.mtime(), at.mtime_nsec(), at.ctime(), at.ctime_nsec());
    then.len() != now.len() || times(then) != times(now)
}

/// The path with these bytes.
pub(crate) fn path_from_bytes(bytes: Vec<u8>) -> PathBuf {
    OsString::from_vec(bytes).into()
}

/// The path in a form that is the same for all paths to one file: on Unix, as it is.
pub(crate) fn without_case(path: &Path) -> PathBuf {
    path.to_owned()
}

/// Whether a file can have this name below a folder: on Unix, any.
pub(crate) fn may_be_named(_: &Path) -> bool {
    true
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    super::step();
    let folder = File::open(folder)?;
    unless_never_written(folder.sync_all(), &folder)
}

/// Makes a file's bytes durable.
pub(crate) fn sync_data(file: &File) -> io::Result<()> {
    unless_never_written(file.sync_data(), file)
}

/// What a sync came to. A file system that is never written, like that of a CD, has no syncs (EINVAL), and nothing that
/// would have to be synced. Any other error counts: a disk that became read-only because of a fault may hold less than
/// the cache (EROFS).
fn unless_never_written(synced: io::Result<()>, file: &File) -> io::Result<()> {
    let has_none = |error: &io::Error| error.raw_os_error() == Some(Errno::INVAL.raw_os_error());
    let is_read_only = || {
        let about = rustix::fs::fstatvfs(file);
        about.is_ok_and(|about| about.f_flag.contains(StatVfsMountFlags::RDONLY))
    };
    match synced {
        Err(error) if has_none(&error) && is_read_only() => Ok(()),
        synced => synced,
    }
}

/// Makes a new file's name durable: on Unix, syncing its folder does that.
#[expect(clippy::unnecessary_wraps, reason = "not every system syncs folders")]
pub(crate) fn settle_name(_: &File) -> io::Result<()> {
    Ok(())
}

/// Nothing to do on Unix: a copy is created with its permissions.
#[expect(clippy::unnecessary_wraps, reason = "not every system makes files with permissions")]
pub(crate) fn keep_read_only(_: &Path, _: Option<Permissions>) -> io::Result<()> {
    Ok(())
}

/// Calls `open`, which opens a copy to be flushed: on Unix, that works with a read-only one, too.
#[expect(clippy::unnecessary_wraps, reason = "on Windows, the mark is taken off")]
pub(crate) fn open_unmarked<T>(_: &Path, open: impl FnOnce() -> T) -> io::Result<T> {
    Ok(open())
}

/// The permissions that a copy of a file has, before the mask of the user who makes it.
#[expect(clippy::unnecessary_wraps, reason = "other systems have none")]
pub(crate) fn rights_of_copy(permissions: &Permissions) -> Option<Permissions> {
    Some(Permissions::from_mode(permissions.mode() & 0o777))
}

/// The permissions of a new file, before the user's mask.
#[expect(clippy::unnecessary_wraps, reason = "other systems have none")]
pub(crate) fn usual_permissions() -> Option<Permissions> {
    Some(Permissions::from_mode(0o666))
}

/// How many images may be open at a time; at least one.
pub(crate) fn images_at_once() -> usize {
    /// The standard streams, the ledger with its log, folders, and what libraries open.
    const OTHER_FILES: u64 = 24;
    /// An image and its copy, open by two handles; an image of each of the next two groups; and one to spare.
    const FILES_OF_AN_IMAGE: u64 = 6;
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let files = limit.unwrap_or(u64::MAX).saturating_sub(OTHER_FILES);
    usize::try_from(files / FILES_OF_AN_IMAGE).unwrap_or(usize::MAX).max(1)
}

/// Makes a temporary folder one that only this user may look into.
pub(crate) fn keep_private(folder: &mut tempfile::Builder<'_, '_>) {
    folder.permissions(Permissions::from_mode(0o700));
}

/// Whether the limit of open files is so high that they need not be saved.
pub(crate) fn may_open_many() -> bool {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.is_none_or(|files| files >= ENOUGH_FILES)
}

/// Whether the program was started so that it ignores this signal. Only Linux tells.
pub fn ignores_signal(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
