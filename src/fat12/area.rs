//! The sectors before the files: boot sector, FATs and root directory. What one copy of the FAT has lost is
//! taken from the other.

use super::boot::VolumeGeometry;
use super::{SECTOR_LEN, directory};
use crate::disk::{DisketteStorage, Flaw, MediaError};
use std::ops::Range;

/// All sectors up to the end of the root directory, or of the part of it that is used; and which of them are lost.
#[derive(Debug, Default)]
pub(super) struct Area {
    pub(super) bytes: Vec<u8>,
    /// Lost sectors, in order; they are zeros in `bytes`.
    pub(super) lost: Vec<Flaw>,
}

impl Area {
    /// Reads the first bytes of a medium: at least `length`, and more if they cost no extra time.
    pub(super) fn first<S: DisketteStorage + ?Sized>(
        medium: &S,
        length: usize,
    ) -> Result<Self, MediaError> {
        let mut area = Self::default();
        let read = medium.read_start(&mut area.bytes, length);
        area.keep_lost(read)?;
        Ok(area)
    }

    /// Reads on, until `length` bytes are read.
    pub(super) fn extend<S: DisketteStorage + ?Sized>(
        &mut self,
        medium: &S,
        length: usize,
    ) -> Result<(), MediaError> {
        let have = self.bytes.len();
        if length <= have {
            return Ok(());
        }
        self.bytes.resize(length, 0);
        let read = medium.read(have as u64, &mut self.bytes[have..]);
        self.keep_lost(read)
    }

    /// Whether everything up to the last file in the root directory was read, and nothing of it is lost.
    pub(super) fn holds_used_root(&self, geometry: &VolumeGeometry) -> bool {
        let root = self.bytes.get(geometry.root_directory().start..);
        self.lost.is_empty() && root.is_some_and(directory::has_end)
    }

    /// Notes the sectors that a read has lost.
    fn keep_lost(&mut self, read: Result<(), MediaError>) -> Result<(), MediaError> {
        match read {
            Err(MediaError::Lost(lost)) => {
                self.lost.extend(lost);
                Ok(())
            }
            read => read,
        }
    }

    /// A part of the medium that was read already; `None` if not, or if any sector was lost.
    pub(super) fn part(&self, offset: u64, length: usize) -> Option<&[u8]> {
        let start = usize::try_from(offset).ok()?;
        self.bytes.get(start..start + length).filter(|_| self.lost.is_empty())
    }

    /// The first lost sector of a byte range.
    pub(super) fn lost_in(&self, range: Range<usize>) -> Option<Flaw> {
        let sectors = range.start / SECTOR_LEN..range.end.div_ceil(SECTOR_LEN);
        self.lost.iter().find(|flaw| sectors.contains(&(flaw.sector as usize))).copied()
    }

    /// Fills the lost sectors of a byte range.
    pub(super) fn fill_lost(&mut self, range: Range<usize>, byte: u8) {
        for flaw in &self.lost {
            let start = flaw.sector as usize * SECTOR_LEN;
            let (start, end) = (start.max(range.start), (start + SECTOR_LEN).min(range.end));
            if let Some(lost) = self.bytes.get_mut(start..end) {
                lost.fill(byte);
            }
        }
    }

    /// Replaces lost sectors of one copy of the FAT by those of the other. What both have lost stays in
    /// `lost`.
    pub(super) fn mend_fats(&mut self, geometry: &VolumeGeometry) {
        let (first, second) = (geometry.fat(0), geometry.fat(geometry.num_fats - 1));
        for (from, to) in [(&second, &first), (&first, &second)] {
            for index in 0..first.len() / SECTOR_LEN {
                let part = |fat: &Range<usize>| {
                    let start = fat.start + index * SECTOR_LEN;
                    start..start + SECTOR_LEN
                };
                if self.lost_in(part(to)).is_some() && self.lost_in(part(from)).is_none() {
                    self.bytes.copy_within(part(from), part(to).start);
                    let sector = part(to).start / SECTOR_LEN;
                    self.lost.retain(|flaw| flaw.sector as usize != sector);
                }
            }
        }
    }
}
