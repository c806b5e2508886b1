//! The commands that come after a run, to be pasted into a shell.

use super::detail::IN_PLACE;
use super::{Brief, Ended};
use crate::cli::show::what_now::{Conversion, WhatNow, convert_diskettes, new_plans, new_request};
use crate::cli::words::plural;
use addpack::report::Outcome;

impl Brief {
    /// The next commands, to be pasted into a shell; none after a run that did not see the whole set.
    pub(super) fn commands(&self, ended: &Ended) -> Vec<(String, String)> {
        if ended.tally.is_incomplete || ended.is_stopped {
            return Vec::new();
        }
        let Ended { tally, common, .. } = *ended;
        let mut what_now = WhatNow::after(common);
        let to_change = [Outcome::Convertible, Outcome::UnfinishedConversion];
        let into_copies = to_change.map(|outcome| tally.count(outcome)).iter().sum();
        let in_place = to_change
            .map(|outcome| self.counts.get(&(outcome, IN_PLACE)).copied().unwrap_or(0))
            .iter()
            .sum();
        let conversion = conversion(ended, in_place);
        let count = conversion.map_or(0, |it| it.count(in_place, into_copies));
        let of_kept = if self.kept > 0 { convert_diskettes(common) } else { None };
        if let Some(command) = of_kept {
            let diskettes = plural(self.kept, "diskette", "diskettes");
            what_now.commands.push((command, format!("converts {diskettes}")));
        } else if let Some(conversion) = conversion.filter(|_| count > 0) {
            what_now.offer(&conversion.words(), &[], &conversion.purpose(count));
        }
        if !self.asked.is_empty() {
            let purpose = format!("asks for {}", self.asked.in_words());
            what_now.offer(&["replace"], &["-o", &new_request()], &purpose);
        }
        let no_packs = tally.count(Outcome::NotAPack) + tally.count(Outcome::Failed);
        if tally.images() > no_packs {
            self.offer_plans(&mut what_now, tally.count(Outcome::Converted) > 0);
        }
        if self.is_used {
            what_now.offer(&["inspect", "--list"], &[], "shows a line for each image");
        }
        what_now.commands
    }

    /// Offers the order to apply packs in, and their labels: of many servers only once packs were converted.
    fn offer_plans(&self, what_now: &mut WhatNow, were_converted: bool) {
        const LABELS: &str = "says what to write on the labels";
        if self.servers.len() < 2 {
            what_now.offer(&["plan"], &[], "says which to apply, in which order");
            what_now.offer(&["plan", "--labels"], &[], LABELS);
            return;
        }
        what_now.offer(&["plan", "--all"], &["-o", &new_plans()], "writes a plan for each server");
        if were_converted {
            what_now.offer(&["plan", "--all", "--labels"], &[], LABELS);
        }
    }
}

/// The conversion to offer: as the run converts, or would; `None` if its folder cannot be typed.
fn conversion<'a>(ended: &Ended<'a>, in_place: u64) -> Option<Conversion<'a>> {
    match ended.output {
        Some(folder) => folder.to_str().map(Conversion::Into),
        None if ended.is_conversion && in_place > 0 => Some(Conversion::InPlace),
        None => Some(Conversion::after_a_look(ended.common)),
    }
}
