//! The list of the diskettes whose images a folder keeps, in a text file beside the images.
//!
//! An image shows neither the number that a queue gave its diskette, nor whether the pack had been converted from
//! another copy by the time that the diskette was read. The list has both, and goes where the images go, whatever becomes
//! of their file times. It has the numbers of diskettes of which nothing could be read, too, so that no other one gets
//! them. Lines are only ever added to it.

use crate::files::{make_folder, unless_open_in_sqlite};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::str::SplitWhitespace;

/// The name of the list in its folder.
pub const LIST_NAME: &str = "addpack-diskettes.txt";

/// The first line. A file that begins otherwise is not a list, and is left alone.
const HEADER: &str = "# The diskettes of this folder, as addpack --queue has numbered them: number, image, and \
                      \"copy\" for a copy of a converted pack\n";

/// What is read of a list: far more than any box of diskettes needs.
const MOST: u64 = 1 << 20;

/// The largest number of a diskette. A list with a larger one was not made by a queue.
const LARGEST: usize = 1_000_000;

/// Behind the image of a diskette that was a copy of a converted pack when it was read.
const COPY: &str = "copy";

/// Behind the number of a diskette of which nothing could be read, where others have their image: its label has the
/// number. The names of images end in `.img`.
const UNREAD: &str = "unread";

/// Behind the same number once the diskette could be read.
const READ: &str = "read";

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
    let Some(text) = text_to_add_to(folder)? else { return Ok(()) };
    if parse(folder, &text).contains(diskette) {
        return Ok(());
    }
    let copy = if diskette.was_copy { COPY } else { "" };
    append(folder, &text, format!("{} {name} {copy}", diskette.number).trim_end())
}

/// The numbers of the diskettes of which nothing could be read yet.
pub fn unreadable(folder: &Path) -> BTreeSet<usize> {
    read(&folder.join(LIST_NAME)).map_or_else(|_| BTreeSet::new(), |text| parse_unreadable(&text))
}

/// Sets down that nothing of the diskette with this number could be read, or that it could be by now. The folder is made
/// if necessary.
///
/// # Errors
/// As [`add`].
pub fn set_unreadable(folder: &Path, number: usize, is_unreadable: bool) -> io::Result<()> {
    let Some(text) = text_to_add_to(folder)? else { return Ok(()) };
    if parse_unreadable(&text).contains(&number) == is_unreadable {
        return Ok(());
    }
    make_folder(folder)?;
    append(folder, &text, &format!("{number} {}", if is_unreadable { UNREAD } else { READ }))
}

/// What is in the list; nothing if there is none yet, and `None` if the file is not a list.
fn text_to_add_to(folder: &Path) -> io::Result<Option<String>> {
    let text = match read(&folder.join(LIST_NAME)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read?,
    };
    let is_list = text.is_empty() || text.starts_with(HEADER);
    Ok(is_list.then_some(text))
}

/// Adds a line to the list, which holds `text`.
fn append(folder: &Path, text: &str, line: &str) -> io::Result<()> {
    let before = match text {
        "" => HEADER,
        text if text.ends_with('\n') => "",
        _ => "\n",
    };
    let file = OpenOptions::new().append(true).create(true).open(folder.join(LIST_NAME));
    let mut file = file.and_then(unless_open_in_sqlite)?;
    file.write_all(format!("{before}{line}\n").as_bytes())?;
    file.sync_all()
}

fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path).and_then(unless_open_in_sqlite)?.take(MOST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn parse(folder: &Path, text: &str) -> Vec<Listed> {
    lines(text).filter_map(|(number, words)| parse_image(folder, number, words)).collect()
}

fn parse_unreadable(text: &str) -> BTreeSet<usize> {
    let mut unreadable = BTreeSet::new();
    for (number, mut words) in lines(text) {
        if words.next() == Some(UNREAD) {
            unreadable.insert(number);
        } else {
            unreadable.remove(&number);
        }
    }
    unreadable
}

/// The number in each line, and the words behind it.
fn lines(text: &str) -> impl Iterator<Item = (usize, SplitWhitespace<'_>)> {
    let lines = text.strip_prefix(HEADER).unwrap_or("");
    // A crash may have cut the last line short.
    let whole = lines.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    whole.filter_map(|line| {
        let mut words = line.split_whitespace();
        let number = words.next()?.parse().ok().filter(|number| (1..=LARGEST).contains(number))?;
        Some((number, words))
    })
}

fn parse_image(folder: &Path, number: usize, mut words: SplitWhitespace<'_>) -> Option<Listed> {
    let name = words.next().filter(|name| Path::new(name).file_name() == Some(name.as_ref()))?;
    let is_image = ![UNREAD, READ].contains(&name);
    let was_copy = words.next() == Some(COPY);
    is_image.then(|| Listed { number, image: folder.join(name), was_copy })
}
