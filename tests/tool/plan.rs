//! `addpack plan`: what people and programs are told, to the letter.

use crate::support::planned::shelf::{Shelf, shelf};
use crate::support::scene::Scene;
use crate::support::simulator::{Pack, Release, sample};

const PLAN: &str = "\
SERVER-1 (00:A0:C9:14:C8:01): Small Business Server 4.5, has 5 licenses, takes
50 at most

   1  convert, then apply  5 to 10   12345-270-0000000-00001  convert-first         ./b.img
   2  convert, then apply  10 to 15  12345-270-0000000-00002  convert-first         ./a.img
   3  apply                15 to 35  12345-270-0000000-00007  adds                  ./g.img
   -  turn away            -         12345-270-0000000-00003  twin                  ./c.img
   -  turn away            -         12345-270-0000000-00004  behind-gap            ./d.img
   -  turn away            -         12345-270-0000000-00005  out-of-order-reapply  ./e.img
   -  turn away            -         12345-270-0000000-00006  other-server          ./f.img

  5       10      15      20      25      30      35      40      45      50
  |~~~1~~~|~~~2~~~|+++++++++++++++3+++++++++++++++|                       |
          |-------|..gap..|-------------------------------|
                  |xxxxxxx|
  ~~ restored by a 4.0 pack   ++ added by an unused pack   .. gap   xx refused   -- turned away

Reaches 35 licenses of 50 at most.
Convert 2 packs first, with addpack convert.

Gaps
  15 to 20: no sound pack of the set restores this, and without it 1 pack
  cannot be restored
    next: look for the missing packs and add them to the set; addpack replace
    --gaps asks for replacements

Twins
  10 to 15: more than one sound pack restores this, and only one can be
  applied
    next: apply the one that the plan names, and keep the others

Turned away
  ./c.img
    twin: This Microsoft Small Business Server Client Add Pack disk was
    already used to increase client licenses from 10 to 15. This disk can only
    be reused to restore licenses from 10 to 15 users. That is so once the
    pack is converted: as it is, the server would corrupt the diskette.
    next: keep one of them with this server; only one adds licenses
  ./d.img
    behind-gap: This Microsoft Small Business Server Client Add Pack disk was
    already used to increase client licenses from 20 to 40. This disk can only
    be reused to restore licenses from 20 to 40 users.
    next: find the missing pack, or ask for its replacement, and plan again
  ./e.img
    out-of-order-reapply: reapplied out of order on 1 Jun 1998: the server had
    20 licenses, the pack restores 15 to 20
    next: ask for a replacement (KB 274532). Have at hand: serial
    12345-270-0000000-00005, 5 licenses, server SERVER-1 (00:A0:C9:14:C8:01),
    and the reason above
  ./f.img
    other-server: The server asks for a password from support: the pack is
    bound to another server.
    next: apply it on its own server; to move it to this one takes a password
    from support
";

#[test]
fn plan_is_a_table_then_the_picture_of_the_chain_then_what_is_to_be_said() {
    shelf().scene.run(&["plan", "."]).is(1, PLAN, "");
}

const LABELS: &str = "\
1 of 3
12345-270-0000000-00001
5 to 10 licenses
4.5, once converted

2 of 3
12345-270-0000000-00002
10 to 15 licenses
4.5, once converted

3 of 3
12345-270-0000000-00007
15 to 35 licenses
4.5

do not apply: twin
12345-270-0000000-00003
10 to 15 licenses
4.0
";

#[test]
fn server_that_takes_no_packs_is_called_so() {
    let ran = shelf().scene.run(&["plan", "--edition", "nt", "."]);
    let head = "SERVER-1 (00:A0:C9:14:C8:01): full Windows NT, has 5 licenses, takes no packs\n";
    assert!(ran.stdout.starts_with(head), "{}", ran.stdout);
}

#[test]
fn there_is_a_label_for_each_diskette() {
    let ran = shelf().scene.run(&["plan", "--labels", "."]);
    assert!(ran.stdout.starts_with(LABELS), "{}", ran.stdout);
    assert_eq!((ran.stdout.split("\n\n").count(), ran.code), (7 + 1, Some(1)));
}

#[test]
fn label_says_no_more_than_is_known() {
    let labels = "do not apply: damaged-record\n12345-270-0000017-00021\n5 licenses\n4.0\n\n\
                  do not apply: damaged-media\nno serial\nlicenses unknown\nversion unknown\n\n";
    let scene = Scene::with(&["bit-rot-360.img", "chain-loops-720.img"]);
    scene.run(&["plan", "--labels", "."]).is(1, labels, "");
}

