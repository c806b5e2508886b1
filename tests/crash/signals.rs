//! SIGINT and SIGTERM: the first ends a run after what was begun, the second at once.

use crate::support::judge::{PackImage, State, Traced, strace};
use crate::support::scene::{Image, Ran, Scene, Summary};
use crate::support::tools;
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

/// More than two groups.
pub(crate) const IMAGES: usize = 400;
/// Images in a group of several threads.
const GROUP: usize = 128;
const CONVERT: [&str; 5] = ["convert", "--yes", "--json", "--no-ledger", "in"];
const COPY: [&str; 7] = ["convert", "--yes", "--json", "--no-ledger", "-o", "out", "in"];
const STOPPING: &str = "stopping after what was begun";

/// Packs with events, their images cut short: there are many.
pub(crate) fn packs() -> Vec<PackImage> {
    let pack = PackImage::golden("reapplied-360.img").cut_short();
    (0..IMAGES).map(|number| pack.renumbered(number)).collect()
}

fn name(number: usize) -> String {
    format!("in/{number:03}.img")
}

pub(crate) fn folder_of(packs: &[PackImage]) -> Scene {
    let scene = Scene::new();
    fs::create_dir(scene.path("in")).unwrap();
    for (number, pack) in packs.iter().enumerate() {
        fs::write(scene.path(&name(number)), &pack.old).unwrap();
    }
    scene
}

/// A signal at the first sync of each of these images. Their zeroes wait a while, so that the signals are
/// heard before the images are done.
fn signal(scene: &Scene, signal: &str, numbers: &[usize]) -> Traced {
    // Each conversion syncs its image twice, and each thread has its own count.
    let when = if numbers.len() == 1 { "1" } else { "1+" };
    let inject = format!("inject=fdatasync:signal={signal}:when={when}");
    let delay = "inject=pwrite64:delay_enter=300000:when=1+";
    let paths: Vec<_> = numbers.iter().map(|number| name(*number)).collect();
    let mut options = vec!["-f", "-e", "trace=fdatasync,pwrite64", "-e", &inject, "-e", delay];
    options.extend(paths.iter().flat_map(|path| ["-P", path]));
    strace(scene, &options, &[&CONVERT[..], &["-j", "1"]].concat())
}

fn reports(stdout: &str) -> (Vec<Image>, Summary) {
    let lines: Vec<_> = stdout.lines().collect();
    let (summary, images) = lines.split_last().expect("a summary");
    let images = images.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    (images, serde_json::from_str(summary).unwrap())
}

fn complete(scene: &Scene, packs: &[PackImage], good: &[&str]) {
    let (reports, summary, code) = scene.json(&CONVERT);
    assert_eq!((reports.len(), summary.stopped, code), (IMAGES, false, Some(0)));
    assert!(reports.iter().all(|report| good.contains(&&*report.outcome)));
    for (number, pack) in packs.iter().enumerate() {
        assert!(scene.read(&name(number)) == pack.new, "{number}");
    }
}

#[test]
fn first_signal_ends_the_run_with_every_image_old_or_new() {
    crate::support::needs!("strace");
    let packs = packs();
    for stop in ["SIGINT", "SIGTERM", "SIGHUP"] {
        let scene = folder_of(&packs);
        let traced = signal(&scene, stop, &[70]);
        assert_eq!((traced.ran.code, traced.signal), (Some(130), None), "{stop}");
        assert_eq!(traced.ran.stderr.matches(STOPPING).count(), 1, "{}", traced.ran.stderr);
        let (images, summary) = reports(&traced.ran.stdout);
        assert_eq!((summary.stopped, summary.exit_code), (true, 130));
        assert_eq!(summary.images, images.len() as u64);
        assert!((71..IMAGES).contains(&images.len()), "{}", images.len());
        for (number, report) in images.iter().enumerate() {
            assert_eq!((&*report.path, &*report.outcome), (&*name(number), "converted"));
        }
        for (number, pack) in packs.iter().enumerate() {
            let state = pack.state(&scene.read(&name(number)));
            let expected = if number < images.len() { State::New } else { State::Old };
            assert_eq!(state, expected, "{stop}: {number}");
        }
        complete(&scene, &packs, &["converted", "already-converted"]);
    }
}

