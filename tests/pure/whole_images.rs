//! Whole images, judged from outside: what mtools, fsck.fat and the fatfs crate read before a
//! conversion, they read after it.

use crate::support::disk::convert::{expected, golden_conversion, golden_time};
use crate::support::disk::layout::{Layout, SECTOR};
use crate::support::disk::{content, judge, record, testdata, tools};
use addpack::diagnosis::FindingCode;
use addpack::ledger::Ledger;
use addpack::report::{Outcome, Report};
use addpack::run::{End, FinalReport, Job, Mode, RunEvent, run};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;

fn run_on(image: &Path, mode: Mode) -> Report {
    let job = Job::new(vec![image.to_owned()], mode);
    let mut reports = Vec::new();
    let mut hear = |event| {
        match event {
            RunEvent::Seen(report) => reports.push(*report),
            RunEvent::Final(FinalReport::Changed(report)) => *reports.last_mut().unwrap() = *report,
            RunEvent::Skipped(_) | RunEvent::Repeated { .. } => panic!("{event:?}"),
            _ => {}
        }
        ControlFlow::Continue(())
    };
    let mut ledger = Ledger::temporary().unwrap();
    let end = run(&job, &mut ledger, &AtomicBool::new(false), &mut hear).unwrap();
    assert_eq!(end, End::Complete);
    assert_eq!(reports.len(), 1, "{}", image.display());
    reports.remove(0)
}

/// All that outside judges say of an image.
#[derive(Debug, PartialEq, Eq)]
struct Judgement {
    fsck: (Option<i32>, String),
    /// Each other file's content, by mtype.
    mtools: Vec<(String, Option<Vec<u8>>)>,
    fatfs: Vec<(String, Vec<u8>)>,
}

fn judge(image: &Path) -> Judgement {
    let names = tools::names(image).into_iter().filter(|name| name != "ADDPACK.DAT");
    let fatfs = judge::by_fatfs(&fs::read(image).unwrap(), |_| true);
    Judgement {
        fsck: tools::fsck(image),
        mtools: names.map(|name| (name.clone(), tools::mtype(image, &name))).collect(),
        fatfs: fatfs.unwrap_or_else(|error| panic!("{}: fatfs: {error}", image.display())),
    }
}

/// Converts an image, and asserts that its record is `new` then, and that no judge sees another
/// change.
fn assert_converts(image: &Path, old: &[u8], new: &[u8]) {
    let name = image.display();
    let before = fs::read(image).unwrap();
    let judged = judge(image);
    assert_eq!(tools::mtype(image, "ADDPACK.DAT").as_deref(), Some(old), "{name}");
    let layout = Layout::read_bpb(&before).expect("a BPB");
    let sectors = judge::record_sectors(&before, &layout).expect("a record");

    let report = run_on(image, Mode::Convert(golden_time()));
    assert_eq!(report.outcome, Outcome::Converted, "{name}: {:?}", report.failure);

    let mut wanted = before;
    for (&at, sector) in sectors.iter().zip(new.chunks(SECTOR)) {
        wanted[at..at + SECTOR].copy_from_slice(sector);
    }
    assert!(fs::read(image).unwrap() == wanted, "{name}: something else changed");
    assert_eq!(tools::mtype(image, "ADDPACK.DAT").as_deref(), Some(new), "{name}");
    assert_eq!(judge(image), judged, "{name}");
    let again = run_on(image, Mode::Convert(golden_time()));
    assert_eq!(again.outcome, Outcome::AlreadyConverted, "{name}");
    assert!(fs::read(image).unwrap() == wanted, "{name}: a second run changed it");
}

/// A copy of a golden image, which may be changed.
fn golden_copy(folder: &TempDir, name: &str) -> PathBuf {
    let copy = folder.path().join(name);
    fs::copy(testdata("images").join(name), &copy).unwrap();
    copy
}

