//! One row of the ledger.

use super::ClaimId;
use crate::conversion::Patch;
use crate::disk::trimmed;
use crate::platform::path_from_bytes;
use crate::record::{RECORD_LEN, RECORD_SECTORS, RecordBytes, whole};
use rusqlite::types::{FromSqlError, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, ToSql, params};
use std::ops::Deref;
use std::path::{Path, PathBuf};

/// The columns of a [`LedgerEntry`], in their order. Its state follows from what is there. Of an outer join, SQLite
/// would prepare the statement again for each pack.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, serial, licenses, CASE WHEN released <> 0 THEN 'released' ",
            "WHEN EXISTS (SELECT 1 FROM journal WHERE journal.id = conversion.id) THEN 'begun' ",
            "ELSE 'done' END, path, target, device, inode, ",
            "sector_0, sector_1, sector_2, sector_3, converted_at, old_digest, new_digest, ",
            "(SELECT old_record FROM journal WHERE journal.id = conversion.id), ",
            "(SELECT new_record FROM journal WHERE journal.id = conversion.id), ",
            "container, born, copy_place FROM conversion ",
            $rest
        )
    };
}

/// The entry of a serial.
pub(super) const FIND: &str = select!("WHERE serial = ?1 AND released = 0");
/// The rows of a serial that were released, the last one first.
pub(super) const RELEASED: &str = select!("WHERE serial = ?1 AND released <> 0 ORDER BY id DESC");
/// The entry with this number.
pub(super) const BY_ID: &str = select!("WHERE id = ?1");
/// All entries, in the order in which they were claimed.
pub(super) const ALL: &str = select!("ORDER BY id");
/// Those that are begun, in that order, without their records: there may be very many. A cross join reads the journal
/// first, whatever SQLite knows of the tables.
pub(super) const BEGUN: &str = "SELECT id, serial, licenses, 'begun', path, target, device, inode, \
    sector_0, sector_1, sector_2, sector_3, converted_at, old_digest, new_digest, NULL, NULL, \
    container, born, copy_place FROM journal CROSS JOIN conversion USING (id) ORDER BY id";
/// What is in the journal, and is no conversion that can be begun: the ledger is damaged.
pub(super) const STRAY: &str = "SELECT id FROM journal WHERE NOT EXISTS (SELECT 1 FROM conversion \
    WHERE conversion.id = journal.id AND released = 0)";

/// Enters a conversion, unless there is one of its serial.
pub(super) const INSERT: &str = "INSERT OR IGNORE INTO conversion (serial, licenses, path, target, device, \
    inode, sector_0, sector_1, sector_2, sector_3, converted_at, old_digest, new_digest, container, \
    born, copy_place) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
/// Makes it one that is begun.
pub(super) const ADD_RECORDS: &str =
    "INSERT INTO journal (id, old_record, new_record) VALUES (?1, ?2, ?3)";

/// Where a pack was found again: what was known of the file at the other place no longer holds. A conversion that is
/// begun stays where it is: by its image, whoever comes next tells whether the pack is old or new.
pub(super) const MOVED: &str = "UPDATE conversion SET path = ?2, target = ?3, device = NULL, \
    inode = NULL, born = NULL, container = NULL, copy_place = NULL WHERE id = ?1 AND released = 0 \
    AND NOT EXISTS (SELECT 1 FROM journal WHERE journal.id = conversion.id)";
/// Ends the claims from one number to another: conversions that were begun are done.
pub(super) const DROP_RECORDS: &str = "DELETE FROM journal WHERE id BETWEEN ?1 AND ?2";
/// Takes claims back, from one number to another; they have to be ended as well.
pub(super) const VOID: &str = "DELETE FROM conversion WHERE id BETWEEN ?1 AND ?2 \
    AND EXISTS (SELECT 1 FROM journal WHERE journal.id = conversion.id)";

/// Removes a claim that is replaced by another one: one that is begun, and has to be ended as well, or whose copy is
/// made again.
pub(super) const REPLACE: &str = "DELETE FROM conversion WHERE id = ?1 AND released = 0 AND (target IS NOT NULL \
    OR EXISTS (SELECT 1 FROM journal WHERE journal.id = conversion.id))";
