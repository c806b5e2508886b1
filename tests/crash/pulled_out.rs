//! A diskette that is pulled out, torn or exchanged in the middle of its conversion: at every call of
//! every conversion, and what the run that meets it next makes of it.

use crate::support::simulator;
use crate::support::slot::{After, Mishap, Slot};
use crate::support::volatile::{Case, FIRST, Held, SECOND};
use addpack::conversion::{Patch, decide};
use addpack::disk::{DisketteStorage, Memory};
use addpack::media::VerifyingReader;
use addpack::pack::commit::Commit;
use addpack::pack::examine::{Examination, RecordSectors, examine};
use addpack::record::fields::FileTime;
use addpack::report::{Failure, FailureCode, PackState};
use std::sync::Arc;

const RETRIES: u32 = 5;

/// The diskette with this record on it, as far as the record goes: there are many to be made.
fn diskette(case: &Case, record: &[u8]) -> Vec<u8> {
    let last = case.sectors.into_iter().max().unwrap();
    let all: Vec<_> = (0..=last).step_by(512).collect();
    case.holding(record).durable(&all)
}

fn record(case: &Case, diskette: &[u8]) -> Vec<u8> {
    let sector = |at: &u64| diskette[usize::try_from(*at).unwrap()..][..512].to_vec();
    case.sectors.iter().flat_map(sector).collect()
}

/// What the product would do to a diskette at a time, and where.
fn planned(diskette: &impl DisketteStorage, at: u64) -> Option<(Patch, RecordSectors)> {
    let Examination::Pack(pack) = examine(diskette).unwrap() else { panic!("no pack") };
    decide(&pack.diagnosis, FileTime(at)).zip(pack.sectors)
}

/// Does it, as on a drive.
fn change<S: DisketteStorage>(
    medium: S,
    (patch, sectors): (Patch, RecordSectors),
) -> Result<S, Failure> {
    let commit = Commit { medium, sectors, patch };
    commit.check().and_then(|()| commit.commit()).and_then(|()| commit.finish())?;
    Ok(commit.medium)
}

/// A conversion in which one call goes wrong.
struct Trial<'a> {
    case: &'a Case,
    /// The record as it was before.
    start: &'a [u8],
    mishap: Mishap,
    call: usize,
    result: Result<(), Failure>,
    after: After,
}

/// Every call of a conversion goes wrong in this way; `start` is what the diskette holds.
fn each_call(case: &Case, start: &[u8], mishap: Mishap, mut check: impl FnMut(Trial<'_>)) {
    let before = diskette(case, start);
    let other = diskette(case, &simulator::sample::used_40().bytes);
    assert!(other != before);
    let plan = planned(&Memory::new(before.clone()), FIRST).expect("something to do");
    let run = |left, mishap| {
        let medium = Arc::new(Slot::new(&before, &other, left, mishap));
        let result = change(VerifyingReader::new(medium.clone(), RETRIES), plan.clone());
        (medium, result.map(drop))
    };
    let (quiet, result) = run(0, None);
    result.expect("nothing went wrong");
    for call in 0..quiet.calls() {
        let (slot, result) = run(call, Some(mishap));
        let after = slot.after();
        let mut elsewhere = after.diskette.clone();
        for at in case.sectors.map(|at| usize::try_from(at).unwrap()) {
            elsewhere[at..at + 512].copy_from_slice(&before[at..at + 512]);
        }
        assert!(elsewhere == before, "{mishap:?} {call}: more than the record was written");
        assert!(after.other == other, "{mishap:?} {call}: the other diskette was written to");
        check(Trial { case, start, mishap, call, result, after });
    }
}

impl Trial<'_> {
    fn name(&self) -> String {
        let (mishap, call) = (self.mishap, self.call);
        format!("{mishap:?} at call {call}, {} event sectors", self.case.event_sectors)
    }

    /// The state of the pack, by the bytes on its diskette.
    fn truth(&self) -> PackState {
        self.case.state_of(&self.record())
    }

    fn record(&self) -> Vec<u8> {
        record(self.case, &self.after.diskette)
    }

    /// The state that was reported is the true one, or the diskette was not there to be asked. Where none
    /// was reported, nothing was written.
    fn check_state(&self) {
        match &self.result {
            Ok(()) => assert_eq!(self.truth(), PackState::New, "{}", self.name()),
            Err(Failure { state: None, .. }) => {
                assert!(self.record() == self.start, "{}", self.name());
            }
            Err(Failure { state: Some(PackState::Unknown), .. }) => {
                assert!(!self.after.is_in, "{}: it was there to be read", self.name());
            }
            Err(Failure { state: Some(state), .. }) => {
                assert_eq!(*state, self.truth(), "{}", self.name());
            }
        }
    }

    /// The pack is old or new, and the next run, with nothing but the diskette, completes it.
    fn check_next_run(&self) {
        assert_ne!(self.truth(), PackState::Torn, "{}", self.name());
        let mut medium = Memory::new(self.after.diskette.clone());
        if let Some(plan) = planned(&medium, SECOND) {
            let result = change(medium, plan);
            medium = result.unwrap_or_else(|failure| panic!("{}: {failure:?}", self.name()));
        }
        let end = self.case.state_of(&record(self.case, &medium.into_bytes()));
        assert_eq!(end, PackState::New, "{}", self.name());
    }
}

