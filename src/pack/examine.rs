//! One medium: from its sectors to a diagnosis.

use crate::container::ContainerError;
use crate::diagnosis::{
    Diagnosis, Finding, FindingKind, Verdict, diagnose, diagnose_length, diagnose_lost,
    diagnose_media_fault,
};
use crate::disk::{DisketteStorage, Flaw, FlawKind, MediaError, SECTOR_LEN};
use crate::fat12::{
    Anomaly, ClusterChain, DirectoryEntry, FatCopy, FaultKind, MediaFault, NoVolume, Opened,
    SECTOR, Volume,
};
use crate::record::{RECORD_LEN, RECORD_SECTORS, RecordBytes};
use strum::VariantNames;

/// The record's file name, as it stands in the root directory.
pub const RECORD_NAME: [u8; 11] = *b"ADDPACK DAT";

/// Where a record's sectors lie, in bytes from the start of the medium.
pub type RecordSectors = [u64; RECORD_SECTORS];

/// What a medium holds.
#[derive(Debug)]
pub enum Examination {
    /// No pack.
    NotAPack(NotAPack),
    /// A pack, or what is left of one.
    Pack(Pack),
}

/// Why an image is no pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAPack {
    /// No FAT12 volume.
    NoVolume(NoVolume),
    /// A volume without `ADDPACK.DAT` in its root directory.
    NoRecord,
    /// A container that holds no image of a PC's diskette.
    Container(ContainerError),
}

/// The published codes of [`NotAPack`].
#[derive(Clone, Copy, Debug, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
enum NotAPackCode {
    NoRecord,
    TooShort,
    Blank,
    LayoutNotRead,
    UnknownContent,
    HardDisk,
    TooLarge,
    NoImage,
}

impl NotAPack {
    /// Every code.
    pub const CODES: &'static [&'static str] = NotAPackCode::VARIANTS;

    /// The published code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoRecord => NotAPackCode::NoRecord,
            Self::NoVolume(NoVolume::TooShort) => NotAPackCode::TooShort,
            Self::NoVolume(NoVolume::Blank(_)) => NotAPackCode::Blank,
            Self::NoVolume(NoVolume::Layout(_)) => NotAPackCode::LayoutNotRead,
            Self::NoVolume(NoVolume::Unknown) => NotAPackCode::UnknownContent,
            Self::Container(ContainerError::HardDisk(_)) => NotAPackCode::HardDisk,
            Self::Container(ContainerError::TooLarge) => NotAPackCode::TooLarge,
            Self::Container(_) => NotAPackCode::NoImage,
        }
        .into()
    }
}

/// What is unusual about a pack and changes no verdict.
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
    /// Sectors that are flawed, and keep nothing from being done; in order.
    Flaws(Vec<Flaw>),
}

/// A pack, and all that was found of it.
#[derive(Debug)]
pub struct Pack {
    /// The record and its findings.
    pub diagnosis: Diagnosis,
    /// Where the record lies; `None` where that is not known for sure.
    pub sectors: Option<RecordSectors>,
    /// What is unusual and does not matter.
    pub notes: Vec<Remark>,
}

