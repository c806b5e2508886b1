//! Finds the diskette drives of this computer.

use std::path::{Path, PathBuf};

/// A diskette drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundDrive {
    /// The path that names it.
    pub path: PathBuf,
    /// Whether it certainly has no diskette in it.
    pub is_empty: bool,
}

/// The diskette drives of this computer, in the order of their names.
#[cfg(target_os = "linux")]
pub fn drives() -> Vec<FoundDrive> {
    let Ok(entries) = std::fs::read_dir("/sys/block") else { return Vec::new() };
    let mut drives: Vec<_> =
        entries.flatten().filter_map(|entry| linux::drive(&entry.path())).collect();
    drives.sort_by(|a, b| a.path.cmp(&b.path));
    drives
}

/// The name of the group whose members may read, or write, what is at `path`. Nobody is asked to join root's group.
#[cfg(unix)]
pub fn group_with_access(path: &Path, to_write: bool) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(path).ok()?;
    let right = if to_write { 0o020 } else { 0o040 };
    let has_access = metadata.mode() & right != 0 && metadata.gid() != 0;
    let groups = std::fs::read_to_string("/etc/group").ok().filter(|_| has_access)?;
    group_name(&groups, metadata.gid())
}

/// The name of a group in the text of `/etc/group`.
#[cfg(unix)]
fn group_name(groups: &str, id: u32) -> Option<String> {
    groups.lines().find_map(|line| {
        let fields: Vec<_> = line.split(':').collect();
        (fields.get(2)?.parse() == Ok(id)).then(|| fields[0].to_owned())
    })
}

/// Elsewhere, no group has to be named.
#[cfg(not(unix))]
pub fn group_with_access(_: &Path, _: bool) -> Option<String> {
    None
}

/// Elsewhere, drives are not looked for.
#[cfg(not(target_os = "linux"))]
pub fn drives() -> Vec<FoundDrive> {
    Vec::new()
}

#[cfg(target_os = "linux")]
mod linux {
    use super::FoundDrive;
    use crate::disk::DiskGeometry;
    use std::fs;
    use std::path::Path;

    /// The drive that the kernel's folder of a block device describes, if it is for diskettes: one of the
    /// floppy driver, one with a removable medium of a diskette's size, or an empty USB drive whose model
    /// name says floppy.
    pub(super) fn drive(folder: &Path) -> Option<FoundDrive> {
        let name = folder.file_name()?.to_str()?;
        let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap_or_default();
        let sectors: u64 = read("size").trim().parse().unwrap_or(0);
        let is_floppy_driver = name
            .strip_prefix("fd")
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        let is_usb = || {
            let model = read("device/model").to_uppercase();
            let is_floppy = model.contains("FD") || model.contains("FLOPPY");
            let fits = DiskGeometry::of_len(sectors * 512).is_some();
            read("removable").trim() == "1" && (fits || (sectors == 0 && is_floppy))
        };
        (is_floppy_driver || is_usb()).then(|| FoundDrive {
            path: Path::new("/dev").join(name),
            is_empty: !is_floppy_driver && sectors == 0,
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn described(name: &str, files: &[(&str, &str)]) -> Option<FoundDrive> {
            let folder = tempfile::tempdir().unwrap();
            let folder = folder.path().join(name);
            fs::create_dir_all(folder.join("device")).unwrap();
            for (file, text) in files {
                fs::write(folder.join(file), text).unwrap();
            }
            drive(&folder)
        }

        #[test]
        fn diskette_drives_are_distinguished_from_disks_and_card_readers() {
            let found = |name: &str, is_empty| {
                Some(FoundDrive { path: Path::new("/dev").join(name), is_empty })
            };
            assert_eq!(described("fd0", &[("size", "8\n")]), found("fd0", false));
            let diskette = [("size", "2880\n"), ("removable", "1\n")];
            assert_eq!(described("sdb", &diskette), found("sdb", false));
            let empty = [("size", "0\n"), ("removable", "1\n"), ("device/model", "USB-FDU \n")];
            assert_eq!(described("sdb", &empty), found("sdb", true));
            let reader = [("size", "0\n"), ("removable", "1\n"), ("device/model", "SD Reader\n")];
            assert_eq!(described("sdc", &reader), None);
            assert_eq!(described("sda", &[("size", "2880\n"), ("removable", "0\n")]), None);
            assert_eq!(described("fdx", &[("size", "8\n")]), None);
        }
    }
}
