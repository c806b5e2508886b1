//! What a plan says of servers and gaps is so: quotes are quotes, and a gap names what belongs there.

use crate::support::planned::shelf::Shelf;
use crate::support::simulator::{Pack, Release, sample};

/// A used pack of server 1.
fn used(shelf: &mut Shelf, release: Release, from: u16) -> Pack {
    let make = if release == Release::V45 { Pack::issued_45 } else { Pack::unused_40 };
    shelf.used(&sample::server(release, 1), make, from, 5)
}

const ALREADY_USED: &str = "The server says: \"This Microsoft Small Business Server Client Add Pack \
    disk was already used to increase client licenses from 5 to 10. This disk can only be reused to \
    restore licenses from 5 to 10 users.\" After a reinstall it may make the diskette defective.";

#[test]
fn servers_own_sentence_is_quoted_for_a_used_40_pack_and_no_other() {
    let mut shelf = Shelf::new();
    let pack = used(&mut shelf, Release::V40, 5);
    shelf.put("a.img", &pack);
    let (planned, _) = shelf.plan(&["--server", "4.0", "--installed", "10", "."]);
    assert_eq!(planned.steps[0].message, ALREADY_USED);
    assert_eq!(planned.steps[0].kb, [177_962, 194_335, 236_867]);
    let pack = used(&mut shelf, Release::V45, 5);
    shelf.put("a.img", &pack);
    for server in ["4.0", "4.5"] {
        let (planned, _) = shelf.plan(&["--server", server, "--installed", "10", "."]);
        let message = "In addpack's model, the server turns the pack away: it restores 5 to 10 \
                       licenses and no others.";
        assert_eq!(planned.steps[0].message, message);
        assert_eq!(planned.steps[0].kb, [177_962]);
    }
}

#[test]
fn mode_of_an_image_says_nothing_of_a_tab() {
    let mut shelf = Shelf::new();
    let pack = used(&mut shelf, Release::V45, 5);
    shelf.put("a.img", &pack);
    let path = shelf.scene.path("a.img");
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    let (planned, code) = shelf.plan(&["."]);
    assert_eq!((&*planned.steps[0].code, code), ("restores", Some(0)));
}

#[test]
fn pack_behind_one_that_is_turned_away_is_behind_a_gap_that_names_it() {
    let mut shelf = Shelf::new();
    let mut full = used(&mut shelf, Release::V45, 5);
    while full.count() < 24 {
        sample::reapply(&mut full, &mut sample::server(Release::V45, 1));
    }
    shelf.put("a.img", &full);
    let behind = used(&mut shelf, Release::V45, 10);
    shelf.put("b.img", &behind);
    let (planned, _) = shelf.plan(&["."]);
    let codes: Vec<_> = planned.steps.iter().map(|step| &*step.code).collect();
    assert_eq!((codes, planned.gaps), (vec!["record-full", "behind-gap"], vec![(5, 10)]));
    let text = shelf.scene.run(&["plan", "."]).stdout;
    assert!(text.contains("5 to 10: its pack, 12345-270-0000000-00001, cannot be"), "{text}");
    assert!(!text.contains("look for the missing packs"), "{text}");
}

#[test]
fn gap_whose_pack_was_moved_to_another_server_says_so() {
    let mut shelf = Shelf::new();
    let mut moved = used(&mut shelf, Release::V40, 5);
    assert!(sample::server(Release::V40, 2).transfer(&mut moved));
    shelf.put("a.img", &moved);
    for from in [10, 15] {
        let pack = used(&mut shelf, Release::V45, from);
        shelf.put(&format!("{from}.img"), &pack);
    }
    let text = shelf.scene.run(&["plan", "."]).stdout;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let reason = "5 to 10: its pack, 12345-270-0000000-00001, is bound to SERVER-2 \
                  (00:A0:C9:14:C8:02) now. Without it 2 packs cannot be restored";
    assert!(text.contains(reason) && !text.contains("look for the missing"), "{text}");
}

#[test]
fn gap_whose_pack_is_not_there_says_how_to_look_for_it() {
    let mut shelf = Shelf::new();
    let pack = used(&mut shelf, Release::V45, 10);
    shelf.put("a.img", &pack);
    let text = shelf.scene.run(&["plan", "."]).stdout;
    assert!(text.contains("5 to 10: no pack of the set restores this"), "{text}");
    assert!(text.contains("look for the missing packs"), "{text}");
    assert!(text.contains("addpack replace --gaps . -o request.txt"), "{text}");
}

#[test]
fn limit_of_45_is_the_highest() {
    let mut shelf = Shelf::new();
    let pack = shelf.unused(Pack::issued_45, 20);
    shelf.put("a.img", &pack);
    let text = shelf.scene.run(&["plan", "--installed", "45", "."]).stdout;
    assert!(text.contains("next: keep it for another server\n"), "{text}");
}

#[test]
fn tie_of_servers_is_a_wrong_command_line_that_names_the_first_ten() {
    let mut shelf = Shelf::new();
    for server in 1..=12 {
        let pack = shelf.used(&sample::server(Release::V45, server), Pack::issued_45, 5, 5);
        shelf.put(&format!("{server:02}.img"), &pack);
    }
    // Two images of one pack are one pack.
    std::fs::copy(shelf.scene.path("12.img"), shelf.scene.path("copy.img")).unwrap();
    let ran = shelf.scene.run(&["plan", "."]);
    assert_eq!((ran.code, &*ran.stdout), (Some(2), ""));
    let stderr = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(stderr.contains("12 servers have the same number of packs: SERVER-1 ("), "{stderr}");
    assert!(stderr.contains("SERVER-10 (") && !stderr.contains("SERVER-11 ("), "{stderr}");
    assert!(stderr.contains("(the first 10 of 12)"), "{stderr}");
    let pack = shelf.used(&sample::server(Release::V45, 7), Pack::issued_45, 10, 5);
    shelf.put("more.img", &pack);
    let (planned, _) = shelf.plan(&["."]);
    assert_eq!(planned.summary.server.unwrap().name, "SERVER-7");
}

#[cfg(unix)]
#[test]
fn commands_are_quoted_and_names_that_cannot_be_are_not_offered() {
    let mut shelf = Shelf::new();
    let pack = used(&mut shelf, Release::V40, 5);
    shelf.put("it's mine.img", &pack);
    let text = shelf.scene.run(&["plan", "it's mine.img"]).stdout;
    assert!(
        text.contains(
            r"addpack convert -o converted 'it'\''s mine.img'   converts 1 image into copies"
        ),
        "{text}"
    );
    shelf.put("a\nb.img", &pack);
    let text = shelf.scene.run(&["plan", "a\nb.img"]).stdout;
    assert!(!text.contains("addpack convert"), "{text}");
    assert!(text.contains("\n  Restart the server (KB 236867).\n"), "{text}");
}
