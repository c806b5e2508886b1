//! Names that are told before anything is opened, and what a path was meant for that leads nowhere.

use crate::platform::{System, is_device_name};
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

/// What to say of a path that was named and leads nowhere. Windows says of a pattern that no file can
/// have that name.
pub(super) fn leads_nowhere(path: &Path, error: io::Error) -> Failure {
    let is_pattern = path.to_string_lossy().contains(['*', '?']);
    if is_pattern && error.kind() == io::ErrorKind::InvalidFilename {
        return Failure { cause: Some(error), ..Failure::new(FailureCode::NotFound, Action::Open) };
    }
    Failure::from_io(Action::Open, error)
}

/// Why a path of this name cannot be opened, where Windows takes it for a device.
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
    fn a_pattern_that_matches_nothing_is_not_found() {
        let code =
            |path: &str| leads_nowhere(Path::new(path), io::ErrorKind::InvalidFilename.into()).code;
        assert_eq!(code("*.img"), FailureCode::NotFound);
        assert_eq!(code("disk1|.img"), FailureCode::BadName);
    }

    #[test]
    fn a_record_is_told_by_its_name() {
        assert!(is_loose_record(Path::new("/media/floppy/addpack.dat")));
        assert!(!is_loose_record(Path::new("/media/floppy/addpack.img")));
    }
}
