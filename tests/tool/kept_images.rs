//! Folders in which a queue has kept images of diskettes: what other commands say of the diskettes.

use crate::support::scene::Scene;

/// Sets down diskettes in the list of the folder.
fn list(scene: &Scene, lines: &str) {
    let header = "# The diskettes of this folder, as addpack --queue has numbered them: number, image, and \"copy\" for \
                  a copy of a converted pack\n";
    std::fs::write(scene.path("addpack-diskettes.txt"), header.to_owned() + lines).unwrap();
}

/// A diskette of which a queue could read nothing has no image, and is not forgotten for that.
#[test]
fn diskettes_of_a_folder_of_which_nothing_was_read_are_named() {
    let scene = Scene::with(&["applied-1440.img"]);
    for command in ["plan", "inspect", "replace"] {
        let said = || {
            let stderr = scene.run(&[command, "."]).stderr;
            stderr.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        list(&scene, "1 applied-1440.img\n2 unread\n");
        let of_two = ".: nothing could be read of diskette 2, so it has no image here; to read again: \
                      addpack inspect --queue";
        assert!(said().contains(of_two) && said().contains(" --keep ."), "{command}: {}", said());
        list(&scene, "1 applied-1440.img\n2 unread\n2 read\n");
        assert!(!said().contains("diskette 2"), "{command}: {}", said());
    }
}

#[test]
fn images_that_a_queue_has_kept_are_converted_on_their_diskettes() {
    let scene = Scene::with(&["applied-1440.img"]);
    let plan = || scene.run(&["plan", "."]).stdout;
    assert!(plan().contains("addpack convert -o converted .  "), "{}", plan());
    std::fs::rename(
        scene.path("applied-1440.img"),
        scene.path("12345-270-0000017-00003-1-event.img"),
    )
    .unwrap();
    let drive = if cfg!(windows) { "A:" } else { "/dev/fd0" };
    let command = format!("addpack convert --queue {drive} --plan .  converts 1 diskette");
    let text = plan().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(&command.replace("  ", " ")), "{text}");
    let image = "12345-270-0000017-00003-1-event.img";
    for args in [["inspect", image], ["plan", image]] {
        let shown = scene.run(&args).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains(&format!("addpack convert --queue {drive} --plan . ")), "{shown}");
        assert!(!shown.contains("-o converted"), "{shown}");
    }
    std::fs::write(scene.path("list"), ".").unwrap();
    let of_list = scene.run(&["plan", "--files-from", "list"]).stdout;
    assert!(of_list.contains(&format!("--queue {drive} --plan . ")), "{of_list}");
}

/// A list may have come with a stranger's folder.
#[test]
fn of_very_many_diskettes_ten_are_named_and_the_others_counted() {
    let scene = Scene::with(&["applied-1440.img"]);
    let lines =
        (1..=40_000).map(|number| format!("{number} unread\n")).collect::<Vec<_>>().concat();
    list(&scene, &(lines.clone() + "18446744073709551615 unread\n" + &lines));
    let begun = std::time::Instant::now();
    let stderr = scene.run(&["plan", "."]).stderr;
    assert!(stderr.len() < 1000, "{stderr}");
    let words = stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    let diskettes =
        "diskettes 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 39,990 more, so they have no image here";
    assert!(words.contains(diskettes), "{stderr}");
    assert!(begun.elapsed().as_secs() < 10, "it took {:?}", begun.elapsed());
}
