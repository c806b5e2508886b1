//! Items in groups: any free thread works on an item, and the results are taken in order. Items of one file stay
//! together: a group ends only after that file's last item. Members of an archive come out of it one after the other:
//! where there are very many, they are left to a single thread, since others would only wait, each with memory of its
//! own.

use super::pool::{Pending, Scope};
use crate::platform::images_at_once;
use std::collections::VecDeque;
use std::iter::Peekable;
use std::time::Instant;

/// The most images in a group; fewer if few files may be open. Images that are converted together share the flushes of the
/// ledger, and a thread is woken for several of them; larger groups would only take more memory.
const GROUP: usize = 128;
/// The most images that one of several threads takes at a time.
const PIECE: usize = 16;
/// Images that a single thread takes at a time: so few that what one of them has freed is there for the next.
pub(super) const FEW: usize = 4;
/// Microseconds. Looking at an image takes longer only if it has to wait for a disk, or for a processor.
const AT_ONCE: u128 = 50;
/// Pieces by which it is judged whether more threads would have been faster: if more than a quarter have waited.
const JUDGED: usize = 4;

/// Which file an item is a part of, if the items of that file must stay in one group.
pub(super) type FileOf<T> = fn(&T) -> Option<usize>;
/// Whether an item is in an archive that has very many members.
pub(super) type IsOneOfMany<T> = fn(&T) -> bool;

/// Items that are still to come, and the results of those that were handed out.
pub(super) struct InOrder<I: Iterator, R> {
    items: Peekable<I>,
    file_of: FileOf<I::Item>,
    is_one_of_many: IsOneOfMany<I::Item>,
    pending: Pending<Piece<R>>,
    /// The file that each pending piece is of.
    files: VecDeque<Option<usize>>,
    /// Items in a group, and in one of a single thread.
    group: usize,
    group_alone: usize,
    /// Items that were handed out and not taken yet, and how many those may be.
    ahead: usize,
    reach: usize,
    /// Pieces since it was last judged whether they have waited, and how many of them have.
    pieces: usize,
    waited: usize,
}

/// The results of a group.
pub(super) struct Group<R> {
    pub(super) results: Vec<R>,
    /// Whether the last pieces have waited for disks, so that more threads would have been faster; `None` if there are
    /// too few to judge.
    pub(super) waited: Option<bool>,
}

/// Items for a thread.
struct NextPiece<T> {
    items: Vec<T>,
    are_of_many: bool,
}

struct Piece<R> {
    results: Vec<R>,
    waited: bool,
}

