//! The threads of a run, and work that is handed out ahead and taken in order.

use rayon::prelude::*;
use rayon::{ScopeFifo, ThreadPool, ThreadPoolBuilder, Yield};
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread::available_parallelism;

/// So many threads; where they cannot be had, or are not worth it, the one that there is.
pub(super) struct Pool(Option<ThreadPool>);

/// What hands out work to a pool.
pub(super) struct Scope<'a, 's>(Option<&'a ScopeFifo<'s>>);

/// Results of work that was handed out, in the order in which it was.
pub(super) struct Pending<R>(VecDeque<Receiver<R>>);

impl Pool {
    pub(super) fn new(threads: usize) -> Self {
        let start = || ThreadPoolBuilder::new().num_threads(threads).build().ok();
        Self(if threads > 1 { start() } else { None })
    }

    /// Runs `work` as one of the threads: where it would wait for the others, it helps them. All that it
    /// has handed out is done when this returns.
    pub(super) fn scope<'s, R: Send>(&self, work: impl FnOnce(&Scope<'_, 's>) -> R + Send) -> R {
        match &self.0 {
            Some(pool) => pool.scope_fifo(|scope| work(&Scope(Some(scope)))),
            None => work(&Scope(None)),
        }
    }
}

impl<'s> Scope<'_, 's> {
    /// Hands out a piece of work; what is handed out first is begun first.
    pub(super) fn begin<R: Send + 's>(
        &self,
        pending: &mut Pending<R>,
        work: impl FnOnce() -> R + Send + 's,
    ) {
        let (sender, receiver) = sync_channel(1);
        // It stays unsent where a run was given up.
        let work = move || drop(sender.send(work()));
        match self.0 {
            Some(scope) => scope.spawn_fifo(|_| work()),
            None => work(),
        }
        pending.0.push_back(receiver);
    }

    /// Maps `items`, all of them; the results keep their order.
    pub(super) fn map<T: Send, R: Send>(
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

impl<R> Pending<R> {
    pub(super) fn new() -> Self {
        Self(VecDeque::new())
    }

    /// How many pieces of work were not taken yet.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The first result, once it is there; until then, other work is done. `None` where there is none.
    pub(super) fn next(&mut self) -> Option<R> {
        let first = self.0.pop_front()?;
        loop {
            match first.try_recv() {
                Ok(result) => return Some(result),
                Err(TryRecvError::Empty) if rayon::yield_now() == Some(Yield::Executed) => {}
                // Another thread is at it; or it has panicked, which is passed on by `Pool::scope`.
                Err(_) => return first.recv().ok(),
            }
        }
    }
}

/// Threads that are enough where no disk is waited for.
pub(super) fn few() -> usize {
    available_parallelism().map_or(2, usize::from)
}