/// As when the terminal is closed in which `nohup addpack` was started.
#[test]
fn signal_that_the_program_is_started_to_ignore_ends_nothing() {
    crate::support::needs!("strace");
    let pack = PackImage::golden("reapplied-360.img");
    for (ignored, sent, code) in
        [("HUP", "SIGHUP", 0), ("INT", "SIGINT", 0), ("INT", "SIGHUP", 130)]
    {
        let scene = Scene::new();
        pack.put(&scene, "in");
        let mut shell = Command::new("sh");
        let trace = format!(
            "trap '' {ignored}; exec strace -f -qq -o log -e trace=fdatasync \
             -e inject=fdatasync:signal={sent}:when=1 -- \"$0\" \"$@\""
        );
        shell.args(["-c", &trace]);
        let ran = Ran::of(&mut scene.command_under(shell, &CONVERT));
        assert_eq!(ran.code, Some(code), "{ignored} {sent}: {ran:?}");
        assert_eq!(ran.stderr.contains(STOPPING), code == 130, "{ran:?}");
        assert!(scene.read("log").windows(sent.len()).any(|part| part == sent.as_bytes()));
    }
}

/// While one group of images is changed, the next one is opened and claimed.
#[test]
fn signal_while_several_groups_are_worked_on_leaves_each_image_old_or_reported_as_converted() {
    crate::support::needs!("strace");
    let mut packs = packs();
    // One that is synced once, since it has no events: signals are counted for each thread.
    let unused = PackImage::golden("unused-720.img").cut_short();
    packs[70] = unused.renumbered(70);
    for (call, number) in [("flock", 130), ("flock", 300), ("fdatasync", 70)] {
        let scene = folder_of(&packs);
        let (path, trace) = (name(number), format!("trace={call}"));
        let inject = format!("inject={call}:signal=SIGINT:when=1");
        let options = ["-f", "-e", &trace, "-e", &inject, "-P", &path];
        let traced = strace(&scene, &options, &[&CONVERT[..], &["-j", "4"]].concat());
        assert_eq!((traced.ran.code, traced.signal), (Some(130), None), "{call} {number}");
        let (images, summary) = reports(&traced.ran.stdout);
        assert_eq!((summary.stopped, summary.images), (true, images.len() as u64));
        assert!(images.windows(2).all(|two| two[0].path < two[1].path), "{call} {number}");
        let is_converted = |number: usize| {
            images.iter().any(|it| it.path == name(number) && it.outcome == "converted")
        };
        for (number, pack) in packs.iter().enumerate() {
            let state = pack.state(&scene.read(&name(number)));
            let expected = if is_converted(number) { State::New } else { State::Old };
            assert_eq!(state, expected, "{call}: {number}");
        }
        assert!(is_converted(0) && !is_converted(IMAGES - 1), "{call} {number}");
        complete(&scene, &packs, &["converted", "already-converted"]);
    }
}

#[test]
fn image_that_a_stopped_run_did_not_begin_is_not_shown_with_a_verdict_that_is_not_final() {
    crate::support::needs!("strace");
    let scene = folder_of(&packs());
    // It is reported as a copy, behind images of its group that are to be converted.
    fs::copy(scene.path(&name(0)), scene.path(&name(250))).unwrap();
    // The last of that group.
    let path = name(255);
    let options =
        ["-f", "-e", "trace=flock", "-e", "inject=flock:signal=SIGINT:when=1", "-P", &path];
    let traced = strace(&scene, &options, &[&CONVERT[..], &["-j", "4"]].concat());
    assert_eq!(traced.ran.code, Some(130));
    let (images, _) = reports(&traced.ran.stdout);
    for image in &images {
        assert!(["converted", "copy"].contains(&&*image.outcome), "{image:?}");
    }
}

#[test]
fn stopped_run_of_which_a_report_cannot_be_written_says_so_and_ends_as_a_stopped_one() {
    crate::support::needs!("strace");
    let scene = folder_of(&packs());
    let stop = "inject=openat:signal=SIGINT:when=1";
    // A file is named once it is complete.
    let full = "inject=linkat:error=ENOSPC:when=1";
    let options = ["-f", "-e", "trace=openat,linkat", "-e", stop, "-e", full];
    let paths = ["-P", "300.img", "-P", "table.csv"];
    let inspect = ["inspect", "--json", "--no-ledger", "-j1", "--csv-to", "table.csv", "in"];
    let traced = strace(&scene, &[&options[..], &paths].concat(), &inspect);
    assert!(traced.ran.stderr.contains("could not be written: table.csv: "), "{traced:?}");
    let (images, summary) = reports(&traced.ran.stdout);
    assert!(images.len() < IMAGES, "{}", images.len());
    assert_eq!((summary.stopped, summary.exit_code, traced.ran.code), (true, 130, Some(130)));
}

