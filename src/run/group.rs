//! Images that are worked on together, so that they share the flushes of their disks.

use super::output::Output;
use super::pool::{Pending, Scope};
use super::step::Step;
use super::turns::TurnResult;
use crate::ledger::LedgerError;
use crate::platform::{sync_folder, without_case};
use crate::set::ImageNumber;
use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::Path;

/// The images of a group.
pub(super) struct Group {
    /// The number of each, and its place among the survey's candidates.
    pub(super) numbers: Vec<(ImageNumber, Option<usize>)>,
    pub(super) steps: Vec<Step>,
    /// An error if the ledger has failed: then nothing more is begun.
    pub(super) claimed: Result<(), LedgerError>,
}

/// A group whose images are being changed.
pub(super) struct ChangingGroup {
    numbers: Vec<(ImageNumber, Option<usize>)>,
    steps: Pending<Vec<Step>>,
    claimed: Result<(), LedgerError>,
}

impl Group {
    pub(super) fn new(taken: Vec<TurnResult>) -> Self {
        let numbers = taken.iter().map(|taken| (taken.image, taken.candidate)).collect();
        let steps = taken.into_iter().map(|taken| taken.step).collect();
        Self { numbers, steps, claimed: Ok(()) }
    }

    /// Writes the copies that were claimed, and hands them out to be made durable: the first flush then covers the others
    /// as well.
    pub(super) fn copy(self, scope: &Scope<'_, '_>) -> ChangingGroup {
        let Self { numbers, mut steps, claimed } = self;
        fail_second_copies(&mut steps);
        let write = |piece| each(piece, Step::write);
        let written = collect(&mut hand_out(steps, write, Step::container, scope), scope);
        let steps = hand_out(written, |piece| each(piece, Step::commit), |_| None, scope);
        ChangingGroup { numbers, steps, claimed }
    }

    /// Hands out what was claimed to be changed in place.
    pub(super) fn change(self, scope: &Scope<'_, '_>) -> ChangingGroup {
        let Self { numbers, steps, claimed } = self;
        steps.iter().for_each(Step::stage);
        let steps = hand_out(steps, change_in_place, Step::container, scope);
        ChangingGroup { numbers, steps, claimed }
    }
}

impl ChangingGroup {
    /// A group of which nothing is left to do.
    pub(super) fn done(group: Group) -> Self {
        let Group { numbers, steps: done, claimed } = group;
        let mut steps = Pending::new();
        steps.push(done);
        Self { numbers, steps, claimed }
    }

    /// Waits until all of it is changed, and gives copies in `output` their names.
    pub(super) fn finish(self, output: Option<&Output>, scope: &Scope<'_, '_>) -> Group {
        let Self { numbers, mut steps, claimed } = self;
        let steps = collect(&mut steps, scope);
        let steps = if let Some(output) = output { publish(steps, output) } else { steps };
        Group { numbers, steps, claimed }
    }
}

/// The most raw images that a thread is given at a time: few enough that no thread has much left when the others are
/// done, but several, since it costs much to wake a thread.
const PIECE: usize = 4;

/// Hands out steps. Those for which `container` names the same file stay with one thread: there may be very many, and each
/// thread keeps memory of its own.
fn hand_out(
    steps: Vec<Step>,
    work: fn(Vec<Step>) -> Vec<Step>,
    container: fn(&Step) -> Option<&Path>,
    scope: &Scope<'_, '_>,
) -> Pending<Vec<Step>> {
    let mut pending = Pending::new();
    let share = steps.len().div_ceil(scope.threads()).min(PIECE);
    let mut steps = steps.into_iter().peekable();
    while let Some(first) = steps.next() {
        let of_first = container(&first).map(Path::to_owned);
        let is_with_it = |step: &Step| {
            step.is_over() || (container(step) == of_first.as_deref() && !step.is_of_drive())
        };
        // Between the steps of a diskette, its thread does nothing else: another one may be in the drive at any moment.
        let most = match of_first {
            Some(_) => usize::MAX,
            None if first.is_of_drive() => 1,
            None => share,
        };
        let mut piece = vec![first];
        while piece.len() < most {
            let Some(step) = steps.next_if(is_with_it) else { break };
            piece.push(step);
        }
        scope.begin(&mut pending, move || work(piece));
    }
    pending
}

/// Changes images in place, each from old to new in its own order. What is written of several is made durable together:
/// a disk's tables hold the times of neighbouring files in one block, which then is written once and not for each.
fn change_in_place(piece: Vec<Step>) -> Vec<Step> {
    let committed = each(each(piece, Step::write), Step::commit);
    each(each(committed, Step::clean_up), Step::finish)
}

fn each(steps: Vec<Step>, work: fn(Step) -> Step) -> Vec<Step> {
    steps.into_iter().map(work).collect()
}

/// Waits for the steps that were handed out.
fn collect(pending: &mut Pending<Vec<Step>>, scope: &Scope<'_, '_>) -> Vec<Step> {
    scope.all(pending).into_iter().flatten().collect()
}

/// If copies have the same target, the first image gets it. The others are not even written: temporary names follow
/// from the target, so theirs would be the same.
fn fail_second_copies(steps: &mut [Step]) {
    let mut targets = HashSet::new();
    for step in steps {
        if step.target().is_some_and(|target| !targets.insert(without_case(target))) {
            step.give_way();
        }
    }
}

/// Gives every finished copy its name, in the order of the paths, and makes the names durable.
fn publish(steps: Vec<Step>, output: &Output) -> Vec<Step> {
    let mut folders = BTreeSet::new();
    let mut published = Vec::with_capacity(steps.len());
    for step in steps {
        let of_step = step.target().into_iter().flat_map(|target| output.folders_of(target));
        folders.extend(of_step.map(Path::to_owned));
        published.push(step.publish());
    }
    let mut fail = |folder: &Path, error: &io::Error| {
        for step in &mut published {
            step.fail_published(folder, error);
        }
    };
    for folder in folders {
        if let Err(error) = sync_folder(&folder) {
            fail(&folder, &error);
        }
    }
    if let Some(error) = output.not_reached() {
        // All copies are below it.
        fail(Path::new("."), error);
    }
    published
}
