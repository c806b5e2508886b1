//! Old or new: addpack killed before each write and each sync of a conversion in place, and each of
//! them made to fail, by strace.

use crate::support::judge::{PackImage, Point, State, outcome_of, strace};
use crate::support::scene::Scene;
use std::collections::{BTreeMap, BTreeSet};

const CONVERT: [&str; 5] = ["convert", "--yes", "--json", "--no-ledger", "in"];

fn images() -> Vec<PackImage> {
    let mut images = vec![PackImage::full_history()];
    images.extend(
        ["unused-20-160.img", "reapplied-360.img", "fragmented-1440.img"].map(PackImage::golden),
    );
    images.push(PackImage::golden("converted-unfinished-360.img"));
    images
}

fn put(scene: &Scene, images: &[PackImage]) {
    for image in images {
        image.put(scene, "in");
    }
}

/// The states of the images: as their bytes tell, and as inspect says.
fn states(scene: &Scene, images: &[PackImage]) -> BTreeSet<State> {
    let (reports, _, code) = scene.json(&["inspect", "--json", "in"]);
    assert_eq!((reports.len(), code), (images.len(), Some(0)));
    let outcomes: BTreeMap<_, _> =
        reports.into_iter().map(|report| (report.path, report.outcome)).collect();
    let state = |image: &PackImage| {
        let path = format!("in/{}", image.name);
        let state = image.state(&scene.read(&path));
        assert_eq!(outcomes[&path], outcome_of(state), "{path}");
        state
    };
    images.iter().map(state).collect()
}

/// One ordinary run makes all of them complete.
fn complete(scene: &Scene, images: &[PackImage]) {
    let (reports, summary, code) = scene.json(&CONVERT);
    assert_eq!((reports.len(), summary.exit_code, code), (images.len(), 0, Some(0)));
    let good = ["converted", "already-converted"];
    assert!(reports.iter().all(|report| good.contains(&&*report.outcome)), "{reports:?}");
    for image in images {
        assert!(scene.read(&format!("in/{}", image.name)) == image.new, "{}", image.name);
    }
}

/// Kills a conversion of the images at each point. The states that came about.
fn kill_at_each(images: &[PackImage], points: &[Point], jobs: &str) -> BTreeSet<State> {
    let scene = Scene::new();
    let mut seen = BTreeSet::new();
    for point in points {
        put(&scene, images);
        point.kill(&scene, &[&CONVERT[..], &["-j", jobs]].concat());
        seen.extend(states(&scene, images));
        complete(&scene, images);
    }
    seen
}

#[test]
fn conversion_of_one_image_killed_before_each_write_and_sync_leaves_old_or_new() {
    crate::support::needs!("strace");
    for image in images() {
        let images = [image];
        let scene = Scene::new();
        put(&scene, &images);
        let traced = strace(&scene, &["-f", "-e", "trace=pwrite64,fdatasync"], &CONVERT);
        assert!(traced.count("pwrite64") >= images[0].sectors(), "{}", images[0].name);
        assert!(traced.count("fdatasync") >= 1);
        let points = ["pwrite64", "fdatasync"].into_iter().flat_map(|call| {
            (1..=traced.count(call)).map(move |when| Point::first_thread(call, when))
        });
        let points: Vec<_> = points.collect();
        let seen = kill_at_each(&images, &points, "1");
        assert_eq!(seen, passed_through(&images[0]), "{}", images[0].name);
    }
}

/// The states in which an image is before one of its writes or syncs. The last sync comes when all is written.
fn passed_through(image: &PackImage) -> BTreeSet<State> {
    let first = image.state(&image.old);
    // The one write of a pack without events is the commit.
    let has_remnants = first == State::Unfinished || image.sectors() > 1;
    let between = has_remnants.then_some(State::Unfinished);
    [first, State::New].into_iter().chain(between).collect()
}

/// Where a folder is converted: each sync, each write of a commit sector, and, which one worker does
/// in the first thread, each write of zeroes.
fn points(images: &[PackImage]) -> Vec<Point> {
    let scene = Scene::new();
    put(&scene, images);
    let trace = ["-f", "-y", "-e", "trace=pwrite64,fdatasync"];
    let all = strace(&scene, &trace, &[&CONVERT[..], &["-j", "1"]].concat());
    put(&scene, images);
    let first = strace(&scene, &trace[1..], &[&CONVERT[..], &["-j", "1"]].concat());
    let zeroes = first.count("pwrite64");
    let commits: Vec<_> = all.calls.iter().filter(|call| call.text.contains("SBSCAP45")).collect();
    let sectors: usize = images.iter().map(PackImage::sectors).sum();
    assert!(commits.len() >= 4 && commits.len() + zeroes >= sectors && zeroes >= 6);
    let mut points: Vec<_> = (1..=zeroes).map(|n| Point::first_thread("pwrite64", n)).collect();
    for image in images {
        let path = format!("in/{}", image.name);
        points.push(Point::on(&path, "fdatasync"));
        if commits.iter().any(|call| call.text.contains(&path)) {
            points.push(Point::on(&path, "pwrite64"));
        }
    }
    points
}

#[test]
fn conversion_of_a_folder_killed_before_each_write_and_sync_leaves_each_image_old_or_new() {
    crate::support::needs!("strace");
    let images = images();
    let points = points(&images);
    assert!(points.len() >= 4 + 5 + 6, "{points:?}");
    let seen = kill_at_each(&images, &points, "1");
    assert_eq!(seen, BTreeSet::from([State::Old, State::Unfinished, State::New]));
}

#[test]
fn conversion_by_several_workers_killed_at_any_image_leaves_each_old_or_new() {
    crate::support::needs!("strace");
    let images = images();
    let by_path = |call| images.iter().map(move |i| Point::on(&format!("in/{}", i.name), call));
    let points: Vec<_> = by_path("fdatasync").chain(by_path("pwrite64")).collect();
    kill_at_each(&images, &points, "4");
}

#[test]
fn every_image_is_synced_between_its_commit_sector_and_its_zeroes() {
    crate::support::needs!("strace");
    let images = images();
    let scene = Scene::new();
    for jobs in ["1", "4"] {
        put(&scene, &images);
        let trace = ["-f", "-y", "-e", "trace=pwrite64,fdatasync"];
        let traced = strace(&scene, &trace, &[&CONVERT[..], &["-j", jobs]].concat());
        for image in &images {
            let calls = traced.calls.iter().filter(|call| call.text.contains(&image.name));
            let calls: Vec<_> = calls.collect();
            let names: Vec<_> = calls.iter().map(|call| call.name.as_str()).collect();
            let sync = names.iter().position(|name| *name == "fdatasync").expect("a sync");
            let (commit, zeroes) = (&calls[..sync], &calls[sync + 1..]);
            assert!(commit.iter().all(|call| call.text.contains("SBSCAP45")), "{}", image.name);
            assert!(commit.iter().all(|call| call.ended < calls[sync].began), "{}", image.name);
            assert!(zeroes.iter().all(|call| calls[sync].ended < call.began), "{}", image.name);
            // The zeroes are synced as well, before the pack is reported as converted.
            let (last, zeroes) = match zeroes.split_last() {
                Some((last, zeroes)) => (Some(last), zeroes),
                None => (None, zeroes),
            };
            assert!(zeroes.iter().all(|call| call.name == "pwrite64"), "{}: {names:?}", image.name);
            assert!(last.is_none_or(|call| call.name == "fdatasync"), "{}: {names:?}", image.name);
            assert!(!zeroes.is_empty() || last.is_none(), "{}: {names:?}", image.name);
        }
    }
}
