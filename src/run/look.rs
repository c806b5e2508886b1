//! One image is looked at; nothing of it is changed.

use super::access::{lock_shared, open_found};
use super::claimed::ImageFile;
use super::{Describe, Job};
use crate::container::{ContainerError, Format};
use crate::diagnosis::FindingCode;
use crate::find::{Found, Image, Skipped};
use crate::media::surface::survey;
use crate::media::{MediaError, Medium, Place, PlaceKind};
use crate::pack::contents::contents;
use crate::pack::examine::{Examination, RecordSectors, examine};
use crate::report::{Failure, NotAPack, Note, Operation, Outcome, Report};
use crate::set::Access;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The result of looking at what the finder found.
pub(super) enum LookResult {
    /// An image was looked at.
    Image(LookedAt),
    /// It is not an image, and is only reported.
    Other(Found),
    /// The run was stopped before it.
    NotBegun,
}

/// An image that was looked at.
pub(super) struct LookedAt {
    pub(super) place: Place,
    pub(super) root: Arc<Path>,
    pub(super) report: Box<Report>,
    pub(super) file: ImageFile,
    pub(super) access: Access,
}

/// Looks at what was found. `is_cached`: whether images are most likely in the system's cache.
pub(super) fn look(found: Found, job: &Job, stop: &AtomicBool, is_cached: bool) -> LookResult {
    match found {
        Found::Image(_) if stop.load(Ordering::Relaxed) => LookResult::NotBegun,
        Found::Image(image) => {
            let look = look_at(image, job, is_cached);
            match not_read(&look.report) {
                Some(format) => {
                    let path = look.report.path;
                    LookResult::Other(Found::Skipped(Skipped { path, format: Some(format) }))
                }
                None => LookResult::Image(look),
            }
        }
        other => LookResult::Other(other),
    }
}

/// The format of a file in a folder if it cannot be read: the file is counted, but is not an image.
fn not_read(report: &Report) -> Option<Format> {
    let cause = report.failure.as_ref().filter(|_| !report.named)?.cause.as_ref()?;
    match cause.container()? {
        ContainerError::Unsupported { format, .. } => Some(format),
        _ => None,
    }
}

/// Looks at an image; `is_cached` as in [`look`].
pub(super) fn look_at(mut image: Image, job: &Job, is_cached: bool) -> LookedAt {
    let is_named = image.is_named();
    let mut report = new_report(&image);
    let (mut file, mut access) = (ImageFile::at(&image.place), Access::InPlace);
    let looked = open_found(&mut image, job, is_cached).and_then(|medium| {
        (file, access) = (file.opened_as(&medium), access_to(&medium));
        inspect(&medium, job, &mut report)
    });
    if let Err(failure) = looked {
        report = settle(report, failure, is_named);
    }
    report.in_place = access != Access::NeedsOutput;
    LookedAt { place: image.place, root: image.root, report, file, access }
}

/// The report of an image of which nothing is known yet.
pub(super) fn new_report(image: &Image) -> Box<Report> {
    let mut report = Report::new(image.place.full_path(), image.is_named(), Outcome::NotAPack);
    report.is_drive = image.place.kind == PlaceKind::Drive;
    report
}

fn access_to(medium: &Medium) -> Access {
    if medium.obstacle().is_some() || medium.may_be_replaced().is_err() {
        Access::NeedsOutput
    } else if medium.is_marked_read_only() {
        Access::ReadOnly
    } else {
        Access::InPlace
    }
}

fn inspect(medium: &Medium, job: &Job, report: &mut Report) -> Result<(), Failure> {
    examine_into(medium, report)?;
    if report.has_finding(FindingCode::DamagedRecord) {
        // Another run may have been writing it: keep writers away, and read it again.
        lock_shared(medium)?;
        examine_into(medium, report)?;
    }
    if report.not_a_pack == Some(NotAPack::NoRecord) && job.describe != Describe::No {
        let contents = contents(medium, job.describe == Describe::Digests);
        report.diskette = contents.map_err(|e| Failure::caused(Operation::Read, e))?.map(Box::new);
    }
    if job.surface {
        report.surface = survey(medium).map_err(|e| Failure::caused(Operation::Read, e))?;
        report.notes.extend(report.surface.is_none().then_some(Note::NoSurface));
    }
    Ok(())
}

/// Examines a medium and writes the result into the report. Returns the sectors of its record, if it has one.
pub(super) fn examine_into(
    medium: &Medium,
    report: &mut Report,
) -> Result<Option<RecordSectors>, Failure> {
    let examination = examine(medium).map_err(|error| Failure::caused(Operation::Read, error))?;
    let behind = medium.has_bytes_behind().then_some(Note::BytesBehind);
    match examination {
        Examination::NotAPack(why) => {
            report.not_a_pack = Some(why);
            report.notes = behind.into_iter().collect();
            Ok(None)
        }
        Examination::Pack(pack) => {
            report.outcome = pack.outcome();
            report.notes = pack.notes.into_iter().map(Note::from).collect();
            report.notes.extend(behind);
            report.diagnosis = Some(pack.diagnosis);
            Ok(pack.sectors)
        }
    }
}

