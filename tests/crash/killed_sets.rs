//! Random sets of images, killed anywhere between the survey and the end, and run again: each file comes to the
//! very bytes that a run comes to which nobody kills.

use crate::support::judge::strace;
use crate::support::random_set::Set;
use crate::support::scene::Scene;
use std::collections::BTreeMap;
use std::fs;

const SETS: u64 = 8;
/// Calls of one kind that a run is killed at, at most.
const POINTS: usize = 5;
const CONVERT: [&str; 4] = ["convert", "--yes", "--json", "in"];

fn scene_of(set: &Set, seed: u64) -> Scene {
    let scene = Scene::new();
    set.write(&scene.path("in"), seed);
    scene
}

/// All files of a set, by their names.
fn files(scene: &Scene, set: &Set) -> BTreeMap<String, Vec<u8>> {
    let read = |name: &String| (name.clone(), fs::read(scene.path("in").join(name)).unwrap());
    set.images.iter().map(|image| &image.name).map(read).collect()
}

#[test]
fn sets_that_were_killed_anywhere_come_to_the_same_when_they_are_run_again() {
    crate::support::needs!("strace");
    let mut killed = 0;
    for seed in 0..SETS {
        let set = Set::random(seed);
        let scene = scene_of(&set, seed);
        let traced = strace(&scene, &["-f", "-e", "trace=pwrite64,fdatasync"], &CONVERT);
        let whole = files(&scene, &set);
        for call in ["pwrite64", "fdatasync"] {
            let count = traced.count(call);
            for when in (1..=count).step_by(count.div_ceil(POINTS).max(1)) {
                let scene = scene_of(&set, seed);
                let trace = format!("trace={call}");
                let inject = format!("inject={call}:signal=KILL:when={when}");
                strace(&scene, &["-f", "-e", &trace, "-e", &inject], &CONVERT);
                killed += 1;
                scene.run(&CONVERT);
                assert!(files(&scene, &set) == whole, "set {seed}, killed at {call} {when}");
            }
        }
    }
    assert!(killed > 30, "{killed}");
}
