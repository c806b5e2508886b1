//! How many servers get all their licenses back: every report of one set gives the same answer.

use crate::support::diskette::Terminal;
use crate::support::planned::office::Office;
use crate::support::scene::Scene;
use serde_json::Value;
use std::collections::BTreeSet;

/// The codes of steps whose packs are refused.
const REFUSED: [&str; 10] = [
    "post-upgrade-reapply",
    "out-of-order-reapply",
    "damaged-record",
    "inconsistent-history",
    "damaged-media",
    "copy-of-converted",
    "newer-state-refused",
    "diverged-copies",
    "serial-clash",
    "two-converted",
];

/// The images of an office, as files in one folder.
fn office(seed: u64) -> Scene {
    let scene = Scene::new();
    std::fs::create_dir(scene.path("in")).unwrap();
    for (number, image) in Office::images(seed, 120).iter().enumerate() {
        std::fs::write(scene.path(&format!("in/{number:04}.img")), image).unwrap();
    }
    scene
}

/// The line that counts the servers: from its first word to its end, however it is wrapped.
fn counted(text: &str) -> String {
    let (_, line) = text.rsplit_once("Servers: ").expect(text);
    let lines = line.lines().take_while(|line| !line.is_empty() && !line.starts_with("What now"));
    lines.collect::<Vec<_>>().join(" ").split(" Exit code").next().unwrap().to_owned()
}

/// The sentence of a page on its servers.
fn sentence(page: &str) -> &str {
    page.split_once("failed.</b> ").unwrap().1.split_once("</p>").unwrap().0
}

/// The same answers, from the lines for programs.
fn from_json(lines: &[Value]) -> (String, String) {
    let last = lines.last().unwrap();
    let number = |name: &str| last[name].as_u64().unwrap();
    let servers = |restored: &str| {
        let is_it = |line: &&Value| line["type"] == "plan" && line["restored"] == restored;
        lines.iter().filter(is_it).count() as u64
    };
    for (name, restored) in [
        ("whole", "whole"),
        ("with_gaps", "gaps"),
        ("end_missing", "end-missing"),
        ("with_conflicts", "conflicts"),
    ] {
        assert_eq!(number(name), servers(restored), "{name}");
    }
    let gaps = lines.iter().filter(|line| line["type"] == "gap");
    let with_gaps: BTreeSet<_> = gaps.map(|gap| gap["server"]["address"].to_string()).collect();
    assert_eq!(number("with_gaps"), with_gaps.len() as u64);
    let is_refused = |line: &&Value| {
        let code = line["code"].as_str().unwrap_or_default();
        line["type"] == "step" && REFUSED.contains(&code)
    };
    let with_refused: BTreeSet<_> =
        lines.iter().filter(is_refused).map(|step| step["server"]["address"].to_string()).collect();
    assert_eq!(number("with_refused"), with_refused.len() as u64);
    let mut line = format!(
        "{} whole, {} with gaps, {} without their last pack",
        number("whole"),
        number("with_gaps"),
        number("end_missing")
    );
    for (name, words) in [
        ("with_conflicts", ", {} with conflicts"),
        ("with_refused", "; {} with refused packs"),
        ("with_twins", "; {} with twins"),
    ] {
        if number(name) > 0 {
            line += &words.replace("{}", &number(name).to_string());
        }
    }
    let others: Vec<_> = [
        ("with_gaps", "has a gap", "have gaps"),
        ("end_missing", "lacks its last pack", "lack their last pack"),
        ("with_conflicts", "has packs that contradict", "have packs that contradict"),
    ]
    .map(|(name, one, many)| match number(name) {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    })
    .into();
    let sentence = format!(
        "{} of {} servers get all their licenses back. Of the others, {} and {} each other.",
        number("whole"),
        number("servers"),
        others[..2].join(", "),
        others[2]
    );
    (line, sentence)
}

#[test]
fn summary_page_plans_and_json_count_the_same_servers() {
    for seed in 0..2 {
        let scene = office(seed);
        let text = |args: &[&str]| {
            let ran = scene.run(args);
            assert_eq!(ran.code, Some(1), "{args:?}: {}", ran.stderr);
            ran.stdout + "\n" + &ran.stderr
        };
        let json = text(&["plan", "--all", "--json", "in"]);
        let lines: Vec<_> = json
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let (line, expected) = from_json(&lines);
        text(&["plan", "--all", "--json", "in", "-o", "lines"]);
        let stock = std::fs::read_to_string(scene.path("lines/stock.jsonl")).unwrap();
        assert_eq!(stock.lines().last(), json.lines().rfind(|line| !line.is_empty()), "{seed}");
        // Some of everything, or nothing is compared.
        let counts =
            ["whole", "with_gaps", "end_missing", "with_conflicts", "with_refused", "with_twins"];
        let last = lines.last().unwrap();
        assert!(counts.iter().all(|count| last[*count].as_u64() > Some(0)), "{last}");
        let shown = |args: &[&str]| {
            Terminal::run_sized(scene.command(&[&["--color", "never"], args].concat()), 24, 80)
                .end()
                .0
        };
        for screen in [shown(&["inspect", "in"]), shown(&["convert", "--dry-run", "in"])] {
            assert_eq!(counted(&screen), line, "{seed}: {screen}");
        }
        for args in [
            &["inspect", "in", "--report", "a.html"][..],
            &["plan", "--all", "in", "--report", "b.html"],
            &["plan", "--all", "in", "-o", "plans"],
        ] {
            assert_eq!(counted(&text(args)), line, "{seed}: {args:?}");
        }
        for page in ["a.html", "b.html"] {
            assert_eq!(sentence(&scene.text(page)), expected, "{seed}: {page}");
        }
    }
}

#[test]
fn gap_that_an_unused_pack_fills_is_a_gap_in_no_report() {
    use crate::support::planned::shelf::Shelf;
    use crate::support::simulator::{Pack, Release, sample};
    let mut shelf = Shelf::new();
    let server = sample::server(Release::V40, 1);
    for from in [5, 15] {
        let pack = shelf.used(&server, Pack::unused_40, from, 5);
        shelf.put(&format!("{from}.img"), &pack);
    }
    let scene = &shelf.scene;
    let before = scene.run(&["inspect", "."]).stdout;
    assert!(before.contains("gap: no sound pack restores 10 to 15"), "{before}");
    scene.pack(1, "unused-20.img");
    let unused = shelf.unused(Pack::issued_45, 5);
    shelf.put("unused.img", &unused);
    let scene = &shelf.scene;
    let after = scene.run(&["inspect", "."]).stdout;
    assert!(!after.contains("gap") && after.contains("++ added by an unused pack"), "{after}");
    let mut terminal = Terminal::run_sized(scene.command(&["convert", "."]), 24, 80);
    let question = terminal.until("[y/N] ");
    assert!(!question.contains("gap"), "{question}");
    terminal.answer("n");
    terminal.end();
}
