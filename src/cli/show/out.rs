//! Standard output, whose reader may go away.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write, stdout};
use std::ops::ControlFlow;

/// Bytes that are written at a time, where nobody watches each line as it comes.
const BUFFER: usize = 1 << 16;

/// Standard output, and what went wrong with it.
pub(crate) struct Out {
    writer: BufWriter<Stdout>,
    /// Whether somebody watches each line as it comes.
    pub(crate) is_terminal: bool,
    /// Whether a reader that went away ends the run. A conversion that was asked for goes on.
    stop_when_closed: bool,
    closed: bool,
    error: Option<io::Error>,
}

impl Out {
    pub(crate) fn new(stop_when_closed: bool) -> Self {
        Self {
            writer: BufWriter::with_capacity(BUFFER, stdout()),
            is_terminal: stdout().is_terminal(),
            stop_when_closed,
            closed: false,
            error: None,
        }
    }

    /// Writes, unless the reader went away. `Break` where that ends the run.
    pub(crate) fn write(
        &mut self,
        write: impl FnOnce(&mut BufWriter<Stdout>) -> io::Result<()>,
    ) -> ControlFlow<()> {
        if self.closed {
            return ControlFlow::Continue(());
        }
        let written = write(&mut self.writer);
        let flushed =
            written.and_then(|()| if self.is_terminal { self.writer.flush() } else { Ok(()) });
        match flushed {
            Ok(()) => return ControlFlow::Continue(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.closed = true,
            Err(error) => {
                self.closed = true;
                self.error = Some(error);
            }
        }
        if self.stop_when_closed { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Hands on what was written so far.
    pub(crate) fn flush(&mut self) -> ControlFlow<()> {
        self.write(Write::flush)
    }

    /// Remembers that something to be shown was lost on its way here.
    pub(crate) fn lost(&mut self, error: io::Error) {
        self.error.get_or_insert(error);
    }

    /// The first error; a reader that went away is none.
    pub(crate) fn into_error(self) -> Option<io::Error> {
        self.error
    }
}
