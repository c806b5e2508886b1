//! The ledger's tables, and what distinguishes a ledger from other databases.
//!
//! There is one row for each pack, by its serial, besides those that were released. Times are seconds since 1970 in
//! UTC; paths are absolute, as text if they are valid text, otherwise as bytes. The two records are kept only while a
//! conversion is begun: they are the journal with which a torn sector is repaired.

use rusqlite::Connection;

/// `APLG`, in SQLite's application id.
pub(super) const APPLICATION_ID: i32 = 0x4150_4C47;
/// In SQLite's user version.
pub(super) const VERSION: i32 = 4;

/// The tables of version 4. Released rows stay, so that a pack that was converted twice is recognised; of the
/// others there is one for each serial. The index that holds this does not depend on the state, so marking a claim
/// as done does not touch it. For a list of three states, SQLite would build a table of them with each row that is written.
const CREATE: &str = "
CREATE TABLE conversion (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    serial        TEXT NOT NULL,
    licenses      INTEGER NOT NULL,
    state         TEXT NOT NULL CHECK (state = 'begun' OR state = 'done' OR state = 'released'),
    path          ANY NOT NULL,     -- the image that was converted
    target        ANY,              -- the converted copy; NULL where converted in place
    device        INTEGER,          -- of the image, if the system has them
    inode         INTEGER,
    sector_0      INTEGER,          -- where the record's sectors lie, in bytes from the start
    sector_1      INTEGER,
    sector_2      INTEGER,
    sector_3      INTEGER,
    converted_at  INTEGER NOT NULL, -- as in the 4.5 record
    old_digest    TEXT NOT NULL,    -- SHA-1 of the 4.0 record, as in the 4.5 record
    new_digest    TEXT NOT NULL,    -- SHA-1 of the 4.5 record
    old_record    BLOB,             -- without the zeros at their ends; both NULL once done
    new_record    BLOB,
    container     ANY,              -- the archive or packed file that the image is in, its resolved path
    born          INTEGER,          -- when the image was made, in ns since 1970, if its file system knows
    copy_place    ANY,              -- the converted copy, its resolved path
    released      INTEGER NOT NULL DEFAULT 0 -- a released row's own id, so that its serial can be claimed anew
) STRICT;
CREATE UNIQUE INDEX live ON conversion (serial, released);
CREATE INDEX begun ON conversion (state) WHERE state = 'begun';
";

/// From version 1, which had one row for each serial and no released ones: first the old table is renamed
/// and the new ones are made.
const MOVE_ASIDE: &str = "
DROP INDEX begun;
ALTER TABLE conversion RENAME TO conversion_1;
";
/// Then the rows are copied, and the old table is dropped.
const MOVE_BACK: &str = "
INSERT INTO conversion SELECT *, NULL, NULL, NULL, 0 FROM conversion_1 ORDER BY id;
DELETE FROM sqlite_sequence WHERE name = 'conversion';
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'conversion', seq FROM sqlite_sequence WHERE name = 'conversion_1';
DROP TABLE conversion_1;
";

/// From version 2, which did not tell containers, files that were made anew, and copies whose folder was moved.
const ADD_COLUMNS: &str = "
ALTER TABLE conversion ADD COLUMN container ANY;
ALTER TABLE conversion ADD COLUMN born INTEGER;
ALTER TABLE conversion ADD COLUMN copy_place ANY;
";

/// From version 3, whose indexes depended on the state.
const ADD_RELEASED: &str = "
DROP INDEX live;
DROP INDEX released;
ALTER TABLE conversion ADD COLUMN released INTEGER NOT NULL DEFAULT 0;
UPDATE conversion SET released = id WHERE state = 'released';
CREATE UNIQUE INDEX live ON conversion (serial, released);
";

/// Versions before this one lack columns that are read.
pub(super) const WITH_ALL_READ: i32 = 3;
/// Such a version is read as if it had them.
pub(super) const READ_OLDER: &str = "CREATE TEMP VIEW conversion AS SELECT *, NULL AS container, \
    NULL AS born, NULL AS copy_place FROM main.conversion";

/// Converted packs that were seen in this run; the table is removed with the connection.
pub(super) const CREATE_SEEN: &str = "
CREATE TEMP TABLE IF NOT EXISTS seen (
    id INTEGER PRIMARY KEY, serial TEXT UNIQUE, licenses, path, target, device, inode, born, converted_at,
    old_digest, new_digest
);
";

/// Makes the tables, or those of the newest version out of those of an older one.
pub(super) fn make_tables(db: &Connection, version: i32) -> rusqlite::Result<()> {
    let steps: &[&str] = match version {
        1 => &[MOVE_ASIDE, CREATE, MOVE_BACK],
        2 => &[ADD_COLUMNS, ADD_RELEASED],
        3 => &[ADD_RELEASED],
        _ => &[CREATE],
    };
    steps.iter().try_for_each(|step| db.execute_batch(step))?;
    db.pragma_update(None, "application_id", APPLICATION_ID)?;
    db.pragma_update(None, "user_version", VERSION)
}
