//! The threads of a run, and work that is handed out ahead and taken in order.
//!
//! A thread that has nothing to do sleeps. Those of rayon look for work many times before they do, which
//! costs more than the work where each image is waited for.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// What hands out work to threads; where there is one thread, that does it at once.
pub(super) struct Scope<'a, 's>(Option<&'a WorkQueue<'s>>);

/// Results of work that was handed out, in the order in which it was.
pub(super) struct Pending<R>(VecDeque<Receiver<R>>);

type WorkItem<'s> = Box<dyn FnOnce() + Send + 's>;

/// Work that no thread has begun yet.
#[derive(Default)]
struct WorkQueue<'s> {
    state: Mutex<QueueState<'s>>,
    /// There is more work, or none will come.
    changed: Condvar,
    /// All that work on it.
    threads: usize,
}

#[derive(Default)]
struct QueueState<'s> {
    work: VecDeque<WorkItem<'s>>,
    /// Threads that wait for work.
    idle: usize,
    is_closed: bool,
}

/// Runs `work` on one of so many threads, or on fewer where the system gives no more. Where `work` would
/// wait for the others, it helps them. All threads have ended when this returns.
pub(super) fn scope<'s, R>(threads: usize, work: impl FnOnce(&Scope<'_, 's>) -> R) -> R {
    if threads < 2 {
        return work(&Scope(None));
    }
    let queue = WorkQueue { threads, ..WorkQueue::default() };
    thread::scope(|scope| {
        let _closing = Closing(&queue);
        let mut others = 1..threads;
        while others.next().is_some()
            && thread::Builder::new().spawn_scoped(scope, || queue.serve()).is_ok()
        {}
        work(&Scope(Some(&queue)))
    })
}

/// Closes the queue, also where the run panics: the threads would wait for ever.
struct Closing<'a, 's>(&'a WorkQueue<'s>);

impl Drop for Closing<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().is_closed = true;
        self.0.changed.notify_all();
    }
}

impl<'s> WorkQueue<'s> {
    fn lock(&self) -> MutexGuard<'_, QueueState<'s>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, work: WorkItem<'s>) {
        let mut state = self.lock();
        state.work.push_back(work);
        let is_awaited = state.idle > 0;
        drop(state);
        if is_awaited {
            self.changed.notify_one();
        }
    }

    /// Does what is handed out until the queue is closed and empty.
    fn serve(&self) {
        let mut state = self.lock();
        loop {
            if let Some(work) = state.work.pop_front() {
                drop(state);
                work();
                state = self.lock();
            } else if state.is_closed {
                return;
            } else {
                state.idle += 1;
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.idle -= 1;
            }
        }
    }

    /// Does the first work that no thread has begun; whether there was any.
    fn help(&self) -> bool {
        let work = self.lock().work.pop_front();
        work.map(|work| work()).is_some()
    }
}

impl<'s> Scope<'_, 's> {
    /// How many threads there are.
    pub(super) fn threads(&self) -> usize {
        self.0.map_or(1, |queue| queue.threads)
    }

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
            Some(queue) => queue.push(Box::new(work)),
            None => work(),
        }
        pending.0.push_back(receiver);
    }

    /// Maps `items`, all of them; the results keep their order.
    pub(super) fn map<T: Send + 's, R: Send + 's>(
        &self,
        items: Vec<T>,
        map: impl Fn(T) -> R + Copy + Send + 's,
    ) -> Vec<R> {
        if self.0.is_none() {
            return items.into_iter().map(map).collect();
        }
        let mut pending = Pending::new();
        for item in items {
            self.begin(&mut pending, move || map(item));
        }
        std::iter::from_fn(|| self.next(&mut pending)).collect()
    }

    /// The first result, once it is there; until then, other work is done. `None` where there is none.
    pub(super) fn next<R>(&self, pending: &mut Pending<R>) -> Option<R> {
        let first = pending.0.pop_front()?;
        loop {
            match first.try_recv() {
                Ok(result) => return Some(result),
                Err(TryRecvError::Empty) if self.0.is_some_and(WorkQueue::help) => {}
                // Another thread is at it; or it has panicked, which `scope` passes on.
                Err(_) => return first.recv().ok(),
            }
        }
    }
}

impl<R> Pending<R> {
    pub(super) fn new() -> Self {
        Self(VecDeque::new())
    }
}
