//! Random sets of images, killed anywhere between the survey and the end, and run again: each file comes to the
//! very bytes, and the plan to the very words, that a run comes to which nobody kills.
//!
//! `ADDPACK_KILLED_SETS` raises the number of sets; a failure names the seed of its set.

use crate::support::judge::{Point, Threads, strace};
use crate::support::random_set::Set;
use crate::support::scene::{CONVERT, Scene};
use crate::support::simulator::Random;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Sets in the normal suite.
const USUAL: u64 = 40;
/// How often a run of each set is killed.
const KILLS: usize = 3;
/// Before which calls: what changes a file, a name, or the ledger.
const CALLS: [&str; 7] =
    ["pwrite64", "fdatasync", "fsync", "ftruncate", "linkat", "unlink", "mkdir"];

struct Trial {
    seed: u64,
    set: Set,
    args: Vec<&'static str>,
}

impl Trial {
    /// In place, or, every other one, into copies.
    fn new(seed: u64) -> Self {
        let mut args = CONVERT.to_vec();
        if seed % 2 == 1 {
            args.extend(["-o", "out"]);
        }
        args.push("in");
        Self { seed, set: Set::random(seed), args }
    }

    fn scene(&self) -> Scene {
        let scene = Scene::new();
        self.set.write(&scene.path("in"), self.seed);
        scene
    }

    /// What a run that nobody kills comes to, and how often it makes each of the calls.
    fn whole(&self) -> (Held, Vec<(&'static str, usize)>) {
        let scene = self.scene();
        let trace = format!("trace={}", CALLS.join(","));
        let traced = strace(&scene, &["-f", "-e", &trace], &self.args);
        let counts = CALLS.map(|call| (call, traced.count(call)));
        (held(&scene), counts.into_iter().filter(|(_, count)| *count > 0).collect())
    }

    /// Kills runs at points that chance decides; whether each was killed.
    fn check(&self) -> usize {
        let (whole, counts) = self.whole();
        let mut random = Random::new(self.seed);
        let mut killed = 0;
        for _ in 0..KILLS.min(counts.len() * KILLS) {
            let (call, count) = random.pick(&counts);
            let point = Point {
                threads: Threads::All,
                ..Point::first_thread(call, 1 + random.below(count))
            };
            let scene = self.scene();
            killed += usize::from(point.try_kill(&scene, &self.args).signal == Some(9));
            scene.run(&self.args);
            assert_eq!(held(&scene), whole, "set {}, killed at {point:?}", self.seed);
        }
        killed
    }
}

/// All that lies in a scene, by name, and what `plan` says of it.
type Held = (BTreeMap<PathBuf, Vec<u8>>, String);

fn held(scene: &Scene) -> Held {
    let root = scene.path("");
    let mut files = BTreeMap::new();
    collect(&root, &root, &mut files);
    // Copies are named by where they are.
    let plan = scene.run(&["plan", "--all", "--json", "in"]).stdout;
    (files, plan.replace(root.canonicalize().unwrap().to_str().unwrap(), ""))
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_owned();
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}

#[test]
fn sets_that_were_killed_anywhere_come_to_the_same_when_they_are_run_again() {
    crate::support::needs!("strace");
    let more = std::env::var("ADDPACK_KILLED_SETS").map(|number| number.parse().unwrap());
    let sets = more.unwrap_or(0).max(USUAL);
    let killed: usize = (0..sets).map(|seed| Trial::new(seed).check()).sum();
    assert!(killed as u64 > sets, "{killed} of {sets} sets");
}
