//! Random sets of images: copies, backups, transfers, rot and late images, in random order. What `inspect` says
//! would be converted is what is; each pack ends with one 4.5 identity at most, made of the newest sound state;
//! and a run that was stopped anywhere and run again comes to the same.

use crate::support::own_process::is_own_process;
use crate::support::random_set::Set;
use addpack::ledger::Ledger;
use addpack::plan::set::Sets;
use addpack::plan::{Edition, FIRST_LICENSES, PackFacts, ServerState, plan_all};
use addpack::record::Record;
use addpack::record::event::ServerVersion;
use addpack::record::fields::{FileTime, Seal};
use addpack::report::{Outcome, Report};
use addpack::run::{Job, Listener, Mode, Said, run};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tempfile::TempDir;

const SETS: u64 = 2_000;
/// The last words of a run, and a stop after so many of them.
struct Words<'a> {
    seen: Vec<Report>,
    said: Vec<Report>,
    stop: &'a AtomicBool,
    stop_after: usize,
}

impl Words<'_> {
    fn count(&mut self) {
        if self.stop_after == 0 {
            self.stop.store(true, Ordering::Relaxed);
        }
        self.stop_after = self.stop_after.saturating_sub(1);
    }
}

impl Listener for Words<'_> {
    fn seen(&mut self, report: Box<Report>) -> ControlFlow<()> {
        self.seen.push(*report);
        self.count();
        ControlFlow::Continue(())
    }

    fn image(&mut self, said: Said) -> ControlFlow<()> {
        let seen = self.seen.remove(0);
        match said {
            Said::AsSeen => self.said.push(seen),
            Said::Anew(report) => self.said.push(*report),
            Said::Nothing => {}
        }
        self.count();
        ControlFlow::Continue(())
    }

    fn repeated(&mut self, _: &Path, _: &Path) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

fn work(
    folder: &Path,
    mode: Mode,
    workers: usize,
    ledger: &mut Ledger,
    stop_after: usize,
) -> Vec<Report> {
    work_on(&Job { workers, ..Job::new(vec![folder.to_owned()], mode) }, ledger, stop_after)
}

fn work_on(job: &Job, ledger: &mut Ledger, stop_after: usize) -> Vec<Report> {
    let stop = AtomicBool::new(false);
    let mut words = Words { seen: Vec::new(), said: Vec::new(), stop: &stop, stop_after };
    run(job, ledger, &stop, &mut words).unwrap();
    words.said
}

fn paths(reports: &[Report], outcome: Outcome) -> BTreeSet<PathBuf> {
    reports.iter().filter(|r| r.outcome == outcome).map(|report| report.path.clone()).collect()
}

/// The source digests and identities of the 4.5 records in a folder, by their serials.
fn conversions(reports: &[Report]) -> BTreeMap<String, BTreeSet<([u8; 20], Seal)>> {
    let mut found: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for record in reports.iter().filter_map(Report::record) {
        if let Record { origin: Some(origin), identity_seal, .. } = record {
            let serial = record.serial.text().unwrap().to_owned();
            found.entry(serial).or_default().insert((origin.source_digest.0, *identity_seal));
        }
    }
    found
}

fn at(seconds: i64) -> FileTime {
    FileTime::from_unix_seconds(1_795_435_200 + seconds).unwrap()
}

/// The servers that packs are bound to, and the licenses that all of them together gain by their plans: which of
/// them an unused pack goes to is a matter of order.
fn planned(reports: &[Report]) -> (BTreeSet<[u8; 6]>, u16) {
    let facts: Vec<_> = reports.iter().filter_map(|r| PackFacts::of(r, false)).collect();
    let mut sets = Sets::new(usize::MAX);
    for facts in &facts {
        sets.add(facts);
    }
    let (edition, version) = (Edition::Retail, ServerVersion::V45);
    let like = ServerState { edition, version, identity: None, installed: FIRST_LICENSES };
    let fleet = plan_all(&facts, &sets, &like);
    let servers = fleet.plans.iter().filter_map(|(server, _)| Some(server.identity?.address.0));
    let gained = fleet.plans.iter().map(|(_, plan)| plan.reaches - FIRST_LICENSES).sum();
    (servers.collect(), gained)
}

