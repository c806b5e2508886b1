//! Items in groups: each is worked on by whichever thread is free, and taken in its order.

use super::pool::{Pending, Scope};
use crate::platform::images_at_once;
use std::time::Instant;

/// Images that are worked on together, at most: fewer where few files may be open. Those that are converted
/// share the disk's flushes; more of them would only take more memory.
const GROUP: usize = 64;
/// Images that one thread takes in one go, at most.
const PIECE: usize = 16;
/// Images that show how many threads are worth while.
const TRIAL: usize = 16;
/// Microseconds: to look at an image takes longer only where a disk is waited for, or a processor.
const AT_ONCE: u128 = 50;
/// Disks are waited for where one in so many pieces has waited.
const WAITED: usize = 4;

/// Items that are still to come, and the results of those that were handed out.
pub(super) struct InOrder<I, R> {
    items: I,
    pending: Pending<Piece<R>>,
    /// Items in the next group, and in those after it.
    group: usize,
    full_group: usize,
    /// Items that were handed out and not taken yet, and how many those may be.
    ahead: usize,
    reach: usize,
}

/// The results of a group.
pub(super) struct Group<R> {
    pub(super) results: Vec<R>,
    /// Whether more threads would have been done sooner, since these have waited for disks.
    pub(super) waited: bool,
}

struct Piece<R> {
    results: Vec<R>,
    waited: bool,
}

impl<I: Iterator, R: Send> InOrder<I, R>
where
    I::Item: Send,
{
    /// `items`, of which up to `groups` groups are handed out ahead.
    pub(super) fn new(items: I, groups: usize) -> Self {
        let group = GROUP.min(images_at_once());
        let reach = groups * group;
        Self { items, pending: Pending::new(), group, full_group: group, ahead: 0, reach }
    }

    /// The same, with a small first group, which shows how many threads are worth while.
    pub(super) fn with_trial(mut self, is_trial: bool) -> Self {
        if is_trial {
            self.try_again();
        }
        self
    }

    /// Makes the next group a small one, too.
    pub(super) fn try_again(&mut self) {
        self.group = TRIAL.min(self.full_group);
    }

    /// Hands out those that come next.
    pub(super) fn begin<'s>(
        &mut self,
        scope: &Scope<'_, 's>,
        work: impl Fn(I::Item) -> R + Copy + Send + 's,
    ) where
        I::Item: 's,
        R: 's,
    {
        let reach = if self.group < self.full_group { self.group } else { self.reach };
        // So few that all threads have some of a group.
        let piece = (self.group / scope.threads()).clamp(1, PIECE);
        while self.ahead < reach {
            let items: Vec<_> = self.items.by_ref().take(piece).collect();
            if items.is_empty() {
                return;
            }
            self.ahead += items.len();
            scope.begin(&mut self.pending, move || {
                let begun = Instant::now();
                let results: Vec<_> = items.into_iter().map(work).collect();
                let waited = begun.elapsed().as_micros() > AT_ONCE * results.len() as u128;
                Piece { results, waited }
            });
        }
    }

    /// Takes a group, once all of it is done; without a result where none is left.
    pub(super) fn take(&mut self, scope: &Scope<'_, '_>) -> Group<R> {
        let mut results = Vec::with_capacity(self.group);
        let (mut pieces, mut waited) = (0, 0);
        while results.len() < self.group
            && let Some(piece) = scope.next(&mut self.pending)
        {
            results.extend(piece.results);
            pieces += 1;
            waited += usize::from(piece.waited);
        }
        self.ahead -= results.len();
        self.group = self.full_group;
        Group { results, waited: waited * WAITED > pieces }
    }
}
