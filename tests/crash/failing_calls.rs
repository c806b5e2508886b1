//! System calls that fail while images are converted in place, by strace: the error has its name,
//! the message the state that the pack is in, and a later run completes it.

use crate::support::judge::{Called, PackImage, State, outcome_of, strace};
use crate::support::scene;
use crate::support::scene::{Image, Scene};

const CONVERT: [&str; 5] = ["convert", "--yes", "--json", "--no-ledger", "in"];
const OLD: &str = "the pack is 4.0, as it was";
const UNFINISHED: &str = "the pack is 4.5, its clean-up is not finished";
const NEW: &str = "the pack is wholly 4.5";

/// A call on an image fails, once or from some time on (`when` as strace has it).
struct Trial {
    inject: &'static str,
    code: &'static str,
    state: State,
}

const fn trial(inject: &'static str, code: &'static str, state: State) -> Trial {
    Trial { inject, code, state }
}

/// For an image with two sectors to write: the commit sector, which is synced, and zeroes.
const TRIALS: [Trial; 19] = [
    trial("pwrite64:error=ENOSPC:when=1", "no-space", State::Old),
    trial("pwrite64:error=EDQUOT:when=1", "no-space", State::Old),
    trial("pwrite64:error=EROFS:when=1", "read-only-disk", State::Old),
    trial("pwrite64:error=EFBIG:when=1", "file-size-limit", State::Old),
    trial("pwrite64:error=EIO:when=1", "io-error", State::Old),
    trial("pwrite64:error=EIO:when=1+", "io-error", State::Old),
    trial("pwrite64:error=ENOMEDIUM:when=1", "io-error", State::Old),
    trial("fdatasync:error=EIO:when=1", "io-error", State::Unfinished),
    trial("fdatasync:error=EIO:when=1+", "io-error", State::Unfinished),
    trial("fdatasync:error=ENOSPC:when=1", "no-space", State::Unfinished),
    trial("pwrite64:error=ENOSPC:when=2", "no-space", State::Unfinished),
    trial("pwrite64:error=EROFS:when=2", "read-only-disk", State::Unfinished),
    trial("pwrite64:error=EIO:when=2", "io-error", State::Unfinished),
    trial("pread64:error=EIO:when=1+", "io-error", State::Old),
    trial("flock:error=ENOLCK:when=1+", "no-locks", State::Old),
    trial("flock:error=EOPNOTSUPP:when=1+", "no-locks", State::Old),
    trial("openat:error=EPERM:when=1", "immutable", State::Old),
    trial("openat:error=EMFILE:when=1", "too-many-files", State::Old),
    trial("openat:error=ENOENT:when=1", "not-found", State::Old),
];

/// The calls on one image, and the report on it.
fn inject(scene: &Scene, image: &PackImage, faults: &[&str]) -> Image {
    let path = format!("in/{}", image.name);
    let injects: Vec<_> = faults.iter().map(|fault| format!("inject={fault}")).collect();
    let mut options = vec!["-f", "-P", &path, "-e", "trace=all"];
    options.extend(injects.iter().flat_map(|inject| ["-e", inject]));
    let traced = strace(scene, &options, &CONVERT);
    for fault in faults {
        let injected =
            |call: &Called| call.is_injected() && fault.split(':').next() == Some(&call.name);
        assert!(traced.calls.iter().any(injected), "{fault} never came about: {traced:?}");
    }
    assert_eq!(traced.ran.stderr, "", "{faults:?}");
    let lines: Vec<_> = traced.ran.stdout.lines().collect();
    let (summary, reports) = lines.split_last().expect("a summary");
    let summary: scene::Summary = serde_json::from_str(summary).unwrap();
    let mut reports = reports.iter().map(|line| serde_json::from_str(line).unwrap());
    let report: Image = reports
        .rfind(|report: &Image| report.path.ends_with(&image.name))
        .expect("a report on the image");
    let code = if report.outcome == "failed" { 3 } else { 0 };
    assert_eq!((traced.ran.code, summary.exit_code), (Some(code), code), "{faults:?}");
    report
}

