//! A machine with a floppy drive: Debian's kernel in QEMU, and commands that run there.

use super::monitor::{Fault, Monitor};
use crate::support::scene::{EPOCH, Image, Ran, Summary};
use crate::support::skipped::{Lack, skip};
use assert_cmd::cargo::cargo_bin;
use serde_json::json;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// What `boot` exits with where something is missing.
const MISSING: i32 = 77;
/// What takes longer has hung: everything here takes seconds.
const PATIENCE: Duration = Duration::from_secs(90);

pub(crate) struct Machine {
    qemu: Child,
    monitor: Monitor,
    control: BufReader<UnixStream>,
    terminal: UnixStream,
    folder: TempDir,
    /// Diskettes so far.
    diskettes: usize,
    is_in: bool,
}

impl Machine {
    /// Boots it; `None` where this computer has not what that takes.
    pub(crate) fn boot() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real_driver");
        let mut boot = Command::new("bash");
        boot.arg(tests.join("boot")).arg(folder.path()).arg(cargo_bin!("addpack"));
        boot.arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("kernel"));
        boot.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut qemu = boot.spawn().unwrap();
        let Some(monitor) = Monitor::of(&mut qemu) else {
            skip(Lack::RealDriver, &why_not(qemu));
            return None;
        };
        let line = |name: &str| {
            let stream = UnixStream::connect(folder.path().join(name)).unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            stream
        };
        let (control, terminal) = (BufReader::new(line("control")), line("terminal"));
        let mut machine =
            Self { qemu, monitor, control, terminal, folder, diskettes: 0, is_in: false };
        machine.monitor.ask("qmp_capabilities", &json!({}));
        machine.monitor.ask("cont", &json!({}));
        machine.wait_for_line("ready");
        machine.run(&format!("export SOURCE_DATE_EPOCH={EPOCH}"));
        Some(machine)
    }

    /// Reads lines until one begins so, and gives that.
    fn wait_for_line(&mut self, start: &str) -> String {
        let mut seen = String::new();
        loop {
            let mut line = String::new();
            let read = self.control.read_line(&mut line);
            assert!(read.is_ok_and(|length| length > 0), "no {start:?}, but: {seen}");
            if line.starts_with(start) {
                return line;
            }
            seen += &line;
        }
    }

    /// Gives a command to the machine's shell without waiting for its end: [`Machine::end`] does.
    pub(crate) fn begin(&mut self, command: &str) {
        writeln!(self.control.get_mut(), "{command}").unwrap();
    }

    /// What the command came to.
    pub(crate) fn end(&mut self) -> Ran {
        let answer = self.wait_for_line("= ");
        let numbers: Vec<_> = answer[2..].split_whitespace().collect();
        let mut bytes = |length: &str| {
            let mut bytes = vec![0; length.parse().unwrap()];
            self.control.read_exact(&mut bytes).unwrap();
            bytes
        };
        let (stdout, stderr) = (bytes(numbers[1]), bytes(numbers[2]));
        // What a process ended with stands in the second byte of its status.
        let status = ExitStatus::from_raw(numbers[0].parse::<i32>().unwrap() << 8);
        Ran::with(Output { status, stdout, stderr })
    }

    /// Runs a command in the machine's shell.
    pub(crate) fn run(&mut self, command: &str) -> Ran {
        self.begin(command);
        self.end()
    }

    /// Runs addpack there on the drive: what it reports of the diskette, and its exit code.
    #[track_caller]
    pub(crate) fn addpack(&mut self, arguments: &str) -> (Image, Option<i32>) {
        self.run(&format!("addpack {arguments} --json /dev/fd0")).report()
    }

    /// Lets addpack finish the conversion that was interrupted in its clean-up.
    #[track_caller]
    pub(crate) fn finish(&mut self) {
        assert_eq!(self.addpack("inspect").0.outcome, "unfinished-conversion");
        let ran = self.run("addpack convert --yes --json /dev/fd0");
        assert!(ran.stderr.contains("an interrupted conversion of"), "{ran:?}");
        assert_eq!(ran.report().0.outcome, "already-converted");
    }

    /// Reads the terminal until it shows `text`; all that it shows up to there.
    #[track_caller]
    pub(crate) fn read_terminal(&mut self, text: &str) -> String {
        let mut seen = Vec::new();
        while !seen.ends_with(text.as_bytes()) {
            let mut byte = [0];
            let read = self.terminal.read_exact(&mut byte);
            assert!(read.is_ok(), "no {text:?}, but: {}", String::from_utf8_lossy(&seen));
            seen.push(byte[0]);
        }
        String::from_utf8(seen).unwrap()
    }

    /// Types a line.
    pub(crate) fn type_line(&mut self, line: &str) {
        writeln!(self.terminal, "{line}").unwrap();
    }

    /// A diskette that holds these bytes, outside the drive.
    pub(crate) fn diskette(&mut self, bytes: &[u8]) -> PathBuf {
        self.diskettes += 1;
        let path = self.folder.path().join(format!("diskette-{}.img", self.diskettes));
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Puts a diskette into the drive, in the place of the one that may be there.
    pub(crate) fn insert(&mut self, diskette: &Path, faults: &[Fault]) {
        self.eject();
        self.monitor.insert(diskette, faults);
        self.is_in = true;
    }

    /// Pulls the diskette out, if one is in.
    pub(crate) fn eject(&mut self) {
        if self.is_in {
            self.monitor.eject();
            self.is_in = false;
        }
    }

    /// No diskette, and no ledger.
    pub(crate) fn clear(&mut self) {
        self.eject();
        assert_eq!(self.run("rm -rf /home/* /home/.local").code, Some(0));
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}

impl Ran {
    /// The report on one diskette, and the exit code.
    #[track_caller]
    pub(crate) fn report(&self) -> (Image, Option<i32>) {
        let lines: Vec<_> = self.stdout.lines().collect();
        let [image, summary] = lines[..] else { panic!("{self:?}") };
        let summary: Summary = serde_json::from_str(summary).unwrap();
        assert_eq!(Some(summary.exit_code), self.code);
        (serde_json::from_str(image).unwrap(), self.code)
    }
}

/// Why no machine was made.
fn why_not(qemu: Child) -> String {
    let output = qemu.wait_with_output().unwrap();
    let why = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(MISSING), "{why}");
    format!("the real floppy driver is not tested: {why}")
}
