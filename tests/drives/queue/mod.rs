//! One diskette after another through one drive.

mod converting;
mod files;
mod looking;
mod numbers;
mod planned;
mod unreadable;
mod ways_out;
mod worn;

use crate::support::diskette::{Loop, Terminal};
use crate::support::scene::Scene;
use std::io::{PipeReader, Write};
use std::path::Path;

/// The prompt for a diskette, by its number.
pub(super) fn prompt(number: usize, drive: &Loop) -> String {
    format!("Diskette {number}: put it into {} and press Enter; q ends: ", drive.path())
}

/// A queue that looks at the diskettes of a box and keeps their images there.
pub(super) const KEEP: [&str; 4] = ["inspect", "--queue", "--keep", "box"];

/// A queue at a terminal.
pub(super) struct Queue<'a> {
    pub(super) drive: &'a Loop,
    pub(super) terminal: Terminal,
}

impl<'a> Queue<'a> {
    pub(super) fn begin(scene: &Scene, drive: &'a Loop, more: &[&str]) -> Self {
        let args = [&["convert", "--queue", drive.path()], more].concat();
        Self { drive, terminal: Terminal::run(scene.command(&args)) }
    }

    /// Waits for the prompt for this diskette; what was shown before it.
    #[track_caller]
    pub(super) fn until(&mut self, number: usize) -> String {
        self.terminal.until(&prompt(number, self.drive))
    }

    /// Puts a diskette in when this one is asked for; what was shown before it.
    #[track_caller]
    pub(super) fn put_in(&mut self, number: usize, image: &Path) -> String {
        let shown = self.until(number);
        self.drive.insert(image);
        self.terminal.answer("");
        shown
    }

    pub(super) fn end(mut self) -> (String, Option<i32>) {
        self.terminal.answer("q");
        self.terminal.end()
    }
}

/// A folder with these images and an empty drive, where a queue has looked at them one after another and kept them.
pub(super) fn looked_at(names: &[&str]) -> Option<(Scene, Loop)> {
    let scene = Scene::with(names);
    let drive = Loop::empty()?;
    put_in(&scene, &drive, &KEEP, names);
    Some((scene, drive))
}

/// What was typed where nobody types any more: a pipe with these keys in it.
pub(super) fn typed(keys: &[u8]) -> PipeReader {
    let (typed, mut keyboard) = std::io::pipe().unwrap();
    keyboard.write_all(keys).unwrap();
    typed
}

/// The text with one space where there are several.
pub(super) fn squeezed(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

/// Puts in diskettes one after another, then ends the queue if it has not ended; all that was shown, and the exit
/// code.
pub(super) fn put_in(
    scene: &Scene,
    drive: &Loop,
    args: &[&str],
    names: &[&str],
) -> (String, Option<i32>) {
    let mut terminal = Terminal::run(scene.command(&[args, &[drive.path()]].concat()));
    let mut shown = String::new();
    for name in names {
        shown += &terminal.until("q ends: ");
        drive.insert(&scene.path(name));
        terminal.answer("");
    }
    if !terminal.ends_before("q ends: ") {
        terminal.answer("q");
    }
    let (rest, code) = terminal.end();
    (shown + &rest, code)
}
