//! Images kept of diskettes: named for their packs, whole or not at all, never over another.

use crate::support::disk::testdata;
use crate::support::frail::{Fault, Frail};
use crate::support::simulator;
use addpack::disk::Memory;
use addpack::media::{DriveError, Mapfile, MediaError, VerifyingReader, Watcher};
use addpack::pack::examine::{Examination, examine};
use addpack::pack::keep::{Extent, FirstLook, Keep, KeptImage, Reading};
use addpack::pack::kept_list::{LIST_NAME, Listed, add, listed, set_unreadable, unreadable};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use tempfile::TempDir;

fn golden(name: &str) -> Vec<u8> {
    fs::read(testdata("images").join(name)).unwrap()
}

fn keep(folder: &Path, number: usize, bytes: &[u8], faults: &[(usize, Fault)]) -> KeptImage {
    keep_known(folder, number, bytes, faults, &[])
}

/// Keeps an image of a diskette where those of other diskettes without a record are kept.
fn keep_known(
    folder: &Path,
    number: usize,
    bytes: &[u8],
    faults: &[(usize, Fault)],
    known: &[&KeptImage],
) -> KeptImage {
    let known = known.iter().map(|kept| (kept.number, kept.path.clone())).collect();
    let keep = Keep { folder: folder.to_owned(), number, extent: Extent::Whole, known };
    keep.keep(read(&keep, bytes, faults, bytes).unwrap()).unwrap()
}

/// Reads a diskette of which the first look has seen the bytes `first`, with nothing lost.
fn read(
    keep: &Keep,
    bytes: &[u8],
    faults: &[(usize, Fault)],
    first: &[u8],
) -> Result<Reading, MediaError> {
    let record = match examine(&Memory::new(first.to_vec())).unwrap() {
        Examination::Pack(pack) => pack.diagnosis.record,
        Examination::NotAPack(_) => None,
    };
    let first = FirstLook { record: record.as_deref(), is_damaged: false };
    keep.read(&VerifyingReader::new(Frail::new(bytes, faults), 5), first)
}

fn keep_in(folder: &Path, extent: Extent) -> Keep {
    Keep { folder: folder.to_owned(), number: 1, extent, known: Vec::new() }
}

/// The first sector of the record.
fn record_at(bytes: &[u8]) -> usize {
    simulator::record_at(bytes) / 512
}

