//! A survey in numbers.

use super::survey::{Survey, is_converted};
use super::turns::Turns;
use super::{End, Job};
use crate::set::{Access, Condition, SetDecision};

/// A survey in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Whether all paths were walked. If not, nothing is known of copies.
    pub is_complete: bool,
    /// Packs that the conversion would convert, in place or into copies as requested.
    pub convert: u64,
    /// Packs that only a conversion into copies would convert.
    pub needs_output: u64,
    /// Interrupted conversions that it would finish.
    pub finish: u64,
    /// Images that are sound by themselves and refused because of other images or the ledger.
    pub refused: u64,
    /// Images that could not be read. They may hold newer states of packs.
    pub unread: u64,
    /// Images whose final report will differ from the first one, whether or not the run changes them.
    pub changed_reports: u64,
}

impl Survey {
    /// The survey in numbers, for the conversion that `job` describes.
    pub fn overview(&self, job: &Job) -> Overview {
        let into_copies = job.output.is_some();
        let mut overview = Overview {
            is_complete: self.end == End::Complete,
            unread: self.unread,
            changed_reports: Turns::new(self, job).count_images(),
            ..Overview::default()
        };
        let all = self.candidates.iter().enumerate();
        for (at, candidate) in all.filter(|(_, candidate)| !self.is_left_out(candidate, job)) {
            let decision = self.decision(at);
            let in_place = candidate.access != Access::NeedsOutput;
            match candidate.condition {
                Condition::Unfinished if in_place || into_copies => {
                    overview.finish += u64::from(is_converted(candidate, decision, job));
                }
                Condition::Sound if is_converted(candidate, decision, job) => {
                    if in_place || into_copies {
                        overview.convert += 1;
                    } else {
                        overview.needs_output += 1;
                    }
                }
                Condition::Sound if is_refused(decision) => overview.refused += 1,
                _ => {}
            }
        }
        overview
    }
}

/// Whether a sound image is refused by the set's decision.
fn is_refused(decision: &SetDecision) -> bool {
    matches!(
        decision,
        SetDecision::NewerStateRefused(_)
            | SetDecision::Diverged(_)
            | SetDecision::SerialClash(_)
            | SetDecision::TwoConverted(_)
            | SetDecision::CopyOfConverted
    )
}