fn state(scene: &Scene, image: &PackImage) -> State {
    let path = format!("in/{}", image.name);
    let state = image.state(&scene.read(&path));
    let (reports, _, code) = scene.json(&["inspect", "--json", &path]);
    assert_eq!((&*reports[0].outcome, code), (outcome_of(state), Some(0)));
    state
}

fn complete(scene: &Scene, images: &[PackImage]) {
    let (_, _, code) = scene.json(&CONVERT);
    assert_eq!(code, Some(0));
    for image in images {
        assert_eq!(state(scene, image), State::New, "{}", image.name);
    }
}

fn named(state: State) -> &'static str {
    match state {
        State::Old => OLD,
        State::Unfinished => UNFINISHED,
        State::New => NEW,
    }
}

#[test]
fn error_is_named_with_the_state_of_the_pack_and_a_later_run_completes_it() {
    crate::support::needs!("strace");
    let images = [PackImage::golden("reapplied-360.img")];
    let scene = Scene::new();
    for Trial { inject: fault, code, state: expected } in TRIALS {
        images[0].put(&scene, "in");
        let report = inject(&scene, &images[0], &[fault]);
        let error = report.error.expect(fault);
        assert_eq!((&*report.outcome, &*error.code), ("failed", code), "{fault}: {error:?}");
        assert_eq!(state(&scene, &images[0]), expected, "{fault}");
        if ["pwrite64", "fdatasync"].iter().any(|call| fault.starts_with(call)) {
            assert!(error.message.ends_with(named(expected)), "{fault}: {}", error.message);
        }
        complete(&scene, &images);
    }
}

#[test]
fn error_of_any_read_is_reported_and_a_state_that_is_named_is_true() {
    crate::support::needs!("strace");
    let images = [PackImage::golden("reapplied-360.img")];
    let scene = Scene::new();
    images[0].put(&scene, "in");
    let path = format!("in/{}", images[0].name);
    let reads = strace(&scene, &["-P", &path, "-e", "trace=pread64"], &CONVERT).count("pread64");
    assert_eq!(
        reads, 4,
        "one to look at it, one to examine it once locked, and two to read it back"
    );
    for when in 1..=reads {
        images[0].put(&scene, "in");
        if when < 3 {
            // More is read at once than is needed: if that fails, what is needed may be readable.
            let all = format!("pread64:error=EIO:when={when}..{}", when + 2);
            assert!(inject(&scene, &images[0], &[&all]).error.is_some(), "read {when}");
            let report = inject(&scene, &images[0], &[&format!("pread64:error=EIO:when={when}")]);
            assert_eq!((&*report.outcome, state(&scene, &images[0])), ("converted", State::New));
            continue;
        }
        let report = inject(&scene, &images[0], &[&format!("pread64:error=EIO:when={when}")]);
        let message = report.error.expect("an error").message;
        let truth = state(&scene, &images[0]);
        let names = |state| message.contains(named(state));
        let named: Vec<_> =
            [State::Old, State::Unfinished, State::New].into_iter().filter(|s| names(*s)).collect();
        assert!(named.is_empty() || named == [truth], "read {when}: {truth:?}, {message}");
        if when == reads {
            assert_eq!(named, [State::New], "{message}");
        }
        complete(&scene, &images);
    }
}

#[test]
fn signal_in_the_middle_of_a_lock_is_no_failure() {
    crate::support::needs!("strace");
    let image = PackImage::golden("reapplied-360.img");
    let scene = Scene::new();
    image.put(&scene, "in");
    let report = inject(&scene, &image, &["flock:error=EINTR:when=1..3"]);
    assert_eq!((&*report.outcome, state(&scene, &image)), ("converted", State::New));
}

#[test]
fn state_is_unknown_where_nothing_can_be_read_any_more() {
    crate::support::needs!("strace");
    let images = [PackImage::golden("reapplied-360.img")];
    let scene = Scene::new();
    images[0].put(&scene, "in");
    let faults = ["pwrite64:error=EIO:when=1", "pread64:error=EIO:when=3+"];
    let error = inject(&scene, &images[0], &faults).error.unwrap();
    assert!(error.message.ends_with("the state of the pack could not be read"), "{error:?}");
    complete(&scene, &images);
}

