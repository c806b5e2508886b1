//! The threads of a run.

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::OnceLock;

pub(super) struct Crew {
    workers: usize,
    pool: OnceLock<Option<ThreadPool>>,
}

impl Crew {
    pub(super) fn new(workers: usize) -> Self {
        Self { workers: workers.max(1), pool: OnceLock::new() }
    }

    /// Maps `items`, by as many threads as there are workers; the results keep their order.
    pub(super) fn work<T: Send, R: Send>(
        &self,
        items: Vec<T>,
        map: impl Fn(T) -> R + Sync + Send,
    ) -> Vec<R> {
        self.work_beside(items, map, || ()).0
    }

    /// The same, and does `meanwhile` beside it.
    pub(super) fn work_beside<T: Send, R: Send, M>(
        &self,
        items: Vec<T>,
        map: impl Fn(T) -> R + Sync + Send,
        meanwhile: impl FnOnce() -> M,
    ) -> (Vec<R>, M) {
        let Some(pool) = self.pool(items.len()) else {
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

    /// Threads are started when they are first needed; where they cannot be had, one does it all.
    fn pool(&self, items: usize) -> Option<&ThreadPool> {
        if items < 2 || self.workers < 2 {
            return None;
        }
        let start = || ThreadPoolBuilder::new().num_threads(self.workers).build().ok();
        self.pool.get_or_init(start).as_ref()
    }
}
