//! `addpack replace`: the request for replacements, to the letter.

use crate::support::scene::Scene;
use crate::support::simulator::{Pack, Release, Server, sample};
use sha1::{Digest, Sha1};

const LETTER: &str = "\
Request for replacement media: Small Business Server Client Add Packs

Replacement media are the subject of the vendor's article KB 274532. Have at
hand for each pack what is stated below: its serial, its size, the server that
it is bound to, and the reason; and the diskette itself, if there is one. On
packs that are lost or stolen, see KB 236867 first.

The vendor's support of this product has ended. Begin with whoever supplies
your licenses today, and bring what proves that you bought the packs.

1.
   Serial    12345-270-0000017-00010
   Size      5 licenses
   Version   4.0
   Server    SBSNT1 (00:A0:C9:14:C8:29)
   Licenses  from 5 to 10
   Reason    reapplied out of order
   Evidence  out-of-order-reapply: reapplied out of order on 1 Apr 1999: the
             server had 10 licenses, the pack restores 5 to 10 (at offset
             0x240, expected 5, found 10)
   Image     ./out-of-order-720.img
   SHA-1     {sha1}
   See       KB 194335, KB 236867, KB 274532

2.
   Serial    unknown; see the label
   Size      20 licenses
   Server    SBSNT1 (00:A0:C9:14:C8:29)
   Licenses  from 10 to 30
   Reason    lost or stolen
   Evidence  named as lost or stolen
   See       KB 236867, KB 274532

Serials, servers and evidence are as they stand on the diskettes; the SHA-1 is
that of the whole image file. Keep the diskettes and their images as they are
until the replacements have come.
";

fn letter(scene: &Scene) -> String {
    let sha1: [u8; 20] = Sha1::digest(scene.read("out-of-order-720.img")).into();
    LETTER.replace("{sha1}", &sha1.map(|byte| format!("{byte:02x}")).concat())
}

fn one_refused() -> Scene {
    Scene::with(&["out-of-order-720.img", "unused-720.img", "no-record-360.img"])
}

#[test]
fn request_names_each_refused_pack_with_its_evidence_and_lost_ones() {
    let scene = one_refused();
    scene.run(&["replace", "--lost", "10-30", "."]).is(0, &letter(&scene), "");
}

#[test]
fn request_is_written_to_a_new_file_and_never_over_another() {
    let scene = one_refused();
    let args = ["replace", "--lost", "10-30", ".", "-o", "request.txt"];
    scene.run(&args).is(0, "", "request.txt asks for 2 replacements\n");
    assert_eq!(scene.text("request.txt"), letter(&scene));
    let stderr = "addpack: -o: request.txt is there already, and is left as it is; name another one
";
    scene.run(&args).is(2, "", stderr);
    assert_eq!(std::fs::read_dir(scene.path("")).unwrap().count(), 4, "nothing else is left");
}

#[cfg(unix)]
#[test]
fn request_is_not_written_through_a_link() {
    let scene = one_refused();
    std::os::unix::fs::symlink("nowhere", scene.path("link.txt")).unwrap();
    let ran = scene.run(&["replace", ".", "-o", "link.txt"]);
    assert_eq!((ran.code, scene.path("nowhere").exists()), (Some(2), false));
}

#[test]
fn request_that_cannot_be_written_is_reported_before_anything_is_looked_at() {
    let scene = one_refused();
    let args = ["replace", ".", "-o", "gone/request.txt"];
    scene.run(&args).is(2, "", "addpack: -o: there is no folder gone\n");
    #[cfg(unix)]
    {
        let ran = scene.run_without_rights(&["replace", ".", "-o", "request.txt"]);
        let lost = "the report could not be written: -o request.txt: permission denied";
        ran.is(3, "", &format!("addpack: {lost}\n"));
    }
}

const CSV: &str = "\
code,reason,serial,licenses,version,server_name,server_address,from,to,evidence,path,sha1,other_images,kb
out-of-order-reapply,reapplied out of order,12345-270-0000017-00010,5,4.0,SBSNT1,00:A0:C9:14:C8:29,5,10,\
\"out-of-order-reapply: reapplied out of order on 1 Apr 1999: the server had 10 licenses, the pack \
restores 5 to 10 (at offset 0x240, expected 5, found 10)\",\
./out-of-order-720.img,{sha1},0,194335; 236867; 274532
";

#[test]
fn pack_is_asked_for_once_however_many_images_of_it_are_refused() {
    let scene = one_refused();
    for copy in ["copy-1.img", "copy-2.img"] {
        std::fs::copy(scene.path("out-of-order-720.img"), scene.path(copy)).unwrap();
    }
    let ran = scene.run(&["replace", "."]);
    assert_eq!(ran.stdout.matches("   Serial ").count(), 1, "{}", ran.stdout);
    assert!(
        ran.stdout.contains("2 other images of this pack are refused as well"),
        "{}",
        ran.stdout
    );
}

#[test]
fn request_is_csv_where_the_file_is_called_so_or_it_is_asked_for() {
    let scene = one_refused();
    let line = letter(&scene);
    let sha1 = line.split("SHA-1     ").nth(1).unwrap().lines().next().unwrap();
    let csv = CSV.replace("{sha1}", sha1);
    scene.run(&["replace", "--csv", "."]).is(0, &csv, "");
    scene.run(&["-q", "replace", ".", "-o", "request.CSV"]).is(0, "", "");
    let written = String::from_utf8(scene.read("request.CSV")).unwrap();
    assert_eq!(if cfg!(windows) { written.replace('\\', "/") } else { written }, csv);
    let ran = scene.run(&["replace", "--json", "."]);
    let lines: Vec<serde_json::Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [row, summary] = lines.as_slice() else { panic!("{}", ran.stdout) };
    assert_eq!((&summary["replacements"], &summary["exit_code"]), (&1.into(), &0.into()));
    assert_eq!((&row["type"], &row["sha1"]), (&"replacement".into(), &sha1.into()));
}

