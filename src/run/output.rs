//! `-o`: converted copies, whole or not at all, under a folder of their own.
//!
//! A copy has no name until it is whole and durable. It gets the target's in the order of the paths,
//! so where two images have one target, it is always the first that gets it.

use super::{Job, Mode, RETRIES};
use crate::container::raw_name;
use crate::conversion::Patch;
use crate::diagnosis::Diagnosis;
use crate::disk::Storage;
use crate::files::{NewFile, folders_above, sync_if_readable};
use crate::find::Image;
use crate::media::{MediaError, Medium, Place, PlaceKind, RawImage};
use crate::pack::commit::Commit;
use crate::pack::examine::{Examination, Pack, RecordSectors, examine, read_record};
use crate::platform;
use crate::record::fields::Seal;
use crate::record::{Record, RecordBytes};
use crate::report::{Failure, FailureCode, Operation, Outcome, PackState, Report};
use crate::set::PackHistory;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The folder that copies go to.
pub(super) struct Output {
    folder: PathBuf,
    /// The folders above it.
    above: Vec<PathBuf>,
    /// Once it was tried to make the names that lead to it durable: why that failed, if it did.
    not_reached: OnceLock<Option<io::Error>>,
    /// In a dry run: what the real run would have written so far, since two images may have the same target.
    claimed: Option<Mutex<HashMap<PathBuf, Seal>>>,
}

/// A copy of an image. It gets its name when all of it is on the disk.
pub(super) struct OutputCopy {
    target: PathBuf,
    /// In a box, since images that are converted in place have none.
    new: Option<Box<UnnamedCopy>>,
}

/// A copy that has no name yet.
struct UnnamedCopy {
    file: NewFile,
    commit: Commit<RawImage>,
}

impl Output {
    pub(super) fn new(folder: PathBuf, job: &Job) -> Self {
        let dry = matches!(job.mode, Mode::DryRun(_));
        Self {
            above: folders_above(&folder),
            folder,
            not_reached: OnceLock::new(),
            claimed: dry.then(Mutex::default),
        }
    }

    /// Where the converted copy of `image`, which is open as `medium`, goes: what comes out of an
    /// archive, into a folder of its name.
    ///
    /// A drive has many diskettes: the copy of one is named for its pack.
    pub(super) fn target(
        &self,
        image: &Image,
        medium: &Medium,
        record: Option<&Record>,
    ) -> PathBuf {
        let target = self.folder.join(image.below_root());
        match image.place.kind {
            PlaceKind::File
                if image.place.member.is_some() || matches!(medium, Medium::Packed(_)) =>
            {
                self.packed_target(target, image)
            }
            PlaceKind::File => target,
            PlaceKind::Drive => match record.and_then(|record| record.serial.text()) {
                Some(serial) => self.folder.join(format!("{serial}.img")),
                None => target.with_extension("img"),
            },
        }
    }

    fn packed_target(&self, target: PathBuf, image: &Image) -> PathBuf {
        let Some(member) = &image.place.member else { return raw_name(&target) };
        let archive = image.place.path.file_name().map_or(target.as_path(), Path::new);
        let folder = if image.is_named() { self.folder.join(archive) } else { target };
        folder.join(member.path_of_copy())
    }

    /// Checks that a file can have the name of `target`.
    pub(super) fn check_name(&self, target: &Path) -> Result<(), Failure> {
        if platform::may_be_named(target.strip_prefix(&self.folder).unwrap_or(target)) {
            return Ok(());
        }
        Err(Failure::new(FailureCode::BadName, Operation::Copy).about(target.to_owned()))
    }

    /// In a dry run: reports what the real run would find at the target by now.
    pub(super) fn foresee(&self, report: &mut Report) {
        let Some(((target, digest), claimed)) = report.claimed().zip(self.claimed.as_ref()) else {
            return;
        };
        let mut claimed = claimed.lock().unwrap_or_else(PoisonError::into_inner);
        let key = platform::without_case(&target);
        match claimed.get(&key) {
            None => {
                claimed.insert(key, digest);
            }
            Some(first) if *first == digest => report.outcome = Outcome::AlreadyConverted,
            Some(_) => report.fail(exists(&target)),
        }
    }

    /// The folders whose entries lead to `target`, from its own up to `-o`'s.
    pub(super) fn folders_of<'a>(&'a self, target: &'a Path) -> impl Iterator<Item = &'a Path> {
        target.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.folder))
    }

    /// Makes the names that lead to `-o`'s folder durable, once in a run. Returns why that failed, if it did: a sync that
    /// failed is not repeated and trusted.
    pub(super) fn not_reached(&self) -> Option<&io::Error> {
        let sync = || self.above.iter().find_map(|above| sync_if_readable(above).err());
        self.not_reached.get_or_init(sync).as_ref()
    }
}

impl OutputCopy {
    pub(super) fn new(target: PathBuf) -> Self {
        Self { target, new: None }
    }

    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// The failure where another file has the target's name.
    pub(super) fn exists(&self) -> Failure {
        exists(&self.target)
    }

