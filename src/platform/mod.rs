//! All that differs between platforms.

mod cause;
mod copy;
mod direct;
mod drive;
mod drives;
mod file_system;
mod steps;
mod unnamed;

pub(crate) use cause::{Cause, cause};
pub(crate) use copy::copy;
pub(crate) use direct::{
    advise_random, read_direct, read_past_cache, reads_past_cache, write_direct,
};
pub(crate) use drive::{Use, is_drive, is_no_medium, is_read_only, mount_point, open_drive};
pub use drives::{FoundDrive, drives, readers_group};
pub(crate) use file_system::{is_local, may_replace, may_write, try_locks};
pub use steps::before_each_step;
pub(crate) use steps::step;
pub(crate) use unnamed::{link, unnamed, way_to};

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// What tells one file from every other, whatever its name: device and inode.
pub(crate) type FileId = (u64, u64);

/// Takes a lock; a signal in between is no reason to give up.
pub(crate) fn without_interruption(
    lock: impl Fn() -> Result<(), TryLockError>,
) -> Result<(), TryLockError> {
    loop {
        match lock() {
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// The folder that a path's last name stands in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

#[cfg(unix)]
mod unix {
    use super::{File, FileId, Metadata, OpenOptions, Path, PathBuf, io};
    use rustix::buffer::spare_capacity;
    use rustix::fs::{Mode, OFlags, open, openat};
    use std::ffi::OsStr;
    use std::fs::Permissions;
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};

    /// Far more than all images of two groups, and a file for each worker.
    const MANY: u64 = 512;

    pub(crate) fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        file.read_exact_at(buffer, offset)
    }

    /// What a file begins with; the room for it is not cleared before.
    pub(crate) fn read_start(file: &File, length: usize) -> io::Result<Vec<u8>> {
        let mut start = Vec::with_capacity(length);
        if length > 0 {
            let pread = || rustix::io::pread(file, spare_capacity(&mut start), 0);
            let read = rustix::io::retry_on_intr(pread)?.min(length);
            start.resize(length, 0);
            // The rest of it, as far as there is one.
            read_exact_at(file, &mut start[read..], read as u64)?;
        }
        Ok(start)
    }

    pub(crate) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        file.write_all_at(bytes, offset)
    }

    /// An open folder.
    #[derive(Debug)]
    pub(crate) struct Folder(OwnedFd);

    impl Folder {
        pub(crate) fn open(path: &Path) -> io::Result<Self> {
            Ok(Self(open(
                path,
                OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC,
                Mode::empty(),
            )?))
        }

        /// Opens a file in it to be read.
        pub(crate) fn open_file(&self, name: &OsStr) -> io::Result<File> {
            let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
            Ok(openat(&self.0, name, flags, Mode::empty())?.into())
        }
    }

    /// How images are opened: a pipe that nobody writes to must not make a run wait.
    pub(crate) fn open_options() -> OpenOptions {
        let mut options = OpenOptions::new();
        options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
        options
    }

    /// The file's identity.
    #[expect(clippy::unnecessary_wraps, reason = "not every platform has one")]
    pub(crate) fn file_id(metadata: &Metadata) -> Option<FileId> {
        Some((metadata.dev(), metadata.ino()))
    }

    /// The path that is written with these bytes.
    pub(crate) fn path_from_bytes(bytes: Vec<u8>) -> PathBuf {
        use std::os::unix::ffi::OsStringExt;
        std::ffi::OsString::from_vec(bytes).into()
    }

    /// Makes the names in a folder durable.
    pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
        super::step();
        File::open(folder)?.sync_all()
    }

    /// Gives a file the owner, the permissions and the extended attributes of the one that it is to
    /// replace; what the system labels by itself is left to it.
    pub(crate) fn take_over(from: &File, metadata: &Metadata, to: &File) -> io::Result<()> {
        use rustix::fs::{Gid, Uid, XattrFlags, fchown, fgetxattr, flistxattr, fsetxattr};
        let made = to.metadata()?;
        if (made.uid(), made.gid()) != (metadata.uid(), metadata.gid()) {
            let (owner, group) = (Uid::from_raw(metadata.uid()), Gid::from_raw(metadata.gid()));
            fchown(to, Some(owner), Some(group))?;
        }
        to.set_permissions(metadata.permissions())?;
        let (mut names, mut value) = (vec![0; 1 << 16], vec![0; 1 << 16]);
        // A file system without such attributes has none to keep.
        let length = flistxattr(from, &mut names[..]).unwrap_or(0);
        let names = names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty());
        for name in names.filter(|name| !name.starts_with(b"security.")) {
            let length = fgetxattr(from, name, &mut value[..])?;
            fsetxattr(to, name, &value[..length], XattrFlags::empty())?;
        }
        Ok(())
    }

    /// Of a file's permissions those that a copy by another user would have, before that one's mask.
    #[expect(clippy::unnecessary_wraps, reason = "not every platform has such")]
    pub(crate) fn rights_of_copy(permissions: &Permissions) -> Option<Permissions> {
        Some(Permissions::from_mode(permissions.mode() & 0o777))
    }

    /// The permissions of a new file, before the user's mask.
    #[expect(clippy::unnecessary_wraps, reason = "not every platform has such")]
    pub(crate) fn usual_permissions() -> Option<Permissions> {
        Some(Permissions::from_mode(0o666))
    }

    /// Whether there is no need to be sparing with open files.
    pub(crate) fn may_open_many() -> bool {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        limit.is_none_or(|files| files >= MANY)
    }

    /// Whether the file has more than one name.
    pub(crate) fn has_other_names(metadata: &Metadata) -> bool {
        metadata.nlink() > 1
    }
}

