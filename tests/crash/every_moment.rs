//! Old or new: a crash of the machine, or a killed process, at every moment of a conversion.

use crate::support::volatile::{Case, Disk, FIRST, Held, PastCache, Run, change, convert};
use addpack::disk::Storage;
use addpack::pack::commit::Commit;
use addpack::report::Failure;

fn check_all(start: fn(&Case) -> Held, run: Run) {
    for case in Case::all() {
        let moments = case.check(&start(&case), run).unwrap_or_else(|why| panic!("{why}"));
        // Before the first call, and after each sector that is zeroed.
        assert!(moments > case.event_sectors, "only {moments} moments");
    }
}

/// The model notices `run` for every pack that has events.
fn assert_noticed(start: fn(&Case) -> Held, run: Run) {
    for case in Case::all().iter().filter(|case| case.event_sectors > 0) {
        let result = case.check(&start(case), run);
        let why = result.expect_err("a wrong order must not pass");
        assert!(why.contains("a crash leaves it Torn"), "{why}");
    }
}

#[test]
fn packs_of_these_tests_have_their_events_in_none_to_three_sectors() {
    for (number, case) in Case::all().iter().enumerate() {
        let disk = Disk::new(&case.untouched(), PastCache::Beside);
        let patch = change(&disk, FIRST).unwrap().patch;
        assert_eq!(patch.clean_up().count(), number);
        assert_eq!(patch.old[..], case.old);
    }
}

#[test]
fn crash_at_any_moment_of_a_conversion_leaves_old_or_new() {
    check_all(Case::untouched, convert);
}

#[test]
fn crash_at_any_moment_of_finishing_a_conversion_leaves_it_converted() {
    check_all(Case::unfinished, convert);
}

#[test]
fn crash_while_an_unsynced_conversion_is_finished_leaves_old_or_new() {
    check_all(Case::unsynced, convert);
}

#[test]
fn crash_while_a_conversion_whose_sync_failed_is_finished_leaves_old_or_new() {
    check_all(Case::forgotten, convert);
}

/// A conversion in the order of `steps`, whatever that is.
#[expect(clippy::unnecessary_wraps, reason = "as the product's run")]
fn in_order(disk: &Disk, at: u64, steps: &[Step]) -> Result<(), Failure> {
    let Some(Commit { medium, sectors, patch }) = change(disk, at) else { return Ok(()) };
    let write = |index: usize| medium.write(sectors[index], patch.sector(index).1).unwrap();
    for step in steps {
        match step {
            Step::CommitSector => write(0),
            Step::Zeroes => patch.clean_up().for_each(write),
            Step::Sync => medium.sync().unwrap(),
        }
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Step {
    CommitSector,
    Zeroes,
    Sync,
}

#[test]
fn right_order_passes_whoever_writes_it() {
    check_all(Case::untouched, |disk, at| {
        in_order(disk, at, &[Step::CommitSector, Step::Sync, Step::Zeroes])
    });
}

#[test]
fn zeroes_before_the_commit_sector_are_noticed() {
    assert_noticed(Case::untouched, |disk, at| {
        in_order(disk, at, &[Step::Zeroes, Step::CommitSector, Step::Sync])
    });
    assert_noticed(Case::untouched, |disk, at| {
        in_order(disk, at, &[Step::Zeroes, Step::Sync, Step::CommitSector, Step::Sync])
    });
}

#[test]
fn zeroes_without_a_sync_before_them_are_noticed() {
    assert_noticed(Case::untouched, |disk, at| {
        in_order(disk, at, &[Step::CommitSector, Step::Zeroes, Step::Sync])
    });
}

#[test]
fn finishing_without_a_sync_is_noticed_where_the_first_run_had_none() {
    let without_sync: Run = |disk, at| in_order(disk, at, &[Step::Zeroes, Step::Sync]);
    assert_noticed(Case::unsynced, without_sync);
    check_all(Case::unfinished, without_sync);
}

#[test]
fn sync_that_writes_nothing_is_noticed_where_the_sync_before_it_failed() {
    assert_noticed(Case::forgotten, |disk, at| in_order(disk, at, &[Step::Sync, Step::Zeroes]));
}

#[test]
fn byte_written_outside_the_record_is_noticed() {
    let too_much: Run = |disk, at| {
        convert(disk, at)?;
        disk.write(0, &[0; 512]).unwrap();
        Ok(())
    };
    for case in Case::all() {
        let why = case.check(&case.untouched(), too_much).expect_err("a byte outside the record");
        assert!(why.contains("outside the record"), "{why}");
    }
}
