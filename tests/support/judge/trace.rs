//! strace, and its log.

use crate::support::scene::{Ran, Scene};
use std::collections::HashMap;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::sync::OnceLock;

/// What a run under strace came to.
#[derive(Debug)]
pub(crate) struct Traced {
    pub(crate) ran: Ran,
    /// The signal that has killed it.
    pub(crate) signal: Option<i32>,
    /// The calls that were asked for, in the order in which they began.
    pub(crate) calls: Vec<Called>,
}

/// One system call.
#[derive(Debug)]
pub(crate) struct Called {
    pub(crate) thread: String,
    pub(crate) name: String,
    /// Its arguments, and where it was not interrupted in the log, its result.
    pub(crate) text: String,
    /// Lines of the log on which it began and ended.
    pub(crate) began: usize,
    pub(crate) ended: usize,
}

impl Traced {
    /// How often `name` was called.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.calls.iter().filter(|call| call.name == name).count()
    }

    /// Whether a fault that was asked for came about in any of the calls.
    pub(crate) fn is_injected(&self) -> bool {
        self.calls.iter().any(Called::is_injected)
    }
}

impl Called {
    /// Whether strace made its result.
    pub(crate) fn is_injected(&self) -> bool {
        self.text.contains("(INJECTED)")
    }
}

/// Runs addpack under strace with these options besides.
pub(crate) fn strace(scene: &Scene, options: &[&str], args: &[&str]) -> Traced {
    static USABLE: OnceLock<Result<(), String>> = OnceLock::new();
    if let Err(why) = USABLE.get_or_init(probe) {
        panic!("{why}");
    }
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut strace = Command::new("strace");
    strace.args(["-qq", "-s", "16", "-o"]).arg(log.path()).args(options).arg("--");
    let mut output = scene.command_under(strace, args).output().unwrap();
    output.stderr = without_own_words(&String::from_utf8(output.stderr).unwrap()).into_bytes();
    let log = std::fs::read(log.path()).unwrap();
    let calls = parse(&String::from_utf8_lossy(&log), options.contains(&"-f"));
    Traced { signal: output.status.signal(), ran: Ran::with(output), calls }
}

/// What strace itself says of the paths that it was given, is nothing that addpack said.
fn without_own_words(stderr: &str) -> String {
    let own = |line: &&str| line.starts_with("strace: Requested path");
    stderr.split_inclusive('\n').filter(|line| !own(line)).collect()
}

/// Whether strace is there and may trace.
fn probe() -> Result<(), String> {
    let why = "these tests need strace (Debian package: strace)";
    match Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).output() {
        Err(error) => Err(format!("{why}: {error}")),
        Ok(output) if !output.status.success() => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("{why} and the permission to ptrace: {said}"))
        }
        Ok(_) => Ok(()),
    }
}

/// Takes a log apart. With `threads`, each line begins with its thread's number.
fn parse(log: &str, threads: bool) -> Vec<Called> {
    let mut calls: Vec<Called> = Vec::new();
    let mut open = HashMap::new();
    for (number, line) in log.lines().enumerate() {
        let (thread, line) = if threads { line.split_once(' ').unwrap() } else { ("", line) };
        let line = line.trim_start();
        if line.starts_with("<... ") {
            if let Some(index) = open.remove(thread) {
                let call: &mut Called = &mut calls[index];
                call.ended = number;
            }
        } else if let Some((name, text)) = line.split_once('(')
            && !line.starts_with(['+', '-', '?'])
        {
            if text.ends_with("<unfinished ...>") {
                open.insert(thread, calls.len());
            }
            let (thread, name, text) = (thread.to_owned(), name.to_owned(), text.to_owned());
            calls.push(Called { thread, name, text, began: number, ended: number });
        }
    }
    calls
}
