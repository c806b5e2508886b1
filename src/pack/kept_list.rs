//! The list of the diskettes whose images a folder keeps, in a text file beside the images.
//!
//! An image shows neither the number that a queue gave its diskette, nor whether the pack had been converted from
//! another copy by the time that the diskette was read. The list has both, and goes where the images go, whatever becomes
//! of their file times. Lines are only ever added to it.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The name of the list in its folder.
pub const LIST_NAME: &str = "addpack-diskettes.txt";

/// The first line. A file that begins otherwise is not a list, and is left alone.
const HEADER: &str = "# The diskettes of this folder, as addpack --queue has numbered them: number, image, and \
                      \"copy\" for a copy of a converted pack\n";

/// What is read of a list: far more than any box of diskettes needs.
const MOST: u64 = 1 << 20;

/// Behind the image of a diskette that was a copy of a converted pack when it was read.
const COPY: &str = "copy";

/// A diskette in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its number, from 1.
    pub number: usize,
    /// Its image.
    pub image: PathBuf,
    /// Whether its pack had been converted from another copy when the diskette was read.
    pub was_copy: bool,
}

/// The diskettes in the list of `folder`, in the order in which they were added; none if there is no list.
pub fn listed(folder: &Path) -> Vec<Listed> {
    read(&folder.join(LIST_NAME)).map_or_else(|_| Vec::new(), |text| parse(folder, &text))
}

/// Adds a diskette to the list of the folder that its image is in, unless it is there already.
///
/// # Errors
/// Those of the folder. A file by the list's name that is not a list is left alone; that is not an error.
pub fn add(folder: &Path, diskette: &Listed) -> io::Result<()> {
    let Some(name) = diskette.image.file_name().and_then(|name| name.to_str()) else {
        return Ok(());
    };
    let path = folder.join(LIST_NAME);
    let text = match read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read?,
    };
    let is_list = text.is_empty() || text.starts_with(HEADER);
    if !is_list || parse(folder, &text).contains(diskette) {
        return Ok(());
    }
    let mut line = if text.is_empty() { HEADER.to_owned() } else { String::new() };
    if !text.is_empty() && !text.ends_with('\n') {
        line.push('\n');
    }
    let copy = if diskette.was_copy { COPY } else { "" };
    let _ = writeln!(line, "{}", format!("{} {name} {copy}", diskette.number).trim_end());
    let mut file = OpenOptions::new().append(true).create(true).open(&path)?;
    file.write_all(line.as_bytes())?;
    file.sync_all()
}

fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn parse(folder: &Path, text: &str) -> Vec<Listed> {
    let Some(lines) = text.strip_prefix(HEADER) else { return Vec::new() };
    // A crash may have cut the last line short.
    let whole = lines.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    whole.filter_map(|line| parse_line(folder, line)).collect()
}

fn parse_line(folder: &Path, line: &str) -> Option<Listed> {
    let mut words = line.split_whitespace();
    let number = words.next()?.parse().ok().filter(|number| *number > 0)?;
    let name = words.next().filter(|name| Path::new(name).file_name() == Some(name.as_ref()))?;
    Some(Listed { number, image: folder.join(name), was_copy: words.next() == Some(COPY) })
}
