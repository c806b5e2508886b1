//! Packs that a run has seen converted, and that the ledger may not know.

use super::row::{file_values, number_at, path_at, path_value};
use super::{Conversion, Ledger, LedgerError, Result, schema};
use rusqlite::{Connection, Row, params};

pub(super) const REMEMBER: &str = "INSERT OR IGNORE INTO temp.seen (serial, licenses, path, target, device, \
    inode, born, converted_at, old_digest, new_digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
/// The next packs that were seen converted and are not known, in the order in which they were seen.
pub(super) const SEEN: &str = "SELECT id, serial, licenses, path, device, inode, born, converted_at, \
    old_digest, new_digest FROM temp.seen WHERE id > ?1 AND NOT EXISTS (SELECT 1 FROM conversion \
    WHERE conversion.serial = seen.serial AND released = 0) ORDER BY id LIMIT ?2";
/// Enters a converted pack, as done, unless it is known.
pub(super) const ENTER: &str = "INSERT OR IGNORE INTO conversion (serial, licenses, path, target, device, \
    inode, born, converted_at, old_digest, new_digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

impl Ledger {
    /// Remembers converted packs, for this run alone.
    ///
    /// # Errors
    /// If no temporary table can be written.
    pub(crate) fn remember(&mut self, seen: &[Conversion]) -> Result<()> {
        if seen.is_empty() {
            return Ok(());
        }
        let path = self.path.clone();
        let db = self.db_to_write()?;
        let mut write = || -> rusqlite::Result<()> {
            db.execute_batch(schema::CREATE_SEEN)?;
            let write = db.transaction()?;
            seen.iter().try_for_each(|seen| seen.remember(&write).map(drop))?;
            write.commit()
        };
        write().map_err(|error| LedgerError::from_sqlite(&path, error).of_temporary_file())
    }

    /// The next packs that were remembered and are not in the ledger, at most so many, each with its number; `after` is
    /// the number of the last one before.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub(crate) fn remembered(&self, after: i64, most: u32) -> Result<Vec<(i64, Conversion)>> {
        let db = self.db()?;
        let read = || -> rusqlite::Result<Vec<(i64, Conversion)>> {
            db.execute_batch(schema::CREATE_SEEN)?;
            let mut statement = db.prepare_cached(SEEN)?;
            statement.query_map(params![after, most], Conversion::from_seen)?.collect()
        };
        read().map_err(|error| self.failed(error))
    }

    /// Forgets what was remembered.
    ///
    /// # Errors
    /// If no temporary table can be written.
    pub(crate) fn forget_remembered(&self) -> Result<()> {
        let forget = self.db()?.execute_batch("DROP TABLE IF EXISTS temp.seen");
        forget.map_err(|error| self.failed(error).of_temporary_file())
    }
}

impl Conversion {
    /// Remembers for the rest of this run that the pack was seen converted. It may not be in the ledger.
    fn remember(&self, db: &Connection) -> rusqlite::Result<usize> {
        self.insert(db, REMEMBER)
    }

    /// A pack that was remembered, and its number among them.
    fn from_seen(row: &Row<'_>) -> rusqlite::Result<(i64, Self)> {
        let seen = Self {
            serial: row.get(1)?,
            licenses: row.get(2)?,
            path: path_at(row, 3)?,
            target: None,
            container: None,
            copy_place: None,
            file: number_at(row, 4)?.zip(number_at(row, 5)?),
            born: row.get(6)?,
            converted_at: row.get(7)?,
            old_digest: row.get(8)?,
            new_digest: row.get(9)?,
        };
        Ok((row.get(0)?, seen))
    }

    /// Enters the pack as converted, unless it is known.
    pub(super) fn enter(&self, db: &Connection) -> rusqlite::Result<usize> {
        self.insert(db, ENTER)
    }

    fn insert(&self, db: &Connection, statement: &str) -> rusqlite::Result<usize> {
        let (device, inode) = file_values(self.file);
        db.prepare_cached(statement)?.execute(params![
            self.serial,
            self.licenses,
            path_value(&self.path),
            self.target.as_deref().map(path_value),
            device,
            inode,
            self.born,
            self.converted_at,
            self.old_digest,
            self.new_digest,
        ])
    }
}