impl<I: Iterator, R: Send> InOrder<I, R>
where
    I::Item: Send,
{
    /// Takes up to `groups` groups of `items` ahead.
    pub(super) fn new(items: I, groups: usize, is_one_of_many: IsOneOfMany<I::Item>) -> Self {
        let group = GROUP.min(images_at_once());
        let reach = groups * group;
        Self {
            items: items.peekable(),
            file_of: |_| None,
            is_one_of_many,
            pending: Pending::new(),
            files: VecDeque::new(),
            group,
            group_alone: group,
            ahead: 0,
            reach,
            pieces: 0,
            waited: 0,
        }
    }

    /// The same, but the items of one file stay in one group, however many they are.
    pub(super) fn with_whole_files(mut self, file_of: FileOf<I::Item>) -> Self {
        self.file_of = file_of;
        self
    }

    /// The same, but a group of a single thread has at most so many items.
    pub(super) fn with_small_groups(mut self, most: usize) -> Self {
        self.group_alone = most.min(self.group);
        self
    }

    /// Hands out the next items, as far ahead as allowed.
    pub(super) fn begin<'s>(
        &mut self,
        scope: &Scope<'_, 's>,
        work: impl Fn(I::Item) -> R + Copy + Send + 's,
    ) where
        I::Item: 's,
        R: 's,
    {
        let (reach, piece) = match scope.threads() {
            1 => (self.group_alone, FEW.min(self.group_alone)),
            // So few that all threads have some of a group.
            threads => (self.reach, (self.group / threads).clamp(1, PIECE)),
        };
        while self.ahead < reach {
            let most = piece.min(reach - self.ahead);
            let Some(NextPiece { items, are_of_many }) = self.next_piece(most) else { return };
            self.ahead += items.len();
            if are_of_many {
                let results = items.into_iter().map(work).collect();
                self.pending.push(Piece { results, waited: false });
                continue;
            }
            scope.begin(&mut self.pending, move || {
                let begun = Instant::now();
                let results: Vec<_> = items.into_iter().map(work).collect();
                let waited = begun.elapsed().as_micros() > AT_ONCE * results.len() as u128;
                Piece { results, waited }
            });
        }
    }

    /// The next piece for a thread: at most `most` items, all of one file or of none, and all or none of an archive
    /// with very many.
    fn next_piece(&mut self, most: usize) -> Option<NextPiece<I::Item>> {
        let first = self.items.next()?;
        let (file, are_of_many) = ((self.file_of)(&first), (self.is_one_of_many)(&first));
        let mut items = Vec::with_capacity(most);
        items.push(first);
        let is_alike = |next: &I::Item| {
            (self.file_of)(next) == file && (self.is_one_of_many)(next) == are_of_many
        };
        while items.len() < most {
            let Some(next) = self.items.next_if(is_alike) else { break };
            items.push(next);
        }
        self.files.push_back(file);
        Some(NextPiece { items, are_of_many })
    }

    /// Waits for the next group and takes it; its results are empty if no item is left. Items that are still missing
    /// from it, or from its last file, are handed out as by [`InOrder::begin`].
    pub(super) fn take<'s>(
        &mut self,
        scope: &Scope<'_, 's>,
        work: impl Fn(I::Item) -> R + Copy + Send + 's,
    ) -> Group<R>
    where
        I::Item: 's,
        R: 's,
    {
        let group = if scope.threads() == 1 { self.group_alone } else { self.group };
        let mut results = Vec::with_capacity(group);
        let mut file = None;
        loop {
            let is_full = results.len() >= group;
            if is_full && file.is_none() {
                break;
            }
            if is_full || self.files.is_empty() {
                self.begin(scope, work);
            }
            if is_full && self.files.front() != Some(&file) {
                break;
            }
            let Some(piece) = scope.next(&mut self.pending) else { break };
            file = self.files.pop_front().flatten();
            self.ahead -= piece.results.len();
            results.extend(piece.results);
            self.pieces += 1;
            self.waited += usize::from(piece.waited);
        }
        Group { results, waited: self.judge() }
    }

    fn judge(&mut self) -> Option<bool> {
        let waited = self.waited * JUDGED > self.pieces;
        let is_enough = self.pieces >= JUDGED;
        if is_enough {
            (self.pieces, self.waited) = (0, 0);
        }
        is_enough.then_some(waited)
    }
}

#[cfg(test)]
mod tests {
    use super::super::pool;
    use super::*;
    use std::thread;

    /// The sizes of the groups that these items, each the number of its file or 0 for none, are taken in.
    fn sizes(items: Vec<usize>, workers: usize) -> Vec<usize> {
        let file_of: FileOf<usize> = |file| (*file > 0).then_some(*file);
        let mut in_order = InOrder::new(items.into_iter(), 1, |_| false).with_whole_files(file_of);
        let mut sizes = Vec::new();
        pool::scope(workers, |scope| {
            loop {
                in_order.begin(scope, |item| item);
                match in_order.take(scope, |item| item).results.len() {
                    0 => return sizes,
                    size => sizes.push(size),
                }
            }
        })
    }

    #[test]
    fn members_of_a_large_archive_are_left_to_one_thread() {
        let mut in_order = InOrder::new(0..1000, 1, |item| item % 100 < 50);
        let me = thread::current().id();
        pool::scope(4, |scope| {
            in_order.begin(scope, |item| (item, thread::current().id()));
            loop {
                let group = in_order.take(scope, |item| (item, thread::current().id()));
                if group.results.is_empty() {
                    return;
                }
                let others = |(item, thread): &(i32, _)| item % 100 < 50 && *thread != me;
                assert!(!group.results.iter().any(others));
            }
        });
    }

    #[test]
    fn group_ends_only_where_the_items_of_a_file_end() {
        for workers in [1, 4] {
            assert_eq!(sizes(vec![0; 300], workers), [128, 128, 44]);
            assert_eq!(sizes(vec![7; 1000], workers), [1000]);
            let in_the_middle = [vec![0; 125], vec![7; 301], vec![8; 3], vec![0; 5]].concat();
            assert_eq!(sizes(in_the_middle, workers), [426, 8]);
            let small: Vec<_> = (0..258).map(|item| 1 + item / 3).collect();
            assert_eq!(sizes(small, workers), [129, 129]);
        }
    }
}