#[test]
fn state_is_reported_if_the_file_system_has_no_direct_reads() {
    crate::support::needs!("strace");
    let images = [PackImage::golden("reapplied-360.img")];
    let scene = Scene::new();
    for (fault, expected) in [
        ("pwrite64:error=EIO:when=1", State::Old),
        ("pwrite64:error=EIO:when=2", State::Unfinished),
    ] {
        images[0].put(&scene, "in");
        let error =
            inject(&scene, &images[0], &[fault, "fcntl:error=EINVAL:when=1+"]).error.unwrap();
        assert!(error.message.ends_with(named(expected)), "{error:?}");
        complete(&scene, &images);
    }
}

#[test]
fn reading_past_the_cache_needs_no_right_of_the_owner_and_its_failure_is_reported() {
    crate::support::needs!("strace");
    let images = [PackImage::golden("reapplied-360.img")];
    let scene = Scene::new();
    images[0].put(&scene, "in");
    let path = format!("in/{}", images[0].name);
    let traced = strace(&scene, &["-P", &path, "-e", "trace=fcntl"], &CONVERT);
    let is_set = |call: &(usize, &Called)| call.1.text.contains("F_SETFL");
    let calls: Vec<_> = (1..).zip(&traced.calls).filter(is_set).collect();
    assert_eq!(
        calls.len(),
        4,
        "the cache is left out, and used again, for each of two reads: {calls:?}"
    );
    for (when, call) in calls {
        images[0].put(&scene, "in");
        let report = inject(&scene, &images[0], &[&format!("fcntl:error=EPERM:when={when}")]);
        if call.text.contains("O_NOATIME") {
            assert_eq!((&*report.outcome, report.error), ("converted", None), "{call:?}");
        } else {
            let message = report.error.expect("an error").message;
            assert!(message.ends_with(named(state(&scene, &images[0]))), "{call:?}: {message}");
        }
        complete(&scene, &images);
    }
}

#[test]
fn interrupted_call_is_no_failure() {
    crate::support::needs!("strace");
    let images = [PackImage::golden("reapplied-360.img")];
    let scene = Scene::new();
    for call in ["pwrite64", "fdatasync", "pread64"] {
        images[0].put(&scene, "in");
        let fault = format!("{call}:error=EINTR:when=1..3");
        let report = inject(&scene, &images[0], &[&fault]);
        assert_eq!((&*report.outcome, report.error), ("converted", None), "{call}");
        complete(&scene, &images);
    }
}

/// As a disk that is about to fail does, or one that pretends not to be write-protected.
#[test]
fn commit_sector_that_was_reported_and_not_written_costs_no_event() {
    crate::support::needs!("strace");
    let images = [PackImage::golden("reapplied-360.img")];
    let scene = Scene::new();
    images[0].put(&scene, "in");
    let report = inject(&scene, &images[0], &["pwrite64:retval=512:when=1"]);
    assert_eq!(report.outcome, "failed");
    assert!(report.error.as_ref().unwrap().message.ends_with(OLD), "{report:?}");
    assert_eq!(state(&scene, &images[0]), State::Old);
    complete(&scene, &images);
}

#[test]
fn image_that_fails_leaves_the_others_of_its_folder_to_be_converted() {
    crate::support::needs!("strace");
    let names = ["reapplied-360.img", "unused-20-160.img", "converted-unfinished-360.img"];
    let mut images: Vec<_> = names.map(PackImage::golden).into();
    images.push(PackImage::full_history());
    let scene = Scene::new();
    for fault in ["pwrite64:error=EIO:when=1", "fdatasync:error=EIO:when=1"] {
        for failing in &images {
            for image in &images {
                image.put(&scene, "in");
            }
            let report = inject(&scene, failing, &[fault]);
            assert_eq!(report.outcome, "failed", "{}: {fault}", failing.name);
            for image in images.iter().filter(|image| image.name != failing.name) {
                assert_eq!(state(&scene, image), State::New, "{}: {fault}", image.name);
            }
            complete(&scene, &images);
        }
    }
}
