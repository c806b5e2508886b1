//! What a conversion changes, sector by sector.

use crate::support::simulator::{Pack, sample};
use addpack::conversion::{Patch, decide};
use addpack::diagnosis::{Verdict, diagnose};
use addpack::record::fields::FileTime;
use addpack::record::{RECORD_LEN, RECORD_SECTORS, RecordBytes};

const SECTOR: usize = 512;

fn patch_of(pack: &Pack) -> Patch {
    let at = FileTime::from_unix_seconds(1_795_435_200).unwrap();
    decide(&diagnose(&pack.bytes), at).expect("it converts")
}

fn clean_up(patch: &Patch) -> Vec<usize> {
    patch.clean_up().collect()
}

#[test]
fn record_of_2048_bytes_has_four_sectors() {
    assert_eq!((RECORD_LEN, RECORD_SECTORS), (2048, 4));
    let patch = patch_of(&sample::full(sample::unused()));
    for index in 0..4 {
        let (old, new) = patch.sector(index);
        assert_eq!(old, &patch.old[index * SECTOR..][..SECTOR]);
        assert_eq!(new, &patch.new[index * SECTOR..][..SECTOR]);
    }
}

#[test]
fn conversion_commits_by_the_first_sector_and_zeroes_those_that_hold_events() {
    for (pack, zeroed) in [
        (sample::unused(), &[][..]),
        (sample::used_40(), &[1]),
        (sample::full(sample::unused()), &[1, 2, 3]),
    ] {
        let patch = patch_of(&pack);
        assert!(patch.commits());
        assert_eq!(patch.old[..], pack.bytes);
        assert_eq!(clean_up(&patch), zeroed);
    }
}

#[test]
fn unfinished_conversion_writes_all_sectors_behind_the_first_again() {
    // Zeros that the disk did not take may stand in the cache only.
    let old = sample::full(sample::unused());
    let mut unfinished = sample::converted(&old);
    unfinished.bytes[2 * SECTOR..].copy_from_slice(&old.bytes[2 * SECTOR..]);
    let patch = patch_of(&unfinished);
    assert!(!patch.commits());
    assert_eq!(clean_up(&patch), [1, 2, 3]);
    assert_eq!(diagnose(&patch.new).verdict, Verdict::AlreadyConverted);
}

#[test]
fn record_is_on_the_way_if_each_byte_is_of_before_or_after() {
    let patch = patch_of(&sample::used_40());
    let with = |change: &dyn Fn(&mut RecordBytes)| {
        let mut held = patch.old;
        change(&mut held);
        patch.is_on_the_way(&held)
    };
    assert!(with(&|_| {}));
    assert!(with(&|held| *held = patch.new));
    assert!(with(&|held| held[..SECTOR].copy_from_slice(&patch.new[..SECTOR])));
    let at = (0..RECORD_LEN).find(|at| patch.old[*at] != patch.new[*at]).unwrap();
    let other = (0..=255).find(|byte| *byte != patch.old[at] && *byte != patch.new[at]).unwrap();
    assert!(!with(&|held| held[at] = other));
    assert!(!with(&|held| held[RECORD_LEN - 1] = 1));
}
