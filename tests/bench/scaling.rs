//! What does not depend on how busy the machine is: instructions for each image, how they and memory
//! grow with the images, and the least that a process costs.

use super::floor::{Floor, Work};
use super::images::Form;
use super::measure::{measure, skip};
use super::{Bench, CACHED, as_floor};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Images that instructions are counted on, with and without.
const COUNTED: usize = 200;
/// Rounds of what takes milliseconds.
const QUICK: usize = 100;

impl Bench {
    /// Instructions for each image, by callgrind.
    pub(crate) fn instructions(&self) {
        println!("instructions for each image, one thread (valgrind has SHA-1 in software):");
        let hash = |count| Floor { count, threads: 1, ..self.floor(Work::Hash, 1, "counted") };
        let commands: [(&str, &dyn Fn(usize) -> Command); 6] = [
            ("SHA-1 of a record", &|count| as_floor(&hash(count))),
            ("inspect --json", &|_| self.addpack(&["inspect", "--json", "-j1"], "counted")),
            ("inspect", &|_| self.addpack(&["inspect", "-j1"], "counted")),
            ("plan --json", &|_| self.addpack(&["plan", "--json", "-j1"], "counted")),
            ("plan", &|_| self.addpack(&["plan", "-j1"], "counted")),
            ("convert --yes --json", &|_| {
                self.addpack(&["convert", "--yes", "--json", "-j1"], "counted")
            }),
        ];
        for (name, command) in commands {
            let count = |images| {
                self.make("counted", images, Form::Sound);
                self.forget_ledger();
                count_instructions(&command(images))
            };
            let Some((one, two)) = count(COUNTED).zip(count(2 * COUNTED)) else {
                return skip("instructions", "valgrind is not installed");
            };
            println!("  {name:<42} {:>9}", two.saturating_sub(one) / COUNTED as u64);
        }
        println!();
    }

    /// Time and memory on ten times as many images.
    pub(crate) fn growth(&self) {
        let counts = [self.count, self.count * 10];
        for (name, count) in ["few", "many"].into_iter().zip(counts) {
            self.make(name, count, Form::Sound);
        }
        println!("{} images, and ten times as many; CPU of the floor's with 2 threads:", counts[0]);
        for arguments in [&["inspect", "--json"][..], &["inspect"], &["plan", "--json"], &["plan"]]
        {
            self.grow(arguments, counts);
        }
        println!();
        self.remove("few");
        self.remove("many");
    }

    fn grow(&self, arguments: &[&str], counts: [usize; 2]) {
        let (mut floor, mut least, mut peak) = ([Duration::MAX; 2], [Duration::MAX; 2], [0; 2]);
        for _ in 0..self.rounds {
            for (side, folder) in ["few", "many"].into_iter().enumerate() {
                let bare = self.floor(Work::Inspect, CACHED, folder);
                let bare = measure(&mut as_floor(&Floor { count: counts[side], ..bare }));
                floor[side] = bare.cpu.min(floor[side]);
                let cost = measure(&mut self.addpack(arguments, folder));
                least[side] = cost.cpu.min(least[side]);
                peak[side] = cost.peak.max(peak[side]);
            }
        }
        let ratio = |one: Duration, other: Duration| one.as_secs_f64() / other.as_secs_f64();
        let each = peak[1].saturating_sub(peak[0]) / (counts[1] - counts[0]) as u64;
        println!(
            "  {:<20} {:>5.2} times the CPU time; {:.2}, then {:.2} of the floor; {} MiB, then {} MiB: {each} \
             bytes an image",
            arguments.join(" "),
            ratio(least[1], least[0]),
            ratio(floor[0], least[0]),
            ratio(floor[1], least[1]),
            peak[0] >> 20,
            peak[1] >> 20,
        );
    }

    /// What the least costs: the best of many rounds.
    pub(crate) fn little(&self) {
        self.make("one", 1, Form::Sound);
        for arguments in [&["--version"][..], &["inspect", "--json"]] {
            let mut command = match arguments {
                ["--version"] => {
                    let mut command = Command::new(env!("CARGO_BIN_EXE_addpack"));
                    command.arg("--version").stdout(Stdio::null());
                    command
                }
                _ => self.addpack(arguments, "one"),
            };
            let costs: Vec<_> = (0..QUICK).map(|_| measure(&mut command)).collect();
            let milliseconds =
                |time: Option<Duration>| time.unwrap_or_default().as_secs_f64() * 1e3;
            println!(
                "addpack {}: {:.2} ms, {:.2} ms CPU",
                arguments.join(" "),
                milliseconds(costs.iter().map(|cost| cost.wall).min()),
                milliseconds(costs.iter().map(|cost| cost.cpu).min()),
            );
        }
    }
}

fn count_instructions(command: &Command) -> Option<u64> {
    let mut counted = Command::new("valgrind");
    counted.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    let output = counted.arg(command.get_program()).args(command.get_args()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = text.lines().find(|line| line.contains("Collected :"))?;
    line.split_whitespace().last()?.parse().ok()
}
