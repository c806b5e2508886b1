//! Standard output, whose reader may close it early.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write, stdout};
use std::ops::ControlFlow;

/// How many bytes are written at a time if lines need not appear at once.
const BUFFER: usize = 1 << 16;

/// Standard output, and the first error in writing to it.
pub(crate) struct Out {
    writer: BufWriter<Stdout>,
    /// Whether each line is written at once.
    pub(crate) is_terminal: bool,
    /// Whether a reader that closes the output ends the run. It does not end a conversion.
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

    /// From now on, a reader that closes the output does not end the run: there is another report of it.
    pub(crate) fn never_stop(&mut self) {
        self.stop_when_closed = false;
    }

    /// Writes, unless the reader has closed the output. `Break` if that ends the run.
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

    /// Writes what is still buffered.
    pub(crate) fn flush(&mut self) -> ControlFlow<()> {
        self.write(Write::flush)
    }

    /// Remembers an error that kept something from being shown.
    pub(crate) fn lost(&mut self, error: io::Error) {
        self.error.get_or_insert(error);
    }

    /// Whether something could not be shown.
    pub(crate) fn has_lost(&self) -> bool {
        self.error.is_some()
    }

    /// The first error. A reader that closes the output is not an error.
    pub(crate) fn into_error(self) -> Option<io::Error> {
        self.error
    }
}
