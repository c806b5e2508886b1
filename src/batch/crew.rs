//! The threads of a run.

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// As many threads as there are workers; where they cannot be had, or are not worth it, the one that
/// there is.
pub(super) struct Crew(Option<ThreadPool>);

impl Crew {
    /// The crew of a run that begins with a group of `items`.
    pub(super) fn new(workers: usize, items: usize) -> Self {
        let start = || ThreadPoolBuilder::new().num_threads(workers).build().ok();
        Self(if workers > 1 && items > 1 { start() } else { None })
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
