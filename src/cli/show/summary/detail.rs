//! What a summary keeps of each image.

use crate::cli::words::{evidence, look_of, reason};
use addpack::pack::keep::is_kept_image;
use addpack::record::fields::Serial;
use addpack::report::{Outcome, Report};

/// What is kept of an image.
pub(super) struct Detail {
    pub(super) outcome: Outcome,
    /// Why it is refused or failed, or how it can be converted.
    pub(super) why: &'static str,
    pub(super) asks: Asks,
    /// Whether it is to be converted, and is the image of a diskette that a queue has kept.
    pub(super) is_kept: bool,
    /// Whether it is a folder, and no image.
    pub(super) is_folder: bool,
}

/// Whether a replacement is to be asked for.
pub(super) enum Asks {
    No,
    /// For the pack with this serial.
    Pack(Serial),
    /// For a pack whose serial is not known, by what its evidence comes to.
    Unnamed(u64),
}

impl Detail {
    pub(super) fn of(report: &Report) -> Self {
        let why = match (&report.failure, report.findings().first()) {
            (Some(failure), _) => failure.code.as_str(),
            (None, Some(finding)) => reason(finding.code().as_str(), report.has_unknown_layout()),
            (None, None) if report.outcome.is_to_change() && report.in_place => IN_PLACE,
            (None, None) if report.outcome.is_to_change() => ONLY_OUTPUT,
            (None, None) => "",
        };
        let asks = match report.record() {
            _ if !report.asks_for_replacement() => Asks::No,
            Some(record) => Asks::Pack(record.serial),
            None => {
                Asks::Unnamed(look_of(&report.findings().iter().map(evidence).collect::<Vec<_>>()))
            }
        };
        let is_kept = report.outcome.is_to_change() && is_kept_image(&report.path);
        Self { outcome: report.outcome, why, asks, is_kept, is_folder: report.is_folder() }
    }
}

pub(super) const IN_PLACE: &str = "in place";
const ONLY_OUTPUT: &str = "only with -o";
