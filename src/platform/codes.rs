//! What the error numbers of Windows mean for drives and files.

use super::{Cause, DeviceFault};

/// The fault for an error number of Windows; `None` if the system's own message is the best explanation
/// (31 general failure, 121 timed out, 1005 and 1785 not formatted, 1167 drive gone).
pub(crate) fn windows_fault(number: i32) -> Option<DeviceFault> {
    Some(match number {
        2 | 3 => DeviceFault::NotThere,
        5 => DeviceFault::Denied,
        19 => DeviceFault::WriteProtected,
        21 | 1112 => DeviceFault::NoMedium,
        23 | 25 | 27 | 1117 => DeviceFault::BadSector,
        32 | 33 => DeviceFault::InUse,
        34 | 1110 => DeviceFault::Changed,
        38 | 87 => DeviceFault::PastTheEnd,
        _ => return None,
    })
}

/// The cause of an error number of Windows that the standard library does not distinguish. Some numbers mean
/// something else for a lock.
pub(crate) fn windows_cause(number: i32, of_lock: bool) -> Option<Cause> {
    Some(match number {
        1 | 50 if of_lock => Cause::NoLocks,
        4 => Cause::TooManyFiles,
        21 | 1112 => Cause::NoMedium,
        32 | 33 => Cause::InUse,
        206 => Cause::NameTooLong,
        1921 => Cause::LinkLoop,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_that_a_drive_is_known_for_has_its_fault() {
        for (number, fault) in [
            (2, Some(DeviceFault::NotThere)),
            (3, Some(DeviceFault::NotThere)),
            (5, Some(DeviceFault::Denied)),
            (19, Some(DeviceFault::WriteProtected)),
            (21, Some(DeviceFault::NoMedium)),
            (23, Some(DeviceFault::BadSector)),
            (25, Some(DeviceFault::BadSector)),
            (27, Some(DeviceFault::BadSector)),
            (31, None),
            (32, Some(DeviceFault::InUse)),
            (33, Some(DeviceFault::InUse)),
            (34, Some(DeviceFault::Changed)),
            (38, Some(DeviceFault::PastTheEnd)),
            (87, Some(DeviceFault::PastTheEnd)),
            (121, None),
            (1005, None),
            (1110, Some(DeviceFault::Changed)),
            (1112, Some(DeviceFault::NoMedium)),
            (1117, Some(DeviceFault::BadSector)),
            (1167, None),
            (1785, None),
        ] {
            assert_eq!(windows_fault(number), fault, "error {number}");
        }
    }

    #[test]
    fn every_error_that_a_file_is_known_for_has_its_cause() {
        for (number, of_lock, cause) in [
            (1, true, Some(Cause::NoLocks)),
            (1, false, None),
            (4, false, Some(Cause::TooManyFiles)),
            (5, false, None),
            (21, false, Some(Cause::NoMedium)),
            (32, false, Some(Cause::InUse)),
            (33, true, Some(Cause::InUse)),
            (50, true, Some(Cause::NoLocks)),
            (50, false, None),
            (206, false, Some(Cause::NameTooLong)),
            (1112, false, Some(Cause::NoMedium)),
            (1921, false, Some(Cause::LinkLoop)),
        ] {
            assert_eq!(windows_cause(number, of_lock), cause, "error {number}");
        }
    }
}
