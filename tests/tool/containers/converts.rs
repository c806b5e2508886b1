//! Compressed files and archives, converted in place.

use super::archive;
use crate::support::judge::PackImage;
use crate::support::scene::{Scene, outcomes};
use crate::support::tools;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

#[test]
fn every_pack_of_an_archive_converts_and_every_other_byte_stays() {
    crate::support::needs!("zip", "unzip");
    for jobs in ["1", "4"] {
        let scene = Scene::new();
        let (images, names) = archive(&scene);
        let path = scene.path("in/packs.zip");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let before = std::fs::metadata(&path).unwrap();
        let (reports, _, code) = scene.convert(&["-j", jobs, "in"]);
        let paths: Vec<_> = reports.iter().map(|report| report.path.clone()).collect();
        let wanted = names.iter().filter(|name| *name != "README.TXT");
        assert_eq!(paths, wanted.map(|name| format!("in/packs.zip:{name}")).collect::<Vec<_>>());
        assert_eq!(outcomes(&reports), [&["converted"; 5][..], &["not-a-pack"]].concat());
        assert_eq!(code, Some(0));
        for name in &names {
            let held = tools::unzip(&path, name);
            let work = || scene.read(&format!("work/{name}"));
            assert!(
                held == images.get(name).map_or_else(work, |image| image.new.clone()),
                "{name}"
            );
        }
        let after = std::fs::metadata(&path).unwrap();
        assert_eq!(
            (after.mode(), after.uid(), after.gid()),
            (before.mode(), before.uid(), before.gid())
        );
        let left: Vec<_> = std::fs::read_dir(scene.path("in")).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
        let (reports, _, _) = scene.convert(&["in"]);
        assert_eq!(outcomes(&reports), [&["already-converted"; 5][..], &["not-a-pack"]].concat());
        let checked = scene.run(&["ledger", "check"]);
        checked.is(0, "5 of 5 conversions are as the ledger says\n", "");
    }
}

#[test]
fn archive_of_several_images_is_reported_in_lines_and_one_image_of_it_as_a_card() {
    crate::support::needs!("zip", "unzip");
    let scene = Scene::new();
    archive(&scene);
    let lines = scene.run(&["inspect", "in/packs.zip"]).stdout;
    assert!(lines.starts_with("convertible"), "{lines}");
    assert!(lines.contains("\n6 images: 5 convertible, 1 not-a-pack\n"), "{lines}");
    let card = scene.run(&["inspect", "in/packs.zip:box/disk1.ima"]).stdout;
    assert!(card.starts_with("in/packs.zip:box/disk1.ima\n  Verdict"), "{card}");
}

#[test]
fn one_image_of_an_archive_can_be_named() {
    crate::support::needs!("zip", "unzip");
    let scene = Scene::new();
    let (images, _) = archive(&scene);
    let (reports, _, code) = scene.convert(&["in/packs.zip:box/disk3.ima"]);
    assert_eq!((outcomes(&reports), code), (vec!["converted"], Some(0)));
    for (name, image) in &images {
        let held = tools::unzip(&scene.path("in/packs.zip"), name);
        assert!(held == if name.contains('3') { &image.new[..] } else { &image.old }, "{name}");
    }
    let (reports, _, code) = scene.convert(&["in/packs.zip:box/disk9.ima"]);
    assert_eq!((outcomes(&reports), code), (vec!["failed"], Some(3)));
    assert_eq!(reports[0].error.as_ref().unwrap().code, "not-found");
}

#[test]
fn compressed_file_converts_in_place_through_a_link() {
    let scene = Scene::new();
    let golden = PackImage::golden("unused-720.img");
    let raw = scene.image("unused-720.img", "disk.img");
    std::fs::write(scene.path("disk.img.gz"), tools::gzip(&raw, &["-N"])).unwrap();
    std::os::unix::fs::symlink("disk.img.gz", scene.path("link")).unwrap();
    let (reports, _, code) = scene.convert(&["link"]);
    assert_eq!((outcomes(&reports), code), (vec!["converted"], Some(0)));
    assert!(scene.path("link").is_symlink());
    assert!(tools::gzip(&scene.path("disk.img.gz"), &["-d"]) == golden.new);
    let name = |bytes: Vec<u8>| bytes[..19].to_vec();
    assert_eq!(name(scene.read("disk.img.gz")), name(tools::gzip(&raw, &["-N"])));
}