/// Marks a conversion as released, if it is begun, or done, as the second parameter says. It has to be ended as well.
pub(super) const RELEASE: &str = "UPDATE conversion SET released = id WHERE id = ?1 AND released = 0 \
    AND EXISTS (SELECT 1 FROM journal WHERE journal.id = conversion.id) = ?2";

/// How far a conversion has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum ConversionState {
    /// Claimed; only the image shows whether the pack is old or new.
    Begun,
    /// Converted.
    Done,
    /// Converted, and released by the user: it no longer prevents another conversion.
    Released,
}

impl ConversionState {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The conversion of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// The pack's serial.
    pub serial: String,
    /// Licenses that it adds.
    pub licenses: u16,
    /// Its image, as an absolute path.
    pub path: PathBuf,
    /// The converted copy, as an absolute path; `None` if the image was converted in place.
    pub target: Option<PathBuf>,
    /// The container that the image is in, by its resolved path, after which its temporary file is named; `None` for
    /// a raw image and a drive, and once the conversion was found done elsewhere.
    pub container: Option<PathBuf>,
    /// The converted copy by its path without links, after which its temporary file is named; `None` if the image was
    /// converted in place.
    pub copy_place: Option<PathBuf>,
    /// The device and inode of the image, or of its container.
    pub file: Option<(u64, u64)>,
    /// When that file was made, in nanoseconds since 1970, if its file system knows.
    pub born: Option<i64>,
    /// The time of conversion, in seconds since 1970.
    pub converted_at: i64,
    /// SHA-1 of the 4.0 record, in hexadecimal.
    pub old_digest: String,
    /// SHA-1 of the 4.5 record, in hexadecimal.
    pub new_digest: String,
}

/// A request to claim a pack for its conversion.
#[derive(Clone, Debug)]
pub struct ClaimRequest {
    /// The conversion.
    pub conversion: Conversion,
    /// The offsets of the record's sectors in bytes from the start of the image.
    pub sectors: [u64; RECORD_SECTORS],
    /// The record before and after.
    pub patch: Patch,
    /// The claim of an earlier run that this one replaces.
    pub replaces: Option<ClaimId>,
}

/// A conversion that is in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The claim's number.
    pub id: ClaimId,
    /// How far the conversion has come.
    pub state: ConversionState,
    /// The conversion.
    pub conversion: Conversion,
    /// The offsets of the record's sectors in bytes from the start of the image; `None` for a pack that was
    /// already converted when it was first seen.
    pub sectors: Option<[u64; RECORD_SECTORS]>,
    /// The record before and after, while the conversion is begun; [`super::Ledger::begun`] leaves it out.
    /// In a box, since very many entries may be in memory without it.
    pub patch: Option<Box<Patch>>,
}

impl Deref for LedgerEntry {
    type Target = Conversion;

    fn deref(&self) -> &Conversion {
        &self.conversion
    }
}

impl LedgerEntry {
    /// Whether it was 4.5 already when it was met, so that another run with another ledger converted it.
    pub fn was_met_converted(&self) -> bool {
        self.sectors.is_none()
    }

    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let number = |index| number_at(row, index);
        let path_or_none = |index| match row.get_ref(index)? {
            ValueRef::Null => Ok(None),
            _ => path_at(row, index).map(Some),
        };
        Ok(Self {
            id: row.get(0)?,
            state: match row.get_ref(3)?.as_str()? {
                "done" => ConversionState::Done,
                "released" => ConversionState::Released,
                _ => ConversionState::Begun,
            },
            conversion: Conversion {
                serial: row.get(1)?,
                licenses: row.get(2)?,
                path: path_at(row, 4)?,
                target: path_or_none(5)?,
                container: path_or_none(17)?,
                copy_place: path_or_none(19)?,
                file: number(6)?.zip(number(7)?),
                born: row.get(18)?,
                converted_at: row.get(12)?,
                old_digest: row.get(13)?,
                new_digest: row.get(14)?,
            },
            sectors: sectors([number(8)?, number(9)?, number(10)?, number(11)?]),
            patch: record_at(row, 15)?
                .zip(record_at(row, 16)?)
                .map(|(old, new)| Box::new(Patch { old, new })),
        })
    }
}

