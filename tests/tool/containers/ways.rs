//! Several ways to one archive, several images for one copy, and what is known of an image beside its
//! container.

use crate::support::judge::PackImage;
use crate::support::scene::{Scene, outcomes};
use crate::support::tools;

const X: &str = "unused-720.img";
const Y: &str = "reapplied-360.img";

/// An archive of two packs.
fn two_packs(scene: &Scene) {
    scene.image(X, "x.img");
    scene.image(Y, "y.img");
    let made = tools::zip(&scene.path(""), &[], &["x.img", "y.img"]);
    std::fs::rename(made, scene.path("packs.zip")).unwrap();
    for raw in ["x.img", "y.img"] {
        std::fs::remove_file(scene.path(raw)).unwrap();
    }
}

#[test]
fn members_of_one_archive_convert_whatever_the_ways_to_them() {
    crate::support::needs!("zip", "unzip");
    for (paths, repeated) in [
        (&["packs.zip:x.img", "packs.zip:y.img"][..], 0),
        (&["packs.zip", "packs.zip:y.img"], 1),
        (&["packs.zip:x.img", "packs.zip"], 1),
        (&[".", "link.zip:x.img", "packs.zip:y.img"], 2),
        (&["link.zip:x.img", "packs.zip:y.img", "packs.zip:x.img"], 1),
    ] {
        for copy in [&[][..], &["-o", "out"]] {
            let scene = Scene::new();
            two_packs(&scene);
            std::os::unix::fs::symlink("packs.zip", scene.path("link.zip")).unwrap();
            let args = [&["convert", "--yes", "--no-ledger"], copy, paths].concat();
            let ran = scene.run(&args);
            ran.at(&args).code(0);
            assert!(ran.stdout.contains("\n2 images: 2 converted"), "{args:?}: {ran:?}");
            let lines = ran.stdout.lines().filter(|line| line.starts_with("repeated "));
            assert_eq!(lines.count(), repeated, "{args:?}: {ran:?}");
            if copy.is_empty() {
                for (name, golden) in [("x.img", X), ("y.img", Y)] {
                    let held = tools::unzip(&scene.path("packs.zip"), name);
                    assert!(held == PackImage::golden(golden).new, "{args:?}");
                }
            }
        }
    }
}

/// As many images between two members that their groups are neighbours, and so many that another group is between them.
const BETWEEN: [usize; 2] = [130, 300];

#[test]
fn archive_is_replaced_twice_where_many_images_stand_between_its_members() {
    crate::support::needs!("zip", "unzip");
    let image = PackImage::golden("applied-1440.img").cut_short();
    for between in BETWEEN {
        let scene = Scene::new();
        two_packs(&scene);
        for number in 0..between {
            let name = format!("{number}.img");
            PackImage { name, ..image.renumbered(number + 100) }.put(&scene, "between");
        }
        let (images, ..) = scene.convert(&["packs.zip:x.img", "between", "packs.zip:y.img"]);
        assert_eq!(outcomes(&images), vec!["converted"; between + 2]);
        for (name, golden) in [("x.img", X), ("y.img", Y)] {
            assert!(tools::unzip(&scene.path("packs.zip"), name) == PackImage::golden(golden).new);
        }
    }
}

#[test]
fn dry_run_sees_that_two_images_of_one_folder_would_have_one_copy() {
    let scene = Scene::new();
    scene.image(X, "in/d.img");
    let other = scene.image(Y, "in/other.img");
    std::fs::write(scene.path("in/d.img.gz"), tools::gzip(&other, &[])).unwrap();
    std::fs::remove_file(other).unwrap();
    let args = ["--json", "--no-ledger", "-o", "out", "in"];
    let (foreseen, _, dry) = scene.json(&[&["convert", "--dry-run"], &args[..]].concat());
    let (reports, _, code) = scene.convert(&args[1..]);
    assert_eq!(outcomes(&foreseen), ["convertible", "failed"]);
    assert_eq!(outcomes(&reports), ["converted", "failed"]);
    assert_eq!((dry, code), (Some(3), Some(3)));
}

#[test]
fn mapfile_counts_for_an_image_in_a_container() {
    crate::support::needs!("zip", "unzip");
    let scene = Scene::new();
    two_packs(&scene);
    let raw = scene.image(X, "d.img");
    let compressed = tools::gzip(&raw, &[]);
    std::fs::write(scene.path("d.img.gz"), &compressed).unwrap();
    std::fs::remove_file(raw).unwrap();
    let map = "# Mapfile. Created by GNU ddrescue version 1.27\n0x0 + 1\n0x0 0xB4000 -\n";
    std::fs::write(scene.path("d.img.map"), map).unwrap();
    for args in [
        &["d.img.gz"][..],
        &["."],
        &["--mapfile", "d.img.map", "packs.zip:x.img"],
        &["--mapfile", "d.img.map", "d.img.gz"],
    ] {
        let (reports, _, code) = scene.convert(&[&["--no-ledger", "--dry-run"], args].concat());
        assert_eq!((&*reports[0].outcome, code), ("refused", Some(1)), "{args:?}");
        assert_eq!(reports[0].findings[0].code, "damaged-media", "{args:?}");
    }
    assert!(scene.read("d.img.gz") == compressed);
}

#[test]
fn archive_with_more_entries_than_it_counts_is_left_alone() {
    crate::support::needs!("zip", "unzip");
    let scene = Scene::new();
    two_packs(&scene);
    let mut bytes = scene.read("packs.zip");
    let end = bytes.windows(4).rposition(|part| part == b"PK\x05\x06").unwrap();
    bytes[end + 8] = 1;
    bytes[end + 10] = 1;
    std::fs::write(scene.path("packs.zip"), &bytes).unwrap();
    let (reports, _, code) = scene.convert(&["--no-ledger", "packs.zip"]);
    assert_eq!((outcomes(&reports), code), (vec!["failed"], Some(3)));
    assert_eq!(reports[0].error.as_ref().unwrap().code, "damaged-container");
    assert!(scene.read("packs.zip") == bytes);
}

#[test]
fn member_whose_numbers_are_not_the_directorys_needs_a_copy_and_does_not_cost_its_neighbour() {
    crate::support::needs!("zip", "unzip");
    let scene = Scene::new();
    for (name, golden) in [("x.img", X), ("y.img", Y)] {
        scene.image(golden, &format!("work/{name}"));
    }
    let made = tools::zip(&scene.path("work"), &["-fd"], &["x.img", "y.img"]);
    let mut bytes = std::fs::read(made).unwrap();
    // Behind the first member's bytes: a mark, its checksum, and both of its lengths.
    let behind = bytes.windows(4).position(|part| part == b"PK\x07\x08").unwrap();
    bytes[behind + 4] ^= 1;
    std::fs::write(scene.path("packs.zip"), &bytes).unwrap();
    let (reports, _, code) = scene.convert(&["--no-ledger", "packs.zip"]);
    assert_eq!((outcomes(&reports), code), (vec!["failed", "converted"], Some(3)));
    assert_eq!(reports[0].error.as_ref().unwrap().code, "needs-output");
}
