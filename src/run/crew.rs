//! The threads of a run.

use rayon::prelude::*;
use rayon::{ScopeFifo, ThreadPool, ThreadPoolBuilder, Yield};
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread::available_parallelism;

/// So many threads; where they cannot be had, or are not worth it, the one that there is.
pub(super) struct Crew(Option<ThreadPool>);

/// What hands out work to a crew.
pub(super) struct Lead<'a, 's>(Option<&'a ScopeFifo<'s>>);

/// Work that was handed out, in order.
pub(super) struct Ahead<R>(VecDeque<Receiver<R>>);

impl Crew {
    pub(super) fn new(threads: usize) -> Self {
        let start = || ThreadPoolBuilder::new().num_threads(threads).build().ok();
        Self(if threads > 1 { start() } else { None })
    }

    /// Runs `work`, which leads the crew. It does so as one of them: where it would wait for the others,
    /// it helps them. All that it has handed out is done when this returns.
    pub(super) fn lead<'s, R: Send>(&self, work: impl FnOnce(&Lead<'_, 's>) -> R + Send) -> R {
        match &self.0 {
            Some(pool) => pool.scope_fifo(|scope| work(&Lead(Some(scope)))),
            None => work(&Lead(None)),
        }
    }
}

impl<'s> Lead<'_, 's> {
    /// Hands out a piece of work; what is handed out first is begun first.
    pub(super) fn begin<R: Send + 's>(
        &self,
        ahead: &mut Ahead<R>,
        work: impl FnOnce() -> R + Send + 's,
    ) {
        let (sender, receiver) = sync_channel(1);
        // It stays unsent where a run was given up.
        let work = move || drop(sender.send(work()));
        match self.0 {
            Some(scope) => scope.spawn_fifo(|_| work()),
            None => work(),
        }
        ahead.0.push_back(receiver);
    }

    /// Maps `items`, all of them; the results keep their order.
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
}

impl<R> Ahead<R> {
    pub(super) fn new() -> Self {
        Self(VecDeque::new())
    }

    /// How many pieces of work were not taken yet.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// What comes first, once it is done; until then, other work is. `None` where there is none.
    pub(super) fn next(&mut self) -> Option<R> {
        let first = self.0.pop_front()?;
        loop {
            match first.try_recv() {
                Ok(result) => return Some(result),
                Err(TryRecvError::Empty) if rayon::yield_now() == Some(Yield::Executed) => {}
                // Another thread is at it; or it has panicked, which is passed on by `Crew::lead`.
                Err(_) => return first.recv().ok(),
            }
        }
    }
}

/// Threads that are enough where no disk is waited for.
pub(super) fn few() -> usize {
    available_parallelism().map_or(2, usize::from)
}
