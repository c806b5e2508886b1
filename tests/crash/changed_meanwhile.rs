//! Another program changes a container while its replacement is being written: what that program wrote stays.

use crate::support::judge::PackImage;
use crate::support::own_process::is_own_process;
use addpack::before_each_step;
use addpack::container::ContainerError;
use addpack::conversion::decide;
use addpack::media::{Medium, Place};
use addpack::pack::commit::{Commit, CommitStep, PackState};
use addpack::pack::examine::{Examination, examine};
use addpack::record::fields::FileTime;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use tempfile::TempDir;

/// What the other program does to the container at this path.
type Change = fn(&Path);

/// What is done before the next step, once.
static NEXT: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

fn write_on(container: &Path) {
    File::options().append(true).open(container).unwrap().write_all(b"more").unwrap();
}

fn rewrite_at_another_time(container: &Path) {
    let file = File::options().write(true).open(container).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
}

fn replace(container: &Path) {
    let other = container.with_extension("other");
    fs::write(&other, "another file").unwrap();
    fs::rename(&other, container).unwrap();
}

fn move_away(container: &Path) {
    fs::rename(container, container.with_file_name("moved")).unwrap();
}

fn link(container: &Path) {
    fs::hard_link(container, container.with_file_name("second name")).unwrap();
}

fn take_rights(container: &Path) {
    let mut rights = fs::metadata(container).unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(container, rights).unwrap();
}

/// As a run does that takes the new file on its way for a leftover.
fn displace(container: &Path) {
    let is_new = |name: &OsString| name.to_string_lossy().starts_with(".addpack-");
    let name = contents(container.parent().unwrap()).into_keys().find(is_new).unwrap();
    let new = container.with_file_name(name);
    fs::remove_file(&new).unwrap();
    fs::write(&new, "another file").unwrap();
}

/// Converts the pack in a container that is changed just before the first byte of its replacement is
/// written. What it failed with, and whether the container is as it was left by that change.
fn convert_while(change: Change) -> (Option<ContainerError>, bool) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("disk.img.gz");
    let mut gzip = GzEncoder::new(File::create(&path).unwrap(), Compression::fast());
    gzip.write_all(&PackImage::golden("reapplied-360.img").old).unwrap();
    gzip.finish().unwrap();
    let medium = Medium::open_to_change(&Place::file(path.clone()), 0).unwrap();
    let Examination::Pack(pack) = examine(&medium).unwrap() else { panic!("no pack") };
    let patch = decide(&pack.diagnosis, FileTime::from_unix_seconds(1).unwrap()).unwrap();
    let commit = Commit { medium, sectors: pack.sectors.unwrap(), patch };
    commit.stage();
    let (left, changed) = (Arc::new(OnceLock::new()), path.clone());
    let by_then = Arc::clone(&left);
    *NEXT.lock().unwrap() = Some(Box::new(move || {
        change(&changed);
        by_then.set(contents(changed.parent().unwrap())).unwrap();
    }));
    let failed = commit.commit().expect_err("the container was changed meanwhile");
    assert_eq!((failed.step, failed.state), (CommitStep::Replace, Some(PackState::Old)));
    let mut left = left.get().expect("something was written").clone();
    left.retain(|name, bytes| {
        !name.to_string_lossy().starts_with(".addpack-") || bytes == b"another file"
    });
    (failed.cause.container(), contents(folder.path()) == left)
}

/// The files in a folder.
fn contents(folder: &Path) -> BTreeMap<OsString, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn container_that_another_program_changes_meanwhile_stays_as_that_program_left_it() {
    if !is_own_process(
        module_path!(),
        "container_that_another_program_changes_meanwhile_stays_as_that_program_left_it",
    ) {
        return;
    }
    before_each_step(|| {
        let next = NEXT.lock().unwrap().take();
        if let Some(next) = next {
            next();
        }
    });
    let changes: [(Change, Option<ContainerError>); 7] = [
        (write_on, Some(ContainerError::Changed)),
        (rewrite_at_another_time, Some(ContainerError::Changed)),
        (replace, Some(ContainerError::Changed)),
        (move_away, Some(ContainerError::Changed)),
        (link, Some(ContainerError::OtherNames)),
        (take_rights, Some(ContainerError::Changed)),
        (displace, None),
    ];
    for (change, wanted) in changes {
        assert_eq!(convert_while(change), (wanted, true));
    }
}

#[test]
fn archive_that_was_edited_after_its_directory_was_read_is_not_opened_to_be_changed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.zip");
    let archive = include_bytes!("../fuzz/seeds/zip/two");
    fs::write(&path, archive).unwrap();
    let place = Place::at(&folder.path().join("a.zip:one.img")).unwrap();
    drop(Medium::open_to_change(&place, 0).expect("it is as it was"));
    let place = Place::at(&folder.path().join("a.zip:one.img")).unwrap();
    fs::write(&path, &archive[1..]).unwrap();
    let error = Medium::open_to_change(&place, 0).expect_err("it was edited");
    assert_eq!(error.container(), Some(ContainerError::Changed));
}
