//! How far the reading of a diskette is, in a line.

use addpack::disk::{DiskGeometry, SECTOR_LEN};
use addpack::media::ReadingAt;
use std::time::Duration;

/// How much of a diskette is read: how long that takes follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadingOf {
    /// All of it, from the first sector to the last.
    Whole,
    /// Its record, and what leads there.
    Record,
    /// The same, and then all of it.
    RecordThenWhole,
}

/// Reads of a sector until a record is known: boot sector, FATs and root directory of a 1,440 KB diskette, and the
/// record, each of them twice.
const READS_OF_RECORD: u32 = 2 * (33 + 4);

/// Sectors in a track, about.
const SECTORS_OF_TRACK: u32 = 18;

/// A pass over a diskette: since when, in the time of the whole reading, and reads so far.
pub(super) struct Pass {
    of: ReadingOf,
    begun: Duration,
    reads: u32,
}

impl Pass {
    pub(super) fn new(of: ReadingOf) -> Self {
        Self { of, begun: Duration::ZERO, reads: 0 }
    }

    /// The time that is left before this read; `since` is how long the reading has taken so far. Reading all of a
    /// diskette begins anew with its first sector.
    pub(super) fn time_left(&mut self, at: ReadingAt, since: Duration) -> Option<Duration> {
        let is_record_known = self.reads >= READS_OF_RECORD;
        let done = match self.of {
            ReadingOf::Record => (self.reads, READS_OF_RECORD),
            // A track takes about as long as a sector by itself.
            ReadingOf::RecordThenWhole if !is_record_known => {
                (self.reads, READS_OF_RECORD + at.sectors / SECTORS_OF_TRACK)
            }
            ReadingOf::RecordThenWhole | ReadingOf::Whole => (at.sector, at.sectors),
        };
        if at.sector == 0 && (self.of == ReadingOf::Whole || is_record_known) {
            self.begun = since;
        }
        self.reads += 1;
        time_left(done, since.saturating_sub(self.begun))
    }
}

/// The progress of reading a diskette, shortened if it does not fit into `columns`.
pub(super) fn reading_text(
    columns: usize,
    drive: &str,
    at: ReadingAt,
    since: Duration,
    left: Option<Duration>,
) -> String {
    let flaws = format!("  weak {}, lost {}", at.weak, at.lost);
    let flaws = if at.weak + at.lost > 0 { &*flaws } else { "" };
    let again = format!("sector {} again ({} of {})", at.sector, at.retry, at.retries);
    let (again, in_short) = match at.retry {
        0 => (String::new(), String::new()),
        _ => (format!("  trying {again}"), format!("  {again}")),
    };
    let left = left.map_or_else(String::new, |left| format!(", about {} left", clock(left)));
    let time = clock(since);
    let (cylinder, of, head) = place(at);
    let place = format!("cylinder {cylinder} of {of}, head {head}");
    let forms = [
        format!("reading {drive}  {place}{flaws}{again}  {time}{left}"),
        format!("{drive}  {place}{flaws}{again}  {time}{left}"),
        format!("{drive}  {place}{flaws}{in_short}  {time}{left}"),
    ];
    let fits = |form: &String| form.chars().count() <= columns;
    forms
        .into_iter()
        .find(fits)
        .unwrap_or_else(|| format!("{drive}  c{cylinder} h{head}{flaws}{in_short}  {time}{left}"))
}

/// The cylinder (counted from 1), the number of cylinders, and the head.
fn place(at: ReadingAt) -> (u32, u32, u32) {
    let geometry = DiskGeometry::of_len(u64::from(at.sectors) * SECTOR_LEN as u64);
    geometry.map_or((1, 1, 0), |geometry| {
        let track = at.sector / geometry.sectors;
        (track / geometry.heads + 1, geometry.cylinders, track % geometry.heads)
    })
}

/// The time that the rest takes if it is read as fast as what was `done` of all; `None` before anything was, and where
/// it takes longer than was thought.
fn time_left((done, all): (u32, u32), since: Duration) -> Option<Duration> {
    let rest = all.checked_sub(done).filter(|rest| *rest > 0)?;
    (since * rest).checked_div(done)
}

pub(super) fn clock(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: ReadingAt =
        ReadingAt { sector: 1142, sectors: 2880, retry: 0, retries: 5, weak: 0, lost: 0 };

    /// After 48 seconds.
    fn text(columns: usize, drive: &str, at: ReadingAt) -> String {
        let since = Duration::from_secs(48);
        reading_text(columns, drive, at, since, time_left((at.sector, at.sectors), since))
    }

    #[test]
    fn a_diskette_that_reads_well_shows_its_place_and_the_time() {
        assert_eq!(
            text(78, "/dev/fd0", AT),
            "reading /dev/fd0  cylinder 32 of 80, head 1  0:48, about 1:13 left"
        );
    }

    #[test]
    fn a_sector_that_is_tried_again_and_what_was_lost_are_shown() {
        let at = ReadingAt { retry: 3, weak: 2, lost: 1, ..AT };
        assert_eq!(
            text(120, "A:", at),
            "reading A:  cylinder 32 of 80, head 1  weak 2, lost 1  trying sector 1142 again (3 of 5)  0:48, \
             about 1:13 left"
        );
        assert_eq!(
            text(78, "A:", at),
            "A:  c32 h1  weak 2, lost 1  sector 1142 again (3 of 5)  0:48, about 1:13 left"
        );
    }

    #[test]
    fn the_time_that_is_left_is_known_from_the_first_track_on() {
        let fifth = Duration::from_millis(200);
        assert_eq!(time_left((18, 2880), fifth), Some(Duration::from_millis(31_800)));
        assert_eq!(time_left((0, 2880), fifth), None);
        assert_eq!(time_left((75, 74), fifth), None);
    }
}
