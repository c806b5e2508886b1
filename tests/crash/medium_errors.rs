//! Errors on the way: each is reported by its name, with the state that the disk truly holds, and none
//! costs a pack.

use crate::support::volatile::{
    Call, Case, Disk, FIRST, Fault, PastCache, Place, Trial, convert, early, late,
};
use addpack::report::{Failure, FailureCode, Operation, PackState};

/// Errors of Linux, and what they are called.
const ERRORS: [(i32, FailureCode); 9] = [
    (1, FailureCode::Immutable),
    (5, FailureCode::IoError),
    (6, FailureCode::IoError),
    (13, FailureCode::NotOwner),
    (27, FailureCode::FileSizeLimit),
    (28, FailureCode::NoSpace),
    (30, FailureCode::ReadOnlyDisk),
    (122, FailureCode::NoSpace),
    (123, FailureCode::IoError),
];
const EIO: i32 = 5;

#[track_caller]
fn assert_named(failure: &Failure, operation: Operation, code: FailureCode) {
    assert_eq!((failure.operation, failure.code), (operation, code), "{failure:?}");
}

fn torn(length: usize, to: Place) -> Fault {
    Fault::Torn { errno: EIO, length, to }
}

#[test]
fn failed_write_of_the_commit_sector_leaves_the_pack_as_it_was() {
    for (errno, code) in ERRORS {
        early(&[(Call::Write, 1, Fault::Error(errno))]).run(|_, failure, truth| {
            assert_named(failure, Operation::Write, code);
            assert_eq!(truth, PackState::Old);
        });
    }
}

/// The first bytes are the same in both versions, the last ones zero in both.
fn is_torn_at(length: usize) -> bool {
    (8..0x98).contains(&length)
}

#[test]
fn sector_that_is_torn_on_the_disk_is_put_back() {
    for length in 0..=512 {
        early(&[(Call::Write, 1, torn(length, Place::Disk))]).run(|case, failure, truth| {
            assert_named(failure, Operation::Write, FailureCode::IoError);
            let is_new = length > 8 && !is_torn_at(length);
            assert_eq!(truth, if is_new { case.committed() } else { PackState::Old }, "{length}");
        });
    }
}

fn tear_in_the_cache(past_cache: PastCache) {
    for length in 0..=512 {
        let faults = [(Call::Write, 1, torn(length, Place::Cache))];
        Trial { past_cache: &[past_cache], ..early(&faults) }.run(|_, failure, truth| {
            assert_named(failure, Operation::Write, FailureCode::IoError);
            assert_ne!(truth, PackState::Torn, "{length}");
        });
    }
}

#[test]
fn sector_that_is_torn_in_the_cache_is_put_back() {
    tear_in_the_cache(PastCache::Flushes);
}

#[test]
fn sector_that_is_torn_in_the_cache_is_put_back_though_the_disk_does_not_show_it() {
    tear_in_the_cache(PastCache::Beside);
}

#[test]
fn torn_sector_that_cannot_be_put_back_is_called_torn() {
    for fault in [(Call::Write, 2, Fault::Error(EIO)), (Call::Sync, 1, Fault::Error(EIO))] {
        for length in [8, 100, 0x97] {
            assert!(is_torn_at(length));
            let faults = [(Call::Write, 1, torn(length, Place::Disk)), fault];
            Trial { past_cache: &[PastCache::Beside], ..early(&faults) }.run(
                |_, failure, truth| {
                    assert_named(failure, Operation::Write, FailureCode::IoError);
                    assert_eq!(truth, PackState::Torn);
                },
            );
        }
    }
}

#[test]
fn state_is_reported_after_an_attempt_to_put_a_torn_sector_back_that_reports_an_error() {
    for back in (0..=512).step_by(16) {
        let again = (Call::Write, 2, torn(back, Place::Disk));
        early(&[(Call::Write, 1, torn(100, Place::Disk)), again]).run(|_, _, _| {});
    }
    for reached in [false, true] {
        let sync = (Call::Sync, 1, Fault::Forgets { errno: EIO, reached });
        early(&[(Call::Write, 1, torn(100, Place::Disk)), sync]).run(|_, _, _| {});
    }
}

fn fail_the_sync(past_cache: PastCache) {
    for (errno, code) in ERRORS {
        for fault in [
            Fault::Error(errno),
            Fault::Forgets { errno, reached: false },
            Fault::Forgets { errno, reached: true },
        ] {
            let faults = [(Call::Sync, 1, fault)];
            Trial { past_cache: &[past_cache], ..early(&faults) }
                .run(|_, failure, _| assert_named(failure, Operation::Sync, code));
        }
    }
}

#[test]
fn failed_sync_is_reported_with_what_the_disk_holds() {
    fail_the_sync(PastCache::Flushes);
}

#[test]
fn failed_sync_costs_nothing_though_the_cache_goes_on_showing_what_was_lost() {
    fail_the_sync(PastCache::Beside);
}

/// The packs whose clean-up is something to do.
fn used_packs() -> impl Iterator<Item = Case> {
    Case::all().into_iter().filter(|case| case.event_sectors > 0)
}

