//! Why a file is not a mapfile.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::io;

/// Why a file is not a mapfile.
#[derive(Debug)]
pub enum MapfileError {
    /// It could not be read.
    Io(io::Error),
    /// It is longer than any mapfile of a diskette: than this many bytes.
    TooLong(u64),
    /// This line, counted from 1, is not one of a mapfile; 0 where no line says what was read.
    Line(usize),
}

impl Display for MapfileError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "{error}"),
            Self::TooLong(limit) => write!(f, "longer than {limit} bytes"),
            Self::Line(0) => write!(f, "no line tells what was read"),
            Self::Line(number) => write!(f, "line {number}"),
        }
    }
}

impl Error for MapfileError {}
