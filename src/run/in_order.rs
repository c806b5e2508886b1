//! Items in groups: any free thread works on an item, and the results are taken in order. Items of one file stay
//! together: a group ends only after that file's last item. Members of an archive come out of it one after the other:
//! they are left to a single thread, since others would only wait, each with memory of its own.

use super::pool::{Pending, Scope};
use crate::platform::images_at_once;
use std::collections::VecDeque;
use std::iter::Peekable;
use std::time::Instant;

/// The most images in a group; fewer if few files may be open. Images that are converted together share the disk's
/// flushes; larger groups would only take more memory.
const GROUP: usize = 64;
/// The most images that one thread takes at a time.
const PIECE: usize = 16;
/// Images in the first group, which shows how many threads are worth while.
const TRIAL: usize = 16;
/// Microseconds. Looking at an image takes longer only if it has to wait for a disk, or for a processor.
const AT_ONCE: u128 = 50;
/// A group has waited for disks if more than one in so many pieces has.
const WAITED: usize = 4;

/// Which file an item is a part of, if the items of that file must stay in one group.
pub(super) type FileOf<T> = fn(&T) -> Option<usize>;
/// Whether an item is a member of an archive.
pub(super) type IsMember<T> = fn(&T) -> bool;

/// Items that are still to come, and the results of those that were handed out.
pub(super) struct InOrder<I: Iterator, R> {
    items: Peekable<I>,
    file_of: FileOf<I::Item>,
    is_member: IsMember<I::Item>,
    pending: Pending<Piece<R>>,
    /// The file that each pending piece is of.
    files: VecDeque<Option<usize>>,
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
    /// Whether the threads have waited for disks, so that more threads would have been faster.
    pub(super) waited: bool,
}

/// Items for a thread.
struct NextPiece<T> {
    items: Vec<T>,
    are_members: bool,
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
    pub(super) fn new(items: I, groups: usize, is_member: IsMember<I::Item>) -> Self {
        let group = GROUP.min(images_at_once());
        let reach = groups * group;
        Self {
            items: items.peekable(),
            file_of: |_| None,
            is_member,
            pending: Pending::new(),
            files: VecDeque::new(),
            group,
            full_group: group,
            ahead: 0,
            reach,
        }
    }

    /// The same, but the items of one file stay in one group, however many they are.
    pub(super) fn with_whole_files(mut self, file_of: FileOf<I::Item>) -> Self {
        self.file_of = file_of;
        self
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

    /// Hands out the next items, as far ahead as allowed.
    pub(super) fn begin<'s>(
        &mut self,
        scope: &Scope<'_, 's>,
        work: impl Fn(I::Item) -> R + Copy + Send + 's,
    ) where
        I::Item: 's,
        R: 's,
    {
        let is_alone = scope.threads() == 1;
        let reach = if is_alone || self.group < self.full_group { self.group } else { self.reach };
        // So few that all threads have some of a group.
        let piece = (self.group / scope.threads()).clamp(1, PIECE);
        while self.ahead < reach {
            let Some(NextPiece { items, are_members }) = self.next_piece(piece) else { return };
            self.ahead += items.len();
            if are_members {
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

    /// The next piece for a thread: at most `most` items, all of one file or of none, and all members or none.
    fn next_piece(&mut self, most: usize) -> Option<NextPiece<I::Item>> {
        let first = self.items.next()?;
        let (file, are_members) = ((self.file_of)(&first), (self.is_member)(&first));
        let mut items = Vec::with_capacity(most);
        items.push(first);
        let is_alike =
            |next: &I::Item| (self.file_of)(next) == file && (self.is_member)(next) == are_members;
        while items.len() < most {
            let Some(next) = self.items.next_if(is_alike) else { break };
            items.push(next);
        }
        self.files.push_back(file);
        Some(NextPiece { items, are_members })
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
        let mut results = Vec::with_capacity(self.group);
        let (mut pieces, mut waited) = (0, 0);
        let mut file = None;
        loop {
            let is_full = results.len() >= self.group;
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
            pieces += 1;
            waited += usize::from(piece.waited);
        }
        self.group = self.full_group;
        Group { results, waited: waited * WAITED > pieces }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pool;
    use super::*;

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
    fn group_ends_only_where_the_items_of_a_file_end() {
        for workers in [1, 4] {
            assert_eq!(sizes(vec![0; 150], workers), [64, 64, 22]);
            assert_eq!(sizes(vec![7; 1000], workers), [1000]);
            let in_the_middle = [vec![0; 61], vec![7; 301], vec![8; 3], vec![0; 5]].concat();
            assert_eq!(sizes(in_the_middle, workers), [362, 8]);
            let small: Vec<_> = (0..129).map(|item| 1 + item / 3).collect();
            assert_eq!(sizes(small, workers), [66, 63]);
        }
    }
}
