//! Random sets of images: copies, backups, transfers, rot and late images, in random order. What `inspect` says
//! would be converted is what is; each pack ends with one 4.5 identity at most, made of the newest sound state;
//! and a run that was stopped anywhere and run again comes to the same.

use crate::support::planned::image_of;
use crate::support::simulator::{Pack, Random, Release, Server, sample};
use addpack::ledger::Ledger;
use addpack::record::Record;
use addpack::record::fields::{FileTime, Seal};
use addpack::report::{Outcome, Report};
use addpack::run::{Job, Listener, Mode, Said, run};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

const SETS: u64 = 2_000;
const MADE_AT: u64 = 125_411_328_000_000_000;

/// The states of a pack's life, and what is known of each.
struct State {
    pack: Pack,
    is_sound: bool,
}

/// An image, and the state that it is of.
struct Image {
    name: String,
    pack: usize,
    state: usize,
}

struct Set {
    lives: Vec<Vec<State>>,
    images: Vec<Image>,
}

impl Set {
    fn random(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let lives: Vec<_> = (0..=random.below(3)).map(|number| life(&mut random, number)).collect();
        let mut images = Vec::new();
        for (pack, life) in lives.iter().enumerate() {
            for _ in 0..=random.below(4) {
                let name = format!("{}/{:03}.img", random.below(3), images.len());
                images.push(Image { name, pack, state: random.below(life.len()) });
            }
        }
        Self { lives, images }
    }

    /// Writes the images, with their names shuffled by `seed`.
    fn write(&self, folder: &Path, seed: u64) {
        let mut names: Vec<_> = self.images.iter().map(|image| image.name.clone()).collect();
        Random::new(seed).shuffle(&mut names);
        for (image, name) in self.images.iter().zip(names) {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, image_of(&self.lives[image.pack][image.state].pack.bytes)).unwrap();
        }
    }

    /// The digest of the record that a pack is to be converted from, if it is.
    fn expected(&self, pack: usize) -> Option<[u8; 20]> {
        let life = &self.lives[pack];
        let seen: BTreeSet<_> = self
            .images
            .iter()
            .filter(|image| image.pack == pack)
            .map(|image| image.state)
            .collect();
        let newest = seen.iter().rev().find(|state| life[**state].is_sound)?;
        let later = seen.iter().filter(|state| *state > newest);
        let binding = &life[*newest].pack.binding;
        let agrees = |state: &usize| life[*state].pack.binding == *binding;
        later.clone().all(agrees).then(|| Seal20::of(&life[*newest].pack.bytes))
    }
}

struct Seal20;

impl Seal20 {
    fn of(bytes: &[u8]) -> [u8; 20] {
        crate::support::simulator::digest(&[bytes])
    }
}

/// One life: each state is the one before and an event more. The last may be spoilt by a 4.5 server.
fn life(random: &mut Random, number: usize) -> Vec<State> {
    let serial = format!("12345-270-0000{number:03}-00001");
    let mut pack = Pack::unused_40(&serial, 5, MADE_AT);
    let sound = |pack: &Pack| State { pack: pack.clone(), is_sound: true };
    let mut states = vec![sound(&pack)];
    let mut servers: Vec<Server> = (1..=2).map(|at| sample::server(Release::V40, at)).collect();
    let mut at = 0;
    if random.one_in(4) {
        return states;
    }
    assert!(servers[0].apply(&mut pack));
    states.push(sound(&pack));
    for _ in 0..random.below(4) {
        if random.one_in(3) {
            at = 1 - at;
            servers[at].reinstall();
            if !servers[at].transfer(&mut pack) {
                break;
            }
        } else {
            sample::reapply(&mut pack, &mut servers[at]);
        }
        states.push(sound(&pack));
    }
    if random.one_in(3) {
        let mut upgraded = sample::server(Release::V45, u8::try_from(at + 1).unwrap());
        assert!(upgraded.spoil(&mut pack, random.one_in(2)));
        states.push(State { pack, is_sound: false });
    }
    states
}

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
    let job = Job { workers, ..Job::new(vec![folder.to_owned()], mode) };
    let stop = AtomicBool::new(false);
    let mut words = Words { seen: Vec::new(), said: Vec::new(), stop: &stop, stop_after };
    run(&job, ledger, &stop, &mut words).unwrap();
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

fn check(seed: u64) {
    let set = Set::random(seed);
    let mut expected: Vec<_> = (0..set.lives.len()).filter_map(|pack| set.expected(pack)).collect();
    expected.sort_unstable();
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
    let count = std::env::var("ADDPACK_SETS").ok().and_then(|count| count.parse().ok());
    (0..count.unwrap_or(SETS)).for_each(check);
}