#[test]
fn record_that_does_not_read_any_more_is_lost_and_one_that_is_another_is_of_another_diskette() {
    let folder = TempDir::new().unwrap();
    let keep = keep_in(folder.path(), Extent::Whole);
    let (bytes, other) = (golden("out-of-order-720.img"), golden("unused-720.img"));
    for sector in record_at(&bytes)..record_at(&bytes) + 4 {
        let error = read(&keep, &bytes, &[(sector, Fault::Lost)], &bytes).err().unwrap();
        assert_eq!(error.lost().unwrap().sector as usize, sector);
        // A lost sector elsewhere is no excuse for another diskette.
        for lost in [&[(1400, Fault::Lost)][..], &[(record_at(&other) + 3, Fault::Lost)], &[]] {
            let error = read(&keep, &other, lost, &bytes).err().unwrap();
            assert_eq!(error.drive(), Some(&DriveError::Changed));
        }
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_diskette_without_a_record_is_known_again_by_its_bytes() {
    let folder = TempDir::new().unwrap();
    let bytes = golden("no-record-360.img");
    let mut other = bytes.clone();
    other[0x1000] ^= 1;
    let first = keep(folder.path(), 1, &bytes, &[]);
    let second = keep_known(folder.path(), 2, &other, &[], &[&first]);
    assert_eq!((first.number, second.number), (1, 2));
    let again = keep_known(folder.path(), 3, &other, &[], &[&first, &second]);
    assert_eq!(again, second);
    // Sectors that did not read one of the times say nothing.
    let worn = keep_known(folder.path(), 4, &bytes, &[(500, Fault::Lost)], &[&first, &second]);
    assert_eq!(worn.number, 1);
    assert_eq!(worn.path, folder.path().join("diskette-1-copy-2.img"));
    // The one by which the two differ.
    let worn = keep_known(folder.path(), 4, &other, &[(8, Fault::Lost)], &[&second, &first]);
    assert_eq!(worn.number, 2);
}

#[test]
fn a_diskette_is_recognized_by_the_tracks_that_could_lead_to_a_record_unless_several_are_the_same()
{
    let folder = TempDir::new().unwrap();
    let bytes = golden("no-record-360.img");
    let mut other = bytes.clone();
    other[0x28] ^= 1;
    let known = [keep(folder.path(), 1, &bytes, &[]), keep(folder.path(), 2, &other, &[])];
    let mut keep = keep_in(folder.path(), Extent::Record);
    keep.known = known.iter().map(|kept| (kept.number, kept.path.clone())).collect();
    let number =
        |keep: &Keep, bytes: &[u8]| keep.recognize(&read(keep, bytes, &[], bytes).unwrap());
    assert_eq!((number(&keep, &bytes), number(&keep, &other)), (Some(1), Some(2)));
    keep.known.push((3, known[0].path.clone()));
    assert_eq!((number(&keep, &bytes), number(&keep, &golden("unused-720.img"))), (None, None));
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
    assert_eq!(keep(folder.path(), 3, &golden("applied-1440.img"), &[]).path, first.path);
    assert_eq!(keep(folder.path(), 4, &other, &[]).path, second.path);
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
    assert!(Mapfile::is_signed(&kept.path.with_extension("map")).unwrap());
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
    let keep = keep_in(&folder.path().join("new"), Extent::Whole);
    let error = keep.read(&diskette, FirstLook { record: None, is_damaged: false }).err().unwrap();
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
        let keep = keep_in(folder.path(), Extent::Record);
        let kept = keep.keep(read(&keep, &bytes, &[], &bytes).unwrap()).unwrap();
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
    set_unreadable(folder.path(), 6, true).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(b"2 ../b.img\n3 /etc/passwd\n0 c.img\nx d.img\n4\n\n99999999999999999999999 e.img\n5 ..\n\xff\n");
    // The next new diskette gets the number after the largest one.
    bytes.extend(format!("{max} f.img\n{max} unread\n0 unread\n", max = usize::MAX).bytes());
    fs::write(&path, bytes).unwrap();
    assert_eq!(listed(folder.path()), [diskette]);
    assert!(unreadable(folder.path()).into_iter().eq([6]));
}

#[cfg(unix)]
fn allow_files(most: u64) {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, rustix::process::Rlimit { current: Some(most), ..limit }).unwrap();
}

#[cfg(unix)]
#[test]
fn image_that_has_its_name_keeps_its_mapfile_even_if_the_name_may_not_be_durable() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static STEPS: AtomicUsize = AtomicUsize::new(0);
    static LAST: AtomicUsize = AtomicUsize::new(usize::MAX);
    let name = "image_that_has_its_name_keeps_its_mapfile_even_if_the_name_may_not_be_durable";
    if !crate::support::own_process::is_own_process(module_path!(), name) {
        return;
    }
    let folders = [(); 2].map(|()| TempDir::new().unwrap());
    let bytes = golden("unused-720.img");
    addpack::before_each_step(|| {
        if STEPS.fetch_add(1, Ordering::SeqCst) + 1 == LAST.load(Ordering::SeqCst) {
            // So the folder cannot be opened.
            allow_files(0);
        }
    });
    let [first, second] = folders.each_ref().map(|folder| {
        let keep = keep_in(folder.path(), Extent::Whole);
        let reading = read(&keep, &bytes, &[(1400, Fault::Lost)], &bytes).unwrap();
        let kept = keep.keep(reading).map(|_| ());
        // Last, the name of the image is made durable.
        LAST.store(STEPS.swap(0, Ordering::SeqCst), Ordering::SeqCst);
        kept
    });
    allow_files(64);
    first.unwrap();
    assert_eq!(second.unwrap_err().raw_os_error(), Some(24));
    let folder = &folders[1];
    let names = names(folder.path());
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[1].contains(".map"), "{names:?}");
}