/// The outcome that is expected of each golden image, and the name of its record.
fn golden_images() -> Vec<(String, String, Option<String>)> {
    let expected = expected();
    let images = expected["images"].as_object().unwrap();
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    images
        .iter()
        .map(|(name, want)| (name.clone(), text(&want["outcome"]).unwrap(), text(&want["record"])))
        .collect()
}

#[test]
fn every_golden_image_is_examined_as_expected_and_left_as_it_is() {
    let folder = TempDir::new().unwrap();
    let images = golden_images();
    assert_eq!(images.len(), 19);
    for (name, outcome, _) in images {
        let image = golden_copy(&folder, &name);
        for mode in [Mode::Inspect, Mode::DryRun(golden_time())] {
            let report = run_on(&image, mode);
            let media = report.has_finding(FindingCode::DamagedMedia);
            assert_eq!(media, outcome == "damaged-media", "{name}");
            let wanted = if media { "refused" } else { &outcome };
            assert_eq!(report.outcome.as_str(), wanted, "{name}: {:?}", report.findings());
        }
        let original = fs::read(testdata("images").join(&name)).unwrap();
        assert!(fs::read(&image).unwrap() == original, "{name} changed");
    }
}

#[test]
fn every_golden_image_that_converts_holds_the_expected_record_and_nothing_else_new() {
    crate::support::needs!("dosfstools", "mtools");
    let folder = TempDir::new().unwrap();
    let mut converted = 0;
    for (name, outcome, old) in golden_images() {
        if outcome == "convertible" {
            let old = old.unwrap();
            assert_converts(&golden_copy(&folder, &name), &record(&old), &golden_conversion(&old));
            converted += 1;
        }
    }
    assert_eq!(converted, 7);
}

#[test]
fn golden_image_of_an_unfinished_conversion_is_finished() {
    crate::support::needs!("dosfstools", "mtools");
    let folder = TempDir::new().unwrap();
    let old = record("converted-unfinished.rec");
    let mut new = old.clone();
    new[SECTOR..].fill(0);
    assert_converts(&golden_copy(&folder, "converted-unfinished-360.img"), &old, &new);
}

#[test]
fn every_golden_image_that_does_not_convert_stays_as_it_is() {
    let folder = TempDir::new().unwrap();
    let mut left = 0;
    for (name, outcome, _) in golden_images() {
        if !["convertible", "unfinished-conversion"].contains(&outcome.as_str()) {
            let image = golden_copy(&folder, &name);
            run_on(&image, Mode::Convert(golden_time()));
            let original = fs::read(testdata("images").join(&name)).unwrap();
            assert!(fs::read(&image).unwrap() == original, "{name} changed");
            left += 1;
        }
    }
    assert_eq!(left, 11);
}

/// A size in kilobytes, and how mkfs.fat is told to lay it out as DOS did.
const SIZES: [(usize, &str); 9] = [
    (160, "-s 1 -r 64 -M 0xFE -g 1/8"),
    (180, "-s 1 -r 64 -M 0xFC -g 1/9"),
    (320, "-s 2 -r 112 -M 0xFF -g 2/8"),
    (360, "-s 2 -r 112 -M 0xFD -g 2/9"),
    (720, "-s 2 -r 112 -M 0xF9 -g 2/9"),
    (1200, "-s 1 -r 224 -M 0xF9 -g 2/15"),
    (1440, "-s 1 -r 224 -M 0xF0 -g 2/18"),
    (1680, "-s 4 -r 16 -M 0xF0 -g 2/21"),
    (2880, "-s 2 -r 240 -M 0xF0 -g 2/36"),
];

