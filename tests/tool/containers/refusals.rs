//! What is lost, needs a copy, is not read, or is no pack.

use super::{archive, pack};
use crate::support::judge::PackImage;
use crate::support::scene::{Scene, outcomes, testdata};
use crate::support::simulator::record_at;
use crate::support::tools;
use crate::support::write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn error_of(scene: &Scene, args: &[&str]) -> (String, String, String) {
    let (mut reports, _, code) = scene.convert(args);
    assert_eq!((outcomes(&reports), code), (vec!["failed"], Some(3)), "{args:?}");
    let report = reports.remove(0);
    let error = report.error.unwrap();
    (error.code, error.message, report.next_step)
}

#[test]
fn dump_and_container_with_another_name_need_a_copy() {
    crate::support::needs!("zip", "unzip");
    let scene = Scene::new();
    let packed = pack(&scene, "unused-720", "ibm720");
    let step = "convert into a raw image with -o";
    for path in &packed[3..] {
        let before = scene.read(path);
        let (code, _, next) = error_of(&scene, &["--no-ledger", path]);
        assert_eq!((&*code, &*next), ("needs-output", step), "{path}");
        assert!(scene.read(path) == before);
    }
    std::fs::hard_link(scene.path("in/file.img.gz"), scene.path("second.gz")).unwrap();
    let before = scene.read("second.gz");
    let (code, message, next) = error_of(&scene, &["--no-ledger", "in/file.img.gz"]);
    assert_eq!((&*code, &*next), ("needs-output", step));
    assert!(message.contains("hard links"), "{message}");
    let dry = ["convert", "--dry-run", "--json", "--no-ledger", "in/file.img.gz"];
    assert_eq!(outcomes(&scene.json(&dry).0), ["failed"]);
    assert!(scene.read("second.gz") == before && scene.read("in/file.img.gz") == before);
}

#[test]
fn write_protected_container_is_left_alone() {
    crate::support::needs!("zip", "unzip");
    let scene = Scene::new();
    archive(&scene);
    let path = scene.path("in/packs.zip");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o440)).unwrap();
    let before = scene.read("in/packs.zip");
    let (reports, _, code) = scene.convert(&["in"]);
    assert_eq!((outcomes(&reports)[..5].to_vec(), code), (vec!["failed"; 5], Some(3)));
    assert!(reports[..5].iter().all(|r| r.error.as_ref().unwrap().code == "write-protected"));
    assert!(scene.read("in/packs.zip") == before);
}

type Writer = fn(&[write::Track]) -> Vec<u8>;

#[test]
fn record_on_a_sector_that_the_dump_lacks_is_damaged_media() {
    let image = std::fs::read(testdata("images/reapplied-360.img")).unwrap();
    let at = record_at(&image) / 512;
    let formats: [(&str, Writer); 3] =
        [("imd", write::imd::dump), ("td0", write::td0::dump), ("hfe", write::hfe::dump)];
    for (state, word) in [(write::State::Bad, "marked as bad"), (write::State::NoData, "missing")] {
        let mut tracks = write::diskette(&image);
        tracks[(at + 2) / 9].sectors[(at + 2) % 9].state = state;
        // One far from all that matters is worth a word.
        tracks[70].sectors[3].state = state;
        for (ending, dump) in formats {
            let scene = Scene::new();
            std::fs::write(scene.path(&format!("disk.{ending}")), dump(&tracks)).unwrap();
            let (reports, _, code) = scene.json(&["inspect", "--json", "."]);
            assert_eq!((outcomes(&reports), code), (vec!["refused"], Some(1)), "{ending} {word}");
            let finding = &reports[0].findings[0];
            assert_eq!(
                (&*finding.code, finding.sector),
                ("damaged-media", u32::try_from(at + 2).ok())
            );
        }
    }
}

