//! Tests that are skipped for what a machine lacks: each is reported past the harness, which shows nothing of a
//! test that passes, and when the program ends, how many there were and why.

use std::io::{Write, stderr};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

/// What a machine may lack. The variable makes that a failure when it is set to `require`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    /// A program that judges ours.
    Judge,
    /// Loop devices, and the right to mount them.
    LoopDevices,
    /// A machine with a floppy drive.
    RealDriver,
    /// A browser, which no run has to have.
    Browser,
    /// A file system, or rights, that few machines have.
    FileSystem,
}

/// Counts the reasons that it gets, until this process has ended.
static COUNTER: Mutex<Option<Child>> = Mutex::new(None);
const COUNT: &str = "PATH=/usr/bin:/bin; sort | uniq -c | \
    while read -r count why; do echo \"SKIPPED in all: $count for this: $why\" >&2; done";

impl Lack {
    fn variable(self) -> Option<&'static str> {
        match self {
            Self::Judge => Some("ADDPACK_JUDGES"),
            Self::LoopDevices => Some("ADDPACK_LOOPS"),
            Self::RealDriver => Some("ADDPACK_QEMU"),
            Self::Browser | Self::FileSystem => None,
        }
    }
}

/// Says that a test is skipped, and why; fails where the machine has to have what is lacking.
#[track_caller]
pub(crate) fn skip(lack: Lack, why: &str) {
    let required = lack.variable().and_then(std::env::var_os);
    assert!(required.is_none_or(|value| value != "require"), "{why}");
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
    let _ = writeln!(stderr(), "SKIPPED {test}: {why}");
    // What counts them is a shell.
    if cfg!(windows) {
        return;
    }
    let mut counter = COUNTER.lock().unwrap();
    let counter = counter.get_or_insert_with(|| {
        let mut count = Command::new("/bin/sh");
        count.args(["-c", COUNT]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap()
    });
    let mut pipe = counter.stdin.as_ref().expect("a pipe");
    writeln!(pipe, "{why}").unwrap();
}
