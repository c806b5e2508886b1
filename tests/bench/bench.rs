//! `cargo bench`: what inspecting and converting cost, as whole processes, beside the bare system
//! calls of the same work and beside the peers, in one run. What counts are the ratios.
//!
//! `ADDPACK_BENCH` sets the number of images (5,000), `ADDPACK_BENCH_DIR` the folder to work in.

mod floor;
mod images;
mod peers;

use images::Sample;
use peers::per_second;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Rounds of each comparison, and of one that takes milliseconds; the best of each side counts, since
/// noise only ever adds.
const ROUNDS: usize = 5;
const QUICK_ROUNDS: usize = 25;
/// Images that instructions are counted on, with and without.
const COUNTED: usize = 200;

/// The argument that makes this program the floor of a cached inspection, in a process of its own.
const AS_FLOOR: &str = "--as-floor";

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [AS_FLOOR, folder, count, record] = *arguments.iter().map(|a| &**a).collect::<Vec<_>>() {
        let number = |text: &str| text.parse().expect("a number");
        let paths = images::paths(Path::new(folder), number(count));
        return floor::inspect(&paths, number(record), 2, false);
    }
    let count = std::env::var("ADDPACK_BENCH").ok().and_then(|n| n.parse().ok()).unwrap_or(5_000);
    let parent =
        std::env::var_os("ADDPACK_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(parent).expect("there is a folder to work in");
    let bench = Bench { sample: Sample::read(), folder: folder.path().to_owned(), count };
    println!("{count} images of 1.44 MB, the best of {ROUNDS} to {QUICK_ROUNDS} rounds\n");
    println!("{:<46} {:>12}  {:>12}", "", "a second", "of the floor");
    bench.inspect();
    bench.convert();
    bench.growth();
    bench.instructions();
    bench.version();
}

/// Where a benchmark works, and on what.
struct Bench {
    sample: Sample,
    folder: PathBuf,
    count: usize,
}

/// A side of a comparison: what is timed, after what is not.
struct Side<'a> {
    name: &'a str,
    prepare: &'a dyn Fn(),
    run: &'a dyn Fn(),
}

/// Times the sides in turns, so that noise hits all of them; the first is the floor.
fn compare(count: usize, rounds: usize, sides: &[Side<'_>]) {
    let mut best = vec![Duration::MAX; sides.len()];
    for _ in 0..rounds {
        for (side, best) in sides.iter().zip(&mut best) {
            (side.prepare)();
            let start = Instant::now();
            (side.run)();
            *best = start.elapsed().min(*best);
        }
    }
    let floor = best[0].as_secs_f64();
    for (side, best) in sides.iter().zip(&best) {
        let ratio = floor / best.as_secs_f64();
        println!("{:<46} {:>12.0}  {ratio:>12.2}", side.name, per_second(count, *best));
    }
    println!();
}

/// The program that is measured, on `paths`, with a ledger of its own.
fn addpack(arguments: &[&str], ledger: &Path, path: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_addpack"));
    command.args(arguments).arg("--ledger").arg(ledger).arg(path).stdout(Stdio::null());
    command
}

fn run(mut command: Command) {
    let status = command.status().expect("the program can be run");
    assert!(status.success(), "{command:?}: {status}");
}

/// Takes the images out of the cache.
fn forget(paths: &[PathBuf]) {
    rustix::fs::sync();
    for path in paths {
        let file = fs::File::open(path).expect("the image is there");
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).expect("it is told");
    }
}

impl Bench {
    fn make(&self, name: &str, count: usize) -> (PathBuf, Vec<PathBuf>) {
        let folder = self.folder.join(name);
        let _ = fs::remove_dir_all(&folder);
        let paths = self.sample.make(&folder, count).expect("there is room");
        (folder, paths)
    }

    fn inspect(&self) {
        let (folder, paths) = self.make("inspect", self.count);
        let ledger = self.folder.join("inspect.db");
        let record = self.sample.at;
        let product = || run(addpack(&["inspect", "--json"], &ledger, &folder));
        let as_process = || {
            let mut floor = Command::new(std::env::current_exe().expect("it has a path"));
            floor.arg(AS_FLOOR).arg(&folder).args([self.count, record].map(|n| n.to_string()));
            run(floor);
        };
        let nothing = || ();
        let cold = || forget(&paths);
        compare(
            self.count,
            QUICK_ROUNDS,
            &[
                Side {
                    name: "inspect, cached: floor, two threads",
                    prepare: &nothing,
                    run: &|| floor::inspect(&paths, record, 2, false),
                },
                Side {
                    name: "the same, a process of its own",
                    prepare: &nothing,
                    run: &as_process,
                },
                Side { name: "addpack inspect --json", prepare: &nothing, run: &product },
            ],
        );
        compare(
            self.count,
            ROUNDS,
            &[
                Side {
                    name: "inspect, uncached: floor, eight threads",
                    prepare: &cold,
                    run: &|| floor::inspect(&paths, record, 8, true),
                },
                Side { name: "addpack inspect --json", prepare: &cold, run: &product },
            ],
        );
        peers::compare(&paths);
        fs::remove_dir_all(folder).expect("it can be removed");
    }