#[test]
fn json_has_a_line_for_each_pack_then_each_gap_then_the_summary() {
    let (planned, code) = shelf().plan(&["."]);
    let steps: Vec<_> = planned
        .steps
        .iter()
        .map(|step| (&*step.path, &*step.action, step.from.zip(step.to), &*step.code))
        .collect();
    let expected = [
        ("./b.img", "convert-then-apply", Some((5, 10)), "convert-first"),
        ("./a.img", "convert-then-apply", Some((10, 15)), "convert-first"),
        ("./g.img", "apply", Some((15, 35)), "adds"),
        ("./c.img", "turn-away", None, "twin"),
        ("./d.img", "turn-away", None, "behind-gap"),
        ("./e.img", "turn-away", None, "out-of-order-reapply"),
        ("./f.img", "turn-away", None, "other-server"),
    ];
    assert_eq!(steps, expected);
    assert_eq!(planned.steps[0].serial.as_deref(), Some("12345-270-0000000-00001"));
    assert_eq!(planned.steps[0].kb, [236_867, 239_666]);
    assert_eq!(planned.steps[3].kb, [177_962, 236_867, 239_666]);
    assert_eq!(planned.gaps, [(15, 20)]);
    let summary = &planned.summary;
    assert_eq!((summary.installed, summary.reaches, summary.limit), (5, 35, 50));
    assert_eq!(code, Some(1));
}

#[test]
fn where_all_packs_can_be_applied_the_exit_code_is_0() {
    let mut shelf = Shelf::new();
    let pack = shelf.unused(Pack::unused_40, 20);
    shelf.put("a.img", &pack);
    let (planned, code) = shelf.plan(&["--server", "4.0", "a.img"]);
    assert_eq!((planned.summary.reaches, planned.summary.limit, code), (25, 25, Some(0)));
    let (planned, code) = shelf.plan(&["--server", "4.0a", "--installed", "10", "."]);
    assert_eq!((&*planned.steps[0].code, code), ("over-limit", Some(1)));
    assert_eq!(planned.summary.reaches, 10);
    let ran = shelf.scene.run(&["plan", "--server", "4.0", "--installed", "10", "."]);
    assert!(ran.stdout.contains("Reaches 10 licenses of 25 at most; 20 more do not fit."));
}

#[test]
fn unused_pack_takes_the_place_of_a_missing_one() {
    let mut shelf = Shelf::new();
    let server = sample::server(Release::V45, 1);
    let pack = shelf.used(&server, Pack::issued_45, 10, 5);
    shelf.put("a.img", &pack);
    let pack = shelf.unused(Pack::issued_45, 5);
    shelf.put("b.img", &pack);
    let (planned, code) = shelf.plan(&["."]);
    let paths: Vec<_> = planned.steps.iter().map(|step| &*step.path).collect();
    assert_eq!((paths, planned.gaps), (vec!["./b.img", "./a.img"], vec![(5, 10)]));
    assert_eq!((planned.summary.reaches, code), (15, Some(0)));
    let ran = shelf.scene.run(&["plan", "."]);
    assert!(ran.stdout.contains("restores this; unused packs take its place"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("..gap.."), "{}", ran.stdout);
}

#[test]
fn colors_are_used_where_they_are_asked_for_and_the_marks_stay() {
    let scene = shelf().scene;
    assert!(!scene.run(&["plan", "."]).stdout.contains('\x1b'));
    let colored = scene.run(&["plan", "--color", "always", "."]).stdout;
    assert!(colored.contains("|\x1b[33m..gap..\x1b[0m|"), "{colored}");
    assert!(colored.contains("|\x1b[1m\x1b[31mxxxxxxx\x1b[0m|"), "{colored}");
}

#[test]
fn licenses_that_are_there_already_are_a_segment_of_their_own() {
    let shelf = shelf();
    let ran = shelf.scene.run(&["plan", "--installed", "20", "."]);
    assert!(ran.stdout.contains("\n  |##########has##########|===============1"), "{}", ran.stdout);
    let (planned, _) = shelf.plan(&["--installed", "20", "."]);
    let code = |path| &*planned.steps.iter().find(|step| step.path == path).unwrap().code;
    assert_eq!((code("./a.img"), code("./d.img")), ("already-applied", "restores"));
    assert_eq!(planned.gaps, []);
}
