//! `addpack plan`: what people and programs read, to the letter.

use crate::support::planned::shelf::{Shelf, shelf};
use crate::support::scene::Scene;
use crate::support::simulator::{Pack, Release, sample};

const PLAN: &str = "\
SERVER-1 (00:A0:C9:14:C8:01), Small Business Server 4.5: from 5 to 35 licenses
with these 3 packs; it takes 50 at most
   1  convert, then apply  5 to 10   12345-270-0000000-00001  ./b.img
   2  convert, then apply  10 to 15  12345-270-0000000-00002  ./a.img
   3  apply                15 to 35  12345-270-0000000-00007  ./g.img  unused; in the place of \
...00005 (reapplied out of order)

  5       10      15      20      25      30      35      40      45      50
  |~~~1~~~|~~~2~~~|+++++++++++++++3+++++++++++++++|                       |
          |-------|..gap..|-------------------------------|
                  |xxxxxxx|
  ~~ restored by a 4.0 pack   ++ added by an unused pack   .. gap   xx refused
  -- turned away

Gaps
  15 to 20: its pack, 12345-270-0000000-00005, is refused (reapplied out of
  order). Without it 1 pack cannot be restored

Twins
  10 to 15: restored by ./a.img and ./c.img, and only one of them can be
  applied
    next: apply the one in the plan, which needs the least preparation, and
    keep the others

Do not apply (4)
  ./c.img
    another pack restores the same licenses. In addpack's model, the server
    turns the pack away: it restores 10 to 15 licenses and no others. That is
    its answer to the converted pack; as a 4.0 pack, it may be corrupted.
    next: keep one of them with this server; only one adds licenses
  ./d.img
    a pack before it is missing. In addpack's model, the server turns the pack
    away: it restores 20 to 40 licenses and no others.
    next: fill the gap before it first, and plan again
  ./e.img
    reapplied out of order on 1 Jun 1998: the server had 20 licenses, the pack
    restores 15 to 20
    next: ask for a replacement (KB 274532)
  ./f.img
    bound to another server. In addpack's model, the server asks for a
    password from support, since the pack is bound to another server.
    next: apply it on its own server; to move it to this one takes a password
    from support

What now
  addpack convert -o converted .     converts 3 images into copies, 2 of them for this plan
  addpack replace . -o request.txt   asks for 1 replacement
  addpack plan --labels .            prints the labels
  On the server, open the Small Business Server Console and follow its About
  link: it must say version 4.5 and 5 licenses. If it does not, plan again
  with --server and --installed.
  Apply packs 1 to 3, in this order and no other, with the Add License Wizard.
  The server then has 35 licenses.
  Restart the server (KB 236867).
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

do not apply: another pack restores the same licenses
12345-270-0000000-00003
10 to 15 licenses
4.0
";

#[test]
fn server_that_takes_no_packs_is_called_so() {
    let ran = shelf().scene.run(&["plan", "--edition", "nt", "."]);
    let head = "SERVER-1 (00:A0:C9:14:C8:01), full Windows NT: it takes no packs\n";
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
    let labels = "do not apply: its record is damaged\n12345-270-0000017-00021\n5 licenses\n4.0\n\n\
                  do not apply: the diskette is damaged\nno serial: ./chain-loops-720.img\nlicenses unknown\nversion unknown\n\n";
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
    let text = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("10 licenses, and no pack to apply; it takes 25 at most"), "{text}");
    assert!(text.contains("until this one is upgraded to 4.5"), "{text}");
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
    assert_eq!((paths, planned.gaps), (vec!["./b.img", "./a.img"], vec![]));
    assert_eq!((planned.summary.reaches, code), (15, Some(0)));
    let ran = shelf.scene.run(&["plan", "."]);
    assert!(!ran.stdout.contains("gap") && !ran.stdout.contains("Gap"), "{}", ran.stdout);
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

