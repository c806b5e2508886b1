//! `cargo bench`: what `addpack` costs, as whole processes, beside the bare system calls of the same
//! work (the floor) and beside the peers, with the same number of threads, in one run. What counts
//! are the ratios.
//!
//! `ADDPACK_BENCH` sets the number of images (10,000), `ADDPACK_BENCH_ROUNDS` that of rounds (9), and
//! `ADDPACK_BENCH_DIR` the folder to work in, which should lie on a real disk. A word on the command
//! line picks the parts whose names hold it: `cargo bench -- convert`. Most processors have instructions
//! for SHA-1; with `RUSTFLAGS='--cfg sha1_backend="soft"'`, both sides do without.

#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]

mod changing;
mod floor;
mod images;
mod looking;
mod measure;
mod peers;
mod scaling;
#[path = "../support/mod.rs"]
mod support;

use floor::{Floor, Work};
use images::{Form, Sample};
use measure::{heading, skip};
use sha1::{Digest, Sha1};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The argument that makes this program a floor, in a process of its own.
const AS_FLOOR: &str = "--as-floor";
/// Threads where no disk is waited for, where images are read from one, and where they are written.
const CACHED: usize = 2;
const READING: usize = 16;
const WRITING: usize = 32;
/// Of the images, those of which a slow disk, and a compressed image, gets one.
const FEWER: usize = 10;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [AS_FLOOR, ..] = *arguments.iter().map(|a| &**a).collect::<Vec<_>>() {
        return Floor::from_arguments(&arguments[1..]).expect("a floor").run();
    }
    let wanted = arguments.into_iter().find(|argument| !argument.starts_with('-'));
    let number = |name, usual| {
        std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(usual)
    };
    let parent =
        std::env::var_os("ADDPACK_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(parent).expect("there is a folder to work in");
    let bench = Bench {
        sample: Sample::read(),
        folder: folder.path().to_owned(),
        count: number("ADDPACK_BENCH", 10_000),
        rounds: number("ADDPACK_BENCH_ROUNDS", 9),
    };
    println!("{} images of 1.44 MB, serials in no order, {} rounds", bench.count, bench.rounds);
    println!("{}\n", sha());
    heading();
    for (name, part) in PARTS {
        if wanted.as_ref().is_none_or(|wanted| name.contains(wanted.as_str())) {
            part(&bench);
        }
    }
}

type Part = (&'static str, fn(&Bench));
const PARTS: [Part; 12] = [
    ("copy", Bench::copy),
    ("inspect", Bench::inspect),
    ("uncached", Bench::uncached),
    ("share", Bench::slow_share),
    ("replace", Bench::replace),
    ("convert", Bench::convert),
    ("disk", Bench::slow_disk),
    ("gz", Bench::gzip),
    ("zip", Bench::zip),
    ("growth", Bench::growth),
    ("instructions", Bench::instructions),
    ("little", Bench::little),
];

/// Where a benchmark works, and on what.
struct Bench {
    sample: Sample,
    folder: PathBuf,
    count: usize,
    rounds: usize,
}

/// Whether this processor has instructions for SHA-1, and how long a record takes.
fn sha() -> String {
    const TIMES: u32 = 100_000;
    let start = Instant::now();
    for number in 0..TIMES {
        std::hint::black_box(Sha1::digest([number as u8; images::RECORD]));
    }
    let each = start.elapsed() / TIMES;
    let flags = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let has_instructions = ["sha_ni", "sha1"].iter().any(|flag| flags.contains(flag));
    let is_soft = cfg!(sha1_backend = "soft") || !has_instructions;
    format!("SHA-1 in {}: {each:?} for a record", if is_soft { "software" } else { "hardware" })
}

/// The command that runs a floor.
fn as_floor(floor: &Floor) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("it has a path"));
    command.arg(AS_FLOOR).args(floor.arguments()).stdout(Stdio::null());
    command
}

impl Bench {
    fn floor(&self, work: Work, threads: usize, folder: &str) -> Floor {
        let folder = self.folder.join(folder);
        Floor { work, threads, folder, count: self.count, record: self.sample.at }
    }

    /// The command that is measured, with a ledger of its own. `inspect` makes none.
    fn addpack(&self, arguments: &[&str], folder: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_addpack"));
        command.args(arguments).arg("--ledger").arg(self.folder.join("ledger.db"));
        command.arg(self.folder.join(folder)).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn make(&self, folder: &str, count: usize, form: Form) {
        self.remove(folder);
        self.sample.make(&self.folder.join(folder), count, form).expect("there is room");
    }

    fn remove(&self, folder: &str) {
        let _ = fs::remove_dir_all(self.folder.join(folder));
    }

    fn forget_ledger(&self) {
        for ending in ["", "-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(self.folder.join(format!("ledger.db{ending}")));
        }
    }

    /// Images and ledger as before the first run, all of them on the disk.
    fn make_anew(&self, folder: &str, count: usize, form: Form) {
        self.make(folder, count, form);
        self.forget_ledger();
        rustix::fs::sync();
    }

    /// Builds what makes a program's disk slow, and says so where that cannot be.
    fn slow(&self, name: &str) -> Option<PathBuf> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/slow.c");
        let library = self.folder.join("slow.so");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O2", "-o"]).arg(&library).arg(source);
        if compiler.status().is_ok_and(|status| status.success()) {
            return Some(library);
        }
        skip(name, "there is no C compiler, or it does not make what can be preloaded here");
        None
    }
}
