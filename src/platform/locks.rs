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
        locked => locked.map(|()| None),
    }
}

/// Locks a file that is open to be read, on NFS: only a handle that may write can keep all others away. A user who may
/// not write the file at least keeps those away who change it.
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
    let locked = without_interruption(|| file.try_lock());
    !matches!(locked, Err(TryLockError::WouldBlock)) && leads_to(path, file)
}

/// Whether the name leads to this file, and not by a link.
pub(crate) fn leads_to(name: &Path, file: &File) -> bool {
    let (Ok(there), Ok(here)) = (fs::symlink_metadata(name), file.metadata()) else { return false };
    there.is_file() && (there.dev(), there.ino()) == (here.dev(), here.ino())
}
