//! Somebody at a terminal: reads what is shown, does something, types.

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program at a terminal of its own.
pub(crate) struct Terminal {
    control: File,
    child: Child,
    arriving: Receiver<Vec<u8>>,
    shown: String,
    /// The beginning of a character whose other bytes have not arrived.
    begun: Vec<u8>,
    /// How far `shown` was waited for.
    read: usize,
}

impl Terminal {
    /// A terminal whose size nobody knows.
    pub(crate) fn run(command: Command) -> Self {
        Self::run_sized(command, 0, 0)
    }

    pub(crate) fn run_sized(command: Command, rows: u16, columns: u16) -> Self {
        Self::run_as(command, "dumb", rows, columns)
    }

    /// A terminal of that kind.
    pub(crate) fn run_as(mut command: Command, kind: &str, ws_row: u16, ws_col: u16) -> Self {
        let control =
            openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        tcsetwinsize(&control, Winsize { ws_row, ws_col, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        grantpt(&control).unwrap();
        unlockpt(&control).unwrap();
        let name = ptsname(&control, Vec::new()).unwrap().into_string().unwrap();
        let open = || OpenOptions::new().read(true).write(true).open(&name).unwrap();
        command.env("TERM", kind).stdin(open()).stdout(open()).stderr(open());
        let child = command.spawn().unwrap();
        // Its ends of the terminal must be the last ones, or reading would never end.
        drop(command);
        let control = File::from(control);
        let (tell, arriving) = channel();
        let mut from = control.try_clone().unwrap();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Linux ends a terminal whose other side is closed with an error, not with nothing.
            while let Ok(length @ 1..) = from.read(&mut bytes) {
                let _ = tell.send(bytes[..length].to_vec());
            }
        });
        Self { control, child, arriving, shown: String::new(), begun: Vec::new(), read: 0 }
    }

    /// Reads on until `text` is shown; what was shown since the last time.
    #[track_caller]
    pub(crate) fn until(&mut self, text: &str) -> String {
        loop {
            if let Some(at) = self.shown[self.read..].find(text) {
                let from = self.read;
                self.read += at + text.len();
                return self.shown[from..self.read].to_owned();
            }
            let Ok(bytes) = self.arriving.recv_timeout(PATIENCE) else {
                panic!("{text:?} was not shown: {}", self.shown);
            };
            self.show(&bytes);
        }
    }

    /// Reads on until `text` is shown, or the program has ended; whether it has ended. What was shown stays to be
    /// read.
    pub(crate) fn ends_before(&mut self, text: &str) -> bool {
        while !self.shown[self.read..].contains(text) {
            let Ok(bytes) = self.arriving.recv_timeout(PATIENCE) else { return true };
            self.show(&bytes);
        }
        false
    }

    fn show(&mut self, bytes: &[u8]) {
        self.begun.extend(bytes);
        let whole = match std::str::from_utf8(&self.begun) {
            Ok(_) => self.begun.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(error) => panic!("{error}: {}", self.begun.escape_ascii()),
        };
        let text = String::from_utf8(self.begun.drain(..whole).collect()).unwrap();
        self.shown += &text.replace('\r', "");
    }

    pub(crate) fn answer(&mut self, line: &str) {
        writeln!(self.control, "{line}").unwrap();
    }

    /// Presses keys, without Enter.
    pub(crate) fn press(&mut self, keys: &str) {
        self.control.write_all(keys.as_bytes()).unwrap();
    }

    /// Sends what Ctrl-C sends.
    pub(crate) fn interrupt(&self) {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
    }

    /// Waits for the end: all that was shown.
    pub(crate) fn all(mut self) -> String {
        self.read = 0;
        self.end().0
    }

    /// Waits for the end: what was shown since the last time, and the exit code.
    pub(crate) fn end(mut self) -> (String, Option<i32>) {
        while let Ok(bytes) = self.arriving.recv_timeout(PATIENCE) {
            self.show(&bytes);
        }
        (self.shown[self.read..].to_owned(), self.child.wait().unwrap().code())
    }
}
