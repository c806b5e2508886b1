//! Claims that earlier runs have left open, with indexes to find those that an image may belong to: there may be very
//! many of both.

use super::claimed::ImageFile;
use super::known::absolute_path;
use crate::ledger::{ClaimId, LedgerEntry};
use crate::platform::FileId;
use crate::record::fields::Seal;
use crate::report::Report;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

/// Open claims.
#[derive(Debug, Default)]
pub(super) struct OpenClaims {
    claims: BTreeMap<ClaimId, LedgerEntry>,
    by_source: HashMap<String, ClaimId>,
    by_serial: HashMap<String, ClaimId>,
    /// Only claims of images outside of containers: only those can be torn.
    by_path: HashMap<PathBuf, Vec<ClaimId>>,
    by_inode: HashMap<u64, Vec<ClaimId>>,
}

impl OpenClaims {
    pub(super) fn new(claims: Vec<LedgerEntry>) -> Self {
        let mut open = Self::default();
        for claim in claims {
            open.by_source.insert(claim.old_digest.clone(), claim.id);
            open.by_serial.insert(claim.serial.clone(), claim.id);
            if claim.container.is_none() {
                open.by_path.entry(claim.path.clone()).or_default().push(claim.id);
                if let Some((_, inode)) = claim.file {
                    open.by_inode.entry(inode).or_default().push(claim.id);
                }
            }
            open.claims.insert(claim.id, claim);
        }
        open
    }

    pub(super) fn is_empty(&self) -> bool {
        self.claims.is_empty()
    }

    /// The one of the 4.0 record with this digest.
    pub(super) fn with_source(&self, source: &Seal) -> Option<&LedgerEntry> {
        self.claims.get(self.by_source.get(&source.to_hex())?)
    }

    /// Takes out a claim.
    pub(super) fn take(&mut self, id: ClaimId) {
        self.claims.remove(&id);
    }

