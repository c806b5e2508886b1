//! A ledger on a file system that has no locks: two runs could claim one pack there, so it is refused, and the
//! sentence says why.

use crate::support::judge::strace;
use crate::support::scene::Scene;

#[test]
fn ledger_on_a_file_system_without_locks_is_refused_with_the_reason() {
    crate::support::needs!("strace");
    let scene = Scene::with(&["unused-720.img", "applied-1440.img"]);
    scene.run(&["convert", "--yes", "--ledger", "ledger.db", "applied-1440.img"]);
    let (image, ledger) = (scene.read("unused-720.img"), scene.read("ledger.db"));
    let options = ["-f", "-P", "ledger.db", "-e", "trace=fcntl", "-e", "inject=fcntl:error=ENOLCK"];
    let run =
        |args: &[&str]| strace(&scene, &options, &[args, &["--ledger", "ledger.db"]].concat()).ran;
    let ran = run(&["convert", "--yes", "unused-720.img"]);
    let why = "its file system has no locks, so two runs could claim the same pack";
    assert!(ran.stderr.contains(why) && ran.stderr.contains("(no locks available"), "{ran:?}");
    assert_eq!((&*ran.stdout, ran.code), ("", Some(3)));
    // Another error of a lock is that error.
    let failing = ["-f", "-P", "ledger.db", "-e", "trace=fcntl", "-e", "inject=fcntl:error=EIO"];
    let args = ["convert", "--yes", "--ledger", "ledger.db", "unused-720.img"];
    let failed = strace(&scene, &failing, &args).ran;
    assert!(!failed.stderr.contains("no locks"), "{failed:?}");
    assert!(failed.stderr.contains("(input/output error") && failed.code == Some(3), "{failed:?}");
    // Who only reads needs none.
    let ran = run(&["inspect", "--json", "unused-720.img"]);
    assert_eq!((&*ran.stderr, ran.code), ("", Some(0)), "{}", ran.stdout);
    assert!(scene.read("unused-720.img") == image && scene.read("ledger.db") == ledger);
}
