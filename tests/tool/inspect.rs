//! `addpack inspect`: what people and programs read, to the letter.

use crate::support::scene::{Ran, Scene};
use predicates::str::contains;

const OUT_OF_ORDER: &str = "\
out-of-order-720.img
  Verdict    refused: it was reapplied out of order, and is corrupt
  Serial     12345-270-0000017-00010
  Size       5 licenses
  Version    4.0
  Made       2 Mar 1998
  Server     SBSNT1 (00:A0:C9:14:C8:29)
  Licenses   from 5 to 10
  State      2 events, the last on 1 Apr 1999

  History, in UTC by the servers' clocks
     1   1 Apr 1998 00:00  apply     by 4.0    5 to 10  SBSNT1 (00:A0:C9:14:C8:29)
  !  2   1 Apr 1999 00:00  reapply   by 4.0   10 to 10  SBSNT1 (00:A0:C9:14:C8:29)

  Found
    out-of-order-reapply: reapplied out of order on 1 Apr 1999: the server had
    10 licenses, the pack restores 5 to 10
      at offset  0x240
      expected   5
      found      10

  Next       ask for a replacement (KB 274532). Have at hand: serial
             12345-270-0000017-00010, 5 licenses, server SBSNT1
             (00:A0:C9:14:C8:29), and the reason above
  See        KB 194335, KB 236867, KB 274532, addpack explain
             out-of-order-reapply
";

#[test]
fn one_image_is_shown_as_a_card() {
    let scene = Scene::with(&["out-of-order-720.img"]);
    scene.run(&["inspect", "out-of-order-720.img"]).is(1, OUT_OF_ORDER, "");
}

#[test]
fn unused_pack_has_no_history() {
    let scene = Scene::with(&["unused-20-160.img"]);
    let card = "\
unused-20-160.img
  Verdict    convertible: a sound 4.0 pack, ready to be converted to 4.5
  Serial     12345-270-0000017-00002
  Size       20 licenses
  Version    4.0
  Made       2 Mar 1998
  Server     none: never applied

  Next       addpack convert -o converted unused-20-160.img (asks first; the
             image stays)
  See        addpack explain convertible
";
    scene.run(&["inspect", "unused-20-160.img"]).is(0, card, "");
}

/// Good, refused, foreign, unreadable and skipped together.
fn mixed() -> Scene {
    let scene = Scene::new();
    scene.image("applied-1440.img", "a/applied.img");
    scene.image("chain-loops-720.img", "a/b/.hidden.img");
    scene.image("no-record-360.img", "a/foreign.img");
    scene.image("converted-360.img", "z.IMA");
    std::fs::write(scene.path("a/notes.txt"), "no image").unwrap();
    std::fs::write(scene.path("a/empty.img"), "").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../z.IMA", scene.path("a/link.img")).unwrap();
    scene
}

const MIXED: &str = "\
convertible            12345-270-0000017-00003  5 to 10    ./a/applied.img
refused                -                        -          ./a/b/.hidden.img
not-a-pack             -                        -          ./a/empty.img
not-a-pack             -                        -          ./a/foreign.img
already-converted      12345-270-0000017-00042  5 to 10    ./z.IMA
failed                 -                        -          gone.img

6 images: 1 convertible, 1 already-converted, 2 not-a-pack, 1 refused, 1 failed; 2 other files: 1 .img, 1 .txt

Refused
  ./a/b/.hidden.img
    damaged-media: the cluster chain of ADDPACK.DAT loops back to cluster 2
    (sector 14)
    next: read the diskette again, in another drive if there is one; if that
    gives the same, ask for a replacement (KB 274532)

Failed
  gone.img
    there is no such file or folder
    next: check the path

SBSNT1 (00:A0:C9:14:C8:29)
  5       10      15      20      25      30      35      40      45      50
  |~twins~|                                                               |
  ~~ restored by a 4.0 pack
  twins: ...00003 and ...00042 restore 5 to 10; only one of them can be
  applied
";

#[test]
fn folder_is_shown_as_lines_then_a_summary_then_the_reasons() {
    let without_link = MIXED.replace("2 other files: 1 .img, 1 .txt", "1 other file: 1 .txt");
    let shown = if cfg!(unix) { MIXED } else { &without_link };
    mixed().run(&["inspect", ".", "gone.img"]).is(3, shown, "");
}

#[test]
fn report_is_the_same_with_1_and_with_4_workers() {
    let scene = mixed();
    for json in [&[][..], &["--json"]] {
        let run = |jobs| scene.run(&[&["inspect", "-j", jobs, "."], json].concat());
        let (one, four) = (run("1"), run("4"));
        assert_eq!((&one.stdout, one.code), (&four.stdout, four.code));
    }
}

#[test]
fn foreign_disk_in_a_folder_is_no_error_and_named_itself_it_is() {
    let scene = Scene::with(&["no-record-360.img"]);
    scene.run(&["inspect", "."]).ends(0);
    scene.run(&["inspect", "no-record-360.img"]).ends(1);
}

