//! Named paths that are recognised without opening anything, and the errors of others.

use super::FindError;
use crate::platform::{System, is_device_name};
use std::io;
use std::path::Path;

/// The file name of the record on a diskette.
const RECORD_NAME: &str = "ADDPACK.DAT";

/// Whether a file is a pack's record without its diskette, by its name: on a mounted diskette, or copied from
/// there.
pub(super) fn is_loose_record(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.eq_ignore_ascii_case(RECORD_NAME))
}

/// The error of a named path at which there is nothing. For a pattern, Windows reports an invalid name.
pub(super) fn leads_nowhere(path: &Path, error: io::Error) -> FindError {
    let is_pattern = path.to_string_lossy().contains(['*', '?']);
    if is_pattern && error.kind() == io::ErrorKind::InvalidFilename {
        return FindError::NotFound(error);
    }
    FindError::Open(error.into())
}

/// The error of a path whose name Windows reserves for a device; `None` for others and on other systems.
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
    fn a_record_is_recognized_by_its_name() {
        assert!(is_loose_record(Path::new("/media/floppy/addpack.dat")));
        assert!(!is_loose_record(Path::new("/media/floppy/addpack.img")));
    }
}