#[test]
fn failed_sync_of_an_unfinished_conversion_is_reported_with_what_the_disk_holds() {
    for start in [Case::unfinished, Case::unsynced] {
        for reached in [false, true] {
            let faults = [(Call::Sync, 1, Fault::Forgets { errno: EIO, reached })];
            let trial = Trial { start, ..early(&faults) };
            used_packs().for_each(|case| {
                trial.run_on(&case, |_, failure, _| {
                    assert_named(failure, Operation::Sync, FailureCode::IoError);
                });
            });
        }
    }
}

#[test]
fn pack_whose_conversion_never_reached_the_disk_is_not_called_torn() {
    let forgets = Fault::Forgets { errno: EIO, reached: false };
    let faults = [(Call::Sync, 1, forgets), (Call::Sync, 2, forgets)];
    let trial = Trial { start: Case::unsynced, ..early(&faults) };
    used_packs().for_each(|case| {
        trial.run_on(&case, |_, _, truth| {
            assert_eq!(truth, PackState::Old);
        });
    });
}

#[test]
fn failed_clean_up_leaves_an_unfinished_conversion() {
    for case in used_packs() {
        for sector in 1..=case.event_sectors {
            for (errno, code) in ERRORS {
                let faults = [(Call::Write, sector, Fault::Error(errno))];
                late(&faults).run_on(&case, |_, failure, truth| {
                    assert_named(failure, Operation::CleanUp, code);
                    assert_eq!(truth, PackState::Unfinished);
                });
            }
            for length in (0..=512).step_by(32) {
                for to in [Place::Disk, Place::Cache] {
                    late(&[(Call::Write, sector, torn(length, to))]).run_on(
                        &case,
                        |_, failure, _| {
                            assert_named(failure, Operation::CleanUp, FailureCode::IoError);
                        },
                    );
                }
            }
        }
    }
}

#[test]
fn clean_up_that_the_disk_does_not_take_is_reported() {
    for (reached, expected) in [(false, PackState::Unfinished), (true, PackState::New)] {
        for case in used_packs() {
            let fault = Fault::Forgets { errno: EIO, reached };
            late(&[(Call::Sync, 1, fault)]).run_on(&case, |_, failure, truth| {
                assert_named(failure, Operation::CleanUp, FailureCode::IoError);
                assert_eq!(truth, expected);
            });
        }
    }
}

#[test]
fn pack_that_is_said_to_be_converted_is_so_after_a_crash() {
    for case in Case::all() {
        for past_cache in PastCache::BOTH {
            let disk = Disk::new(&case.untouched(), past_cache);
            convert(&disk, FIRST).unwrap();
            for survivor in disk.held().survivors() {
                assert_eq!(case.truth(&survivor), PackState::New);
            }
        }
    }
}

#[test]
fn record_that_cannot_be_read_back_is_reported_with_what_the_disk_holds() {
    for fault in [Fault::Error(EIO), Fault::Flips] {
        for case in used_packs() {
            late(&[(Call::ReadPastCache, 1, fault)]).run_on(&case, |_, failure, truth| {
                assert_named(failure, Operation::ReadBack, FailureCode::IoError);
                assert_eq!(truth, PackState::New);
            });
        }
    }
}

#[test]
fn state_that_cannot_be_read_is_unknown() {
    for case in Case::all() {
        let disk = Disk::new(&case.untouched(), PastCache::Beside);
        disk.fail(Call::Write, 1, Fault::Error(EIO));
        (1..=100).for_each(|nth| disk.fail(Call::ReadPastCache, nth, Fault::Error(EIO)));
        let failure = convert(&disk, FIRST).expect_err("a failed write");
        assert_named(&failure, Operation::Write, FailureCode::IoError);
        assert_eq!(failure.state, Some(PackState::Unknown));
        case.check_recovers(&disk.held(), 1).unwrap();
    }
}

#[test]
fn clean_up_that_writes_something_else_is_noticed_and_finished_later() {
    for case in used_packs() {
        late(&[(Call::Write, 1, Fault::Flips)]).run_on(&case, |_, failure, truth| {
            assert_named(failure, Operation::ReadBack, FailureCode::IoError);
            assert_eq!(truth, PackState::Unfinished);
        });
    }
}

#[test]
fn commit_sector_that_reads_back_wrong_is_put_back_and_costs_no_event() {
    for fault in [Fault::Flips, Fault::Ignores] {
        early(&[(Call::Write, 1, fault)]).run(|_, failure, truth| {
            assert_named(failure, Operation::ReadBack, FailureCode::IoError);
            assert_eq!(truth, PackState::Old);
        });
    }
}

#[test]
fn commit_sector_that_the_disk_drops_costs_no_event() {
    for case in Case::all() {
        for past_cache in PastCache::BOTH {
            let disk = Disk::new(&case.untouched(), past_cache);
            disk.fail(Call::Write, 1, Fault::Drops);
            let result = convert(&disk, FIRST);
            let what = format!("{} event sectors, {past_cache:?}: {result:?}", case.event_sectors);
            for survivor in disk.held().survivors() {
                case.check_whole(&survivor).unwrap_or_else(|why| panic!("{what}; {why}"));
            }
        }
    }
}
