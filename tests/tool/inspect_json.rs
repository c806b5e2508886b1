//! `addpack inspect --json`: what programs get.

use crate::support::scene;
use crate::support::scene::{Scene, testdata};

#[test]
fn sample_images_have_a_pack_of_every_kind() {
    let scene = Scene::new();
    let images = testdata("images");
    let (images, ..) = scene.json(&["inspect", "--json", images.to_str().unwrap()]);
    for outcome in [
        "convertible",
        "already-converted",
        "issued-4.5",
        "unfinished-conversion",
        "copy",
        "not-a-pack",
        "refused",
    ] {
        assert!(images.iter().any(|image| image.outcome == outcome), "{outcome}");
    }
    for finding in [
        "post-upgrade-reapply",
        "out-of-order-reapply",
        "damaged-record",
        "inconsistent-history",
        "damaged-media",
    ] {
        let has_it = |image: &scene::Image| image.findings.iter().any(|it| it.code == finding);
        assert!(images.iter().any(has_it), "{finding}");
    }
}

#[test]
fn folder_inside_one_that_was_walked_is_not_walked_again() {
    let scene = Scene::new();
    scene.image("unused-720.img", "a/b/unused.img");
    for second in ["a/b", "./a/../a", "a/b/unused.img"] {
        let (images, summary, code) =
            scene.json_with_complaint(&["inspect", "--json", "a", second]);
        assert_eq!((images, summary.repeated, code), (1, 1, Some(0)), "{second}");
    }
}

impl Scene {
    /// Counts of a JSON report that comes with a word on standard error.
    fn json_with_complaint(&self, args: &[&str]) -> (usize, scene::Summary, Option<i32>) {
        let ran = self.run(args);
        assert!(ran.stderr.contains("handled once"), "{}", ran.stderr);
        let lines: Vec<_> = ran.stdout.lines().collect();
        (lines.len() - 1, serde_json::from_str(lines[lines.len() - 1]).unwrap(), ran.code)
    }
}

#[test]
fn json_tells_all_that_the_card_tells() {
    let scene = Scene::with(&["post-upgrade-720.img"]);
    let (images, summary, code) = scene.json(&["inspect", "--json", "post-upgrade-720.img"]);
    let image = &images[0];
    assert_eq!(
        (image.r#type.as_str(), image.schema, image.outcome.as_str()),
        ("image", 1, "refused")
    );
    let record = image.record.as_ref().unwrap();
    assert_eq!(
        (record.version.as_str(), record.serial.as_str()),
        ("4.0", "12345-270-0000017-00012")
    );
    assert_eq!(
        (record.licenses, record.from, record.to, record.bound),
        (5, Some(5), Some(10), true)
    );
    assert_eq!((record.origin.as_ref(), record.converted_at.as_ref()), (None, None));
    assert_eq!(record.server.as_ref().unwrap().address, "00:A0:C9:14:C8:29");
    let event = &record.events[1];
    assert_eq!(
        (event.kind.as_str(), event.server_version.as_str(), event.slot),
        ("reapply", "4.5", 1)
    );
    assert_eq!((event.from, event.to, event.post_upgrade), (10, 15, true));
    assert_eq!(event.at.as_deref(), Some("1999-09-09T00:00:00Z"));
    let finding = &image.findings[0];
    assert_eq!((finding.code.as_str(), finding.offset), ("post-upgrade-reapply", Some(0x240)));
    assert_eq!(finding.kb, [236_867]);
    assert_eq!((image.error.as_ref(), image.notes.len()), (None, 0));
    assert!(
        image.next_step.starts_with("ask for a replacement (KB 274532)"),
        "{}",
        image.next_step
    );
    assert_eq!((summary.r#type.as_str(), summary.images, summary.exit_code), ("summary", 1, 1));
    assert_eq!((summary.outcomes.len(), summary.outcomes["refused"], code), (9, 1, Some(1)));
}

#[test]
fn json_names_the_cluster_and_sector_of_damaged_media() {
    let scene = Scene::with(&["chain-loops-720.img"]);
    let (images, ..) = scene.json(&["inspect", "--json", "chain-loops-720.img"]);
    let finding = &images[0].findings[0];
    assert_eq!(
        (finding.code.as_str(), finding.cluster, finding.sector),
        ("damaged-media", Some(2), Some(14))
    );
}

#[test]
fn every_golden_image_has_its_outcome() {
    let expected: serde_json::Value =
        serde_json::from_slice(&std::fs::read(testdata("expected.json")).unwrap()).unwrap();
    let scene = Scene::new();
    let folder = testdata("images");
    // Each alone: some are images of one pack.
    for (name, expected) in expected["images"].as_object().unwrap() {
        let path = folder.join(name);
        let image = scene.json(&["inspect", "--json", path.to_str().unwrap()]).0.remove(0);
        // The golden set calls an image by its primary finding where there is no way to a record.
        let media = image.findings.first().is_some_and(|f| f.code == "damaged-media");
        let outcome = if media { "damaged-media" } else { image.outcome.as_str() };
        assert_eq!(outcome, expected["outcome"], "{name}");
    }
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_are_exact_in_json_and_escaped_everywhere_else() {
    use std::os::unix::ffi::OsStringExt;
    let scene = Scene::new();
    let name = std::ffi::OsString::from_vec(b"bad\xff\x1b.img".to_vec());
    std::fs::copy(testdata("images/unused-720.img"), scene.path("").join(&name)).unwrap();
    let (images, ..) = scene.json(&["inspect", "--json", "."]);
    assert_eq!(images[0].path_bytes.as_deref(), Some("2e2f626164ff1b2e696d67"));
    let ran = scene.run(&["inspect", "."]);
    assert!(ran.stdout.contains("bad\u{fffd}\\u{1b}.img"), "{}", ran.stdout);
}

#[test]
fn what_is_neither_file_nor_folder_is_not_opened() {
    let scene = Scene::new();
    let (images, _, code) =
        scene.json(&["inspect", "--json", if cfg!(windows) { "NUL" } else { "/dev/null" }]);
    assert_eq!(images[0].error.as_ref().unwrap().code, "not-a-file");
    assert_eq!(code, Some(3));
}
