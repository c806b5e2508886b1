//! Replacing a file: the old or the new one is there at every moment.

use crate::container::zip::Stretch;
use crate::disk::{ContainerError, MediaError, Storage};
use crate::files::new_file::{make_temporary, unless_displaced};
use crate::files::{OnePass, OpenFile};
use crate::platform::{self, folder_of, sync_folder};
use sha1::{Digest, Sha1};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// Bytes that are copied at a time.
const STEP: usize = 1 << 20;

/// The new file, in the place of the old one.
pub(crate) struct Replaced<T> {
    pub(crate) file: OpenFile,
    /// What `see` returned.
    pub(crate) seen: T,
    /// Whether its name is durable.
    pub(crate) durable: io::Result<()>,
}

/// The new file while it is written, from its start to its end.
pub(crate) struct Replacement<'a> {
    old: &'a OpenFile,
    to: &'a File,
    digest: Sha1,
    len: u64,
}

/// What was written of a new file.
struct Written {
    len: u64,
    digest: [u8; 20],
}

/// Replaces `old`, which is at `path` and by `path_of_file` without links, by the file that `write` writes, with the
/// same owner and permissions, and locked as well. `see` looks at the new file before, as its disk holds it, and can prevent that.
///
/// # Errors
/// Those of the system, of `write` and of `see`: then the old file is still there, unchanged.
pub(crate) fn replace<T>(
    old: &mut OpenFile,
    path: &Path,
    path_of_file: &Path,
    write: impl FnOnce(&OpenFile, &mut Replacement<'_>) -> Result<(), MediaError>,
    see: impl FnOnce(&OpenFile, &OnePass<'_>) -> Result<T, MediaError>,
) -> Result<Replaced<T>, MediaError> {
    check(old)?;
    let folder = folder_of(path_of_file);
    let (temporary, written) = make(old, path_of_file, write)?;
    let mut new = OpenFile::new(temporary.as_file().try_clone()?, temporary.path())?;
    let seen = verify(&new, &written, see)?;
    check(old)?;
    platform::step();
    let file = give_name(old, unless_displaced(temporary)?, path_of_file)?;
    new.renamed(path);
    let durable = sync_folder(folder).and_then(|()| platform::settle_name(&file));
    Ok(Replaced { file: new, seen, durable })
}

/// Renames the new file over the old one. If the system refuses that while the old one is open, the old
/// one is closed first.
fn give_name(
    old: &mut OpenFile,
    temporary: NamedTempFile,
    path: &Path,
) -> Result<File, MediaError> {
    let (file, name) = temporary.into_parts();
    match fs::rename(&name, path) {
        Err(error) if platform::is_kept_by_handles(&error) => {
            old.close(file.try_clone()?);
            let renamed = check_name(old).and_then(|()| Ok(fs::rename(&name, path)?));
            if let Err(error) = renamed {
                *old = OpenFile::open_to_change(path)?;
                return Err(error);
            }
        }
        result => result?,
    }
    // The temporary name is gone; a file that appears there later is not ours to remove.
    let _ = name.keep();
    Ok(file)
}

/// Checks that the file has no other name, is unchanged since it was opened, and is still at its path.
fn check(old: &OpenFile) -> Result<(), MediaError> {
    let now = old.file().metadata()?;
    if platform::identity(old.file(), &now).has_other_names() {
        return Err(ContainerError::OtherNames.into());
    }
    if platform::is_changed(old.metadata(), &now) {
        Err(ContainerError::Changed.into())
    } else {
        check_name(old)
    }
}

/// Checks that the file that was opened is still at its path, unchanged.
fn check_name(old: &OpenFile) -> Result<(), MediaError> {
    if !old.is_at_its_path() || platform::is_changed(old.metadata(), &fs::metadata(old.path())?) {
        return Err(ContainerError::Changed.into());
    }
    Ok(())
}

/// Makes the new file, durable, under the temporary name of `path`. One that a killed run left there is
/// removed first.
fn make(
    old: &OpenFile,
    path: &Path,
    write: impl FnOnce(&OpenFile, &mut Replacement<'_>) -> Result<(), MediaError>,
) -> Result<(NamedTempFile, Written), MediaError> {
    // The lock must not lapse when the file is replaced: the new one is locked from the start.
    let temporary = make_temporary(path, |name| platform::create_like(name, old.metadata()))?;
    let to = temporary.as_file();
    let mut new = Replacement { old, to, digest: Sha1::new(), len: 0 };
    write(old, &mut new)?;
    let written = Written { len: new.len, digest: new.digest.finalize().into() };
    platform::take_over(old.file(), old.metadata(), to)?;
    platform::step();
    to.sync_all()?;
    Ok((temporary, written))
}

impl Replacement<'_> {
    /// Writes the next stretch.
    pub(crate) fn put(&mut self, piece: Stretch) -> Result<(), MediaError> {
        platform::step();
        match piece {
            Stretch::New(bytes) => Ok(self.write(&bytes)?),
            Stretch::Kept(kept) => {
                let length = usize::try_from(kept.end.saturating_sub(kept.start));
                let mut buffer = vec![0; length.unwrap_or(STEP).min(STEP)];
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

/// Compares the new file, as the disk holds it, with what was written; `see` looks at it on the way.
fn verify<T>(
    new: &OpenFile,
    written: &Written,
    see: impl FnOnce(&OpenFile, &OnePass<'_>) -> Result<T, MediaError>,
) -> Result<T, MediaError> {
    if new.len() != written.len {
        return Err(MediaError::NotReadBack);
    }
    let disk = OnePass::new(new);
    let seen = see(new, &disk).map_err(|error| match error {
        MediaError::Container(_) => MediaError::NotReadBack,
        other => other,
    })?;
    if disk.finish()? == written.digest { Ok(seen) } else { Err(MediaError::NotReadBack) }
}
