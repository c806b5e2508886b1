//! Transactions: everything that is written in one becomes durable together, or nothing.

use super::row::{self, ClaimRequest, Conversion, ConversionState, LedgerEntry, path_value};
use super::{ClaimAnswer, ClaimId, Ledger, LedgerError, Result, Settled, find};
use crate::platform::step;
use rusqlite::{Transaction, TransactionBehavior, params};
use std::path::Path;

/// An open transaction.
#[derive(Debug)]
pub struct LedgerTransaction<'l> {
    transaction: Transaction<'l>,
    path: &'l Path,
}

impl Ledger {
    /// Runs `write` in a transaction: when this returns, everything that it wrote is durable.
    ///
    /// # Errors
    /// Those of `write`, and if the ledger cannot be written; then nothing was written.
    pub fn write<R>(
        &mut self,
        write: impl FnOnce(&LedgerTransaction<'_>) -> Result<R>,
    ) -> Result<R> {
        let missing = self.is_missing();
        let Self { db, path, .. } = self;
        let failed = |error| LedgerError::from_sqlite(path, error);
        step();
        let immediate = TransactionBehavior::Immediate;
        let db = db.as_mut().ok_or(missing)?;
        let transaction = db.transaction_with_behavior(immediate).map_err(failed)?;
        let writing = LedgerTransaction { transaction, path };
        let written = write(&writing)?;
        writing.transaction.commit().map_err(failed)?;
        step();
        Ok(written)
    }

    /// Writes what became of earlier claims.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub fn settle(&mut self, settled: &[Settled]) -> Result<()> {
        if settled.is_empty() {
            return Ok(());
        }
        self.write(|ledger| ledger.settle(settled))
    }

    /// Releases a pack: its row stays, but no longer prevents another conversion. Returns `false` if it is not as `entry`
    /// any more, since another run has claimed, settled or released it meanwhile.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub fn release(&mut self, entry: &LedgerEntry) -> Result<bool> {
        self.write(|ledger| ledger.release(entry))
    }
}

impl LedgerTransaction<'_> {
    /// Writes what became of claims.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub fn settle(&self, settled: &[Settled]) -> Result<()> {
        // Claims that were made together have numbers in a row: one statement is enough for them.
        let in_a_row = settled.chunk_by(|one, next| match (one, next) {
            (Settled::Done(one), Settled::Done(next))
            | (Settled::Void(one), Settled::Void(next)) => one.checked_add(1) == Some(*next),
            _ => false,
        });
        for claims in in_a_row {
            let (Settled::Done(first) | Settled::Void(first)) = claims[0];
            let (Settled::Done(last) | Settled::Void(last)) = claims[claims.len() - 1];
            let settle = || -> rusqlite::Result<usize> {
                if let Settled::Void(_) = claims[0] {
                    self.transaction.prepare_cached(row::VOID)?.execute([first, last])?;
                }
                self.transaction.prepare_cached(row::DROP_RECORDS)?.execute([first, last])
            };
            settle().map_err(|error| self.failed(error))?;
        }
        Ok(())
    }

    fn release(&self, entry: &LedgerEntry) -> Result<bool> {
        let is_begun = entry.state == ConversionState::Begun;
        let release = || -> rusqlite::Result<bool> {
            let rows = self.transaction.execute(row::RELEASE, params![entry.id, is_begun])?;
            if rows == 1 {
                self.transaction.execute(row::DROP_RECORDS, [entry.id, entry.id])?;
            }
            Ok(rows == 1)
        };
        release().map_err(|error| self.failed(error))
    }

    /// Claims a pack, or returns its entry in the ledger.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub fn claim(&self, request: &ClaimRequest) -> Result<ClaimAnswer> {
        let claim = || -> rusqlite::Result<ClaimAnswer> {
            if let Some(id) = request.enter(&self.transaction)? {
                return Ok(ClaimAnswer::Granted(id));
            }
            let known: Option<LedgerEntry> = find(&self.transaction, &request.conversion.serial)?;
            known.map(Box::new).map(ClaimAnswer::Known).ok_or(rusqlite::Error::QueryReturnedNoRows)
        };
        claim().map_err(|error| self.failed(error))
    }

    /// Records where a converted pack was found again, and the copy in which it was found. A conversion that is begun,
    /// or released, stays as it is.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub(crate) fn moved(&self, id: ClaimId, path: &Path, target: Option<&Path>) -> Result<()> {
        let moved = || {
            let parameters = params![id, path_value(path), target.map(path_value)];
            self.transaction.prepare_cached(row::MOVED)?.execute(parameters)
        };
        moved().map(drop).map_err(|error| self.failed(error))
    }

    /// Enters a converted pack, as done, unless it is known.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub fn enter(&self, conversion: &Conversion) -> Result<()> {
        conversion.enter(&self.transaction).map(drop).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: rusqlite::Error) -> LedgerError {
        LedgerError::from_sqlite(self.path, error)
    }
}
