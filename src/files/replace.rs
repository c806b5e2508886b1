//! A file by another one in its place: old or new at every moment.

use crate::container::ContainerError;
use crate::container::zip::Piece;
use crate::disk::Storage;
use crate::files::OpenFile;
use crate::files::new_file::{clear_leftover, temporary_name};
use crate::platform::{self, folder_of, sync_folder};
use sha1::{Digest, Sha1};
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// What is copied and compared at a time, in bytes.
const STEP: usize = 1 << 20;

/// The file that is there now.
pub(crate) struct Replaced<T> {
    pub(crate) file: OpenFile,
    /// What was seen in it.
    pub(crate) seen: T,
    /// Whether its name is durable.
    pub(crate) durable: io::Result<()>,
}

/// The new file in the making, written from its beginning to its end.
pub(crate) struct Replacement<'a> {
    old: &'a OpenFile,
    to: &'a File,
    digest: Sha1,
    len: u64,
}

/// Puts the file that `write` writes in the place of `old`, which `path` leads to: with its owner, its
/// permissions and its lock, and when `see` has seen that it is good.
///
/// # Errors
/// As the system, `write` or `see` reports them: then the old file is there, as it was.
pub(crate) fn replace<T>(
    old: &mut OpenFile,
    path: &Path,
    write: impl FnOnce(&OpenFile, &mut Replacement<'_>) -> io::Result<()>,
    see: impl FnOnce(&OpenFile) -> io::Result<T>,
) -> io::Result<Replaced<T>> {
    check(old)?;
    let path_of_file = fs::canonicalize(path)?;
    let folder = folder_of(&path_of_file);
    let temporary = make(old, &path_of_file, write)?;
    let mut new = OpenFile::new(temporary.as_file().try_clone()?, temporary.path())?;
    let seen = see(&new)?;
    check(old)?;
    platform::step();
    let file = give_name(old, temporary, &path_of_file)?;
    new.set_path(path);
    let durable = sync_folder(folder).and_then(|()| platform::settle_name(&file));
    Ok(Replaced { file: new, seen, durable })
}

/// Puts the new file in the place of the old one. Where the system does not do that while the old one
/// is open, it is closed before.
fn give_name(old: &mut OpenFile, temporary: NamedTempFile, path: &Path) -> io::Result<File> {
    let (file, name) = temporary.into_parts();
    match fs::rename(&name, path) {
        Err(error) if platform::is_kept_by_handles(&error) => {
            old.close(file.try_clone()?);
            let renamed = check_name(old).and_then(|()| fs::rename(&name, path));
            if let Err(error) = renamed {
                *old = OpenFile::open_to_change(path)?;
                return Err(error);
            }
        }
        result => result?,
    }
    // There is nothing under the temporary name any more, and nothing there is ours to remove.
    let _ = name.keep();
    Ok(file)
}

/// Sees that the file has no other name, is what it was when it was opened, and is at its path.
fn check(old: &OpenFile) -> io::Result<()> {
    let now = old.file().metadata()?;
    if platform::identity(old.file(), &now).has_other_names() {
        return Err(ContainerError::OtherNames.into());
    }
    if is_changed(old.metadata(), &now)? {
        Err(ContainerError::Changed.into())
    } else {
        check_name(old)
    }
}

/// Sees that the file that was opened is at its path, unchanged.
fn check_name(old: &OpenFile) -> io::Result<()> {
    if !old.is_at_its_path() || is_changed(old.metadata(), &fs::metadata(old.path())?)? {
        return Err(ContainerError::Changed.into());
    }
    Ok(())
}

fn is_changed(then: &Metadata, now: &Metadata) -> io::Result<bool> {
    Ok(now.len() != then.len() || now.modified()? != then.modified()?)
}

/// The whole new file, durable and checked, under the name that a file on its way to `path` has. One that
/// a killed run has left under that name is in the way of nobody.
fn make(
    old: &OpenFile,
    path: &Path,
    write: impl FnOnce(&OpenFile, &mut Replacement<'_>) -> io::Result<()>,
) -> io::Result<NamedTempFile> {
    clear_leftover(path)?;
    let name = temporary_name(path)?;
    let temporary = tempfile::Builder::new()
        .prefix(name.file_name().unwrap_or_default())
        .rand_bytes(0)
        .make_in(folder_of(path), |name| platform::create_like(name, old.metadata()))?;
    let to = temporary.as_file();
    // The lock must not lapse when the file is replaced. Until the new one has it, it looks like one that
    // was left behind.
    if !platform::is_ours(&name, to) {
        return Err(ContainerError::Changed.into());
    }
    let mut new = Replacement { old, to, digest: Sha1::new(), len: 0 };
    write(old, &mut new)?;
    let (len, digest) = (new.len, new.digest.finalize());
    platform::take_over(old.file(), old.metadata(), to)?;
    platform::step();
    to.sync_all()?;
    let new = OpenFile::new(to.try_clone()?, temporary.path())?;
    verify(&new, len, digest.as_slice())?;
    Ok(temporary)
}

impl Replacement<'_> {
    /// Writes the next stretch.
    pub(crate) fn put(&mut self, piece: Piece) -> io::Result<()> {
        platform::step();
        match piece {
            Piece::New(bytes) => self.write(&bytes),
            Piece::Kept(kept) => {
                let mut buffer = vec![0; STEP];
                let mut at = kept.start;
                while at < kept.end {
                    let step = usize::try_from(kept.end - at).unwrap_or(STEP).min(STEP);
                    platform::read_exact_at(self.old.file(), &mut buffer[..step], at)?;
                    self.write(&buffer[..step])?;
                    at += step as u64;
                }
                Ok(())
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.len += bytes.len() as u64;
        let mut to = self.to;
        to.write_all(bytes)
    }
}

/// Compares what the disk holds of the new file with what was written.
fn verify(new: &OpenFile, len: u64, wanted: &[u8]) -> io::Result<()> {
    if new.len() != len {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let (mut digest, mut buffer, mut at) = (Sha1::new(), vec![0; STEP], 0);
    while at < len {
        let step = usize::try_from(len - at).unwrap_or(STEP).min(STEP);
        new.read_past_cache(at, &mut buffer[..step])?;
        digest.update(&buffer[..step]);
        at += step as u64;
    }
    if digest.finalize().as_slice() == wanted {
        Ok(())
    } else {
        Err(io::Error::other("what was written did not read back"))
    }
}
