//! The product's way from a medium to a converted one, step by step, as `batch` walks it.

use super::layout::SECTOR;
use super::{Disk, judge};
use addpack::conversion::decide;
use addpack::diagnosis::{FindingCode, FindingKind, Verdict};
use addpack::disk::{DisketteStorage, Memory};
use addpack::fat12::{FaultKind, MediaFault};
use addpack::pack::commit::Commit;
use addpack::pack::examine::{Examination, Pack, RecordSectors, examine};
use addpack::record::fields::FileTime;
use addpack::report::NotAPack;
use serde_json::Value;

/// A golden record with events in all of its sectors, which converts.
pub(crate) const PACK: &str = "full-history.rec";

/// What an independent implementation says of the golden set.
pub(crate) fn expected() -> Value {
    serde_json::from_slice(&std::fs::read(super::testdata("expected.json")).unwrap()).unwrap()
}

/// The time of the conversions in the golden set.
pub(crate) fn golden_time() -> FileTime {
    FileTime::from_unix_seconds(expected()["source_date_epoch"].as_i64().unwrap()).unwrap()
}

/// What the golden record of that name becomes.
pub(crate) fn golden_conversion(name: &str) -> Vec<u8> {
    super::record(expected()["records"][name]["converts_to"].as_str().unwrap())
}

/// Examines an image that must hold a pack, or what is left of one.
pub(crate) fn examine_pack(bytes: &[u8]) -> Pack {
    match examine(&Memory::new(bytes.to_vec())).unwrap() {
        Examination::Pack(pack) => pack,
        Examination::NotAPack(why) => panic!("not a pack: {why:?}"),
    }
}

/// What is broken on the way to the record, where that is all that was found.
pub(crate) fn fault(pack: &Pack) -> Option<MediaFault> {
    match pack.diagnosis.findings.as_slice() {
        [finding] => match finding.kind {
            FindingKind::Media(fault) => Some(fault),
            _ => None,
        },
        _ => None,
    }
}

/// Converts a pack in place, if it is to be; where its record lies, and what it is then.
pub(crate) fn convert<S: DisketteStorage>(
    medium: S,
    pack: &Pack,
    at: FileTime,
) -> Result<(S, RecordSectors, Vec<u8>), S> {
    let Some((patch, sectors)) = decide(&pack.diagnosis, at).zip(pack.sectors) else {
        return Err(medium);
    };
    let commit = Commit { medium, sectors, patch };
    commit.commit().expect("memory can be written");
    commit.finish().expect("memory reads back");
    Ok((commit.medium, sectors, commit.patch.new.to_vec()))
}

/// Asserts that an image with [`PACK`] converts where this record lies, and changes nowhere else.
pub(crate) fn assert_converts(bytes: &[u8], record_at: &[usize]) -> Pack {
    let pack = examine_pack(bytes);
    assert_eq!(pack.diagnosis.findings, []);
    assert_eq!(pack.diagnosis.verdict, Verdict::Convertible);
    let found = pack.sectors.unwrap().map(|sector| usize::try_from(sector).unwrap());
    assert_eq!(found, record_at);
    let medium = Memory::new(bytes.to_vec());
    let (medium, _, new) = convert(medium, &pack, golden_time()).unwrap();
    assert!(new == golden_conversion(PACK));
    let mut wanted = bytes.to_vec();
    for (&at, sector) in record_at.iter().zip(new.chunks(SECTOR)) {
        wanted[at..at + SECTOR].copy_from_slice(sector);
    }
    assert!(medium.into_bytes() == wanted, "something else changed");
    pack
}

/// As [`assert_converts`], with the record where the first FAT says that it is.
pub(crate) fn assert_disk_converts(disk: &Disk) -> Pack {
    let at = judge::record_sectors(&disk.bytes, &disk.layout).expect("a whole record");
    assert_converts(&disk.bytes, &at)
}

/// Why an image is no pack, which it must not be.
pub(crate) fn not_a_pack(bytes: &[u8]) -> NotAPack {
    match examine(&Memory::new(bytes.to_vec())).unwrap() {
        Examination::NotAPack(why) => why,
        Examination::Pack(pack) => panic!("a pack: {pack:?}"),
    }
}

/// Asserts that a pack is refused for this fault, and for nothing else.
pub(crate) fn assert_fault(
    bytes: &[u8],
    kind: FaultKind,
    cluster: Option<u16>,
    sector: Option<usize>,
) -> Pack {
    let pack = examine_pack(bytes);
    let sector = sector.map(|sector| u32::try_from(sector).unwrap());
    assert_eq!(fault(&pack), Some(MediaFault { kind, cluster, sector }));
    assert_eq!(pack.diagnosis.verdict, Verdict::Refused);
    assert_eq!(pack.diagnosis.findings[0].code(), FindingCode::DamagedMedia);
    assert_eq!(pack.sectors, None);
    pack
}