impl ClaimRequest {
    /// Makes the claim; `None` if the serial is already in the ledger. A claim that is replaced gets a
    /// new number, so that a run that held it before cannot settle this one.
    pub(super) fn enter(&self, db: &Connection) -> rusqlite::Result<Option<ClaimId>> {
        if let Some(id) = self.replaces {
            db.prepare_cached(REPLACE)?.execute([id])?;
            db.prepare_cached(DROP_RECORDS)?.execute([id, id])?;
        }
        if !self.insert(db)? {
            return Ok(None);
        }
        let id = db.last_insert_rowid();
        let Patch { old, new } = &self.patch;
        db.prepare_cached(ADD_RECORDS)?.execute(params![id, trimmed(old), trimmed(new)])?;
        Ok(Some(id))
    }

    /// Enters the conversion; `false` if its serial is already in the ledger.
    fn insert(&self, db: &Connection) -> rusqlite::Result<bool> {
        let [sector_0, sector_1, sector_2, sector_3] = self.sectors.map(u64::cast_signed);
        let Conversion { serial, licenses, path, target, .. } = &self.conversion;
        let (device, inode) = file_values(self.conversion.file);
        let rows = db.prepare_cached(INSERT)?.execute(params![
            serial,
            licenses,
            path_value(path),
            target.as_deref().map(path_value),
            device,
            inode,
            sector_0,
            sector_1,
            sector_2,
            sector_3,
            self.conversion.converted_at,
            self.conversion.old_digest,
            self.conversion.new_digest,
            self.conversion.container.as_deref().map(path_value),
            self.conversion.born,
            self.conversion.copy_place.as_deref().map(path_value),
        ])?;
        Ok(rows == 1)
    }
}

/// A file's device and inode as the ledger keeps them.
pub(super) fn file_values(file: Option<(u64, u64)>) -> (Option<i64>, Option<i64>) {
    file.map(|(device, inode)| (device.cast_signed(), inode.cast_signed())).unzip()
}

/// A number in a column that takes all of 64 bits.
pub(super) fn number_at(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<u64>> {
    Ok(row.get::<_, Option<i64>>(index)?.map(i64::cast_unsigned))
}

/// The record in a column, which is kept without the zeros at its end.
fn record_at(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<RecordBytes>> {
    let Some(bytes) = row.get_ref(index)?.as_blob_or_null()? else { return Ok(None) };
    let too_long =
        || FromSqlError::InvalidBlobSize { expected_size: RECORD_LEN, blob_size: bytes.len() };
    Ok(Some(whole(bytes).ok_or_else(too_long)?))
}

fn sectors(columns: [Option<u64>; 4]) -> Option<[u64; 4]> {
    let [a, b, c, d] = columns;
    Some([a?, b?, c?, d?])
}

impl Conversion {
    /// Where the converted pack is.
    pub fn place(&self) -> &Path {
        self.target.as_deref().unwrap_or(&self.path)
    }
}

/// A path as the ledger keeps it: as readable text if it is valid text, otherwise as bytes.
pub(super) fn path_value(path: &Path) -> impl ToSql + '_ {
    struct PathValue<'a>(&'a Path);
    impl ToSql for PathValue<'_> {
        fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
            let bytes = self.0.as_os_str().as_encoded_bytes();
            let is_text = self.0.to_str().is_some();
            let value = if is_text { ValueRef::Text(bytes) } else { ValueRef::Blob(bytes) };
            Ok(ToSqlOutput::Borrowed(value))
        }
    }
    PathValue(path)
}

/// The path in a column.
pub(super) fn path_at(row: &Row<'_>, index: usize) -> rusqlite::Result<PathBuf> {
    let bytes = row.get_ref(index)?.as_bytes()?;
    Ok(path_from_bytes(bytes.to_vec()))
}
