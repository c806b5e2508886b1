//! Much text that is shown later: it is kept in memory, and in a temporary file once there is more than a little.

use crate::cli::words::in_temporary_folder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, Write};

/// How many bytes are written to the file at a time; fewer are kept in memory.
const BLOCK: usize = 256 * 1024;
/// How many bytes are read from it at a time.
const BUFFER: usize = 64 * 1024;

/// Pieces of text, in the order in which they were added. Once the file cannot be written, nothing more is added: what
/// can be read is always the first pieces, and all of each.
#[derive(Default)]
pub(crate) struct Spool {
    /// The first bytes, if there are many.
    file: Option<File>,
    /// How many bytes were written to the file; more may be there after a write that failed.
    in_file: u64,
    /// The bytes that follow.
    in_memory: Vec<u8>,
    failed: Option<io::ErrorKind>,
}

impl Spool {
    /// Whether nothing was added.
    pub(crate) fn is_empty(&self) -> bool {
        self.in_file == 0 && self.in_memory.is_empty()
    }

    /// Adds a piece, in parts that belong together.
    ///
    /// # Errors
    /// If the file cannot be written. This piece can still be read; those that are added from now on are lost, each with
    /// an error of the same kind.
    pub(crate) fn add(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        if let Some(failed) = self.failed {
            return Err(failed.into());
        }
        for part in parts {
            self.in_memory.extend_from_slice(part);
        }
        if self.in_memory.len() < BLOCK {
            return Ok(());
        }
        self.write_blocks().map_err(|error| {
            self.failed = Some(error.kind());
            in_temporary_folder(&error)
        })
    }

    /// Moves whole blocks to the file. What could not be written stays in memory.
    fn write_blocks(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile()?),
        };
        let blocks = self.in_memory.len() / BLOCK * BLOCK;
        file.write_all(&self.in_memory[..blocks])?;
        self.in_file += blocks as u64;
        self.in_memory.drain(..blocks);
        Ok(())
    }

    /// All pieces, to be read. Nothing may be added after that.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn reader(&self) -> io::Result<Box<dyn BufRead + '_>> {
        from_beginning(self.file.as_ref(), self.in_file, &self.in_memory[..])
    }

    /// The same, for one who keeps them.
    ///
    /// # Errors
    /// The same.
    pub(crate) fn into_reader(self) -> io::Result<Box<dyn BufRead>> {
        from_beginning(self.file, self.in_file, Cursor::new(self.in_memory))
    }
}

fn from_beginning<'a>(
    file: Option<impl Read + Seek + 'a>,
    in_file: u64,
    in_memory: impl BufRead + 'a,
) -> io::Result<Box<dyn BufRead + 'a>> {
    let Some(mut file) = file else { return Ok(Box::new(in_memory)) };
    file.rewind().map_err(|error| in_temporary_folder(&error))?;
    Ok(Box::new(BufReader::with_capacity(BUFFER, file.take(in_file)).chain(in_memory)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A piece of a length of its own.
    fn piece(number: usize) -> Vec<u8> {
        format!("{number} {}\n", "x".repeat(number % 100)).into_bytes()
    }

    fn all(spool: &Spool) -> Vec<u8> {
        let mut all = Vec::new();
        spool.reader().unwrap().read_to_end(&mut all).unwrap();
        all
    }

    #[test]
    fn what_was_added_up_to_an_error_is_whole_and_nothing_follows() {
        let temporary = tempfile::NamedTempFile::new().unwrap();
        let mut spool = Spool { file: Some(temporary.reopen().unwrap()), ..Spool::default() };
        let mut added = Vec::new();
        let mut numbers = 0..;
        while spool.in_file < 2 * BLOCK as u64 {
            let piece = piece(numbers.next().unwrap());
            added.extend_from_slice(&piece);
            spool.add(&[&piece[..1], &piece[1..]]).unwrap();
        }
        // A write that fails in the middle leaves bytes behind those that count.
        spool.file.as_mut().unwrap().write_all(b"half a line").unwrap();
        spool.file = Some(File::open(temporary.path()).unwrap());
        let error = loop {
            let piece = piece(numbers.next().unwrap());
            added.extend_from_slice(&piece);
            if let Err(error) = spool.add(&[&piece]) {
                break error;
            }
        };
        let folder = std::env::temp_dir();
        assert!(error.to_string().contains(folder.to_str().unwrap()), "{error}");
        // Not even where there is room again.
        spool.file = Some(temporary.reopen().unwrap());
        for number in numbers.take(10_000) {
            assert!(spool.add(&[&piece(number)]).is_err());
        }
        assert!(all(&spool) == added && all(&spool) == added);
        let mut kept = Vec::new();
        spool.into_reader().unwrap().read_to_end(&mut kept).unwrap();
        assert!(kept == added);
    }
}
