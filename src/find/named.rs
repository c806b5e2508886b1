//! Paths that lead nowhere, and what was meant by them.

use crate::media::DriveError;
use crate::platform::{System, drive_letter, is_device_name, is_unix_drive};
use crate::report::{Action, Failure, FailureCode};
use std::io;
use std::path::Path;

/// The name of a pack's record among the other files of its diskette.
const RECORD_NAME: &str = "ADDPACK.DAT";

/// Whether a file that is no image by its size and its name is a pack's record without its diskette:
/// on one that is mounted, or copied from there.
pub(super) fn is_loose_record(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.eq_ignore_ascii_case(RECORD_NAME))
}

/// What to say of a path that was named and leads nowhere.
pub(super) fn leads_nowhere(path: &Path, error: io::Error) -> Failure {
    leads_nowhere_on(System::HERE, path, error)
}

fn leads_nowhere_on(system: System, path: &Path, error: io::Error) -> Failure {
    let is_drive = (drive_letter(path).is_some() && system != System::Windows)
        || (is_unix_drive(path) && system != System::Linux);
    let text = path.to_string_lossy();
    if is_drive {
        Failure::from_io(Action::Open, DriveError::NamedElsewhere.into())
    } else if system == System::Windows && text.contains(['*', '?']) {
        let cause = Some(io::ErrorKind::InvalidFilename.into());
        Failure { cause, ..Failure::new(FailureCode::NotFound, Action::Open) }
    } else {
        Failure::from_io(Action::Open, error)
    }
}

/// A device that Windows takes a path of this name for.
pub(super) fn device(path: &Path) -> Option<Failure> {
    let name = path.file_name()?.to_str()?;
    (System::HERE == System::Windows && is_device_name(name)).then(|| {
        let cause = Some(io::Error::other("Windows keeps this name for a device"));
        Failure { cause, ..Failure::new(FailureCode::NotAFile, Action::Open) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_as_another_system_names_it_is_told() {
        let code = |system, path: &str| {
            let error = io::ErrorKind::NotFound.into();
            let failure = leads_nowhere_on(system, Path::new(path), error);
            (failure.code, failure.cause.and_then(|cause| DriveError::behind(&cause).cloned()))
        };
        let elsewhere = (FailureCode::NotFound, Some(DriveError::NamedElsewhere));
        let nothing = (FailureCode::NotFound, None);
        assert_eq!(code(System::Linux, "A:"), elsewhere);
        assert_eq!(code(System::Other, r"B:\"), elsewhere);
        assert_eq!(code(System::Windows, "/dev/fd0"), elsewhere);
        assert_eq!(code(System::Other, "/dev/fd0"), elsewhere);
        assert_eq!(code(System::Linux, "/dev/fd0"), nothing);
        assert_eq!(code(System::Windows, "*.img"), nothing);
        assert_eq!(code(System::Linux, "disk1.img"), nothing);
    }

    #[test]
    fn a_record_is_told_by_its_name() {
        assert!(is_loose_record(Path::new("/media/floppy/addpack.dat")));
        assert!(!is_loose_record(Path::new("/media/floppy/addpack.img")));
    }
}
