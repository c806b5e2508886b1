//! One budget of memory for everything that is expanded at a time, by all threads.
//!
//! [`MemoryShare::take`] waits until there is enough. So whoever calls it must hold no other share and no lock of
//! a container.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The most bytes that all containers of the process are expanded to at a time.
pub const BUDGET: usize = 64 << 20;

static FREE: Mutex<usize> = Mutex::new(BUDGET);
static GIVEN_BACK: Condvar = Condvar::new();

/// A share of the budget in bytes, given back when it is dropped.
#[derive(Debug)]
pub(super) struct MemoryShare(usize);

fn free() -> MutexGuard<'static, usize> {
    FREE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MemoryShare {
    /// Waits until this many bytes are free, and takes them; of a larger number, the whole budget.
    pub(super) fn take(bytes: usize) -> Self {
        let bytes = bytes.min(BUDGET);
        let mut free = GIVEN_BACK
            .wait_while(free(), |free| *free < bytes)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= bytes;
        Self(bytes)
    }

    /// Gives back all but this many bytes.
    pub(super) fn shrink_to(&mut self, bytes: usize) {
        let more = self.0.saturating_sub(bytes);
        self.0 -= more;
        *free() += more;
        GIVEN_BACK.notify_all();
    }
}

impl Drop for MemoryShare {
    fn drop(&mut self) {
        self.shrink_to(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    #[test]
    fn never_more_room_is_given_than_there_is() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for thread in 0..16 {
                let (now, most) = (&now, &most);
                scope.spawn(move || {
                    for turn in 0..50 {
                        let bytes = BUDGET / (1 + (thread + turn) % 5);
                        let mut room = MemoryShare::take(bytes + turn);
                        let bytes = (bytes + turn).min(BUDGET);
                        most.fetch_max(
                            now.fetch_add(bytes, Ordering::SeqCst) + bytes,
                            Ordering::SeqCst,
                        );
                        now.fetch_sub(bytes, Ordering::SeqCst);
                        room.shrink_to(bytes / 2);
                    }
                });
            }
        });
        assert!(most.into_inner() <= BUDGET);
        assert!(MemoryShare::take(usize::MAX).0 == BUDGET);
    }
}
