//! Examines one medium: from its sectors to a diagnosis.

use super::NotAPack;
use super::other_length::diagnose_other_length;
use crate::diagnosis::{
    Diagnosis, Finding, FindingKind, Verdict, diagnose, diagnose_lost, diagnose_media_fault,
};
use crate::disk::{DisketteStorage, Flaw, FlawKind, MediaError, SECTOR_LEN};
use crate::fat12::{
    Anomaly, ClusterChain, DirectoryEntry, FatCopy, FaultKind, MediaFault, Opened, SECTOR, Volume,
};
use crate::record::{RECORD_LEN, RECORD_SECTORS, RecordBytes};

/// The record's file name, as it is in the root directory.
pub const RECORD_NAME: [u8; 11] = *b"ADDPACK DAT";

/// The offsets of a record's sectors in bytes from the start of the medium.
pub type RecordSectors = [u64; RECORD_SECTORS];

/// The result of examining a medium.
#[derive(Debug)]
pub enum Examination {
    /// It is not a pack.
    NotAPack(NotAPack),
    /// It is a pack, or what is left of one.
    Pack(Pack),
}

/// Something unusual about a pack that does not change the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// The volume is unusual.
    Volume(Anomaly),
    /// The record was found by the second copy of the FAT, because of this fault of the first, or
    /// because the first leads to a damaged record.
    SecondFat(Option<MediaFault>),
    /// A time in the history is earlier than one before it.
    ClockRanBackwards,
    /// A time in the record lies past the year 9999, for which reports for programs have no form.
    TimePast9999,
    /// Flawed sectors that do not affect the pack, in order.
    Flaws(Vec<Flaw>),
}

/// A pack, with everything that was found.
#[derive(Debug)]
pub struct Pack {
    /// The record and its findings.
    pub diagnosis: Diagnosis,
    /// The sectors of the record; `None` if they are not certain.
    pub sectors: Option<RecordSectors>,
    /// Unusual things that do not matter.
    pub notes: Vec<Remark>,
}

impl Pack {
    /// Refuses a record on a weak sector: it could not be written safely. Flaws that are not the reason of a
    /// refusal become a remark.
    fn apply_flaws(&mut self, mut flaws: Vec<Flaw>) {
        let of_record = |flaw: &&Flaw| {
            let at = u64::from(flaw.sector) * SECTOR;
            self.sectors.is_some_and(|sectors| sectors.contains(&at))
        };
        let verdict = self.diagnosis.verdict;
        let to_change = matches!(verdict, Verdict::Convertible | Verdict::UnfinishedConversion);
        if let Some(&Flaw { sector, .. }) = flaws.iter().find(of_record).filter(|_| to_change) {
            self.diagnosis.refuse(Finding::media(Flaw { sector, kind: FlawKind::Weak }.into()));
        }
        flaws.retain(|flaw| !self.is_refused_for(*flaw));
        if !flaws.is_empty() {
            self.notes.push(Remark::Flaws(flaws));
        }
    }

    fn is_refused_for(&self, flaw: Flaw) -> bool {
        let names = |finding: &Finding| {
            matches!(finding.kind, FindingKind::Media(MediaFault { kind: FaultKind::LostSector(_), sector, .. })
                if sector == Some(flaw.sector))
        };
        self.diagnosis.findings.iter().any(names)
    }
}

/// Examines a medium. Reads its boot sector, FATs, root directory and the record's own sectors.
///
/// # Errors
/// Those of the medium. Whatever the bytes are, the result is an answer, not an error.
pub fn examine<S: DisketteStorage + ?Sized>(medium: &S) -> Result<Examination, MediaError> {
    let volume = match Volume::open(medium)? {
        Opened::Volume(volume) => volume,
        Opened::NoVolume(why) => return Ok(Examination::NotAPack(NotAPack::NoVolume(why))),
        Opened::Broken(fault) => return Ok(broken(fault, &[])),
    };
    let notes: Vec<_> = volume.anomalies().iter().copied().map(Remark::Volume).collect();
    let entry = match volume.find(&RECORD_NAME) {
        Ok(Some(entry)) => entry,
        Ok(None) => return Ok(Examination::NotAPack(NotAPack::NoRecord)),
        Err(fault) => return Ok(broken(fault, &notes)),
    };
    let (mut pack, others) = best_reading(medium, &volume, &entry, notes)?;
    let mut flaws = medium.flaws();
    if medium.reads_ahead() {
        // How much more than was needed was read must not matter.
        let records: Vec<_> = others.into_iter().chain([pack.sectors]).flatten().collect();
        let is_in_one = |at: u64| records.iter().any(|sectors| sectors.contains(&at));
        flaws.retain(|&Flaw { sector, kind }| {
            kind != FlawKind::Filled
                || volume.is_needed(sector)
                || is_in_one(u64::from(sector) * SECTOR)
        });
    }
    pack.apply_flaws(flaws);
    if pack.diagnosis.clock_ran_backwards() {
        pack.notes.push(Remark::ClockRanBackwards);
    }
    if pack.diagnosis.has_time_past_9999() {
        pack.notes.push(Remark::TimePast9999);
    }
    Ok(Examination::Pack(pack))
}

fn broken(fault: MediaFault, notes: &[Remark]) -> Examination {
    let diagnosis = diagnose_media_fault(fault);
    Examination::Pack(Pack { diagnosis, sectors: None, notes: notes.to_vec() })
}