/// Makes an image with mkfs.fat, and fills it with mcopy: files around the record, a long name,
/// a folder with a file.
fn make(folder: &TempDir, kilobytes: usize, options: &str, pack: &str) -> PathBuf {
    let image = folder.path().join(format!("{kilobytes}.img"));
    tools::mkfs(&image, kilobytes, options);
    assert_eq!(fs::metadata(&image).unwrap().len(), kilobytes as u64 * 1024);
    let put = |name: &str, content: &[u8]| {
        let host = folder.path().join("content");
        fs::write(&host, content).unwrap();
        tools::put(&image, &host, name);
    };
    put("BEFORE.TXT", &content(1, 700));
    put("ADDPACK.DAT", &record(pack));
    put("Licenses bought in 1999.txt", &content(2, 3000));
    put("ADDPACK.BAK", &record(pack));
    tools::make_folder(&image, "FOLDER");
    put("FOLDER/INNER.BIN", &content(3, 1500));
    put("FOLDER/ADDPACK.DAT", &record("unused-5.rec"));
    put("AFTER.BIN", &content(4, 9000));
    image
}

/// Removes the image, so that the next one can have its name.
fn assert_made_converts(image: &Path, pack: &str) {
    assert_eq!(tools::names(image).len(), 7);
    assert_converts(image, &record(pack), &golden_conversion(pack));
    fs::remove_file(image).unwrap();
}

#[test]
fn image_of_each_size_made_by_mkfs_converts() {
    crate::support::needs!("dosfstools", "mtools");
    let folder = TempDir::new().unwrap();
    let packs = ["full-history.rec", "applied.rec", "unused-20.rec", "transferred.rec"];
    for ((kilobytes, _), pack) in SIZES.iter().zip(packs.iter().cycle()) {
        assert_made_converts(&make(&folder, *kilobytes, "", pack), pack);
    }
}

#[test]
fn image_of_each_size_made_by_mkfs_as_dos_laid_it_out_converts() {
    crate::support::needs!("dosfstools", "mtools");
    let folder = TempDir::new().unwrap();
    for (kilobytes, options) in SIZES {
        let pack = "full-history.rec";
        assert_made_converts(&make(&folder, kilobytes, options, pack), pack);
    }
}

#[test]
fn image_with_one_fat_made_by_mkfs_converts() {
    crate::support::needs!("dosfstools", "mtools");
    let folder = TempDir::new().unwrap();
    for (kilobytes, options) in SIZES {
        let pack = "applied-20.rec";
        assert_made_converts(&make(&folder, kilobytes, &format!("{options} -f 1"), pack), pack);
    }
}

#[test]
fn record_that_mcopy_put_into_gaps_converts() {
    crate::support::needs!("dosfstools", "mtools");
    let folder = TempDir::new().unwrap();
    let pack = "full-history.rec";
    for (kilobytes, options) in [SIZES[0], SIZES[3], SIZES[6]] {
        let image = folder.path().join("gaps.img");
        tools::mkfs(&image, kilobytes, options);
        let host = folder.path().join("content");
        fs::write(&host, content(5, 300)).unwrap();
        for number in 0..8 {
            tools::put(&image, &host, &format!("F{number}"));
        }
        for number in [1, 3, 4, 6] {
            tools::delete(&image, &format!("F{number}"));
        }
        fs::write(&host, record(pack)).unwrap();
        tools::put(&image, &host, "ADDPACK.DAT");
        let bytes = fs::read(&image).unwrap();
        let sectors = judge::record_sectors(&bytes, &Layout::read_bpb(&bytes).unwrap()).unwrap();
        assert!(sectors.windows(2).any(|pair| pair[0] + SECTOR != pair[1]), "{sectors:?}");
        assert_converts(&image, &record(pack), &golden_conversion(pack));
        fs::remove_file(&image).unwrap();
    }
}

#[test]
fn image_without_a_record_made_by_mkfs_is_no_pack() {
    crate::support::needs!("dosfstools", "mtools");
    let folder = TempDir::new().unwrap();
    for (kilobytes, options) in SIZES {
        let image = folder.path().join(format!("{kilobytes}.img"));
        tools::mkfs(&image, kilobytes, options);
        assert_eq!(run_on(&image, Mode::Inspect).outcome, Outcome::NotAPack, "{kilobytes}");
    }
}
