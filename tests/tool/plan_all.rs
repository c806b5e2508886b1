//! `addpack plan --all`: every server once, each unused pack once.

use crate::support::planned::office::Office;
use crate::support::planned::shelf::Shelf;
use crate::support::scene::Scene;
use crate::support::simulator::{Pack, Release, sample};
use serde_json::Value;
use std::collections::BTreeSet;

/// Server 1 with a gap from 5 to 10, server 2 without one, and unused packs of which not all fit.
fn shelf() -> Shelf {
    let mut shelf = Shelf::new();
    let server = |number| sample::server(Release::V45, number);
    for (name, number, from) in [("2a.img", 2, 5), ("1b.img", 1, 10), ("1c.img", 1, 15)] {
        let pack = shelf.used(&server(number), Pack::issued_45, from, 5);
        shelf.put(name, &pack);
    }
    for number in 0..18 {
        let pack = shelf.unused(Pack::issued_45, 5);
        shelf.put(&format!("u{number:02}.img"), &pack);
    }
    shelf
}

fn lines(stdout: &str) -> Vec<Value> {
    stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_pack_is_planned_for_one_server_or_is_stock() {
    let ran = shelf().scene.run(&["plan", "--all", "--json", "."]);
    let lines = lines(&ran.stdout);
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).collect::<Vec<_>>();
    let plans: Vec<_> = of("plan")
        .iter()
        .map(|plan| (plan["server"]["name"].as_str().unwrap(), plan["reaches"].as_u64().unwrap()))
        .collect();
    assert_eq!(plans, [("SERVER-1", 50), ("SERVER-2", 50)]);
    // Server 1 takes 7 unused packs, one of them in its gap; server 2 takes 8.
    assert_eq!((of("gap").len(), of("stock").len(), of("aside").len()), (0, 3, 0));
    let paths: Vec<_> = lines.iter().filter_map(|line| line["path"].as_str()).collect();
    assert_eq!((paths.len(), paths.iter().collect::<BTreeSet<_>>().len()), (21, 21));
    let last = lines.last().unwrap();
    assert_eq!((&last["type"], &last["servers"]), (&"summary".into(), &2.into()));
    ran.ends(0);
}

#[test]
fn servers_with_a_gap_get_unused_packs_first() {
    let shelf = shelf();
    for number in 1..18 {
        std::fs::remove_file(shelf.scene.path(&format!("u{number:02}.img"))).unwrap();
    }
    std::fs::rename(shelf.scene.path("2a.img"), shelf.scene.path("0a.img")).unwrap();
    let ran = shelf.scene.run(&["plan", "--all", "--json", "."]);
    let reaches = |name: &str| {
        let lines = lines(&ran.stdout);
        let is_meant = |line: &&Value| line["type"] == "plan" && line["server"]["name"] == name;
        lines.iter().find(is_meant).unwrap()["reaches"].as_u64()
    };
    assert_eq!((reaches("SERVER-1"), reaches("SERVER-2")), (Some(20), Some(10)));
}

