//! Files that public tools make on the spot: each is named as what it is, and the command that the report names
//! gets the very image out of it.

use crate::support::judges::lack;
use crate::support::scene::{Scene, outcomes, testdata};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const IMAGE: &str = "applied-1440.img";

/// A kind, the Debian package whose tool makes such a file, how it is made of `a.img`, and its name.
const NOT_READ: [(&str, &str, &str, &str); 24] = [
    ("7z", "p7zip-full", "7z a -bd a.7z a.img", "a.7z"),
    ("arj", "arj", "arj a a.arj a.img", "a.arj"),
    ("bzip2", "bzip2", "bzip2 -k a.img", "a.img.bz2"),
    ("cab", "gcab", "gcab -c a.cab a.img", "a.cab"),
    ("cfi", "libdsk-utils", "dsktrans -itype raw -otype cfi a.img a.cfi", "a.cfi"),
    ("compress", "ncompress", "compress -c a.img > a.img.Z", "a.img.Z"),
    ("copyqm", "libdsk-utils", "dsktrans -itype raw -otype copyqm a.img a.cqm", "a.cqm"),
    ("dsk", "libdsk-utils", "dsktrans -itype raw -otype dsk a.img a.dsk", "a.dsk"),
    ("iso", "genisoimage", "genisoimage -quiet -o a.iso a.img", "a.iso"),
    ("iso", "libarchive-tools", "bsdtar --format iso9660 -cf a.iso a.img", "a.iso"),
    ("iso", "genisoimage", "genisoimage -quiet a.img | gzip > a.iso.gz", "a.iso.gz"),
    ("lzip", "lzip", "lzip -k a.img", "a.img.lz"),
    ("lzma", "xz-utils", "xz -k --format=lzma a.img", "a.img.lzma"),
    ("qcow2", "qemu-utils", "qemu-img convert -O qcow2 a.img a.qcow2", "a.qcow2"),
    ("qcow2", "qemu-utils", "qemu-img convert -O qcow a.img a.qcow2", "a.qcow2"),
    ("qed", "qemu-utils", "qemu-img convert -O qed a.img a.qed", "a.qed"),
    ("qrst", "libdsk-utils", "dsktrans -itype raw -otype qrst a.img a.qrst", "a.qrst"),
    ("tar", "libarchive-tools", "bsdtar -cf a.tar a.img", "a.tar"),
    ("tar", "tar", "tar -czf a.tgz a.img", "a.tgz"),
    ("vdi", "qemu-utils", "qemu-img convert -O vdi a.img a.vdi", "a.vdi"),
    ("vhdx", "qemu-utils", "qemu-img convert -O vhdx a.img a.vhdx", "a.vhdx"),
    ("vmdk", "qemu-utils", "qemu-img convert -O vmdk a.img a.vmdk", "a.vmdk"),
    ("xz", "xz-utils", "xz -k a.img", "a.img.xz"),
    ("zstd", "zstd", "zstd -q a.img", "a.img.zst"),
];

/// Where another package's program takes apart what this one makes.
const TAKEN_APART_BY: [(&str, &str); 2] = [("cab", "cabextract"), ("iso", "libarchive-tools")];

#[track_caller]
fn shell(folder: &Path, script: &str) {
    let output = Command::new("sh").args(["-c", script]).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{script}: {output:?}");
}

/// The files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The file, made of the image, alone in the folder `in`.
fn make(scene: &Scene, script: &str, name: &str) {
    scene.image(IMAGE, "made/a.img");
    shell(&scene.path("made"), script);
    fs::create_dir(scene.path("in")).unwrap();
    fs::rename(scene.path("made").join(name), scene.path("in").join(name)).unwrap();
}

#[test]
fn command_that_is_named_gets_the_image_out() {
    let image = fs::read(testdata("images").join(IMAGE)).unwrap();
    for (kind, package, script, name) in NOT_READ {
        let other = TAKEN_APART_BY.iter().find(|(of, _)| *of == kind);
        if lack(&[package]) || other.is_some_and(|(_, package)| lack(&[package])) {
            continue;
        }
        let scene = Scene::new();
        make(&scene, script, name);
        let file = format!("in/{name}");
        let (images, _, code) = scene.json(&["inspect", "--json", "--no-ledger", &file]);
        assert_eq!((outcomes(&images), code), (vec!["failed"], Some(3)), "{script}");
        assert_eq!(images[0].error.as_ref().unwrap().code, "unsupported-container", "{script}");
        let (_, command) = images[0].next_step.split_once("and name that: ").expect(script);
        let command = command.replace("FILE", &format!("../{file}"));
        fs::create_dir(scene.path("out")).unwrap();
        shell(&scene.path("out"), &command);
        let all = [files(&scene.path("out")), files(&scene.path("in"))].concat();
        assert!(all.iter().any(|it| fs::read(it).unwrap() == image), "{command}: {all:?}");
    }
}

#[test]
fn in_a_folder_each_kind_is_counted_with_its_command_by_every_command() {
    for (kind, package, script, name) in NOT_READ {
        if lack(&[package]) {
            continue;
        }
        let scene = Scene::new();
        make(&scene, script, name);
        for command in ["inspect", "plan", "replace"] {
            let ran = scene.run(&[command, "--json", "--no-ledger", "in"]);
            let last = ran.stdout.lines().last().unwrap();
            let summary: serde_json::Value = serde_json::from_str(last).unwrap();
            let kinds = summary["skipped_kinds"].as_array().unwrap();
            assert_eq!(kinds.len(), 1, "{command}: {script}: {last}");
            assert_eq!((&kinds[0]["kind"], &kinds[0]["count"]), (&kind.into(), &1.into()));
            let way = kinds[0]["command"].as_str().unwrap();
            let ran = scene.run(&[command, "--no-ledger", "in"]);
            let said = if command == "replace" { &ran.stderr } else { &ran.stdout };
            assert_eq!(said.matches(way).count(), 1, "{command}: {way}: {said}");
        }
    }
}

#[test]
fn what_tools_of_the_same_formats_make_is_read() {
    for (package, script, name, in_place, judge) in [
        (
            "libarchive-tools",
            "bsdtar --format zip -cf a.zip a.img",
            "a.zip",
            true,
            "bsdtar -tf a.zip",
        ),
        (
            "libarchive-tools",
            "bsdtar --format zip -cf - a.img | cat > a.zip",
            "a.zip",
            true,
            "bsdtar -tf a.zip",
        ),
        ("pigz", "pigz -k a.img", "a.img.gz", true, "pigz -t a.img.gz"),
        ("tabix", "bgzip -c a.img > a.img.gz", "a.img.gz", false, "bgzip -t a.img.gz"),
        ("dictzip", "dictzip -k a.img", "a.img.dz", false, "dictzip -t a.img.dz"),
        ("p7zip-full", "7z a -bd -tzip a.zip a.img", "a.zip", true, "7z t a.zip"),
        ("p7zip-full", "7z a -bd -tgzip a.img.gz a.img", "a.img.gz", true, "7z t a.img.gz"),
    ] {
        if lack(&[package]) {
            continue;
        }
        let scene = Scene::new();
        make(&scene, script, name);
        let (images, _, code) = scene.json(&["inspect", "--json", "--no-ledger", "in"]);
        assert_eq!((outcomes(&images), code), (vec!["convertible"], Some(0)), "{script}");
        let (images, ..) = scene.convert(&["--no-ledger", "in"]);
        let outcome = if in_place { "converted" } else { "failed" };
        assert_eq!(outcomes(&images), [outcome], "{script}: {images:?}");
        shell(&scene.path("in"), judge);
    }
}
