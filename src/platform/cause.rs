//! Causes that a system's error has, beyond the kinds that the standard library knows.

use std::io;

/// What a system's error says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    #[cfg_attr(not(windows), expect(dead_code, reason = "only Windows has such"))]
    InUse,
    /// Permissions would allow it: an attribute of the file or of its folder forbids it.
    #[cfg_attr(windows, expect(dead_code, reason = "Windows does not tell it from permissions"))]
    Forbidden,
}

/// The cause that the error of a lock has, or that of any other call.
#[cfg(unix)]
pub(crate) fn cause(error: &io::Error, of_lock: bool) -> Option<Cause> {
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

/// The same by the system's numbers (winerror.h).
#[cfg(windows)]
pub(crate) fn cause(error: &io::Error, of_lock: bool) -> Option<Cause> {
    const INVALID_FUNCTION: i32 = 1;
    const TOO_MANY_OPEN_FILES: i32 = 4;
    const SHARING_VIOLATION: i32 = 32;
    const LOCK_VIOLATION: i32 = 33;
    const NOT_SUPPORTED: i32 = 50;
    const FILENAME_EXCED_RANGE: i32 = 206;
    const CANT_RESOLVE_FILENAME: i32 = 1921;
    Some(match error.raw_os_error()? {
        INVALID_FUNCTION | NOT_SUPPORTED if of_lock => Cause::NoLocks,
        CANT_RESOLVE_FILENAME => Cause::LinkLoop,
        FILENAME_EXCED_RANGE => Cause::NameTooLong,
        TOO_MANY_OPEN_FILES => Cause::TooManyFiles,
        SHARING_VIOLATION | LOCK_VIOLATION => Cause::InUse,
        _ => return None,
    })
}
