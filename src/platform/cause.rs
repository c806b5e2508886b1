//! Causes of system errors that [`std::io::ErrorKind`] does not distinguish.

/// The cause of a system error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "not every system distinguishes all of them")]
pub(crate) enum Cause {
    /// The file system has no locks.
    NoLocks,
    /// Symbolic links form a loop.
    LinkLoop,
    /// The path, or a name in it, is too long.
    NameTooLong,
    /// Too many files are open, in this process or in the whole system.
    TooManyFiles,
    /// Another program has the file open exclusively.
    InUse,
    /// There is no medium in the drive of the file.
    NoMedium,
    /// An attribute of the file or of its folder forbids it, whatever its permissions.
    Forbidden,
}

/// The cause of an error, which may be that of a lock; `None` if its kind says enough.
#[cfg(unix)]
pub(crate) fn cause(error: &std::io::Error, of_lock: bool) -> Option<Cause> {
    use rustix::io::Errno;
    Some(match Errno::from_io_error(error)? {
        Errno::NOLCK => Cause::NoLocks,
        Errno::OPNOTSUPP | Errno::NOSYS if of_lock => Cause::NoLocks,
        Errno::LOOP => Cause::LinkLoop,
        Errno::NAMETOOLONG => Cause::NameTooLong,
        Errno::MFILE | Errno::NFILE => Cause::TooManyFiles,
        Errno::PERM => Cause::Forbidden,
        _ => return None,
    })
}

/// The same error once more: it is of the system, or has words of its own.
pub(crate) fn same_error(error: &std::io::Error) -> std::io::Error {
    match error.raw_os_error() {
        Some(code) => std::io::Error::from_raw_os_error(code),
        None => std::io::Error::new(error.kind(), error.to_string()),
    }
}
