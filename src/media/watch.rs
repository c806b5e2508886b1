//! Progress of reading a diskette, which can take minutes.

use std::fmt::{self, Debug, Formatter};
use std::ops::ControlFlow;
use std::sync::Arc;

/// How far the reading of a diskette is. Sectors are counted from 0, by cylinder and head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadingAt {
    /// The sector that is read next.
    pub sector: u32,
    /// Sectors on the diskette.
    pub sectors: u32,
    /// How often this sector was tried before: 0 to `retries`.
    pub retry: u32,
    /// The most retries of a sector.
    pub retries: u32,
    /// Sectors so far that could be read only by retrying.
    pub weak: usize,
    /// Sectors so far that could not be read.
    pub lost: usize,
}

/// Called before each sector is read. `Break` ends the reading, unless something was written: a change that has
/// begun is completed.
#[derive(Clone)]
pub struct Watcher(Arc<dyn Fn(ReadingAt) -> ControlFlow<()> + Send + Sync>);

impl Watcher {
    /// A watcher that calls `report`.
    pub fn new(report: impl Fn(ReadingAt) -> ControlFlow<()> + Send + Sync + 'static) -> Self {
        Self(Arc::new(report))
    }

    pub(super) fn at(&self, at: ReadingAt) -> ControlFlow<()> {
        (self.0)(at)
    }
}

impl Debug for Watcher {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Watcher")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::{Memory, Storage};
    use crate::media::surface::{SectorCondition, rescue, survey};
    use crate::media::{DriveError, VerifyingReader};

    /// A diskette of 160 KB whose bytes are their sectors' numbers, watched by somebody who stops it before this
    /// sector.
    fn stopped_before(sector: u32) -> VerifyingReader<Memory> {
        let bytes = (0..163_840_u32).map(|at| (at / 512 % 251) as u8).collect();
        let watcher = Watcher::new(move |at| {
            assert_eq!(at.sectors, 320);
            if at.sector < sector { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        VerifyingReader::new(Memory::new(bytes), 5).watched(Some(watcher))
    }

    #[test]
    fn a_reading_that_is_stopped_keeps_the_tracks_before() {
        let surface = survey(&stopped_before(17)).unwrap().unwrap();
        assert_eq!(surface.sectors, [SectorCondition::Good; 24]);
        assert!(!surface.is_complete());
    }

    #[test]
    fn a_rescue_keeps_what_was_read_and_zeros_for_the_rest() {
        let rescue = rescue(&stopped_before(16)).unwrap().unwrap();
        let sectors = rescue.bytes.chunks(512).map(|sector| sector[0]);
        let read = (0..16_u8).chain([0; 304]);
        assert!(sectors.eq(read));
    }

    #[test]
    fn nothing_is_read_once_the_watcher_has_said_stop() {
        let error = stopped_before(0).read(0, &mut [0; 512]).unwrap_err();
        assert_eq!(error.drive(), Some(&DriveError::Stopped));
    }

    #[test]
    fn what_was_begun_is_read_back_whatever_the_watcher_says() {
        let diskette = stopped_before(0);
        diskette.write(512, &[7; 512]).unwrap();
        let mut held = [0; 512];
        diskette.read(512, &mut held).unwrap();
        assert_eq!(held, [7; 512]);
    }
}
