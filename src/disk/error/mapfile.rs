//! Why a mapfile cannot be used.

use std::io;

/// Why a file cannot be used as a mapfile.
#[derive(Debug, thiserror::Error)]
pub enum MapfileError {
    /// It could not be read.
    #[error(transparent)]
    Io(io::Error),
    /// It is longer than this many bytes, which no mapfile of a diskette is.
    #[error("longer than {0} bytes")]
    TooLong(u64),
    /// This line, counted from 1, does not belong in a mapfile.
    #[error("line {0}")]
    Line(usize),
    /// There is no line of blocks.
    #[error("no line says what was read")]
    NoBlocks,
}
