//! What became of a group's images, and of packs that are converted already, on its way into the ledger.

use super::{Claims, not_for_good};
use crate::ledger::{Conversion, ConversionState, LedgerEntry, LedgerError};
use crate::record::fields::Seal;
use crate::report::{Failure, FailureCode, Operation, Outcome, Report};
use crate::run::known::{absolute_path, conversion_into, seen_converted};
use crate::run::recovery::{Recovering, holds_copy};
use crate::run::results::Moved;
use crate::run::step::Step;
use crate::run::work::{CopyThere, Work};
use std::path::Path;

impl Claims<'_> {
    /// Keeps the results of a group's claims. If the ledger fails at one, the others are still noted.
    pub(in crate::run) fn note(&mut self, steps: &mut [Step]) -> Result<(), LedgerError> {
        let (mut recovering, mut noted) = (Recovering::default(), Ok(()));
        // Their images stay locked until the ledger knows that they are converted.
        let mut copies_there = Vec::new();
        for (at, step) in steps.iter_mut().enumerate() {
            let copy = step.end_copy_there();
            let Step::Done(work) = step else { continue };
            if let Some(claim) = work.claim.take() {
                self.results.add(&work.report, claim);
                continue;
            }
            if let Some(copy) = copy {
                let entered = self.enter_copy(work, &copy, &mut recovering);
                if entered.is_err() {
                    work.report.fail(Failure::new(FailureCode::LedgerError, Operation::Claim));
                }
                noted = noted.and(entered);
                copies_there.push((at, copy));
            }
            let is_needed = match work.report.outcome {
                Outcome::Converted => true,
                Outcome::AlreadyConverted => self.has_missing(),
                _ => false,
            };
            if !is_needed {
                continue;
            }
            let was_reduced = work.restore_report();
            noted = noted.and(self.enter_finished(work));
            self.turn_up(&work.report, &mut recovering);
            if was_reduced {
                work.reduce();
            }
        }
        if copies_there.is_empty() {
            return noted;
        }
        let written = self.write_results();
        if written.is_err() {
            for (at, _) in &copies_there {
                if let Step::Done(work) = &mut steps[*at] {
                    work.report.fail(Failure::new(FailureCode::LedgerError, Operation::Claim));
                }
            }
        }
        noted.and(written)
    }

    /// Writes at once what would be written with the next claims.
    pub(super) fn write_results(&mut self) -> Result<(), LedgerError> {
        let results = std::mem::take(&mut self.results);
        let written = self.ledger.write(|ledger| results.write(ledger));
        if written.is_err() {
            self.results = results;
        }
        written
    }

    /// Enters a pack whose interrupted conversion was finished, in place or in a copy, without a claim.
    fn enter_finished(&mut self, work: &Work) -> Result<(), LedgerError> {
        let report = &work.report;
        if report.outcome != Outcome::Converted {
            return Ok(());
        }
        let Some(mut finished) = seen_converted(report, work.file) else { return Ok(()) };
        finished.target = report.output.as_deref().map(absolute_path);
        self.enter(finished)
    }

    /// Enters a pack whose copy was at its target before this run, once the copy is durable: whoever made it may have
    /// died before. If it is not, the report says that it failed.
    fn enter_copy(
        &mut self,
        work: &mut Work,
        copy: &CopyThere,
        recovering: &mut Recovering,
    ) -> Result<(), LedgerError> {
        let Some(target) = work.report.output.clone() else { return Ok(()) };
        if !recovering.is_record_for_good(&target, &copy.record) {
            work.report.fail(not_for_good(target));
            return Ok(());
        }
        let Some(conversion) = &copy.conversion else { return Ok(()) };
        let (path, target) = (absolute_path(&work.report.path), absolute_path(&target));
        match conversion_into(&conversion.new, path, target, work.file) {
            Some(conversion) => self.enter(conversion),
            None => Ok(()),
        }
    }

    /// Enters a converted pack. If it is known, and its copy takes the place of what was known, that is said there.
    fn enter(&mut self, converted: Conversion) -> Result<(), LedgerError> {
        let known = self.ledger.find(&converted.serial)?;
        let is_moved =
            |known: &LedgerEntry| converted.target.is_some() && takes_over(&converted, known);
        match known.filter(is_moved) {
            Some(known) => {
                let Conversion { path, target, .. } = converted;
                self.results.moved(Moved { claim: known.id, path, target });
            }
            None => self.results.finished(converted),
        }
        Ok(())
    }

    /// Settles the claim of a converted pack that an earlier run has left open.
    fn turn_up(&mut self, report: &Report, recovering: &mut Recovering) {
        let Some(record) = report.record().filter(|_| self.has_missing()) else { return };
        // A 4.0 record here belongs to an image whose copy is converted.
        let digest = record.origin.map_or_else(|| record.digest(), |origin| origin.source_digest);
        self.turned_up(&digest, &report.path, report.output.as_deref(), recovering);
    }

    /// Settles the open claim of the pack with this source digest, which was found converted at `path`, or in
    /// `target`, if it is so for good.
    pub(in crate::run) fn turned_up(
        &mut self,
        source: &Seal,
        path: &Path,
        target: Option<&Path>,
        recovering: &mut Recovering,
    ) {
        let Some(entry) = self.missing.with_source(source) else { return };
        let claim = entry.id;
        // It may be that of a run which is converting another image of the pack in place just now.
        let is_in_place = target.is_some() && entry.target.is_none();
        if is_in_place && entry.path != absolute_path(path) && recovering.is_locked(&entry.path) {
            return;
        }
        if recovering.is_converted_for_good(path, target, entry) {
            self.missing.take(claim);
            let (path, target) = (absolute_path(path), target.map(absolute_path));
            self.results.moved(Moved { claim, path, target });
            self.results.done(claim);
        }
    }
}

