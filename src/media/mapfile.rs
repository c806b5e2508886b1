//! GNU ddrescue's mapfile: which parts of an image were read from the diskette ("Mapfile structure" in
//! ddrescue's manual).

use crate::disk::{Flaw, FlawKind, MapfileError, SECTOR_LEN};
use crate::fat12::MAX_SECTORS;
use crate::files::unless_open_in_sqlite;
use crate::platform;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

/// The most bytes of a mapfile; those of diskettes are far shorter.
const MAX_LEN: u64 = 1 << 20;
/// How mapfiles begin: those that are written here, those of ddrescue 1.20 and later, and older ones. ddrescue's logs
/// of events, rates and reads begin differently.
const SIGNATURES: [&str; 3] = [
    "# Mapfile. Created by addpack",
    "# Mapfile. Created by GNU ddrescue",
    "# Rescue Logfile. Created by GNU ddrescue",
];
/// Some editors put it before a text.
const BYTE_ORDER_MARK: char = '\u{FEFF}';
/// The status of a block that was read.
const FINISHED: &str = "+";

/// The parts of an image that a rescue has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapfile {
    /// Ranges in bytes from the start of the image, in the order of the mapfile.
    rescued: Vec<Range<u64>>,
}

impl Mapfile {
    /// Reads a mapfile.
    ///
    /// # Errors
    /// If it cannot be read, or is not a mapfile.
    pub fn read(path: &Path) -> Result<Self, MapfileError> {
        Self::parse(&text(path)?)
    }

    /// Whether this file begins as mapfiles do.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn is_signed(path: &Path) -> io::Result<bool> {
        let mut start = Vec::new();
        open(path)?.take(256).read_to_end(&mut start)?;
        let start = String::from_utf8_lossy(&start);
        let start = start.trim_start_matches(BYTE_ORDER_MARK);
        Ok(SIGNATURES.iter().any(|signature| start.starts_with(signature)))
    }

    /// Parses the text of a mapfile: comments, a line of the rescue's state, and the blocks.
    ///
    /// # Errors
    /// The first line that is none of these, or that there is no block.
    pub fn parse(text: &str) -> Result<Self, MapfileError> {
        let text = text.trim_start_matches(BYTE_ORDER_MARK);
        let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        let mut lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let (number, state) = lines.next().ok_or(MapfileError::NoBlocks)?;
        let position = state.split_whitespace().next().and_then(number_of);
        position.ok_or(MapfileError::Line(number))?;
        let (mut rescued, mut has_block) = (Vec::new(), false);
        for (number, line) in lines {
            has_block = true;
            let (range, finished) = block(line).ok_or(MapfileError::Line(number))?;
            if finished {
                rescued.push(range);
            }
        }
        if has_block { Ok(Self { rescued }) } else { Err(MapfileError::NoBlocks) }
    }

    /// The sectors of an image of `len` bytes that were not read completely, up to [`MAX_SECTORS`].
    pub fn flaws(&self, len: u64) -> Vec<Flaw> {
        let sector_len = SECTOR_LEN as u64;
        let sectors = u32::try_from(len.div_ceil(sector_len)).unwrap_or(u32::MAX).min(MAX_SECTORS);
        // One pass over sectors and ranges together.
        let mut rescued = self.rescued.clone();
        rescued.sort_unstable_by_key(|range| range.start);
        let mut ranges = rescued.iter().peekable();
        let mut read_to = 0;
        let mut lost = |sector: &u32| {
            let start = u64::from(*sector) * sector_len;
            let end = (start + sector_len).min(len);
            read_to = read_to.max(start);
            while let Some(range) = ranges.next_if(|range| range.start <= read_to) {
                read_to = read_to.max(range.end);
            }
            read_to < end
        };
        let kind = FlawKind::NotRescued;
        (0..sectors).filter(|sector| lost(sector)).map(|sector| Flaw { sector, kind }).collect()
    }
}

fn open(path: &Path) -> io::Result<File> {
    platform::open_to_read(path).and_then(unless_open_in_sqlite)
}

fn text(path: &Path) -> Result<String, MapfileError> {
    let mut bytes = Vec::new();
    let file = open(path).map_err(MapfileError::Io)?;
    file.take(MAX_LEN + 1).read_to_end(&mut bytes).map_err(MapfileError::Io)?;
    if bytes.len() as u64 > MAX_LEN {
        return Err(MapfileError::TooLong(MAX_LEN));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A line of a block (offset, length, status): the range, and whether it was read.
fn block(line: &str) -> Option<(Range<u64>, bool)> {
    let fields: Vec<_> = line.split_whitespace().collect();
    let [start, length, mark] = fields.as_slice() else { return None };
    let (start, length) = (number_of(start)?, number_of(length)?);
    let known = matches!(*mark, "?" | "*" | "/" | "-" | FINISHED);
    known.then_some((start..start.checked_add(length)?, *mark == FINISHED))
}

/// A number in C's notation: `0x` for hexadecimal, `0` for octal.
fn number_of(text: &str) -> Option<u64> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        None => (text, 10),
    };
    u64::from_str_radix(digits, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "\
# Mapfile. Created by GNU ddrescue version 1.27
# current_pos  current_status  current_pass
0x00000600     +               1
#      pos        size  status
0x00000000  0x00000400  +
0x00000400  0x00000200  -
0x00000600  0x00000100  +
";

    fn lost(text: &str, len: u64) -> Vec<u32> {
        let map = Mapfile::parse(text).unwrap();
        map.flaws(len).into_iter().map(|flaw| flaw.sector).collect()
    }

    #[test]
    fn a_sector_is_lost_unless_all_of_it_was_read() {
        assert_eq!(lost(MAP, 0x900), [2, 3, 4]);
        assert_eq!(lost(MAP, 0x700), [2]);
        assert_eq!(lost(MAP, 0), [0; 0]);
    }

    #[test]
    fn a_sector_may_be_read_in_parts_and_blocks_in_any_order() {
        let text = "0 ? 1\n0x100 0x300 +\n0 0x100 +\n01000 512 +\n";
        assert_eq!(lost(text, 0x600), [2]);
    }

    #[test]
    fn byte_order_mark_and_carriage_returns_are_passed_over() {
        let text = format!("\u{FEFF}{}", MAP.replace('\n', "\r\n"));
        assert_eq!(lost(&text, 0x900), [2, 3, 4]);
    }

    #[test]
    fn what_no_mapfile_says_is_an_error() {
        for (text, line) in [
            ("", 0),
            ("# comment\n", 0),
            ("no state", 1),
            ("# Mapfile.\n0 +\n", 0),
            ("0 +\n0x0 0x200\n", 2),
            ("0 +\n\n0x0 0x200 !\n", 3),
            ("0 +\n0xFFFFFFFFFFFFFFFF 0x200 +\n", 2),
            ("0 +\n-1 0x200 +\n", 2),
        ] {
            match Mapfile::parse(text) {
                Err(MapfileError::Line(number)) => assert_eq!(number, line, "{text:?}"),
                Err(MapfileError::NoBlocks) => assert_eq!(0, line, "{text:?}"),
                other => panic!("{text:?}: {other:?}"),
            }
        }
    }
}
