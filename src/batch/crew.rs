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

    /// Maps `items` with work that mostly waits for a disk; the results keep their order.
    pub(super) fn sync<T: Send, R: Send>(
        &self,
        items: Vec<T>,
        map: impl Fn(T) -> R + Sync + Send,
    ) -> Vec<R> {
        on(&self.sync, SYNCS, items, map)
    }
}

/// Threads are started when they are first needed; where they cannot be had, one does it all.
fn on<T: Send, R: Send>(
    pool: &OnceLock<Option<ThreadPool>>,
    threads: usize,
    items: Vec<T>,
    map: impl Fn(T) -> R + Sync + Send,
) -> Vec<R> {
    if items.len() < 2 || threads < 2 {
        return items.into_iter().map(map).collect();
    }
    match pool.get_or_init(|| ThreadPoolBuilder::new().num_threads(threads).build().ok()) {
        Some(pool) => pool.install(|| items.into_par_iter().map(map).collect()),
        None => items.into_iter().map(map).collect(),
    }
}