impl Pack {
    /// A record on a sector that did not read well at once bears no conversion; flaws that are not the
    /// reason are worth a word.
    fn apply_flaws(&mut self, mut flaws: Vec<Flaw>) {
        let of_record = |flaw: &&Flaw| {
            let at = u64::from(flaw.sector) * SECTOR;
            self.sectors.is_some_and(|sectors| sectors.contains(&at))
        };
        let verdict = self.diagnosis.verdict;
        let to_change = matches!(verdict, Verdict::Convertible | Verdict::UnfinishedConversion);
        if let Some(&Flaw { sector, .. }) = flaws.iter().find(of_record).filter(|_| to_change) {
            let weak = Flaw { sector, kind: FlawKind::Weak };
            self.diagnosis.refuse(Finding::media(weak.into()));
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

/// Looks at a medium. Reads its boot sector, FATs, root directory and the record's own sectors.
///
/// # Errors
/// As the medium reports them; whatever the bytes say, is an answer and no error.
pub fn examine<S: DisketteStorage + ?Sized>(medium: &S) -> Result<Examination, MediaError> {
    let volume = match Volume::open(medium)? {
        Opened::Volume(volume) => volume,
        Opened::NoVolume(why) => {
            return Ok(Examination::NotAPack(NotAPack::NoVolume(why)));
        }
        Opened::Broken(fault) => return Ok(broken(fault, &[])),
    };
    let notes: Vec<_> = volume.anomalies().iter().copied().map(Remark::Volume).collect();
    let entry = match volume.find(&RECORD_NAME) {
        Ok(Some(entry)) => entry,
        Ok(None) => return Ok(Examination::NotAPack(NotAPack::NoRecord)),
        Err(fault) => return Ok(broken(fault, &notes)),
    };
    let mut pack = best_reading(medium, &volume, &entry, notes)?;
    pack.apply_flaws(medium.flaws());
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

/// How far a reading is the record's for sure.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Trust {
    /// No record, or one whose seals do not verify.
    None,
    /// A 4.5 header before bytes that are no 4.0 events: the rest may be another file's.
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

/// The record by the first FAT; where the copies differ and it is not whole by the first, by the
/// second, if the seals vouch for that. Remnants that only one copy knows of are not zeroed on its
/// word alone.
fn best_reading<S: DisketteStorage + ?Sized>(
    medium: &S,
    volume: &Volume,
    entry: &DirectoryEntry,
    mut notes: Vec<Remark>,
) -> Result<Pack, MediaError> {
    let (first, fault) = read_by(medium, volume, entry, FatCopy::First)?;
    if !volume.has_second_opinion() || Trust::of(&first) == Trust::Whole {
        return Ok(Pack { notes, ..first });
    }
    let (second, _) = read_by(medium, volume, entry, FatCopy::Second)?;
    if Trust::of(&second) == Trust::Whole {
        notes.push(Remark::SecondFat(fault));
        return Ok(Pack { notes, ..second });
    }
    if Trust::of(&first).max(Trust::of(&second)) == Trust::Header {
        let diagnosis = diagnose_media_fault(volume.copies_disagree(entry));
        return Ok(Pack { diagnosis, sectors: None, notes });
    }
    Ok(Pack { notes, ..first })
}

/// The record as one copy of the FAT shows it, and what is wrong with that copy's chain.
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
        return Ok((found(diagnose_length(entry.size.into()), None), None));
    };
    let read = |at, part: &mut [u8]| match volume.read_already(at, part.len()) {
        Some(bytes) => {
            part.copy_from_slice(bytes);
            Ok(())
        }
        None => medium.read(at, part),
    };
    let mut bytes = [0; RECORD_LEN];
    let diagnosis = match read_around(read, &sectors, &mut bytes)? {
        None => diagnose(&bytes),
        Some(lost) => diagnose_lost(&bytes, lost.into()),
    };
    Ok((found(diagnosis, Some(sectors)), None))
}

/// The sectors of a record of the right length.
fn record_sectors(entry: &DirectoryEntry, chain: &ClusterChain) -> Option<RecordSectors> {
    let sectors: Vec<_> = chain.sectors(RECORD_SECTORS).collect();
    sectors.try_into().ok().filter(|_| entry.size as usize == RECORD_LEN)
}

/// Reads a record.
pub(crate) fn read_record<S: DisketteStorage + ?Sized>(
    medium: &S,
    sectors: &RecordSectors,
) -> Result<RecordBytes, MediaError> {
    read_whole(|at, part| medium.read(at, part), sectors)
}

/// Reads a record as the medium itself holds it, past every cache.
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

/// Reads what is to be had of a record, each run of neighbouring sectors in one go, and tells the
/// first lost sector. `bytes` begins as zeros, as which those that are lost stand.
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
