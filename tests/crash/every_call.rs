//! Every verb, with one of its system calls failing: it ends with a code that says so or is done all the
//! same, nothing panics, what only looks changes nothing, and what converts leaves old or new.
//!
//! `ADDPACK_CALLS` raises the number of calls of each kind that fail.

use crate::support::judge::{PackImage, Traced, strace};
use crate::support::scene::Scene;

/// Calls, and an error of each; a write that is short or does not happen is none to addpack.
const FAULTS: [&str; 9] = [
    "openat:error=EIO",
    "openat:error=EMFILE",
    "pread64:error=EIO",
    "pread64:retval=100",
    "write:error=ENOSPC",
    "write:retval=1",
    "pwrite64:error=EIO",
    "fsync:error=EIO",
    "fdatasync:error=EIO",
];

/// What each verb does; whether it may change images.
const VERBS: [(&[&str], bool); 7] = [
    (&["inspect", "--json", "in"], false),
    (&["plan", "--json", "in"], false),
    (&["replace", "--json", "in"], false),
    (&["convert", "--dry-run", "--json", "in"], false),
    (&["ledger", "check"], false),
    (&["convert", "--yes", "--json", "in"], true),
    (&["convert", "--yes", "--json", "-o", "out", "in"], false),
];

/// Calls of each kind that fail, one at a time, in the normal suite.
const USUAL: usize = 4;

fn images() -> Vec<PackImage> {
    let golden = PackImage::golden("reapplied-360.img");
    let number = |number| PackImage { name: format!("{number}.img"), ..golden.renumbered(number) };
    (1..=2).map(number).collect()
}

/// Whether the fault came about, in its `when`th call.
fn fails(args: &[&str], changes: bool, fault: &str, when: usize) -> bool {
    let scene = Scene::new();
    let images = images();
    for image in &images {
        image.put(&scene, "in");
    }
    // Calls on files of ours: the loader's come before anything of addpack's own.
    let call = fault.split(':').next().unwrap();
    let inject = format!("inject={fault}:when={when}");
    let mut options = vec!["-f".to_owned()];
    let ledger = scene.ledger();
    let folder = ledger.parent().unwrap();
    std::fs::create_dir_all(folder).unwrap();
    let files = [scene.path("in"), folder.to_owned(), scene.path("out"), ledger.clone()];
    let named = images.iter().map(|image| scene.path("in").join(&image.name));
    let wal = ledger.with_extension("db-wal");
    for path in files.into_iter().chain(named).chain([wal]) {
        options.extend(["-P".to_owned(), path.to_str().unwrap().to_owned()]);
    }
    options.extend(["-e".to_owned(), format!("trace={call}"), "-e".to_owned(), inject]);
    let options: Vec<_> = options.iter().map(String::as_str).collect();
    let traced = strace(&scene, &options, args);
    let about = format!("{args:?}, {fault}, call {when}: {traced:?}");
    assert!(matches!(traced.ran.code, Some(0 | 1 | 3)), "{about}");
    assert!(!traced.ran.stderr.contains("panicked"), "{about}");
    for image in &images {
        // Wholly old or new, or committed and not cleaned up: anything else fails here.
        let held = scene.read(&format!("in/{}", image.name));
        let _ = image.state(&held);
        assert!(changes || held == image.old, "{about}");
        if let Ok(copy) = std::fs::read(scene.path("out").join(&image.name)) {
            assert!(copy == image.new, "{about}");
        }
    }
    is_injected(&traced)
}

fn is_injected(traced: &Traced) -> bool {
    traced.calls.iter().any(|call| call.text.contains("(INJECTED)"))
}

#[test]
fn no_call_that_fails_costs_a_pack_whatever_the_verb() {
    let more = std::env::var("ADDPACK_CALLS").map(|number| number.parse().unwrap());
    let calls = more.unwrap_or(0).max(USUAL);
    let mut count = 0;
    for (args, changes) in VERBS {
        for fault in FAULTS {
            let reached = (1..=calls).take_while(|when| fails(args, changes, fault, *when)).count();
            count += reached;
        }
    }
    println!("{count} calls failed");
    assert!(count > 40);
}