/// To open the next group can take long: nothing is claimed after it if the run was stopped meanwhile.
#[test]
fn signal_while_the_next_group_is_opened_leaves_the_group_before_it_as_it_is() {
    crate::support::needs!("strace", "zip");
    let packs = packs();
    let scene = folder_of(&packs[..GROUP]);
    let members: Vec<_> = (0..70).map(|number| format!("{number}.img")).collect();
    for (member, pack) in members.iter().zip(&packs[GROUP..]) {
        fs::create_dir_all(scene.path("members")).unwrap();
        fs::write(scene.path("members").join(member), &pack.old).unwrap();
    }
    let members: Vec<_> = members.iter().map(|member| &**member).collect();
    let archive = tools::zip(&scene.path("members"), &[], &members);
    fs::rename(archive, scene.path("in/z.zip")).unwrap();
    let inject = "inject=flock:signal=SIGINT:when=1";
    let options = ["-f", "-e", "trace=flock", "-e", inject, "-P", "in/z.zip"];
    let traced = strace(&scene, &options, &[&CONVERT[..], &["-j", "4"]].concat());
    assert_eq!((traced.ran.code, traced.count("flock")), (Some(130), 1), "{traced:?}");
    assert_eq!(reports(&traced.ran.stdout).0.len(), 0);
    for (number, pack) in packs[..GROUP].iter().enumerate() {
        assert_eq!(pack.state(&scene.read(&name(number))), State::Old, "{number}");
    }
}

#[test]
fn second_signal_ends_the_run_at_once_with_every_image_whole() {
    crate::support::needs!("strace");
    let packs = packs();
    let scene = folder_of(&packs);
    let traced = signal(&scene, "SIGINT", &[70, 90]);
    traced.ran.ends(130);
    assert!(!traced.ran.stdout.contains("summary"), "{}", traced.ran.stdout);
    let states: BTreeSet<_> =
        (0..IMAGES).map(|number| packs[number].state(&scene.read(&name(number)))).collect();
    assert!(states.contains(&State::Old) && states.contains(&State::New), "{states:?}");
    complete(&scene, &packs, &["converted", "already-converted"]);
}

#[test]
fn signal_while_one_image_is_converted_lets_it_come_to_its_end() {
    crate::support::needs!("strace");
    let image = PackImage::full_history();
    let scene = Scene::new();
    image.put(&scene, "in");
    let inject = "inject=pwrite64:signal=SIGINT:when=1";
    let delay = "inject=fdatasync:delay_enter=300000:when=1";
    let options = ["-f", "-e", "trace=pwrite64,fdatasync", "-e", inject, "-e", delay];
    let traced = strace(&scene, &options, &CONVERT);
    let (images, summary) = reports(&traced.ran.stdout);
    assert_eq!((&*images[0].outcome, summary.stopped), ("converted", true));
    traced.ran.ends(130);
    assert!(scene.read(&format!("in/{}", image.name)) == image.new);
}

#[test]
fn first_signal_leaves_whole_copies_and_no_others() {
    crate::support::needs!("strace");
    let packs = packs();
    let scene = folder_of(&packs);
    // A copy that is whole gets its name by a link.
    let inject = "inject=linkat:signal=SIGTERM:when=70";
    let traced = strace(&scene, &["-f", "-e", "trace=linkat", "-e", inject], &COPY);
    let (images, summary) = reports(&traced.ran.stdout);
    assert_eq!((traced.ran.code, summary.stopped), (Some(130), true));
    assert!((70..IMAGES).contains(&images.len()), "{}", images.len());
    let copies = fs::read_dir(scene.path("out")).unwrap().count();
    assert_eq!(copies, images.len(), "no unfinished copies");
    for (number, pack) in packs.iter().enumerate().take(copies) {
        assert!(scene.read(&format!("out/{number:03}.img")) == pack.new, "{number}");
    }
    let (reports, _, code) = scene.json(&COPY);
    let count = |outcome| reports.iter().filter(|report| report.outcome == outcome).count();
    assert_eq!(code, Some(0));
    assert_eq!(count("already-converted"), images.len());
    assert_eq!(count("converted"), IMAGES - images.len());
}
