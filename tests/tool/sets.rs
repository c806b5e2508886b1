//! Sets of packs in `addpack inspect` and `addpack convert`: a picture for each server, and warnings.

#[cfg(unix)]
use crate::support::diskette::Terminal;
use crate::support::scene::Scene;
use crate::support::simulator::{Pack, Release, sample};

/// Puts a 4.0 pack of a server there, which restores `from` and five more.
fn put(scene: &Scene, server: u8, from: u16, number: u16) -> Pack {
    let serial = format!("12345-270-{server:07}-{:05}", from * 10 + number);
    let mut pack = Pack::unused_40(&serial, 5, 125_411_328_000_000_000);
    let mut server_state = sample::server(Release::V40, server);
    server_state.licenses = from;
    assert!(server_state.apply(&mut pack));
    let name = format!("{server:02}-{from:02}-{number}.img");
    std::fs::write(scene.path(&name), pack.image()).unwrap();
    pack
}

const PICTURES: &str = "
SERVER-1 (00:A0:C9:14:C8:01)
  5       10      15      20      25      30      35      40      45      50
  |~~4.0~~|..gap..|~twins~|==4.5==|                                       |
                          |xxxxxxx|
  == restored   ~~ restored by a 4.0 pack   .. gap   xx refused
  gap: no sound pack restores 10 to 15
  twins: ...00151 and ...00152 restore 15 to 20; only one of them can be
  applied

SERVER-2 (00:A0:C9:14:C8:02)
  5       10      15      20      25      30      35      40      45      50
  |~~4.0~~|                                                               |
  ~~ restored by a 4.0 pack
";

#[test]
fn inspect_of_a_folder_ends_with_a_picture_for_each_server() {
    let scene = Scene::new();
    put(&scene, 1, 5, 1);
    put(&scene, 1, 15, 1);
    put(&scene, 1, 15, 2);
    let converted = sample::converted(&put(&scene, 1, 20, 1));
    std::fs::write(scene.path("01-20-1.img"), converted.image()).unwrap();
    let mut spoilt = put(&scene, 1, 20, 2);
    sample::spoil(&mut spoilt, true);
    std::fs::write(scene.path("01-20-2.img"), spoilt.image()).unwrap();
    put(&scene, 2, 5, 1);
    let ran = scene.run(&["inspect", "."]);
    assert!(ran.stdout.ends_with(PICTURES), "{}", ran.stdout);
    ran.ends(1);
}

#[test]
fn copy_of_a_pack_is_no_twin_and_one_image_has_no_picture() {
    let scene = Scene::new();
    put(&scene, 1, 5, 1);
    std::fs::copy(scene.path("01-05-1.img"), scene.path("copy.img")).unwrap();
    let ran = scene.run(&["inspect", "."]);
    assert!(ran.stdout.contains("|~~4.0~~|") && !ran.stdout.contains("twins"), "{}", ran.stdout);
    assert!(!scene.run(&["inspect", "copy.img"]).stdout.contains("|~~"));
}

#[test]
fn overlapping_packs_stand_below_each_other_and_that_is_said() {
    let scene = Scene::new();
    put(&scene, 1, 5, 1);
    put(&scene, 1, 7, 1);
    put(&scene, 1, 12, 1);
    let ran = scene.run(&["inspect", "."]);
    let end = "\
  |~~4.0~~|ga|~~4.0~~|                                                    |
     |~~4.0~~|
  ~~ restored by a 4.0 pack   .. gap
  gap: no sound pack restores 10 to 12
  conflict: a pack restores 5 to 10, another one 7 to 12
";
    assert!(ran.stdout.ends_with(end), "{}", ran.stdout);
}

#[test]
fn only_the_first_servers_have_a_picture_and_that_is_said() {
    let scene = Scene::new();
    for server in 1..=12 {
        put(&scene, server, 5, 1);
    }
    let ran = scene.run(&["inspect", "."]);
    assert_eq!(ran.stdout.matches("|~~4.0~~|").count(), 10);
    let more = "\n10 of 12 servers shown: addpack plan --all shows each\n\
                Servers: 12 whole, 0 with gaps, 0 without their last pack\n";
    assert!(ran.stdout.ends_with(more), "{}", ran.stdout);
}

#[cfg(unix)]
#[test]
fn before_it_asks_convert_names_some_of_many_servers_with_gaps_and_counts_all() {
    let scene = Scene::new();
    for server in 1..=12 {
        put(&scene, server, 10, 1);
    }
    let mut terminal = Terminal::run_sized(scene.command(&["convert", "."]), 24, 80);
    let shown = terminal.until("[y/N] ");
    assert_eq!(shown.matches("gap: no sound pack restores 5 to").count(), 10, "{shown}");
    assert!(shown.contains("10 of 12 servers with such packs shown"), "{shown}");
    terminal.answer("n");
    assert_eq!(terminal.end().1, Some(130));
}

#[test]
fn interrupted_conversions_of_one_pack_are_one_pack() {
    let scene = Scene::new();
    for name in ["x/a.img", "x/b.img", "y/a.img", "y/b.img"] {
        scene.image("converted-unfinished-360.img", name);
    }
    let said = |args: &[&str]| {
        let (images, ..) = scene.json(&[args, &["--json"]].concat());
        images.into_iter().map(|image| image.outcome).collect::<Vec<_>>()
    };
    assert_eq!(said(&["inspect", "x"]), ["unfinished-conversion", "copy"]);
    assert_eq!(said(&["convert", "--dry-run", "x"]), ["unfinished-conversion", "copy"]);
    let plan = scene.run(&["plan", "x"]).stdout;
    assert!(!plan.contains("another pack restores"), "{plan}");

    // Into a copy: that of the image that counts, and the ledger knows it.
    assert_eq!(said(&["convert", "--yes", "-o", "out", "x"]), ["converted", "copy"]);
    assert!(scene.path("out/a.img").exists() && !scene.path("out/b.img").exists());
    assert!(scene.run(&["ledger"]).stdout.contains("/out/a.img\n"));
    scene.run(&["ledger", "check"]).is(0, "1 of 1 conversion is as the ledger says\n", "");
    assert_eq!(said(&["inspect", "x", "out"]), ["copy", "copy", "already-converted"]);

    // In place: every image is finished, and one counts.
    std::fs::remove_file(scene.ledger()).unwrap();
    assert_eq!(said(&["convert", "--yes", "y"]), ["converted", "copy"]);
    let finished = scene.read("out/a.img");
    assert!(scene.read("y/a.img") == finished && scene.read("y/b.img") == finished);
    scene.run(&["ledger", "check"]).is(0, "1 of 1 conversion is as the ledger says\n", "");
    assert_eq!(said(&["inspect", "y"]), ["already-converted", "copy"]);
}
