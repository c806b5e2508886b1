//! Answers from the keyboard, which being stopped does not have to wait for.

use super::stop::{self, STOP};
use crate::cli::show::layout;
use std::io::{IsTerminal, Write, stderr, stdin};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a signal may have gone unnoticed at a question.
const PATIENCE: Duration = Duration::from_millis(50);

/// A thread that reads one line each time that it is asked for one: reading cannot be ended by a signal.
struct Keyboard {
    wanted: SyncSender<()>,
    lines: Receiver<Option<String>>,
}

impl Keyboard {
    fn start() -> Self {
        let (wanted, asked) = sync_channel(1);
        let (sender, lines) = sync_channel(1);
        thread::spawn(move || {
            while asked.recv().is_ok() {
                let mut line = String::new();
                let read = stdin().read_line(&mut line).is_ok_and(|length| length > 0);
                if sender.send(read.then_some(line)).is_err() {
                    return;
                }
            }
        });
        Self { wanted, lines }
    }

    /// The next line; `None` where there is none any more, or the user asked to stop.
    fn line(&self) -> Option<String> {
        self.wanted.send(()).ok()?;
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => return line,
                Err(RecvTimeoutError::Timeout) if !STOP.load(Ordering::Relaxed) => {}
                Err(_) => return None,
            }
        }
    }
}

/// Whether there is a terminal to ask at.
pub(crate) fn can_ask() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

/// Asks, and reads a line, in small letters; `None` where there is none to read any more, or the user asked
/// to stop.
pub(crate) fn answer(question: &str) -> Option<String> {
    static KEYBOARD: OnceLock<Mutex<Keyboard>> = OnceLock::new();
    let question = layout::question(question);
    stderr().write_all(question.as_bytes()).and_then(|()| stderr().flush()).ok()?;
    let keyboard = KEYBOARD.get_or_init(|| Mutex::new(Keyboard::start()));
    let keyboard = keyboard.lock().unwrap_or_else(PoisonError::into_inner);
    let line = stop::while_asking(|| keyboard.line());
    if line.is_none() || !stdin().is_terminal() {
        // Nobody has pressed Enter behind the question, or nobody sees it.
        let _ = stderr().write_all(b"\n");
    }
    let line = line?;
    Some(line.trim().to_ascii_lowercase())
}

/// Asks, and reads the answer; anything but yes is no.
pub(crate) fn answer_is_yes(question: &str) -> bool {
    answer(question).is_some_and(|line| line == "y" || line == "yes")
}
