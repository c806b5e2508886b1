//! A run that ends itself before one of its steps, as if it were killed.

use crate::cli::Error;
use crate::cli::commands::collect::Collect;
use crate::cli::exit::Exit;
use addpack::before_each_step;
use addpack::ledger::Ledger;
use addpack::record::fields::FileTime;
use addpack::run::{self, Job, Mode};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The steps that are left.
static LEFT: AtomicU64 = AtomicU64::new(0);

/// Converts what is in `folder`, in place or into copies, and ends after so many steps.
pub(super) fn run(folder: &Path, steps: u64, copies: bool) -> Result<Exit, Error> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let now = i64::try_from(now).ok().and_then(FileTime::from_unix_seconds);
    let now = now.ok_or_else(|| Error::Usage("the clock is wrong".to_owned()))?;
    let mut ledger = Ledger::open(&folder.join("ledger.db"))?;
    LEFT.store(steps, Ordering::Relaxed);
    before_each_step(|| {
        if LEFT.fetch_sub(1, Ordering::Relaxed) == 0 {
            end();
        }
    });
    let job = Job {
        output: copies.then(|| folder.join("copies")),
        ..Job::new(vec![folder.join("images")], Mode::Convert(now))
    };
    let mut exits = Collect::new(|report| Exit::of(&report));
    let mut hear = |event| exits.hear(event);
    run::run(&job, &mut ledger, &AtomicBool::new(false), &mut hear)?;
    Ok(exits.kept.into_iter().fold(Exit::Good, Exit::merge))
}

/// Ends at once: nothing is dropped, flushed or cleaned up.
fn end() {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort();
}
