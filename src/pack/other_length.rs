//! An `ADDPACK.DAT` that is shorter or longer than a record: damaged, or of a layout that is not known.

use crate::diagnosis::{Diagnosis, diagnose_length};
use crate::disk::{DisketteStorage, MediaError, SECTOR_LEN};
use crate::fat12::{ClusterChain, DirectoryEntry, Volume};
use crate::record::RECORD_LEN;

/// The diagnosis by the file's length, and by what it begins with.
pub(super) fn diagnose_other_length<S: DisketteStorage + ?Sized>(
    medium: &S,
    volume: &Volume,
    entry: &DirectoryEntry,
    chain: &ClusterChain,
) -> Result<Diagnosis, MediaError> {
    let mut bytes = [0; RECORD_LEN];
    let start = &mut bytes[..RECORD_LEN.min(entry.size as usize)];
    for (number, part) in start.chunks_mut(SECTOR_LEN).enumerate() {
        let Some(at) = chain.sector(number) else { break };
        let mut sector = [0; SECTOR_LEN];
        if let Err(error) = volume.read(medium, at, &mut sector) {
            // Without all of its start, nothing but the length is certain.
            error.lost().ok_or(error)?;
            return Ok(diagnose_length(entry.size.into(), &[]));
        }
        part.copy_from_slice(&sector[..part.len()]);
    }
    Ok(diagnose_length(entry.size.into(), start))
}
