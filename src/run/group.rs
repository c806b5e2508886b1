//! Images that are worked on together, so that they share the flushes of their disks.

use super::output::Output;
use super::pool::{Pending, Scope};
use super::step::Step;
use super::turns::TurnResult;
use crate::ledger::LedgerError;
use crate::platform::{sync_folder, without_case};
use crate::set::ImageNumber;
use std::collections::{BTreeSet, HashSet};
use std::path::Path;

/// The images of a group.
pub(super) struct Group {
    /// The number of each, and its place among the survey's candidates.
    pub(super) numbers: Vec<(ImageNumber, Option<usize>)>,
    pub(super) steps: Vec<Step>,
    /// An error if the ledger has failed: then nothing more is begun.
    pub(super) claimed: Result<(), LedgerError>,
}

/// A committed group that is being cleaned up.
pub(super) struct Cleaning {
    pub(super) numbers: Vec<(ImageNumber, Option<usize>)>,
    pub(super) steps: Pending<Vec<Step>>,
    pub(super) claimed: Result<(), LedgerError>,
}

impl Group {
    pub(super) fn new(taken: Vec<TurnResult>) -> Self {
        let numbers = taken.iter().map(|taken| (taken.image, taken.candidate)).collect();
        let steps = taken.into_iter().map(|taken| taken.step).collect();
        Self { numbers, steps, claimed: Ok(()) }
    }

    /// Hands out what is left to do after its packs are committed.
    pub(super) fn clean_up(self, scope: &Scope<'_, '_>) -> Cleaning {
        let Self { numbers, steps, claimed } = self;
        Cleaning { numbers, steps: hand_out(steps, Step::finish, scope), claimed }
    }
}

/// Hands out steps. Those of one container, which are written together, go to one thread: there may be very many, and
/// each thread keeps memory of its own.
pub(super) fn hand_out(
    steps: Vec<Step>,
    work: fn(Step) -> Step,
    scope: &Scope<'_, '_>,
) -> Pending<Vec<Step>> {
    let mut pending = Pending::new();
    let mut steps = steps.into_iter().peekable();
    while let Some(first) = steps.next() {
        let container = first.container().map(Path::to_owned);
        let is_with_it = |step: &Step| {
            step.is_over() || (container.is_some() && step.container() == container.as_deref())
        };
        let mut piece = vec![first];
        piece.extend(std::iter::from_fn(|| steps.next_if(is_with_it)));
        scope.begin(&mut pending, move || piece.into_iter().map(work).collect());
    }
    pending
}

/// Waits for the steps that were handed out.
pub(super) fn collect(pending: &mut Pending<Vec<Step>>, scope: &Scope<'_, '_>) -> Vec<Step> {
    scope.all(pending).into_iter().flatten().collect()
}

/// If copies have the same target, the first image gets it. The others are not even written: temporary names follow
/// from the target, so theirs would be the same.
pub(super) fn fail_second_copies(steps: &mut [Step]) {
    let mut targets = HashSet::new();
    for step in steps {
        if step.target().is_some_and(|target| !targets.insert(without_case(target))) {
            step.give_way();
        }
    }
}

/// Gives every finished copy its name, in the order of the paths, and makes the names durable.
pub(super) fn publish(steps: Vec<Step>, output: &Output) -> Vec<Step> {
    let mut folders = BTreeSet::new();
    let mut published = Vec::with_capacity(steps.len());
    for step in steps {
        folders.extend(step.target().into_iter().flat_map(|target| output.folders_above(target)));
        published.push(step.publish());
    }
    for folder in folders {
        let Err(error) = sync_folder(&folder) else { continue };
        for step in &mut published {
            step.fail_published(&folder, &error);
        }
    }
    published
}