/// Reports the failure, unless it only means that there is no pack: a container without an image of a diskette, or, in
/// a folder, a compressed file that is too large for one.
pub(super) fn settle(mut report: Box<Report>, failure: Failure, is_named: bool) -> Box<Report> {
    use ContainerError::{HardDisk, NoImage, NoSectors, SectorSize, TooLarge};
    match failure.cause.as_ref().and_then(MediaError::container) {
        Some(why @ (NoImage | NoSectors | SectorSize { .. } | HardDisk(_))) => {
            report.not_a_pack = Some(NotAPack::Container(why));
            report
        }
        Some(TooLarge) if !is_named => {
            report.not_a_pack = Some(NotAPack::Container(TooLarge));
            report
        }
        _ => report.failed(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::RawImage;
    use crate::run::Mode;
    use std::fs;

    /// What is said of the image at this path.
    fn said(path: &Path, is_cached: bool) -> String {
        let opened = Some(Box::new(RawImage::open(path).unwrap()));
        let (place, root) = (Place::file(path.to_owned()), path.into());
        let image = Image { place, root, may_be_archive: false, opened };
        let look = look_at(image, &Job::new(Vec::new(), Mode::Inspect), is_cached);
        format!("{:?} {:?}", look.report, look.access)
    }

    const TEXT: &[u8] = b"_UNREAD_";

    /// The image with one of its sectors filled as by a program that could not read it.
    fn filled(image: &[u8], sector: usize) -> Vec<u8> {
        let mut image = image.to_owned();
        image[sector * 512..][..512].copy_from_slice(&TEXT.repeat(64));
        image
    }

    #[test]
    fn same_is_said_of_an_image_that_is_read_in_parts() {
        let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/images");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.img");
        let mut images: Vec<_> = fs::read_dir(&testdata)
            .unwrap()
            .map(|entry| fs::read(entry.unwrap().path()).unwrap())
            .collect();
        let pack = fs::read(testdata.join("applied-1440.img")).unwrap();
        // In the boot sector, in each FAT, in all of the root directory, in the record, and behind it.
        let sectors = [0, 1, 2, 10, 18, 19, 20, 32, 33, 35, 36, 37, 38, 39, 40];
        images.extend(sectors.map(|sector| filled(&pack, sector)));
        // The record's entry is in the second sector of the root directory, behind one that is lost.
        let mut moved = pack.clone();
        moved.copy_within(19 * 512..20 * 512, 20 * 512);
        images.push(filled(&moved, 19));
        // Behind a whole sector of others; the third sector is filled, and used or not.
        moved[19 * 512..20 * 512]
            .copy_from_slice(&[&b"OTHER   TXT"[..], &[0; 21]].concat().repeat(16));
        images.extend([moved.clone(), filled(&moved, 21)]);
        moved[20 * 512 + 32..21 * 512]
            .copy_from_slice(&[&b"OTHER   TXT"[..], &[0; 21]].concat().repeat(15));
        images.push(filled(&moved, 21));
        // Of another geometry than the usual one: with fewer entries in its directory, and without parameters.
        let (mut smaller, mut bare) = (pack.clone(), pack.clone());
        smaller[17] = 112;
        bare[11..30].fill(0);
        let blank_at_first = [vec![0; 19_000], vec![1; 2880 * 512 - 19_000]].concat();
        images.extend([smaller, bare, blank_at_first, vec![0xF6; 2880 * 512]]);
        images.push(pack[..20_000].to_vec());
        for image in images {
            fs::write(&path, image).unwrap();
            assert_eq!(said(&path, true), said(&path, false));
        }
    }

    #[test]
    fn sectors_that_were_needed_are_noted_also_if_the_record_is_found_without_them() {
        let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/images");
        let mut image = fs::read(testdata.join("applied-1440.img")).unwrap();
        // By the first FAT, the record's second sector is that of cluster 100, which is filled.
        let mut root = image[19 * 512..].chunks(32);
        let entry = root.find(|entry| entry.starts_with(b"ADDPACK DAT")).unwrap();
        let first = usize::from(entry[26]);
        let entry_of = |cluster: usize| 512 + cluster / 2 * 3;
        assert_eq!(first % 2, 0, "an even cluster's entry begins a byte");
        // The entry of the cluster behind it, which is free then, shares its second byte.
        image[entry_of(first)..][..3].copy_from_slice(&[100, 0, 0]);
        image[entry_of(100)] = u8::try_from(first + 2).unwrap();
        image = filled(&image, 33 + 98);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.img");
        fs::write(&path, image).unwrap();
        for is_cached in [true, false] {
            let said = said(&path, is_cached);
            assert!(said.contains("outcome: Convertible"), "{said}");
            assert!(said.contains("Flaw { sector: 131, kind: Filled }"), "{said}");
        }
    }
}
