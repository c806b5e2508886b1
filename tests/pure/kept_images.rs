//! Images kept of diskettes: named for their packs, whole or not at all, never over another.

use crate::support::disk::testdata;
use crate::support::frail::{Fault, Frail};
use addpack::disk::Memory;
use addpack::media::{DriveError, Mapfile, VerifyingReader, Watcher};
use addpack::pack::examine::{Examination, examine};
use addpack::pack::keep::{Extent, Keep, KeptImage};
use addpack::pack::kept_list::{LIST_NAME, Listed, add, listed};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use tempfile::TempDir;

fn golden(name: &str) -> Vec<u8> {
    fs::read(testdata("images").join(name)).unwrap()
}

fn keep(folder: &Path, number: usize, bytes: &[u8], faults: &[(usize, Fault)]) -> KeptImage {
    let diskette = VerifyingReader::new(Frail::new(bytes, faults), 5);
    Keep { folder: folder.to_owned(), number, extent: Extent::Whole }.keep(&diskette).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn an_image_is_named_for_its_pack_and_its_events_or_numbered() {
    let folder = TempDir::new().unwrap();
    for (number, name) in
        (1..).zip(["applied-1440.img", "no-record-360.img", "unused-720.img", "reapplied-360.img"])
    {
        let kept = keep(folder.path(), number, &golden(name), &[]);
        assert_eq!(fs::read(&kept.path).unwrap(), golden(name), "{name}");
    }
    assert_eq!(
        names(folder.path()),
        [
            "12345-270-0000017-00001-0-events.img",
            "12345-270-0000017-00003-1-event.img",
            "12345-270-0000017-00004-2-events.img",
            "diskette-2.img",
        ]
    );
}

#[test]
fn an_image_is_never_put_over_another_and_the_same_one_is_kept_once() {
    let folder = TempDir::new().unwrap();
    let mut other = golden("applied-1440.img");
    *other.last_mut().unwrap() ^= 1;
    let first = keep(folder.path(), 1, &golden("applied-1440.img"), &[]);
    let second = keep(folder.path(), 2, &other, &[]);
    assert_eq!(keep(folder.path(), 3, &golden("applied-1440.img"), &[]), first);
    assert_eq!(keep(folder.path(), 4, &other, &[]), second);
    assert_eq!(fs::read(first.path).unwrap(), golden("applied-1440.img"));
    assert_eq!(fs::read(second.path).unwrap(), other);
    assert_eq!(names(folder.path()).len(), 2);
}

#[test]
fn lost_sectors_stand_in_a_mapfile_that_is_read_as_what_it_says() {
    let folder = TempDir::new().unwrap();
    let faults =
        [(700, Fault::Lost), (701, Fault::Lost), (1439, Fault::Lost), (20, Fault::Fails(1))];
    let kept = keep(folder.path(), 1, &golden("unused-720.img"), &faults);
    let map = Mapfile::read(&kept.path.with_extension("map")).unwrap();
    let lost: Vec<_> = map.flaws(737_280).into_iter().map(|flaw| flaw.sector).collect();
    assert_eq!(lost, [700, 701, 1439]);
    // The same bytes without a mapfile would pass for whole: that is another image.
    let bytes = fs::read(&kept.path).unwrap();
    let whole = keep(folder.path(), 2, &bytes, &[]);
    assert_ne!(whole.path, kept.path);
    assert!(!whole.path.with_extension("map").exists());
}

#[test]
fn a_reading_that_is_stopped_keeps_nothing() {
    let folder = TempDir::new().unwrap();
    let stop = Watcher::new(|at| {
        if at.sector < 1000 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let diskette =
        VerifyingReader::new(Frail::new(&golden("unused-720.img"), &[]), 5).watched(Some(stop));
    let extent = Extent::Whole;
    let keep = Keep { folder: folder.path().join("new"), number: 1, extent };
    let error = keep.keep(&diskette).unwrap_err();
    assert_eq!(error.drive(), Some(&DriveError::Stopped));
    assert!(names(folder.path()).is_empty());
}

#[test]
fn an_image_of_the_record_alone_says_the_same_of_the_pack() {
    for name in
        ["applied-1440.img", "fragmented-1440.img", "transferred-2880.img", "no-record-360.img"]
    {
        let folder = TempDir::new().unwrap();
        let bytes = golden(name);
        let diskette = VerifyingReader::new(Frail::new(&bytes, &[]), 5);
        let extent = Extent::Record;
        let keep = Keep { folder: folder.path().to_owned(), number: 1, extent };
        let kept = keep.keep(&diskette).unwrap();
        let image = fs::read(&kept.path).unwrap();
        assert_eq!(image.len(), bytes.len(), "{name}");
        let record = |bytes: Vec<u8>| match examine(&Memory::new(bytes)).unwrap() {
            Examination::Pack(pack) => pack.diagnosis.record.map(|record| *record.bytes()),
            Examination::NotAPack(_) => None,
        };
        assert_eq!(record(image), record(bytes), "{name}");
    }
}

fn listed_as(folder: &Path, number: usize, name: &str, was_copy: bool) -> Listed {
    Listed { number, image: folder.join(name), was_copy }
}

#[test]
fn a_list_tells_the_diskettes_in_their_order_and_each_of_them_once() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    assert_eq!(listed(folder), []);
    let all = [
        listed_as(folder, 1, "b.img", false),
        listed_as(folder, 12, "a.img", true),
        listed_as(folder, 12, "c.img", false),
    ];
    for diskette in all.iter().chain(&all) {
        add(folder, diskette).unwrap();
    }
    assert_eq!(listed(folder), all);
}

#[test]
fn a_line_that_a_crash_has_cut_short_is_none_and_the_next_one_is_whole() {
    let folder = TempDir::new().unwrap();
    let (first, second) =
        (listed_as(folder.path(), 1, "a.img", false), listed_as(folder.path(), 2, "b.img", true));
    add(folder.path(), &first).unwrap();
    let path = folder.path().join(LIST_NAME);
    let whole = fs::read(&path).unwrap();
    for cut in 1..7 {
        fs::write(&path, [&whole[..], &b"2 b.img copy"[..cut]].concat()).unwrap();
        assert_eq!(listed(folder.path()), std::slice::from_ref(&first), "{cut}");
        add(folder.path(), &second).unwrap();
        assert_eq!(listed(folder.path()).last(), Some(&second), "{cut}");
    }
}

/// The name of the list may be that of a file of the user's, and its lines may be written by anybody.
#[test]
fn what_is_no_list_is_left_alone_and_lines_that_lead_elsewhere_are_none() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(LIST_NAME);
    fs::write(&path, "my diskettes\n1 a.img\n").unwrap();
    let diskette = listed_as(folder.path(), 1, "a.img", false);
    add(folder.path(), &diskette).unwrap();
    assert_eq!(listed(folder.path()), []);
    assert_eq!(fs::read(&path).unwrap(), b"my diskettes\n1 a.img\n");
    fs::remove_file(&path).unwrap();
    add(folder.path(), &diskette).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(b"2 ../b.img\n3 /etc/passwd\n0 c.img\nx d.img\n4\n\n99999999999999999999999 e.img\n5 ..\n\xff\n");
    fs::write(&path, bytes).unwrap();
    assert_eq!(listed(folder.path()), [diskette]);
}
