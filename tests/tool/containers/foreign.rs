//! Files that public tools made: what is not read is named with the way out, what unzip and gzip read is read,
//! and what lies about a mapfile is not believed.

use crate::support::scene::{Image, Scene, outcomes, testdata};
use crate::support::simulator::record_at;
use std::fs;

/// Files of public tools, copied into a scene's folder.
fn put(scene: &Scene, names: &[&str], folder: &str) {
    fs::create_dir_all(scene.path(folder)).unwrap();
    for name in names {
        let to = scene.path(&format!("{folder}/{}", name.rsplit('/').next().unwrap()));
        fs::copy(testdata(&format!("public-tools/{name}")), to).unwrap();
    }
}

fn gunzip(name: &str) -> Vec<u8> {
    let bytes = fs::read(testdata(&format!("public-tools/{name}"))).unwrap();
    addpack::container::gzip::read(&bytes, 1 << 21).unwrap().file
}

fn inspect(scene: &Scene, path: &str) -> (Image, Option<i32>) {
    let (mut images, _, code) = scene.json(&["inspect", "--json", "--no-ledger", path]);
    assert_eq!(images.len(), 1, "{path}");
    (images.remove(0), code)
}

/// Formats that are not read: the file, its kind, and the command.
const NOT_READ: [(&str, &str, &str); 6] = [
    ("a.7z", "7z", "7z x FILE"),
    ("a.img.bz2", "bzip2", "bzip2 -dk FILE"),
    ("a.img.xz", "xz", "xz -dk FILE"),
    ("a.img.zst", "zstd", "zstd -d FILE"),
    ("a.iso.gz", "iso", "bsdtar -xf FILE"),
    ("a.tar.gz", "tar", "tar -xf FILE"),
];

#[test]
fn named_file_of_a_format_that_is_not_read_fails_with_the_command() {
    let scene = Scene::new();
    put(&scene, &NOT_READ.map(|(name, ..)| name), "in");
    for (name, _, command) in NOT_READ {
        let (image, code) = inspect(&scene, &format!("in/{name}"));
        assert_eq!((&*image.outcome, code), ("failed", Some(3)), "{name}");
        assert_eq!(image.error.unwrap().code, "unsupported-container", "{name}");
        assert!(image.next_step.contains(command), "{name}: {}", image.next_step);
    }
}

#[test]
fn in_a_folder_they_are_counted_by_kind_and_listed_where_that_is_asked_for() {
    let scene = Scene::new();
    put(&scene, &NOT_READ.map(|(name, ..)| name), "in");
    fs::write(scene.path("in/letter.pdf"), "Dear Sir").unwrap();
    let (images, summary, code) = scene.json(&["inspect", "--json", "--no-ledger", "in"]);
    assert_eq!((images.len(), summary.skipped, code), (0, 7, Some(0)));
    let mut kinds: Vec<_> = summary.skipped_kinds.iter().map(|kind| &*kind.kind).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["7z", "bzip2", "iso", "tar", "xz", "zstd"]);
    assert_eq!(summary.skipped_endings["pdf"], 1);
    let ran = scene.run(&["inspect", "--no-ledger", "--list", "in"]);
    assert!(ran.stdout.contains("in/letter.pdf\n"), "{ran:?}");
    assert!(ran.stdout.contains("7 other files: 2 .gz, 1 .7z"), "{ran:?}");
    assert_eq!(ran.stdout.matches("7z x FILE").count(), 1, "{ran:?}");
    let ran = scene.run(&["convert", "--yes", "--no-ledger", "in"]);
    ran.ends(1);
    assert!(ran.stderr.contains("no image was found"), "{ran:?}");
}

#[test]
fn format_that_the_content_does_not_show_is_taken_from_the_ending_or_unknown() {
    let scene = Scene::new();
    let junk: Vec<u8> = (0..3000_u32).map(|at| (at * 7919 % 251) as u8).collect();
    for (name, code) in [("a.cfi", "unsupported-container"), ("a.lzh", "unsupported-container")] {
        fs::write(scene.path(name), &junk).unwrap();
        assert_eq!(inspect(&scene, name).0.error.unwrap().code, code, "{name}");
    }
    for name in ["a.img", "a.gz", "a.zip", "a.imd"] {
        fs::write(scene.path(name), &junk).unwrap();
        let (image, code) = inspect(&scene, name);
        assert_eq!((&*image.outcome, code), ("not-a-pack", Some(1)), "{name}");
        assert_eq!(image.reason.as_deref(), Some("unknown-content"), "{name}");
    }
    fs::write(scene.path("blank.img"), vec![0xF6; 368_640]).unwrap();
    assert_eq!(inspect(&scene, "blank.img").0.reason.as_deref(), Some("blank"));
    fs::write(scene.path("fats.img"), gunzip("three-fats.img.gz")).unwrap();
    assert_eq!(inspect(&scene, "fats.img").0.reason.as_deref(), Some("layout-not-read"));
}

