//! Copying a file, with its holes.

use std::fs::File;
use std::io;

#[cfg(target_os = "linux")]
mod linux {
    use super::{File, io};
    use crate::platform::{read_exact_at, write_all_at};
    use rustix::fs::{SeekFrom, copy_file_range, seek};
    use rustix::io::Errno;
    use std::ops::Range;

    /// Bytes that are copied at a time if the system has no call for copying.
    const PART: u64 = 1 << 20;

    /// Copies the first `length` bytes of `from` to `to`, which is new and empty.
    pub(crate) fn copy(from: &File, to: &File, length: u64) -> io::Result<()> {
        to.set_len(length)?;
        let mut done = 0;
        while let Some(data) = next_data(from, done, length)? {
            done = data.end;
            copy_data(from, to, data)?;
        }
        Ok(())
    }

    /// The next part of a file that is not a hole; the whole rest, if the file system has no holes.
    fn next_data(file: &File, start: u64, length: u64) -> io::Result<Option<Range<u64>>> {
        let rest = Some(start..length).filter(|rest| !rest.is_empty());
        let Some(Range { start, .. }) = rest else { return Ok(None) };
        let data = match seek(file, SeekFrom::Data(start)) {
            Err(Errno::NXIO) => return Ok(None),
            Err(Errno::INVAL | Errno::OPNOTSUPP) => return Ok(rest),
            found => found?,
        };
        let hole = seek(file, SeekFrom::Hole(data))?;
        Ok(Some(data..hole.min(length)).filter(|data| !data.is_empty()))
    }

    fn copy_data(from: &File, to: &File, data: Range<u64>) -> io::Result<()> {
        let Range { mut start, end } = data;
        while start < end {
            let (mut input, mut output) = (start, start);
            let part = usize::try_from((end - start).min(PART)).unwrap_or(usize::MAX);
            let copied = copy_file_range(from, Some(&mut input), to, Some(&mut output), part);
            start += match copied {
                // Not every file system can do it, and some then return 0.
                Err(Errno::INTR) => 0,
                Ok(0) | Err(Errno::XDEV | Errno::INVAL | Errno::OPNOTSUPP | Errno::NOSYS) => {
                    copy_by_hand(from, to, start, part)?;
                    part as u64
                }
                copied => copied? as u64,
            };
        }
        Ok(())
    }

    fn copy_by_hand(from: &File, to: &File, start: u64, length: usize) -> io::Result<()> {
        let mut bytes = vec![0; length];
        read_exact_at(from, &mut bytes, start)?;
        write_all_at(to, &bytes, start)
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::os::unix::fs::{FileExt, MetadataExt};

        const LENGTH: u64 = 1_474_560;

        #[test]
        fn data_is_copied_and_holes_stay_holes() -> io::Result<()> {
            let (from, to) = (tempfile::tempfile()?, tempfile::tempfile()?);
            from.set_len(LENGTH)?;
            for (at, byte) in [(0, 1), (700_000, 2), (LENGTH - 1, 3)] {
                from.write_all_at(&[byte], at)?;
            }
            copy(&from, &to, LENGTH)?;
            let (mut wanted, mut held) = (vec![0; 1_474_560], vec![0; 1_474_560]);
            from.read_exact_at(&mut wanted, 0)?;
            to.read_exact_at(&mut held, 0)?;
            assert!(wanted == held);
            assert_eq!(to.metadata()?.len(), LENGTH);
            assert!(to.metadata()?.blocks() * 512 < LENGTH / 4, "holes became zeros");
            Ok(())
        }

        #[test]
        fn what_the_system_does_not_copy_is_copied_by_hand() -> io::Result<()> {
            let (from, to) = (tempfile::tempfile()?, tempfile::tempfile()?);
            from.write_all_at(&[7; 5000], 0)?;
            copy_by_hand(&from, &to, 1000, 3000)?;
            let mut held = [0; 4000];
            to.read_exact_at(&mut held, 0)?;
            assert!(held[..1000] == [0; 1000] && held[1000..] == [7; 3000]);
            Ok(())
        }

        #[test]
        fn file_that_has_become_shorter_is_an_error() -> io::Result<()> {
            let (from, to) = (tempfile::tempfile()?, tempfile::tempfile()?);
            from.write_all_at(&[7; 5000], 0)?;
            assert!(copy_data(&from, &to, 0..6000).is_err());
            Ok(())
        }
    }
}

#[cfg(target_os = "linux")]
pub(crate) use linux::copy;

/// Copies the first `length` bytes of `from` to `to`, which is new and empty.
#[cfg(not(target_os = "linux"))]
pub(crate) fn copy(mut from: &File, mut to: &File, length: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    from.seek(SeekFrom::Start(0))?;
    let copied = io::copy(&mut from.take(length), &mut to)?;
    if copied == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
