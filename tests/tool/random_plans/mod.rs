//! Random sets: simulated servers do what the plan says, pack by pack, and get the licenses that it
//! promised; what it turns away, they turn away. The program prints that plan, with the servers' own words.
//!
//! `ADDPACK_PLANS` raises their number; a failure names the seed of its set.

mod case;
mod outline;
mod trial;
mod words;

use std::collections::BTreeMap;
use trial::Trial;

/// Names the set in which a test failed.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("failed in the set of seed {}", self.0);
        }
    }
}

fn sets() -> u64 {
    let more = std::env::var("ADDPACK_PLANS").map(|number| number.parse().unwrap());
    more.unwrap_or(0).max(2_000)
}

/// What must come up in one of this many sets, or more often.
const SEEN: [(&str, u64); 20] = [
    ("restores", 4),
    ("adds", 4),
    ("convert-first", 8),
    ("finish-first", 100),
    ("refused", 8),
    ("not-sbs", 20),
    ("no-added-licenses", 20),
    ("record-full", 100),
    ("other-server", 4),
    ("over-limit", 8),
    ("already-applied", 20),
    ("twin", 60),
    ("behind-gap", 20),
    ("out-of-order", 20),
    ("defective", 20),
    ("said", 2),
    ("corrupt", 10),
    ("gap", 30),
    ("unused before used", 100),
    ("no order reaches more", 2),
];

#[test]
fn servers_do_what_every_plan_says() {
    let sets = sets();
    let mut tally: BTreeMap<String, usize> = BTreeMap::new();
    for seed in 0..sets {
        let named = Seed(seed);
        let mut trial = Trial::new(seed);
        trial.assert_gaps();
        trial.count_shapes();
        trial.assert_most();
        trial.follow();
        drop(named);
        for (what, count) in trial.tally {
            *tally.entry(what).or_default() += count;
        }
    }
    for (what, one_in) in SEEN {
        let seen = tally.get(what).copied().unwrap_or_default();
        assert!(seen as u64 >= sets / one_in, "{what}: {seen} in {sets} sets: {tally:#?}");
    }
}

/// Sets that the program is run on.
const PRINTED: u64 = 60;

#[test]
fn program_prints_the_plan_of_the_library_in_the_words_of_the_servers() {
    let mut said = 0;
    for seed in 0..PRINTED {
        let _named = Seed(seed);
        said += words::assert_said(seed);
    }
    assert!(said > 100, "{said}");
}