#[test]
fn names_that_a_spreadsheet_would_reckon_with_are_made_harmless() {
    let scene = Scene::new();
    let mut server = Server::install(Release::V40, [2; 6], "=1+1", 125_411_328_000_000_000);
    let mut pack = sample::unused();
    assert!(server.apply(&mut pack));
    server.licenses = 20;
    assert!(server.reapply(&mut pack));
    std::fs::write(scene.path("-x.img"), pack.image()).unwrap();
    let ran = scene.run(&["replace", "--csv", "--", "-x.img"]);
    assert!(ran.stdout.contains(",'=1+1,02:02:02:02:02:02,"), "{}", ran.stdout);
    assert!(ran.stdout.contains(",'-x.img,"), "{}", ran.stdout);
}

/// Servers 1 and 2, each with a pack behind a gap; that of server 1 is partly filled by a refused one.
fn gaps() -> Scene {
    let scene = Scene::new();
    let put = |name: &str, number: u8, from: u16, spoilt: bool| {
        let mut server = sample::server(Release::V40, number);
        let serial = format!("12345-270-00000{number:02}-000{from:02}");
        let mut pack = Pack::unused_40(&serial, 5, 125_411_328_000_000_000);
        server.licenses = from;
        assert!(server.apply(&mut pack));
        if spoilt {
            server.upgrade();
            assert!(server.spoil(&mut pack, true));
        }
        std::fs::write(scene.path(name), pack.image()).unwrap();
    };
    put("a.img", 1, 15, false);
    put("b.img", 1, 10, true);
    put("c.img", 2, 20, false);
    scene
}

#[test]
fn gaps_of_every_chain_are_named_on_request_and_what_is_refused_is_not_named_twice() {
    let scene = gaps();
    let named = |args: &[&str]| {
        let ran = scene.run(&[&["replace", "--json", "."], args].concat());
        let rows = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap());
        let rows = rows.filter(|row: &serde_json::Value| row["type"] == "replacement");
        let row = |row: serde_json::Value| {
            format!("{} {} {}-{}", row["code"], row["server_name"], row["from"], row["to"])
        };
        rows.map(row).collect::<Vec<_>>().join(", ").replace('"', "")
    };
    let refused = "post-upgrade-reapply SERVER-1 10-15";
    assert_eq!(named(&[]), refused);
    let (one, two) = ("lost SERVER-1 5-10", "lost SERVER-2 5-20");
    assert_eq!(named(&["--gaps"]), format!("{refused}, {one}, {two}"));
    let of_one = ["--gaps", "--lost", "5-10", "--name", "SERVER-1"];
    assert_eq!(named(&of_one), format!("{refused}, {one}"));
    scene.run(&["replace", "--lost", "5-10", "."]).at(&"of which server?").code(2);
    assert_eq!(named(&["--gaps", "--name", "SERVER-2"]), format!("{refused}, {two}"));
    let lost = "lost SERVER-2 20-25";
    assert_eq!(named(&["--lost", "20-25", "--name", "SERVER-2"]), format!("{refused}, {lost}"));
}

#[test]
fn where_nothing_is_refused_nothing_is_asked_for() {
    let scene = Scene::with(&["unused-720.img"]);
    let stderr =
        "addpack: no pack is refused, and none was named as lost: there is nothing to ask for\n";
    scene.run(&["replace", ".", "-o", "request.txt"]).is(0, "", stderr);
    assert!(!scene.path("request.txt").exists());
    for wrong in ["10", "15-10", "0-5", "45-55", "5-5", "12-17", "12-13", "5-15", "5-50"] {
        scene.run(&["replace", "--lost", wrong, "."]).at(&wrong).code(2);
    }
}

#[test]
fn copy_of_a_converted_pack_needs_no_replacement() {
    let scene = Scene::with(&["unused-720.img"]);
    scene.run(&["convert", "--yes", "-o", "out", "unused-720.img"]);
    let ran = scene.run(&["replace", "unused-720.img"]);
    assert_eq!((&*ran.stdout, ran.code), ("", Some(0)));
}

#[test]
fn server_that_spoilt_an_unused_pack_is_named() {
    let scene = Scene::new();
    let mut pack = sample::unused();
    sample::spoil(&mut pack, true);
    std::fs::write(scene.path("a.img"), pack.image()).unwrap();
    let letter = scene.run(&["replace", "."]).stdout;
    assert!(letter.contains("   Server    SERVER-1 (00:A0:C9:14:C8:01)\n"), "{letter}");
    assert!(letter.contains("   Reason    applied on a 4.5 server\n"), "{letter}");
    assert!(letter.contains("applied on 1 Jun 1998 to"), "{letter}");
    assert!(!letter.contains("reapplied on 1 Jun"), "{letter}");
}

#[test]
fn server_that_is_taken_because_most_packs_are_bound_to_it_is_named() {
    let scene = Scene::with(&["applied-1440.img", "reapplied-360.img", "transferred-2880.img"]);
    let ran = scene.run(&["replace", "--lost", "15-20", ".", "-o", "request.txt"]);
    let stderr = "addpack: lost packs are named for SBSNT1 (00:A0:C9:14:C8:29), which most packs here are \
                  bound to; --address or --name names another server\n\
                  request.txt asks for 1 replacement\n";
    ran.is(0, "", stderr);
    let named = ["-q", "replace", "--lost", "15-20", "--name", "SBSNT1", ".", "-o", "again.txt"];
    scene.run(&named).is(0, "", "");
}
