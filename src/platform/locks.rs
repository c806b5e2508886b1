//! Locks on Unix, and temporary files, which are locked as long as a run writes them.

use super::unix::open_options;
use super::{Leftover, way_to};
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// What keeps a file locked besides the open file itself: a second handle, if that one cannot be locked.
pub(crate) type Guard = Option<File>;
/// Whether opening a file to be changed locks it.
pub(crate) const OPENING_LOCKS: bool = false;

/// Takes a lock, again after a signal.
fn without_interruption(lock: impl Fn() -> Result<(), TryLockError>) -> Result<(), TryLockError> {
    loop {
        match lock() {
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Locks the file against other programs until it is closed.
pub(crate) fn try_lock(file: &File, _: &Path) -> Result<Guard, TryLockError> {
    match without_interruption(|| file.try_lock()) {
        Err(TryLockError::Error(error)) if Errno::from_io_error(&error) == Some(Errno::BADF) => {
            lock_on_network(file)
        }
        locked => locked.and_then(|()| lock_parts(file)).map(|()| None),
    }
}

/// Keeps those programs away, too, that lock parts of files and do not ask whether a file is locked as a whole, such as
/// QEMU. From a handle that only reads, they can only be seen, and those kept away that lock a part to change it. All that
/// takes a local disk: on NFS both are one kind of lock, and this one would be in its own way.
#[cfg(target_os = "linux")]
fn lock_parts(file: &File) -> Result<(), TryLockError> {
    use nix::fcntl::{FcntlArg, fcntl};
    use nix::libc::{F_RDLCK, F_UNLCK, F_WRLCK, SEEK_SET, c_short, flock};
    if !super::file_system::is_file_local(file) {
        return Ok(());
    }
    let short = |number| c_short::try_from(number).unwrap_or_default();
    let all = |kind| {
        let (l_type, l_whence) = (short(kind), short(SEEK_SET));
        flock { l_type, l_whence, l_start: 0, l_len: 0, l_pid: 0 }
    };
    let mut others = all(F_WRLCK);
    let is_held = match fcntl(file, FcntlArg::F_OFD_SETLK(&others)) {
        Err(nix::Error::EBADF) => {
            let kept_away = fcntl(file, FcntlArg::F_OFD_SETLK(&all(F_RDLCK)));
            let seen = fcntl(file, FcntlArg::F_OFD_GETLK(&mut others));
            is_refused(kept_away) || (seen.is_ok() && others.l_type != short(F_UNLCK))
        }
        // Any other error says that the file system has no such locks.
        locked => is_refused(locked),
    };
    if is_held { Err(TryLockError::WouldBlock) } else { Ok(()) }
}

/// Whether a lock was refused because another program has one.
#[cfg(target_os = "linux")]
fn is_refused(locked: nix::Result<i32>) -> bool {
    matches!(locked, Err(nix::Error::EAGAIN | nix::Error::EACCES))
}

/// Other systems have no locks of parts that belong to an open file.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "on Linux, another program can have locked a part")]
fn lock_parts(_: &File) -> Result<(), TryLockError> {
    Ok(())
}

/// Locks a file that is open to be read, on NFS: only a handle that may write can keep all others away. Without one,
/// those at least are kept away who change the file, but not others who copy it.
fn lock_on_network(file: &File) -> Result<Guard, TryLockError> {
    match open_options().write(true).open(way_to(file)) {
        Ok(writer) => without_interruption(|| writer.try_lock()).map(|()| Some(writer)),
        Err(_) => try_lock_shared(file, Path::new("")),
    }
}

/// Locks the file so that others can read it but not change it.
pub(crate) fn try_lock_shared(file: &File, _: &Path) -> Result<Guard, TryLockError> {
    without_interruption(|| file.try_lock_shared()).map(|()| None)
}

/// Removes the temporary file at `path` if it is certain that no run is writing it.
///
/// # Errors
/// Those of the system, if it is not even known whether there is one.
pub(crate) fn remove_leftover(path: &Path) -> io::Result<Leftover> {
    let file = match open_leftover(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Leftover::Gone),
        Err(error) if fs::symlink_metadata(path).is_err() => return Err(error),
        opened => opened.ok().filter(|file| file.metadata().is_ok_and(|about| about.is_file())),
    };
    let Some(file) = file else { return Ok(Leftover::Stays) };
    match without_interruption(|| file.try_lock()) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Leftover::Held),
        // Without locks, nobody can tell whether a run is writing it.
        Err(TryLockError::Error(_)) => return Ok(Leftover::Stays),
    }
    // Its writer may have finished meanwhile, and another one begun.
    if !leads_to(path, &file) {
        return Ok(Leftover::Gone);
    }
    Ok(match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Leftover::Stays,
        _ => Leftover::Gone,
    })
}

/// Opens a leftover to be locked: to be written as well if this user may, since NFS locks no other handle.
fn open_leftover(path: &Path) -> io::Result<File> {
    let mut options = open_options();
    options.custom_flags((OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed());
    options.clone().write(true).open(path).or_else(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => options.open(path),
        _ => Err(error),
    })
}

/// Locks a file that was just made at `path`; returns whether it is still there, and no other run has it.
pub(crate) fn is_ours(path: &Path, file: &File) -> bool {
    let locked = try_lock(file, path);
    !matches!(locked, Err(TryLockError::WouldBlock)) && leads_to(path, file)
}

/// Whether the name leads to this file, and not by a link.
pub(crate) fn leads_to(name: &Path, file: &File) -> bool {
    let (Ok(there), Ok(here)) = (fs::symlink_metadata(name), file.metadata()) else { return false };
    there.is_file() && (there.dev(), there.ino()) == (here.dev(), here.ino())
}