#[test]
fn image_behind_a_header_or_another_image_is_named_with_the_dd_command() {
    let image = fs::read(testdata("images/reapplied-360.img")).unwrap();
    let scene = Scene::new();
    let mut table = vec![0; 63 * 512];
    table[446 + 8..446 + 12].copy_from_slice(&63_u32.to_le_bytes());
    table[510..512].copy_from_slice(&[0x55, 0xAA]);
    for (before, command) in [
        (vec![1; 128], "bs=128 skip=1 count=2880"),
        (vec![1; 256], "bs=128 skip=2 count=2880"),
        (vec![1; 512], "bs=512 skip=1 count=720"),
        (table, "bs=512 skip=63 count=720"),
        (image.clone(), "bs=512 skip=720"),
    ] {
        fs::write(scene.path("a.img"), [&before[..], &image].concat()).unwrap();
        let (report, code) = inspect(&scene, "a.img");
        assert_eq!((&*report.outcome, code), ("failed", Some(3)));
        assert!(report.next_step.contains(command), "{command}: {}", report.next_step);
        let dd = report.next_step.split("dd if=FILE of=").last().unwrap();
        let arguments = dd.split(' ').skip(1).map(str::to_owned);
        let mut shell = std::process::Command::new("dd");
        shell.args(["if=a.img", "of=cut.img", "status=none"]).args(arguments);
        assert!(shell.current_dir(scene.path(".")).status().unwrap().success());
        assert!(scene.read("cut.img") == image, "{command}");
    }
}

#[test]
fn archives_are_read_as_unzip_reads_them() {
    let scene = Scene::new();
    let mut program = vec![0x4D; 600];
    program.extend(fs::read(testdata("public-tools/pk00.zip")).unwrap());
    let in_place = [
        ("bsdtar-pipe.zip", 1, None),
        ("crlf-behind.zip", 1, Some("needs-output")),
        ("pk00.zip", 1, None),
        ("zip-s10m.zip", 1, None),
        ("info-zip-fz.zip", 1, Some("needs-output")),
    ];
    for (name, packs, error) in in_place {
        put(&scene, &[name], "in");
        let (images, _, code) = scene.json(&["inspect", "--json", "--no-ledger", "in"]);
        assert_eq!((outcomes(&images), code), (vec!["convertible"; packs], Some(0)), "{name}");
        let before = scene.read(&format!("in/{name}"));
        let (images, _, _) = scene.convert(&["--no-ledger", "in"]);
        let found = images[0].error.as_ref().map(|error| &*error.code);
        assert_eq!(found, error, "{name}: {images:?}");
        let after = scene.read(&format!("in/{name}"));
        assert_eq!(after == before, error.is_some(), "{name}");
        if error.is_none() {
            let (images, ..) = scene.json(&["inspect", "--json", "--no-ledger", "in"]);
            assert_eq!(outcomes(&images), ["already-converted"], "{name}");
            assert_eq!(
                after.len() - after.iter().rposition(|b| *b != 0).unwrap() > 100,
                before.len() == 10_240
            );
        }
        fs::remove_file(scene.path(&format!("in/{name}"))).unwrap();
    }
    fs::write(scene.path("in/setup.zip"), program).unwrap();
    let (images, ..) = scene.convert(&["--no-ledger", "in"]);
    assert_eq!(outcomes(&images), ["converted"]);
}

#[test]
fn odd_member_does_not_cost_its_neighbour() {
    let scene = Scene::new();
    put(&scene, &["cd64.zip"], "in");
    let (images, ..) = scene.convert(&["--no-ledger", "in"]);
    assert_eq!(outcomes(&images), ["failed", "converted"]);
    assert_eq!(images[0].error.as_ref().unwrap().code, "needs-output");
    let (images, ..) = scene.json(&["inspect", "--json", "--no-ledger", "in"]);
    assert_eq!(outcomes(&images), ["convertible", "already-converted"]);
}

