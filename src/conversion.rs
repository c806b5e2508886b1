//! Pure: a sound 4.0 record and a time in, the 4.5 record out (FORMAT.md, "Conversion").
//!
//! There is no way back, here or anywhere: what is left of the 4.0 events is a digest.

use crate::diagnosis::{Diagnosis, Verdict};
use crate::record::fields::{Bytes, FileTime};
use crate::record::v45::{Header45, MAGIC};
use crate::record::{HEADER_LEN, RECORD_LEN, RecordBytes, STATUS_BOUND};

/// The 4.5 record that a convertible pack becomes when it is converted `at` that time; `None` for
/// any other pack, and for the time 0, which a 4.5 record keeps for packs issued as 4.5. All that
/// differs from zero lies in its first sector.
pub fn convert(diagnosis: &Diagnosis, at: FileTime) -> Option<RecordBytes> {
    let record = diagnosis
        .record
        .as_ref()
        .filter(|_| diagnosis.verdict == Verdict::Convertible && at.0 != 0)?;
    let header = Header45 {
        magic: Bytes(MAGIC),
        layout: record.layout,
        record_length: record.record_length,
        serial: record.serial,
        licenses: record.licenses,
        origin: 1,
        made_at: record.made_at,
        converted_at: at,
        source_digest: record.digest(),
        zero_4c: Bytes::ZERO,
        identity_seal: Bytes::ZERO,
        event_count: 0,
        status: record.status & STATUS_BOUND,
        from: record.from,
        to: record.to,
        server: record.server,
        zero_82: Bytes::ZERO,
        header_seal: Bytes::ZERO,
        zero_98: Bytes::ZERO,
    };
    let mut bytes = [0; RECORD_LEN];
    bytes[..HEADER_LEN].copy_from_slice(&header.sealed(None));
    Some(bytes)
}
