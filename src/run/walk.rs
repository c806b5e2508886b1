//! The images of a run on their way to their groups: found one after the other, looked at by all
//! threads, and taken in the order in which they were found.

use super::crew::{Ahead, Lead};
use super::image::{self, Step};
use super::output::Output;
use super::{Job, Mode};
use crate::find::Found;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Images that are worked on together. Those that are converted share the disk's flushes; more of
/// them would only take more memory.
const GROUP: usize = 64;
/// Images that one thread looks at in one go, at most.
const PIECE: usize = 4;
/// Images that show how many threads are worth while.
const TRIAL: usize = 16;
/// Microseconds: to look at an image takes longer only where a disk is waited for, or a processor.
const AT_ONCE: u128 = 50;
/// Disks are waited for where one in so many pieces has waited.
const WAITED: usize = 4;

/// What of a run stays the same for all images.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) job: &'a Job,
    pub(super) output: Option<&'a Output>,
    pub(super) stop: &'a AtomicBool,
}

/// The images that are still to come.
pub(super) struct Walk<F> {
    finder: F,
    ahead: Ahead<Piece>,
    group: usize,
}

/// A group that was looked at.
pub(super) struct Group {
    pub(super) steps: Vec<Step>,
    /// Whether a larger crew would have been done sooner, since this one has waited for disks.
    pub(super) waited: bool,
}

struct Piece {
    steps: Vec<Step>,
    waited: bool,
}

impl Task<'_> {
    /// Looks at an image, and readies what is to be changed.
    fn prepare(self, found: Found) -> Step {
        match found {
            Found::Image(_) if self.stop.load(Ordering::Relaxed) => Step::NotBegun,
            Found::Image(image) => image::prepare(image, self.job, self.output),
            other => Step::Aside(other),
        }
    }

    fn look(self, found: Vec<Found>) -> Piece {
        let begun = Instant::now();
        let steps: Vec<_> = found.into_iter().map(|found| self.prepare(found)).collect();
        let waited = begun.elapsed().as_micros() > AT_ONCE * steps.len() as u128;
        Piece { steps, waited }
    }

    /// Images in a piece: so few that all threads have some of a group.
    fn piece(self) -> usize {
        (GROUP / self.job.workers.max(1)).clamp(1, PIECE)
    }

    /// Images that may be looked at and not taken yet. A group that is changed is done before the
    /// next one is looked at; where nothing is changed, no thread waits for the last of a group.
    fn reach(self) -> usize {
        if self.job.mode == Mode::Inspect && self.job.workers > 1 { 2 * GROUP } else { GROUP }
    }
}

impl<F: Iterator<Item = Found>> Walk<F> {
    /// The images that `finder` finds. The first group is small where it `is_trial` of the threads.
    pub(super) fn new(finder: F, is_trial: bool) -> Self {
        Self { finder, ahead: Ahead::new(), group: if is_trial { TRIAL } else { GROUP } }
    }

    /// Hands out those that come next, to be looked at.
    pub(super) fn begin<'s>(&mut self, task: Task<'s>, lead: &Lead<'_, 's>) {
        let reach = if self.group < GROUP { self.group } else { task.reach() };
        let piece = task.piece();
        while self.ahead.len() * piece < reach {
            let found: Vec<_> = self.finder.by_ref().take(piece).collect();
            if found.is_empty() {
                return;
            }
            lead.begin(&mut self.ahead, move || task.look(found));
        }
    }

    /// Takes a group, once all of it was looked at; without a step where none is left.
    pub(super) fn take(&mut self) -> Group {
        let mut steps = Vec::with_capacity(self.group);
        let (mut pieces, mut waited) = (0, 0);
        while steps.len() < self.group
            && let Some(piece) = self.ahead.next()
        {
            steps.extend(piece.steps);
            pieces += 1;
            waited += usize::from(piece.waited);
        }
        self.group = GROUP;
        Group { steps, waited: waited * WAITED > pieces }
    }
}