#[test]
fn gzip_with_an_index_or_with_bytes_behind_needs_a_copy_and_keeps_its_zeros() {
    let scene = Scene::new();
    put(&scene, &["bgzip.img.gz", "dictzip.img.gz"], "in");
    for name in ["bgzip.img.gz", "dictzip.img.gz"] {
        let before = scene.read(&format!("in/{name}"));
        let (images, ..) = scene.convert(&["--no-ledger", &format!("in/{name}")]);
        assert_eq!(images[0].error.as_ref().unwrap().code, "needs-output", "{name}");
        assert!(scene.read(&format!("in/{name}")) == before);
    }
    let packed = fs::read(testdata("public-tools/ddrescue/disk1.img.gz")).unwrap();
    for (behind, code) in [(&b"a line of text\n"[..], Some("needs-output")), (&[0; 300], None)] {
        fs::write(scene.path("a.img.gz"), [&packed[..], behind].concat()).unwrap();
        let (image, _) = inspect(&scene, "a.img.gz");
        assert_eq!(image.outcome, "convertible");
        let notes = image.notes.iter().filter(|note| note.code == "bytes-behind").count();
        assert_eq!(notes, usize::from(code.is_some()));
        let (images, ..) = scene.convert(&["--no-ledger", "a.img.gz"]);
        assert_eq!(images[0].error.as_ref().map(|error| &*error.code), code);
        assert!(scene.read("a.img.gz").ends_with(behind));
    }
}

#[test]
fn logs_of_a_rescue_are_no_mapfiles_and_a_mapfile_is_heeded_whatever_its_case() {
    let image = gunzip("ddrescue/disk1.img.gz");
    for log in ["rates", "events", "reads"] {
        let scene = Scene::new();
        fs::write(scene.path("disk1.img"), &image).unwrap();
        let read =
            |name: &str| fs::read(testdata(&format!("public-tools/ddrescue/{name}"))).unwrap();
        fs::write(scene.path("disk1.img.log"), read(&format!("{log}.log"))).unwrap();
        fs::write(scene.path("disk1.map"), read("disk1.map")).unwrap();
        for path in [".", "disk1.img"] {
            assert_eq!(inspect(&scene, path).0.outcome, "convertible", "{log}");
        }
        fs::rename(scene.path("disk1.img"), scene.path("DISK1.IMG")).unwrap();
        fs::remove_file(scene.path("disk1.map")).unwrap();
        fs::write(scene.path("DISK1.MAP"), read("unread.map")).unwrap();
        for path in [".", "DISK1.IMG"] {
            assert_eq!(inspect(&scene, path).0.outcome, "refused", "{log}");
        }
    }
}

#[test]
fn record_on_a_sector_that_greaseweazle_has_filled_is_damaged_media() {
    let mut image = fs::read(testdata("images/reapplied-360.img")).unwrap();
    let at = record_at(&image) + 512;
    image[at..at + 512].copy_from_slice(&b"-=[BAD SECTOR]=-".repeat(32));
    let scene = Scene::new();
    fs::write(scene.path("a.img"), &image).unwrap();
    let (report, code) = inspect(&scene, "a.img");
    assert_eq!((&*report.outcome, code), ("refused", Some(1)));
    let finding = &report.findings[0];
    assert_eq!((&*finding.code, finding.sector), ("damaged-media", u32::try_from(at / 512).ok()));
}

#[test]
fn diskette_that_is_no_pack_says_what_is_on_it() {
    let scene = Scene::new();
    scene.image("no-record-360.img", "a.img");
    let (report, _) = inspect(&scene, "a.img");
    assert_eq!(report.reason.as_deref(), Some("no-record"));
    let diskette = report.diskette.expect("what is on it");
    assert!(diskette.files.iter().all(|file| file.folder || file.sha1.is_some()), "{diskette:?}");
    let ran = scene.run(&["inspect", "--no-ledger", "a.img"]);
    assert!(ran.stdout.contains("OEM name"), "{ran:?}");
    for file in &diskette.files {
        assert!(ran.stdout.contains(&file.name), "{ran:?}");
    }
    scene.image("no-record-360.img", "in/a.img");
    assert_eq!(inspect(&scene, "in").0.diskette, None);
}
