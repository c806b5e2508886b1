//! Random sets of images: copies, backups, transfers, rot, packs that are converted already, and late images, in
//! random order. What `inspect` says would be converted is what is; each pack ends with one 4.5 identity at most,
//! made of the newest sound state that the run saw; simulated servers do what the plan says, before and after;
//! and a run that was stopped anywhere and run again comes to the same.
//!
//! `ADDPACK_SETS` is the number of sets; a failure names the seed of its set, and `ADDPACK_SET` checks that alone.

mod runs;
mod servers;

use crate::support::own_process::is_own_process;
use crate::support::random_set::Set;
use addpack::ledger::Ledger;
use addpack::record::Record;
use addpack::record::fields::{FileTime, Seal};
use addpack::report::{FailureCode, Outcome, Report};
use addpack::run::{Job, Mode};
use runs::{Run, in_folder, work};
use servers::Servers;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

const SETS: u64 = 2_000;

fn paths(reports: &[Report], outcome: Outcome) -> BTreeSet<PathBuf> {
    reports.iter().filter(|r| r.outcome == outcome).map(|report| report.path.clone()).collect()
}

/// The time of a first conversion, or so many seconds later.
fn at(seconds: i64) -> FileTime {
    FileTime::from_unix_seconds(1_795_435_200 + seconds).unwrap()
}

/// What packs were converted from, by the 4.5 records among these images: each by one conversion at most.
fn conversions(reports: &[Report], seed: u64) -> BTreeSet<[u8; 20]> {
    let mut found: BTreeMap<_, BTreeSet<([u8; 20], Seal)>> = BTreeMap::new();
    // Rot can make a 4.5 magic of a 4.0 one; the identity tells.
    let records = reports.iter().filter_map(Report::record);
    for record in records.filter(|record| record.identity_verifies()) {
        if let Record { origin: Some(origin), identity_seal, serial, .. } = record {
            found.entry(serial.0).or_default().insert((origin.source_digest.0, *identity_seal));
        }
    }
    assert!(found.values().all(|one| one.len() == 1), "set {seed}: two conversions of a pack");
    found.values().flatten().map(|one| one.0).collect()
}

/// The plan reaches the same before anything is converted, after it was in place, and after it was into copies,
/// whichever of the folders is named then; and simulated servers agree at each of its steps.
fn check_plans(set: &Set, seed: u64) {
    let folder = TempDir::new().unwrap();
    let (from, out) = (folder.path().join("in"), folder.path().join("out"));
    set.write(&from, seed);
    let servers = Servers::of(set, seed, at(0));
    let mut ledger = Ledger::temporary().unwrap();
    let expected: BTreeSet<_> = set.expected().into_iter().flatten().collect();
    let inspect = |ledger: &mut Ledger, paths: &[&PathBuf], when: &str| {
        let paths = paths.iter().map(|path| (*path).clone()).collect();
        let reports = work(&Job::new(paths, Mode::Inspect), ledger);
        (servers.follow(&reports, when), conversions(&reports, seed))
    };
    let before = inspect(&mut ledger, &[&from], "before").0;
    let copying = Job::new(vec![from.clone()], Mode::Convert(at(0)));
    work(&Job { output: Some(out.clone()), ..copying }, &mut ledger);
    let after = inspect(&mut ledger, &[&from], "the images, after -o");
    assert_eq!(after.0, before, "set {seed}: the images, after -o");
    if out.exists() {
        let both = inspect(&mut ledger, &[&from, &out], "both, after -o");
        assert_eq!(both, (before.clone(), expected.clone()), "set {seed}: both, after -o");
        let (copies, converted) = inspect(&mut ledger, &[&out], "the copies, after -o");
        assert_eq!(converted, expected, "set {seed}: the copies, after -o");
        // A server that only refused packs are bound to is not known there, and gets no unused pack.
        if copies.servers == before.servers {
            assert_eq!(copies, before, "set {seed}: the copies, after -o");
        }
    } else {
        assert!(expected.is_empty(), "set {seed}: nothing was copied");
    }
    fs::remove_dir_all(folder.path()).unwrap();
    set.write(&from, seed);
    let mut ledger = Ledger::temporary().unwrap();
    work(&in_folder(&from, Mode::Convert(at(0)), 1), &mut ledger);
    let after = inspect(&mut ledger, &[&from], "in place");
    assert_eq!(after, (before, expected), "set {seed}: in place");
}