    /// The diagnosis of what is at the target, if that is the pack of `new` in the same or a later state; `None` if
    /// nothing is there.
    ///
    /// # Errors
    /// If something else is there.
    pub(super) fn is_there(&self, new: &RecordBytes) -> Result<Option<Diagnosis>, Failure> {
        match fs::symlink_metadata(&self.target) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed(error)),
        }
        let opened = RawImage::open(&self.target).map_err(MediaError::from);
        let held = opened.and_then(|medium| examine(&medium));
        match (held, Record::parse(new)) {
            (Ok(Examination::Pack(pack)), Ok(new)) if is_later(&pack, &new) => {
                Ok(Some(pack.diagnosis))
            }
            _ => Err(exists(&self.target)),
        }
    }

    /// Writes the whole copy of `from`, converted. It is not durable yet, and has no name.
    pub(super) fn write(
        &mut self,
        from: &Medium,
        sectors: &RecordSectors,
        patch: Patch,
    ) -> Result<(), Failure> {
        let written = self.write_new(from, sectors, patch);
        self.new = Some(Box::new(written.map_err(|error| self.failed(error))?));
        Ok(())
    }

    /// Makes the copy durable, and checks that the disk holds it. Called when all copies of a group are written:
    /// the first flush then covers the others as well.
    pub(super) fn settle(&mut self) -> Result<(), Failure> {
        let settled = self.new.as_ref().map_or(Ok(()), |new| new.commit.settle_whole());
        settled.map_err(|error| {
            self.new = None;
            self.failed(error)
        })
    }

    fn write_new(
        &self,
        from: &Medium,
        sectors: &RecordSectors,
        patch: Patch,
    ) -> Result<UnnamedCopy, MediaError> {
        let file = NewFile::beside(&self.target, from.rights_of_copy())?;
        platform::step();
        from.copy_to(file.file())?;
        let medium = RawImage::from_file(file.file().try_clone()?, &file.path())?;
        if read_record(&medium, sectors)? != patch.old {
            return Err(MediaError::ChangedMeanwhile);
        }
        let commit = Commit { medium, sectors: *sectors, patch };
        commit.write_whole()?;
        Ok(UnnamedCopy { file, commit })
    }

    /// Gives the copy of `from` its name. Returns `false` if another run has made the same copy, with this record,
    /// meanwhile.
    pub(super) fn publish(mut self, from: &Medium, record: &RecordBytes) -> Result<bool, Failure> {
        let Some(new) = self.new.take() else { return Ok(false) };
        platform::step();
        match new.file.publish(&self.target) {
            Ok(()) => {
                let kept = platform::keep_read_only(&self.target, from.permissions());
                kept.map(|()| true).map_err(|error| self.failed_there(error))
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // It is gone again: there is no copy, and another try may make one.
                self.is_there(record)?.ok_or_else(|| self.failed(error))?;
                self.sync_target().map(|()| false)
            }
            Err(error) => Err(Failure { operation: Operation::Publish, ..self.failed(error) }),
        }
    }

    /// Makes durable what another run has made at the target.
    fn sync_target(&self) -> Result<(), Failure> {
        let place = Place::file(self.target.clone());
        let there = Medium::open_copy_to_flush(&place, RETRIES);
        there.and_then(|there| there.sync()).map_err(|error| self.failed_there(error))
    }

    /// A failure although the copy is there, so that its claim stays.
    fn failed_there(&self, error: impl Into<MediaError>) -> Failure {
        Failure { state: Some(PackState::New), ..self.failed(error) }
    }

    fn failed(&self, error: impl Into<MediaError>) -> Failure {
        Failure::caused(Operation::Copy, error).about(self.target.clone())
    }
}

/// Whether `held` is a sound 4.5 pack, the same as `new` or a later state of it. A conversion of the same 4.0 record
/// at another time is the same pack.
fn is_later(held: &Pack, new: &Record) -> bool {
    let Some(record) = held.diagnosis.record.as_deref() else { return false };
    let is_sound = held.outcome().is_45_already();
    let same = match (source_digest(record), source_digest(new)) {
        (Some(one), Some(other)) => one == other,
        _ => record.identity_seal == new.identity_seal,
    };
    is_sound && same && PackHistory::of(record).is_or_follows(&PackHistory::of(new))
}

impl Report {
    /// The target that a dry run claims for this pack, and the digest that identifies the pack.
    fn claimed(&self) -> Option<(PathBuf, Seal)> {
        let record = self.diagnosis.as_ref()?.record.as_ref()?;
        let changes = self.outcome.is_to_change();
        Some((self.output.clone().filter(|_| changes)?, source_digest(record)?))
    }
}

/// The digest of the 4.0 record that a pack is or was; `None` if it was issued as 4.5.
fn source_digest(record: &Record) -> Option<Seal> {
    match record.origin {
        None => Some(record.digest()),
        Some(origin) => (origin.origin == 1).then_some(origin.source_digest),
    }
}

fn exists(target: &Path) -> Failure {
    Failure::new(FailureCode::Exists, Operation::Copy).about(target.to_owned())
}
