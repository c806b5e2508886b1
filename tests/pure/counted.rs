//! The overview says how many reports the run will change: progress ends at its total.

use crate::support::own_process::is_own_process;
use crate::support::testdata;
use addpack::ledger::Ledger;
use addpack::record::fields::FileTime;
use addpack::run::{FinalReport, Job, Mode, RunEvent, run};
use std::fs;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;

/// A packs' folder with copies of each image, and an archive.
fn images() -> TempDir {
    let folder = TempDir::new().unwrap();
    for image in fs::read_dir(testdata("images")).unwrap().map(Result::unwrap) {
        for copy in ["a", "b", "c"] {
            let name = format!("{copy}-{}", image.file_name().into_string().unwrap());
            fs::copy(image.path(), folder.path().join(name)).unwrap();
        }
    }
    fs::copy(testdata("../tests/fuzz/seeds/zip/two"), folder.path().join("two.zip")).unwrap();
    folder
}

#[test]
fn as_many_reports_change_as_the_overview_says() {
    if !is_own_process(module_path!(), "as_many_reports_change_as_the_overview_says") {
        return;
    }
    let at = FileTime::from_unix_seconds(1_795_435_200).unwrap();
    for output in [false, true] {
        for mode in [Mode::Inspect, Mode::DryRun(at), Mode::Convert(at)] {
            let folder = images();
            let output = output.then(|| folder.path().join("out"));
            for workers in [1, 4] {
                let paths = vec![folder.path().to_owned()];
                let job = Job { output: output.clone(), workers, ..Job::new(paths, mode) };
                let (mut foreseen, mut changed) = (None, 0);
                let mut count = |event| {
                    match event {
                        RunEvent::Surveyed(overview) => foreseen = Some(overview.changed_reports),
                        RunEvent::Final(FinalReport::Changed(_)) => changed += 1,
                        _ => (),
                    }
                    ControlFlow::Continue(())
                };
                let mut ledger = Ledger::temporary().unwrap();
                run(&job, &mut ledger, &AtomicBool::new(false), &mut count).unwrap();
                assert_eq!(foreseen, Some(changed), "{mode:?} {output:?}");
                assert!(changed > 5, "{mode:?}");
            }
        }
    }
}