    fn convert(&self) {
        let folder = self.folder.join("convert");
        let ledger = self.folder.join("convert.db");
        let journal = self.folder.join("journal");
        let paths = self.make("convert", self.count).1;
        let anew = || {
            self.make("convert", self.count);
            for ending in ["", "-wal", "-shm"] {
                let _ = fs::remove_file(self.folder.join(format!("convert.db{ending}")));
            }
            rustix::fs::sync();
        };
        compare(
            self.count,
            ROUNDS,
            &[
                Side {
                    name: "convert: floor, with a journal",
                    prepare: &anew,
                    run: &|| floor::convert(&paths, self.sample.at, 2, &journal),
                },
                Side {
                    name: "addpack convert --yes --json",
                    prepare: &anew,
                    run: &|| run(addpack(&["convert", "--yes", "--json"], &ledger, &folder)),
                },
            ],
        );
        fs::remove_dir_all(folder).expect("it can be removed");
    }

    /// Time and memory on twenty times as many images as on two times as many.
    fn growth(&self) {
        let ledger = self.folder.join("growth.db");
        let counts = [self.count * 2, self.count * 20];
        let folders =
            [("few", counts[0]), ("many", counts[1])].map(|(name, n)| self.make(name, n).0);
        let (mut best, mut resident) = ([Duration::MAX; 2], [0; 2]);
        for _ in 0..2 * ROUNDS {
            for side in [0, 1] {
                let start = Instant::now();
                let peak = peak(addpack(&["inspect", "--json"], &ledger, &folders[side]));
                best[side] = start.elapsed().min(best[side]);
                resident[side] = peak.max(resident[side]);
            }
        }
        for (count, resident) in counts.into_iter().zip(resident) {
            println!("inspect of {count} images: {resident} KiB resident at most");
        }
        let growth = best[1].as_secs_f64() / best[0].as_secs_f64();
        println!("ten times the images take {growth:.2} times the time\n");
        for folder in folders {
            fs::remove_dir_all(folder).expect("it can be removed");
        }
    }

    /// Instructions for each image, by callgrind: repeatable, whatever else the machine does.
    fn instructions(&self) {
        let ledger = self.folder.join("counted.db");
        for arguments in [&["inspect", "--json", "-j1"][..], &["convert", "--yes", "--json", "-j1"]]
        {
            let mut total = Vec::new();
            for count in [COUNTED, 2 * COUNTED] {
                let (folder, _) = self.make("counted", count);
                let _ = fs::remove_file(&ledger);
                total.extend(count_instructions(&addpack(arguments, &ledger, &folder)));
            }
            match total[..] {
                [one, two] => {
                    let each = two.saturating_sub(one) / COUNTED as u64;
                    println!("instructions for each image, {}: {each}", arguments[0]);
                }
                _ => println!("instructions for each image: valgrind is not there"),
            }
        }
        println!();
    }

    fn version(&self) {
        let mut best = Duration::MAX;
        for _ in 0..20 * ROUNDS {
            let mut command = Command::new(env!("CARGO_BIN_EXE_addpack"));
            command.arg("--version").stdout(Stdio::null()).current_dir(&self.folder);
            let start = Instant::now();
            run(command);
            best = start.elapsed().min(best);
        }
        println!("addpack --version: {:.2} ms", best.as_secs_f64() * 1000.0);
    }
}

/// The most memory that a process has held, in KiB, as GNU time reports it.
fn peak(command: Command) -> u64 {
    let mut timed = Command::new("/usr/bin/time");
    timed.args(["-f", "%M"]).arg(command.get_program()).args(command.get_args());
    let Ok(output) = timed.output() else {
        run(command);
        return 0;
    };
    assert!(output.status.success(), "{timed:?}");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.lines().last().and_then(|line| line.trim().parse().ok()).unwrap_or(0)
}

fn count_instructions(command: &Command) -> Option<u64> {
    let mut counted = Command::new("valgrind");
    counted.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    let output = counted.arg(command.get_program()).args(command.get_args()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = text.lines().find(|line| line.contains("Collected :"))?;
    line.split_whitespace().last()?.parse().ok()
}
