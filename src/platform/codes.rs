//! What the error numbers of Windows mean for drives and files.

use super::{Cause, Fault};

/// The fault for an error number of Windows; `None` if the system's own message is the best explanation
/// (31 general failure, 121 timed out, 1005 and 1785 not formatted, 1167 drive gone).
pub(crate) fn windows_fault(number: i32) -> Option<Fault> {
    Some(match number {
        2 | 3 => Fault::NotThere,
        5 => Fault::Denied,
        19 => Fault::WriteProtected,
        21 | 1112 => Fault::NoMedium,
        23 | 25 | 27 | 1117 => Fault::BadSector,
        32 | 33 => Fault::InUse,
        34 | 1110 => Fault::Changed,
        38 | 87 => Fault::PastTheEnd,
        _ => return None,
    })
}

/// The cause that an error number of Windows has, where more is to say than the standard library does;
/// a lock fails for reasons of its own.
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
            (2, Some(Fault::NotThere)),
            (3, Some(Fault::NotThere)),
            (5, Some(Fault::Denied)),
            (19, Some(Fault::WriteProtected)),
            (21, Some(Fault::NoMedium)),
            (23, Some(Fault::BadSector)),
            (25, Some(Fault::BadSector)),
            (27, Some(Fault::BadSector)),
            (31, None),
            (32, Some(Fault::InUse)),
            (33, Some(Fault::InUse)),
            (34, Some(Fault::Changed)),
            (38, Some(Fault::PastTheEnd)),
            (87, Some(Fault::PastTheEnd)),
            (121, None),
            (1005, None),
            (1110, Some(Fault::Changed)),
            (1112, Some(Fault::NoMedium)),
            (1117, Some(Fault::BadSector)),
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