/// The plan reaches the same before anything is converted, after it was in place, and after it was into copies,
/// whichever of the folders is named then.
fn check_plans(set: &Set, seed: u64) {
    let folder = TempDir::new().unwrap();
    let (from, out) = (folder.path().join("in"), folder.path().join("out"));
    set.write(&from, seed);
    let mut ledger = Ledger::temporary().unwrap();
    let inspect = |ledger: &mut Ledger, paths: &[&PathBuf]| {
        let paths = paths.iter().map(|path| (*path).clone()).collect();
        planned(&work_on(&Job::new(paths, Mode::Inspect), ledger, usize::MAX))
    };
    let before = inspect(&mut ledger, &[&from]);
    let copying = Job::new(vec![from.clone()], Mode::Convert(at(0)));
    let copying = Job { output: Some(out.clone()), ..copying };
    work_on(&copying, &mut ledger, usize::MAX);
    assert_eq!(inspect(&mut ledger, &[&from]), before, "set {seed}: the images, after -o");
    if out.exists() {
        assert_eq!(inspect(&mut ledger, &[&from, &out]), before, "set {seed}: both, after -o");
        let copies = inspect(&mut ledger, &[&out]);
        // A server that only refused packs are bound to is not known there, and gets no unused pack.
        if copies.0 == before.0 {
            assert_eq!(copies, before, "set {seed}: the copies, after -o");
        }
    }
    fs::remove_dir_all(folder.path()).unwrap();
    set.write(&from, seed);
    let mut ledger = Ledger::temporary().unwrap();
    work(&from, Mode::Convert(at(0)), 1, &mut ledger, usize::MAX);
    assert_eq!(inspect(&mut ledger, &[&from]), before, "set {seed}: in place");
}

fn check(seed: u64) {
    let set = Set::random(seed);
    let mut expected: Vec<_> = (0..set.lives.len()).filter_map(|pack| set.expected(pack)).collect();
    expected.sort_unstable();
    check_plans(&set, seed);
    for (shuffle, workers) in [(seed, 1), (seed + 1, 4)] {
        let folder = TempDir::new().unwrap();
        set.write(folder.path(), shuffle);
        let mut ledger = Ledger::temporary().unwrap();
        let said = work(folder.path(), Mode::Inspect, workers, &mut ledger, usize::MAX);
        let stop_after = if workers == 1 { usize::MAX } else { (seed % 40) as usize };
        let done = work(folder.path(), Mode::Convert(at(0)), workers, &mut ledger, stop_after);
        if workers == 1 {
            let (would, was) = (Outcome::Convertible, Outcome::Converted);
            assert_eq!(paths(&said, would), paths(&done, was), "set {seed}");
        }
        // Whatever was left by a run that was stopped, the next one does, at another time.
        work(folder.path(), Mode::Convert(at(60)), workers, &mut ledger, usize::MAX);
        let found = conversions(&work(folder.path(), Mode::Inspect, 1, &mut ledger, usize::MAX));
        assert!(found.values().all(|one| one.len() == 1), "set {seed}: two conversions of a pack");
        let mut sources: Vec<_> = found.values().flatten().map(|one| one.0).collect();
        sources.sort_unstable();
        assert_eq!(sources, expected, "set {seed}, order {shuffle}");
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
    let count = std::env::var("ADDPACK_SETS").ok().and_then(|count| count.parse().ok());
    let next = AtomicU64::new(0);
    let work = || {
        let seeds = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        seeds.take_while(|seed| *seed < count.unwrap_or(SETS)).for_each(check);
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
}
