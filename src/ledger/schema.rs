//! The ledger's tables, and how a ledger is told from any other database.
//!
//! One row a pack, by its serial. Times are seconds since 1970 in UTC; paths are absolute, as text,
//! or as bytes where they are none. The two records are kept only while a conversion is begun: they
//! are the journal that mends a torn sector.

/// `APLG`, in SQLite's application id.
pub(super) const APPLICATION_ID: i32 = 0x4150_4C47;
/// In SQLite's user version.
pub(super) const VERSION: i32 = 1;

/// What version 1 consists of.
pub(super) const CREATE: &str = "
CREATE TABLE conversion (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    serial        TEXT NOT NULL UNIQUE,
    licenses      INTEGER NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('begun', 'done')),
    path          ANY NOT NULL,     -- the image that was converted
    target        ANY,              -- the converted copy; NULL where converted in place
    device        INTEGER,          -- of the image, where the system has them
    inode         INTEGER,
    sector_0      INTEGER,          -- where the record's sectors lie, in bytes from the start
    sector_1      INTEGER,
    sector_2      INTEGER,
    sector_3      INTEGER,
    converted_at  INTEGER NOT NULL, -- as in the 4.5 record
    old_digest    TEXT NOT NULL,    -- SHA-1 of the 4.0 record, as in the 4.5 record
    new_digest    TEXT NOT NULL,    -- SHA-1 of the 4.5 record
    old_record    BLOB,             -- both NULL once done
    new_record    BLOB
) STRICT;
CREATE INDEX begun ON conversion (state) WHERE state = 'begun';
";

/// What was met in this run and is not to be converted by it: gone with the connection.
pub(super) const CREATE_MET: &str = "
DROP TABLE IF EXISTS temp.met;
CREATE TEMP TABLE met (serial TEXT PRIMARY KEY, path NOT NULL) WITHOUT ROWID;
";