#[test]
fn pack_that_is_45_already_is_preferred_to_a_twin_that_would_be_converted() {
    let scene = Scene::new();
    for (old, new) in [("a", "b"), ("b", "a")] {
        let folder = format!("{old}{new}");
        scene.image("applied-1440.img", &format!("{folder}/{old}.img"));
        scene.image("converted-360.img", &format!("{folder}/{new}.img"));
        let text = scene.run(&["plan", &folder]).stdout;
        let first = format!(
            "   1  apply                5 to 10   12345-270-0000017-00042  {folder}/{new}.img"
        );
        assert!(text.contains(&first), "{text}");
        let twins = format!("restored by {folder}/{new}.img and {folder}/{old}.img, and only one");
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&twins), "{text}");
        let text = scene.run(&["plan", "--installed", "50", &folder]).stdout;
        assert!(text.contains("the plan applies none of them"), "{text}");
    }
}

#[test]
fn unused_pack_that_is_45_already_is_preferred_as_well() {
    let mut shelf = Shelf::new();
    let (old, new) = (shelf.unused(Pack::unused_40, 20), shelf.unused(Pack::issued_45, 20));
    shelf.put("a.img", &old);
    shelf.put("b.img", &new);
    let (planned, _) = shelf.plan(&["--installed", "30", "."]);
    assert_eq!((&*planned.steps[0].path, &*planned.steps[0].action), ("./b.img", "apply"));
}

/// The whole number before a word.
fn number_before(text: &str, word: &str) -> usize {
    let before = text.split_once(word).expect(text).0;
    before.split_whitespace().last().unwrap().parse().expect(text)
}

/// Of those with the same evidence, nobody knows whether they are the same before all of each was read.
#[test]
fn request_of_packs_without_serials_has_a_sure_number_where_they_differ() {
    let scene = Scene::new();
    for name in ["chain-loops-720.img", "chain-ends-early-720.img", "out-of-order-720.img"] {
        scene.image(name, &format!("in/{name}"));
    }
    let request = |text: &str| {
        let line = text.lines().skip_while(|line| !line.contains("addpack replace in"));
        line.take(3).flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
    };
    let plan = request(&scene.run(&["plan", "in"]).stdout);
    assert!(plan.contains("asks for 3 replacements, 1 of them for this plan"), "{plan}");
    scene.image("chain-loops-720.img", "in/again.img");
    let plan = request(&scene.run(&["plan", "in"]).stdout);
    let range = "asks for 3 to 4 replacements (images with the same bytes count as one)";
    assert!(plan.contains(range), "{plan}");
    assert_eq!(scene.run(&["replace", "--json", "in"]).stdout.lines().count(), 3 + 1);
}

#[test]
fn numbers_in_what_now_are_those_that_the_commands_come_to() {
    let scene = Scene::new();
    for name in ["applied-1440.img", "reapplied-360.img", "applied-20-1200.img"] {
        scene.image(name, &format!("in/{name}"));
    }
    for name in ["out-of-order-720.img", "post-upgrade-720.img", "bit-rot-360.img"] {
        scene.image(name, &format!("in/{name}"));
        scene.image(name, &format!("in/copy-of-{name}"));
    }
    scene.run(&["plan", "--all", "in", "-o", "plans"]).ends(1);
    let plans = std::fs::read_dir(scene.path("plans")).unwrap().map(|file| file.unwrap().path());
    let plans = plans.filter(|path| !path.ends_with("stock.txt"));
    let texts: Vec<_> = plans.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert_eq!(texts.len(), 2);
    let request = scene.run(&["replace", "--json", "in"]).stdout;
    let (_, summary, _) = scene.convert(&["in"]);
    for text in texts {
        assert_eq!(
            number_before(&text, " images into copies, ") as u64,
            summary.outcomes["converted"],
            "{text}"
        );
        if text.contains("addpack replace") {
            assert_eq!(
                number_before(&text, " replacements"),
                request.lines().count() - 1,
                "{text}"
            );
        }
    }
}
