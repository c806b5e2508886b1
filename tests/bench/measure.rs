//! What a command costs, and commands side by side.

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use std::fs;
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use wait4::Wait4;

/// What one run of a command cost.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// Of all its threads, in the program and in the system for it.
    pub(crate) cpu: Duration,
    /// The most memory that it held, in bytes.
    pub(crate) peak: u64,
    /// What it wrote to disks, in bytes.
    pub(crate) written: u64,
}

/// A side of a comparison: a command that is measured, and what is done before each run.
pub(crate) struct Side<'a> {
    pub(crate) name: &'a str,
    pub(crate) command: Command,
    pub(crate) prepare: &'a dyn Fn(),
}

fn nothing() {}

/// A side that needs nothing done before.
pub(crate) fn side(name: &str, command: Command) -> Side<'_> {
    Side { name, command, prepare: &nothing }
}

/// Runs a command and returns what it cost. Exit code 1 is good: packs may be refused.
pub(crate) fn measure(command: &mut Command) -> Cost {
    let start = Instant::now();
    let child = command.spawn().expect("the command can be run");
    let written = written(&child);
    let ended = child.wait4().expect("the command ends");
    let wall = start.elapsed();
    assert!(matches!(ended.status.code(), Some(0 | 1)), "{command:?}: {}", ended.status);
    let usage = ended.rusage;
    Cost { wall, cpu: usage.utime + usage.stime, peak: usage.maxrss, written }
}

/// The bytes that a command has written to disks, once it has ended.
fn written(child: &Child) -> u64 {
    let id = Pid::from_child(child);
    waitid(WaitId::Pid(id), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).expect("it ends");
    let counts = fs::read_to_string(format!("/proc/{}/io", child.id())).unwrap_or_default();
    let count = counts.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    count.and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// Prints the heading of the comparisons.
pub(crate) fn heading() {
    println!("{:<44} {:>19}  {:>6} {:>16}", "", "images a second", "CPU us", "of the floor");
    println!(
        "{:<44} {:>9} {:>9}  {:>6} {:>5} {:>5} {:>5} {:>6} {:>8}",
        "", "best", "worst", "each", "best", "worst", "CPU", "MiB", "KiB each"
    );
}

/// Measures the sides in turns, so that noise hits all of them, and prints a line for each. The first
/// is the floor. The worst ratio is that of the worst round.
pub(crate) fn compare(count: usize, rounds: usize, sides: &mut [Side<'_>]) {
    let mut costs = vec![Vec::with_capacity(rounds); sides.len()];
    for _ in 0..rounds {
        for (side, costs) in sides.iter_mut().zip(&mut costs) {
            (side.prepare)();
            costs.push(measure(&mut side.command));
        }
    }
    for (side, own) in sides.iter().zip(&costs) {
        println!("{}", row(side.name, count, &costs[0], own));
    }
    println!();
}

fn row(name: &str, count: usize, floor: &[Cost], own: &[Cost]) -> String {
    let rate = |time: Duration| per_second(count, time);
    let walls = || own.iter().map(|cost| cost.wall);
    let (best, worst) = (walls().min().unwrap_or_default(), walls().max().unwrap_or_default());
    let least_cpu = |costs: &[Cost]| costs.iter().map(|cost| cost.cpu).min().unwrap_or_default();
    let floor_best = floor.iter().map(|cost| cost.wall).min().unwrap_or_default();
    let ratio = |floor: Duration, own: Duration| floor.as_secs_f64() / own.as_secs_f64();
    let worst_ratio = floor.iter().zip(own).map(|(floor, own)| ratio(floor.wall, own.wall));
    let each = count as f64;
    format!(
        "{name:<44} {:>9.0} {:>9.0}  {:>6.1} {:>5.2} {:>5.2} {:>5.2} {:>6.1} {:>8.1}",
        rate(best),
        rate(worst),
        least_cpu(own).as_secs_f64() * 1e6 / each,
        ratio(floor_best, best),
        worst_ratio.fold(f64::MAX, f64::min),
        ratio(least_cpu(floor), least_cpu(own)),
        own.iter().map(|cost| cost.peak).max().unwrap_or(0) as f64 / f64::from(1 << 20),
        own.iter().map(|cost| cost.written).max().unwrap_or(0) as f64 / 1024.0 / each,
    )
}

/// Prints why rows are missing.
pub(crate) fn skip(name: &str, why: &str) {
    println!("{name}: SKIPPED, {why}\n");
}

pub(crate) fn per_second(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}
