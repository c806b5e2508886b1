//! The threads of a run.

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

/// Threads that are enough for two processors, some of whose time others have.
const FEW: usize = 4;
/// To look at an image takes longer only where a disk is waited for, or a processor.
const AT_ONCE: Duration = Duration::from_micros(50);
/// Disks are waited for where one in so many images has waited.
const WAITED: usize = 4;

/// So many threads; where they cannot be had, or are not worth it, the one that there is.
pub(super) struct Crew(Option<ThreadPool>);

impl Crew {
    /// A crew for work on `items` first.
    pub(super) fn new(threads: usize, items: usize) -> Self {
        let start = || ThreadPoolBuilder::new().num_threads(threads).build().ok();
        Self(if threads > 1 && items > 1 { start() } else { None })
    }

    /// Runs `work`, which leads the crew through its groups. It does so as one of them: where it would
    /// wait for the others, it helps them.
    pub(super) fn lead<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match &self.0 {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }

    /// Maps `items`; the results keep their order.
    pub(super) fn work<T: Send, R: Send>(
        &self,
        items: Vec<T>,
        map: impl Fn(T) -> R + Sync + Send,
    ) -> Vec<R> {
        match self.0 {
            Some(_) => items.into_par_iter().map(map).collect(),
            None => items.into_iter().map(map).collect(),
        }
    }

    /// Looks at `items`; also tells whether a larger crew would be done sooner, since this one waits
    /// for disks.
    pub(super) fn look<T: Send, R: Send>(
        &self,
        items: Vec<T>,
        look: impl Fn(T) -> R + Sync + Send,
    ) -> (Vec<R>, bool) {
        let (count, waited) = (items.len(), AtomicUsize::new(0));
        let results = self.work(items, |item| {
            let begun = Instant::now();
            let result = look(item);
            waited.fetch_add((begun.elapsed() > AT_ONCE).into(), Ordering::Relaxed);
            result
        });
        (results, waited.into_inner() * WAITED > count)
    }

    /// Does both at once.
    pub(super) fn both<A: Send, B: Send>(
        &self,
        one: impl FnOnce() -> A + Send,
        other: impl FnOnce() -> B + Send,
    ) -> (A, B) {
        match self.0 {
            Some(_) => rayon::join(one, other),
            None => (one(), other()),
        }
    }
}

/// Threads that are enough where no disk is waited for.
pub(super) fn few() -> usize {
    available_parallelism().map_or(FEW, usize::from).max(FEW)
}
