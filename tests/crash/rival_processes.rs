//! Many processes at one image: one converts it, the others find it converted or in use.

use crate::support::judge;
use crate::support::judge::{PackImage, State, strace};
use crate::support::scene::{Image, Ran, Scene};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::process::{Command, Stdio};

const PROCESSES: usize = 64;
const CONVERT: [&str; 5] = ["convert", "--yes", "--json", "--no-ledger", "in"];
const COPY: [&str; 7] = ["convert", "--yes", "--json", "--no-ledger", "-o", "out", "in"];

fn image_of(ran: &Ran) -> Image {
    serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap()
}

/// Starts all processes at once: each waits at a pipe until that is closed. How often each outcome,
/// or the code of an error, came about.
fn race(scene: &Scene, args: &[&str]) -> BTreeMap<String, usize> {
    let (gate, key) = std::io::pipe().unwrap();
    let start = |_| {
        let mut shell = Command::new("sh");
        shell.args(["-c", "read gate; exec \"$@\"", "sh"]);
        let mut command = scene.command_under(shell, args);
        command.stdin(gate.try_clone().unwrap()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let processes: Vec<_> = (0..PROCESSES).map(start).collect();
    drop(key);
    let mut outcomes = BTreeMap::new();
    for process in processes {
        let output = process.wait_with_output().unwrap();
        let line = output.stdout.split(|byte| *byte == b'\n').next().unwrap();
        let image: Image = serde_json::from_slice(line).unwrap();
        let code = if image.outcome == "failed" { 3 } else { 0 };
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        assert_eq!(output.status.code(), Some(code), "{image:?}");
        let outcome = image.error.map_or(image.outcome, |error| error.code);
        *outcomes.entry(outcome).or_default() += 1;
    }
    outcomes
}

#[track_caller]
fn assert_one_converted(outcomes: &BTreeMap<String, usize>, others: &[&str]) {
    assert_eq!(outcomes.values().sum::<usize>(), PROCESSES);
    assert_eq!(outcomes.get("converted"), Some(&1), "{outcomes:?}");
    let known = |outcome: &String| outcome == "converted" || others.contains(&&**outcome);
    assert!(outcomes.keys().all(known), "{outcomes:?}");
}

#[test]
fn one_of_64_processes_converts_an_image() {
    for _ in 0..3 {
        let (image, scene) = (PackImage::full_history(), Scene::new());
        image.put(&scene, "in");
        let outcomes = race(&scene, &CONVERT);
        assert_one_converted(&outcomes, &["already-converted", "in-use"]);
        assert!(scene.read(&format!("in/{}", image.name)) == image.new);
    }
}

#[test]
fn one_of_64_processes_finishes_a_conversion() {
    for _ in 0..3 {
        let (image, scene) = (PackImage::golden("converted-unfinished-360.img"), Scene::new());
        image.put(&scene, "in");
        let outcomes = race(&scene, &CONVERT);
        assert_one_converted(&outcomes, &["already-converted", "in-use"]);
        assert!(scene.read(&format!("in/{}", image.name)) == image.new);
    }
}

#[test]
fn one_of_64_processes_makes_a_copy() {
    for _ in 0..3 {
        let (image, scene) = (PackImage::full_history(), Scene::new());
        image.put(&scene, "in");
        let outcomes = race(&scene, &COPY);
        assert_one_converted(&outcomes, &["already-converted", "in-use"]);
        assert!(scene.read(&format!("in/{}", image.name)) == image.old);
        assert!(scene.read(&format!("out/{}", image.name)) == image.new);
        assert_eq!(fs::read_dir(scene.path("out")).unwrap().count(), 1, "a temporary file is left");
    }
}

#[test]
fn image_that_another_process_is_converting_is_in_use() {
    crate::support::needs!("strace");
    let (image, scene) = (PackImage::full_history(), Scene::new());
    image.put(&scene, "in");
    let path = format!("in/{}", image.name);
    std::thread::scope(|threads| {
        let slow = threads.spawn(|| {
            let delay = "inject=fdatasync:delay_enter=1000000";
            strace(&scene, &["-e", "trace=fdatasync", "-e", delay], &CONVERT)
        });
        while image.state(&scene.read(&path)) == State::Old {
            std::thread::yield_now();
        }
        let ran = scene.run(&CONVERT);
        let error = image_of(&ran).error.expect("an error");
        assert_eq!((&*error.code, ran.code), ("in-use", Some(3)));
        let (reports, _, code) = scene.json(&["inspect", "--json", "in"]);
        assert_eq!((&*reports[0].outcome, code), ("unfinished-conversion", Some(0)));
        let ran = slow.join().unwrap().ran;
        assert_eq!((&*image_of(&ran).outcome, ran.code), ("converted", Some(0)));
    });
    assert!(scene.read(&path) == image.new);
}

#[test]
fn image_that_another_program_has_locked_is_in_use_and_left_alone() {
    let (image, scene) = (PackImage::golden("reapplied-360.img"), Scene::new());
    image.put(&scene, "in");
    let path = format!("in/{}", image.name);
    let file = File::open(scene.path(&path)).unwrap();
    for shared in [false, true] {
        if shared {
            file.lock_shared().unwrap();
        } else {
            file.lock().unwrap();
        }
        let ran = scene.run(&CONVERT);
        let report = image_of(&ran);
        let error = report.error.expect("an error");
        assert_eq!((&*report.outcome, &*error.code, ran.code), ("failed", "in-use", Some(3)));
        assert!(report.next_step.contains("run addpack again"), "{}", report.next_step);
        assert!(scene.read(&path) == image.old);
        let (reports, _, code) = scene.json(&["inspect", "--json", "in"]);
        assert_eq!((&*reports[0].outcome, code), ("convertible", Some(0)));
        file.unlock().unwrap();
    }
    let (reports, _, code) = scene.json(&CONVERT);
    assert_eq!((&*reports[0].outcome, code), ("converted", Some(0)));
}

/// Locks a byte of a file as QEMU does, or asks whether it could; until the file is closed.
#[cfg(target_os = "linux")]
fn lock_byte(file: &File, kind: i32) -> bool {
    use nix::libc::{SEEK_SET, flock};
    let [l_type, l_whence] = [kind, SEEK_SET].map(|number| number.try_into().unwrap());
    let byte = flock { l_type, l_whence, l_start: 101, l_len: 1, l_pid: 0 };
    nix::fcntl::fcntl(file, nix::fcntl::FcntlArg::F_OFD_SETLK(&byte)).is_ok()
}

#[cfg(target_os = "linux")]
#[test]
fn image_of_which_another_program_has_locked_a_part_is_in_use() {
    use nix::libc::{F_RDLCK, F_WRLCK};
    let (image, scene) = (PackImage::golden("reapplied-360.img"), Scene::new());
    image.put(&scene, "in");
    let path = format!("in/{}", image.name);
    for kind in [F_RDLCK, F_WRLCK] {
        let file = File::options().read(true).write(true).open(scene.path(&path)).unwrap();
        assert!(lock_byte(&file, kind));
        for args in [&CONVERT[..], &COPY] {
            let ran = scene.run(args);
            let error = image_of(&ran).error.expect("an error");
            assert_eq!((&*error.code, ran.code), ("in-use", Some(3)), "{kind} {args:?}");
            assert!(scene.read(&path) == image.old);
        }
        let (_, _, code) = scene.json(&["inspect", "--json", "in"]);
        assert_eq!(code, Some(0));
    }
    for args in [&COPY[..], &CONVERT] {
        let (reports, _, code) = scene.json(args);
        assert_eq!((&*reports[0].outcome, code), ("converted", Some(0)), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn part_of_an_image_that_is_converted_cannot_be_locked_by_others() {
    crate::support::needs!("strace");
    let (image, scene) = (PackImage::golden("reapplied-360.img"), Scene::new());
    image.put(&scene, "in");
    let (path, delay) =
        (scene.path(&format!("in/{}", image.name)), "inject=pwrite64:delay_enter=3000000:when=1");
    let file = File::options().read(true).write(true).open(path).unwrap();
    let rival = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(1500));
        lock_byte(&file, nix::libc::F_RDLCK)
    });
    let traced = judge::strace(&scene, &["-f", "-e", "trace=pwrite64", "-e", delay], &CONVERT);
    assert_eq!((rival.join().unwrap(), traced.ran.code), (false, Some(0)));
}

#[test]
fn image_that_another_program_changes_is_not_copied_meanwhile() {
    let (image, scene) = (PackImage::golden("reapplied-360.img"), Scene::new());
    image.put(&scene, "in");
    let file = File::open(scene.path(&format!("in/{}", image.name))).unwrap();
    file.lock().unwrap();
    let ran = scene.run(&COPY);
    assert_eq!((&*image_of(&ran).error.unwrap().code, ran.code), ("in-use", Some(3)));
    file.unlock().unwrap();
    let (reports, _, code) = scene.json(&COPY);
    assert_eq!((&*reports[0].outcome, code), ("converted", Some(0)));
}

#[test]
fn conversion_lets_go_of_its_lock() {
    let (image, scene) = (PackImage::golden("reapplied-360.img"), Scene::new());
    image.put(&scene, "in");
    scene.json(&CONVERT);
    let file = File::open(scene.path(&format!("in/{}", image.name))).unwrap();
    file.try_lock().unwrap();
}

/// As editors and backup programs write: a new file under the old name, while addpack waits.
#[test]
fn image_that_another_file_replaces_meanwhile_is_not_converted_in_vain() {
    crate::support::needs!("strace");
    let (image, scene) = (PackImage::golden("reapplied-360.img"), Scene::new());
    image.put(&scene, "in");
    let path = scene.path(&format!("in/{}", image.name));
    fs::write(scene.path("new.img"), &image.old).unwrap();
    let (new, delay) = (scene.path("new.img"), "inject=flock:delay_enter=5000000:when=1");
    let rival = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(2));
        fs::rename(new, path).unwrap();
    });
    let traced = judge::strace(&scene, &["-f", "-e", "trace=flock", "-e", delay], &CONVERT);
    rival.join().unwrap();
    let error = image_of(&traced.ran).error.unwrap();
    assert_eq!((&*error.code, traced.ran.code), ("replaced", Some(3)));
    assert!(scene.read(&format!("in/{}", image.name)) == image.old);
    let (reports, _, code) = scene.json(&CONVERT);
    assert_eq!((&*reports[0].outcome, code), ("converted", Some(0)));
}