#[cfg(unix)]
pub(crate) use unix::{
    Folder, file_id, has_other_names, may_open_many, open_options, path_from_bytes, read_exact_at,
    read_start, rights_of_copy, sync_folder, take_over, usual_permissions, write_all_at,
};

#[cfg(windows)]
mod windows {
    use super::{File, FileId, Metadata, OpenOptions, Path, PathBuf, io};
    use std::ffi::OsStr;
    use std::os::windows::fs::FileExt;

    pub(crate) fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let mut done = 0;
        while done < buffer.len() {
            match file.seek_read(&mut buffer[done..], offset + done as u64)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => done += read,
            }
        }
        Ok(())
    }

    pub(crate) fn read_start(file: &File, length: usize) -> io::Result<Vec<u8>> {
        let mut start = vec![0; length];
        read_exact_at(file, &mut start, 0).map(|()| start)
    }

    pub(crate) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut done = 0;
        while done < bytes.len() {
            match file.seek_write(&bytes[done..], offset + done as u64)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                written => done += written,
            }
        }
        Ok(())
    }

    #[derive(Debug)]
    pub(crate) struct Folder(PathBuf);

    impl Folder {
        #[expect(clippy::unnecessary_wraps, reason = "not every platform goes by paths")]
        pub(crate) fn open(path: &Path) -> io::Result<Self> {
            Ok(Self(path.to_owned()))
        }

        pub(crate) fn open_file(&self, name: &OsStr) -> io::Result<File> {
            File::open(self.0.join(name))
        }
    }

    pub(crate) fn open_options() -> OpenOptions {
        OpenOptions::new()
    }

    /// Not to be had there without a handle: files are told apart by path only.
    pub(crate) fn file_id(_: &Metadata) -> Option<FileId> {
        None
    }

    pub(crate) fn path_from_bytes(bytes: Vec<u8>) -> PathBuf {
        String::from_utf8_lossy(&bytes).into_owned().into()
    }

    /// A folder cannot be synced there; its file system journals the names.
    pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
        super::step();
        Ok(())
    }

    pub(crate) fn take_over(_: &File, metadata: &Metadata, to: &File) -> io::Result<()> {
        to.set_permissions(metadata.permissions())
    }

    pub(crate) fn rights_of_copy(_: &std::fs::Permissions) -> Option<std::fs::Permissions> {
        None
    }

    pub(crate) fn usual_permissions() -> Option<std::fs::Permissions> {
        None
    }

    pub(crate) fn may_open_many() -> bool {
        true
    }

    pub(crate) fn has_other_names(_: &Metadata) -> bool {
        false
    }
}

#[cfg(windows)]
pub(crate) use windows::{
    Folder, file_id, has_other_names, may_open_many, open_options, path_from_bytes, read_exact_at,
    read_start, rights_of_copy, sync_folder, take_over, usual_permissions, write_all_at,
};