/// Whether a copy counts in place of what is `known` of its pack: of an image whose conversion was not finished, or of
/// the same copy at a place where it is gone. A conversion that is begun may be another run's: what that does to the
/// image is not known.
fn takes_over(copy: &Conversion, known: &LedgerEntry) -> bool {
    let is_done = known.state == ConversionState::Done && known.old_digest == copy.old_digest;
    is_done
        && match &known.target {
            None => known.path == copy.path,
            Some(gone) => !holds_copy(gone, known),
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::find::Image;
    use crate::ledger::{ClaimRequest, Ledger};
    use crate::media::{Place, RawImage};
    use crate::pack::examine::{Examination, examine};
    use crate::record::fields::FileTime;
    use crate::run::output::Output;
    use crate::run::prepare::{Expected, Task, prepare};
    use crate::run::request::Request;
    use crate::run::{Job, Mode};
    use crate::set::{Access, Candidate};
    use std::fs;

    const IMAGE: &[u8] = include_bytes!("../../../testdata/images/reapplied-360.img");
    const AT: FileTime = FileTime(134_400_000_000_000_000);

    /// What a run does first about the image `x.img` in `folder`: in place, or with copies in `out`.
    fn prepared(folder: &Path, is_in_place: bool) -> Step {
        let path = folder.join("x.img");
        let Ok(Examination::Pack(pack)) = examine(&RawImage::open(&path).unwrap()) else {
            panic!("not a pack")
        };
        let candidate = Candidate::of(&pack.diagnosis, 0, Access::InPlace).unwrap();
        let job = Job::new(vec![path.clone()], Mode::Convert(AT));
        let output = Output::new(folder.join("out"), &job);
        let output = Some(&output).filter(|_| !is_in_place);
        let (root, place) = (path.as_path().into(), Place::file(path.clone()));
        let image = Image { place, root, may_be_archive: false, opened: None };
        prepare(&image, Expected::Record(&candidate), Task { job: &job, output, at: AT })
    }

    /// Makes that image, and a ledger of this claim on it by a run that was killed before it wrote to the image.
    fn claimed_in_place(folder: &Path, ledger: &mut Ledger) -> ClaimRequest {
        fs::write(folder.join("x.img"), IMAGE).unwrap();
        let Request { claim, .. } = Request::of(&prepared(folder, true), None).unwrap();
        ledger.write(|ledger| ledger.claim(&claim).map(drop)).unwrap();
        claim
    }

    fn make_copy(folder: &Path, claim: &ClaimRequest) {
        let mut copy = IMAGE.to_vec();
        for (at, sector) in claim.sectors.iter().zip(claim.patch.new.chunks(512)) {
            copy[usize::try_from(*at).unwrap()..][..512].copy_from_slice(sector);
        }
        fs::create_dir(folder.join("out")).unwrap();
        fs::write(folder.join("out/x.img"), copy).unwrap();
    }

    #[track_caller]
    fn assert_begun(ledger: &Ledger, claim: &ClaimRequest) {
        let entry = ledger.find(&claim.conversion.serial).unwrap().unwrap();
        assert_eq!((entry.state, &entry.conversion), (ConversionState::Begun, &claim.conversion));
    }

    /// By a claim on the copy, nobody would mend the image, if its first sector was torn.
    #[test]
    fn claim_of_another_run_in_place_never_becomes_one_of_the_copy_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let [mut ledger, mut other] =
            [(); 2].map(|()| Ledger::open(&folder.path().join("ledger.db")).unwrap());
        let mut claims = Claims::new(&mut ledger, None).unwrap();
        let claim = claimed_in_place(folder.path(), &mut other);
        make_copy(folder.path(), &claim);
        let mut steps = [prepared(folder.path(), false)];
        assert!(matches!(steps[0], Step::CopyThere(..)));
        let lock = RawImage::open(&folder.path().join("x.img")).map(|image| image.try_lock());
        assert!(!matches!(lock, Ok(Ok(()))), "another run may convert it meanwhile");
        claims.note(&mut steps).unwrap();
        claims.end().unwrap();
        assert_begun(&other, &claim);
    }

    #[test]
    fn pack_whose_copy_is_there_is_in_the_ledger_before_its_image_is_unlocked_and_reported() {
        let folder = tempfile::tempdir().unwrap();
        let [mut ledger, other] =
            [(); 2].map(|()| Ledger::open(&folder.path().join("ledger.db")).unwrap());
        let mut elsewhere = Ledger::open(&folder.path().join("another.db")).unwrap();
        let claim = claimed_in_place(folder.path(), &mut elsewhere);
        make_copy(folder.path(), &claim);
        let mut claims = Claims::new(&mut ledger, None).unwrap();
        claims.note(&mut [prepared(folder.path(), false)]).unwrap();
        let entry = other.find(&claim.conversion.serial).unwrap().unwrap();
        assert_eq!(entry.target, Some(absolute_path(&folder.path().join("out/x.img"))));
    }

    #[test]
    fn claim_of_a_run_that_converts_another_image_just_now_is_not_settled_by_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = folder.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        let [mut ledger, mut other] =
            [(); 2].map(|()| Ledger::open(&folder.path().join("ledger.db")).unwrap());
        let claim = claimed_in_place(&elsewhere, &mut other);
        fs::write(folder.path().join("x.img"), IMAGE).unwrap();
        make_copy(folder.path(), &claim);
        for is_alive in [true, false] {
            let image = RawImage::open(&elsewhere.join("x.img")).unwrap();
            if is_alive {
                image.try_lock().unwrap();
            }
            let mut claims = Claims::new(&mut ledger, None).unwrap();
            claims.note(&mut [prepared(folder.path(), false)]).unwrap();
            claims.end().unwrap();
            if is_alive {
                assert_begun(&other, &claim);
            }
        }
        let entry = other.find(&claim.conversion.serial).unwrap().unwrap();
        assert_eq!(entry.state, ConversionState::Done);
    }

    #[test]
    fn pack_is_moved_only_while_it_is_converted_and_not_released() {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        let claim = claimed_in_place(folder.path(), &mut ledger);
        let id = ledger.find(&claim.conversion.serial).unwrap().unwrap().id;
        let move_to = |ledger: &mut Ledger, target: &str, is_settled: bool| {
            let mut claims = Claims::new(ledger, None).unwrap();
            let (path, target) = (claim.conversion.path.clone(), Some(target.into()));
            claims.results.moved(Moved { claim: id, path, target });
            if is_settled {
                claims.results.done(id);
            }
            claims.end().unwrap();
        };
        move_to(&mut ledger, "first.img", false);
        assert_begun(&ledger, &claim);
        move_to(&mut ledger, "second.img", true);
        let done = ledger.entry(id).unwrap().unwrap();
        assert_eq!(done.target.as_deref(), Some(Path::new("second.img")));
        assert!(done.state == ConversionState::Done && ledger.release(&done).unwrap());
        move_to(&mut ledger, "third.img", false);
        assert_eq!(ledger.entry(id).unwrap().unwrap().conversion, done.conversion);
    }
}