/// How far the bytes that were read are certainly those of the record.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Trust {
    /// No record, or one whose seals do not verify.
    None,
    /// A 4.5 header, followed by bytes that are not 4.0 events and may belong to another file.
    Header,
    /// A whole record.
    Whole,
}

impl Trust {
    fn of(pack: &Pack) -> Self {
        if !pack.diagnosis.is_authentic() {
            Self::None
        } else if pack.diagnosis.has_strange_remnants() {
            Self::Header
        } else {
            Self::Whole
        }
    }
}

/// The record by the first FAT. If the copies of the FAT differ and the record is not complete by the
/// first one, the record by the second one, provided that its seals verify. Remnants to which only one
/// copy leads are not zeroed. Also returns the other sectors that were read for it.
fn best_reading<S: DisketteStorage + ?Sized>(
    medium: &S,
    volume: &Volume,
    entry: &DirectoryEntry,
    mut notes: Vec<Remark>,
) -> Result<(Pack, [Option<RecordSectors>; 2]), MediaError> {
    let (first, fault) = read_by(medium, volume, entry, FatCopy::First)?;
    if !volume.has_second_opinion() || Trust::of(&first) == Trust::Whole {
        return Ok((Pack { notes, ..first }, [None; 2]));
    }
    let (second, _) = read_by(medium, volume, entry, FatCopy::Second)?;
    if Trust::of(&second) == Trust::Whole {
        notes.push(Remark::SecondFat(fault));
        return Ok((Pack { notes, ..second }, [first.sectors, None]));
    }
    if Trust::of(&first).max(Trust::of(&second)) == Trust::Header {
        let diagnosis = diagnose_media_fault(volume.copies_disagree(entry));
        let pack = Pack { diagnosis, sectors: None, notes };
        return Ok((pack, [first.sectors, second.sectors]));
    }
    Ok((Pack { notes, ..first }, [None, second.sectors]))
}

/// The record by one copy of the FAT, and the fault of its chain there, if any.
fn read_by<S: DisketteStorage + ?Sized>(
    medium: &S,
    volume: &Volume,
    entry: &DirectoryEntry,
    copy: FatCopy,
) -> Result<(Pack, Option<MediaFault>), MediaError> {
    let found = |diagnosis, sectors| Pack { diagnosis, sectors, notes: Vec::new() };
    let chain = match volume.chain(entry, copy) {
        Ok(chain) => chain,
        Err(fault) => return Ok((found(diagnose_media_fault(fault), None), Some(fault))),
    };
    let Some(sectors) = record_sectors(entry, &chain) else {
        let diagnosis = diagnose_other_length(medium, volume, entry, &chain)?;
        return Ok((found(diagnosis, None), None));
    };
    // Most records are in one piece, directly behind the root directory.
    let is_in_one = sectors.windows(2).all(|pair| pair[0] + SECTOR == pair[1]);
    if let Some(bytes) = volume.read_already(sectors[0], RECORD_LEN).filter(|_| is_in_one) {
        return Ok((found(diagnose(bytes), Some(sectors)), None));
    }
    let read = |at, part: &mut [u8]| volume.read(medium, at, part);
    let mut bytes = [0; RECORD_LEN];
    let diagnosis = match read_around(read, &sectors, &mut bytes)? {
        None => diagnose(&bytes),
        Some(lost) => diagnose_lost(&bytes, lost.into()),
    };
    Ok((found(diagnosis, Some(sectors)), None))
}

/// The sectors of a record of the right length.
fn record_sectors(entry: &DirectoryEntry, chain: &ClusterChain) -> Option<RecordSectors> {
    let mut sectors = RecordSectors::default();
    for (number, sector) in sectors.iter_mut().enumerate() {
        *sector = chain.sector(number)?;
    }
    (entry.size as usize == RECORD_LEN).then_some(sectors)
}

/// Reads a record.
pub(crate) fn read_record<S: DisketteStorage + ?Sized>(
    medium: &S,
    sectors: &RecordSectors,
) -> Result<RecordBytes, MediaError> {
    read_whole(|at, part| medium.read(at, part), sectors)
}

/// Reads a record as the medium itself holds it, bypassing every cache.
pub(crate) fn read_record_past_cache<S: DisketteStorage + ?Sized>(
    medium: &S,
    sectors: &RecordSectors,
) -> Result<RecordBytes, MediaError> {
    read_whole(|at, part| medium.read_past_cache(at, part), sectors)
}

fn read_whole(
    read: impl Fn(u64, &mut [u8]) -> Result<(), MediaError>,
    sectors: &RecordSectors,
) -> Result<RecordBytes, MediaError> {
    let mut bytes = [0; RECORD_LEN];
    match read_around(read, sectors, &mut bytes)? {
        None => Ok(bytes),
        Some(lost) => Err(lost.into()),
    }
}

/// Reads what can be read of a record, each run of neighbouring sectors in one go, and returns the first lost
/// sector. `bytes` must be zeros, and stay so for lost sectors.
fn read_around(
    read: impl Fn(u64, &mut [u8]) -> Result<(), MediaError>,
    sectors: &RecordSectors,
    bytes: &mut RecordBytes,
) -> Result<Option<Flaw>, MediaError> {
    let mut rest = &mut bytes[..];
    let mut lost = None;
    for run in sectors.chunk_by(|one, next| one + SECTOR == *next) {
        let (part, behind) = rest.split_at_mut(run.len() * SECTOR_LEN);
        if let Err(error) = read(run[0], part) {
            lost = lost.or(Some(error.lost().ok_or(error)?));
        }
        rest = behind;
    }
    Ok(lost)
}