#[test]
fn ledger_that_two_runs_make_at_once_is_made_by_one_and_used_by_both() {
    crate::support::needs!("strace");
    let scene = Scene::new();
    scene.pack(1, "a.img");
    scene.pack(2, "b.img");
    fs::create_dir(scene.path("state")).unwrap();
    let (folder, ledger) = (scene.path("state"), scene.path("state/ledger.db"));
    let paths = [&folder, &ledger].map(|path| path.to_str().unwrap());
    // As where every file has a name from the start: a temporary one, here for half a second.
    let mut options = vec!["-f", "-e", "trace=open,renameat2", "-P", paths[0], "-P", paths[1]];
    options.extend(["-e", "inject=open:error=EOPNOTSUPP"]);
    options.extend(["-e", "inject=renameat2:delay_enter=500000"]);
    let convert = &|image| {
        let args = ["convert", "--yes", "--json", "--ledger", paths[1], image];
        strace(&scene, &options, &args).ran
    };
    std::thread::scope(|scope| {
        let runs = ["a.img", "b.img"].map(|image| scope.spawn(move || convert(image)));
        for ran in runs.map(|run| run.join().unwrap()) {
            assert_eq!((&*ran.stderr, ran.code), ("", Some(0)));
            assert_eq!(image_of(&ran).outcome, "converted");
        }
    });
}
