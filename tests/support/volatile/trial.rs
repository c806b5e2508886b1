//! Runs that are to fail.

use super::case::{Case, FIRST, change};
use super::disk::{Call, Disk, Fault, PastCache};
use super::held::Held;
use addpack::report::{Failure, PackState};

/// One run that is to fail, for every pack and both ways to read past the cache.
pub(crate) struct Trial<'a> {
    pub(crate) start: fn(&Case) -> Held,
    pub(crate) faults: &'a [(Call, usize, Fault)],
    /// Whether the faults come only after the commit.
    pub(crate) late: bool,
    pub(crate) past_cache: &'a [PastCache],
}

impl Trial<'_> {
    pub(crate) fn run(&self, check: impl Fn(&Case, &Failure, PackState)) {
        for case in Case::all() {
            self.run_on(&case, &check);
        }
    }

    pub(crate) fn run_on(&self, case: &Case, check: impl Fn(&Case, &Failure, PackState)) {
        for past_cache in self.past_cache {
            let disk = Disk::new(&(self.start)(case), *past_cache);
            let failure = self.failure(&disk);
            let truth = case.truth(&disk.held());
            let what = format!(
                "{} event sectors, {past_cache:?}, {:?}: the disk is {truth:?}, {failure:?}",
                case.event_sectors, self.faults
            );
            assert!(disk.has_failed(), "{what}");
            assert_eq!(failure.state, Some(truth), "{what}");
            check(case, &failure, truth);
            // A sector that the disk itself has torn is lost to a crash until it is put back.
            let honest =
                |(_, _, fault): &_| matches!(fault, Fault::Error(_) | Fault::Forgets { .. });
            if self.faults.iter().all(honest) {
                for moment in disk.moments() {
                    case.check_recovers(&moment, 0).unwrap_or_else(|why| panic!("{what}; {why}"));
                }
            } else if truth != PackState::Torn {
                case.check_recovers(&disk.held(), 0).unwrap_or_else(|why| panic!("{what}; {why}"));
            }
        }
    }

    fn failure(&self, disk: &Disk) -> Failure {
        let change = change(disk, FIRST).expect("something to do");
        let arm =
            || self.faults.iter().for_each(|(call, nth, fault)| disk.fail(*call, *nth, *fault));
        if self.late {
            change.commit().unwrap();
            arm();
            change.finish()
        } else {
            arm();
            change.commit().and_then(|()| change.finish())
        }
        .expect_err("a fault must be noticed")
        .into()
    }
}

/// Faults that come with the commit.
pub(crate) fn early(faults: &[(Call, usize, Fault)]) -> Trial<'_> {
    Trial { start: Case::untouched, faults, late: false, past_cache: &PastCache::BOTH }
}

/// Faults that come after it.
pub(crate) fn late(faults: &[(Call, usize, Fault)]) -> Trial<'_> {
    Trial { late: true, ..early(faults) }
}
