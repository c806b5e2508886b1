//! The servers of a set: the picture of each chain, and how many get all their licenses back.

use crate::cli::show::layout::hang;
use crate::cli::show::picture;
use crate::cli::show::tally::SERVERS_SHOWN;
use crate::cli::show::terminal::{TextStyle, Tone};
use crate::cli::words::{number, server, servers_counted, set_warnings};
use addpack::plan::PlannedSet;

/// The picture of each server's packs, and what is wrong with its set.
pub(crate) fn of_set(look: TextStyle, set: &PlannedSet) -> String {
    let mut text = String::new();
    let plans = set.sets.all().iter().zip(&set.fleet.plans);
    for (packs, (_, plan)) in plans.take(SERVERS_SHOWN) {
        let title = look.paint(Tone::Heading, &server(&packs.server));
        let picture = picture::chain(look, &packs.chain, &plan.gaps, set.added(plan));
        text += &format!("\n{title}\n{picture}");
        for warning in set_warnings(plan, &packs.chain) {
            text += &hang(look.width, "  ", &look.paint(Tone::Odd, &warning));
        }
    }
    let all = set.sets.all().len();
    if all > SERVERS_SHOWN {
        let all = number(all as u64);
        text +=
            &format!("\n{SERVERS_SHOWN} of {all} servers shown: addpack plan --all shows each\n");
        text += &hang(look.width, "", &servers_counted(&set.counts()));
    }
    text
}