    /// The claims that the image of this report, whose record is damaged, may belong to: those of its serial (a torn
    /// sector is a mixture of two with the same serial), of its file, and of the pack that the user says is there.
    pub(super) fn candidates(
        &self,
        report: &Report,
        file: ImageFile,
        put_back: Option<&str>,
    ) -> Vec<&LedgerEntry> {
        let serial = report.record().and_then(|record| record.serial.text());
        let of_serial = |serial: Option<&str>| serial.and_then(|serial| self.by_serial.get(serial));
        let at_path = self.by_path.get(&absolute_path(&report.path));
        let with_inode = file.id.and_then(|(_, inode): FileId| self.by_inode.get(&inode));
        let of_file = at_path.into_iter().chain(with_inode).flatten();
        let all = of_serial(serial).into_iter().chain(of_serial(put_back)).chain(of_file);
        let mut ids: Vec<_> = all.collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| self.claims.get(id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::decide;
    use crate::diagnosis::diagnose;
    use crate::disk::SECTOR_LEN;
    use crate::ledger::{ClaimRequest, Conversion, ConversionState, Ledger};
    use crate::media::RawImage;
    use crate::pack::examine::{Examination, examine};
    use crate::record::fields::FileTime;
    use crate::record::{Record, RecordBytes};
    use crate::report::Outcome;
    use crate::run::claims::Claims;
    use crate::run::recovery::Recovering;
    use std::fs;
    use std::path::Path;

    const RECORD: &[u8] = include_bytes!("../../testdata/records/reapplied-in-order.rec");
    /// The offsets of the number in the serial, and of a byte that must be zero.
    const NUMBER: usize = 0x00C + 10;
    const RESERVED: usize = 0x084;

    fn path(number: usize) -> PathBuf {
        absolute_path(format!("{number}.img").as_ref())
    }

    fn inode(number: usize) -> ImageFile {
        ImageFile { id: Some((1, number as u64)), ..ImageFile::default() }
    }

    /// The record of the pack with this number, whose seals then do not verify any more.
    fn damaged(number: usize) -> RecordBytes {
        let mut record: RecordBytes = RECORD.try_into().unwrap();
        record[NUMBER..NUMBER + 7].copy_from_slice(format!("{number:07}").as_bytes());
        record[RESERVED] = 1;
        record
    }

    fn report(at: usize, record: usize) -> Box<Report> {
        let mut report = Report::new(path(at), false, Outcome::Refused);
        report.diagnosis = Some(diagnose(&damaged(record)));
        assert!(report.is_damaged());
        report
    }

    fn claim(number: usize) -> LedgerEntry {
        let record = diagnose(&damaged(number)).record.unwrap();
        LedgerEntry {
            id: number.try_into().unwrap(),
            state: ConversionState::Begun,
            conversion: Conversion {
                serial: record.serial.text().unwrap().to_owned(),
                licenses: 5,
                path: path(number),
                target: None,
                container: None,
                copy_place: None,
                file: inode(number).id,
                born: None,
                converted_at: 0,
                old_digest: format!("{number:040}"),
                new_digest: String::new(),
            },
            sectors: None,
            patch: None,
        }
    }

    #[test]
    fn damaged_image_is_compared_only_with_claims_that_it_may_belong_to() {
        let open = OpenClaims::new((0..1000).map(claim).collect());
        let ids = |report: &Report, file, put_back: Option<&str>| -> Vec<_> {
            open.candidates(report, file, put_back).iter().map(|claim| claim.id).collect()
        };
        assert_eq!(ids(&report(2000, 7), inode(2000), None), [7]);
        assert_eq!(ids(&report(5, 3000), inode(2000), None), [5]);
        assert_eq!(ids(&report(2000, 3000), inode(6), None), [6]);
        assert_eq!(ids(&report(2000, 3000), ImageFile::default(), Some(&claim(8).serial)), [8]);
        assert_eq!(ids(&report(3, 1), inode(2), Some(&claim(4).serial)), [1, 2, 3, 4]);
        assert!(ids(&report(2000, 3000), inode(2000), Some("of no pack")).is_empty());
        // As many steps as there are images, however many claims are open.
        let steps = |images: usize| -> usize {
            (0..images).map(|number| ids(&report(number, number), inode(number), None).len()).sum()
        };
        assert_eq!((steps(100), steps(1000)), (100, 1000));
    }

    #[test]
    fn members_of_one_archive_are_not_all_taken_for_a_damaged_one() {
        let member = |number| {
            let mut claim = claim(number);
            claim.conversion.container = Some("/a.zip".into());
            claim.conversion.file = inode(1).id;
            claim.conversion.path = format!("/a.zip:{number}.img").into();
            claim
        };
        let open = OpenClaims::new((0..1000).map(member).collect());
        assert_eq!(open.candidates(&report(1, 3000), inode(1), None).len(), 0);
        assert_eq!(open.candidates(&report(1, 30), inode(1), None).len(), 1);
    }

    #[test]
    fn taken_claim_is_not_found() {
        let mut open = OpenClaims::new((0..3).map(claim).collect());
        open.take(1);
        assert!(open.candidates(&report(1, 1), inode(1), None).is_empty() && !open.is_empty());
    }

    /// Makes an image that is converted, and the claim of its conversion, whose image is gone.
    fn converted_at(path: &Path) -> ClaimRequest {
        let mut image = include_bytes!("../../testdata/images/reapplied-360.img").to_vec();
        fs::write(path, &image).unwrap();
        let Ok(Examination::Pack(pack)) = examine(&RawImage::open(path).unwrap()) else { panic!() };
        let patch = decide(&pack.diagnosis, FileTime(123)).unwrap();
        let sectors = pack.sectors.unwrap();
        for (at, sector) in sectors.iter().zip(patch.new.chunks(SECTOR_LEN)) {
            let at = usize::try_from(*at).unwrap();
            image[at..at + SECTOR_LEN].copy_from_slice(sector);
        }
        fs::write(path, image).unwrap();
        let record = pack.diagnosis.record.unwrap();
        let conversion = Conversion {
            serial: record.serial.text().unwrap().to_owned(),
            path: path.with_file_name("gone.img"),
            old_digest: record.digest().to_hex(),
            file: None,
            ..claim(0).conversion
        };
        ClaimRequest { conversion, sectors, patch, replaces: None }
    }

    #[test]
    fn claim_is_settled_only_by_its_own_pack_that_turns_up() {
        let folder = tempfile::tempdir().unwrap();
        let [ours, foreign] = ["ours.img", "foreign.img"].map(|name| folder.path().join(name));
        fs::write(&foreign, include_bytes!("../../testdata/images/converted-360.img")).unwrap();
        let request = converted_at(&ours);
        let mut ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        ledger.write(|ledger| ledger.claim(&request).map(drop)).unwrap();
        let [source, other] = [request.patch.old, request.patch.new]
            .map(|record| Record::parse(&record).unwrap().digest());
        let mut claims = Claims::new(&mut ledger, None).unwrap();
        let mut turns_up = |source, path| {
            claims.turned_up(source, path, None, &mut Recovering::default());
            claims.has_missing()
        };
        assert!(turns_up(&other, &ours), "settled by the record of another pack");
        assert!(turns_up(&source, &foreign), "settled by the image of another pack");
        assert!(!turns_up(&source, &ours), "not settled by its own");
        claims.end().unwrap();
        let entry = ledger.find(&request.conversion.serial).unwrap().unwrap();
        assert_eq!((entry.state, &entry.path), (ConversionState::Done, &ours));
    }
}