/// The record as it is before, and as an earlier run has left it.
fn starts(case: &Case) -> Vec<Vec<u8>> {
    let held = |held: &Held| held.durable(&case.sectors);
    let mut starts = vec![case.old.clone()];
    if case.event_sectors > 0 {
        starts.push(held(&case.unfinished()));
    }
    starts
}

fn for_all(mishap: Mishap, mut check: impl FnMut(Trial<'_>)) {
    for case in Case::all() {
        for start in starts(&case) {
            each_call(&case, &start, mishap, &mut check);
        }
    }
}

#[test]
fn diskette_pulled_out_at_any_call_is_old_or_new_and_completed_by_the_next_run() {
    let mut seen = Vec::new();
    for_all(Mishap::PulledOut, |trial| {
        let failure = trial.result.as_ref().expect_err("every call matters");
        assert_eq!(failure.code, FailureCode::NoMedium, "{}", trial.name());
        trial.check_next_run();
        seen.push(trial.truth());
        if trial.record() != trial.start || failure.state.is_some() {
            assert_eq!(failure.state, Some(PackState::Unknown), "{}", trial.name());
        }
    });
    for state in [PackState::Old, PackState::Unfinished, PackState::New] {
        assert!(seen.contains(&state), "{state:?} never came about");
    }
}

#[test]
fn single_call_that_fails_leaves_a_state_that_is_reported_truly() {
    for_all(Mishap::Fails, |trial| {
        trial.check_state();
        trial.check_next_run();
    });
}

#[test]
fn another_diskette_put_in_at_any_call_is_never_written_to() {
    for_all(Mishap::Exchanged, |trial| {
        trial.check_next_run();
        // Noticed at once; or only after all was done, and then it does not matter.
        match &trial.result {
            Ok(()) => assert_eq!(trial.truth(), PackState::New, "{}", trial.name()),
            Err(Failure { state: None, .. }) => assert!(trial.record() == trial.start),
            Err(failure) => assert_eq!(failure.state, Some(PackState::Unknown), "{}", trial.name()),
        }
    });
}

#[test]
fn diskette_exchanged_before_the_commit_is_noticed_before_anything_is_written() {
    for case in Case::all() {
        let (seen, other) =
            (diskette(&case, &case.old), diskette(&case, &simulator::sample::used_40().bytes));
        let plan = planned(&Memory::new(seen.clone()), FIRST).expect("something to do");
        let in_the_drive = Arc::new(Slot::new(&other, &seen, 0, None));
        let result = change(VerifyingReader::new(in_the_drive.clone(), RETRIES), plan);
        let failure = result.err().expect("another diskette");
        assert_eq!((failure.code, failure.state), (FailureCode::Replaced, None));
        assert!(in_the_drive.after().diskette == other, "the other diskette was written to");
    }
}

#[test]
fn torn_write_of_the_events_is_completed_by_the_next_run() {
    for length in [1, 100, 511] {
        for_all(Mishap::Torn(length), |trial| {
            if trial.truth() != PackState::Torn {
                trial.check_next_run();
            }
        });
    }
}

#[test]
fn only_the_commit_sector_can_be_torn_so_that_it_takes_the_ledger_to_mend_it() {
    for case in Case::all() {
        let mut torn = Vec::new();
        each_call(&case, &case.old, Mishap::Torn(100), |trial| {
            if trial.truth() == PackState::Torn {
                torn.push(trial.call);
                let rest = &trial.record()[512..];
                assert!(rest == &case.old[512..], "the events vouch for it");
            }
        });
        assert_eq!(torn.len(), 1, "{torn:?}");
    }
}

#[test]
fn sector_that_was_spoilt_is_one_of_those_that_were_being_written() {
    for case in Case::all() {
        let mut spoilt = Vec::new();
        each_call(&case, &case.old, Mishap::Spoilt, |trial| spoilt.extend(trial.after.spoilt));
        assert_eq!(spoilt, case.sectors[..=case.event_sectors]);
    }
}
