//! How many images a run has another word on is known before it begins with them: progress ends at its total.

use crate::support::own_process::is_own_process;
use crate::support::testdata;
use addpack::ledger::Ledger;
use addpack::record::fields::FileTime;
use addpack::run::{FinalReport, Job, Mode, RunEvent, run};
use std::fs;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;

#[derive(Default)]
struct Counts {
    foreseen: Option<u64>,
    told_anew: u64,
}

impl Counts {
    fn hear(&mut self, event: &RunEvent) -> ControlFlow<()> {
        match event {
            RunEvent::Surveyed(overview) => self.foreseen = Some(overview.told_anew),
            RunEvent::Final(FinalReport::Changed(_)) => self.told_anew += 1,
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

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
fn images_that_are_told_anew_are_as_many_as_were_foreseen() {
    if !is_own_process(module_path!(), "images_that_are_told_anew_are_as_many_as_were_foreseen") {
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
                let mut counts = Counts::default();
                let mut ledger = Ledger::temporary().unwrap();
                let mut hear = |event: RunEvent| counts.hear(&event);
                run(&job, &mut ledger, &AtomicBool::new(false), &mut hear).unwrap();
                assert_eq!(counts.foreseen, Some(counts.told_anew), "{mode:?} {output:?}");
                assert!(counts.told_anew > 5, "{mode:?}");
            }
        }
    }
}
