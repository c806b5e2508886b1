//! Properties of file systems: whether it is local, has locks, and may be written.

#[cfg(unix)]
mod unix {
    use crate::platform::folder_of;
    use rustix::fs::{Access, FlockOperation, access, fcntl_lock};
    use rustix::fs::{Gid, Uid};
    use rustix::io::{Errno, retry_on_intr};
    use rustix::process::{getegid, geteuid, getgroups};
    use std::fs::{File, Metadata};
    use std::io;
    use std::os::unix::fs::MetadataExt;
    use std::path::{Path, PathBuf};

    /// File systems that are certainly local (`man 2 statfs`).
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const LOCAL: [u32; 18] = [
        0x0000_EF53, // ext2, ext3, ext4
        0x5846_5342, // XFS
        0x9123_683E, // Btrfs
        0xF2F5_2010, // F2FS
        0xCA45_1A4E, // bcachefs
        0x2FC1_2FC1, // ZFS
        0x3153_464A, // JFS
        0x5265_4973, // ReiserFS
        0x0000_3434, // NILFS
        0x0102_1994, // tmpfs
        0x8584_58F6, // ramfs
        0x794C_7630, // overlayfs
        0x0000_4D44, // FAT
        0x2011_BAB0, // exFAT
        0x7366_746E, // NTFS
        0x5346_544E, // NTFS, read only
        0x0000_482B, // HFS+
        0x7371_7368, // SquashFS
    ];

    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::unnecessary_cast,
        reason = "the type's width and sign differ by processor; all numbers have 32 bits"
    )]
    fn is_of_local(disk: rustix::io::Result<rustix::fs::StatFs>) -> bool {
        disk.is_ok_and(|about| LOCAL.contains(&(about.f_type as u32)))
    }

    /// Whether the disk of an open file is certainly local.
    #[cfg(target_os = "linux")]
    pub(crate) fn is_file_local(file: &File) -> bool {
        is_of_local(rustix::fs::fstatfs(file))
    }

    /// Whether the disk of a folder or a file is certainly local.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn is_local(path: &Path) -> bool {
        is_of_local(rustix::fs::statfs(path))
    }

    /// The same, by the flag that the system keeps for it.
    #[cfg(target_vendor = "apple")]
    pub(crate) fn is_local(path: &Path) -> bool {
        const MNT_LOCAL: u32 = 0x1000;
        rustix::fs::statfs(path).is_ok_and(|about| about.f_flags & MNT_LOCAL != 0)
    }

    /// Other systems do not say.
    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    pub(crate) fn is_local(_: &Path) -> bool {
        false
    }

    /// The path without links.
    pub(crate) fn resolve(path: &Path) -> io::Result<PathBuf> {
        std::fs::canonicalize(path)
    }

    /// Whether a file that is open to be read can be made durable. If `file` is a link, what counts is the disk that it
    /// leads to.
    pub(crate) fn flushes_readers(file: &Path) -> bool {
        is_local(file)
    }

    /// Checks that the file system has locks, by taking one of the kind that SQLite uses. It is released when
    /// the file is closed.
    pub(crate) fn try_locks(file: &File) -> io::Result<()> {
        match retry_on_intr(|| fcntl_lock(file, FlockOperation::NonBlockingLockShared)) {
            Ok(()) | Err(Errno::AGAIN | Errno::ACCESS) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Checks that files may be made in a folder.
    pub(crate) fn may_write(folder: &Path) -> io::Result<()> {
        Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
    }

    /// Whether the mode of what is at `path` keeps this user from writing to it. What is not there keeps nobody.
    pub(crate) fn forbids_writing(path: &Path) -> bool {
        access(path, Access::WRITE_OK).is_err_and(|error| error != Errno::NOENT)
    }

    /// Checks that files in a folder may be replaced. An attribute (chattr +a) can allow new names alone.
    pub(crate) fn may_rename(folder: &Path) -> io::Result<()> {
        may_write(folder)?;
        if takes_new_names_alone(folder) { Err(Errno::PERM.into()) } else { Ok(()) }
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn takes_new_names_alone(folder: &Path) -> bool {
        use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
        let about = statx(CWD, folder, AtFlags::empty(), StatxFlags::empty());
        about.is_ok_and(|about| about.stx_attributes.contains(StatxAttributes::APPEND))
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn takes_new_names_alone(_: &Path) -> bool {
        false
    }

    /// Checks that the file may be replaced by a new one with the same owner and group.
    pub(crate) fn may_replace(path: &Path, metadata: &Metadata) -> io::Result<()> {
        may_rename(folder_of(&std::fs::canonicalize(path)?))?;
        if may_give_rights(metadata)? { Ok(()) } else { Err(Errno::PERM.into()) }
    }

    /// Whether this user may give a file the owner, the group and all the rights that `metadata` has.
    pub(crate) fn may_give_rights(metadata: &Metadata) -> io::Result<bool> {
        let (user, group) = (geteuid(), Gid::from_raw(metadata.gid()));
        let is_mine = user == Uid::from_raw(metadata.uid())
            && (group == getegid() || getgroups()?.contains(&group));
        Ok(is_mine || user.is_root())
    }
}

#[cfg(unix)]
pub(crate) use unix::{
    flushes_readers, forbids_writing, is_local, may_give_rights, may_rename, may_replace,
    may_write, resolve, try_locks,
};

#[cfg(target_os = "linux")]
pub(crate) use unix::is_file_local;

#[cfg(windows)]
mod windows {
    use crate::platform::names::without_verbatim_prefix;
    use std::fs::{File, Metadata, TryLockError};
    use std::io;
    use std::path::{Component, Path, PathBuf, Prefix};

    /// Whether the disk of `folder` is local. The full path of a folder on a network drive begins with the
    /// server's name.
    pub(crate) fn is_local(folder: &Path) -> bool {
        let is_disk = |path: &Path| match path.components().next() {
            Some(Component::Prefix(prefix)) => {
                matches!(prefix.kind(), Prefix::Disk(_) | Prefix::VerbatimDisk(_))
            }
            _ => false,
        };
        std::fs::canonicalize(folder).is_ok_and(|path| is_disk(&path))
    }

    /// The path without links, as people write it.
    pub(crate) fn resolve(path: &Path) -> io::Result<PathBuf> {
        let resolved = std::fs::canonicalize(path)?;
        let plain = resolved.to_str().map(|path| without_verbatim_prefix(path).into());
        Ok(plain.unwrap_or(resolved))
    }

    pub(crate) fn flushes_readers(_: &Path) -> bool {
        false
    }

    pub(crate) fn try_locks(file: &File) -> io::Result<()> {
        match file.try_lock_shared() {
            Ok(()) | Err(TryLockError::WouldBlock) => Ok(()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Nothing is checked on Windows: only an attempt can show that.
    #[expect(clippy::unnecessary_wraps, reason = "not every platform has to try")]
    pub(crate) fn may_write(_: &Path) -> io::Result<()> {
        Ok(())
    }

    /// Nothing is checked on Windows: only an attempt can show that.
    pub(crate) fn forbids_writing(_: &Path) -> bool {
        false
    }

    /// Nothing is checked on Windows: only an attempt can show that.
    #[expect(clippy::unnecessary_wraps, reason = "not every platform has to try")]
    pub(crate) fn may_rename(_: &Path) -> io::Result<()> {
        Ok(())
    }

    /// Nothing is checked on Windows: only an attempt can show that.
    #[expect(clippy::unnecessary_wraps, reason = "not every platform has to try")]
    pub(crate) fn may_replace(_: &Path, _: &Metadata) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(windows)]
pub(crate) use windows::{
    flushes_readers, forbids_writing, is_local, may_rename, may_replace, may_write, resolve,
    try_locks,
};
