//! The wording of everything that is reported, in one place.

mod cause;
mod chain;
mod codes;
mod container;
mod drive;
mod failure;
mod file_system;
mod finding;
mod ledger;
mod missing_path;
mod nearest;
mod next_step;
mod note;
mod pack_summary;
mod plan;
mod reasons;
mod recovery;
mod replace;
mod set;
pub(crate) mod system;
mod value;
mod verdict;

pub(crate) use cause::{in_temporary_folder, medium_cause, system_cause};
pub(crate) use chain::{
    GAP_NEXT, gap_message, gap_reason, overlaps, servers_counted, set_warnings, twins_message,
    twins_next,
};
pub(crate) use codes::{CodePage, pages};
pub(crate) use container::way_out;
pub(crate) use drive::{
    EventsSince, Left, WRITE_NUMBERS, another_diskette, ask_for_next, ask_for_one_of,
    ask_for_the_same, changed_since, diskette, label, label_of_source, left_alone, left_to_convert,
    lost_in_image, next_for_unreadable, no_such_number, pack_in_short, pack_line, seen_before,
    seen_in_an_earlier_queue, unreadable_earlier, unreadable_in,
};
pub(crate) use failure::failure_message;
pub(crate) use finding::{evidence_parts, finding_kb, finding_message, label_of};
pub(crate) use ledger::{
    LEDGER_HEADING, MET_NOTE, Standing, copies_unknown_message, day_of, entry_lines,
    fault_messages, is_met, ledger_message, ledger_row, no_claims_message, standing_message,
    time_of, unusable,
};
pub(crate) use missing_path::{disk_letter, drive_list, is_drive_letter, nearest_path, no_image};
pub(crate) use nearest::nearest;
pub(crate) use next_step::{next_step, short_next_step};
#[cfg(test)]
pub(crate) use note::NOTE_CODES;
pub(crate) use note::note;
pub(crate) use pack_summary::{
    OtherFiles, PackSummaries, PackSummary, Refusal, pack_serial, short, short_serial,
};
pub(crate) use plan::{
    action_words, code_label, on_the_server, server_state, step_kb, step_message, step_next,
    version_words,
};
pub(crate) use reasons::{reason, what_it_takes};
pub(crate) use recovery::Recoveries;
pub(crate) use replace::{
    REQUEST_FOOT, REQUEST_HEAD, Replacements, evidence, look_of, taken_message,
};
pub(crate) use set::last_event;
pub(crate) use value::{
    Address, Digest, Timestamp, address, day, digest, event_kind, list, moment, number, plural,
    server, server_name, server_version, timestamp, unlisted, unread, value,
};
pub(crate) use verdict::{copy_in_its_place, verdict, version_of};

use crate::cli::show::terminal::escape_bytes;
use addpack::diagnosis::FindingKind;
use addpack::record::Record;
use addpack::record::fields::Server;
use addpack::report::Report;
use std::borrow::Cow;

/// Vendor's article on replacement media.
pub(crate) const KB_REPLACEMENT: u32 = 274_532;

/// The commit that this program was built from.
pub(crate) fn commit() -> &'static str {
    match env!("ADDPACK_COMMIT") {
        "" => "unknown",
        commit => commit,
    }
}

/// The server that is named when asking for a replacement: the one that the pack is bound to, or else the 4.5
/// server that wrote to the unused 4.0 pack.
pub(crate) fn server_to_name(report: &Report) -> Option<Server> {
    let bound = report.record().filter(|record| record.is_bound());
    bound.map(|record| record.server).or_else(|| match report.findings().first()?.kind {
        FindingKind::PostUpgrade(event) => Some(event.server),
        _ => None,
    })
}

/// A record's serial, whatever stands there.
pub(crate) fn serial(record: &Record) -> Cow<'_, str> {
    record.serial.text().map_or_else(|| escape_bytes(&record.serial.0), Cow::from)
}

/// Vendor's articles that bear on a report.
pub(crate) fn report_kb(report: &Report) -> Vec<u32> {
    let mut numbers: Vec<u32> = report.findings().iter().flat_map(finding_kb).copied().collect();
    if report.asks_for_replacement() {
        numbers.push(KB_REPLACEMENT);
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
