//! QEMU's monitor: diskettes go into the drive, and out of it.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout};

/// What is wrong with a diskette.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// The tab is open.
    Protected,
    /// This sector reads as zeros the first time. QEMU's floppy controller reports no failed read: it
    /// delivers zeros instead.
    Weak(usize),
    /// This sector cannot be written.
    Unwritable(usize),
}

pub(crate) struct Monitor {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Monitor {
    /// The monitor of `qemu`, which has standard input and output for it; `None` where there is
    /// none.
    pub(crate) fn of(qemu: &mut Child) -> Option<Self> {
        let output = BufReader::new(qemu.stdout.take().unwrap());
        let mut monitor = Self { input: qemu.stdin.take().unwrap(), output };
        let mut greeting = String::new();
        monitor.output.read_line(&mut greeting).unwrap();
        (!greeting.is_empty()).then_some(monitor)
    }

    /// Gives a command, and waits until it is done.
    #[track_caller]
    pub(crate) fn ask(&mut self, command: &str, arguments: &Value) {
        writeln!(self.input, "{}", json!({ "execute": command, "arguments": arguments })).unwrap();
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).unwrap();
            let said: Value = serde_json::from_str(&line).expect("a line from QEMU");
            if said.get("event").is_none() {
                assert!(said.get("return").is_some(), "{command} {arguments}: {line}");
                return;
            }
        }
    }

    /// Puts a diskette into the drive, which must be empty.
    pub(crate) fn insert(&mut self, image: &Path, faults: &[Fault]) {
        let is_protected = faults.iter().any(|fault| matches!(fault, Fault::Protected));
        let errors: Vec<_> = faults.iter().filter_map(|fault| fault.error()).collect();
        let mut file = json!({ "driver": "file", "filename": image });
        if !errors.is_empty() {
            file = json!({ "driver": "blkdebug", "inject-error": errors, "image": file });
        }
        let node = json!({
            "driver": "raw", "node-name": "diskette", "read-only": is_protected, "file": file,
        });
        self.ask("blockdev-add", &node);
        self.ask("blockdev-insert-medium", &json!({ "id": "fd0", "node-name": "diskette" }));
        self.ask("blockdev-close-tray", &json!({ "id": "fd0" }));
    }

    /// Pulls the diskette out.
    pub(crate) fn eject(&mut self) {
        self.ask("blockdev-open-tray", &json!({ "id": "fd0", "force": true }));
        self.ask("blockdev-remove-medium", &json!({ "id": "fd0" }));
        self.ask("blockdev-del", &json!({ "node-name": "diskette" }));
    }
}

impl Fault {
    /// What blkdebug is to do.
    fn error(self) -> Option<Value> {
        let (iotype, sector) = match self {
            Self::Protected => return None,
            Self::Weak(sector) => ("read", sector),
            Self::Unwritable(sector) => ("write", sector),
        };
        let once = iotype == "read";
        Some(json!({ "event": "none", "iotype": iotype, "sector": sector, "once": once }))
    }
}
