//! A file by another one in its place: old or new at every moment.

use crate::container::ContainerError;
use crate::container::zip::Piece;
use crate::platform::{self, folder_of, sync_folder};
use sha1::{Digest, Sha1};
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// What is copied and compared at a time, in bytes.
const STEP: usize = 1 << 20;

/// The file that is to be replaced.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Old<'a> {
    /// Open to be read.
    pub(crate) file: &'a File,
    /// What the system knew of it when it was opened.
    pub(crate) metadata: &'a Metadata,
    /// What leads to it.
    pub(crate) path: &'a Path,
}

/// A file in the making, written from its beginning to its end.
pub(crate) struct Replacement<'a> {
    old: &'a File,
    to: &'a File,
    digest: Sha1,
    len: u64,
}

/// The file that is there now.
pub(crate) struct Replaced<T> {
    pub(crate) file: File,
    /// What was seen in it.
    pub(crate) seen: T,
    /// Whether its name is durable.
    pub(crate) durable: io::Result<()>,
}

/// Puts the file that `write` writes in the place of `old`: with its owner, its permissions and its lock,
/// and when `see` has seen that it is good.
///
/// # Errors
/// As the system, `write` or `see` reports them: then the old file is there, as it was.
pub(crate) fn replace<T>(
    old: Old<'_>,
    write: impl FnOnce(&mut Replacement<'_>) -> io::Result<()>,
    see: impl FnOnce(&File, &Path) -> io::Result<T>,
) -> io::Result<Replaced<T>> {
    old.check()?;
    let path = fs::canonicalize(old.path)?;
    let folder = folder_of(&path);
    let temporary = make(old, folder, write)?;
    let seen = see(temporary.as_file(), temporary.path())?;
    old.check()?;
    platform::step();
    let file = temporary.persist(&path).map_err(|error| error.error)?;
    Ok(Replaced { file, seen, durable: sync_folder(folder) })
}

impl Old<'_> {
    /// Sees that the file is at its path, has no other name, and is what it was when it was opened.
    fn check(&self) -> io::Result<()> {
        let now = self.file.metadata()?;
        let then = self.metadata;
        if platform::has_other_names(&now) {
            return Err(ContainerError::OtherNames.into());
        }
        let there = fs::metadata(self.path);
        let is_at_its_path =
            there.is_ok_and(|there| platform::file_id(&there) == platform::file_id(then));
        if !is_at_its_path || now.len() != then.len() || now.modified()? != then.modified()? {
            return Err(ContainerError::Changed.into());
        }
        Ok(())
    }
}

/// The whole new file, durable and checked, under a name of its own. One that a killed run has left
/// under that name is in the way of nobody: whoever writes here holds the old file's lock.
fn make(
    old: Old<'_>,
    folder: &Path,
    write: impl FnOnce(&mut Replacement<'_>) -> io::Result<()>,
) -> io::Result<NamedTempFile> {
    let name = format!(".addpack-{}.tmp", platform::file_id(old.metadata).map_or(0, |id| id.1));
    match fs::remove_file(folder.join(&name)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let temporary =
        tempfile::Builder::new().prefix(&name).suffix("").rand_bytes(0).tempfile_in(folder)?;
    let to = temporary.as_file();
    // The lock must not lapse when the file is replaced; a file system without locks has none.
    let _ = to.try_lock();
    let mut new = Replacement { old: old.file, to, digest: Sha1::new(), len: 0 };
    write(&mut new)?;
    let (len, digest) = (new.len, new.digest.finalize());
    platform::take_over(old.file, old.metadata, to)?;
    platform::step();
    to.sync_all()?;
    verify(to, temporary.path(), len, digest.as_slice())?;
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
                    platform::read_exact_at(self.old, &mut buffer[..step], at)?;
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
fn verify(file: &File, path: &Path, len: u64, wanted: &[u8]) -> io::Result<()> {
    if file.metadata()?.len() != len {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let (mut digest, mut buffer, mut at) = (Sha1::new(), vec![0; STEP], 0);
    while at < len {
        let step = usize::try_from(len - at).unwrap_or(STEP).min(STEP);
        platform::read_past_cache(file, path, &mut buffer[..step], at)?;
        digest.update(&buffer[..step]);
        at += step as u64;
    }
    if digest.finalize().as_slice() == wanted {
        Ok(())
    } else {
        Err(io::Error::other("what was written did not read back"))
    }
}