/// What `inspect` said would be converted is what is, but for images that others took the place of meanwhile:
/// those fail as changed.
fn check_said(said: &[Report], done: &[Report], gone: &BTreeSet<PathBuf>, seed: u64) {
    let would = paths(said, Outcome::Convertible);
    let (changed, stay): (BTreeSet<_>, BTreeSet<_>) =
        would.into_iter().partition(|path| gone.contains(path));
    assert_eq!(paths(done, Outcome::Converted), stay, "set {seed}");
    let is_changed = |report: &&Report| {
        report.failure.as_ref().is_some_and(|failure| failure.code == FailureCode::Changed)
    };
    let failed: BTreeSet<_> = done.iter().filter(is_changed).map(|r| r.path.clone()).collect();
    assert!(failed.is_superset(&changed), "set {seed}: {changed:?} changed, {failed:?} failed");
}

/// In place, where images come late, in this order of the paths; a run that was stopped is run again.
fn check_runs(set: &Set, seed: u64, shuffle: u64, workers: usize) {
    let folder = TempDir::new().unwrap();
    let names = set.write(folder.path(), shuffle);
    let gone: BTreeSet<_> = set.replaced().map(|at| folder.path().join(&names[at])).collect();
    let mut ledger = Ledger::temporary().unwrap();
    let said = work(&in_folder(folder.path(), Mode::Inspect, workers), &mut ledger);
    let is_stopped = workers > 1;
    let come_late = || set.write_late(folder.path(), &names);
    let first = Run {
        job: &in_folder(folder.path(), Mode::Convert(at(0)), workers),
        stop_after: if is_stopped { Some((seed % 40) as usize) } else { None },
        when_surveyed: Some(&come_late),
    };
    let done = first.work(&mut ledger);
    if !is_stopped {
        check_said(&said, &done, &gone, seed);
    }
    // Whatever was left by a run that was stopped, the next one does, at another time.
    work(&in_folder(folder.path(), Mode::Convert(at(60)), workers), &mut ledger);
    let last = work(&in_folder(folder.path(), Mode::Inspect, 1), &mut ledger);
    check_end(set, &conversions(&last, seed), !is_stopped && gone.is_empty(), (seed, shuffle));
}

/// A pack is converted from the newest sound state that the first run saw, or that the second one did where the
/// first did not come to it.
fn check_end(set: &Set, found: &BTreeSet<[u8; 20]>, is_certain: bool, about: (u64, u64)) {
    let mut left = found.clone();
    for (first, end) in set.expected().into_iter().zip(set.expected_in_the_end()) {
        let one = [first.or(end), end].into_iter().take(if is_certain { 1 } else { 2 });
        let mut allowed: BTreeSet<_> = one.collect();
        allowed.retain(|source| source.is_none_or(|source| found.contains(&source)));
        let source =
            allowed.last().unwrap_or_else(|| panic!("set and order {about:?}: {found:x?}"));
        if let Some(source) = source {
            left.remove(source);
        }
    }
    assert!(left.is_empty(), "set and order {about:?}: {left:x?}");
}

fn check(seed: u64) {
    let set = Set::random(seed);
    check_plans(&set, seed);
    for (shuffle, workers) in [(seed, 1), (seed + 1, 2 + (seed % 3) as usize)] {
        check_runs(&set, seed, shuffle, workers);
    }
}

#[test]
fn what_is_said_is_done_to_the_newest_sound_state_whatever_the_order() {
    // A program that another test starts would hold this process's locks on the images for a moment.
    if !is_own_process(
        module_path!(),
        "what_is_said_is_done_to_the_newest_sound_state_whatever_the_order",
    ) {
        return;
    }
    let number =
        |variable| std::env::var(variable).ok().and_then(|count| count.parse::<u64>().ok());
    let (first, end) = match number("ADDPACK_SET") {
        Some(seed) => (seed, seed + 1),
        None => (0, number("ADDPACK_SETS").unwrap_or(SETS)),
    };
    let next = AtomicU64::new(first);
    let work = || {
        let seeds = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        seeds.take_while(|seed| *seed < end).for_each(check);
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
}
