//! What a disk holds of a file, read once from its beginning to its end.

use super::OpenFile;
use crate::disk::{MediaError, Storage};
use sha1::{Digest, Sha1};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes that are read from the disk at a time.
const STEP: usize = 1 << 20;

/// A file as its disk holds it, past every cache. If its parts are read in order, each byte is read once, and a
/// digest of the whole file comes with it.
pub(crate) struct OnePass<'a> {
    file: &'a OpenFile,
    pass: Mutex<Pass>,
}

struct Pass {
    /// Of all bytes up to the end of the chunk.
    digest: Sha1,
    /// The bytes that were read last, and where they begin.
    chunk: Vec<u8>,
    begin: u64,
}

impl<'a> OnePass<'a> {
    pub(super) fn new(file: &'a OpenFile) -> Self {
        let pass = Pass { digest: Sha1::new(), chunk: Vec::new(), begin: 0 };
        Self { file, pass: Mutex::new(pass) }
    }

    /// Reads up to the end of the file. The digest of all of it.
    ///
    /// # Errors
    /// As the system reports them.
    pub(super) fn finish(self) -> Result<[u8; 20], MediaError> {
        let mut pass = self.pass();
        while pass.end() < self.file.len() {
            pass.go_on(self.file)?;
        }
        Ok(std::mem::take(&mut pass.digest).finalize().into())
    }

    fn pass(&self) -> MutexGuard<'_, Pass> {
        self.pass.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass {
    fn end(&self) -> u64 {
        self.begin + self.chunk.len() as u64
    }

    /// Reads the next chunk.
    fn go_on(&mut self, file: &OpenFile) -> Result<(), MediaError> {
        let begin = self.end();
        let length = usize::try_from(file.len() - begin).unwrap_or(STEP).min(STEP);
        self.chunk.resize(length, 0);
        self.begin = begin;
        file.read_past_cache(begin, &mut self.chunk)?;
        self.digest.update(&self.chunk);
        Ok(())
    }

    /// The bytes from an offset to the end of their chunk; `None` if the pass is already beyond them.
    fn at(&mut self, file: &OpenFile, offset: u64) -> Result<Option<&[u8]>, MediaError> {
        if offset >= file.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        while offset >= self.end() {
            self.go_on(file)?;
        }
        let from = offset.checked_sub(self.begin).and_then(|from| usize::try_from(from).ok());
        Ok(from.map(|from| &self.chunk[from..]))
    }
}

impl Storage for OnePass<'_> {
    fn len(&self) -> u64 {
        self.file.len()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        let mut pass = self.pass();
        let mut done = 0;
        while done < buffer.len() {
            let rest = &mut buffer[done..];
            let Some(bytes) = pass.at(self.file, offset + done as u64)? else {
                return self.file.read_past_cache(offset + done as u64, rest);
            };
            let length = bytes.len().min(rest.len());
            rest[..length].copy_from_slice(&bytes[..length]);
            done += length;
        }
        Ok(())
    }

    fn read_past_cache(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MediaError> {
        self.read(offset, buffer)
    }

    fn write(&self, _: u64, _: &[u8]) -> Result<(), MediaError> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync(&self) -> Result<(), MediaError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn parts_in_their_order_are_read_once_and_make_the_digest_of_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let bytes: Vec<u8> = (0..251).cycle().take(3 * STEP + 77).collect();
        fs::write(&path, &bytes).unwrap();
        let file = OpenFile::open(&path).unwrap();
        for parts in [&[][..], &[0..10, 10..STEP + 5, 2 * STEP..3 * STEP + 77], &[9..11, 3..8]] {
            let pass = OnePass::new(&file);
            for part in parts {
                let mut held = vec![0; part.len()];
                pass.read(part.start as u64, &mut held).unwrap();
                assert!(held == bytes[part.clone()], "{part:?}");
            }
            assert!(pass.read(bytes.len() as u64, &mut [0]).is_err());
            assert_eq!(pass.finish().unwrap(), <[u8; 20]>::from(Sha1::digest(&bytes)));
        }
    }
}
