//! Every verb, with one of its system calls failing, short or lying: it ends with a code that says so or is done
//! all the same, nothing panics, what only looks changes nothing, what converts leaves old or new, and nothing is
//! called converted that is not.
//!
//! `ADDPACK_CALLS` raises the number of calls of each kind that fail.

use crate::support::judge::{PackImage, Traced, strace};
use crate::support::scene::Scene;
use crate::support::tools;
use std::fs;

/// Calls, and an error of each; a write that is short or does not happen is none to addpack.
const FAULTS: [&str; 10] = [
    "openat:error=EIO",
    "openat:error=EMFILE",
    "pread64:error=EIO",
    "pread64:retval=100",
    "write:error=ENOSPC",
    "write:retval=1",
    "pwrite64:error=EIO",
    "pwrite64:retval=512",
    "fsync:error=EIO",
    "fdatasync:error=EIO",
];

/// How the packs of a run are kept.
#[derive(Clone, Copy, PartialEq)]
enum Kept {
    Raw,
    Gzip,
    Zip,
}

/// What each verb does; how its packs are kept; whether it may change them where they are.
const VERBS: [(&[&str], Kept, bool); 15] = [
    (&["inspect", "--json", "in"], Kept::Raw, false),
    (&["inspect", "--json", "in", "--csv-to", "out/a.csv"], Kept::Zip, false),
    (&["plan", "--json", "in"], Kept::Raw, false),
    (&["plan", "--all", "in", "-o", "out"], Kept::Gzip, false),
    (&["replace", "--json", "in"], Kept::Raw, false),
    (&["replace", "--lost", "5-10", "--gaps", "in", "-o", "out/request.txt"], Kept::Raw, false),
    (&["convert", "--dry-run", "--json", "in"], Kept::Raw, false),
    (&["ledger"], Kept::Raw, false),
    (&["ledger", "check"], Kept::Raw, false),
    (&["ledger", "release", "--yes", "12345-270-0000017-00003"], Kept::Raw, false),
    (&["man", "out"], Kept::Raw, false),
    (&["convert", "--yes", "--json", "in"], Kept::Raw, true),
    (&["convert", "--yes", "--json", "in"], Kept::Gzip, true),
    (&["convert", "--yes", "--json", "in"], Kept::Zip, true),
    (&["convert", "--yes", "--json", "-o", "out", "in"], Kept::Raw, false),
];

/// Calls of each kind that fail, one at a time, in the normal suite.
const USUAL: usize = 3;

/// Packs of their own for one run.
struct Packs {
    scene: Scene,
    images: Vec<PackImage>,
    kept: Kept,
}

impl Packs {
    fn new(kept: Kept) -> Self {
        let scene = Scene::new();
        let golden = PackImage::golden("reapplied-360.img");
        let number =
            |number| PackImage { name: format!("{number}.img"), ..golden.renumbered(number) };
        let images: Vec<_> = (1..=2).map(number).collect();
        for image in &images {
            image.put(&scene, "in");
        }
        let packs = Self { scene, images, kept };
        packs.pack();
        packs
    }

    fn pack(&self) {
        let folder = self.scene.path("in");
        let names: Vec<_> = self.images.iter().map(|image| &*image.name).collect();
        match self.kept {
            Kept::Raw => return,
            Kept::Gzip => {
                for name in &names {
                    let path = folder.join(name);
                    fs::write(path.with_extension("img.gz"), tools::gzip(&path, &["-c"])).unwrap();
                }
            }
            Kept::Zip => drop(tools::zip(&folder, &[], &names)),
        }
        for name in names {
            fs::remove_file(folder.join(name)).unwrap();
        }
    }

    /// What a pack's image holds now.
    fn held(&self, image: &PackImage) -> Vec<u8> {
        let path = self.scene.path("in").join(&image.name);
        match self.kept {
            Kept::Raw => fs::read(path).unwrap(),
            Kept::Gzip => tools::gzip(&path.with_extension("img.gz"), &["-d"]),
            Kept::Zip => tools::unzip(&self.scene.path("in/archive.zip"), &image.name),
        }
    }

    /// The options with which strace makes a call on files of ours fail: the loader's own calls come before them.
    fn options(&self, fault: &str, when: usize) -> Vec<String> {
        let (ledger, folder) = (self.scene.ledger(), self.scene.path("in"));
        let above = ledger.parent().unwrap();
        fs::create_dir_all(above).unwrap();
        let mut paths = vec![folder.clone(), self.scene.path("out"), above.to_owned()];
        paths.extend([ledger.clone(), ledger.with_extension("db-wal"), folder.join("archive.zip")]);
        for image in &self.images {
            paths.extend([folder.join(&image.name), folder.join(format!("{}.gz", image.name))]);
        }
        let inject = format!("inject={fault}:when={when}");
        let call = format!("trace={}", fault.split(':').next().unwrap());
        let mut options = vec!["-f", "-e", &call, "-e", &inject];
        options.extend(paths.iter().flat_map(|path| ["-P", path.to_str().unwrap()]));
        options.into_iter().map(str::to_owned).collect()
    }

    /// The images are wholly old or new, or committed and not cleaned up, and what was said of them is so.
    fn check(&self, traced: &Traced, changes: bool, about: &str) {
        assert!(matches!(traced.ran.code, Some(0 | 1 | 3)), "{about}");
        assert!(!traced.ran.stderr.contains("panicked"), "{about}");
        for image in &self.images {
            let held = self.held(image);
            let _ = image.state(&held);
            assert!(changes || held == image.old, "{about}");
            let copy = fs::read(self.scene.path("out").join(&image.name)).ok();
            assert!(copy.as_ref().is_none_or(|copy| *copy == image.new), "{about}");
            let said = |line: &&str| {
                line.contains(&*image.name) && line.contains("\"outcome\":\"converted\"")
            };
            let is_new = held == image.new || copy.is_some();
            assert!(is_new || !traced.ran.stdout.lines().any(|line| said(&line)), "{about}");
        }
    }
}

/// Whether the fault came about, in its `when`th call.
fn fails(verb: (&[&str], Kept, bool), fault: &str, when: usize) -> bool {
    let (args, kept, changes) = verb;
    let packs = Packs::new(kept);
    if args.contains(&"out/a.csv") || args.contains(&"out/request.txt") {
        fs::create_dir(packs.scene.path("out")).unwrap();
    }
    if args[0] == "ledger" {
        let other = packs.scene.image("applied-1440.img", "other.img");
        packs.scene.convert(&["other.img"]);
        // Only then can it be released.
        fs::remove_file(other).unwrap();
    }
    let options = packs.options(fault, when);
    let options: Vec<_> = options.iter().map(String::as_str).collect();
    let traced = strace(&packs.scene, &options, args);
    packs.check(&traced, changes, &format!("{args:?}, {fault}, call {when}: {traced:?}"));
    traced.is_injected()
}

#[test]
fn no_call_that_fails_costs_a_pack_whatever_the_verb() {
    crate::support::needs!("strace", "zip", "unzip");
    let more = std::env::var("ADDPACK_CALLS").map(|number| number.parse().unwrap());
    let calls = more.unwrap_or(0).max(USUAL);
    let mut count = 0;
    for verb in VERBS {
        for fault in FAULTS {
            count += (1..=calls).take_while(|when| fails(verb, fault, *when)).count();
        }
    }
    println!("{count} calls failed");
    // The README says so.
    assert!(count >= 150, "{count}");
}
