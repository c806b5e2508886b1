//! The threads of a run: some that work, and more that wait for disks.

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::OnceLock;

/// Syncs under way at once. They share the disk's flushes, so more threads than cores pay.
const SYNCS: usize = 32;

pub(super) struct Crew {
    workers: usize,
    work: OnceLock<Option<ThreadPool>>,
    sync: OnceLock<Option<ThreadPool>>,
}

impl Crew {
    pub(super) fn new(workers: usize) -> Self {
        Self { workers: workers.max(1), work: OnceLock::new(), sync: OnceLock::new() }
    }

    /// Maps `items`, by as many threads as there are workers; the results keep their order.
    pub(super) fn work<T: Send, R: Send>(
        &self,
        items: Vec<T>,
        map: impl Fn(T) -> R + Sync + Send,
    ) -> Vec<R> {
        on(&self.work, self.workers, items, map)
    }

    /// The same, and does `meanwhile` beside it.
    pub(super) fn work_beside<T: Send, R: Send, M>(
        &self,
        items: Vec<T>,
        map: impl Fn(T) -> R + Sync + Send,
        meanwhile: impl FnOnce() -> M,
    ) -> (Vec<R>, M) {
        let Some(pool) = pool(&self.work, self.workers, items.len()) else {
            let meant = meanwhile();
            return (items.into_iter().map(map).collect(), meant);
        };
        let mut results = Vec::new();
        let meant = pool.in_place_scope(|scope| {
            scope.spawn(|_| results = items.into_par_iter().map(map).collect());
            meanwhile()
        });
        (results, meant)
    }

    /// Maps `items` with work that mostly waits for a disk; the results keep their order.
    pub(super) fn sync<T: Send, R: Send>(
        &self,
        items: Vec<T>,
        map: impl Fn(T) -> R + Sync + Send,
    ) -> Vec<R> {
        on(&self.sync, SYNCS, items, map)
    }
}

fn on<T: Send, R: Send>(
    lock: &OnceLock<Option<ThreadPool>>,
    threads: usize,
    items: Vec<T>,
    map: impl Fn(T) -> R + Sync + Send,
) -> Vec<R> {
    match pool(lock, threads, items.len()) {
        Some(pool) => pool.install(|| items.into_par_iter().map(map).collect()),
        None => items.into_iter().map(map).collect(),
    }
}

/// Threads are started when they are first needed; where they cannot be had, one does it all.
fn pool(lock: &OnceLock<Option<ThreadPool>>, threads: usize, items: usize) -> Option<&ThreadPool> {
    if items < 2 || threads < 2 {
        return None;
    }
    lock.get_or_init(|| ThreadPoolBuilder::new().num_threads(threads).build().ok()).as_ref()
}
