//! The threads of a run, and work that is handed out ahead and taken in order.
//!
//! A thread without work sleeps at once. rayon's threads search for work many times first, which costs more than
//! the work itself if each image has to be waited for.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Hands out work to threads; with a single thread, work is done at once.
pub(super) struct Scope<'a, 's>(Option<&'a WorkQueue<'s>>);

/// Results of work that was handed out, in the order in which it was.
pub(super) struct Pending<R>(VecDeque<PendingResult<R>>);

enum PendingResult<R> {
    Here(R),
    Awaited(Receiver<R>),
}

type WorkItem<'s> = Box<dyn FnOnce() + Send + 's>;

/// Work that no thread has begun yet.
#[derive(Default)]
struct WorkQueue<'s> {
    state: Mutex<QueueState<'s>>,
    /// There is more work, or none will come.
    changed: Condvar,
    /// The threads that work on it.
    threads: usize,
}

#[derive(Default)]
struct QueueState<'s> {
    work: VecDeque<WorkItem<'s>>,
    /// Threads that wait for work.
    idle: usize,
    /// Whether one of them was woken and has not looked for work yet. It wakes the next one if there is more than it
    /// takes itself: so threads are woken as they are needed, and not one for each of many short pieces of work.
    is_waking: bool,
    is_closed: bool,
}

/// Runs `work` with this many threads, or with fewer if the system gives no more. Instead of waiting for the others,
/// `work` helps them. All threads have ended when this returns.
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

/// Closes the queue when dropped, so that threads do not wait for ever if the run panics.
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
        self.wake_one(state);
    }

    /// Wakes a thread if there is work, and none is being woken already.
    fn wake_one(&self, mut state: MutexGuard<'_, QueueState<'s>>) {
        let is_needed = !state.work.is_empty() && state.idle > 0 && !state.is_waking;
        state.is_waking |= is_needed;
        drop(state);
        if is_needed {
            self.changed.notify_one();
        }
    }

    /// Does the work in the queue until it is closed and empty.
    fn serve(&self) {
        let mut state = self.lock();
        loop {
            if let Some(work) = state.work.pop_front() {
                self.wake_one(state);
                work();
                state = self.lock();
            } else if state.is_closed {
                return;
            } else {
                state.idle += 1;
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.idle -= 1;
                state.is_waking = false;
            }
        }
    }

    /// Does the first work that no thread has begun. Returns whether there was any.
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
        pending.0.push_back(match self.0 {
            Some(queue) => {
                let (sender, receiver) = sync_channel(1);
                // Nobody receives it if the run was given up.
                queue.push(Box::new(move || drop(sender.send(work()))));
                PendingResult::Awaited(receiver)
            }
            None => PendingResult::Here(work()),
        });
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
        self.all(&mut pending)
    }

    /// Waits for the first result, and does other work meanwhile; `None` if nothing is pending.
    pub(super) fn next<R>(&self, pending: &mut Pending<R>) -> Option<R> {
        pending.0.pop_front().and_then(|first| self.wait(first))
    }

    /// Waits for all results, and does other work meanwhile. It waits for the last one first: then most of the others
    /// are there too, and this thread is seldom woken for nothing. Results after one whose thread has panicked are left
    /// out: each must stay at its place.
    pub(super) fn all<R>(&self, pending: &mut Pending<R>) -> Vec<R> {
        let results = std::mem::take(&mut pending.0).into_iter().rev();
        let results: Vec<_> = results.map(|result| self.wait(result)).collect();
        results.into_iter().rev().map_while(|result| result).collect()
    }

    fn wait<R>(&self, result: PendingResult<R>) -> Option<R> {
        let result = match result {
            PendingResult::Here(result) => return Some(result),
            PendingResult::Awaited(receiver) => receiver,
        };
        loop {
            match result.try_recv() {
                Ok(result) => return Some(result),
                Err(TryRecvError::Empty) if self.0.is_some_and(WorkQueue::help) => {}
                // Another thread works on it; or it has panicked, which `scope` passes on.
                Err(_) => return result.recv().ok(),
            }
        }
    }
}

impl<R> Pending<R> {
    pub(super) fn new() -> Self {
        Self(VecDeque::new())
    }

    /// Adds a result that is there already.
    pub(super) fn push(&mut self, result: R) {
        self.0.push_back(PendingResult::Here(result));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::mpsc::channel;

    #[test]
    fn panic_of_a_thread_ends_the_run_and_no_result_takes_the_place_of_the_lost_one() {
        let (begun, wait) = channel();
        let mut results = None;
        let ended = catch_unwind(AssertUnwindSafe(|| {
            scope(2, |scope| {
                let mut pending = Pending::new();
                scope.begin(&mut pending, || 0);
                scope.begin(&mut pending, move || {
                    begun.send(()).unwrap();
                    panic!("as a fault of the program would");
                });
                // This thread must not do that work itself.
                wait.recv().unwrap();
                scope.begin(&mut pending, || 2);
                scope.begin(&mut pending, || 3);
                results = Some(scope.all(&mut pending));
            });
        }));
        assert_eq!(results, Some(vec![0]));
        assert!(ended.is_err(), "the panic is not passed on");
    }
}
