//! Causes that a system's error has, beyond the kinds that the standard library knows.

/// What a system's error says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "not every system tells all of them apart")]
pub(crate) enum Cause {
    /// The file system has no locks.
    NoLocks,
    /// Symbolic links lead round in a loop.
    LinkLoop,
    /// The path, or a name in it, is too long.
    NameTooLong,
    /// This program, or all together, have too many files open.
    TooManyFiles,
    /// Another program has the file open in a way that keeps others away.
    InUse,
    /// No medium is in the drive that the file is on.
    NoMedium,
    /// Permissions would allow it: an attribute of the file or of its folder forbids it.
    Forbidden,
}

/// The cause that the error of a lock has, or that of any other call.
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
