//! Names that are told before anything is opened, and what a path was meant for that leads nowhere.

use super::FindError;
use crate::platform::{System, is_device_name};
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
pub(super) fn leads_nowhere(path: &Path, error: io::Error) -> FindError {
    let is_pattern = path.to_string_lossy().contains(['*', '?']);
    if is_pattern && error.kind() == io::ErrorKind::InvalidFilename {
        return FindError::NotFound(error);
    }
    FindError::Open(error.into())
}

/// Why a path of this name cannot be opened, where Windows takes it for a device.
pub(super) fn device(path: &Path) -> Option<FindError> {
    let name = path.file_name()?.to_str()?;
    (System::HERE == System::Windows && is_device_name(name)).then_some(FindError::DeviceName)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_matches_nothing_is_not_found() {
        let why =
            |path: &str| leads_nowhere(Path::new(path), io::ErrorKind::InvalidFilename.into());
        assert!(matches!(why("*.img"), FindError::NotFound(_)));
        assert!(matches!(why("disk1|.img"), FindError::Open(_)));
    }

    #[test]
    fn a_record_is_told_by_its_name() {
        assert!(is_loose_record(Path::new("/media/floppy/addpack.dat")));
        assert!(!is_loose_record(Path::new("/media/floppy/addpack.img")));
    }
}