#[test]
fn plans_go_to_a_file_each_named_by_number_and_address() {
    let scene = shelf().scene;
    let args = ["plan", "--all", ".", "-o", "plans"];
    scene.run(&args).is(
        0,
        "",
        "2 plans are in plans; stock.txt has the other packs\n\
         Servers: 2 whole, 0 with gaps, 0 without their last pack\n",
    );
    let names: BTreeSet<_> = std::fs::read_dir(scene.path("plans"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let expected = ["1-00a0c914c801.txt", "2-00a0c914c802.txt", "stock.txt"];
    assert_eq!(names, expected.map(str::to_owned).into());
    let plan = String::from_utf8(scene.read("plans/1-00a0c914c801.txt")).unwrap();
    assert!(plan.starts_with("SERVER-1 (00:A0:C9:14:C8:01), Small Business Server 4.5: "));
    assert!(plan.contains("Restart the server"), "{plan}");
    let stock = String::from_utf8(scene.read("plans/stock.txt")).unwrap();
    assert!(stock.contains("Stock: unused packs that no server needs (3)"), "{stock}");
    let ran = scene.run(&args);
    ran.ends(2);
    assert_eq!(scene.read("plans/1-00a0c914c801.txt"), plan.as_bytes());
}

#[test]
fn text_has_a_section_for_each_server() {
    let ran = shelf().scene.run(&["plan", "--all", "."]);
    for head in
        ["SERVER-1 (00:A0:C9:14:C8:01), ", "\n\nSERVER-2 (00:A0:C9:14:C8:02), ", "\nStock: "]
    {
        assert!(ran.stdout.contains(head), "{head}: {}", ran.stdout);
    }
    assert_eq!(ran.stdout.matches("What now").count(), 2);
    for wrong in [&["--all", "--name", "SERVER-1"][..], &["-o", "plans"]] {
        let args = [&["plan", "."], wrong].concat();
        shelf().scene.run(&args).at(&wrong).code(2);
    }
}

#[test]
fn gap_whose_pack_was_moved_to_another_server_says_so_and_is_not_called_lost() {
    let mut shelf = Shelf::new();
    let first = sample::server(Release::V40, 1);
    for (name, from) in [("a.img", 5), ("b.img", 10), ("c.img", 15)] {
        let mut pack = shelf.used(&first, Pack::unused_40, from, 5);
        if from == 10 {
            assert!(sample::server(Release::V40, 2).transfer(&mut pack));
        }
        shelf.put(name, &pack);
    }
    for which in [&["--all"][..], &["--name", "SERVER-1"]] {
        let ran = shelf.scene.run(&[&["plan", "--json", "."], which].concat());
        let mut gaps = lines(&ran.stdout).into_iter().filter(|line| line["type"] == "gap");
        let gap = gaps.find(|gap| gap["server"]["name"] == "SERVER-1").unwrap();
        let reason = gap["reasons"][0].as_str().unwrap_or_default();
        assert!(reason.contains("is bound to SERVER-2"), "{which:?}: {gap}");
    }
    // Of what is lost, only what server 2 lacks before its pack is asked for.
    let ran = shelf.scene.run(&["replace", "--gaps", "--json", "."]);
    let asked: Vec<_> = lines(&ran.stdout)
        .iter()
        .filter(|row| row["type"] == "replacement")
        .map(|row| (row["server_name"].as_str().unwrap().to_owned(), row["from"].clone()))
        .collect();
    assert_eq!(asked, [("SERVER-2".to_owned(), 5.into())]);
}

#[test]
fn stock_file_says_why_a_pack_is_in_no_servers_plan_and_only_counts_copies() {
    let images = ["applied-1440.img", "bit-rot-360.img", "chain-loops-720.img", "unused-720.img"];
    let scene = Scene::with(&images);
    scene.image("unused-720.img", "a copy.img");
    let ran = scene.run(&["plan", "--all", "--installed", "50", "-o", "plans", "."]);
    ran.is(
        1,
        "",
        "1 plan is in plans; stock.txt has the other packs\n\
         Servers: 1 whole, 0 with gaps, 0 without their last pack\n",
    );
    let stock = scene.text("plans/stock.txt");
    assert!(stock.starts_with("Stock: ") && !stock.contains(" \n"), "{stock}");
    assert!(stock.contains("its record is damaged, so its server cannot be trusted\n"), "{stock}");
    let aside = "Do not apply: in no server's plan (2)\n";
    assert!(stock.contains(aside), "{stock}");
    let copies = "\n1 image is left out: another image of the same pack counts.\n";
    assert!(stock.ends_with(copies), "{stock}");
}

#[test]
fn labels_of_several_servers_name_the_server() {
    let ran = Scene::with(&["applied-1440.img", "transferred-2880.img"])
        .run(&["plan", "--all", "--labels", "."]);
    for label in ["1 of 1, SBSNT1 (00:A0:C9:14:C8:29)\n", ", OFFICE-2 (00:60:08:0B:5E:11)\n"] {
        assert!(ran.stdout.contains(label), "{}", ran.stdout);
    }
}

/// Of very many packs, a plan for one server tells what concerns that server, and counts the rest.
#[test]
fn plan_for_one_of_many_servers_only_counts_the_packs_of_the_others() {
    let scene = Scene::new();
    for (number, image) in Office::images(3, 120).iter().enumerate() {
        std::fs::write(scene.path(&format!("{number:04}.img")), image).unwrap();
    }
    for number in 0..12 {
        std::fs::write(
            scene.path(&format!("bad{number:02}.img.gz")),
            b"\x1f\x8b\x08\0\0\0\0\0\0\xff cut",
        )
        .unwrap();
    }
    let ran = scene.run(&["plan", "--name", "SRV00004", "."]);
    assert!(
        ran.stdout.contains(" packs of other servers: addpack plan --all plans for each of"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.lines().count() < 60 && !ran.stdout.contains("SRV00005"), "{}", ran.stdout);
    let complaints: Vec<_> = ran.stderr.lines().collect();
    assert_eq!(
        (complaints.len(), complaints[10]),
        (11, "addpack: and 2 more that cannot be used: addpack inspect names all")
    );
}
