//! Why a mapfile cannot be used.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::io;

/// Why a file cannot be used as a mapfile.
#[derive(Debug)]
pub enum MapfileError {
    /// It could not be read.
    Io(io::Error),
    /// It is longer than this many bytes, which no mapfile of a diskette is.
    TooLong(u64),
    /// This line, counted from 1, does not belong in a mapfile; 0 if there is no line of blocks.
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
