//! Random sectors lost on golden images: always an answer, and no true record taken for another.

use crate::support::disk::layout::SECTOR;
use crate::support::disk::testdata;
use crate::support::frail::{Fault, Frail};
use crate::support::simulator::Random;
use addpack::diagnosis::Verdict;
use addpack::media::VerifyingReader;
use addpack::pack::examine::{Examination, examine};

const RETRIES: u32 = 5;

fn look(bytes: &[u8], faults: &[(usize, Fault)]) -> Examination {
    examine(&VerifyingReader::new(Frail::new(bytes, faults), RETRIES)).expect("an answer")
}

/// The faults of a random diskette: some near its start, some anywhere, some on the record.
fn random_faults(random: &mut Random, sectors: usize, record: &[usize]) -> Vec<(usize, Fault)> {
    let count = 1 + random.below(12);
    let mut fault = || {
        let sector = match random.below(3) {
            0 => random.below(sectors),
            1 => random.below(36),
            _ => random.pick(record),
        };
        let kinds = [Fault::Lost, Fault::Lost, Fault::Fails(1), Fault::Changes, Fault::Wrong(1)];
        (sector, random.pick(&kinds))
    };
    (0..count).map(|_| fault()).collect()
}

#[test]
fn whatever_is_lost_there_is_an_answer_and_a_record_that_would_convert_is_the_true_one() {
    let names = ["applied-1440", "unused-20-160", "reapplied-360", "fragmented-1440", "unused-720"];
    let (mut convertible, mut refused) = (0, 0);
    for name in names {
        let image = std::fs::read(testdata("images").join(format!("{name}.img"))).unwrap();
        let Examination::Pack(whole) = look(&image, &[]) else { panic!("{name}") };
        let at = whole.sectors.unwrap().map(|at| usize::try_from(at).unwrap() / SECTOR);
        for seed in 0..400 {
            let faults = random_faults(&mut Random::new(seed), image.len() / SECTOR, &at);
            let Examination::Pack(pack) = look(&image, &faults) else { continue };
            if pack.diagnosis.verdict == Verdict::Convertible {
                convertible += 1;
                assert_eq!(pack.sectors, whole.sectors, "{name} {seed}");
                assert_eq!(pack.diagnosis.record, whole.diagnosis.record, "{name} {seed}");
                let bad = faults.iter().find(|(sector, _)| at.contains(sector));
                assert!(bad.is_none(), "{name} {seed}: {bad:?} is not safe to write");
            } else {
                refused += 1;
            }
        }
    }
    assert!(convertible > 200 && refused > 200, "{convertible} {refused}");
}