#[test]
fn format_that_is_not_read_is_named_with_a_tool_that_reads_it() {
    let mut vdi = b"<<< disk >>>".to_vec();
    vdi.resize(4096, 0);
    vdi[0x40..0x44].copy_from_slice(b"\x7F\x10\xDA\xBE");
    let files: [(&str, Vec<u8>, &str); 4] = [
        ("a.qcow2", [&b"QFI\xFB\0\0\0\x03"[..], &[0; 2000]].concat(), "qemu-img convert -O raw"),
        ("b.vdi", vdi, "qemu-img convert -f vdi -O raw"),
        ("c.hfe", b"HXCHFEV3".repeat(200), "hxcfe"),
        ("d.dsk", b"EXTENDED CPC DSK File\r\nDisk-Info\r\n".repeat(99), "dsktrans"),
    ];
    let scene = Scene::new();
    for (name, bytes, tool) in files {
        std::fs::write(scene.path(name), bytes).unwrap();
        let (code, message, next) = error_of(&scene, &[name]);
        assert_eq!(code, "unsupported-container", "{name}: {message}");
        assert!(next.contains(tool), "{next}");
    }
}

#[test]
fn what_is_too_large_or_no_image_is_no_pack_in_a_folder() {
    crate::support::needs!("zip", "unzip");
    let scene = Scene::new();
    std::fs::create_dir(scene.path("in")).unwrap();
    std::fs::write(scene.path("in/zeroes"), vec![0; 64 << 20]).unwrap();
    std::fs::write(scene.path("in/letter.txt"), "Dear Sir,\n".repeat(90)).unwrap();
    std::fs::write(scene.path("in/other.txt"), "Dear Madam,\n").unwrap();
    let folder = scene.path("in");
    let put = |name: &str, bytes: Vec<u8>| std::fs::write(folder.join(name), bytes).unwrap();
    put("bomb.gz", tools::gzip(&folder.join("zeroes"), &[]));
    put("letter.gz", tools::gzip(&folder.join("letter.txt"), &[]));
    tools::zip(Path::new(&folder), &[], &["letter.txt", "other.txt", "zeroes"]);
    std::fs::remove_file(folder.join("zeroes")).unwrap();
    let (reports, _, code) = scene.json(&["inspect", "--json", "in"]);
    let paths: Vec<_> = reports.iter().map(|report| &*report.path).collect();
    assert_eq!(paths, ["in/archive.zip", "in/bomb.gz", "in/letter.gz"]);
    assert_eq!((outcomes(&reports), code), (vec!["not-a-pack"; 3], Some(0)));
    let (code, ..) = error_of(&scene, &["in/bomb.gz"]);
    assert_eq!(code, "damaged-container");
}

#[test]
fn archive_of_one_image_that_is_named_stands_for_it() {
    crate::support::needs!("zip", "unzip");
    let scene = Scene::new();
    scene.image("no-record-360.img", "disk.img");
    tools::zip(&scene.path("."), &[], &["disk.img"]);
    let (reports, _, code) = scene.json(&["inspect", "--json", "archive.zip"]);
    assert_eq!((outcomes(&reports), code), (vec!["not-a-pack"], Some(1)));
    std::fs::remove_file(scene.path("disk.img")).unwrap();
    let (reports, _, code) = scene.json(&["inspect", "--json", "."]);
    assert_eq!((outcomes(&reports), code), (vec!["not-a-pack"], Some(0)));
}

/// An archive that zip has made of its input, without knowing how much that would be.
#[test]
fn archive_with_records_for_huge_files_is_read_and_needs_a_copy() {
    crate::support::needs!("zip", "unzip");
    let scene = Scene::new();
    scene.image("unused-720.img", "disk.img");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "cat disk.img | zip -q piped.zip -"]).current_dir(scene.path("."));
    assert!(shell.status().unwrap().success());
    let made = scene.read("piped.zip");
    assert!(made.windows(4).any(|bytes| bytes == b"PK\x06\x06"));
    let (code, message, _) = error_of(&scene, &["--no-ledger", "piped.zip"]);
    assert_eq!(code, "needs-output", "{message}");
    assert!(scene.read("piped.zip") == made);
    let (reports, _, _) = scene.convert(&["--no-ledger", "-o", "out", "piped.zip"]);
    assert_eq!(outcomes(&reports), ["converted"]);
    let golden = PackImage::golden("unused-720.img");
    assert!(scene.read("out/piped.zip/-.img") == golden.new);
}
