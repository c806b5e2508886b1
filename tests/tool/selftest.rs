//! `addpack selftest`: what it says of a good disk, and that it notices what is missing.

use crate::support::scene::Scene;

/// The lines on killed runs, and the numbers in them: steps, old or new, packs, converted, packs.
fn killed(stdout: &str) -> Vec<Vec<u64>> {
    let lines = stdout.lines().filter(|line| line.trim_start().starts_with("killed, "));
    let numbers = |line: &str| {
        let digits = line.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
        digits.map(|number| number.parse().unwrap()).collect()
    };
    lines.map(numbers).collect()
}

#[test]
fn on_a_good_disk_all_that_the_promises_need_works() {
    let scene = Scene::new();
    let ran = scene.run(&["selftest", "."]);
    assert_eq!((ran.stderr.as_str(), ran.code), ("", Some(0)), "{}", ran.stdout);
    assert!(ran.stdout.contains("a power cut"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("MISSING"), "{}", ran.stdout);
    let killed = killed(&ran.stdout);
    assert_eq!(killed.len(), 3, "{}", ran.stdout);
    for numbers in killed {
        let [steps, old_or_new, packs, converted, of] = numbers[..] else {
            panic!("{}", ran.stdout)
        };
        assert!(steps >= 6, "{}", ran.stdout);
        assert_eq!((old_or_new, converted, packs, of), (packs, packs, 2 * steps, packs));
    }
    // Nothing of it is left.
    assert_eq!(std::fs::read_dir(scene.path("")).unwrap().count(), 0);
}

/// A selftest where these calls fail; with `-f`, also in the runs that are killed.
#[cfg(unix)]
fn with_failing(options: &[&str], names: &[&str]) {
    use crate::support::scene::Ran;
    use assert_cmd::cargo::cargo_bin;
    use std::process::Command;
    let scene = Scene::new();
    let mut command = Command::new("strace");
    command.args(["-qq", "-o", "/dev/null"]).args(options);
    command.arg(cargo_bin!("addpack")).args(["selftest", "."]).current_dir(scene.path(""));
    let ran = Ran::of(&mut command);
    let missing: Vec<_> = ran.stdout.lines().filter(|line| line.contains("MISSING")).collect();
    for name in names {
        assert!(missing.iter().any(|line| line.trim_start().starts_with(name)), "{name}: {ran:?}");
    }
    ran.ends(1);
}

#[cfg(unix)]
#[test]
fn abilities_that_are_missing_end_with_1() {
    crate::support::needs!("strace");
    let calls = ["flock:error=ENOLCK", "rename:error=EPERM", "linkat:error=EPERM"];
    let options = calls.map(|call| format!("-einject={call}"));
    with_failing(
        &options.each_ref().map(String::as_str),
        &["locks", "renames over a file", "new names, never over one"],
    );
}

/// NFS locks a file to be changed only by a handle that may write it.
#[cfg(unix)]
#[test]
fn locks_are_tried_by_handles_that_may_write() {
    crate::support::needs!("strace");
    let scene = Scene::new();
    let mut strace = std::process::Command::new("strace");
    strace.args(["-qq", "-s", "200", "-o", "log", "-e", "trace=openat"]);
    let ran = crate::support::scene::Ran::of(&mut scene.command_under(strace, &["selftest", "."]));
    ran.at(&"selftest").code(0);
    let log = std::fs::read_to_string(scene.path("log")).unwrap();
    let opened: Vec<_> = log.lines().filter(|line| line.contains("/locks\"")).collect();
    let may_write = |line: &&str| line.contains("O_WRONLY") || line.contains("O_RDWR");
    assert!(opened.len() == 2 && opened.iter().all(may_write), "{opened:?}");
}

#[cfg(unix)]
#[test]
fn conversion_that_cannot_be_made_durable_ends_with_1() {
    crate::support::needs!("strace");
    with_failing(&["-f", "-einject=fdatasync:error=EIO"], &["killed, in place"]);
}

#[cfg(unix)]
#[test]
fn disk_that_is_full_is_not_taken_for_one_that_can_do_nothing() {
    let scene = Scene::new();
    let ran = scene.run_after("ulimit -f 8", &["selftest", "."]);
    assert!(ran.stderr.contains("the selftest needs 8 MB there"), "{ran:?}");
    ran.ends(3);
    assert_eq!(std::fs::read_dir(scene.path("")).unwrap().count(), 0);
}

#[test]
fn folder_that_is_not_there_is_a_wrong_command_line() {
    let ran = Scene::new().run(&["selftest", "nowhere"]);
    assert_eq!((ran.stdout.as_str(), ran.code), ("", Some(2)));
    assert_eq!(ran.stderr, "addpack: there is no folder nowhere\n");
}

#[cfg(unix)]
#[test]
fn interrupted_selftest_leaves_nothing_behind() {
    use rustix::process::{Pid, Signal, kill_process};
    use std::process::Stdio;
    let scene = Scene::new();
    let mut command = scene.command(&["selftest", "."]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let is_there = || std::fs::read_dir(scene.path("")).unwrap().count() > 0;
    while !is_there() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert!(!is_there(), "{output:?}");
}