#[cfg(unix)]
#[test]
fn same_file_is_handled_once_and_that_is_said() {
    let scene = Scene::with(&["unused-720.img"]);
    std::fs::create_dir(scene.path("sub")).unwrap();
    std::fs::hard_link(scene.path("unused-720.img"), scene.path("sub/hard.img")).unwrap();
    std::os::unix::fs::symlink("unused-720.img", scene.path("link.img")).unwrap();
    let line = "convertible            12345-270-0000017-00001  5 unused   ";
    let again = "repeated               -                        -          ";
    let ran = scene.run(&["inspect", "unused-720.img", "link.img", "unused-720.img", "sub", "."]);
    let stdout = format!(
        "{line}unused-720.img\n\
         {again}link.img (the same as unused-720.img, handled once)\n\
         {again}unused-720.img (the same as unused-720.img, handled once)\n\
         {again}sub/hard.img (the same as unused-720.img, handled once)\n\
         {again}./sub (the same as sub, handled once)\n\
         {again}./unused-720.img (the same as unused-720.img, handled once)\n\n\
         1 image: 1 convertible; 1 other file: 1 .img; 5 paths repeated\n"
    );
    ran.is(0, &stdout, "");
}

#[test]
fn closed_pipe_is_no_error() {
    let scene = Scene::with(&["unused-720.img"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    Ran::of(scene.command(&["inspect", "."]).stdout(writer)).is(0, "", "");
}

#[cfg(unix)]
#[test]
fn full_disk_under_a_report_of_any_kind_is_an_error() {
    let scene = Scene::with(&["unused-720.img"]);
    let reports: [&[&str]; 19] = [
        &["inspect", "."],
        &["inspect", "--json", "."],
        &["convert", "--dry-run", "."],
        &["plan", "."],
        &["ledger"],
        &["explain"],
        &["completions", "bash"],
        &["--help"],
        &["-h"],
        &["convert", "--help"],
        &["--version"],
        &["version"],
        &["schema"],
        &["explain", "copy"],
        &["plan", "--all", "."],
        &["replace", "--lost", "5-10", "--name", "SERVER", "--address", "02:00:00:00:00:01", "."],
        &["ledger", "--csv"],
        &["ledger", "check", "--json"],
        &["selftest", "."],
    ];
    for report in reports {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = Ran::of(scene.command(report).stdout(full));
        let lost = "addpack: the report could not be written: ";
        ran.at(&report).code(3).stderr(predicates::str::starts_with(lost));
    }
    // What is wrong with a command line is no report.
    for wrong in [&["inspekt"][..], &["inspect", "--no-such-option"], &["explain", "no-such-code"]]
    {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        Ran::of(scene.command(wrong).stderr(full)).at(&wrong).code(2);
    }
}

#[test]
fn color_is_used_only_when_asked_for_or_at_a_terminal() {
    let scene = Scene::with(&["unused-720.img"]);
    assert!(!scene.run(&["inspect", "."]).stdout.contains('\x1b'));
    assert!(
        scene.run(&["inspect", "--color", "always", "."]).stdout.contains("\x1b[32mconvertible")
    );
    assert!(!scene.run(&["inspect", "--color", "never", "."]).stdout.contains('\x1b'));
}

#[test]
fn empty_folder_is_reported_by_every_command() {
    let scene = Scene::new();
    let message = "addpack: no image was found in .\n";
    scene.run(&["inspect", "."]).is(1, "\n0 images\n", message);
    scene.run(&["convert", "--yes", "."]).is(1, "\n0 images\n", message);
    scene.run(&["plan", "."]).is(1, "", message);
    scene.run(&["replace", "."]).is(1, "", message);
}

#[test]
fn command_line_without_a_path_is_wrong() {
    let ran = Scene::new().run(&["inspect"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.contains("<PATH>..."), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn standard_input_that_cannot_be_read_or_kept_is_no_report_that_could_not_be_written() {
    let scene = Scene::with(&["unused-720.img"]);
    let run = |file: &str, temporary: &str| {
        let input = std::fs::File::open(scene.path(file)).unwrap();
        let mut command = scene.command(&["inspect", "-"]);
        Ran::of(command.stdin(input).env("TMPDIR", scene.path(temporary)))
    };
    run("", "").is(3, "", "addpack: standard input could not be read: is a directory\n");
    let ran = run("unused-720.img", "no-such-folder");
    let said = "addpack: standard input could not be kept while it is looked at: ";
    assert!(ran.stderr.starts_with(said) && ran.stderr.ends_with("TMPDIR\n"), "{}", ran.stderr);
    ran.ends(3);
}

#[test]
fn an_image_on_standard_input_is_looked_at_and_named_so() {
    let scene = Scene::with(&["out-of-order-720.img"]);
    let run = |file: &str| {
        let input = std::fs::File::open(scene.path(file)).unwrap();
        Ran::of(scene.command(&["inspect", "-"]).stdin(input))
    };
    let shown = OUT_OF_ORDER.replacen("out-of-order-720.img", "-", 1);
    run("out-of-order-720.img").is(1, &shown, "");
    std::fs::write(scene.path("large"), vec![0; 3_000_000]).unwrap();
    let too_large = contains("more than the largest diskette");
    run("large").assert().code(2).stdout("").stderr(too_large);
}

#[test]
fn named_file_that_is_no_pack_is_listed_with_the_reason() {
    let scene = Scene::with(&["unused-720.img"]);
    std::fs::write(scene.path("empty.img"), b"").unwrap();
    let ran = scene.run(&["inspect", "empty.img", "unused-720.img"]);
    let reason = "  empty.img (too short to be the image of a diskette)\n";
    assert!(ran.stdout.contains(reason), "{}", ran.stdout);
}

#[test]
fn card_says_which_events_do_not_count() {
    let ran = Scene::with(&["post-upgrade-720.img"]).run(&["inspect", "post-upgrade-720.img"]);
    let state =
        "1 event, the last on 1 Apr 1998; 1 more was written, but does not\n             count\n";
    assert!(
        ran.stdout.contains(state) && ran.stdout.contains("      found      0x0405\n"),
        "{}",
        ran.stdout
    );
}
